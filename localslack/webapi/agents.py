"""Web API: agents.sessions.* and the older assistant.threads.*."""

from typing import Any

from localslack.errors import SlackError
from localslack.sessions import LONGEST_TITLE, STATES
from localslack.webapi.args import Args
from localslack.webapi.places import joined_channel
from localslack.workspace import Workspace

JSON = dict[str, Any]
MOST_LOADING_MESSAGES = 10
UNSTOPPABLE = "missing_agent_session_stopped_event_subscription"


async def session_status(ws: Workspace, args: Args) -> JSON:
    """Makes the session when there is none; only then does the title count."""
    channel = joined_channel(ws, args, "channel_id")
    status, title = args.need("status"), _title(args)
    if status not in STATES:
        raise SlackError("invalid_arguments", f"status must be one of {', '.join(STATES)}")
    thread_ts = ws.posting.root(channel, args.need("thread_ts"))
    if title and not ws.sessions.is_session(channel, thread_ts):
        ws.sessions.set_title(channel, thread_ts, title)
    ws.sessions.set_status(channel, thread_ts, status)
    events = ws.team.bot.events
    if events is not None and "agent_session_stopped" not in events:
        return {"warning": UNSTOPPABLE, "response_metadata": {"warnings": [UNSTOPPABLE]}}
    return {}


async def session_rename(ws: Workspace, args: Args) -> JSON:
    channel = joined_channel(ws, args, "channel_id")
    args.need("title")
    ws.sessions.set_title(channel, ws.posting.root(channel, args.need("thread_ts")), _title(args))
    return {}


async def thread_status(ws: Workspace, args: Args) -> JSON:
    channel = joined_channel(ws, args, "channel_id")
    loading = args.get("loading_messages") or []
    if not isinstance(loading, list) or len(loading) > MOST_LOADING_MESSAGES:
        raise SlackError("invalid_arguments", "loading_messages: a list of at most 10")
    thread_ts = ws.posting.root(channel, args.need("thread_ts"))
    ws.sessions.set_status(channel, thread_ts, args.text("status"), loading)
    return {}


async def prompts(ws: Workspace, args: Args) -> JSON:
    channel = joined_channel(ws, args, "channel_id")
    ws.sessions.set_prompts(channel, args.text("thread_ts") or None, args.text("title"), args.get("prompts"))
    return {}


def _title(args: Args) -> str:
    if len(args.text("title")) > LONGEST_TITLE:
        raise SlackError("invalid_arguments", f"title is longer than {LONGEST_TITLE} characters")
    return args.text("title")


METHODS = {
    "agents.sessions.setStatus": session_status,
    "agents.sessions.rename": session_rename,
    "assistant.threads.setStatus": thread_status,
    "assistant.threads.setTitle": session_rename,
    "assistant.threads.setSuggestedPrompts": prompts,
}
