"""Reassigning accounts: a preview of what moves, what stays and why; then the moves, and their way back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from db.access import may_see, people_within, resolve
from db.certified import certified
from db.lent import give_back, lend, take_off
from db.moves import Move, holders, move_accounts
from db.periods import Period
from db.picks import Pick, Unpickable
from db.portfolio import Held, had_lately, held_accounts, held_by_agent, locks
from skills import text
from skills.assign.choose import COOLING, UNCERTIFIED, choose
from skills.assign.request import ReassignRequest
from skills.assign.shown import LAW, reasons, shown
from skills.contract import Action, Answer, Context, Filter, Option, Preview, Refused, Role, Skill, Text
from skills.lawful import against
from skills.picked import picks_of, unpickable

MOST_OFFERED = 20  # agents
ROLES: frozenset[Role] = frozenset(("supervisor", "manager", "director", "admin"))


def preview(ctx: Context, request: ReassignRequest) -> Preview:
    today = ctx.now.date()
    _check_until(ctx, request)
    giver = _agent(ctx, request.from_agent) if request.from_agent else None
    if request.accounts == ():
        raise Refused("assign.none_chosen", about="nothing")
    receivers = [_agent(ctx, name) for name in dict.fromkeys(request.receivers)]
    agents = None if giver is None else [giver]
    try:
        held = held_accounts(
            ctx.session,
            ctx.actor.scope,
            today,
            agents=agents,
            number=request.account,
            picks=_picks(ctx, request),
        )
    except Unpickable as no:
        raise unpickable(str(no)) from None
    if not held:
        raise Refused("assign.nothing", about="nothing")
    if not receivers:
        raise _to_whom(ctx, request, held, giver)
    ids = [each.id for each in held]
    choice = choose(
        held,
        locks(ctx.session, ids, today) | _unlawful(ctx, ids),
        receivers,
        _barred(ctx, held, receivers),
        count=request.count,
        by_value=request.split == "value" or (len(receivers) > 1 and request.split is None),
    )
    if not choice.moves:
        raise Refused("assign.all_stay", about="nothing", why=reasons(ctx, choice))
    return shown(ctx, request, choice, receivers, held)


def _check_until(ctx: Context, request: ReassignRequest) -> None:
    """A substitute's last day: today or later, and not for ever."""
    until, most = request.until, ctx.rules.assigning.most_days
    if until is None:
        return
    if until < ctx.now.date():
        raise Refused("assign.until_past", about="slot:until")
    if until > ctx.now.date() + timedelta(days=most):
        day = text.day(until, ctx.actor.language, ctx.now.date())
        raise Refused("assign.until_late", about="slot:until", day=day, n=most)


def _barred(ctx: Context, held: Sequence[Held], receivers: Sequence[int]) -> dict[tuple[int, int], str]:
    """Who may not get which account, and why: what she is not cleared for comes first."""
    today, ids = ctx.now.date(), [each.id for each in held]
    found = dict.fromkeys(had_lately(ctx.session, ids, receivers, today), COOLING)
    cleared = certified(ctx.session, receivers, ctx.rules.assigning.certificates, today)
    return found | {
        (each.id, agent): UNCERTIFIED
        for each in held
        for agent in receivers
        if not cleared.takes(agent, each.client_id, each.campaign_id)
    }


def _unlawful(ctx: Context, ids: Sequence[int]) -> dict[int, str]:
    found = against(ctx, "reassign_accounts", ids)
    return {account: f"{LAW}{blocks[0].rule}" for account, blocks in found.items()}


