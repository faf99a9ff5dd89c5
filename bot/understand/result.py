"""What a reading is, and how it is written for others. Knows nothing of how it came about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from skills.contract import KpiRequest, Option


@dataclass(frozen=True)
class Reading:
    """What was understood. `choices` are whole requests, for buttons; `repairs` are typing errors mended.

    `moved`: which way a "why did it ...?" takes the number to have gone. It is no field of the question.
    `because`: what cannot be as it was said, as (kind, as typed): a day no calendar has, no amount.
    `calls`: what a language model was asked on the way, for the record.
    """

    outcome: str
    intent: str | None = None
    fields: Mapping[str, Any] | None = None
    about: str | None = None
    candidates: tuple[Any, ...] = ()
    unread: tuple[str, ...] = ()
    repairs: tuple[tuple[str, str], ...] = ()
    choices: tuple[Option, ...] = field(default=())
    moved: str | None = None
    calls: tuple[Any, ...] = ()
    because: tuple[tuple[str, str], ...] = ()

    def json(self) -> dict[str, Any]:
        out: dict[str, Any] = {"outcome": self.outcome}
        if self.intent is not None:
            out["intent"] = self.intent
        if self.fields is not None:
            out["fields"] = dict(self.fields)
        if self.about is not None or self.outcome == "help":
            out["about"] = self.about
        if self.candidates:
            out["candidates"] = list(self.candidates)
        out["unread"] = list(self.unread)
        return out


def wire(request: KpiRequest) -> dict[str, Any]:
    """The contract's fields; a comparison that has no period of its own does not carry an empty one."""
    fields = request.fields()
    if fields["compare"] and fields["compare"].get("period") is None:
        fields["compare"] = {"to": fields["compare"]["to"]}
    return fields
