"""A person's own yes or no to being named when she does well. Nobody says it for her. Knows no number."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from db import recognition
from skills.contract import Action, Answer, Context, Preview, Refused, Role, Skill

ROLES: frozenset[Role] = frozenset(("agent",))


class RecognitionRequest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    wanted: bool


def preview(ctx: Context, request: RecognitionRequest) -> Preview:
    now = ctx.actor.person_id in recognition.willing(ctx.session, [ctx.actor.person_id])
    if now == request.wanted:
        raise Refused("recognition.already_yes" if now else "recognition.already_no", about="unchanged")
    plan = {"wanted": request.wanted}
    return Preview(Answer("", "", ()), plan, 0, before={"wanted": now}, after=plan)


def apply(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    if plan["wanted"]:
        recognition.want(ctx.session, ctx.actor.person_id, ctx.now)
    else:
        recognition.want_no_more(ctx.session, ctx.actor.person_id)
    return Answer(ctx.say("recognition.yes" if plan["wanted"] else "recognition.no"), "", ())


SKILL = Skill(
    "recognition", (), (Action("set_recognition", RecognitionRequest, ROLES, preview, apply, at_once=True),)
)
