"""Web API: conversations.*."""

from typing import Any

from localslack.errors import SlackError
from localslack.ids import ts_key
from localslack.store import Channel, Message
from localslack.webapi.args import Args, paged
from localslack.webapi.places import joined_channel, person, visible_channel
from localslack.workspace import Workspace

JSON = dict[str, Any]
TYPES = {"public": "public_channel", "private": "private_channel", "im": "im"}


async def list_all(ws: Workspace, args: Args) -> JSON:
    types = set((args.text("types") or "public_channel").split(","))
    bot = ws.team.bot.user_id
    rows = [c for c in ws.store.channels.values() if TYPES[c.kind] in types and ws.store.sees(bot, c)]
    page, after = paged(rows, args, 100)
    return {"channels": [shown(ws, c) for c in page], "response_metadata": {"next_cursor": after}}


async def info(ws: Workspace, args: Args) -> JSON:
    channel = visible_channel(ws, args.need("channel"))
    row = shown(ws, channel)
    if args.flag("include_num_members"):
        row["num_members"] = len(channel.members)
    return {"channel": row}


async def members(ws: Workspace, args: Args) -> JSON:
    channel = visible_channel(ws, args.need("channel"))
    page, after = paged(channel.members, args, 100)
    return {"members": list(page), "response_metadata": {"next_cursor": after}}


async def open_dm(ws: Workspace, args: Args) -> JSON:
    if args.text("channel"):
        channel, fresh = visible_channel(ws, args.text("channel")), False
    else:
        users = [each for each in args.need("users").split(",") if each]
        if len(users) != 1:
            raise SlackError("not_enough_users" if not users else "too_many_users")
        channel, fresh = ws.store.dm(ws.team.bot.user_id, person(ws, users[0]))
    row = shown(ws, channel) if args.flag("return_im") else {"id": channel.id}
    return {"channel": row, "already_open": not fresh, "no_op": not fresh}


async def join(ws: Workspace, args: Args) -> JSON:
    channel = visible_channel(ws, args.need("channel"))
    if channel.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    ws.store.join(channel, ws.team.bot.user_id)
    return {"channel": shown(ws, channel)}


async def leave(ws: Workspace, args: Args) -> JSON:
    channel, bot = visible_channel(ws, args.need("channel")), ws.team.bot.user_id
    if channel.kind == "im":
        raise SlackError("method_not_supported_for_channel_type")
    if bot not in channel.members:
        return {"not_in_channel": True}
    if channel.members == [bot]:
        raise SlackError("last_member")
    ws.store.leave(channel, bot)
    return {}


async def invite(ws: Workspace, args: Args) -> JSON:
    """All of them or none, unless `force` says to pass over whom it cannot invite."""
    channel = joined_channel(ws, args)
    if channel.kind == "im":
        raise SlackError("method_not_supported_for_channel_type")
    users = args.several("users")
    if not users:
        raise SlackError("no_user")
    refusals = {user: _refusal(ws, channel, user) for user in users}
    fine = [user for user, refusal in refusals.items() if refusal is None]
    if len(fine) < len(refusals) and not (fine and args.flag("force")):
        refused = [(user, why) for user, why in refusals.items() if why is not None]
        rows = [{"ok": False, "user": user, "error": why} for user, why in refused]
        raise SlackError(refused[0][1], errors=rows)
    for user in fine:
        ws.store.join(channel, user)
        ws.events.joined(channel, user)
    return {"channel": shown(ws, channel)}


def _refusal(ws: Workspace, channel: Channel, user: str) -> str | None:
    """Why somebody cannot be invited."""
    if user not in ws.team.users:
        return "user_not_found"
    if user == ws.team.bot.user_id:
        return "cant_invite_self"
    if user in channel.members:
        return "already_in_channel"
    return "cant_invite" if ws.team.users[user].deleted else None


async def history(ws: Workspace, args: Args) -> JSON:
    """A channel's own messages, newest first."""
    channel = joined_channel(ws, args)
    rows = [m for m in channel.messages.values() if m.only_for is None and m.in_channel and _within(m, args)]
    page, after = paged(rows[::-1], args, 100)
    return {
        "messages": [_read(m, args) for m in page],
        "has_more": bool(after),
        "pin_count": 0,
        "response_metadata": {"next_cursor": after},
    }


async def replies(ws: Workspace, args: Args) -> JSON:
    """A thread, root first."""
    channel = joined_channel(ws, args)
    found = channel.messages.get(args.need("ts"))
    if found is None or found.only_for is not None:
        raise SlackError("thread_not_found")
    rows = [m for m in ws.store.thread(channel, found.thread_ts or found.ts) if m.only_for is None]
    page, after = paged([m for m in rows if not m.is_reply or _within(m, args)], args, 1000)
    return {
        "messages": [_read(m, args) for m in page],
        "has_more": bool(after),
        "response_metadata": {"next_cursor": after},
    }


def shown(ws: Workspace, channel: Channel) -> JSON:
    """A channel as the Web API describes it to the app."""
    bot = ws.team.bot.user_id
    row: JSON = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": False,
        "is_im": channel.kind == "im",
        "is_mpim": False,
        "is_private": channel.kind != "public",
        "context_team_id": ws.team.id,
    }
    if channel.kind == "im":
        return {**row, "user": channel.partner(bot), "is_open": True, "is_user_deleted": False}
    text = {"creator": "", "last_set": 0}
    return {
        **row,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_general": False,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_member": bot in channel.members,
        "topic": {"value": channel.topic, **text},
        "purpose": {"value": "", **text},
        "num_members": len(channel.members),
    }


def _read(message: Message, args: Args) -> JSON:
    """A message as read back; metadata only when asked for."""
    if args.flag("include_all_metadata"):
        return message.body
    return {key: value for key, value in message.body.items() if key != "metadata"}


def _within(message: Message, args: Args) -> bool:
    oldest, latest, at = args.text("oldest"), args.text("latest"), ts_key(message.ts)
    inclusive = args.flag("inclusive")
    after = not oldest or at > ts_key(oldest) or (inclusive and at == ts_key(oldest))
    before = not latest or at < ts_key(latest) or (inclusive and at == ts_key(latest))
    return after and before


METHODS = {
    "conversations.list": list_all,
    "conversations.info": info,
    "conversations.members": members,
    "conversations.open": open_dm,
    "conversations.join": join,
    "conversations.leave": leave,
    "conversations.invite": invite,
    "conversations.history": history,
    "conversations.replies": replies,
}
