"""Channels, members and messages, and who may see which; it knows no HTTP and tells the app nothing."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from localslack.feed import Feed
from localslack.ids import Stamps, new_id, ts_key
from localslack.team import Team, User

JSON = dict[str, Any]
Kind = Literal["public", "private", "im"]


@dataclass
class Message:
    """One message. `only_for`: the viewer of an ephemeral one; `picks`: what each person chose in it.

    `draft` is what a streamed message is made of while it grows.
    """

    channel: str
    body: JSON
    only_for: str | None = None
    picks: dict[str, JSON] = field(default_factory=dict)
    draft: JSON = field(default_factory=dict)

    @property
    def ts(self) -> str:
        return str(self.body["ts"])

    @property
    def author(self) -> str:
        return str(self.body.get("user", ""))

    @property
    def thread_ts(self) -> str | None:
        return self.body.get("thread_ts")

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def in_channel(self) -> bool:
        """Whether it shows in the channel itself, not only in a thread."""
        return not self.is_reply or self.body.get("subtype") == "thread_broadcast"

    def as_seen(self, viewer: str | None = None) -> JSON:
        """The message as a page gets it, with what this viewer has chosen in it."""
        seen = {**self.body, "channel": self.channel, "ephemeral": self.only_for is not None}
        if viewer in self.picks:
            seen["state"] = {"values": self.picks[viewer]}
        return seen


@dataclass
class Channel:
    """A public or private channel, or a direct message of two."""

    id: str
    name: str
    kind: Kind
    members: list[str]
    topic: str = ""
    is_ext_shared: bool = False
    created: int = field(default_factory=lambda: int(time.time()))
    messages: dict[str, Message] = field(default_factory=dict)
    last_read: dict[str, str] = field(default_factory=dict)

    def partner(self, user: str) -> str:
        """The other side of a DM; oneself when alone in it."""
        return next((member for member in self.members if member != user), user)


class Store:
    """All that has been said."""

    def __init__(self, team: Team, feed: Feed, stamps: Stamps) -> None:
        self.team, self.feed, self.stamps = team, feed, stamps
        self.channels: dict[str, Channel] = {}
        self.reset()

    def reset(self) -> None:
        """Back to the team as its file has it."""
        self.channels = {
            room.id: Channel(
                room.id, room.name, _kind(room.private), list(room.members), room.topic, room.is_ext_shared
            )
            for room in self.team.rooms
        }

    # --- finding ---
    def user(self, ref: str) -> User | None:
        return self.team.find_user(ref)

    def channel(self, ref: str) -> Channel | None:
        """A channel by id, or by name with or without #."""
        if ref in self.channels:
            return self.channels[ref]
        name = ref.removeprefix("#").lower()
        return next((c for c in self.channels.values() if c.kind != "im" and c.name.lower() == name), None)

    def dm(self, one: str, other: str) -> tuple[Channel, bool]:
        """The DM of two, made when it is not there; and whether it is new."""
        pair = {one, other}
        for channel in self.channels.values():
            if channel.kind == "im" and set(channel.members) == pair:
                return channel, False
        channel = Channel(new_id("D"), "", "im", sorted(pair))
        self.channels[channel.id] = channel
        self.tell_channel(channel)
        return channel, True

    def sees(self, viewer: str, channel: Channel) -> bool:
        """A guest or a stranger sees nothing that they are not in."""
        if viewer in channel.members:
            return True
        person = self.team.users.get(viewer)
        return channel.kind == "public" and not (person and person.is_outsider)

    def message(self, channel: Channel, ts: str, viewer: str | None = None) -> Message | None:
        """A message by ts; an ephemeral one only for its viewer."""
        found = channel.messages.get(ts)
        if found is None or (found.only_for is not None and found.only_for != viewer):
            return None
        return found

    def thread(self, channel: Channel, root: str) -> list[Message]:
        return [m for m in channel.messages.values() if m.ts == root or m.thread_ts == root]

    def listing(self, viewer: str | None, channel: Channel | None = None) -> Iterator[Message]:
        """Messages in the order of time, as a viewer may see them; viewer None sees everything."""
        rooms = [channel] if channel else list(self.channels.values())
        seen = [room for room in rooms if viewer is None or self.sees(viewer, room)]
        every = [m for room in seen for m in room.messages.values()]
        for message in sorted(every, key=lambda m: ts_key(m.ts)):
            if viewer is None or message.only_for in (None, viewer):
                yield message

    # --- changing ---
    def post(self, channel: Channel, body: JSON, only_for: str | None = None) -> Message:
        """Adds a message. A reply to a reply goes to the thread's root."""
        body = {"type": "message", **body, "ts": self.stamps.ts()}
        root = channel.messages.get(body.get("thread_ts") or "")
        if root is not None and root.thread_ts:
            body["thread_ts"] = root.thread_ts
        message = Message(channel.id, body, only_for)
        channel.messages[message.ts] = message
        if only_for is None:
            channel.last_read[message.author] = message.ts
        self._tell(channel, message, {"kind": "message", "message": message.as_seen()})
        if message.is_reply and only_for is None:
            self._count_replies(channel, str(message.thread_ts))
        return message

    def change(self, message: Message, new: JSON, kind: str = "message_changed") -> None:
        """Gives a message new contents; a value of None takes the key away."""
        message.body = {key: value for key, value in {**message.body, **new}.items() if value is not None}
        channel = self.channels[message.channel]
        self._tell(channel, message, {"kind": kind, "message": message.as_seen()})

    def remove(self, message: Message) -> None:
        """Deletes a message; a root with replies leaves its tombstone, as in Slack."""
        channel = self.channels[message.channel]
        if not message.is_reply and len(self.thread(channel, message.ts)) > 1:
            text = "This message was deleted."
            gone = dict.fromkeys(("blocks", "attachments", "files", "reactions", "metadata", "bot_id"))
            return self.change(message, {**gone, "subtype": "tombstone", "text": text, "user": "USLACKBOT"})
        del channel.messages[message.ts]
        event: JSON = {"kind": "message_deleted", "ts": message.ts}
        if message.thread_ts:
            event["thread_ts"] = message.thread_ts
        self._tell(channel, message, event)
        if message.is_reply:
            self._count_replies(channel, str(message.thread_ts))
        return None

    def join(self, channel: Channel, user: str) -> None:
        if user not in channel.members:
            channel.members.append(user)
            self.tell_channel(channel)

    def leave(self, channel: Channel, user: str) -> None:
        channel.members.remove(user)
        self.tell_channel(channel)

    def read(self, channel: Channel, user: str, ts: str | None = None) -> None:
        """Marks everything up to ts as read."""
        channel.last_read[user] = ts or next(reversed(channel.messages), "0")
        self.tell_channel(channel, only=user)

    def _count_replies(self, channel: Channel, root_ts: str) -> None:
        root = channel.messages.get(root_ts)
        if root is None:
            return None
        replies = [m for m in self.thread(channel, root_ts) if m.is_reply and m.only_for is None]
        if not replies and root.body.get("subtype") == "tombstone":
            return self.remove(root)
        users = list(dict.fromkeys(m.author for m in replies))
        counted: JSON = {
            "thread_ts": root_ts,
            "reply_count": len(replies),
            "reply_users_count": len(users),
            "reply_users": users,
            "latest_reply": replies[-1].ts if replies else None,
        }
        self.change(root, counted if replies else dict.fromkeys(counted))
        return None

    # --- telling the pages ---
    def _tell(self, channel: Channel, message: Message, event: JSON) -> None:
        only = message.only_for
        event = {**event, "channel": channel.id}
        self.feed.send(event, lambda viewer: self.sees(viewer, channel) and only in (None, viewer))

    def tell_channel(self, channel: Channel, only: str | None = None) -> None:
        """Shows the channel anew to everybody who may see it."""

        def make(viewer: str) -> JSON | None:
            if only not in (None, viewer) or not self.sees(viewer, channel):
                return None
            return {"kind": "channel", "channel": self.channel_json(channel, viewer)}

        self.feed.send_each(make)

    def channel_json(self, channel: Channel, viewer: str) -> JSON:
        """The channel as one viewer has it, with what is unread."""
        unread = list(self._unread(channel, viewer))
        seen = (m.ts for m in reversed(channel.messages.values()) if m.only_for in (None, viewer))
        mention = f"<@{viewer}>"
        shown: JSON = {
            "id": channel.id,
            "name": channel.name,
            "is_im": channel.kind == "im",
            "is_private": channel.kind != "public",
            "is_member": viewer in channel.members,
            "members": list(channel.members),
            "topic": channel.topic,
            "is_ext_shared": channel.is_ext_shared,
            "unread": len(unread),
            "mentions": sum(channel.kind == "im" or mention in m.body.get("text", "") for m in unread),
            "last_read": channel.last_read.get(viewer, "0"),
            "latest": next(seen, None),
        }
        if channel.kind == "im":
            partner = channel.partner(viewer)
            shown |= {"user": partner, "name": self.team.users[partner].name}
        return shown

    def _unread(self, channel: Channel, viewer: str) -> Iterator[Message]:
        """Others' messages since the last read; in a DM the replies count too, for there all is threads."""
        if viewer not in channel.members:
            return
        read = ts_key(channel.last_read.get(viewer, "0"))
        for message in reversed(channel.messages.values()):
            if ts_key(message.ts) <= read:
                return
            theirs = message.author != viewer and message.only_for in (None, viewer)
            if theirs and (message.in_channel or channel.kind == "im"):
                yield message


def _kind(private: bool) -> Kind:
    return "private" if private else "public"
