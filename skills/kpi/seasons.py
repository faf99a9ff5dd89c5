"""Sums by day of the agency's whole months, and what they teach of its season. Knows no wording."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

from db.goals import ADDITIVE, Spread
from db.measures import MEASURES
from db.numbers import Condition, Summed, sum_up
from db.periods import Period, add_months
from db.projection import whole_months
from db.scope import Scope
from db.seasonality import MOST_MONTHS, History, Profile
from db.sources import SOURCES, Window
from skills.contract import Context
from skills.kpi.plan import Plan


def daily(
    ctx: Context,
    plan: Plan,
    measure: str,
    period: Period,
    *,
    dims: tuple[str, ...] = (),
    conditions: Sequence[Condition] = (),
    scope: Scope,
) -> Summed:
    """A measure's sums, keyed by day first."""
    window = Window(today=plan.today, period=period, waiting=plan.waiting)
    asked = ("day", *dims)
    return sum_up(ctx.session, (measure,), dims=asked, conditions=conditions, scope=scope, window=window)


def history(
    ctx: Context,
    plan: Plan,
    measure: str,
    before: date,
    *,
    conditions: Sequence[Condition] = (),
    scope: Scope,
) -> History:
    """The last whole months before the month of `before`, at most a year of them."""
    first = before.replace(day=1)
    span = Period(start=add_months(first, -MOST_MONTHS), end=first - timedelta(days=1))
    key = ("history", measure, span.end, tuple(conditions), scope)
    if key not in ctx.memo:
        read = daily(ctx, plan, measure, span, conditions=conditions, scope=scope)
        days = {day: int(sums[0].total) for (day,), sums in read.by_key.items()}
        months = whole_months(min(days), first, MOST_MONTHS) if days else ()
        calendars = ctx.calendars
        ctx.memo[key] = History(days, months, calendars.working, calendars.bank)
    found: History = ctx.memo[key]
    return found


def season(ctx: Context, plan: Plan, metric: str, before: date) -> Profile:
    """How the metric comes in over a month, as its whole months before that day showed.

    Learnt from all of the agency, whoever asks: a target is the same for everybody, and the targets of the
    parts fall due together with the whole's.
    """
    plain = Profile(ctx.calendars.working, ctx.calendars.bank)
    measure = measure_of(ctx, metric)
    if measure is None or ctx.rules.targets.season == "business_days":
        return plain
    return history(ctx, plan, measure, before, scope=Scope()).profile


def measure_of(ctx: Context, metric: str) -> str | None:
    """What the metric sums day by day; None where it is no such sum."""
    if metric not in ADDITIVE or metric not in ctx.metrics.metrics:
        return None
    (measure, *more) = ctx.metrics.metrics[metric].parts(None).num
    known = measure in MEASURES and SOURCES[MEASURES[measure].source].picks == "period"
    return measure if known and not more else None


def spread(ctx: Context, plan: Plan, metric: str) -> Spread:
    """How a target of the metric falls due over its span; learnt once it is known that there is one."""

    def share(whole: Period, part: Period) -> Fraction:
        return season(ctx, plan, metric, whole.start).share(whole, part)

    return share
