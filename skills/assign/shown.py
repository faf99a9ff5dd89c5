"""A reassignment as it is shown before it is done. Chooses nothing and writes nothing."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from db.portfolio import Held, held_accounts
from skills import text
from skills.assign.choose import Choice
from skills.assign.request import ReassignRequest
from skills.contract import Answer, Cell, Context, Figure, Figures, Part, Preview, Table, Text, Value
from skills.lawful import stays
from skills.one_account import short

MOST_NAMED = 10  # accounts in a preview
LAW = "law:"  # of a reason why an account stays: the rule follows


def shown(
    ctx: Context, request: ReassignRequest, choice: Choice, receivers: Sequence[int], held: Sequence[Held]
) -> Preview:
    """What would move to whom, what each holds before and after, and what stays where it is."""
    moved = [each for each, _ in choice.moves.values()]
    money = sum(each.balance_cents for each in moved)
    plan = {
        "moves": [[each.id, each.assignment_id, each.agent_id, to] for each, to in choice.moves.values()],
        "mode": request.dial_mode,
        "until": request.until and request.until.isoformat(),
    }
    names = ctx.names.by_id("agent")
    to = ", ".join(names[agent].display for agent in receivers)
    title = ctx.say("assign.title", n=f"{len(moved):,}", to=to)
    parts: list[Part] = [Figures((_figure(ctx, "accounts", len(moved)), _money(ctx, money)))]
    if request.until is not None:
        parts.append(Text(ctx.say("assign.lent", day=_day(ctx, request.until))))
    parts += [_which(ctx, choice), _loads(ctx, choice)]
    if choice.kept:
        parts.append(Text(ctx.say("assign.stay", why=reasons(ctx, choice)), "note"))
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
    return Preview(answer, plan, len(moved), amount, _concerns(ctx, choice, request.until), before, after)


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


def reasons(ctx: Context, choice: Choice) -> str:
    kept = sorted(choice.kept.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    rules = {why.removeprefix(LAW): len(some) for why, some in kept if why.startswith(LAW)}
    others = [(why, len(some)) for why, some in kept if not why.startswith(LAW)]
    return "; ".join([*stays(ctx, rules), *(ctx.say(f"assign.why_{why}", n=f"{n:,}") for why, n in others)])


def _concerns(ctx: Context, choice: Choice, until: date | None) -> dict[int, str]:
    """A sentence for each agent whose accounts come or go."""
    gone, come = _sums(choice)
    who = ctx.actor.name
    if until is None:
        gave = {agent: ctx.say("assign.you_gave", n=f"{n:,}", who=who) for agent, (n, _) in gone.items()}
        return gave | {a: ctx.say("assign.you_got", n=f"{n:,}", who=who) for a, (n, _) in come.items()}
    day = _day(ctx, until)
    said = {agent: ctx.say("assign.you_lent", n=f"{n:,}", who=who, day=day) for agent, (n, _) in gone.items()}
    lent = {a: ctx.say("assign.you_substitute", n=f"{n:,}", who=who, day=day) for a, (n, _) in come.items()}
    return said | lent


def _day(ctx: Context, on: date) -> str:
    return text.day(on, ctx.actor.language, ctx.now.date())
