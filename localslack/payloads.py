"""How interactions look on the wire: who acted, and where; it delivers none."""

import copy
from typing import Any

from localslack.passes import Answer
from localslack.store import Channel, Message, Store
from localslack.team import Team

JSON = dict[str, Any]


class Place:
    """Where an element stands: a message or a view."""

    def __init__(self, message: Message | None = None, view: JSON | None = None) -> None:
        self.message, self.view = message, view

    @property
    def blocks(self) -> list[Any]:
        if self.view is not None:
            return list(self.view["blocks"])
        body = self.message.body if self.message else {}
        attached = [block for each in body.get("attachments", ()) for block in each.get("blocks", ())]
        return [*body.get("blocks", ()), *attached]


class Payloads:
    """The parts that interactive payloads share."""

    def __init__(self, team: Team, store: Store) -> None:
        self.team, self.store = team, store

    def at_place(self, kind: str, user: str, place: Place) -> JSON:
        """Something done in a message or a view."""
        payload = {**self.person(kind, user), "api_app_id": self.team.bot.app_id}
        if place.view is not None:
            payload["view"] = copy.deepcopy(place.view)
            if kind in ("block_actions", "block_suggestion"):
                payload["container"] = {"type": "view", "view_id": place.view["id"]}
        elif place.message is not None:
            payload |= self._message_part(place.message)
        return payload

    def person(self, kind: str, user: str) -> JSON:
        """Who did it, and in which workspace."""
        person = self.team.users[user]
        return {
            "type": kind,
            "user": {"id": user, "username": person.name, "name": person.name, "team_id": person.team_id},
            "token": "local",
            "team": {"id": self.team.id, "domain": self.team.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def action_ts(self) -> str:
        return f"{self.store.stamps.now():.6f}"

    def _message_part(self, message: Message) -> JSON:
        channel = self.store.channels[message.channel]
        container: JSON = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": message.only_for is not None,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        part: JSON = {
            "container": container,
            "channel": {"id": channel.id, "name": channel_name(channel)},
        }
        if message.only_for is None:
            part["message"] = message.body
        return part


def answer_at(user: str, message: Message) -> Answer:
    return Answer(user, message.channel, message.ts)


def channel_name(channel: Channel) -> str:
    """What payloads call a channel: DMs and private ones stay unnamed."""
    return {"im": "directmessage", "private": "privategroup"}.get(channel.kind, channel.name)
