"""What a schedule asks for, in the one notation. Knows no table."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from skills.contract import Filter, Role

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAYS: Mapping[str, frozenset[int]] = {
    **{name: frozenset({n}) for n, name in enumerate(WEEKDAYS)},
    "weekdays": frozenset(range(5)),
    "daily": frozenset(range(6)),  # Sunday is nobody's, unless it is named
}
REPORTS = ("scorecard", "weekly", "monthly", "executive")
# What can be sent: it is asked and read, nothing is done by the clock.
SENDABLE = (
    *("kpi", "why", "anomalies", *REPORTS),
    *("accounts", "promises", "agreements", "payments", "breaches", "alerts"),
)
# Who may ask for what not everybody may: to the others it would be refused anew each time.
OF_ROLES: Mapping[str, frozenset[Role]] = {
    "executive": frozenset(("supervisor", "manager", "director", "admin")),
}
_HOUR = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


class ScheduleRequest(BaseModel):
    """A report by its name, or any request whole; on a weekday (or daily, or weekdays) at an hour."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    report: str | None = None
    request: Mapping[str, Mapping[str, Any]] | None = None
    client: str | None = None
    filters: tuple[Filter, ...] = ()
    weekday: Literal[
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "weekdays", "daily"
    ]
    time: str
    channel: str | None = Field(default=None, max_length=80)

    @field_validator("time")
    @classmethod
    def _hour(cls, given: str) -> str:
        if not _HOUR.fullmatch(given):
            raise ValueError("an hour, as 08:00")
        return given

    @model_validator(mode="after")
    def _one(self) -> "ScheduleRequest":
        if (self.report is None) == (self.request is None):
            raise ValueError("a report, or a request")
        if self.request is not None and len(self.request) != 1:
            raise ValueError("one request")
        return self

    @property
    def asked(self) -> tuple[str, dict[str, Any]]:
        """The request that is run each time: its intent and its fields."""
        if self.request is not None:
            ((intent, fields),) = self.request.items()
            return intent, dict(fields)
        client = Filter(field="client", op="eq", value=self.client) if self.client else None
        filters = (*self.filters, *((client,) if client else ()))
        return self.report or "", {"filters": [each.model_dump(mode="json") for each in filters]}


class StopRequest(BaseModel):
    """Which of one's own: by its token, by what is sent, by the weekday; or all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str | None = None
    report: str | None = None
    weekday: str | None = None

    @model_validator(mode="after")
    def _some(self) -> "StopRequest":
        if not (self.target or self.report or self.weekday):
            raise ValueError("which one?")
        return self
