"""Who hears of a target: whom it binds, and whoever leads her. Knows no number."""

from collections import Counter
from collections.abc import Collection

from db.access import resolve
from db.courses import agents_in, leaders
from db.target_changes import Goal
from skills.contract import Context

MOST_TOLD = 20
OVERALL = "agency"


def told(ctx: Context, goal: Goal, said: str) -> dict[int, str]:
    return dict.fromkeys(sorted(_concerned(ctx, goal) - {ctx.actor.person_id})[:MOST_TOLD], said)


def _concerned(ctx: Context, goal: Goal) -> set[int]:
    today = ctx.now.date()
    if goal.scope == OVERALL:
        return {each.id for each in ctx.names.of("supervisor")} & _leading(ctx)
    found = resolve(ctx.names, goal.scope, goal.scope_code)
    if found is None:
        return set()
    if goal.scope == "supervisor":
        return {found}
    if goal.scope == "agent":
        return {found, *leaders(ctx.session, [found], today).values()}
    return _leaders_of(ctx, agents_in(ctx.session, goal.scope, [found], today))


def _leading(ctx: Context) -> set[int]:
    agents = [each.id for each in ctx.names.of("agent")]
    return _leaders_of(ctx, agents)


def _leaders_of(ctx: Context, agents: Collection[int]) -> set[int]:
    """Those with most of these agents first, where they are many."""
    by = Counter(leaders(ctx.session, agents, ctx.now.date()).values())
    return {boss for boss, _ in by.most_common(MOST_TOLD)}
