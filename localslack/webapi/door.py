"""Takes every Web API call: token, faults, the method, Slack's way of answering; it holds no method."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from localslack.errors import SlackError
from localslack.journal import Entry
from localslack.webapi import agents, basics, chat, conversations, people, streams, views
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
    **agents.METHODS,
}
WITHOUT_TOKEN = frozenset({"api.test"})
WITH_APP_TOKEN = frozenset({"apps.connections.open"})
SCOPES = (
    "app_mentions:read,assistant:write,channels:history,channels:read,chat:write,commands,files:read,files:write,"
    "groups:history,groups:read,im:history,im:read,im:write,reactions:read,reactions:write,users:read,users:read.email"
)


class Door:
    """The Web API of one workspace, as an aiohttp handler."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    async def call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            args = await read_args(request)
        except SlackError as refused:
            return web.json_response(refused.as_json())
        entry = self.workspace.journal.note("in", "api", method, args.given)
        if self.workspace.faults.delay_ms:
            await asyncio.sleep(self.workspace.faults.delay_ms / 1000)
        return self._struck(method, entry) or await self._answer(request, method, args, entry)

    def _struck(self, method: str, entry: Entry) -> web.Response | None:
        """The answer of a fault that strikes before the method runs."""
        faults = self.workspace.faults
        wait = faults.retry_after(method)
        if wait is not None:
            body = {"ok": False, "error": "ratelimited"}
            entry.answer({"status": 429, "retry_after": wait, **body})
            return web.json_response(body, status=429, headers={"Retry-After": str(wait)})
        if faults.take("error_500", method):
            entry.answer({"status": 500})
            return web.Response(status=500, text="Internal Server Error")
        return None

    async def _answer(self, request: web.Request, method: str, args: Args, entry: Entry) -> web.Response:
        try:
            self._admit(method, args)
            body = {"ok": True, **await self._run(method, args)}
        except SlackError as refused:
            body = refused.as_json()
        entry.answer(body)
        if self.workspace.faults.take("drop_after_accept", method) and request.transport is not None:
            request.transport.abort()
        return web.json_response(body, headers={"X-OAuth-Scopes": SCOPES})

    def _admit(self, method: str, args: Args) -> None:
        if method in WITHOUT_TOKEN:
            return
        bot = self.workspace.team.bot
        if not args.token:
            raise SlackError("not_authed")
        if args.token not in (bot.token, bot.app_token):
            raise SlackError("invalid_auth")
        wanted = bot.app_token if method in WITH_APP_TOKEN else bot.token
        if method in METHODS and args.token != wanted:
            raise SlackError("not_allowed_token_type")

    async def _run(self, method: str, args: Args) -> JSON:
        run = METHODS.get(method)
        if run is None:
            raise SlackError("unknown_method", req_method=method)
        return await run(self.workspace, args)
