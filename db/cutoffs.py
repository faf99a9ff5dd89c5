"""What a period is compared with: the same business-day cut-off before it, or the same a year ago.

Knows days and calendars, not metrics: a running month is never set against a full one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from db import periods
from db.calendars import Calendar
from db.periods import Period, add_months

Kind = Literal["day", "week", "quincena", "month", "quarter", "semester", "year", "range"]

_DAY = timedelta(days=1)
_UNITS: dict[Kind, Callable[[date], Period]] = {
    "week": periods.week_of,
    "quincena": periods.quincena_of,
    "month": periods.month_of,
    "quarter": periods.quarter_of,
    "semester": periods.semester_of,
    "year": periods.year_of,
}
_MONTHS: dict[Kind, int] = {"month": 1, "quarter": 3, "semester": 6, "year": 12}
# A running period may be several things (1-12 January: month, quincena, quarter, year). First match wins.
_RUNNING: tuple[Kind, ...] = ("month", "week", "quincena", "year", "quarter", "semester")


@dataclass(frozen=True)
class Shape:
    """What a period is, and whether it is only the beginning of it."""

    kind: Kind
    partial: bool


def kind_of(period: Period, today: date | None = None) -> Shape:
    """The calendar unit a period is, whole or begun.

    From the 1st to `today` it is the running month, even on the 15th, when it is a whole quincena too.
    """
    if period.days == 1:
        return Shape("day", False)
    if period.end == today and _begins("month", period) and period != periods.month_of(period.start):
        return Shape("month", True)
    for kind, unit in _UNITS.items():
        if unit(period.start) == period:
            return Shape(kind, False)
    for kind in _RUNNING:
        if _begins(kind, period):
            return Shape(kind, True)
    return Shape("range", False)


def previous_same_cutoff(
    period: Period, today: date, calendar: Calendar | None, *, kind: Kind | None = None
) -> Period:
    """What `period` is usually compared with.

    A running month, quincena, quarter, semester or year: the one before, to its same business-day number.
    A running week: the same weekdays of the week before. A whole unit: the whole one before. A day: the
    same weekday a week before. Whole months: as many before. Any other range: as many days just before.
    What lies after `today` has not happened and is left out. `kind` says what was meant, where the caller
    knows it ("este mes" on the 1st is one day long), and is ignored where the period begins no such unit.
    Business days are the calendar's; where the unit before has fewer of them, it is taken whole. Without a
    calendar it ends on the same date: accounts move buckets by the days of the calendar.
    """
    meant = kind if kind and _fits(kind, period) else kind_of(period, today).kind
    seen = Period(start=period.start, end=today) if period.holds(today) else period
    if meant == "range":
        return _just_before(seen)
    if meant in ("day", "week") and (meant == "day" or seen != periods.week_of(seen.start)):
        return _shifted(seen, -7)
    unit = _UNITS[meant]
    before = unit(seen.start - _DAY)
    if seen == unit(seen.start):
        return before
    if calendar is None:
        return _up_to_date(before, seen, meant)
    return _up_to_number(before, calendar.business_days(seen), calendar)


def is_begun(kind: Kind, period: Period) -> bool:
    """Whether the period is the beginning of such a unit, and not all of it."""
    return kind in _UNITS and _begins(kind, period) and period != _UNITS[kind](period.start)


def previous_year(period: Period, calendar: Calendar | None = None) -> Period:
    """The same period a year before: whole units stay whole, weeks keep their weekdays (52 weeks).

    With a calendar, a running period ends at the same business-day number; without, on the same date.
    """
    shape = kind_of(period)
    if shape.kind == "week":
        return _shifted(period, -364)
    start = add_months(period.start, -12)
    if shape.kind in ("day", "range"):
        end = add_months(period.end, -12)
        return Period(start=start, end=periods.month_of(end).end if _whole_months(period) else end)
    unit = _UNITS[shape.kind](start)
    if not shape.partial:
        return unit
    if calendar is None:
        return Period(start=start, end=add_months(period.end, -12))
    return _up_to_number(unit, calendar.business_days(period), calendar)


def target_share(period: Period, up_to: date, calendar: Calendar) -> Fraction:
    """The part of a target's period gone by the end of `up_to`: its business days so far over all of them."""
    if up_to < period.start:
        return Fraction(0)
    if up_to >= period.end:
        return Fraction(1)
    whole = calendar.business_days(period)
    gone = calendar.business_days(Period(start=period.start, end=up_to))
    return Fraction(gone, whole) if whole else Fraction(0)


def _begins(kind: Kind, period: Period) -> bool:
    """Whether the period starts where such a unit starts and ends inside it."""
    unit = _UNITS[kind](period.start)
    return unit.start == period.start and period.end <= unit.end


def _fits(kind: Kind, period: Period) -> bool:
    if kind == "range":
        return True
    return period.days == 1 if kind == "day" else _begins(kind, period)


def _up_to_number(unit: Period, number: int, calendar: Calendar) -> Period:
    """The unit from its start to its `number`-th business day (its first day, if none has passed)."""
    end = calendar.add_business_days(unit.start - _DAY, number) if number else unit.start
    return Period(start=unit.start, end=min(end, unit.end))


def _up_to_date(unit: Period, seen: Period, kind: Kind) -> Period:
    """The unit from its start to the same date; a quincena's, to the same day of it."""
    months = _MONTHS.get(kind)
    end = add_months(seen.end, -months) if months else unit.start + timedelta(days=seen.days - 1)
    return Period(start=unit.start, end=min(end, unit.end))


def _just_before(period: Period) -> Period:
    last = period.start - _DAY
    if _whole_months(period):
        months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
        return Period(start=add_months(period.start, -months), end=last)
    return Period(start=period.start - timedelta(days=period.days), end=last)


def _whole_months(period: Period) -> bool:
    return period.start.day == 1 and period.end == periods.month_of(period.end).end


def _shifted(period: Period, days: int) -> Period:
    shift = timedelta(days=days)
    return Period(start=period.start + shift, end=period.end + shift)
