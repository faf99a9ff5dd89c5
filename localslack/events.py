"""Tells the app what happened, in the shape of Slack's Events API; whether it listens is its own affair."""

from typing import Any

from localslack.delivery import Delivery
from localslack.ids import new_id
from localslack.persons import person_json
from localslack.store import Channel, Message, Store
from localslack.team import Team, User

JSON = dict[str, Any]

CHANNEL_TYPE = {"public": "channel", "private": "group", "im": "im"}
SUBSCRIPTION = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


class Events:
    """One function for each kind of event. `contexts`: what each person has open beside the app."""

    def __init__(self, team: Team, store: Store, delivery: Delivery) -> None:
        self.team, self.store, self.delivery = team, store, delivery
        self.contexts: dict[str, list[JSON]] = {}

    def message_posted(self, channel: Channel, message: Message) -> None:
        """A message event and, where the app is named in a channel, an app_mention beside it."""
        if message.only_for is not None:
            return
        body = {**_without(message.body, "reactions"), **self._thread(channel, message)}
        body |= self._sender(channel, message)
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

    # --- files ---
    def file_shared(self, channel: Channel, file_id: str, user: str) -> None:
        event = {"type": "file_shared", "file_id": file_id, "file": {"id": file_id}}
        self._emit({**event, "channel_id": channel.id, "user_id": user}, channel, self.store.stamps.ts())

    def file_deleted(self, file_id: str) -> None:
        self._emit({"type": "file_deleted", "file_id": file_id}, None, self.store.stamps.ts())

    def session_renamed(
        self, channel: Channel, thread_ts: str, user: str, title: str, before: str | None
    ) -> None:
        event = {
            "type": "agent_session_title_changed",
            "channel": channel.id,
            "team_id": self.team.id,
            "thread_ts": thread_ts,
            "user": user,
            "title": title,
        }
        if before is not None:
            event["previous_title"] = before
        self._emit(event, channel, self.store.stamps.ts())

    def context_changed(self, user: str, entities: list[JSON]) -> None:
        """What a person looks at beside the app; their next messages to it say so, too."""
        self.contexts[user] = entities
        event: JSON = {
            "type": "app_context_changed",
            "user": user,
            "channel": self.store.dm(user, self.team.bot.user_id)[0].id,
            "context": {"entities": entities} if entities else {},
        }
        self._emit(event, None, self.store.stamps.ts())

    def person_changed(self, user: User) -> None:
        stamp = self.store.stamps.ts()
        person = {**person_json(self.team, user, locale=True), "updated": int(float(stamp))}
        event = {"type": "user_change", "user": person, "cache_ts": int(float(stamp))}
        self._emit(event, None, stamp)

    def uninstalled(self) -> None:
        """The last that the app hears of this workspace."""
        tokens: JSON = {"oauth": [], "bot": [self.team.bot.user_id]}
        self._emit({"type": "tokens_revoked", "tokens": tokens}, None, self.store.stamps.ts())
        self._emit({"type": "app_uninstalled"}, None, self.store.stamps.ts())

    def _sender(self, channel: Channel, message: Message) -> JSON:
        """Somebody of another company says which one; in a DM, what the person has open goes along."""
        author = self.team.users.get(message.author)
        told: JSON = {}
        if author is not None and author.team_id not in ("", self.team.id):
            told = {"team": author.team_id, "user_team": author.team_id, "source_team": author.team_id}
        entities = self.contexts.get(message.author)
        if entities and channel.kind == "im":
            told["app_context"] = {"entities": entities}
        return told

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
        self.delivery.tell(event["type"], self._callback(event, channel))

    def _callback(self, event: JSON, channel: Channel | None) -> JSON:
        bot = self.team.bot
        return {
            "token": "local",
            "team_id": self.team.id,
            "api_app_id": bot.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": new_id("Ev"),
            "event_time": int(self.store.stamps.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self.team.id,
                    "user_id": bot.user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": channel is not None and channel.is_ext_shared,
            "event_context": new_id("4-", 24),
        }


def _without(body: JSON, *names: str) -> JSON:
    """The body without what events do not carry."""
    hidden = {*names, "reply_count", "reply_users", "reply_users_count", "latest_reply"}
    return {key: value for key, value in body.items() if key not in hidden}
