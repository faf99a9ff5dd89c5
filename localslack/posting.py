"""Writes messages for people and for the app, checked as Slack checks them, and tells everybody concerned."""

import html
import re
from collections.abc import Callable
from typing import Any

from localslack import blocktypes, elements
from localslack.blockkit import block_text_length, check_blocks
from localslack.errors import SlackError
from localslack.events import Events
from localslack.ids import new_id
from localslack.sessions import Sessions
from localslack.store import Channel, Message, Store
from localslack.team import SLACKBOT, Team

JSON = dict[str, Any]
LONGEST_TEXT = 40_000
LONGEST_UPDATE = 4_000
MOST_ATTACHMENTS = 100

# A mention or link that is already in Slack's own form, and the plain forms people type.
_FORMED = re.compile(r"<(?:@[A-Z0-9]+|#[A-Z0-9]+|![a-z]+|https?://[^\s<>]+)(?:\|[^<>]*)?>")
_TYPED = re.compile(r"(?<![\w@#])([@#])([\w.\-]+)")


class Posting:
    """The one place where messages come into being."""

    def __init__(self, team: Team, store: Store, events: Events, sessions: Sessions) -> None:
        self.team, self.store, self.events, self.sessions = team, store, events, sessions

    # --- people ---
    def by_person(self, user: str, channel: Channel, text: str, thread_ts: str | None = None) -> Message:
        """A message as a person types it."""
        body: JSON = {"user": user, "text": self.as_typed(text), "team": self.team.id}
        body["client_msg_id"] = new_id("", 16).lower()
        if thread_ts:
            body["thread_ts"] = self.root(channel, thread_ts)
        message = self.store.post(channel, body)
        self.events.message_posted(channel, message)
        self._invite(user, channel, message)
        return message

    def as_typed(self, text: str) -> str:
        """@handle and #channel become mentions, & < > are escaped, what is already a mention stays."""
        out, end = [], 0
        for formed in _FORMED.finditer(text):
            out += [self._escaped(text[end : formed.start()]), formed.group()]
            end = formed.end()
        return "".join([*out, self._escaped(text[end:])])

    def _escaped(self, text: str) -> str:
        return _TYPED.sub(self._mention, html.escape(text, quote=False))

    def _mention(self, typed: re.Match[str]) -> str:
        sign, name = typed.groups()
        stem = name.rstrip(".-")
        rest = name[len(stem) :]
        if sign == "@":
            user = self.team.find_user(stem)
            return f"<@{user.id}>{rest}" if user else typed.group()
        channel = self.store.channel(stem)
        known = channel is not None and channel.kind == "public"
        return f"<#{channel.id}|{channel.name}>{rest}" if known and channel else typed.group()

    def _invite(self, user: str, channel: Channel, message: Message) -> None:
        """Naming the app where it is not: Slackbot says so, the app hears nothing."""
        bot = self.team.bot.user_id
        if f"<@{bot}>" in message.body["text"] and bot not in channel.members:
            self.slackbot(user, channel, f"<@{bot}> is not in this channel. Invite it first.")

    # --- Slackbot and the app ---
    def slackbot(self, user: str, channel: Channel, text: str) -> Message:
        """What only one person is told by Slack itself."""
        return self.store.post(channel, {"user": SLACKBOT, "text": text, "subtype": "bot_message"}, user)

    def by_app(self, channel: Channel, content: JSON, only_for: str | None = None) -> Message:
        """A message of the app; `content` has gone through `checked`."""
        message = self.store.post(channel, {**self._author(), **content}, only_for)
        self.sessions.answered(channel, message.thread_ts)
        self.events.message_posted(channel, message)
        return message

    def change(self, message: Message, content: JSON, *, mark: bool = True) -> None:
        """New contents for a message of the app."""
        channel = self.store.channels[message.channel]
        previous = message.body
        edited = {"user": message.author, "ts": self.store.stamps.ts()} if mark else None
        self.store.change(message, {**content, "edited": edited})
        if message.only_for is None:
            self.events.message_changed(channel, message, previous)

    def remove(self, message: Message) -> None:
        channel = self.store.channels[message.channel]
        previous = message.body
        self.store.remove(message)
        if message.only_for is None:
            self.events.message_deleted(channel, previous)

    def root(self, channel: Channel, thread_ts: str) -> str:
        """The thread to reply in, or SlackError where there is no such message."""
        found = channel.messages.get(thread_ts)
        if found is None or found.only_for is not None:
            raise SlackError("thread_not_found")
        return found.thread_ts or found.ts

    def checked(self, args: Callable[[str], Any], longest: int | None = None) -> JSON:
        """The text, blocks, attachments and metadata of a message, or SlackError as Slack refuses them."""
        text, blocks, attachments = args("text"), args("blocks"), args("attachments")
        markdown = args("markdown_text")
        if markdown and (text or blocks):
            raise SlackError("markdown_text_conflict")
        if markdown:
            blocks, text = [{"type": "markdown", "text": markdown}], markdown
        if not (text or blocks or attachments):
            raise SlackError("no_text")
        text = str(text or "")
        if longest is not None and len(text) > longest:
            raise SlackError("msg_too_long")
        content: JSON = {"text": text[:LONGEST_TEXT]}
        if blocks:
            content["blocks"] = checked_blocks(blocks)
        if attachments:
            content["attachments"] = _checked_attachments(attachments)
        if args("metadata"):
            content["metadata"] = _checked_metadata(args("metadata"))
        return content

    def _author(self) -> JSON:
        bot = self.team.bot
        profile = {"id": bot.bot_id, "app_id": bot.app_id, "user_id": bot.user_id, "name": bot.name}
        return {
            "user": bot.user_id,
            "bot_id": bot.bot_id,
            "app_id": bot.app_id,
            "team": self.team.id,
            "bot_profile": {**profile, "team_id": self.team.id, "deleted": False},
        }


def checked_blocks(blocks: object, surface: str = "message") -> list[JSON]:
    """The blocks with their ids, or SlackError with every fault."""
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    faults = check_blocks(blocks, surface)
    if faults:
        messages = [str(fault) for fault in faults]
        raise SlackError("invalid_blocks", errors=messages, response_metadata={"messages": messages})
    if block_text_length(blocks) > blocktypes.TEXT_IN_MESSAGE:
        raise SlackError("msg_blocks_too_long")
    return elements.with_ids(blocks)


def _checked_attachments(attachments: object) -> list[JSON]:
    if not isinstance(attachments, list) or not all(isinstance(each, dict) for each in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    return [
        {**each, "id": index, **({"blocks": checked_blocks(each["blocks"])} if each.get("blocks") else {})}
        for index, each in enumerate(attachments, 1)
    ]


def _checked_metadata(metadata: object) -> JSON:
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise SlackError("invalid_metadata_format")
    payload = metadata.get("event_payload")
    if not isinstance(payload, dict | None):
        raise SlackError("invalid_metadata_schema")
    # Bolt's `say` in a DM thread without context sends null here, and Slack lets it pass.
    return {**metadata, "event_payload": payload or {}}
