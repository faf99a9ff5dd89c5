"""Whether a day is unusual for its weekday: the median of the same weekdays before, and how far they spread.

A day counts as unusual from a robust z of 3.5 on (0.6745 x distance from the median / median distance;
Iglewicz and Hoaglin). What adds up over days is first told in plain days, where the season has been learnt: a
payday is no anomaly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from statistics import median

from db.goals import ADDITIVE
from db.measures import MEASURES
from db.numbers import Key
from db.periods import Period
from db.seasonality import ONE
from db.sources import SOURCES
from skills.contract import Context, Value
from skills.kpi.freshness import held_days
from skills.kpi.plan import Plan
from skills.kpi.rows import Line, decimal, lines
from skills.kpi.seasons import season
from skills.kpi.wording import Wording

WEEKS, LEAST_DAYS = 12, 6
FAR = Fraction(7, 2)
_NORMAL = Fraction(6745, 10_000)  # makes the median distance comparable with a standard deviation
# A rate counted on fewer cases a day moves by itself.
LEAST_CASES = 30

By = Mapping[tuple[date, Key], Line]


@dataclass(frozen=True)
class Odd:
    """A row of one day that stands out. `times`: its robust z, negative where it lies below."""

    key: Key
    line: Line
    usual: Fraction  # the median, in the metric's unit
    times: Fraction
    days: int


def unusual(ctx: Context, plan: Plan, day: date, dims: tuple[str, ...]) -> list[Odd]:
    """The rows of the day that stand out, the farthest first. Nothing where too few such days are known."""
    if not _by_day(plan):
        return []
    known = _same_weekdays(ctx, plan, day)
    if len(known) < LEAST_DAYS:
        return []
    by = _lines(ctx, plan, Period(start=min(known), end=day), dims)
    keys = {key for _, key in by}
    odd = [found for key in keys if (found := _judged(ctx, plan, by, key, day, known)) is not None]
    return sorted(odd, key=lambda one: (-abs(one.times), str(one.key)))


def day_notes(ctx: Context, words: Wording) -> list[str]:
    """Beside the number of one day: that it stands out."""
    plan = words.plan
    if plan.period.days > 1 or plan.dims or plan.thresholds:
        return []
    found = unusual(ctx, plan, plan.period.start, ())
    return [
        words.say(
            "odd.note",
            times=times(words, odd),
            n=odd.days,
            usual=words.number(Value(decimal(odd.usual), plan.parts.unit)),
        )
        for odd in found
    ]


def times(words: Wording, odd: Odd) -> str:
    """How far, in usual distances, and which way."""
    way = "above" if odd.times > 0 else "below"
    return words.say(f"odd.{way}", n=f"{abs(decimal(odd.times)):.1f}")


def _by_day(plan: Plan) -> bool:
    """Whether a day of it stands by itself: no cut-off, no month, nothing worked out from other sums."""
    terms = plan.parts.terms
    return plan.metric.kind == "flow" and all(
        t in MEASURES and SOURCES[MEASURES[t].source].picks == "period" for t in terms
    )


def _same_weekdays(ctx: Context, plan: Plan, day: date) -> list[date]:
    """The same weekdays before, on which there was work and data."""
    held = held_days(ctx, plan)
    working = ctx.calendars.working
    if held is None or not working.is_business_day(day):
        return []
    before = (day - timedelta(weeks=n) for n in range(1, WEEKS + 1))
    return [each for each in before if held.holds(each) and working.is_business_day(each)]


def _lines(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> By:
    found = lines(ctx, plan, period, ("day", *dims)).by_key
    return {(key[0], key[1:]): line for key, line in found.items()}


def _judged(ctx: Context, plan: Plan, by: By, key: Key, day: date, known: list[date]) -> Odd | None:
    line = by.get((day, key))
    now = _value(plan, line)
    past = {each: value for each in known if (value := _value(plan, by.get((each, key)))) is not None}
    if line is None or now is None or len(past) < LEAST_DAYS:
        return None
    times = _distance(now, past.values())
    if abs(times) < FAR:
        return None
    if plan.metric.id in ADDITIVE:
        weight = season(ctx, plan, plan.metric.id, day).weight
        past = {each: value * ONE / (weight(each) or ONE) for each, value in past.items()}
        times = _distance(now * ONE / (weight(day) or ONE), past.values())
        past = {each: value * (weight(day) or ONE) / ONE for each, value in past.items()}
    # So far today may well be less than a whole day; more than one it cannot be by chance.
    running = day >= plan.today and plan.parts.den is None
    if abs(times) < FAR or (running and times < 0):
        return None
    return Odd(key, line, median(past.values()), times, len(past))


def _value(plan: Plan, line: Line | None) -> Fraction | None:
    """In the metric's unit. A day without rows brought nothing; of a rate it says nothing."""
    if plan.parts.den is not None and (line is None or line.n < LEAST_CASES):
        return None
    amount = (line or Line(0, None, 0)).amount(plan.metric, plan.variant)
    return None if amount is None else Fraction(amount)


def _distance(now: Fraction, past: Iterable[Fraction]) -> Fraction:
    """0 where the past never moved: then nothing says how far is far."""
    known = list(past)
    middle = median(known)
    spread = median(abs(each - middle) for each in known)
    return _NORMAL * (now - middle) / spread if spread else Fraction(0)
