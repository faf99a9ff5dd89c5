"""Agents required, reckoned from the floor's own last whole weeks; and agents' time on calls. Says nothing.

Outbound: attempts a day = accounts in portfolio x the intensity aimed at; an agent makes so many an hour of
productive time, measured by campaign. Shifts know no campaign: an agent's hours are shared among campaigns by
the attempts she made in each.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from db.measures import PER
from db.numbers import Key, Sum, sum_up
from db.periods import Period, week_of
from db.staffing import dialling_agents, exact
from skills import text
from skills.contract import Context, Refused
from skills.kpi.plan import Plan

WEEKS = 4
Folded = Mapping[Key, Sum]


@dataclass(frozen=True)
class Floor:
    """What whole weeks showed of the floor. Rates are attempts an hour of productive time."""

    weeks: Period
    by_campaign: Mapping[int, Fraction]
    overall: Fraction
    shrinkage: Fraction
    measured: bool  # the shrinkage, and not as config.yaml says
    occupancy: Fraction | None

    def rate(self, campaign: int, cap: Fraction) -> Fraction:
        """The campaign's, or the whole floor's where it has none yet; eased where agents are too busy."""
        found = self.by_campaign.get(campaign, self.overall)
        return found * min(Fraction(1), cap / self.occupancy) if self.occupancy else found


def required_agents(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> Folded:
    """Full shifts a day that the portfolio takes; n is its accounts. Sums over campaigns, so parts add up."""
    seen = floor_of(ctx, plan, period)
    if seen is None:
        if period != plan.period:
            return {}
        weeks = whole_weeks(period, plan.today)
        first, last = (text.day(day, ctx.actor.language, plan.today) for day in (weeks.start, weeks.end))
        raise Refused("kpi.staffing_lacks", about="no_data", first=first, last=last)
    rules = ctx.rules.staffing
    intensity, hours, cap = (exact(x) for x in (rules.intensity, rules.hours, rules.occupancy_cap))
    accounts = sum_up(
        ctx.session,
        ("accounts",),
        dims=("campaign", *dims),
        conditions=plan.conditions,
        scope=ctx.actor.scope,
        window=plan.window(period),
    )
    found: dict[Key, Sum] = defaultdict(lambda: Sum(Fraction(0), 0))
    for (campaign, *key), (held,) in accounts.by_key.items():
        agents = dialling_agents(
            held.total * intensity, an_hour=seen.rate(campaign, cap), hours=hours, shrinkage=seen.shrinkage
        )
        one = found[tuple(key)]
        found[tuple(key)] = Sum(one.total + agents, one.size + held.size)
    return found


def whole_weeks(period: Period, today: date) -> Period:
    """The last weeks, Monday to Sunday, that were over by the period's end."""
    seen = period.end + timedelta(days=1) if period.end < today else today
    monday = week_of(seen).start
    return Period(start=monday - timedelta(weeks=WEEKS), end=monday - timedelta(days=1))


def floor_of(ctx: Context, plan: Plan, period: Period) -> Floor | None:
    """Read once a question; None where the weeks hold no attempt, or no productive hour, to measure by."""
    weeks = whole_weeks(period, plan.today)
    key = ("floor", weeks)
    if key not in ctx.memo:
        ctx.memo[key] = _measured(ctx, plan, weeks)
    found: Floor | None = ctx.memo[key]
    return found


def _measured(ctx: Context, plan: Plan, weeks: Period) -> Floor | None:
    shifts = _by(ctx, plan, weeks, ("told_time", "productive_time", "available_time"), ("agent",))
    calls = _by(ctx, plan, weeks, ("call_attempts", "handle_seconds"), ("campaign", "agent"))
    made: dict[int, int] = defaultdict(int)
    for (_, agent), (attempts, _handle) in calls.items():
        made[agent] += int(attempts.total)
    attempts_of: dict[int, int] = defaultdict(int)
    hours_of: dict[int, Fraction] = defaultdict(Fraction)
    for (campaign, agent), (attempts, _handle) in calls.items():
        worked = shifts[(agent,)][1].total if (agent,) in shifts else 0
        if agent and not worked:
            continue  # calls whose hours nobody recorded would make the others look faster
        attempts_of[campaign] += int(attempts.total)
        if agent and made[agent]:
            hours_of[campaign] += Fraction(worked, PER["hours"]) * Fraction(int(attempts.total), made[agent])
    told, productive = (sum(sums[n].total for sums in shifts.values()) for n in (0, 1))
    attempts_made, hours = sum(attempts_of.values()), sum(hours_of.values())
    if not attempts_made or not hours or not told:
        return None
    fixed = ctx.rules.staffing.shrinkage
    return Floor(
        weeks=weeks,
        by_campaign={c: attempts_of[c] / h for c, h in hours_of.items() if h and attempts_of[c]},
        overall=attempts_made / hours,
        shrinkage=1 - Fraction(productive, told) if fixed is None else exact(fixed),
        measured=fixed is None,
        occupancy=_occupancy(shifts, calls),
    )


def _occupancy(
    shifts: Mapping[Key, tuple[Sum, ...]], calls: Mapping[Key, tuple[Sum, ...]]
) -> Fraction | None:
    """Of the agents whose available time is known."""
    told = {agent for (agent,), sums in shifts.items() if sums[2].size}
    busy = sum(handle.total for (_, agent), (_a, handle) in calls.items() if agent in told)
    free = sum(sums[2].total for (agent,), sums in shifts.items() if agent in told)
    return Fraction(busy, busy + free) if busy else None


def time_on_calls(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> Folded:
    """Seconds on contacts, of agents whose available time is known: others would seem never to wait."""
    told = {
        key[0]
        for key, (free,) in _by(ctx, plan, period, ("available_time",), ("agent",)).items()
        if free.size
    }
    found: dict[Key, Sum] = {}
    handled = _by(ctx, plan, period, ("handle_seconds",), ("agent", *dims), asked=True)
    for (agent, *key), (handle,) in handled.items():
        if agent in told:
            one = found.get(tuple(key), Sum(0, 0))
            found[tuple(key)] = Sum(one.total + handle.total, one.size + handle.size)
    return found


def _by(
    ctx: Context,
    plan: Plan,
    period: Period,
    measures: tuple[str, ...],
    dims: tuple[str, ...],
    *,
    asked: bool = False,
) -> Mapping[Key, tuple[Sum, ...]]:
    """`asked`: narrowed by the question's own filters too."""
    return sum_up(
        ctx.session,
        measures,
        dims=dims,
        conditions=plan.conditions if asked else (),
        scope=ctx.actor.scope,
        window=replace(plan.window(period), period=period),
    ).by_key
