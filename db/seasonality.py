"""How a month's money is spread over its days, learnt from the agency's own whole months. Reads no table.

A day's weight is its weekday's times its moment's of the quincena, in millionths of a plain business day. The
fit is shrunk to the business days alone, so that a short history moves them little. Weights are estimated in
floating point and rounded once; every share of money taken from them is exact.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Literal

from db.calendars import Calendar
from db.periods import Period, month_of

Moment = Literal["plain", "eve", "payday", "close", "first", "second"]
ONE = 1_000_000  # a plain business day
MOST_MONTHS, LEAST_MONTHS = 12, 2
SUNDAY, HOLIDAY = 6, 7
# How many plain days each factor is averaged with: a weekday comes four times a month, a payday once.
WEEKDAY_PRIOR, MOMENT_PRIOR = 4.0, 1.0
ROUNDS = 3
SPIKE = 6.0  # a day counts for at most so many plain ones: one settled lawsuit is no season
_MOMENTS: tuple[Moment, ...] = ("plain", "eve", "payday", "close", "first", "second")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Profile:
    """`weekdays`: Monday to Sunday, then a holiday. `months` 0: the plain business days, nothing learnt."""

    working: Calendar
    bank: Calendar
    weekdays: tuple[int, ...] = ()
    moments: Mapping[Moment, int] | None = None
    months: int = 0

    def weight(self, day: date) -> int:
        if self.moments is None:
            return ONE if self.working.is_business_day(day) else 0
        row, moment = place_of(day, self.working, self.bank)
        return self.weekdays[row] * self.moments[moment] // ONE

    def over(self, period: Period) -> int:
        return sum(self.weight(day) for day in period.each_day())

    def share(self, whole: Period, part: Period) -> Fraction:
        """The part of `whole` that falls into `part`; a whole without weight falls due on its last day."""
        start, end = max(whole.start, part.start), min(whole.end, part.end)
        if end < start:
            return Fraction(0)
        every = self.over(whole)
        if not every:
            return Fraction(int(end == whole.end))
        return Fraction(self.over(Period(start=start, end=end)), every)


@lru_cache(maxsize=4096)
def place_of(day: date, working: Calendar, bank: Calendar) -> tuple[int, Moment]:
    """A day's weekday (a closed one from Monday to Friday is a holiday), and its moment of the quincena."""
    closed = not working.is_business_day(day)
    row = HOLIDAY if closed and day.weekday() < SUNDAY - 1 else day.weekday()
    return row, _moments(day.replace(day=1), working, bank).get(day, "plain")


@lru_cache(maxsize=256)
def _moments(first: date, working: Calendar, bank: Calendar) -> dict[date, Moment]:
    """The month's days around its paydays: the 15th, the last day, and the last day of the month before.

    A payday on which banks are closed is paid the bank business day before.
    """
    month = month_of(first)
    found: dict[date, Moment] = {}
    for named, on in (("close", first - _DAY), ("payday", first.replace(day=15)), ("close", month.end)):
        paid = on if bank.is_business_day(on) else bank.add_business_days(on, -1)
        around: tuple[tuple[date, Moment], ...] = (
            (working.add_business_days(paid, -1), "eve"),
            (working.add_business_days(paid, 2), "second"),
            (working.add_business_days(paid, 1), "first"),
            (paid, "payday" if named == "payday" else "close"),
        )
        found |= dict(around)
    return {day: moment for day, moment in found.items() if month.holds(day)}


@dataclass(frozen=True)
class _Day:
    """One observed day: where it stands, and its sum."""

    row: int
    moment: Moment
    amount: int


@dataclass(frozen=True)
class History:
    """Whole months of sums by day, and what they teach."""

    days: Mapping[date, int]
    months: tuple[Period, ...]
    working: Calendar
    bank: Calendar

    @cached_property
    def profile(self) -> Profile:
        return self._learnt(range(len(self.months)))

    @cached_property
    def without(self) -> tuple[Profile, ...]:
        """Of each month, what the others teach: how it would have been met unseen."""
        every = range(len(self.months))
        return tuple(self._learnt(n for n in every if n != left_out) for left_out in every)

    def total(self, period: Period) -> int:
        return sum(self.days.get(day, 0) for day in period.each_day())

    @cached_property
    def _observed(self) -> tuple[tuple[_Day, ...], ...]:
        return tuple(
            tuple(
                _Day(*place_of(day, self.working, self.bank), max(self.days.get(day, 0), 0))
                for day in month.each_day()
            )
            for month in self.months
        )

    def _learnt(self, which: Iterable[int]) -> Profile:
        """Weekdays and moments in turn, each the ratio of what came in to what the other alone expects."""
        months = [self._observed[n] for n in which]
        months = [days for days in months if any(day.amount for day in days)]
        plain = Profile(self.working, self.bank)
        if len(months) < LEAST_MONTHS:
            return plain
        weekdays, moments = list(self._usual), dict.fromkeys(_MOMENTS, 1.0)
        for _ in range(ROUNDS):
            levels = [_level(days, weekdays, moments) for days in months]
            seen = [
                (day, min(day.amount / level, SPIKE))
                for days, level in zip(months, levels, strict=True)
                if level
                for day in days
            ]
            came, stood = [WEEKDAY_PRIOR * each for each in self._usual], [WEEKDAY_PRIOR] * len(weekdays)
            for day, ratio in seen:
                came[day.row] += ratio
                stood[day.row] += moments[day.moment]
            weekdays = [each / weight for each, weight in zip(came, stood, strict=True)]
            met, stands = dict.fromkeys(_MOMENTS, MOMENT_PRIOR), dict.fromkeys(_MOMENTS, MOMENT_PRIOR)
            for day, ratio in seen:
                met[day.moment] += ratio
                stands[day.moment] += weekdays[day.row]
            moments = {moment: met[moment] / stands[moment] for moment in _MOMENTS} | {"plain": 1.0}
        return Profile(
            self.working,
            self.bank,
            tuple(round(weight * ONE) for weight in weekdays),
            {moment: round(weight * ONE) for moment, weight in moments.items()},
            len(months),
        )

    @cached_property
    def _usual(self) -> tuple[float, ...]:
        """The business days alone: a weekday counts where the agency usually works on it; a holiday never."""
        days = [day for month in self.months for day in month.each_day()]
        works = [[self.working.is_business_day(d) for d in days if d.weekday() == n] for n in range(7)]
        return (*(1.0 if 2 * sum(each) > len(each) else 0.0 for each in works), 0.0)


def _level(days: Sequence[_Day], weekdays: Sequence[float], moments: Mapping[Moment, float]) -> float:
    """What a plain business day of the month brings in."""
    weight = sum(weekdays[day.row] * moments[day.moment] for day in days)
    return sum(day.amount for day in days) / weight if weight else 0.0
