"""What is done about a breach: attended, training, escalated, opened again, or none at all; with a reason.

Whoever answers for the team does not clear it alone: that it was no breach is for compliance to agree.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, field_validator

from db.law.browse import Kept, State, move, one
from db.law.wording import unlawful_words
from db.masking import short
from skills.compliance.breaches import debtor_time, moment
from skills.contract import APPROVED_BY, Action, Answer, Cell, Context, Option, Preview, Refused, Role, Table

ROLES: frozenset[Role] = frozenset(("supervisor", "manager", "compliance", "admin", "director"))
CLEARS: frozenset[Role] = frozenset(("compliance", "admin"))
LONGEST = 500
INTENT: Final = "attend_breach"
REASONS = {
    "attended": ("spoken", "corrected", "instructed"),
    "training": ("training",),
    "escalated": ("repeated", "serious"),
    "false_positive": ("wrong_record", "wrong_home", "consented"),
}


class AttendRequest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    breach: int = Field(ge=1)
    state: State | None = None
    reason: str | None = Field(default=None, min_length=3, max_length=LONGEST)

    @field_validator("reason")
    @classmethod
    def _said(cls, given: str | None) -> str | None:
        if given is None:
            return None
        if not given.strip() or "\x00" in given:
            raise ValueError("say why")
        return " ".join(given.split())


def preview(ctx: Context, request: AttendRequest) -> Preview:
    if not ctx.actor.scope.shows("agent"):
        raise Refused("law.names_people", about="channel", denied=True)
    kept = one(ctx.session, ctx.actor.scope, request.breach)
    if kept is None:
        raise Refused("law.no_such_breach", about="breach", number=request.breach)
    state = _state(ctx, kept, request)
    reason = _reason(ctx, kept, state, request)
    plan: dict[str, Any] = {"breach": kept.id, "from": kept.state, "to": state, "reason": reason}
    if "false_positive" in (kept.state, state) and ctx.actor.role not in CLEARS:
        plan[APPROVED_BY] = sorted(CLEARS)
    title = ctx.say("law.attend_title", number=kept.id, state=ctx.say(f"law.state.{state}"))
    shown = Answer(title, ctx.actor.scope.label, (_card(ctx, kept, state, reason),), sensitive=True)
    changed = {"breach": kept.id, "rule": kept.rule}
    return Preview(
        shown,
        plan,
        1,
        concerns=_concerns(ctx, kept, state),
        before={**changed, "state": kept.state},
        after={**changed, "state": state, "reason": reason},
    )


def _state(ctx: Context, kept: Kept, request: AttendRequest) -> State:
    """Asked by buttons where it was not said."""
    if request.state is None:
        choices = [
            Option(ctx.say(f"law.button.{each}"), INTENT, {"breach": kept.id, "state": each})
            for each in ("attended", "training", "escalated", "false_positive")
            if each != kept.state
        ]
        what = f"{kept.rule} · {moment(ctx, kept)}"
        raise Refused(
            "law.which_state", about="slot:state", asks=True, choices=choices, number=kept.id, what=what
        )
    if kept.state == request.state:
        said = ctx.say(f"law.state.{kept.state}")
        raise Refused("law.already", about="nothing", number=kept.id, state=said)
    return request.state


def _reason(ctx: Context, kept: Kept, state: State, request: AttendRequest) -> str:
    """A few common ones to press; any other is typed."""
    if request.reason is None:
        fields = {"breach": kept.id, "state": state}
        names = REASONS.get(state, REASONS["attended"])
        said = [ctx.say(f"law.reason.{name}") for name in names]
        choices = [Option(each, INTENT, {**fields, "reason": each}) for each in said]
        word = ctx.say(f"law.state.{state}")
        raise Refused(
            "law.which_reason", about="slot:reason", asks=True, choices=choices, number=kept.id, state=word
        )
    if "R30" in unlawful_words(request.reason):
        raise Refused("law.sensitive_reason", about="compliance")
    return request.reason


def _card(ctx: Context, kept: Kept, state: State, reason: str) -> Table:
    say = ctx.say
    rows: list[tuple[Cell, ...]] = [
        (say("law.head.rule"), kept.rule),
        (say("law.head.at"), moment(ctx, kept)),
        (say("law.head.agent"), kept.agent or say("law.nobody")),
        (say("law.head.state"), f"{say(f'law.state.{kept.state}')} → {say(f'law.state.{state}')}"),
        (say("law.reason"), reason),
    ]
    if clock := debtor_time(kept):
        rows.insert(2, (say("law.head.debtor_time"), clock))
    if kept.account:
        rows.insert(3, (say("law.head.account"), short(kept.account)))
    return Table("", (say("law.field"), say("law.value")), tuple(rows))


def _concerns(ctx: Context, kept: Kept, state: State) -> dict[int, str]:
    """The agent's supervisor hears of it; of training, the agent too."""
    told = {}
    word = ctx.say(f"law.state.{state}")
    if kept.supervisor_id and kept.supervisor_id != ctx.actor.person_id:
        told[kept.supervisor_id] = ctx.say(
            "law.told_supervisor", number=kept.id, rule=kept.rule, state=word, who=ctx.actor.name
        )
    if state == "training" and kept.agent_id:
        told[kept.agent_id] = ctx.say("law.told_agent", rule=kept.rule, who=ctx.actor.name)
    return told


def apply(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    return _moved(ctx, plan, plan["from"], plan["to"], str(plan["reason"]), "law.attended")


def undo(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    return _moved(ctx, plan, plan["to"], plan["from"], ctx.say("law.undone_reason"), "law.unattended")


def _moved(
    ctx: Context, plan: Mapping[str, Any], before: State, after: State, reason: str, said: str
) -> Answer:
    number = int(plan["breach"])
    if not move(ctx.session, number, before, after, ctx.actor.person_id, reason, ctx.now):
        raise Refused("law.moved_since", about="changed", number=number)
    return Answer(ctx.say(said, number=number, state=ctx.say(f"law.state.{after}")), "", ())


ATTEND = Action(
    INTENT, AttendRequest, ROLES, preview, apply, undo, asks=frozenset({"slot:state", "slot:reason"})
)
