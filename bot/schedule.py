"""The section of config.yaml that says what is sent to whom at which hour. Reads no file and no table."""

import hashlib
from datetime import time
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator, model_validator

from bot.sections import Section
from db.when import Daily
from skills.contract import Role
from skills.rules import Delivery

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
WORKDAYS = WEEKDAYS[:6]
DIGEST, NAME = 6, 40  # letters of a schedule's name among the ticks
HOUR = 60  # YAML reads an unquoted 13:00 as a number of minutes


class To(Section):
    """One person by employee number, everybody of a role, or a channel by name or id."""

    person: str | None = None
    role: Role | None = None
    channel: str | None = None

    @model_validator(mode="after")
    def _one(self) -> "To":
        if sum(each is not None for each in (self.person, self.role, self.channel)) != 1:
            raise ValueError("one of person, role and channel")
        return self


class Schedule(Section):
    """`ask` is one request, {intent: fields}, run in the right of whoever receives it; in a channel, in the
    right of the person `by` and never beyond what the channel may show."""

    ask: dict[str, dict[str, Any]]
    to: To
    by: str | None = None
    at: time
    days: tuple[Weekday, ...] = Field(default=WORKDAYS, min_length=1)
    zone: str | None = None  # none: the agency's
    rest: bool = True  # nothing on a holiday, nor on a person's own day of rest

    @field_validator("ask")
    @classmethod
    def _single(cls, ask: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        if len(ask) != 1:
            raise ValueError("one request, as intent: {fields}")
        return ask

    @field_validator("at", mode="before")
    @classmethod
    def _clock(cls, given: Any) -> Any:
        return f"{given // HOUR:02}:{given % HOUR:02}" if isinstance(given, int) else given

    @field_validator("zone")
    @classmethod
    def _known(cls, name: str | None) -> str | None:
        if name is not None and name not in available_timezones():
            raise ValueError(f"no such time zone: {name}")
        return name

    @model_validator(mode="after")
    def _whose(self) -> "Schedule":
        if (self.to.channel is None) != (self.by is None):
            raise ValueError("`by` names the person in whose right a channel is told: there, and only there")
        return self

    @property
    def intent(self) -> str:
        return next(iter(self.ask))

    @property
    def fields(self) -> dict[str, Any]:
        return self.ask[self.intent]

    @property
    def numbered(self) -> frozenset[int]:
        return frozenset(WEEKDAYS.index(each) for each in self.days)

    def when(self, zone: ZoneInfo) -> Daily:
        return Daily(self.at, self.numbered, zone if self.zone is None else ZoneInfo(self.zone))

    def key(self, name: str) -> str:
        """A schedule that is changed is another one: its hour today may be past, and was not missed."""
        digest = hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:DIGEST]
        return f"{name[:NAME]}:{digest}"

    def delivery(self, name: str) -> Delivery:
        """As the skills are told of it."""
        return Delivery(
            key=self.key(name),
            request=self.ask,
            person=self.to.person or self.by,
            role=self.to.role,
            channel=self.to.channel,
            days=self.numbered,
            at=self.at,
            zone=self.zone,
        )
