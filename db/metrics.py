"""Reads the catalogue of metrics.yaml. Knows what a metric is called and made of, not how it is summed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from db.written import read_yaml

Language = Literal["es", "en"]
Unit = Literal["rate", "money", "count", "seconds", "hours", "number"]
# A measure's name, or several that are added up.
Terms = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)
]
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


class Variant(_Entry):
    """One of the definitions the trade has for a name: what differs from the metric's own."""

    label: Bilingual
    definition: Bilingual | None = None
    num: Terms | None = None
    den: Terms | None = None
    weight: Literal["balance"] | None = None  # weighs by opening balance instead of by account
    past: int | None = None  # of accounts past due so many days: what "a más de 60 días" chooses
    unit: Unit | None = None
    scale: int | None = None
    without: tuple[str, ...] = ()  # dimensions of the metric's that this one does not know
    words: Words = Words()


@dataclass(frozen=True)
class Parts:
    """What a metric divides, in the definition chosen. `den` None: the number is the sum itself.

    `scale` multiplies the quotient: 100 for an index, 3600 for what is told by the hour.
    """

    num: tuple[str, ...]
    den: tuple[str, ...] | None
    unit: Unit
    scale: int
    weight: str | None

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the measures, signs left out, each once."""
        return tuple(dict.fromkeys(name.removeprefix("-") for name in (*self.num, *(self.den or ()))))


class Metric(_Entry):
    """One KPI. `num` and `den` name measures, "-" before one takes it away; no `den` = the sum itself."""

    id: str
    kpi: str
    label: Bilingual
    definition: Bilingual
    formula: Bilingual
    maturity: Bilingual | None = None  # what must have closed before a row counts
    weighting: Literal["none", "accounts", "balance", "events", "time", "money"] = "none"
    version: int = 1
    valid_from: date = date(2026, 1, 1)
    unit: Unit
    better: Literal["up", "down", "none"]
    kind: Literal["stock", "flow", "migration"]
    num: Terms
    den: Terms | None = None
    scale: int = 1
    variants: dict[str, Variant] = Field(default_factory=dict)  # the first one is the default
    cohort: Literal["past_due", "all"] = "past_due"  # which accounts of the opening cut a migration follows
    most: int = 100  # of a rate: the highest per cent that a target may ask for
    months: bool = False  # known by whole months only
    roles: tuple[str, ...] = ()  # who may ask for it; none named: whoever may ask for a KPI
    ahead: bool = False  # days to come may be asked about
    agency_wide: bool = False  # rests on what knows no creditor, though it can be split by one
    base_dim: str | None = None  # a distribution: split by this when no split is asked
    dims: tuple[str, ...]
    splits: tuple[str, ...]
    words: Words

    def parts(self, variant: str | None) -> Parts:
        found = self.known_parts.get(variant)
        return found or self._put_together(variant)

    @cached_property
    def known_parts(self) -> dict[str | None, Parts]:
        """Asked once a row: each is put together once."""
        return {variant: self._put_together(variant) for variant in (None, *self.variants)}

    def _put_together(self, variant: str | None) -> Parts:
        chosen = self.variants.get(variant or self.default_variant or "")
        if chosen is None:
            return Parts(self.num, self.den, self.unit, self.scale, None)
        return Parts(
            num=chosen.num or self.num,
            den=chosen.den or self.den,
            unit=chosen.unit or self.unit,
            scale=self.scale if chosen.scale is None else chosen.scale,
            weight=chosen.weight,
        )

    @property
    def default_variant(self) -> str | None:
        return next(iter(self.variants), None)

    def variant_said(self, said: str) -> str | None:
        """The variant that "por saldo" or "por cuentas" means here; None where they choose nothing."""
        if said in self.variants:
            return said
        if said == "balance":
            return next((v for v, one in self.variants.items() if one.weight or one.unit == "money"), None)
        weighed = any(one.weight for one in self.variants.values())
        return next((v for v, one in self.variants.items() if weighed and not one.weight), None)

    @property
    def every_term(self) -> tuple[str, ...]:
        """The measures of all its definitions."""
        every = (term for v in (None, *self.variants) for term in self.parts(v).terms)
        return tuple(dict.fromkeys(every))


class Planned(_Entry):
    """A KPI the product knows by name and cannot compute: `lacks` says which data it would take."""

    id: str
    label: Bilingual
    lacks: Bilingual
    words: Words


class _File(_Entry):
    weights: dict[str, Any] = Field(default_factory=dict)  # anchors for the variants below it
    metrics: dict[str, dict[str, Any]]
    planned: dict[str, dict[str, Any]] = Field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Catalogue:
    metrics: dict[str, Metric]
    planned: dict[str, Planned]

    @cached_property
    def ids(self) -> tuple[str, ...]:
        return (*self.metrics, *self.planned)

    def taking(self, variant: str | None, metrics: Iterable[str]) -> str | None:
        """The variant said, where one of the metrics has it."""
        known = (self.metrics[m] for m in metrics if m in self.metrics)
        return variant if variant and any(m.variant_said(variant) for m in known) else None

    def label(self, metric_id: str, language: Language) -> str:
        entry = self.metrics.get(metric_id) or self.planned[metric_id]
        return entry.label.in_(language)


def load_catalogue(path: Path = DEFAULT_FILE) -> Catalogue:
    """Raises pydantic.ValidationError naming the key at fault. A file that stays is read once."""
    return _loaded(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _loaded(path: Path, _changed: int) -> Catalogue:
    raw = _File.model_validate(read_yaml(path))
    return Catalogue(
        metrics={k: Metric.model_validate({"id": k, **v}) for k, v in raw.metrics.items()},
        planned={k: Planned.model_validate({"id": k, **v}) for k, v in raw.planned.items()},
    )
