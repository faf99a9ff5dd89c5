"""Where a running month will close, and how far off such a projection has been. Knows no metric and no table.

Everything is linear in the sums it is given, so that the projections of the parts add up to the whole's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate
from math import isqrt

from db.apportion import rounded
from db.calendars import Calendar
from db.periods import Period, month_of
from db.seasonality import ONE, History, Profile

COVERAGE = 80  # per cent of the months that should close inside the interval
# The usual pace stands beside the month's own as so many plain business days: it settles the first days.
STEADY = 4 * ONE
PACE_MONTHS = 3
LEAST_MISSES = 2
MILLIONTHS = 1_000_000
# Student's t for 80 % two-sided, in thousandths, by the number of past misses; beyond, the normal's.
_T = (3078, 1886, 1638, 1533, 1476, 1440, 1415, 1397, 1383, 1372, 1363, 1356)


@dataclass(frozen=True)
class Elapsed:
    """How much of a month's weight is behind and ahead, as of a day."""

    gone: Fraction
    left: Fraction


@dataclass(frozen=True)
class Interval:
    """Whole units. `months`: how many past months' misses it was made from."""

    low: int
    high: int
    months: int


def elapsed(profile: Profile, month: Period, up_to: date, running: Fraction = Fraction(0)) -> Elapsed:
    """`up_to` is the last whole day; `running` the part gone of the day after it."""
    gone = Fraction(profile.over(Period(start=month.start, end=up_to)) if up_to >= month.start else 0)
    if up_to < month.end:
        gone += running * profile.weight(up_to + timedelta(days=1))
    return Elapsed(gone, profile.over(month) - gone)


def still_to_come(so_far: Fraction | int, usual: Fraction | None, at: Elapsed) -> Fraction:
    """What the rest of the month brings in: its weight at the month's own pace, steadied by the usual one
    where there is one.
    """
    behind = at.gone + (0 if usual is None else STEADY)
    return at.left * (so_far + STEADY * (usual or 0)) / behind if behind else Fraction(0)


def usual_pace(total: int, weight: int) -> Fraction | None:
    """Units a millionth of a plain business day; None where there is nothing to go by."""
    return Fraction(total, weight) if weight else None


def same_cut(month: Period, number: int, calendar: Calendar) -> date:
    """The month's `number`-th business day; the day before it begins where none is gone."""
    before = month.start - timedelta(days=1)
    return min(calendar.add_business_days(before, number), month.end) if number else before


@dataclass(frozen=True)
class Met:
    """A past month as it would have been met unseen: `gone` and `came` up to each day, 0 before the first."""

    month: Period
    usual: Fraction | None
    gone: tuple[int, ...]
    came: tuple[int, ...]


def unseen(history: History, profile: Profile | None = None) -> list[Met]:
    """Each month by the season and the pace that the others teach; or by a profile none of them taught."""
    found = []
    for n, month in enumerate(history.months):
        learnt = profile or history.without[n]
        others = [m for k, m in enumerate(history.months) if k != n]
        near = sorted(others, key=lambda m: (abs((m.start - month.start).days), m.start))[:PACE_MONTHS]
        usual = usual_pace(sum(map(history.total, near)), sum(map(learnt.over, near)))
        days = list(month.each_day())
        gone = accumulate((learnt.weight(day) for day in days), initial=0)
        came = accumulate((history.days.get(day, 0) for day in days), initial=0)
        found.append(Met(month, usual, tuple(gone), tuple(came)))
    return found


def misses(met: Sequence[Met], number: int, working: Calendar) -> list[int]:
    """By how much the rest of each month missed its projection of the same business day, in millionths."""
    found = []
    for one in met:
        n = (same_cut(one.month, number, working) - one.month.start).days + 1
        at = Elapsed(Fraction(one.gone[n]), Fraction(one.gone[-1] - one.gone[n]))
        expected = still_to_come(one.came[n], one.usual, at)
        if expected > 0:
            found.append(rounded((one.came[-1] - one.came[n] - expected) / expected * MILLIONTHS))
    return found


def interval(so_far: Fraction | int, expected: Fraction, missed: Sequence[int]) -> Interval | None:
    """The month's close, give or take what past projections missed by; None where too few are known."""
    if len(missed) < LEAST_MISSES or expected <= 0:
        return None
    spread = isqrt(sum(miss * miss for miss in missed) // len(missed))
    wide = expected * spread * _T[min(len(missed), len(_T)) - 1] / (MILLIONTHS * 1000)
    least = max(expected - wide, Fraction(0))
    return Interval(rounded(so_far + least), rounded(so_far + expected + wide), len(missed))


@dataclass(frozen=True)
class Trial:
    """One projection made in the past, and what became of it."""

    on: date
    expected: int
    actual: int
    within: Interval | None

    @property
    def covered(self) -> bool:
        return self.within is not None and self.within.low <= self.actual <= self.within.high


def backtest(history: History, tested: int, step: int = 1, *, seasonal: bool = True) -> list[Trial]:
    """Projects each of the last `tested` months at every `step`-th business day, knowing only what came
    before. `seasonal=False` projects by business days alone, with the interval of the seasonal one.
    """
    trials = []
    working, bank = history.working, history.bank
    for n in range(len(history.months) - tested, len(history.months)):
        month, known = history.months[n], History(history.days, history.months[:n], working, bank)
        profile, met = (known.profile if seasonal else Profile(working, bank)), unseen(known)
        near = known.months[-PACE_MONTHS:]
        usual = usual_pace(sum(map(known.total, near)), sum(map(profile.over, near)))
        for number in range(1, working.business_days(month), step):
            cut = same_cut(month, number, working)
            so_far = history.total(Period(start=month.start, end=cut))
            expected = still_to_come(so_far, usual, elapsed(profile, month, cut))
            within = interval(so_far, expected, misses(met, number, working))
            trials.append(Trial(cut, rounded(so_far + expected), history.total(month), within))
    return trials


def whole_months(first: date, before: date, most: int) -> tuple[Period, ...]:
    """The whole months with data that end before `before`, at most the last `most`, oldest first.

    A month whose first days are missing is not whole; two of them may well have brought nothing.
    """
    found: list[Period] = []
    month = month_of(before.replace(day=1) - timedelta(days=1))
    while len(found) < most and first <= month.start + timedelta(days=2):
        found.append(month)
        month = month_of(month.start - timedelta(days=1))
    return tuple(reversed(found))
