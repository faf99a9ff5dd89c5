"""What a person sees: state, messages, views, the log, and a stream of what happens; all of it read-only."""

import asyncio
import json
from dataclasses import asdict
from typing import Any

from aiohttp import web

from localslack import refs
from localslack.app import App
from localslack.control import refused
from localslack.errors import SlackError
from localslack.feed import Watcher
from localslack.ids import ts_key
from localslack.store import Message
from localslack.workspace import Workspace

JSON = dict[str, Any]
KEEP_ALIVE_SECONDS = 15


class Watch:
    """The reading half of the control API, as aiohttp handlers."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def state(self, request: web.Request) -> web.Response:
        try:
            ws = self._workspace(request)
            return web.json_response({"ok": True, **_state(ws, _viewer(ws, request))})
        except SlackError as error:
            return refused(error)

    async def messages(self, request: web.Request) -> web.Response:
        try:
            ws = self._workspace(request)
            viewer = _viewer(ws, request)
            rows = _messages(ws, request, viewer)
        except SlackError as error:
            return refused(error)
        return web.json_response({"ok": True, "messages": [message.as_seen(viewer) for message in rows]})

    async def views(self, request: web.Request) -> web.Response:
        try:
            ws = self._workspace(request)
            user = refs.user_of(ws, request.query)
        except SlackError as error:
            return refused(error)
        return web.json_response(
            {"ok": True, "views": ws.views.stack(user), "home": ws.views.homes.get(user)}
        )

    async def log(self, request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not after.isdecimal():
            return refused(SlackError("invalid_arguments", "after is an entry's number"))
        entries = [entry.as_json() for entry in self.app.journal.after(int(after))]
        return web.json_response({"ok": True, "entries": entries})

    async def clock(self, _request: web.Request) -> web.Response:
        return web.json_response({"ok": True, **self.app.clock.as_json()})

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events until the page leaves or the server ends."""
        try:
            ws = self._workspace(request)
            viewer = refs.user_of(ws, request.query, "viewer")
        except SlackError as error:
            return refused(error)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        watcher = ws.feed.watch(viewer, log=request.query.get("log") == "1")
        try:
            await response.write(_event({"kind": "hello", "connected": self.app.line.connected}))
            await _pour(watcher, response)
        except ConnectionError:
            return response  # the page went away, which is how every stream ends
        finally:
            ws.feed.leave(watcher)
        return response

    def _workspace(self, request: web.Request) -> Workspace:
        return self.app.workspace(request.query.get("team"))


def _state(ws: Workspace, viewer: str | None) -> JSON:
    team = ws.team
    mine = [c for c in ws.store.channels.values() if viewer and ws.store.sees(viewer, c)]
    shown = [ws.store.channel_json(channel, viewer) for channel in mine if viewer]
    return {
        "team": {"id": team.id, "name": team.name},
        "me": asdict(team.users[viewer]) if viewer else None,
        "users": [asdict(user) for user in team.users.values()],
        "channels": [channel for channel in shown if not channel["is_im"]],
        "dms": [channel for channel in shown if channel["is_im"]],
        "views": ws.views.stack(viewer) if viewer else [],
        "home": ws.views.homes.get(viewer) if viewer else None,
        **_app(ws),
        **_beside(ws, {channel.id for channel in mine}),
    }


def _app(ws: Workspace) -> JSON:
    """The app, what it offers, and how it is reached."""
    bot = ws.team.bot
    named = {"user_id": bot.user_id, "bot_id": bot.bot_id, "app_id": bot.app_id, "name": bot.name}
    return {
        "bot": {**named, "app_home": {"home": True, "messages": True}},
        "commands": [asdict(command) for command in bot.commands],
        "shortcuts": [asdict(shortcut) for shortcut in bot.shortcuts],
        "connected": ws.app.line.connected,
        "delivery": ws.app.line.as_json(),
        "clock": ws.clock.as_json(),
        "faults": ws.faults.as_json(),
    }


def _beside(ws: Workspace, channels: set[str]) -> JSON:
    """Statuses, titles and prompts of the channels that are seen."""
    sessions = ws.sessions
    return {
        "statuses": [row for (channel, _), row in sessions.statuses.items() if channel in channels],
        "titles": [
            {"channel": channel, "thread_ts": thread_ts, "title": title}
            for (channel, thread_ts), title in sessions.titles.items()
            if channel in channels
        ],
        "prompts": {channel: row for channel, row in sessions.prompts.items() if channel in channels},
    }


def _messages(ws: Workspace, request: web.Request, viewer: str | None) -> list[Message]:
    query = request.query
    channel = refs.channel_of(ws, query, viewer) if query.get("channel") else None
    after, thread_ts = ts_key(query.get("after", "")), query.get("thread_ts")
    rows = [m for m in ws.store.listing(viewer, channel) if ts_key(m.ts) > after]
    if thread_ts:
        rows = [m for m in rows if thread_ts in (m.ts, m.thread_ts)]
    limit = query.get("limit", "")
    return rows[-int(limit) :] if limit.isdecimal() and int(limit) else rows


async def _pour(watcher: Watcher, response: web.StreamResponse) -> None:
    while True:
        try:
            event = await asyncio.wait_for(watcher.queue.get(), KEEP_ALIVE_SECONDS)
        except TimeoutError:
            await response.write(b": still here\n\n")
            continue
        if event is None:
            return
        await response.write(_event(event))


def _event(event: JSON) -> bytes:
    return f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


def _viewer(ws: Workspace, request: web.Request) -> str | None:
    return refs.user_of(ws, request.query, "viewer") if request.query.get("viewer") else None
