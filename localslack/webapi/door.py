"""Takes every Web API call: token, faults, the method, Slack's way of answering; it holds no method."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from localslack.app import App
from localslack.errors import SlackError
from localslack.journal import Entry
from localslack.webapi import (
    agents,
    basics,
    chat,
    conversations,
    files,
    oauth,
    people,
    reactions,
    streams,
    views,
)
from localslack.webapi.args import Args, read_args
from localslack.workspace import Workspace

JSON = dict[str, Any]
Method = Callable[[Workspace, Args], Awaitable[JSON]]

METHODS: Mapping[str, Method] = {
    **basics.METHODS,
    **chat.METHODS,
    **streams.METHODS,
    **conversations.METHODS,
    **people.METHODS,
    **views.METHODS,
    **files.METHODS,
    **reactions.METHODS,
    **agents.METHODS,
    **oauth.METHODS,
}
WITHOUT_TOKEN = frozenset({"api.test", "oauth.v2.access"})
WITH_APP_TOKEN = frozenset({"apps.connections.open"})
SCOPES = (
    "app_mentions:read,assistant:write,channels:history,channels:read,chat:write,commands,files:read,files:write,"
    "groups:history,groups:read,im:history,im:read,im:write,reactions:read,reactions:write,users:read,users:read.email"
)


class Door:
    """The Web API of every workspace, as an aiohttp handler; the token says which one is meant."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            args = await read_args(request)
        except SlackError as refused:
            return web.json_response(refused.as_json())
        entry = self.app.journal.note("in", "api", method, args.given)
        if self.app.faults.delay_ms:
            await asyncio.sleep(self.app.faults.delay_ms / 1000)
        return self._struck(method, entry) or await self._answer(request, method, args, entry)

    def _struck(self, method: str, entry: Entry) -> web.Response | None:
        """The answer of a fault that strikes before the method runs."""
        faults = self.app.faults
        wait = faults.retry_after(method)
        if wait is not None:
            return _limited(wait, entry)
        if faults.take("error_500", method):
            entry.answer({"status": 500})
            return web.Response(status=500, text="Internal Server Error")
        return None

    async def _answer(self, request: web.Request, method: str, args: Args, entry: Entry) -> web.Response:
        try:
            ws = self._admit(method, args)
            wait = self._too_often(ws, method, args)
            if wait is not None:
                return _limited(wait, entry)
            body = {"ok": True, **await self._run(ws, method, args)}
        except SlackError as refused:
            body = refused.as_json()
        entry.answer(body)
        if self.app.faults.take("drop_after_accept", method) and request.transport is not None:
            request.transport.abort()
        return web.json_response(body, headers={"X-OAuth-Scopes": SCOPES})

    def _admit(self, method: str, args: Args) -> Workspace:
        """The workspace the token is for."""
        app, token = self.app, str(args.token or "")
        if method in WITHOUT_TOKEN:
            return app.first
        if not token:
            raise SlackError("not_authed")
        if token in app.revoked:
            raise SlackError("token_revoked")
        of_app = token == app.first.team.bot.app_token
        ws = app.first if of_app else app.of_token(token)
        if ws is None:
            raise SlackError("invalid_auth")
        if method in METHODS and of_app != (method in WITH_APP_TOKEN):
            raise SlackError("not_allowed_token_type")
        return ws

    def _too_often(self, ws: Workspace, method: str, args: Args) -> int | None:
        """Seconds to wait, where this call is one too many for its tier."""
        if not self.app.faults.rate_tiers:
            return None
        ref = args.text("channel")
        channel = ws.store.channel(ref)
        return self.app.tiers.retry_after(ws.team.id, method, channel.id if channel else ref)

    async def _run(self, ws: Workspace, method: str, args: Args) -> JSON:
        run = METHODS.get(method)
        if run is None:
            raise SlackError("unknown_method", req_method=method)
        return await run(ws, args)


def _limited(wait: int, entry: Entry) -> web.Response:
    body = {"ok": False, "error": "ratelimited"}
    entry.answer({"status": 429, "retry_after": wait, **body})
    return web.json_response(body, status=429, headers={"Retry-After": str(wait)})
