"""Reassigning accounts: a preview of what moves, what stays and why; then the moves, and their way back."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from db.access import may_see, people_within, resolve
from db.moves import Move, holders, move_accounts
from db.periods import Period
from db.picks import Pick, Unpickable
from db.portfolio import Held, had_lately, held_accounts, held_by_agent, locks
from skills.assign.choose import Choice, choose
from skills.assign.request import ReassignRequest
from skills.contract import (
    Action,
    Answer,
    Cell,
    Context,
    Figure,
    Figures,
    Filter,
    Option,
    Part,
    Preview,
    Refused,
    Role,
    Skill,
    Table,
    Text,
    Value,
)
from skills.lawful import against, stays
from skills.one_account import short
from skills.picked import picks_of, unpickable

MOST_OFFERED = 20  # agents
MOST_NAMED = 10  # accounts in a preview
LAW = "law:"  # of a reason why an account stays: the rule follows
ROLES: frozenset[Role] = frozenset(("supervisor", "manager", "director", "admin"))


def preview(ctx: Context, request: ReassignRequest) -> Preview:
    today = ctx.now.date()
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
        had_lately(ctx.session, ids, receivers, today),
        count=request.count,
        by_value=request.split == "value" or (len(receivers) > 1 and request.split is None),
    )
    if not choice.moves:
        raise Refused("assign.all_stay", about="nothing", why=_reasons(ctx, choice))
    return _shown(ctx, request, choice, receivers, held)


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


# --- What is shown ---------------------------------------------------------------------------------


def _shown(
    ctx: Context, request: ReassignRequest, choice: Choice, receivers: Sequence[int], held: Sequence[Held]
) -> Preview:
    moved = [each for each, _ in choice.moves.values()]
    money = sum(each.balance_cents for each in moved)
    plan = {
        "moves": [[each.id, each.assignment_id, each.agent_id, to] for each, to in choice.moves.values()],
        "mode": request.dial_mode,
    }
    names = ctx.names.by_id("agent")
    to = ", ".join(names[agent].display for agent in receivers)
    title = ctx.say("assign.title", n=f"{len(moved):,}", to=to)
    parts: list[Part] = [Figures((_figure(ctx, "accounts", len(moved)), _money(ctx, money)))]
    parts += [_which(ctx, choice), _loads(ctx, choice)]
    if choice.kept:
        parts.append(Text(ctx.say("assign.stay", why=_reasons(ctx, choice)), "note"))
    if request.count and len(moved) < request.count:
        parts.append(
            Text(ctx.say("assign.fewer", asked=f"{request.count:,}", n=f"{len(moved):,}"), "warning")
        )
    if request.count and len(held) > request.count:
        parts.append(Text(ctx.say("assign.largest_first"), "note"))
    rows = tuple(
        {"account": each.number, "to": names[agent].display, "to_code": names[agent].code}
        for each, agent in choice.moves.values()
    )
    answer = Answer(title, ctx.say("assign.echo", scope=ctx.actor.scope.label), tuple(parts), rows)
    before = {str(each.id): each.agent_id for each in moved}
    after = {str(each.id): to for each, to in choice.moves.values()}
    amount = Decimal(money) / 100
    return Preview(answer, plan, len(moved), amount, _concerns(ctx, choice), before, after)


def _figure(ctx: Context, key: str, n: int) -> Figure:
    return Figure(ctx.say(f"assign.{key}"), Value(Decimal(n), "count"))


def _money(ctx: Context, cents: int) -> Figure:
    return Figure(ctx.say("assign.balance"), Value(Decimal(cents) / 100, "money"))


def _which(ctx: Context, choice: Choice) -> Table:
    """The accounts that would move, the largest first; by their endings, as others may read along."""
    names = ctx.names.by_id("agent")
    largest = sorted(choice.moves.values(), key=lambda move: (-move[0].balance_cents, move[0].number))
    rows = tuple(
        (
            short(each.number),
            each.bucket,
            Value(Decimal(each.balance_cents) / 100, "money"),
            names[each.agent_id].display,
            names[to].display,
        )
        for each, to in largest[:MOST_NAMED]
    )
    heads = tuple(ctx.say(f"assign.head_{key}") for key in ("account", "bucket", "balance", "from", "to"))
    more = len(largest) > len(rows)
    note = ctx.say("assign.named", n=f"{len(rows):,}", total=f"{len(largest):,}") if more else ""
    return Table(ctx.say("assign.which"), heads, rows, note)


def _loads(ctx: Context, choice: Choice) -> Table:
    """Each agent before and after, by accounts and money."""
    gone, come = _sums(choice)
    names = ctx.names.by_id("agent")
    everyone = sorted({*gone, *come}, key=lambda agent: names[agent].display)
    before = _standing(ctx, everyone)
    rows: list[tuple[Cell, ...]] = []
    for agent in everyone:
        n, cents = before[agent]
        after_n = n - gone[agent][0] + come[agent][0]
        after = cents - gone[agent][1] + come[agent][1]
        counts = (Value(Decimal(n), "count"), Value(Decimal(after_n), "count"))
        rows.append(
            (names[agent].display, *counts, *(Value(Decimal(c) / 100, "money") for c in (cents, after)))
        )
    heads = tuple(
        ctx.say(f"assign.head_{key}") for key in ("agent", "before", "after", "money_before", "money_after")
    )
    return Table(ctx.say("assign.loads"), heads, tuple(rows))


def _sums(choice: Choice) -> tuple[dict[int, tuple[int, int]], dict[int, tuple[int, int]]]:
    gone: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    come: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for each, to in choice.moves.values():
        for of, agent in ((gone, each.agent_id), (come, to)):
            n, cents = of[agent]
            of[agent] = n + 1, cents + each.balance_cents
    return gone, come


def _standing(ctx: Context, agents: Sequence[int]) -> dict[int, tuple[int, int]]:
    """What each holds today, all of it: accounts and centavos."""
    found: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    whole = held_accounts(ctx.session, ctx.actor.scope, ctx.now.date(), agents=agents, number=None)
    for each in whole:
        n, cents = found[each.agent_id]
        found[each.agent_id] = n + 1, cents + each.balance_cents
    return found


def _reasons(ctx: Context, choice: Choice) -> str:
    kept = sorted(choice.kept.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    rules = {why.removeprefix(LAW): len(some) for why, some in kept if why.startswith(LAW)}
    others = [(why, len(some)) for why, some in kept if not why.startswith(LAW)]
    return "; ".join([*stays(ctx, rules), *(ctx.say(f"assign.why_{why}", n=f"{n:,}") for why, n in others)])


def _concerns(ctx: Context, choice: Choice) -> dict[int, str]:
    """A sentence for each agent whose accounts come or go."""
    gone, come = _sums(choice)
    said = {
        agent: ctx.say("assign.you_gave", n=f"{n:,}", who=ctx.actor.name) for agent, (n, _) in gone.items()
    }
    return said | {a: ctx.say("assign.you_got", n=f"{n:,}", who=ctx.actor.name) for a, (n, _) in come.items()}


# --- What is written -------------------------------------------------------------------------------


def apply(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    moves = [Move(*map(int, each)) for each in plan["moves"]]
    _moved(ctx, moves, plan.get("mode"))
    names = ctx.names.by_id("agent")
    by = Counter(each.to for each in moves)
    told = "; ".join(
        ctx.say("assign.to_each", to=names[a].display, n=f"{n:,}") for a, n in sorted(by.items())
    )
    return Answer(ctx.say("assign.done", n=f"{len(moves):,}"), told, ())


def undo(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    """Back to whom each was taken from, as a new move: what happened in between stays in the history."""
    today = ctx.now.date()
    now = holders(ctx.session, [int(account) for account, *_ in plan["moves"]])
    back = []
    for account, _, giver, to in plan["moves"]:
        row, holder = now.get(account, (0, 0))
        if holder != to:
            raise Refused("assign.moved_since", about="undo")
        back.append(Move(account, row, to, giver))
    for agent in {each.to for each in back}:
        if not may_see(ctx.session, ctx.actor.scope, "agent", [agent], Period(start=today, end=today)):
            raise Refused(
                "assign.not_your_agent", about="scope", denied=True, name="", scope=ctx.actor.scope.label
            )
    _moved(ctx, back, None)
    return Answer(ctx.say("assign.undone", n=f"{len(back):,}"), "", ())


def _moved(ctx: Context, moves: Sequence[Move], mode: str | None) -> None:
    if not move_accounts(ctx.session, moves, mode, ctx.now):
        raise Refused("assign.moved_since", about="changed")


SKILL = Skill("assign", actions=(Action("reassign_accounts", ReassignRequest, ROLES, preview, apply, undo),))
