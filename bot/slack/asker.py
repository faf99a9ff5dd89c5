"""Who opens a surface of the bot's: the person with her rights of now, and a word to her alone.

Knows no view.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.faults import note_failure
from bot.identity import Stranger, identify
from bot.outbox import Due, Parcel
from bot.outcome import Who
from bot.rights import known_to
from bot.slack.edge import Edge
from bot.slack.faults import Turned, asked_again
from bot.slack.message import Message
from db.access import Names, names
from db.engine import reading, writing
from skills.contract import Actor, Language


@dataclass(frozen=True)
class Asker:
    """Somebody the agency knows, with the names that exist for her."""

    team: str
    user: str
    who: Who
    actor: Actor
    names: Names
    today: date

    @property
    def language(self) -> Language:
        return self.actor.language


@dataclass(frozen=True)
class Unknown:
    """Somebody who gets no figures; `said` tells her why and whom to ask."""

    language: Language
    said: str


async def meet(edge: Edge, team: str, user: str) -> Asker | Unknown:
    """Asked whenever a surface is opened or used: a leaver is nobody the same day."""
    try:
        who = await edge.who(team, user)
        language = await edge.speaks(team, user)
        met = await edge.ledger.run(_identified, edge, team, who, language)
        (await edge.workspaces.of(team)).profiles.speaks(user, met.language)
        return met
    except Turned as no:
        language = await edge.speaks(team, user)
        return Unknown(language, edge.texts.say(language, no.key))


def _identified(edge: Edge, team: str, who: Who, language: Language) -> Asker | Unknown:
    today = edge.clock().astimezone(edge.settings.agency.zone).date()
    with reading(edge.records.engine) as connection:
        everybody = names(connection)
        actor = identify(connection, who, edge.settings, edge.texts, everybody, today)
        if isinstance(actor, Stranger):
            return Unknown(language, edge.texts.say(language, actor.key, **actor.slots))
        return Asker(team, who.id, who, actor, known_to(connection, actor, everybody, today), today)


async def direct(edge: Edge, team: str, user: str) -> str:
    """The channel of her direct message with the bot."""
    client = (await edge.workspaces.of(team)).client
    opened = await asked_again(lambda: client.conversations_open(users=user))
    return str(opened["channel"]["id"])


async def tell(edge: Edge, team: str, user: str, message: Message, respond: str = "") -> None:
    """To her alone: at Slack's answer address where there is one, else in her direct message."""
    channel = user if respond else await direct(edge, team, user)
    body: dict[str, Any] = {"text": message.text, "blocks": message.blocks, "asker": user, "url": respond}
    kind: Any = "respond" if respond else "post"
    parcel = Parcel(f"word:{secrets.token_hex(12)}", kind, team, channel, body, clear=message.clear)
    await _on_its_way(edge, parcel)


async def _on_its_way(edge: Edge, parcel: Parcel) -> None:
    """Through the outbox; where the database will not have it, straight to Slack."""
    try:
        edge.sender.send(await edge.ledger.run(_put, edge, parcel))
    except Exception as error:
        note_failure(error, "the outbox")
        await edge.sender.send_unrecorded(parcel)


def _put(edge: Edge, parcel: Parcel) -> list[Due]:
    with writing(edge.records.engine) as connection:
        due = edge.sender.put(connection, parcel)
    return [] if due is None else [due]


def once(kind: str, payload: Mapping[str, Any]) -> str:
    """An inbox key of one interaction: Slack sends the same trigger again when it repeats itself."""
    trigger = str(payload.get("trigger_id") or secrets.token_hex(8))
    return f"{kind}:{hashlib.sha256(trigger.encode()).hexdigest()[:24]}"
