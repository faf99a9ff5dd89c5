"""Measures that no sum over rows gives: targets due by a day, fees by tiers, staffing. Knows no wording.

Each is a function of a plan, a period and a split, and gives sums in the facts' own unit (centavos, seconds,
rows) by key, like a measure of db/measures.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from db.goals import targets_to_date
from db.measures import Told
from db.numbers import Key, Sum
from db.periods import Period
from skills.contract import Context
from skills.kpi.aims import targets_of
from skills.kpi.budgets import over_budget, require_budget
from skills.kpi.costs import fees_where_costed, paid_where_costed
from skills.kpi.discounts import discounted, negotiated
from skills.kpi.fees import fees, require_rates
from skills.kpi.forecast import projected
from skills.kpi.net_flow import flowing
from skills.kpi.plan import Plan
from skills.kpi.seasons import spread
from skills.kpi.staffing import required_agents, time_on_calls

Worked = Callable[[Context, Plan, Period, tuple[str, ...]], Mapping[Key, Sum]]


@dataclass(frozen=True)
class Computed:
    """`bounds`: only its own rows are shown. `sources`: the data it needs, named as in the age of data."""

    sums: Worked
    money: bool = False
    told: Told = "count"  # what its sums are told in, where that is not money
    bounds: bool = False
    sources: tuple[str, ...] = ()
    requires: Callable[[Context, Plan, Period], None] | None = (
        None  # raises Refused where it has not the data
    )


def target_lines(
    ctx: Context, plan: Plan, metric: str, period: Period, dims: tuple[str, ...]
) -> dict[Key, Fraction]:
    return targets_to_date(
        ctx.session,
        metric,
        dims=dims,
        conditions=plan.conditions,
        scope=ctx.actor.scope,
        names=ctx.names,
        period=period,
        calendar=ctx.calendars.working,
        spread=spread(ctx, plan, metric),
        owner=targets_of(ctx.actor.scope),
    )


def _target_to_date(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> Mapping[Key, Sum]:
    """What of the money's target is due by the period's end."""
    due = target_lines(ctx, plan, "recovered_amount", period, dims)
    return {key: Sum(value * 100, 0) for key, value in due.items()}


COMPUTED: dict[str, Computed] = {
    "forecast_paid": Computed(partial(projected, variant="recovered"), money=True, sources=("payments",)),
    "forecast_calls": Computed(partial(projected, variant="calls"), sources=("contacts",)),
    "forecast_promises": Computed(partial(projected, variant="promises"), sources=("promises",)),
    "required_agents": Computed(required_agents, sources=("positions", "contacts", "shifts")),
    "time_on_calls": Computed(time_on_calls, told="hours", sources=("contacts",)),
    "negotiated": Computed(negotiated, money=True, sources=("agreements",)),
    "discounted": Computed(discounted, money=True, sources=("agreements",)),
    "fees": Computed(fees, money=True, sources=("posted",), requires=require_rates),
    "fees_where_costed": Computed(fees_where_costed, money=True, sources=("posted",), requires=require_rates),
    "paid_where_costed": Computed(paid_where_costed, money=True, sources=("payments",)),
    "over_budget": Computed(over_budget, money=True, sources=("costs",), requires=require_budget),
    **{
        f"{weight}_flowed_{way}": Computed(
            partial(flowing, cut=cut, measure=f"opening_{of}" if cut == "opening" else of),
            money=weight == "stock",
            sources=("positions",),
        )
        for weight, of in (("stock", "balance"), ("accounts", "accounts"))
        for way, cut in (("into", "closing"), ("from", "opening"))
    },
    "target_to_date": Computed(_target_to_date, money=True, bounds=True),
}