def _to_whom(ctx: Context, request: ReassignRequest, held: Sequence[Held], giver: int | None) -> Refused:
    """Those who work the same campaigns, whoever holds least first, then the rest of the team; each answer is
    a whole request."""
    campaigns, today = {each.campaign_id for each in held}, ctx.now.date()
    team = people_within(ctx.session, ctx.actor.scope, Period(start=today, end=today)) or ()
    loads = dict.fromkeys((person for person, *_ in team), 0)
    loads |= held_by_agent(ctx.session, ctx.actor.scope, today, campaigns)
    names = ctx.names.by_id("agent")
    known = ((n, names[agent].display) for agent, n in loads.items() if agent in names and agent != giver)
    near = sorted(known, key=lambda each: (each[0] == 0, *each))
    fields = request.model_dump(mode="json", exclude_none=True, exclude={"to_agent", "to_agents"})
    choices = [
        Option(
            ctx.say("assign.to_each", to=name, n=f"{n:,}"), "reassign_accounts", {**fields, "to_agent": name}
        )
        for n, name in near[:MOST_OFFERED]
    ]
    n = f"{len(held):,}"
    return Refused("assign.to_whom", about="entity:to_agent", asks=True, choices=choices, n=n)


def _picks(ctx: Context, request: ReassignRequest) -> tuple[Pick, ...]:
    chosen = (Filter(field="account", op="in", value=request.accounts),) if request.accounts else ()
    return picks_of(ctx, (*request.filters, *chosen))


def _agent(ctx: Context, name: str) -> int:
    """An agent by name, within the asker's reach today."""
    found = resolve(ctx.names, "agent", name)
    if found is None:
        raise Refused("assign.unknown_agent", about="entity:agent", name=name)
    today = ctx.now.date()
    if not may_see(ctx.session, ctx.actor.scope, "agent", [found], Period(start=today, end=today)):
        raise Refused(
            "assign.not_your_agent", about="scope", denied=True, name=name, scope=ctx.actor.scope.label
        )
    return found


# --- What is written -------------------------------------------------------------------------------


def apply(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    moves = [Move(*map(int, each)) for each in plan["moves"]]
    begun = move_accounts(ctx.session, moves, plan.get("mode"), ctx.now)
    if begun is None:
        raise Refused("assign.moved_since", about="changed")
    names = ctx.names.by_id("agent")
    by = Counter(each.to for each in moves)
    told = "; ".join(
        ctx.say("assign.to_each", to=names[a].display, n=f"{n:,}") for a, n in sorted(by.items())
    )
    done = ctx.say("assign.done", n=f"{len(moves):,}")
    if plan.get("until") is None:
        return Answer(done, told, ())
    until = date.fromisoformat(plan["until"])
    lend(ctx.session, moves, begun, until, ctx.actor.person_id, ctx.now)
    day = text.day(until, ctx.actor.language, ctx.now.date())
    return Answer(done, told, (Text(ctx.say("assign.lent", day=day)),))


def undo(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    """Back to whom each was taken from, as a new move: what happened in between stays in the history."""
    today = ctx.now.date()
    now = holders(ctx.session, [int(account) for account, *_ in plan["moves"]])
    back, interrupted = [], []
    for account, ended, giver, to in plan["moves"]:
        row, holder = now.get(account, (0, 0))
        if holder != to:
            raise Refused("assign.moved_since", about="undo")
        back.append(Move(account, row, to, giver))
        interrupted.append(int(ended))
    for agent in {each.to for each in back}:
        if not may_see(ctx.session, ctx.actor.scope, "agent", [agent], Period(start=today, end=today)):
            raise Refused(
                "assign.not_your_agent", about="scope", denied=True, name="", scope=ctx.actor.scope.label
            )
    take_off(ctx.session, [each.row for each in back], ctx.now)
    if not give_back(ctx.session, back, interrupted, ctx.now):
        raise Refused("assign.moved_since", about="changed")
    return Answer(ctx.say("assign.undone", n=f"{len(back):,}"), "", ())


REASSIGN = Action(
    *("reassign_accounts", ReassignRequest, ROLES, preview, apply, undo), asks=frozenset({"entity:to_agent"})
)
SKILL = Skill("assign", actions=(REASSIGN,))
