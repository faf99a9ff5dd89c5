"""Web API: chat.startStream, appendStream, stopStream; what a stream is made of is in drafts.py."""

from functools import partial
from typing import Any

from localslack.drafts import MODES, drawn, grown, plain
from localslack.errors import SlackError
from localslack.posting import LONGEST_MARKDOWN, checked_metadata
from localslack.sessions import STATES
from localslack.store import Message
from localslack.webapi.args import Args
from localslack.webapi.places import joined_channel, person, seen_message
from localslack.workspace import Workspace

JSON = dict[str, Any]
# Nowhere in Slack's reference; its users see streams end after some minutes without an append.
QUIET_SECONDS = 300


async def start(ws: Workspace, args: Args) -> JSON:
    channel = joined_channel(ws, args)
    if channel.kind != "im":
        _recipient(ws, args)
    mode = args.text("task_display_mode") or "timeline"
    if mode not in MODES:
        raise SlackError("invalid_arguments", f"task_display_mode must be one of {', '.join(MODES)}")
    thread_ts = ws.posting.root(channel, args.need("thread_ts"))
    draft = _grown(ws, {"mode": mode, "parts": []}, args)
    content = {"thread_ts": thread_ts, "streaming": True, "text": plain(draft), "blocks": drawn(draft)}
    message = ws.posting.by_app(channel, content)
    _goes_on(ws, message, draft)
    ws.sessions.set_status(channel, thread_ts, "processing")
    return {"channel": channel.id, "ts": message.ts}


def _recipient(ws: Workspace, args: Args) -> None:
    """In a channel Slack wants to know who asked."""
    if not args.text("recipient_user_id"):
        raise SlackError("missing_recipient_user_id")
    if not args.text("recipient_team_id"):
        raise SlackError("missing_recipient_team_id")
    person(ws, args.text("recipient_user_id"))


async def append(ws: Workspace, args: Args) -> JSON:
    message = _streaming(ws, args)
    if message.draft.get("stopped"):
        raise SlackError("stopped_by_user")
    if not args.text("markdown_text") and not args.get("chunks"):
        raise SlackError("no_text")
    draft = _grown(ws, message.draft, args)
    content = {"text": plain(draft), "blocks": drawn(draft)}
    ws.posting.show_files(content, ws.store.channels[message.channel])
    ws.store.change(message, content)
    _goes_on(ws, message, draft)
    return {"channel": message.channel, "ts": message.ts}


async def stop(ws: Workspace, args: Args) -> JSON:
    message = _streaming(ws, args)
    status = args.text("session_status") or "active"
    if status not in STATES:
        raise SlackError("invalid_arguments", f"session_status must be one of {', '.join(STATES)}")
    draft = _grown(ws, message.draft, args)
    # A limit of its own: fifty more blocks beside those that came in chunks.
    end = ws.posting.checked_blocks(args.get("blocks")) if args.get("blocks") else []
    content: JSON = {"text": plain(draft), "blocks": [*drawn(draft), *end], "streaming": None}
    if args.get("metadata"):
        content["metadata"] = checked_metadata(args.get("metadata"))
    ws.clock.drop_timer((ws.team.id, message.ts))
    ws.posting.change(message, content, mark=False)
    ws.sessions.set_status(ws.store.channels[message.channel], str(message.thread_ts), status)
    return {"channel": message.channel, "ts": message.ts, "message": message.body}


def end(message: Message) -> None:
    """The person pressed Stop: no more is taken, and the app must still call chat.stopStream."""
    message.draft["stopped"] = True


def _grown(ws: Workspace, draft: JSON, args: Args) -> JSON:
    if len(args.text("markdown_text")) > LONGEST_MARKDOWN:
        raise SlackError("msg_too_long")
    return grown(draft, args.text("markdown_text"), args.get("chunks"), ws.posting.checked_blocks)


def _goes_on(ws: Workspace, message: Message, draft: JSON) -> None:
    """Keeps the stream open for a while from now."""
    message.draft = draft
    ws.clock.set_timer(
        (ws.team.id, message.ts), ws.clock.now() + QUIET_SECONDS, partial(_runs_dry, ws, message)
    )


def _runs_dry(ws: Workspace, message: Message) -> None:
    """Nothing came for too long: the message stays as it is, and takes no more."""
    channel = ws.store.channels[message.channel]
    if message.ts in channel.messages:
        ws.posting.change(message, {"streaming": None}, mark=False)
    ws.sessions.set_status(channel, str(message.thread_ts), "active")


def _streaming(ws: Workspace, args: Args) -> Message:
    message = seen_message(ws, joined_channel(ws, args), args.need("ts"))
    if message.author != ws.team.bot.user_id:
        raise SlackError("message_not_owned_by_app")
    if not message.body.get("streaming"):
        raise SlackError("message_not_in_streaming_state")
    return message


METHODS = {"chat.startStream": start, "chat.appendStream": append, "chat.stopStream": stop}
