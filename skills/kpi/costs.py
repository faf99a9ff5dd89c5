"""What was spent, by whole months; and what is measured against it, over the same months and campaigns.

A campaign of a month without cost rows has no cost per peso, not one of nothing: its money is set apart.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

from db.numbers import Derived, Key, Sum, Summed, sum_up
from db.periods import Period, add_months, month_of
from skills import text
from skills.contract import Context, Option, Refused
from skills.kpi.fees import priced
from skills.kpi.plan import Plan, make_plan

_EVER = date(1900, 1, 1)
_CAMPAIGN = "campaign"
OfMonth = Callable[[Period, tuple[str, ...]], tuple[Mapping[Key, Sum], tuple[Summed, ...]]]


def cost_of(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> Summed:
    return _sums(ctx, plan, "cost", period, dims)


def _sums(ctx: Context, plan: Plan, measure: str, period: Period, dims: tuple[str, ...]) -> Summed:
    return sum_up(
        ctx.session,
        (measure,),
        dims=dims,
        conditions=plan.conditions,
        scope=ctx.actor.scope,
        window=plan.window(period),
    )


def costed(ctx: Context, plan: Plan) -> dict[date, frozenset[int]]:
    """The campaigns with a cost of each month, by its first day; of what the question is about."""
    key = ("costed", plan.conditions)
    if key not in ctx.memo:
        ever = cost_of(ctx, plan, Period(start=_EVER, end=plan.today), ("day", _CAMPAIGN))
        found: dict[date, set[int]] = {}
        for month, campaign in ever.by_key:
            found.setdefault(month, set()).add(campaign)
        ctx.memo[key] = {month: frozenset(some) for month, some in found.items()}
    held: dict[date, frozenset[int]] = ctx.memo[key]
    return held


# --- which months may be asked ---------------------------------------------------------------------


def in_months(ctx: Context, plan: Plan) -> Plan:
    """Where no period was said: the last month with its costs, and a trend up to it."""
    known = costed(ctx, plan) if plan.metric.months and not plan.said_period else {}
    if not known:
        return plan
    last = month_of(max(known))
    span = _run(known, plan.period) if plan.asked.grain else last
    period = Period(start=span.start, end=min(span.end, plan.today))
    told = make_plan(ctx, plan.asked.model_copy(update={"period": period}))
    return replace(told, said_period=False, asked=plan.asked)


def require_costs(ctx: Context, plan: Plan, period: Period) -> None:
    """Whole months, or the running one to today; and each with its costs: never this month's money over last
    month's cost."""
    known = costed(ctx, plan)
    metric = plan.metric.label.in_(ctx.actor.language)
    if not known:
        raise Refused("kpi.no_data_at_all", about="no_data", metric=metric)
    whole = period.start.day == 1 and (period.is_whole_months or period.end == plan.today)
    fine = plan.asked.grain in (None, "month")
    missing = [month for month in period.each_month() if month.start.replace(day=1) not in known]
    if whole and fine and not missing:
        return
    span = _run(known, period)
    last = _said(ctx, plan, month_of(max(known)))
    choice = Option(_said(ctx, plan, span), "kpi", _asking(plan, span))
    if not (whole and fine):
        raise Refused("kpi.months_only", about="period", choices=(choice,), metric=metric, last=last)
    month = _said(ctx, plan, month_of(missing[0].start))
    raise Refused(
        "kpi.no_costs_yet", about="no_data", choices=(choice,), metric=metric, month=month, last=last
    )


def _run(known: Mapping[date, frozenset[int]], period: Period) -> Period:
    """The last months in a row with costs among those asked; where none has, the last one of all."""
    asked = [month.start.replace(day=1) for month in period.each_month()]
    last = first = max((month for month in asked if month in known), default=max(known))
    while (before := add_months(first, -1)) in known and before in asked:
        first = before
    return Period(start=first, end=month_of(last).end)


def _said(ctx: Context, plan: Plan, period: Period) -> str:
    return text.period(period, ctx.actor.language, plan.today)


def _asking(plan: Plan, period: Period) -> Mapping[str, object]:
    asked = plan.asked.model_copy(
        update={"period": Period(start=period.start, end=min(period.end, plan.today))}
    )
    return asked.model_copy(update={"grain": "month" if asked.grain else None}).fields()


# --- money of the months and campaigns that have their costs -----------------------------------------


def paid_where_costed(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> Derived:
    """What was recovered there: what a cost per peso divides by."""
    kept, _, read = _where_costed(ctx, plan, period, dims, _paid(ctx, plan))
    return Derived(kept, read)


def fees_where_costed(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> Derived:
    """What was earned there: what a margin is a part of."""
    kept, _, read = _where_costed(ctx, plan, period, dims, _earned(ctx, plan))
    return Derived(kept, read)


def uncosted(ctx: Context, plan: Plan, period: Period) -> tuple[Fraction, int]:
    """The money of campaigns without costs in its month, which is left out; and how many those are."""
    of_month = _earned(ctx, plan) if "fees_where_costed" in plan.parts.terms else _paid(ctx, plan)
    _, left, _ = _where_costed(ctx, plan, period, (_CAMPAIGN,), of_month)
    return sum((Fraction(one.total) for one in left.values()), Fraction(0)), len(left)


def _paid(ctx: Context, plan: Plan) -> OfMonth:
    def of_month(month: Period, dims: tuple[str, ...]) -> tuple[Mapping[Key, Sum], tuple[Summed, ...]]:
        found = _sums(ctx, plan, "paid", month, dims)
        return {key: money for key, (money,) in found.by_key.items()}, (found,)

    return of_month


def _earned(ctx: Context, plan: Plan) -> OfMonth:
    def of_month(month: Period, dims: tuple[str, ...]) -> tuple[Mapping[Key, Sum], tuple[Summed, ...]]:
        found = priced(ctx, plan, month, dims)
        return found.earned, found.read

    return of_month


def _where_costed(
    ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...], of_month: OfMonth
) -> tuple[dict[Key, Sum], dict[Key, Sum], list[Summed]]:
    """Sums of the campaigns that have a cost in the month; those of the others; and what was read."""
    told = dims if _CAMPAIGN in dims else (*dims, _CAMPAIGN)
    at, known = told.index(_CAMPAIGN), costed(ctx, plan)
    kept: dict[Key, Sum] = {}
    left: dict[Key, Sum] = {}
    read: list[Summed] = []
    for month in period.each_month():
        found, summed = of_month(month, told)
        read += summed
        for key, one in found.items():
            into = kept if key[at] in known.get(month.start.replace(day=1), ()) else left
            held = into.get(key[: len(dims)], Sum(0, 0))
            into[key[: len(dims)]] = Sum(held.total + one.total, held.size + one.size)
    return kept, left, read
