"""What a mark on one account needs: its preview, in words, and whom it concerns. Knows no particular mark."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.access import FoundAccount, find_staff, scope_of
from db.marks import Marks, marks_of
from skills.contract import APPROVED_BY, Answer, Context, Part, Preview, Refused, Role, Table, Text
from skills.one_account import OneAccount, short, the_account

WORKING: frozenset[Role] = frozenset(
    ("agent", "supervisor", "manager", "compliance", "quality", "director", "admin")
)
LEADING: frozenset[Role] = frozenset(("supervisor", "manager", "compliance", "director", "admin"))
OVERSEEING: tuple[Role, ...] = ("compliance", "manager")  # who let go of what protects a debtor
MOST_TOLD = 5


@dataclass(frozen=True)
class Marked:
    account: FoundAccount
    marks: Marks

    @property
    def open_ids(self) -> list[int]:
        return [each.id for each in self.marks.cases]


def marked(ctx: Context, intent: str, request: OneAccount) -> Marked:
    """An account within reach that is still worked."""
    account = the_account(ctx, intent, request)
    marks = marks_of(ctx.session, account.id, ctx.now.date())
    return Marked(account, marks)


def refuse_recalled(ctx: Context, found: Marked) -> None:
    recalled = found.marks.recalled_on
    if recalled is not None and recalled <= ctx.now.date():
        raise Refused("floor.recalled", about="recalled", account=short(found.account.number))


def refuse_agent(ctx: Context) -> None:
    """What protects a debtor is put by anybody, and let go of by who answers for it."""
    if ctx.actor.role not in LEADING:
        raise Refused("floor.not_yours_to_lift", about="role", denied=True)


def seconded(ctx: Context) -> dict[str, Any]:
    """Of a plan: a supervisor's team is measured by what she lets go of, so somebody else agrees."""
    return {APPROVED_BY: list(OVERSEEING)} if ctx.actor.role == "supervisor" else {}


def shown(
    ctx: Context,
    found: Marked,
    key: str,
    change: tuple[str, str],
    *,
    plan: Mapping[str, Any],
    notes: Sequence[str] = (),
    warnings: Sequence[str] = (),
    told: Mapping[int, str] | None = None,
    before: Any = None,
    after: Any = None,
) -> Preview:
    """`change`: how the thing stands now and how it will, in words. `key` names its sentences."""
    say, number = ctx.say, short(found.account.number)
    heads = (say("floor.head_account"), say("floor.head_now"), say("floor.head_then"))
    parts: list[Part] = [Table("", heads, ((number, *change),))]
    parts += [Text(each, "warning") for each in warnings]
    parts += [Text(each, "note") for each in notes]
    where = " · ".join((found.account.client, found.account.campaign))
    answer = Answer(
        title=say(f"floor.{key}.title", account=number),
        echo=where,
        parts=tuple(parts),
        rows=({"account": found.account.number, "client": found.account.client},),
    )
    account = found.account.id
    return Preview(
        answer,
        {"account": account, "number": number, **plan},
        1,
        concerns=told if told is not None else holder_told(ctx, found, key),
        before={str(account): before},
        after={str(account): after},
    )


def holder_told(ctx: Context, found: Marked, key: str) -> dict[int, str]:
    """Who works the account hears of it."""
    agent = found.marks.agent_id
    if agent is None:
        return {}
    return {agent: ctx.say(f"floor.{key}.told", who=ctx.actor.name, account=short(found.account.number))}


def compliance_told(ctx: Context, found: Marked, said: str) -> dict[int, str]:
    """Those who answer for the law, of this creditor."""
    told = {}
    for person in find_staff(ctx.session, ("compliance",), ctx.now.date()):
        clients = scope_of(ctx.session, person).clients
        if clients is None or found.account.client_id in clients:
            told[person.id] = said
    return dict(list(told.items())[:MOST_TOLD])


def done(ctx: Context, key: str, plan: Mapping[str, Any]) -> Answer:
    return Answer(ctx.say(f"floor.{key}.done", account=plan["number"]), "", ())


def moved_on(about: str = "changed") -> Refused:
    return Refused("floor.moved_since", about=about)


def ids_of(plan: Mapping[str, Any], name: str) -> Collection[int]:
    return [int(each) for each in plan[name]]
