"""What a contract or the agency itself adds to the law: days, attempts, terms, registered numbers."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from db.calendars import Calendar

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@lru_cache(maxsize=64)
def _holidays(labour: Calendar, year: int) -> frozenset[date]:
    return labour.closed_days(year)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ClientPolicy(_Section):
    """What is not said here is as the agency says."""

    days: tuple[Weekday, ...] | None = None
    holidays: bool | None = None
    attempts_a_day: int | None = Field(default=None, ge=1, le=100)
    complaint_days: int | None = Field(default=None, ge=1, le=60)
    caller_ids: tuple[str, ...] = ()  # as registered with the authority; none: nothing to compare with


_NOTHING = ClientPolicy()


class Policy(_Section):
    """`attempts_a_day` None: no limit was agreed, so none is watched."""

    days: tuple[Weekday, ...] = Field(default=("mon", "tue", "wed", "thu", "fri", "sat"), min_length=1)
    holidays: bool = False  # whether debtors are called on labour holidays
    attempts_a_day: int | None = Field(default=None, ge=1, le=100)
    complaint_days: int = Field(default=10, ge=1, le=60)  # business days of the authority
    clients: Mapping[str, ClientPolicy] = Field(default_factory=dict)

    def open_on(self, client: str, day: date, labour: Calendar) -> bool:
        own = self.clients.get(client, _NOTHING)
        if _WEEK[day.weekday()] not in (own.days or self.days):
            return False
        holidays = self.holidays if own.holidays is None else own.holidays
        return holidays or day not in _holidays(labour, day.year)

    def most_attempts(self, client: str) -> int | None:
        return self.clients.get(client, _NOTHING).attempts_a_day or self.attempts_a_day

    def complaint_term(self, client: str) -> int:
        return self.clients.get(client, _NOTHING).complaint_days or self.complaint_days

    def caller_ids(self, client: str) -> frozenset[str]:
        return frozenset(self.clients.get(client, _NOTHING).caller_ids)
