"""Messages that never reached Slack: listed with why, tried again or given up. Shows nothing they said."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from db import letters
from db.letters import Letter
from skills import text
from skills.contract import (
    Action,
    Answer,
    Context,
    Option,
    Part,
    Preview,
    Question,
    Refused,
    Role,
    Say,
    Skill,
    Table,
    Text,
)

ROLES: frozenset[Role] = frozenset(("admin", "manager"))
SHOWN, BUTTONS, MOST = 20, 3, 200
KINDS = ("post", "whisper", "respond", "finish", "file", "update")
# What Slack said, where we know what to do about it.
TELLING = (
    *("channel_not_found", "not_in_channel", "is_archived", "thread_not_found", "account_inactive"),
    *("token_revoked", "invalid_auth", "missing_scope", "invalid_blocks", "msg_too_long", "user_not_found"),
)


class LettersRequest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AttendRequest(BaseModel):
    """No letter named: all there are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    do: Literal["retry", "drop"] = "retry"
    letters: tuple[int, ...] = Field(default=(), max_length=MOST)


def listed(ctx: Context, request: LettersRequest) -> Answer:
    del request
    stands = letters.standing(ctx.session, ctx.now)
    found = letters.dead(ctx.session, most=MOST)
    parts: list[Part] = []
    if found:
        heads = tuple(ctx.say(f"letters.column.{name}") for name in ("number", "when", "what", "whom", "why"))
        note = ctx.say("letters.shown", shown=SHOWN, n=stands.dead) if stands.dead > SHOWN else ""
        rows = tuple(_row(ctx, each) for each in found[:SHOWN])
        parts.append(Table(ctx.say("letters.title", n=stands.dead), heads, rows, note))
    else:
        parts.append(Text(ctx.say("letters.none")))
    if stands.waiting and stands.oldest is not None:
        parts.append(
            Text(ctx.say("letters.waiting", n=stands.waiting, since=_moment(ctx, stands.oldest)), "note")
        )
    return Answer(
        ctx.say("letters.list"),
        "",
        tuple(parts),
        tuple(map(_fields, found)),
        next=tuple(_buttons(ctx, found)),
    )


def _row(ctx: Context, letter: Letter) -> tuple[str, ...]:
    what = ctx.say(f"letters.kind.{letter.kind}") if letter.kind in KINDS else letter.kind
    at = _moment(ctx, letter.died_at or letter.made_at)
    whom = letter.who or ctx.say("letters.channel", channel=letter.channel)
    return str(letter.id), at, what, whom, why(ctx.say, letter.error)


def why(say: Say, error: str) -> str:
    """What Slack said, and what to do about it where we know."""
    if error in TELLING:
        return say(f"letters.error.{error}")
    return say("letters.error_other", error=error or "?")


def _moment(ctx: Context, at: datetime) -> str:
    local = at.astimezone(ctx.now.tzinfo)
    return f"{text.day(local.date(), ctx.actor.language, ctx.now.date())} {local:%H:%M}"


def _fields(letter: Letter) -> dict[str, Any]:
    return {"letter": letter.id, "kind": letter.kind, "error": letter.error, "attempts": letter.attempts}


def _buttons(ctx: Context, found: list[Letter]) -> Iterator[Option]:
    if not found:
        return
    every = [each.id for each in found]
    yield Option(ctx.say("letters.button.retry_all"), "attend_letters", {"do": "retry", "letters": every})
    if len(found) > 1:
        for each in found[:BUTTONS]:
            label = ctx.say("letters.button.retry", number=each.id)
            yield Option(label, "attend_letters", {"do": "retry", "letters": [each.id]})


# --- Another try, or none ------------------------------------------------------------------------


def preview(ctx: Context, request: AttendRequest) -> Preview:
    found = letters.dead(ctx.session, request.letters, MOST)
    if not found:
        raise Refused("letters.gone" if request.letters else "letters.none", about="decided")
    numbers = sorted(each.id for each in found)
    before = {"errors": {str(each.id): each.error for each in found}}
    plan = {"do": request.do, "letters": numbers}
    return Preview(Answer("", "", ()), plan, 0, before=before, after=plan)


def apply(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    if plan["do"] == "drop":
        said = ctx.say("letters.dropped", n=letters.drop(ctx.session, plan["letters"]))
    else:
        said = ctx.say("letters.retried", n=letters.revive(ctx.session, plan["letters"], ctx.now))
    return Answer(said, "", (), next=(Option(ctx.say("letters.button.list"), "dead_letters", {}),))


SKILL = Skill(
    "letters",
    (Question("dead_letters", LettersRequest, ROLES, listed),),
    (Action("attend_letters", AttendRequest, ROLES, preview, apply, at_once=True),),
)
