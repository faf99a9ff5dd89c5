"""Web API: chat.startStream, appendStream, stopStream; a streamed message grows until it is stopped."""

from typing import Any

from localslack.errors import SlackError
from localslack.posting import checked_blocks
from localslack.store import Message
from localslack.webapi.args import Args
from localslack.webapi.places import joined_channel, seen_message
from localslack.workspace import Workspace

JSON = dict[str, Any]
LONGEST_MARKDOWN = 12_000


async def start(ws: Workspace, args: Args) -> JSON:
    channel = joined_channel(ws, args)
    if channel.kind != "im" and not args.text("recipient_user_id"):
        raise SlackError("missing_recipient_user_id")
    if channel.kind != "im" and not args.text("recipient_team_id"):
        raise SlackError("missing_recipient_team_id")
    thread_ts = ws.posting.root(channel, args.need("thread_ts"))
    draft = _grown({}, args)
    content = {"thread_ts": thread_ts, "streaming": True, "text": draft["text"], "blocks": _drawn(draft)}
    message = ws.posting.by_app(channel, content)
    message.draft = draft
    ws.sessions.set_status(channel, thread_ts, "processing")
    return {"channel": channel.id, "ts": message.ts}


async def append(ws: Workspace, args: Args) -> JSON:
    message = _streaming(ws, args)
    if not args.text("markdown_text") and not args.get("chunks"):
        raise SlackError("no_text")
    message.draft = _grown(message.draft, args)
    ws.store.change(message, {"text": message.draft["text"], "blocks": _drawn(message.draft)})
    return {"channel": message.channel, "ts": message.ts}


async def stop(ws: Workspace, args: Args) -> JSON:
    message = _streaming(ws, args)
    draft = _grown(message.draft, args)
    if args.get("blocks"):
        draft["added"] += checked_blocks(args.get("blocks"))
    content = {"text": draft["text"], "blocks": _drawn(draft), "streaming": None}
    ws.posting.change(message, {**content, "metadata": args.get("metadata")}, mark=False)
    channel = ws.store.channels[message.channel]
    ws.sessions.set_status(channel, str(message.thread_ts), args.text("session_status") or "active")
    return {"channel": message.channel, "ts": message.ts, "message": message.body}


def _streaming(ws: Workspace, args: Args) -> Message:
    message = seen_message(ws, joined_channel(ws, args), args.need("ts"))
    if message.author != ws.team.bot.user_id:
        raise SlackError("message_not_owned_by_app")
    if not message.body.get("streaming"):
        raise SlackError("message_not_in_streaming_state")
    return message


def _grown(draft: JSON, args: Args) -> JSON:
    """The draft with what this call adds: text, tasks, a plan's title, blocks."""
    text = draft.get("text", "") + args.text("markdown_text")
    tasks = {task["id"]: task for task in draft.get("tasks", ())}
    title, added = draft.get("plan_title"), list(draft.get("added", ()))
    for chunk in _chunks(args):
        kind = chunk.get("type")
        if kind == "markdown_text":
            text += str(chunk.get("text", ""))
        elif kind == "task_update" and isinstance(chunk.get("id"), str):
            tasks[chunk["id"]] = {**tasks.get(chunk["id"], {}), **chunk}
        elif kind == "plan_update":
            title = chunk.get("title")
        elif kind == "blocks":
            added += checked_blocks(chunk.get("blocks"))
        else:
            raise SlackError("invalid_chunks")
    if len(text) > LONGEST_MARKDOWN:
        raise SlackError("msg_too_long")
    return {"text": text, "tasks": list(tasks.values()), "plan_title": title, "added": added}


def _chunks(args: Args) -> list[JSON]:
    chunks = args.get("chunks") or []
    if not isinstance(chunks, list) or not all(isinstance(chunk, dict) for chunk in chunks):
        raise SlackError("invalid_chunks")
    return chunks


def _drawn(draft: JSON) -> list[JSON]:
    """The blocks that show what has been streamed so far."""
    cards = [_card(task) for task in draft["tasks"]]
    plan: list[JSON] = []
    if draft["plan_title"]:
        plan = [{"type": "plan", "title": draft["plan_title"], "tasks": cards}]
    elif cards:
        plan = cards
    text = [{"type": "markdown", "text": draft["text"]}] if draft["text"] else []
    return [*plan, *text, *draft["added"]]


def _card(task: JSON) -> JSON:
    kept = {key: task[key] for key in ("title", "status", "details", "output", "sources") if task.get(key)}
    return {"type": "task_card", "task_id": task["id"], **kept}


METHODS = {"chat.startStream": start, "chat.appendStream": append, "chat.stopStream": stop}
