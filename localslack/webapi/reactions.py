"""Web API: reactions.*, emoji.list."""

from collections.abc import Iterator
from typing import Any

from localslack.errors import SlackError
from localslack.store import Channel, Message
from localslack.webapi.args import Args, paged
from localslack.webapi.places import joined_channel, person, seen_message
from localslack.workspace import Workspace

JSON = dict[str, Any]


async def add(ws: Workspace, args: Args) -> JSON:
    channel, message = _reacted(ws, args)
    add_reaction(ws, channel, message, ws.team.bot.user_id, args.need("name"))
    return {}


async def remove(ws: Workspace, args: Args) -> JSON:
    channel, message = _reacted(ws, args)
    remove_reaction(ws, channel, message, ws.team.bot.user_id, args.need("name"))
    return {}


async def get(ws: Workspace, args: Args) -> JSON:
    channel, message = _reacted(ws, args)
    return {"type": "message", "channel": channel.id, "message": message.body}


async def list_all(ws: Workspace, args: Args) -> JSON:
    """What somebody has reacted to, as far as the app sees it; the newest first."""
    user = person(ws, args.text("user") or ws.team.bot.user_id)
    page, after = paged(list(_reacted_by(ws, user))[::-1], args, 100)
    rows = [{"type": "message", "channel": m.channel, "message": m.body} for m in page]
    return {"items": rows, "response_metadata": {"next_cursor": after}}


async def emoji(_ws: Workspace, _args: Args) -> JSON:
    """This workspace has no emoji of its own."""
    return {"emoji": {}, "cache_ts": "0"}


def _reacted_by(ws: Workspace, user: str) -> Iterator[Message]:
    for message in ws.store.listing(ws.team.bot.user_id):
        if any(user in row["users"] for row in message.body.get("reactions", ())):
            yield message


def _reacted(ws: Workspace, args: Args) -> tuple[Channel, Message]:
    channel = joined_channel(ws, args)
    return channel, seen_message(ws, channel, args.need("timestamp"))


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


METHODS = {
    "reactions.add": add,
    "reactions.remove": remove,
    "reactions.get": get,
    "reactions.list": list_all,
    "emoji.list": emoji,
}
