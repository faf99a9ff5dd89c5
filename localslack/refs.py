"""Finds the person, channel, message or view a request names; it changes nothing but opens DMs by name."""

from collections.abc import Mapping
from typing import Any

from localslack.errors import SlackError
from localslack.payloads import Place
from localslack.store import Channel, Message
from localslack.workspace import Workspace

JSON = dict[str, Any]


def needed(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if value is None or value == "":
        raise SlackError("invalid_arguments", f"{name} is missing")
    return str(value)


def user_of(ws: Workspace, body: Mapping[str, Any], name: str = "user") -> str:
    """A person by id or handle."""
    ref = needed(body, name)
    user = ws.store.user(ref)
    if user is None:
        raise SlackError("user_not_found", f"nobody is called {ref}")
    if user.deleted and name == "user":
        raise SlackError("account_inactive", f"{ref} has left")
    return user.id


def channel_of(ws: Workspace, body: Mapping[str, Any], viewer: str | None) -> Channel:
    """A channel by id or name, or by somebody's handle the DM with them; only one the viewer sees."""
    ref = needed(body, "channel")
    channel = ws.store.channel(ref)
    if channel is None and viewer is not None:
        other = ws.store.user(ref)
        if other is not None:
            return ws.store.dm(viewer, other.id)[0]
    if channel is None or (viewer is not None and not ws.store.sees(viewer, channel)):
        raise SlackError("channel_not_found", f"there is no channel {ref} to see")
    return channel


def joined_of(ws: Workspace, body: Mapping[str, Any], user: str) -> Channel:
    channel = channel_of(ws, body, user)
    if user not in channel.members:
        raise SlackError("not_in_channel", "join the channel first")
    return channel


def message_of(ws: Workspace, body: Mapping[str, Any], user: str) -> tuple[Channel, Message]:
    channel = channel_of(ws, body, user)
    message = ws.store.message(channel, needed(body, "ts"), user)
    if message is None:
        raise SlackError("message_not_found")
    return channel, message


def view_of(ws: Workspace, body: Mapping[str, Any], user: str) -> JSON:
    """A view of this person's own."""
    found = ws.views.find(needed(body, "view_id"))
    if found is None or found[0] != user:
        raise SlackError("view_not_found")
    return found[1]


def place_of(ws: Workspace, body: Mapping[str, Any], user: str) -> Place:
    """Where a click lands: a view or a message."""
    if body.get("view_id"):
        return Place(view=view_of(ws, body, user))
    return Place(message=message_of(ws, body, user)[1])
