"""When something is due: at an hour of some weekdays in a zone, every so often, or once. Knows no clock.

Each local day has its hour once: one that the clocks skip is due as much later as they skip, one that they
repeat is due the first time.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(7))
_WEEK = 7
_DAY = timedelta(days=1)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class When(Protocol):
    """A rhythm. Moments are UTC; the same rhythm gives the same moments in every process."""

    def latest(self, now: datetime) -> datetime:
        """The last moment at or before `now`."""

    def after(self, now: datetime) -> datetime:
        """The first moment after `now`."""

    def until(self, moment: datetime) -> datetime:
        """How long what fell due then may still be done."""


@dataclass(frozen=True)
class Daily:
    """At an hour of some weekdays (0 = Monday); what was missed is done the same day or not at all."""

    at: time
    days: frozenset[int]
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if not self.days or not self.days <= EVERY_DAY:
            raise ValueError("some of the days 0 to 6")

    def latest(self, now: datetime) -> datetime:
        return next(m for m in self._moments(now, -1) if m <= now)

    def after(self, now: datetime) -> datetime:
        return next(m for m in self._moments(now, 1) if m > now)

    def until(self, moment: datetime) -> datetime:
        local = moment.astimezone(self.zone)
        return datetime.combine(local.date() + _DAY, time(), self.zone).astimezone(UTC)

    def _moments(self, now: datetime, step: int) -> "list[datetime]":
        today = now.astimezone(self.zone).date()
        days = (today + n * step * _DAY for n in range(_WEEK + 1))
        local = [datetime.combine(day, self.at, self.zone) for day in days if day.weekday() in self.days]
        return [each.astimezone(UTC) for each in local]


@dataclass(frozen=True)
class Every:
    """Every so many minutes, counted from 1970; what is older than `hours` is not done any more."""

    minutes: int
    hours: float = 1.0

    def latest(self, now: datetime) -> datetime:
        seconds = self.minutes * 60
        return datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)

    def after(self, now: datetime) -> datetime:
        return self.latest(now) + timedelta(minutes=self.minutes)

    def until(self, moment: datetime) -> datetime:
        return moment + timedelta(hours=self.hours)


@dataclass(frozen=True)
class Once:
    """At one moment; what is older than `hours` is not done any more."""

    at: datetime
    zone: ZoneInfo
    hours: float = 72.0

    def latest(self, now: datetime) -> datetime:
        """Of what is still to come there was none: a moment that no duty reaches back to."""
        return self.at if self.at <= now else _NEVER

    def after(self, now: datetime) -> datetime:
        return self.at if self.at > now else now + _DAY

    def until(self, moment: datetime) -> datetime:
        return moment + timedelta(hours=self.hours)
