"""The reminders that were planned and what became of them. Changes nothing, shows no account."""

from db import reminders
from db.reminders import Standing
from skills.contract import Answer, Context, Table, Text
from skills.reminders.request import QueueRequest
from skills.reminders.shown import reason
from skills.text import day

LISTED = 20
ORDER = ("waiting", "sending", "sent", "held", "failed", "doubtful", "cancelled")
SEES_ALL = ("manager", "director", "admin", "compliance")


def queued(ctx: Context, request: QueueRequest) -> Answer:
    """One's own; everybody's for those who answer for what leaves the house."""
    del request
    scope = ctx.actor.scope
    whole = scope.clients is None and scope.campaigns is None and scope.supervisors is None
    mine = None if ctx.actor.role in SEES_ALL and whole else ctx.actor.person_id
    found = reminders.latest(ctx.session, mine, LISTED)
    title = ctx.say("out.list")
    if not found:
        return Answer(title, title, (Text(ctx.say("out.list_none")),))
    heads = tuple(ctx.say(f"out.head.{name}") for name in ("when", "way", "who", "state", "why"))
    table = Table("", heads, tuple(_row(ctx, each) for each in found))
    rows = tuple(
        {"due_at": each.due_at.isoformat(), "channel": each.channel, "states": dict(each.states)}
        for each in found
    )
    return Answer(title, title, (table,), rows)


def _row(ctx: Context, each: Standing) -> tuple[str, ...]:
    due = each.due_at.astimezone(ctx.now.tzinfo)
    when = f"{day(due.date(), ctx.actor.language, ctx.now.date())} {due:%H:%M}"
    way = ctx.say(f"out.channel.{each.channel}")
    return when, way, each.who, in_words(ctx, each), why_not(ctx, each)


def in_words(ctx: Context, each: Standing) -> str:
    """How many stand where."""
    return ", ".join(f"{ctx.say(f'out.state.{s}')}: {each.states[s]:,}" for s in ORDER if each.states.get(s))


def why_not(ctx: Context, each: Standing) -> str:
    """Of those that did not leave."""
    told = (f"{_known(ctx, why)}: {n:,}" for why, n in sorted(each.reasons.items()))
    return "; ".join(told)


def _known(ctx: Context, why: str) -> str:
    """A reason of ours in words, a gateway's answer as it came."""
    try:
        return reason(ctx, why)
    except KeyError:
        return why
