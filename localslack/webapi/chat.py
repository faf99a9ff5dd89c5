"""Web API: chat.*; the streaming methods are in streams.py."""

import sys
from typing import Any

from localslack.errors import SlackError
from localslack.files import File
from localslack.posting import LONGEST_UPDATE
from localslack.store import Channel, Message
from localslack.webapi.args import Args, paged
from localslack.webapi.places import joined_channel, person, seen_message, visible_channel
from localslack.workspace import Workspace

JSON = dict[str, Any]


async def post_message(ws: Workspace, args: Args) -> JSON:
    channel = joined_channel(ws, args)
    content = _content(ws, channel, args)
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
    """New contents. Text alone takes the blocks away and marks the message as edited, as in Slack."""
    message = _own(ws, args, "cant_update_message")
    if message.body.get("streaming"):
        raise SlackError("streaming_state_conflict")
    content = ws.posting.checked(args.get, LONGEST_UPDATE)
    gone: JSON = {"attachments": None}
    if args.text("text"):
        gone["blocks"] = None
    elif "blocks" not in content:
        content["text"] = message.body["text"]
    if args.get("metadata") == {}:
        gone["metadata"] = None
    files = [_file(ws, file_id) for file_id in args.several("file_ids")]
    ws.posting.change(message, {**gone, **content}, mark="blocks" not in content)
    if files:
        ws.posting.attach(message, files)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.body["text"],
        "message": message.body,
    }


def _file(ws: Workspace, file_id: str) -> File:
    file = ws.files.find(file_id, ws.team.bot.user_id)
    if file.deleted:
        raise SlackError("file_deleted")
    return file


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


# --- for later ---
async def schedule(ws: Workspace, args: Args) -> JSON:
    channel = joined_channel(ws, args)
    try:
        post_at = int(args.need("post_at"))
    except ValueError:
        raise SlackError("invalid_time") from None
    content = _content(ws, channel, args)
    later = ws.scheduled.add(channel, content, post_at)
    return {
        "channel": channel.id,
        "scheduled_message_id": later.id,
        "post_at": post_at,
        "message": {"type": "delayed_message", "bot_id": ws.team.bot.bot_id, **content},
    }


async def scheduled(ws: Workspace, args: Args) -> JSON:
    channel = visible_channel(ws, args.text("channel")) if args.text("channel") else None
    begin, end = args.number("oldest", 0), args.number("latest", sys.maxsize)
    rows = [one.as_json() for one in ws.scheduled.rows(channel) if begin <= one.post_at <= end]
    page, after = paged(rows, args, 100)
    return {"scheduled_messages": list(page), "response_metadata": {"next_cursor": after}}


async def unschedule(ws: Workspace, args: Args) -> JSON:
    ws.scheduled.remove(joined_channel(ws, args), args.need("scheduled_message_id"))
    return {}


def _content(ws: Workspace, channel: Channel, args: Args) -> JSON:
    content = ws.posting.checked(args.get)
    if args.text("thread_ts"):
        content["thread_ts"] = ws.posting.root(channel, args.text("thread_ts"))
        if args.flag("reply_broadcast"):
            content["subtype"] = "thread_broadcast"
    if args.text("username"):
        content["username"] = args.text("username")
    return content


def _own(ws: Workspace, args: Args, refusal: str) -> Message:
    """A message of the app itself; a DM goes by its own id here, not by a person's."""
    if args.text("channel") in ws.team.users:
        raise SlackError("channel_not_found")
    channel = joined_channel(ws, args)
    message = seen_message(ws, channel, args.need("ts"))
    if message.author != ws.team.bot.user_id:
        raise SlackError(refusal)
    return message


METHODS = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": permalink,
    "chat.scheduleMessage": schedule,
    "chat.scheduledMessages.list": scheduled,
    "chat.deleteScheduledMessage": unschedule,
}
