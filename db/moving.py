"""Periods that go with the day: what "last week" is next Monday. Knows no text.

Somebody who has today's answer sent every Monday means the same words on that Monday, not the same days.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from db.periods import Period, day, month_of, quincena_of, week_of

_DAY = timedelta(days=1)


def _before(of: Callable[[date], Period]) -> Callable[[date], Period]:
    """The whole one before the one that runs."""
    return lambda today: of(of(today).start - _DAY)


def _to_date(of: Callable[[date], Period]) -> Callable[[date], Period]:
    return lambda today: Period(start=of(today).start, end=today)


def _last(days: int) -> Callable[[date], Period]:
    return lambda today: Period(start=today - timedelta(days=days - 1), end=today)


# In the order in which a period is taken for one of them.
MOVING: Mapping[str, Callable[[date], Period]] = {
    "today": day,
    "yesterday": lambda today: day(today - _DAY),
    "month": _to_date(month_of),
    "week": _to_date(week_of),
    "quincena": _to_date(quincena_of),
    "whole_month": month_of,
    "whole_week": week_of,
    "whole_quincena": quincena_of,
    "last_week": _before(week_of),
    "last_month": _before(month_of),
    "last_quincena": _before(quincena_of),
    "last_7_days": _last(7),
    "last_14_days": _last(14),
    "last_30_days": _last(30),
    "last_90_days": _last(90),
}


def moving_as(period: Period, today: date) -> str | None:
    """How a period goes with the day; None where it stands still."""
    return next((name for name, of in MOVING.items() if of(today) == period), None)
