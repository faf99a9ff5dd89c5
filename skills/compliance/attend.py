"""What is done about a breach: attended, training, escalated, opened again, or none at all; with a reason.

Whoever answers for the team does not clear it alone: that it was no breach is for compliance to agree.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from db.law.browse import Kept, State, move, one
from db.law.wording import unlawful_words
from skills.compliance.breaches import debtor_time, moment
from skills.contract import APPROVED_BY, Action, Answer, Cell, Context, Preview, Refused, Role, Table

ROLES: frozenset[Role] = frozenset(("supervisor", "manager", "compliance", "admin", "director"))
CLEARS: frozenset[Role] = frozenset(("compliance", "admin"))
LONGEST, ENDING = 500, 4


class AttendRequest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    breach: int = Field(ge=1)
    state: State
    reason: str = Field(min_length=3, max_length=LONGEST)

    @field_validator("reason")
    @classmethod
    def _said(cls, given: str) -> str:
        if not given.strip() or "\x00" in given:
            raise ValueError("say why")
        return " ".join(given.split())


def preview(ctx: Context, request: AttendRequest) -> Preview:
    if not ctx.actor.scope.shows("agent"):
        raise Refused("law.names_people", about="channel", denied=True)
    kept = one(ctx.session, ctx.actor.scope, request.breach)
    if kept is None:
        raise Refused("law.no_such_breach", about="breach", number=request.breach)
    if kept.state == request.state:
        raise Refused(
            "law.already", about="nothing", number=kept.id, state=ctx.say(f"law.state.{kept.state}")
        )
    if "R30" in unlawful_words(request.reason):
        raise Refused("law.sensitive_reason", about="compliance")
    plan: dict[str, Any] = {
        "breach": kept.id,
        "from": kept.state,
        "to": request.state,
        "reason": request.reason,
    }
    if "false_positive" in (kept.state, request.state) and ctx.actor.role not in CLEARS:
        plan[APPROVED_BY] = sorted(CLEARS)
    title = ctx.say("law.attend_title", number=kept.id, state=ctx.say(f"law.state.{request.state}"))
    shown = Answer(title, ctx.actor.scope.label, (_card(ctx, kept, request),), sensitive=True)
    changed = {"breach": kept.id, "rule": kept.rule}
    return Preview(
        shown,
        plan,
        1,
        concerns=_concerns(ctx, kept, request),
        before={**changed, "state": kept.state},
        after={**changed, "state": request.state, "reason": request.reason},
    )


def _card(ctx: Context, kept: Kept, request: AttendRequest) -> Table:
    say = ctx.say
    rows: list[tuple[Cell, ...]] = [
        (say("law.head.rule"), kept.rule),
        (say("law.head.at"), moment(ctx, kept)),
        (say("law.head.agent"), kept.agent or say("law.nobody")),
        (say("law.head.state"), f"{say(f'law.state.{kept.state}')} → {say(f'law.state.{request.state}')}"),
        (say("law.reason"), request.reason),
    ]
    if clock := debtor_time(kept):
        rows.insert(2, (say("law.head.debtor_time"), clock))
    if kept.account:
        rows.insert(3, (say("law.head.account"), f"…{kept.account[-ENDING:]}"))
    return Table("", (say("law.field"), say("law.value")), tuple(rows))


def _concerns(ctx: Context, kept: Kept, request: AttendRequest) -> dict[int, str]:
    """The agent's supervisor hears of it; of training, the agent too."""
    told = {}
    state = ctx.say(f"law.state.{request.state}")
    if kept.supervisor_id and kept.supervisor_id != ctx.actor.person_id:
        told[kept.supervisor_id] = ctx.say(
            "law.told_supervisor", number=kept.id, rule=kept.rule, state=state, who=ctx.actor.name
        )
    if request.state == "training" and kept.agent_id:
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


ATTEND = Action("attend_breach", AttendRequest, ROLES, preview, apply, undo)
