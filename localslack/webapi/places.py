"""Finds the channel or message a method names, as the app may see it; it changes nothing."""

from localslack.errors import SlackError
from localslack.store import Channel, Message
from localslack.webapi.args import Args
from localslack.workspace import Workspace


def visible_channel(ws: Workspace, ref: str) -> Channel:
    """A channel the app may know of: public, or one it is in."""
    channel = ws.store.channel(ref)
    if channel is None or not ws.store.sees(ws.team.bot.user_id, channel):
        raise SlackError("channel_not_found")
    return channel


def joined_channel(ws: Workspace, args: Args, name: str = "channel") -> Channel:
    """A channel the app is in; a person's id means the DM with them."""
    ref = args.need(name)
    user = ws.team.users.get(ref)
    if user is not None:
        return ws.store.dm(ws.team.bot.user_id, user.id)[0]
    channel = visible_channel(ws, ref)
    if ws.team.bot.user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def seen_message(ws: Workspace, channel: Channel, ts: str) -> Message:
    message = ws.store.message(channel, ts)
    if message is None:
        raise SlackError("message_not_found")
    return message


def person(ws: Workspace, user_id: str) -> str:
    if user_id not in ws.team.users:
        raise SlackError("user_not_found")
    return user_id
