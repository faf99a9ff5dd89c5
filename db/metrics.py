"""Reads the catalogue of metrics.yaml. Knows what a metric is called and made of, not how it is summed."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

Language = Literal["es", "en"]
DEFAULT_FILE = Path(__file__).with_name("metrics.yaml")


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(_Entry):
    es: str
    en: str

    def in_(self, language: Language) -> str:
        return self.es if language == "es" else self.en


class Words(_Entry):
    es: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


class Metric(_Entry):
    """One KPI. `num` and `den` name measures; a None `den` means the number is the sum itself."""

    id: str
    kpi: str
    label: Bilingual
    definition: Bilingual
    formula: Bilingual
    unit: Literal["rate", "money", "count", "seconds"]
    better: Literal["up", "down", "none"]
    kind: Literal["stock", "flow", "migration"]
    num: str
    den: str | None
    variants: tuple[Literal["accounts", "balance"], ...] = ()
    base_dim: str | None = None  # a distribution: split by this when no split is asked
    dims: tuple[str, ...]
    splits: tuple[str, ...]
    words: Words


class Planned(_Entry):
    """A KPI the product knows by name and does not compute yet."""

    id: str
    label: Bilingual
    words: Words


class _File(_Entry):
    metrics: dict[str, dict[str, Any]]
    planned: dict[str, dict[str, Any]] = Field(default_factory=dict)


@dataclass(frozen=True)
class Catalogue:
    metrics: dict[str, Metric]
    planned: dict[str, Planned]

    @cached_property
    def ids(self) -> tuple[str, ...]:
        return (*self.metrics, *self.planned)

    def label(self, metric_id: str, language: Language) -> str:
        entry = self.metrics.get(metric_id) or self.planned[metric_id]
        return entry.label.in_(language)


def load_catalogue(path: Path = DEFAULT_FILE) -> Catalogue:
    """Raises pydantic.ValidationError naming the key at fault."""
    raw = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    return Catalogue(
        metrics={k: Metric.model_validate({"id": k, **v}) for k, v in raw.metrics.items()},
        planned={k: Planned.model_validate({"id": k, **v}) for k, v in raw.planned.items()},
    )
