"""Web API: chat.*, reactions.*; the streaming methods are in streams.py."""

from typing import Any

from localslack.errors import SlackError
from localslack.posting import LONGEST_UPDATE
from localslack.store import Channel, Message
from localslack.webapi.args import Args
from localslack.webapi.places import joined_channel, person, seen_message, visible_channel
from localslack.workspace import Workspace

JSON = dict[str, Any]


async def post_message(ws: Workspace, args: Args) -> JSON:
    channel = joined_channel(ws, args)
    content = _content(ws, channel, args)
    if args.flag("reply_broadcast") and content.get("thread_ts"):
        content["subtype"] = "thread_broadcast"
    message = ws.posting.by_app(channel, content)
    return {"channel": channel.id, "ts": message.ts, "message": message.body}


async def post_ephemeral(ws: Workspace, args: Args) -> JSON:
    channel = joined_channel(ws, args)
    user = person(ws, args.need("user"))
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    message = ws.posting.by_app(channel, _content(ws, channel, args), user)
    return {"message_ts": message.ts}


async def update(ws: Workspace, args: Args) -> JSON:
    """New text alone takes the blocks away, as in Slack."""
    message = _own(ws, args, "cant_update_message")
    content = ws.posting.checked(args.get, LONGEST_UPDATE)
    if message.body.get("streaming"):
        raise SlackError("streaming_state_conflict")
    ws.posting.change(message, {"blocks": None, "attachments": None, **content})
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.body["text"],
        "message": message.body,
    }


async def delete(ws: Workspace, args: Args) -> JSON:
    message = _own(ws, args, "cant_delete_message")
    ws.posting.remove(message)
    return {"channel": message.channel, "ts": message.ts}


async def permalink(ws: Workspace, args: Args) -> JSON:
    channel = visible_channel(ws, args.need("channel"))
    message = seen_message(ws, channel, args.need("message_ts"))
    link = f"{ws.url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


async def react(ws: Workspace, args: Args) -> JSON:
    channel, message = _reacted(ws, args)
    add_reaction(ws, channel, message, ws.team.bot.user_id, args.need("name"))
    return {}


async def unreact(ws: Workspace, args: Args) -> JSON:
    channel, message = _reacted(ws, args)
    remove_reaction(ws, channel, message, ws.team.bot.user_id, args.need("name"))
    return {}


def add_reaction(ws: Workspace, channel: Channel, message: Message, user: str, name: str) -> None:
    """One person's reaction to a message."""
    rows = [dict(row) for row in message.body.get("reactions", ())]
    row = next((row for row in rows if row["name"] == name), None)
    if row is None:
        row = {"name": name, "users": []}
        rows.append(row)
    if user in row["users"]:
        raise SlackError("already_reacted")
    row["users"] = [*row["users"], user]
    row["count"] = len(row["users"])
    ws.store.change(message, {"reactions": rows}, "reaction")
    ws.events.reaction(channel, message, user, name, added=True)


def remove_reaction(ws: Workspace, channel: Channel, message: Message, user: str, name: str) -> None:
    rows = [dict(row) for row in message.body.get("reactions", ())]
    row = next((row for row in rows if row["name"] == name and user in row["users"]), None)
    if row is None:
        raise SlackError("no_reaction")
    row["users"] = [other for other in row["users"] if other != user]
    row["count"] = len(row["users"])
    ws.store.change(message, {"reactions": [row for row in rows if row["users"]] or None}, "reaction")
    ws.events.reaction(channel, message, user, name, added=False)


def _content(ws: Workspace, channel: Channel, args: Args) -> JSON:
    content = ws.posting.checked(args.get)
    if args.text("thread_ts"):
        content["thread_ts"] = ws.posting.root(channel, args.text("thread_ts"))
    if args.text("username"):
        content["username"] = args.text("username")
    return content


def _own(ws: Workspace, args: Args, refusal: str) -> Message:
    """A message of the app itself."""
    channel = joined_channel(ws, args)
    message = seen_message(ws, channel, args.need("ts"))
    if message.author != ws.team.bot.user_id:
        raise SlackError(refusal)
    return message


def _reacted(ws: Workspace, args: Args) -> tuple[Channel, Message]:
    channel = joined_channel(ws, args)
    return channel, seen_message(ws, channel, args.need("timestamp"))


METHODS = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": permalink,
    "reactions.add": react,
    "reactions.remove": unreact,
}
