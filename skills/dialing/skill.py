"""Changes how accounts are dialled: which ones, which stay as they are and why; then does or undoes it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from db.dialing import Dialled, change_modes, dialled_now
from db.picks import Unpickable
from db.portfolio import Held, held_accounts, never_dialled
from skills.contract import (
    Action,
    Answer,
    Cell,
    Context,
    Figure,
    Figures,
    Filter,
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
from skills.picked import picks_of, unpickable

ROLES: frozenset[Role] = frozenset(("supervisor", "manager", "director", "admin"))
MODES = ("manual", "preview", "predictivo", "blaster")
UNATTENDED = ("predictivo", "blaster")  # nobody looks at the account before it is dialled
SPECIAL, THEIRS = "special", "same"
LAW = "law:"  # of a reason why an account stays: the rule follows


class DialRequest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    dial_mode: Literal["manual", "preview", "predictivo", "blaster"]
    account: str | None = None
    filters: tuple[Filter, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> "DialRequest":
        if not (self.account or self.filters):
            raise ValueError("which accounts?")
        return self


def preview(ctx: Context, request: DialRequest) -> Preview:
    today = ctx.now.date()
    try:
        picks = picks_of(ctx, request.filters)
        held = held_accounts(
            ctx.session, ctx.actor.scope, today, agents=None, number=request.account, picks=picks
        )
    except Unpickable as no:
        raise unpickable(str(no)) from None
    if not held:
        raise Refused("dial.nothing", about="nothing")
    kept = _kept(ctx, request.dial_mode, held)
    changed = [each for each in held if each.id not in kept]
    if not changed:
        raise Refused("dial.all_stay", about="nothing", why=_reasons(ctx, kept))
    return _shown(ctx, request.dial_mode, changed, kept)


def _kept(ctx: Context, mode: str, held: Sequence[Held]) -> dict[int, str]:
    """Account -> why it stays: dialled so already; or no machine may dial it unseen."""
    kept = {each.id: THEIRS for each in held if each.mode == mode}
    if mode not in UNATTENDED:
        return kept
    ids = [each.id for each in held]
    # What takes an account off a machine's list is never forbidden; what puts it on one may be.
    unlawful = against(ctx, "assign_dial_mode", ids, "blaster" if mode == "blaster" else "call")
    barred = never_dialled(ctx.session, ids) | {
        account: f"{LAW}{blocks[0].rule}" for account, blocks in unlawful.items()
    }
    for each in held:
        if why := SPECIAL if each.special else barred.get(each.id, ""):
            kept.setdefault(each.id, why)
    return kept


# --- What is shown ---------------------------------------------------------------------------------


def _shown(ctx: Context, mode: str, changed: Sequence[Held], kept: Mapping[int, str]) -> Preview:
    say, money = ctx.say, Decimal(sum(each.balance_cents for each in changed)) / 100
    figures = (
        Figure(say("dial.accounts"), Value(Decimal(len(changed)), "count")),
        Figure(say("dial.balance"), Value(money, "money")),
    )
    parts: list[Part] = [Figures(figures), _before(ctx, changed)]
    if kept:
        parts.append(Text(say("dial.stay", why=_reasons(ctx, kept)), "note"))
    name = say(f"dial.mode.{mode}")
    title = say("dial.title", mode=name, n=f"{len(changed):,}")
    rows = tuple({"account": each.number, "dial_mode": mode} for each in changed)
    answer = Answer(title, say("dial.echo", scope=ctx.actor.scope.label), tuple(parts), rows)
    by = Counter(each.agent_id for each in changed)
    told = {
        agent: say("dial.told", who=ctx.actor.name, n=f"{n:,}", mode=name) for agent, n in sorted(by.items())
    }
    plan = {
        "mode": mode,
        "accounts": [[each.id, each.assignment_id, each.agent_id, each.mode] for each in changed],
    }
    before = {str(each.id): each.mode for each in changed}
    return Preview(answer, plan, len(changed), money, told, before, dict.fromkeys(before, mode))


def _before(ctx: Context, changed: Sequence[Held]) -> Table:
    by = Counter(each.mode if each.mode in MODES else "none" for each in changed)
    rows: list[tuple[Cell, ...]] = [
        (ctx.say(f"dial.mode.{mode}"), Value(Decimal(n), "count")) for mode, n in by.most_common()
    ]
    return Table(ctx.say("dial.now"), (ctx.say("dial.head_mode"), ctx.say("dial.accounts")), tuple(rows))


def _reasons(ctx: Context, kept: Mapping[int, str]) -> str:
    by = Counter(kept.values()).most_common()
    rules = {why.removeprefix(LAW): n for why, n in by if why.startswith(LAW)}
    others = [(why, n) for why, n in by if not why.startswith(LAW)]
    return "; ".join([*stays(ctx, rules), *(ctx.say(f"dial.why_{why}", n=f"{n:,}") for why, n in others)])


# --- What is written -------------------------------------------------------------------------------


def apply(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    mode = str(plan["mode"])
    changes = [(Dialled(*each), mode) for each in plan["accounts"]]
    if not change_modes(ctx.session, changes, ctx.now):
        raise Refused("dial.moved_since", about="changed")
    return Answer(ctx.say("dial.done", n=f"{len(changes):,}", mode=ctx.say(f"dial.mode.{mode}")), "", ())


def undo(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    """Each to what it was, as a new time: how it was dialled in between stays in the history."""
    standing = dialled_now(ctx.session, [int(each[0]) for each in plan["accounts"]])
    back = []
    for account, _, agent, was in plan["accounts"]:
        now = standing.get(account)
        if now is None or (now.agent, now.mode) != (agent, plan["mode"]):
            raise Refused("dial.moved_since", about="undo")
        back.append((now, was))
    if not change_modes(ctx.session, back, ctx.now):
        raise Refused("dial.moved_since", about="undo")
    return Answer(ctx.say("dial.undone", n=f"{len(back):,}"), "", ())


SKILL = Skill("dialing", actions=(Action("assign_dial_mode", DialRequest, ROLES, preview, apply, undo),))
