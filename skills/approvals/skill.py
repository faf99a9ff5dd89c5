"""What others asked to be done and waits for the asker's yes or no. Decides nothing."""

from collections.abc import Iterator, Sequence
from typing import get_args

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from db.tables.reference import people
from db.waiting import Waits, put_before
from skills.contract import Answer, Context, Option, Part, Question, Refused, Role, Skill, Text

ROLES: frozenset[Role] = frozenset(get_args(Role)) - {"client_viewer"}
SHOWN = 10
DECIDED_HERE = 2  # a row holds five buttons
LINE = 400  # characters of a card


class ApprovalsRequest(BaseModel):
    """Nothing to say: they are the asker's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def answer(ctx: Context, _request: ApprovalsRequest) -> Answer:
    """Never where others read along: a card may show an account."""
    if ctx.open:
        raise Refused("approvals.in_private", about="place", denied=True)
    user = ctx.session.execute(
        select(people.c.slack_user_id).where(people.c.id == ctx.actor.person_id)
    ).scalar()
    waits = put_before(ctx.session, user, ctx.now) if user else []
    return Answer(
        title=ctx.say("approvals.title"),
        echo=ctx.say("approvals.echo"),
        parts=tuple(_parts(ctx, waits)),
        rows=tuple({"who": each.who, "until": each.until.isoformat()} for each in waits),
        next=tuple(_buttons(ctx, waits)),
        sensitive=True,
    )


def _parts(ctx: Context, waits: Sequence[Waits]) -> Iterator[Part]:
    if not waits:
        yield Text(ctx.say("approvals.none"))
    for n, each in enumerate(waits[:SHOWN], 1):
        until = each.until.astimezone(ctx.now.tzinfo)
        said = each.said if len(each.said) <= LINE else each.said[:LINE].rstrip() + "…"
        yield Text(ctx.say("approvals.one", n=n, who=each.who, said=said, at=f"{until:%H:%M}"))
    if len(waits) > SHOWN:
        yield Text(ctx.say("approvals.more", n=len(waits) - SHOWN), "note")


def _buttons(ctx: Context, waits: Sequence[Waits]) -> Iterator[Option]:
    for n, each in enumerate(waits[:DECIDED_HERE], 1):
        for step in ("approve", "reject"):
            yield Option(ctx.say(f"approvals.{step}", n=n), step, {"proposal": each.token})


SKILL = Skill("approvals", questions=(Question("approvals", ApprovalsRequest, ROLES, answer),))
