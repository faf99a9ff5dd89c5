"""Alerts as a list, with what is watched for the asker and how each number stands."""

from collections.abc import Sequence
from typing import Any

from db.alerts import OPEN, Ticket, Watch, live_watches, names_of, standings, with_open
from skills.alerts.card import ATTEND, Words
from skills.alerts.spec import WatchSpec
from skills.contract import Answer, Context, Option, Part, Table, Text

ACKNOWLEDGED, STOPPED = 5, 5  # buttons of each kind


def listed(ctx: Context, words: Words, found: Sequence[Ticket], *, open_only: bool) -> Answer:
    say = ctx.say
    names = names_of(ctx.session, [t.acked_by for t in found] + [t.assigned_to for t in found])
    watched = live_watches(ctx.session, ctx.actor.person_id)
    parts: list[Part] = []
    if found:
        heads = tuple(say(f"alerts.head.{name}") for name in ("number", "what", "state", "since", "who"))
        parts.append(Table(say("alerts.fired"), heads, tuple(_line(words, t, names) for t in found)))
    else:
        parts.append(Text(say("alerts.none_open" if open_only else "alerts.none")))
    parts.append(_watched(ctx, words, watched))
    return Answer(
        title=say("alerts.list"),
        echo=ctx.actor.scope.label,
        parts=tuple(parts),
        rows=tuple(_row(words, t) for t in found),
        next=(*_acknowledge(words, found), *stopping(words, watched)),
    )


def _line(words: Words, ticket: Ticket, names: dict[int, str]) -> tuple[str, ...]:
    spec = WatchSpec.model_validate(ticket.watch.spec)
    who = names.get(ticket.assigned_to or ticket.acked_by or 0, "")
    state = words.state(ticket)
    state = words.say(f"alerts.state.{state}")
    said = words.watch(spec, ticket.subject)
    return (str(ticket.id), said, state, words.moment(ticket.opened_at), who)


def _watched(ctx: Context, words: Words, watched: Sequence[Watch]) -> Part:
    """What is looked at, and how near each number is to its bound."""
    if not watched:
        return Text(ctx.say("alerts.no_watches"), "note")
    held = standings(ctx.session, [watch.id for watch in watched])
    alive = with_open(ctx.session, [watch.id for watch in watched])
    rows = tuple(_standing(words, watch, held.get(watch.id, []), watch.id in alive) for watch in watched)
    heads = tuple(ctx.say(f"alerts.head.{name}") for name in ("what", "state", "looked"))
    return Table(ctx.say("alerts.watched"), heads, rows)


def _standing(words: Words, watch: Watch, held: Sequence[Any], alive: bool) -> tuple[str, ...]:
    spec = WatchSpec.model_validate(watch.spec)
    said = words.watch(spec)
    if not held:
        return (said, words.say("alerts.not_read"), "")
    worst = max(held, key=lambda row: (row.state == OPEN, row.state == "slipping", row.count))
    past = worst.state == OPEN and not alive
    state = words.say(f"alerts.standing.{'past' if past else worst.state}", n=worst.count, of=spec.slips)
    return (said, state, words.moment(max(row.seen_at for row in held)))


def _row(words: Words, ticket: Ticket) -> dict[str, Any]:
    return {
        "alert": ticket.id,
        "watch": dict(ticket.watch.spec),
        "subject": ticket.subject,
        "state": words.state(ticket),
        "opened_at": ticket.opened_at.isoformat(),
    }


def _acknowledge(words: Words, found: Sequence[Ticket]) -> list[Option]:
    waiting = [t for t in found if words.state(t) == OPEN][:ACKNOWLEDGED]
    return [
        Option(
            words.say("alerts.button.acknowledge_one", number=t.id),
            ATTEND,
            {"alert": t.id, "do": "acknowledge"},
        )
        for t in waiting
    ]


def stopping(words: Words, watched: Sequence[Watch]) -> list[Option]:
    """A button each, of those that chat made: the others are config.yaml's."""
    own = [watch for watch in watched if watch.code.startswith("chat:")][:STOPPED]
    return [
        Option(
            words.say("alerts.button.stop", what=words.watch(WatchSpec.model_validate(w.spec))),
            "stop_alert",
            {"watch": w.id},
        )
        for w in own
    ]
