"""Tells the app what happened, in the shape of Slack's Events API; whether it listens is its own affair."""

import time
from typing import Any

from localslack.delivery import Delivery
from localslack.ids import new_id
from localslack.store import Channel, Message, Store
from localslack.team import Team

JSON = dict[str, Any]

CHANNEL_TYPE = {"public": "channel", "private": "group", "im": "im"}
SUBSCRIPTION = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


class Events:
    """One function for each kind of event."""

    def __init__(self, team: Team, store: Store, delivery: Delivery) -> None:
        self.team, self.store, self.delivery = team, store, delivery

    def message_posted(self, channel: Channel, message: Message) -> None:
        """A message event and, where the app is named in a channel, an app_mention beside it."""
        if message.only_for is not None:
            return
        body = {**_without(message.body, "reactions"), **self._thread(channel, message)}
        self._message(channel, body, message.ts)
        mentioned = f"<@{self.team.bot.user_id}>" in message.body.get("text", "")
        if mentioned and channel.kind != "im" and message.author != self.team.bot.user_id:
            mention = _without(body, "subtype", "metadata")
            self._emit({**mention, "type": "app_mention", "channel": channel.id}, channel, message.ts)

    def message_changed(self, channel: Channel, message: Message, previous: JSON) -> None:
        stamp = self.store.stamps.ts()
        body = {"type": "message", "subtype": "message_changed", "ts": stamp, "hidden": True}
        self._message(channel, {**body, "message": message.body, "previous_message": previous}, stamp)

    def message_deleted(self, channel: Channel, previous: JSON) -> None:
        stamp = self.store.stamps.ts()
        body = {"type": "message", "subtype": "message_deleted", "ts": stamp, "hidden": True}
        self._message(channel, {**body, "deleted_ts": previous["ts"], "previous_message": previous}, stamp)

    def home_opened(self, user: str, channel: Channel, tab: str, view: JSON | None) -> None:
        event: JSON = {"type": "app_home_opened", "user": user, "channel": channel.id, "tab": tab}
        if view is not None and tab == "home":
            event["view"] = view
        self._emit(event, None, self.store.stamps.ts())

    def reaction(self, channel: Channel, message: Message, user: str, name: str, *, added: bool) -> None:
        event = {
            "type": "reaction_added" if added else "reaction_removed",
            "user": user,
            "reaction": name,
            "item": {"type": "message", "channel": channel.id, "ts": message.ts},
            "item_user": message.author,
        }
        self._emit(event, channel, self.store.stamps.ts())

    def joined(self, channel: Channel, user: str) -> None:
        event = {
            "type": "member_joined_channel",
            "user": user,
            "channel": channel.id,
            "channel_type": channel.id[0],
            "team": self.team.id,
        }
        self._emit(event, channel, self.store.stamps.ts())

    def session_stopped(self, channel: Channel, thread_ts: str, user: str, streaming: list[str]) -> None:
        event = {
            "type": "agent_session_stopped",
            "channel": channel.id,
            "thread_ts": thread_ts,
            "user": user,
            "streaming_message_ts": streaming,
        }
        self._emit(event, channel, self.store.stamps.ts())

    def _thread(self, channel: Channel, message: Message) -> JSON:
        root = channel.messages.get(message.thread_ts or "")
        return {"parent_user_id": root.author} if root is not None and message.is_reply else {}

    def _message(self, channel: Channel, body: JSON, stamp: str) -> None:
        kind = CHANNEL_TYPE[channel.kind]
        event = {**body, "channel": channel.id, "channel_type": kind}
        self._emit(event, channel, stamp, SUBSCRIPTION[kind])

    def _emit(
        self, event: JSON, channel: Channel | None, stamp: str, subscription: str | None = None
    ) -> None:
        """Sends an event if the app is where it happened and subscribed to its kind."""
        bot = self.team.bot
        if channel is not None and bot.user_id not in channel.members:
            return
        if bot.events is not None and (subscription or event["type"]) not in bot.events:
            return
        event = {**event, "event_ts": stamp}
        self.delivery.tell(event["type"], self._callback(event))

    def _callback(self, event: JSON) -> JSON:
        bot = self.team.bot
        return {
            "token": "local",
            "team_id": self.team.id,
            "api_app_id": bot.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": new_id("Ev"),
            "event_time": int(time.time()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self.team.id,
                    "user_id": bot.user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": new_id("4-", 24),
        }


def _without(body: JSON, *names: str) -> JSON:
    """The body without what events do not carry."""
    hidden = {*names, "reply_count", "reply_users", "reply_users_count", "latest_reply"}
    return {key: value for key, value in body.items() if key not in hidden}
