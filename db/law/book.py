"""The rule book as data: which version of which rule holds on a day, for whom, and how sure we are of it.

Knows what is written in db/rules.yaml; judges nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from db.metrics import Bilingual

DEFAULT_FILE = Path(__file__).parent.parent / "rules.yaml"

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
Regime = Literal["FINANCIERA", "COMERCIAL", "PROPIA"]
# What somebody may be about to do. `wording`: a text that is to reach a debtor, or a note about one.
Deed = Literal[
    "contact",
    "schedule_reminder",
    "assign_dial_mode",
    "reassign_accounts",
    "record_ptp",
    "record_agreement",
    "wording",
]
Record = Literal["contact", "case", "account", "shift"]


class Version(BaseModel):
    """A rule as it holds between two days."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    since: date = Field(alias="from")
    until: date | None = None  # the first day it no longer holds
    regimes: tuple[Regime, ...] = Field(min_length=1)
    severity: Severity
    nature: Literal["law", "contract", "policy"]
    sure: Literal["high", "medium", "low"]
    article: Bilingual
    text: Bilingual
    before: Mapping[Deed, Literal["block", "warn"]] = Field(default_factory=dict)
    after: Record | None = None
    lacks: Bilingual | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Version":
        if not (self.before or self.after or self.lacks):
            raise ValueError("say what checks it, or what it lacks to be checked")
        return self

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Rule:
    """One rule on one day. `version` counts from 1, the oldest."""

    id: str
    version: int
    written: Version

    def protects(self, regime: str) -> bool:
        return regime in self.written.regimes


@dataclass(frozen=True)
class Book:
    rules: Mapping[str, tuple[Version, ...]]

    def in_force(self, day: date) -> dict[str, Rule]:
        return {rule.id: rule for rule in self._versions() if rule.written.holds_on(day)}

    def rule(self, name: str, day: date) -> Rule | None:
        return self.in_force(day).get(name)

    def _versions(self) -> Iterator[Rule]:
        for name, versions in self.rules.items():
            yield from (Rule(name, n, each) for n, each in enumerate(versions, 1))


@cache
def load_book(path: Path = DEFAULT_FILE) -> Book:
    """Raises ValueError naming the rule at fault."""
    raw: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = {}
    for name, versions in raw.items():
        read = tuple(Version.model_validate(each) for each in versions)
        for one, other in pairwise(read):
            if one.until is None or other.since < one.until:
                raise ValueError(f"{name}: two versions at once on {other.since}")
        found[name] = read
    return Book(found)
