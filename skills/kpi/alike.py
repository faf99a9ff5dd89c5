"""Which clients a migration holds, and whether the period compared holds the same ones. Knows no wording."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

from db.cells.cuts import Cuts
from db.cutoffs import kind_of
from db.numbers import sum_up
from db.periods import Period
from db.sources import Window
from skills.contract import Context
from skills.kpi.plan import OWNERS, Plan
from skills.kpi.rows import lines

# A client that has sent no file for so long is no longer waited for.
GONE = timedelta(days=35)
Pairs = dict[int, tuple[date, date]]


def pairs(plan: Plan, period: Period) -> Pairs:
    """Client -> its opening and its closing cut."""
    window = plan.window(period)
    return {client: (window.openings[client], closed) for client, closed in window.cuts.items()}


def of_clients(plan: Plan, clients: Collection[int]) -> Plan:
    return replace(plan, cuts=Cuts({c: days for c, days in plan.cuts.days.items() if c in clients}))


def unmatched(ctx: Context, plan: Plan) -> frozenset[int]:
    """The clients of the number that the period compared lacks: with them, it would compare other accounts.

    Of one day the cuts must also lie as far apart: a week's moves are not a day's.
    """
    now, before = pairs(plan, plan.period), pairs(plan, plan.previous)
    daily = kind_of(plan.period, plan.today).kind == "day"
    lacking = {c for c, pair in now.items() if c not in before or (daily and _gap(pair) != _gap(before[c]))}
    if not lacking:
        return frozenset()
    counted = lines(ctx, plan, plan.period, ("client",)).by_key
    return frozenset(c for c in lacking if (c,) in counted)


def _gap(pair: tuple[date, date]) -> timedelta:
    return pair[1] - pair[0]


def comparable(ctx: Context, plan: Plan, dims: tuple[str, ...]) -> Plan | None:
    """The plan of what the number is set against: the same clients, with cuts of both periods.

    None where one of them lacks its cuts, unless each row is of one client and is set against itself.
    """
    if plan.metric.kind != "migration":
        return plan
    lacking = unmatched(ctx, plan)
    if lacking and not {"client", "campaign"} & {*dims}:
        return None
    return of_clients(plan, pairs(plan, plan.period).keys() - lacking)


def without_cuts(ctx: Context, plan: Plan) -> list[int]:
    """The clients that stand in the portfolio, and have no opening or no closing cut in the period."""
    held = pairs(plan, plan.period)
    last = {
        client: day
        for client, day in plan.cuts.at(plan.period.end).items()
        if client not in held and day >= plan.period.start - GONE
    }
    if not last:
        return []
    found = sum_up(
        ctx.session,
        ("accounts",),
        dims=("client",),
        conditions=[c for c in plan.conditions if c.dim in OWNERS],
        scope=ctx.actor.scope,
        window=Window(today=plan.today, cuts=last, known=plan.cuts.days, waiting=plan.waiting),
    )
    return sorted(client for (client,) in found.by_key)
