"""Writes messages for people and for the app, checked as Slack checks them, and tells everybody concerned."""

import html
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from localslack import blocktypes, elements
from localslack.blockkit import Fault, block_text_length, check_blocks
from localslack.errors import SlackError
from localslack.events import Events
from localslack.files import File, Files
from localslack.ids import new_id
from localslack.sessions import Sessions
from localslack.store import Channel, Message, Store
from localslack.team import SLACKBOT, Team
from localslack.words import say

JSON = dict[str, Any]
LONGEST_TEXT = 40_000
LONGEST_UPDATE = 4_000
LONGEST_MARKDOWN = 12_000
MOST_ATTACHMENTS = 100
# Not in Slack's reference; the size its users report.
METADATA_BYTES = 8_000

# A mention or link that is already in Slack's own form, and the plain forms people type.
_FORMED = re.compile(r"<(?:@[A-Z0-9]+|#[A-Z0-9]+|![a-z]+|https?://[^\s<>]+)(?:\|[^<>]*)?>")
_TYPED = re.compile(r"(?<![\w@#])([@#])([\w.\-]+)")


class Posting:
    """The one place where messages come into being."""

    def __init__(self, team: Team, store: Store, events: Events, sessions: Sessions, files: Files) -> None:
        self.team, self.store, self.events, self.sessions = team, store, events, sessions
        self.files = files

    # --- people ---
    def by_person(
        self,
        user: str,
        channel: Channel,
        text: str,
        thread_ts: str | None = None,
        files: Sequence[File] = (),
    ) -> Message:
        """A message as a person types it, with the files they add."""
        body: JSON = {"user": user, "text": self.as_typed(text), "team": self.team.id}
        body["client_msg_id"] = new_id("", 16).lower()
        if thread_ts:
            body["thread_ts"] = self.root(channel, thread_ts)
        message = self._post(channel, body, files)
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
            locale = self.team.users[user].locale
            self.slackbot(user, channel, say(locale, "not_invited", app=f"<@{bot}>"))

    # --- Slackbot and the app ---
    def slackbot(self, user: str, channel: Channel, text: str) -> Message:
        """What only one person is told by Slack itself."""
        return self.store.post(channel, {"user": SLACKBOT, "text": text, "subtype": "bot_message"}, user)

    def by_app(
        self, channel: Channel, content: JSON, only_for: str | None = None, files: Sequence[File] = ()
    ) -> Message:
        """A message of the app; `content` has gone through `checked`."""
        self.show_files(content, channel, only_for)
        message = self._post(channel, {**self._author(), **content}, files, only_for)
        self.sessions.answered(channel, message.thread_ts)
        return message

    def _post(
        self, channel: Channel, body: JSON, files: Sequence[File] = (), only_for: str | None = None
    ) -> Message:
        if files:
            body |= {"files": [self.files.shown(file) for file in files], "upload": True}
            body |= {"subtype": "file_share", "display_as_bot": False}
        message = self.store.post(channel, body, only_for)
        for file in files:
            self._shared(file, channel, message)
        self.events.message_posted(channel, message)
        return message

    def show_files(self, content: JSON, channel: Channel, only_for: str | None = None) -> None:
        """Who sees the message sees the images in its blocks."""
        self.files.draw_in([content.get("blocks"), content.get("attachments")], channel, only_for)

    def attach(self, message: Message, files: Sequence[File]) -> None:
        """Adds files to a message that is there."""
        channel = self.store.channels[message.channel]
        rows = [*message.body.get("files", ()), *(self.files.shown(file) for file in files)]
        self.store.change(message, {"files": rows})
        for file in files:
            self._shared(file, channel, message)

    def _shared(self, file: File, channel: Channel, message: Message) -> None:
        """From now on the channel's people see the file, and files.info says where it is."""
        place: JSON = {"ts": message.ts, "share_user_id": message.author, "channel_name": channel.name}
        if message.thread_ts:
            place["thread_ts"] = message.thread_ts
        file.shares.setdefault(channel.id, []).append(place)
        self.events.file_shared(channel, file.id, message.author)

    def forget_file(self, file: File) -> None:
        """Takes a file away: the messages that carried it keep its tombstone."""
        file.deleted, file.data = True, b""
        for channel_id, places in file.shares.items():
            for place in places:
                message = self.store.channels[channel_id].messages.get(place["ts"])
                if message is not None and message.body.get("files"):
                    rows = [
                        self.files.shown(file) if row["id"] == file.id else row
                        for row in message.body["files"]
                    ]
                    self.change(message, {"files": rows}, mark=False)
        self.events.file_deleted(file.id)

    def change(self, message: Message, content: JSON, *, mark: bool = True) -> None:
        """New contents for a message of the app."""
        channel = self.store.channels[message.channel]
        self.show_files(content, channel, message.only_for)
        previous = message.body
        edited = {"user": message.author, "ts": self.store.stamps.ts()} if mark else None
        self.store.change(message, {**content, **({"edited": edited} if edited else {})})
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
            if len(str(markdown)) > LONGEST_MARKDOWN:
                raise SlackError("msg_too_long")
            blocks, text = [{"type": "markdown", "text": str(markdown)}], markdown
        if not (text or blocks or attachments):
            raise SlackError("no_text")
        text = str(text or "")
        if longest is not None and not markdown and len(text) > longest:
            raise SlackError("msg_too_long")
        content: JSON = {"text": text[:LONGEST_TEXT]}
        if blocks:
            content["blocks"] = self.checked_blocks(blocks)
        if attachments:
            content["attachments"] = self._checked_attachments(attachments)
        if args("metadata"):
            content["metadata"] = checked_metadata(args("metadata"))
        return content

    def checked_blocks(self, blocks: object) -> list[JSON]:
        """The blocks with their ids, or SlackError with every fault."""
        if not isinstance(blocks, list):
            raise SlackError("invalid_blocks_format")
        faults = check_blocks(blocks)
        missing = self.files.missing(blocks, self.team.bot.user_id)
        faults += [Fault(f"/blocks{pointer}", error) for pointer, error in missing]
        if faults:
            messages = [str(fault) for fault in faults]
            raise SlackError("invalid_blocks", errors=messages, response_metadata={"messages": messages})
        if block_text_length(blocks) > blocktypes.TEXT_IN_MESSAGE:
            raise SlackError("msg_blocks_too_long")
        return elements.with_ids(blocks)

    def _checked_attachments(self, attachments: object) -> list[JSON]:
        if not isinstance(attachments, list) or not all(isinstance(each, dict) for each in attachments):
            raise SlackError("invalid_attachments")
        if len(attachments) > MOST_ATTACHMENTS:
            raise SlackError("too_many_attachments")
        return [
            {**each, "id": index, **self._attached_blocks(each.get("blocks"))}
            for index, each in enumerate(attachments, 1)
        ]

    def _attached_blocks(self, blocks: object) -> JSON:
        return {"blocks": self.checked_blocks(blocks)} if blocks else {}

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


def checked_metadata(metadata: object) -> JSON:
    """An event's type and payload, or the entities of a work object."""
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    if isinstance(metadata.get("entities"), list) and "event_type" not in metadata:
        return metadata
    if not isinstance(metadata.get("event_type"), str) or not metadata["event_type"]:
        raise SlackError("invalid_metadata_format")
    payload = metadata.get("event_payload")
    if not isinstance(payload, dict | None):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(metadata, ensure_ascii=False).encode()) > METADATA_BYTES:
        raise SlackError("metadata_too_large")
    # Bolt's `say` in a DM thread without context sends null here, and Slack lets it pass.
    return {**metadata, "event_payload": payload or {}}
