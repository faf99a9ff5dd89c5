"""Budgets beside what came of them: due by a day, by owner, and by category of costs. Knows no wording.

What was spent is compared with the budgets of the same campaigns only: a campaign without one is told apart,
or its whole cost would read as money overspent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select

from db.budgets import COST, budget_to_date
from db.numbers import Derived, Key, Sum, Summed
from db.periods import Period
from db.tables.reference import campaigns
from skills.contract import Context, Refused
from skills.kpi.costs import cost_of
from skills.kpi.plan import Plan

# What a total, or a creditor's, is added up from where it has no budget of its own.
_PARTS: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {
    (): (("campaign",), ("client",)),
    ("client",): (("campaign",),),
}
Due = dict[Key, dict[str, Fraction]]


@dataclass(frozen=True)
class Spending:
    """Centavos by key and category: what was spent, and what was planned. `left`: spent without a budget."""

    spent: Mapping[Key, Mapping[str, Fraction]]
    planned: Mapping[Key, Mapping[str, Fraction]]
    left: Fraction
    read: tuple[Summed, ...]


def budget_lines(
    ctx: Context, plan: Plan, metric: str, period: Period, dims: tuple[str, ...]
) -> dict[Key, Fraction]:
    """The budget due by key, in the metric's own unit."""
    return {
        key: sum(parts.values(), Fraction(0)) for key, parts in _due(ctx, plan, metric, period, dims).items()
    }


def _due(ctx: Context, plan: Plan, metric: str, period: Period, dims: tuple[str, ...]) -> Due:
    scope = ctx.actor.scope
    return budget_to_date(
        ctx.session,
        metric,
        dims=dims,
        conditions=plan.conditions,
        scope=scope,
        names=ctx.names,
        period=period,
        calendar=ctx.calendars.working,
        # As with targets: whoever sees a creditor's aggregates reads what was agreed with the creditor.
        owner="INTERNA" if scope.shows("supervisor") else "CLIENTE",
    )


def over_budget(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> Derived:
    """Spent less planned, of every key that has a budget."""
    found = spending(ctx, plan, period, dims)
    over = {
        key: Sum(_sum(found.spent.get(key, {})) - _sum(planned), len(planned))
        for key, planned in found.planned.items()
    }
    return Derived(over, found.read)


def require_budget(ctx: Context, plan: Plan, period: Period) -> None:
    if not spending(ctx, plan, period, plan.dims).planned:
        raise Refused("kpi.no_budget", about="no_data", metric=plan.metric.label.in_(ctx.actor.language))


def spending(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> Spending:
    """Read once a question."""
    key = ("spending", period, dims, plan.conditions)
    if key not in ctx.memo:
        ctx.memo[key] = _spending(ctx, plan, period, dims)
    held: Spending = ctx.memo[key]
    return held


def _spending(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> Spending:
    owners, planned = _planned(ctx, plan, period, dims)
    read = cost_of(ctx, plan, period, (*owners, "category"))
    spent: dict[Key, dict[str, Fraction]] = {}
    left = Fraction(0)
    for (*owner, category), (money,) in read.by_key.items():
        if planned and tuple(owner) not in planned:
            left += money.total
        else:
            spent.setdefault(tuple(owner), {})[category] = Fraction(money.total)
    if owners != dims:
        above = _above(ctx, dims)
        spent, planned = _gathered(spent, above), _gathered(planned, above)
    return Spending(spent, planned, left, (read,))


def _above(ctx: Context, dims: tuple[str, ...]) -> Callable[[Key], Key]:
    """The row that a part belongs to: the only one, or its creditor's."""
    if not dims:
        return lambda key: ()  # noqa: ARG005
    query = select(campaigns.c.id, campaigns.c.client_id)
    owners = {campaign: client for campaign, client in ctx.session.execute(query)}  # noqa: C416
    return lambda key: (owners[key[0]],)


def _gathered(due: Mapping[Key, Mapping[str, Fraction]], above: Callable[[Key], Key]) -> Due:
    apart: dict[Key, dict[Key, Mapping[str, Fraction]]] = {}
    for key, parts in due.items():
        apart.setdefault(above(key), {})[key] = parts
    return {key: _together(parts) for key, parts in apart.items()}


def _planned(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> tuple[tuple[str, ...], Due]:
    """The budgets in centavos, and whose they are: a whole without one of its own is the sum of its parts."""
    planned = _cents(_due(ctx, plan, COST, period, dims))
    for finer in _PARTS.get(dims, ()):
        parts = _cents(_due(ctx, plan, COST, period, finer))
        if parts and (not planned or _sum(_together(parts)) == _sum(_together(planned))):
            return finer, parts
    return dims, planned


def _cents(due: Due) -> Due:
    return {key: {category: value * 100 for category, value in parts.items()} for key, parts in due.items()}


def _together(due: Mapping[Key, Mapping[str, Fraction]]) -> dict[str, Fraction]:
    """By category, whosever they are."""
    added: dict[str, Fraction] = {}
    for parts in due.values():
        for category, cents in parts.items():
            added[category] = added.get(category, Fraction(0)) + cents
    return added


def _sum(parts: Mapping[str, Fraction]) -> Fraction:
    return sum(parts.values(), Fraction(0))
