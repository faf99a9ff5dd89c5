"""The demo's days: six whole months and the running one, ending at `now`. Knows no accounts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from db.calendars import load_calendars
from db.periods import Period, add_months, month_of

AGENCY_ZONE = ZoneInfo("America/Mexico_City")
MONTHS = 6
EPOCH = date(1970, 1, 1)
# People are paid on the 15th and at the month's end, and pay soon after.
PAYDAY_PULL = {14: 1.2, 15: 2.6, 16: 1.9, 17: 1.2, 29: 1.2, 30: 2.4, 31: 2.2, 1: 1.7, 2: 1.1}
QUIET_DAY = 0.72
QUIET_SUNDAY = 0.6


@dataclass(frozen=True)
class Timeline:
    """Day 0 is the opening cut, the last day of a month; the last is today."""

    now: datetime
    days: tuple[date, ...] = field(init=False)
    working: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("a naive datetime has no moment: attach its zone first")
        today = self.now.astimezone(AGENCY_ZONE).date()
        opening = add_months(today.replace(day=1), -MONTHS) - timedelta(days=1)
        days = tuple(Period(start=opening, end=today).each_day())
        calendar = load_calendars().working
        object.__setattr__(self, "days", days)
        object.__setattr__(self, "working", np.array([calendar.is_business_day(day) for day in days]))

    @property
    def today(self) -> date:
        return self.days[-1]

    @property
    def last(self) -> int:
        return len(self.days) - 1

    @property
    def second_of_today(self) -> int:
        local = self.now.astimezone(AGENCY_ZONE)
        return local.hour * 3600 + local.minute * 60 + local.second

    def index(self, day: date) -> int:
        return (day - self.days[0]).days

    def is_month_end(self, t: int) -> bool:
        return self.days[t] == month_of(self.days[t]).end

    def working_before(self, n: int) -> int:
        """The index of the n-th working day before today."""
        return int(np.flatnonzero(self.working[: self.last])[-n])

    def first_working(self, months_ago: int) -> int:
        """The index of the first working day of the month so many months ago."""
        first = self.index(add_months(self.today.replace(day=1), -months_ago))
        return first + int(np.argmax(self.working[first:]))

    def cuts(self, lag: int) -> list[int]:
        """The days a client's balance file speaks of: each since last month, Sundays and closes before."""
        daily_from = self.index(add_months(self.today.replace(day=1), -1))
        return [
            t
            for t in range(self.last - lag + 1)
            if t >= daily_from or self.days[t].weekday() == 6 or self.is_month_end(t)
        ]

    def months(self) -> list[Period]:
        """The whole months, and the running one up to its end."""
        first = self.today.replace(day=1)
        return [month_of(add_months(first, -n)) for n in range(MONTHS, -1, -1)]

    def payday_pull(self) -> NDArray[np.float64]:
        pull = [PAYDAY_PULL.get(day.day, QUIET_DAY) for day in self.days]
        sunday = [QUIET_SUNDAY if day.weekday() == 6 else 1.0 for day in self.days]
        both: NDArray[np.float64] = np.array(pull) * np.array(sunday)
        return both

    def texts(self) -> list[str]:
        return [day.isoformat() for day in self.days]


def utc_texts(days: Sequence[date], day: NDArray[np.int64], second: NDArray[np.int64]) -> list[str]:
    """Local days and seconds as UTC instants in storage form."""
    noon = [datetime(d.year, d.month, d.day, 12, tzinfo=AGENCY_ZONE) for d in days]
    offsets = np.array([int((at.utcoffset() or timedelta()).total_seconds()) for at in noon])
    base = (days[0] - EPOCH).days * 86_400 if days else 0
    moments = base + day * 86_400 + second - offsets[day]
    whole, rest = np.divmod(moments, 86_400)
    first = int(whole.min()) if len(whole) else 0
    span = int(whole.max()) - first + 1 if len(whole) else 0
    dates = [(EPOCH + timedelta(days=first + n)).isoformat() for n in range(span)]
    return [dates[d - first] + _CLOCK[s] for d, s in zip(whole.tolist(), rest.tolist(), strict=True)]


_CLOCK = [f" {s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}.000000" for s in range(86_400)]
