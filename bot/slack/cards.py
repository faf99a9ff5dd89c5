"""The messages that hold a proposal's buttons: kept as they hang, and drawn anew once it moves on.

Knows no proposal's meaning. What only one person saw for a moment cannot be drawn anew: its buttons then say
what became of it.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.duties import Look, Tick, Write
from bot.outbox import Parcel
from bot.outcome import Outcome
from bot.slack import blocks as kit
from bot.slack.marks import inert
from bot.slack.render import Renderer
from bot.slack.told import Told
from db import proposals
from db.engine import reading
from db.proposals import Card, hang, take_down
from skills.text import Texts

LASTING = ("post", "finish")


def redrawn(connection: Connection, outcome: Outcome, ref: str) -> list[Parcel]:
    """Each card of the proposal that moved on, without its buttons and with what became of it."""
    if outcome.decided is None:
        return []
    token, said = outcome.decided
    return [_anew(card, said, f"{ref}:c{n}") for n, card in enumerate(take_down(connection, token))]


def expiring(told: Told, texts: Texts, zone: ZoneInfo) -> Look:
    """Proposals nobody decided in time: each of their cards says so, without its buttons."""

    def look(tick: Tick) -> Write:
        with reading(told.engine) as connection:
            late = proposals.overdue(connection, tick.now)

        def write(connection: Connection) -> None:
            if late:
                proposals.one_at_a_time(connection)
            for each in late:
                if proposals.expire(connection, each.token, tick.now):
                    at = f"{each.expires_at.astimezone(zone):%H:%M}"
                    said = texts.say("en" if each.language == "en" else "es", "writing.card.expired", at=at)
                    for n, card in enumerate(take_down(connection, each.token)):
                        told.put(connection, _anew(card, said, f"{each.token}:x{n}"))

        return write

    return look


def _anew(card: Card, said: str, key: str) -> Parcel:
    blocks = [*json.loads(card.blocks), kit.context([inert(said)])]
    body = {"of": card.key, "text": f"{card.text}\n{inert(said)}", "blocks": blocks}
    return Parcel(key, "update", card.team, card.channel, body)


def hung(connection: Connection, renderer: Renderer, posted: Iterable[tuple[Parcel, Outcome]]) -> None:
    """Remembers the messages that hold buttons of a proposal. Comes after `redrawn`."""
    for parcel, outcome in posted:
        if outcome.card is None or parcel.kind not in LASTING:
            continue
        message = "" if outcome.answer is not None else outcome.message
        plain = renderer.outcome(replace(outcome, choices=(), message=message))
        blocks = json.dumps(plain.blocks, ensure_ascii=False, default=str)
        hang(connection, outcome.card, Card(parcel.key, parcel.team, parcel.channel, plain.text, blocks))
