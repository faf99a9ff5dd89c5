"""Where the running month will close: what came in, and the rest by the season and the pace. Says nothing.

Each part is projected by the same rule, linear in its own sums, and rounded together with the others: the
parts add up to the whole. The season is learnt from the rows the asker may see and asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from db import periods
from db.apportion import apportion
from db.numbers import Condition, Derived, Key, Sum, Summed, sum_up
from db.periods import Period
from db.projection import (
    PACE_MONTHS,
    Elapsed,
    Interval,
    elapsed,
    interval,
    misses,
    still_to_come,
    unseen,
    usual_pace,
)
from db.scope import Scope
from db.seasonality import History, Profile
from db.sources import Window
from skills.contract import Context
from skills.kpi.plan import Plan
from skills.kpi.seasons import daily, history

# What each of its definitions projects: the metric, and the measure it sums.
PROJECTED = {
    "recovered": ("recovered_amount", "paid"),
    "calls": ("calls", "call_attempts"),
    "promises": ("ptp_count", "promises"),
}
# The hours in which a day's work is done: how much of a running day is behind.
OPENS, CLOSES = 8, 21


@dataclass(frozen=True)
class Course:
    """A running month as it stands. `whole` is its last whole day with data."""

    month: Period
    whole: date
    past: History
    profile: Profile
    at: Elapsed
    weight: int  # of the past months that the usual pace is taken from
    near: tuple[Period, ...]

    def close(self, came: Sum, usual: Sum) -> Fraction:
        pace = usual_pace(int(usual.total), self.weight)
        return came.total + still_to_come(came.total, pace, self.at)


@dataclass(frozen=True)
class Outlook:
    """In the facts' own unit. `days_left`: business days still to be worked, today's rest as one of them.

    `days_gone` are those with data, up to `whole`; `days_waiting`, those over since then, with none yet.
    """

    so_far: int
    close: int
    within: Interval | None
    days_gone: int
    days_left: int
    days_waiting: int
    whole: date
    months: int  # whole months of history
    seasonal: bool


def projected(
    ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...], *, variant: str
) -> Mapping[Key, Sum]:
    """The month's close by key: of a month gone by what came in, of the running one its projection."""
    month = periods.month_of(period.start)
    if month.end < plan.today:
        read = _read(ctx, plan, variant, month, dims)
        return Derived(_by_key(read), (read,))
    course = course_of(ctx, plan, variant)
    if not course.near and not course.at.gone:
        return {}
    reads = [_read(ctx, plan, variant, Period(start=month.start, end=plan.today), dims)]
    if course.near:
        near = Period(start=course.near[0].start, end=course.near[-1].end)
        reads.append(_read(ctx, plan, variant, near, dims))
    came, usual = _by_key(reads[0]), _by_key(reads[-1]) if course.near else {}
    keys = sorted({*came, *usual}, key=str)
    nothing = Sum(0, 0)
    closes = apportion([course.close(came.get(k, nothing), usual.get(k, nothing)) for k in keys])
    found = {k: Sum(close, came.get(k, nothing).size) for k, close in zip(keys, closes, strict=True)}
    return Derived(found, reads)


def outlook(ctx: Context, plan: Plan, variant: str) -> Outlook | None:
    """The close of all the rows together, give or take what past projections missed by."""
    course = course_of(ctx, plan, variant)
    closes = projected(ctx, plan, course.month, (), variant=variant)
    if () not in closes:
        return None
    came = _by_key(_read(ctx, plan, variant, Period(start=course.month.start, end=plan.today), ()))
    so_far = int(came[()].total) if () in came else 0
    close = int(closes[()].total)
    working = ctx.calendars.working
    behind = Period(start=course.month.start, end=max(course.whole, course.month.start))
    number = working.business_days(behind) if course.whole >= course.month.start else 0
    taught = None if course.profile.months else course.profile
    missed = misses(unseen(course.past, taught), number, working)
    return Outlook(
        so_far=so_far,
        close=close,
        within=interval(so_far, Fraction(close - so_far), missed),
        days_gone=number,
        days_left=_still_to_work(ctx, course.month),
        days_waiting=_without_data(ctx, course.whole),
        whole=course.whole,
        months=len(course.past.months),
        seasonal=course.profile.months > 0,
    )


def _still_to_work(ctx: Context, month: Period) -> int:
    """Business days by the clock: what files lack does not make the month longer."""
    first = ctx.now.date() + timedelta(days=ctx.now.hour >= CLOSES)
    if first > month.end:
        return 0
    left: int = ctx.calendars.working.business_days(Period(start=first, end=month.end))
    return left


def _without_data(ctx: Context, whole: date) -> int:
    first, last = whole + timedelta(days=1), ctx.now.date() - timedelta(days=1)
    if first > last:
        return 0
    waiting: int = ctx.calendars.working.business_days(Period(start=first, end=last))
    return waiting


def course_of(ctx: Context, plan: Plan, variant: str) -> Course:
    """The running month of these rows: how much of its weight is behind."""
    key = ("course", variant, plan.conditions)
    if key not in ctx.memo:
        ctx.memo[key] = _course(ctx, plan, variant)
    found: Course = ctx.memo[key]
    return found


def _course(ctx: Context, plan: Plan, variant: str) -> Course:
    month = periods.month_of(plan.today)
    scope, measure = ctx.actor.scope, PROJECTED[variant][1]
    past = history(ctx, plan, measure, month.start, conditions=plan.conditions, scope=scope)
    by_season = ctx.rules.targets.season == "learnt"
    profile = past.profile if by_season else Profile(ctx.calendars.working, ctx.calendars.bank)
    whole, running = _seen(ctx, plan, measure, month)
    near = past.months[-PACE_MONTHS:]
    at = elapsed(profile, month, whole, running)
    return Course(month, whole, past, profile, at, sum(map(profile.over, near)), near)


def _seen(ctx: Context, plan: Plan, measure: str, month: Period) -> tuple[date, Fraction]:
    """The month's last whole day with data, and the part gone of the day under way.

    Of the creditors' files and not of the rows asked: a team that collected nothing yesterday has still seen
    yesterday.
    """
    files = () if plan.clients is None else (Condition("client", "in", tuple(sorted(plan.clients))),)
    so_far = Period(start=month.start, end=plan.today)
    read = daily(ctx, plan, measure, so_far, conditions=files, scope=Scope())
    last = max((day for (day,) in read.by_key), default=month.start - timedelta(days=1))
    if last < plan.today:
        return last, Fraction(0)
    gone = Fraction(ctx.now.hour * 60 + ctx.now.minute - OPENS * 60, (CLOSES - OPENS) * 60)
    return last - timedelta(days=1), min(max(gone, Fraction(0)), Fraction(1))


def _read(ctx: Context, plan: Plan, variant: str, period: Period, dims: tuple[str, ...]) -> Summed:
    return sum_up(
        ctx.session,
        (PROJECTED[variant][1],),
        dims=dims,
        conditions=plan.conditions,
        scope=ctx.actor.scope,
        window=Window(today=plan.today, period=period, waiting=plan.waiting),
    )


def _by_key(read: Summed) -> dict[Key, Sum]:
    return {key: sums[0] for key, sums in read.by_key.items()}
