"""The control API, second half: the app's own affairs, the clock, and what Slack tells the app of people."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from localslack import refs
from localslack.errors import SlackError
from localslack.ids import ts_key
from localslack.sessions import LONGEST_TITLE
from localslack.store import Message
from localslack.team import USER_FLAGS, User, is_loopback
from localslack.workspace import Workspace

JSON = dict[str, Any]
LONGEST_WAIT = 60.0
LOOK_EVERY = 0.02
ENTITIES = tuple(f"slack#/types/{kind}" for kind in ("channel_id", "canvas_id", "list_id", "message_context"))


async def app(ws: Workspace, body: JSON) -> JSON:
    """Signed HTTP delivery to this URL, once the app has answered its challenge; null: sockets again."""
    url = body.get("request_url") or None
    if url is not None and not is_loopback(url):
        raise SlackError("invalid_arguments", f"{url} is not an http:// address on this machine")
    if url is not None and not ws.app.http.secret:
        raise SlackError("invalid_arguments", "the team file has no signing_secret")
    wrong = await ws.app.line.switch(url, ws.timing.ack_seconds)
    told = {"request_url": ws.app.http.url, "verified": url is not None and wrong is None}
    return {**told, "error": wrong} if wrong else told


async def clock(ws: Workspace, body: JSON) -> JSON:
    """Moves the clock, and does what is due by then."""
    try:
        if body.get("reset"):
            ws.clock.reset()
        if body.get("at") is not None:
            ws.clock.set_at(_moment(str(body["at"])))
        if body.get("advance") is not None:
            ws.clock.advance(float(body["advance"]))
        return ws.clock.as_json()
    except (TypeError, ValueError, OverflowError) as wrong:
        raise SlackError("invalid_arguments", f"advance: seconds, at: an ISO time ({wrong})") from wrong


def _moment(text: str) -> datetime:
    """An ISO time; without an offset it is UTC."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


async def person(ws: Workspace, body: JSON) -> JSON:
    """A person leaves, becomes a guest, changes their address: the app hears user_change."""
    user = _anybody(ws, refs.needed(body, "user"))
    new: JSON = {name: bool(body[name]) for name in USER_FLAGS if name in body}
    new |= {name: str(body[name] or "") for name in ("email", "locale", "title") if name in body}
    changed = replace(user, **new)
    ws.team.users[user.id] = changed
    ws.feed.send({"kind": "user", "user": asdict(changed)})
    ws.events.person_changed(changed)
    return {"user": asdict(changed)}


def _anybody(ws: Workspace, ref: str) -> User:
    """A person, also one who left."""
    user = ws.team.find_user(ref)
    if user is None:
        raise SlackError("user_not_found", f"nobody is called {ref}")
    return user


async def context(ws: Workspace, body: JSON) -> JSON:
    """What a person has open beside the app."""
    user = refs.user_of(ws, body)
    rows = body.get("entities")
    if not isinstance(rows, list) or not all(_is_entity(row) for row in rows):
        raise SlackError("invalid_arguments", f"entities: a list of type and value; {', '.join(ENTITIES)}")
    ws.events.context_changed(user, [{**row, "team_id": ws.team.id} for row in rows])
    return {}


def _is_entity(row: object) -> bool:
    return isinstance(row, dict) and row.get("type") in ENTITIES and bool(row.get("value"))


async def title(ws: Workspace, body: JSON) -> JSON:
    """A person renames a session, also one that the app has named."""
    user = refs.user_of(ws, body)
    channel = refs.channel_of(ws, body, user)
    thread_ts = ws.posting.root(channel, refs.needed(body, "thread_ts"))
    text = refs.needed(body, "title")
    if len(text) > LONGEST_TITLE:
        raise SlackError("invalid_arguments", f"title is longer than {LONGEST_TITLE} characters")
    before = ws.sessions.titles.get((channel.id, thread_ts))
    ws.sessions.set_title(channel, thread_ts, text)
    ws.events.session_renamed(channel, thread_ts, user, text, before)
    return {}


async def stop(ws: Workspace, body: JSON) -> JSON:
    """The Stop button: the streams take no more, the app is told and must do the rest itself."""
    user = refs.user_of(ws, body)
    channel = refs.channel_of(ws, body, user)
    thread_ts = refs.needed(body, "thread_ts")
    growing = [m for m in ws.store.thread(channel, thread_ts) if m.body.get("streaming")]
    for message in growing:
        message.draft["stopped"] = True
    ws.events.session_stopped(channel, thread_ts, user, [message.ts for message in growing])
    return {}


async def wait(ws: Workspace, body: JSON) -> JSON:
    """Until the app has said so many things, in full: one that still streams is waited for."""
    viewer = refs.user_of(ws, body, "viewer") if body.get("viewer") else None
    channel = refs.channel_of(ws, body, viewer) if body.get("channel") else None
    after, text = ts_key(str(body.get("after") or "")), str(body.get("text") or "")
    try:
        count = int(body.get("count", 1))
        seconds = min(float(body.get("seconds", 5)), LONGEST_WAIT)
    except (TypeError, ValueError) as wrong:
        raise SlackError("invalid_arguments", "count and seconds are numbers") from wrong

    def found() -> list[Message]:
        rows = ws.store.listing(viewer, channel)
        return [m for m in rows if ts_key(m.ts) > after and _said(ws, m, text)]

    try:
        async with asyncio.timeout(seconds):
            while len(rows := found()) < count:
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError:
        raise SlackError("timeout") from None
    return {"messages": [message.as_seen(viewer) for message in rows]}


def _said(ws: Workspace, message: Message, text: str) -> bool:
    """Whether the app said this, in the text or in a block."""
    body = message.body
    if message.author != ws.team.bot.user_id or body.get("streaming"):
        return False
    return text in body.get("text", "") or text in _texts(body.get("blocks"))


def _texts(part: object) -> str:
    """All words of some blocks, a line each."""
    if isinstance(part, dict):
        return "\n".join(_texts(each) for each in part.values())
    if isinstance(part, list):
        return "\n".join(_texts(each) for each in part)
    return part if isinstance(part, str) else ""


ACTS: Mapping[str, Callable[[Workspace, JSON], Awaitable[JSON]]] = {
    "app": app,
    "clock": clock,
    "user": person,
    "context": context,
    "title": title,
    "stop": stop,
    "wait": wait,
}
