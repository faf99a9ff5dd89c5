"""What a person sees: state, messages, views, the log, and a stream of what happens; all of it read-only."""

import asyncio
import json
from dataclasses import asdict
from typing import Any

from aiohttp import web

from localslack import refs
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

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    async def state(self, request: web.Request) -> web.Response:
        try:
            return web.json_response({"ok": True, **self._state(_viewer(self.workspace, request))})
        except SlackError as error:
            return refused(error)

    async def messages(self, request: web.Request) -> web.Response:
        try:
            viewer = _viewer(self.workspace, request)
            rows = self._messages(request, viewer)
        except SlackError as error:
            return refused(error)
        return web.json_response({"ok": True, "messages": [message.as_seen(viewer) for message in rows]})

    async def views(self, request: web.Request) -> web.Response:
        ws = self.workspace
        try:
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
        entries = [entry.as_json() for entry in self.workspace.journal.after(int(after))]
        return web.json_response({"ok": True, "entries": entries})

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events until the page leaves or the server ends."""
        ws = self.workspace
        try:
            viewer = refs.user_of(ws, request.query, "viewer")
        except SlackError as error:
            return refused(error)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        watcher = ws.feed.watch(viewer)
        try:
            await response.write(_event({"kind": "hello", "connected": ws.sockets.connected}))
            await _pour(watcher, response)
        except ConnectionError:
            return response  # the page went away, which is how every stream ends
        finally:
            ws.feed.leave(watcher)
        return response

    def _state(self, viewer: str | None) -> JSON:
        ws, team = self.workspace, self.workspace.team
        bot = team.bot
        mine = [c for c in ws.store.channels.values() if viewer and ws.store.sees(viewer, c)]
        shown = [ws.store.channel_json(channel, viewer) for channel in mine if viewer]
        return {
            "team": {"id": team.id, "name": team.name},
            "me": _user(ws, viewer) if viewer else None,
            "bot": {"user_id": bot.user_id, "bot_id": bot.bot_id, "app_id": bot.app_id, "name": bot.name},
            "users": [_user(ws, user_id) for user_id in team.users],
            "channels": [channel for channel in shown if not channel["is_im"]],
            "dms": [channel for channel in shown if channel["is_im"]],
            "commands": [asdict(command) for command in bot.commands],
            "views": ws.views.stack(viewer) if viewer else [],
            "home": ws.views.homes.get(viewer) if viewer else None,
            "connected": ws.sockets.connected,
            **self._beside({channel.id for channel in mine}),
        }

    def _beside(self, channels: set[str]) -> JSON:
        """Statuses, titles and prompts of the channels that are seen."""
        sessions = self.workspace.sessions
        return {
            "statuses": [row for (channel, _), row in sessions.statuses.items() if channel in channels],
            "titles": [
                {"channel": channel, "thread_ts": thread_ts, "title": title}
                for (channel, thread_ts), title in sessions.titles.items()
                if channel in channels
            ],
            "prompts": {channel: row for channel, row in sessions.prompts.items() if channel in channels},
        }

    def _messages(self, request: web.Request, viewer: str | None) -> list[Message]:
        ws, query = self.workspace, request.query
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


def _user(ws: Workspace, user_id: str) -> JSON:
    return asdict(ws.team.users[user_id])
