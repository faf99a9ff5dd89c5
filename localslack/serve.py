"""Brings a workspace onto a port of 127.0.0.1: its routes, its start and its end."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from localslack.control import Control
from localslack.delivery import Timing
from localslack.errors import SlackError
from localslack.guard import add_headers, guard
from localslack.pages import Pages
from localslack.team import DEFAULT_TEAM, Team, read_team
from localslack.watch import Watch
from localslack.webapi.door import Door
from localslack.workspace import Workspace

HOST = "127.0.0.1"
# A modal may weigh 250 kB and a message's blocks about as much; nothing honest is larger.
MOST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Server:
    """A running localslack."""

    url: str
    api_url: str
    workspace: Workspace


@asynccontextmanager
async def running(
    team: Team | Mapping[str, Any] | None = None,
    *,
    port: int = 0,
    timing: Timing | None = None,
    pages: Pages | None = None,
) -> AsyncIterator[Server]:
    """A localslack that listens while the block runs. Port 0 takes a free one."""
    read = team if isinstance(team, Team) else read_team(DEFAULT_TEAM if team is None else team)
    workspace = Workspace(read, timing)
    runner = web.AppRunner(application(workspace, pages or Pages()), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        url = f"http://{HOST}:{runner.addresses[0][1]}"
        workspace.listens_at(url)
        yield Server(url, f"{url}/api/", workspace)
    finally:
        await workspace.close()
        await runner.cleanup()


def application(workspace: Workspace, pages: Pages, *, guarded: bool = True) -> web.Application:
    """All routes of one workspace. Unguarded is for showing what the guard keeps out."""
    door, control, watch = Door(workspace), Control(workspace), Watch(workspace)
    app = web.Application(middlewares=[guard] if guarded else [], client_max_size=MOST_BYTES)
    app.on_response_prepare.append(add_headers)
    app.router.add_routes(
        [
            web.route("*", "/api/{method}", door.call),
            web.get("/link/", workspace.sockets.serve),
            web.post("/actions/{secret}", _Answers(workspace).take),
            web.get("/control/state", watch.state),
            web.get("/control/messages", watch.messages),
            web.get("/control/views", watch.views),
            web.get("/control/log", watch.log),
            web.get("/control/stream", watch.stream),
            web.post("/control/{act}", control.act),
            web.get("/", pages.index),
            web.get("/archives/{rest:.*}", pages.index),
            web.get("/{path:.*}", pages.file),
        ]
    )
    return app


class _Answers:
    """The response URLs, as an aiohttp handler."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    async def take(self, request: web.Request) -> web.Response:
        try:
            payload = await request.json()
        except ValueError:
            payload = None
        if not isinstance(payload, dict):
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        entry = self.workspace.journal.note("in", "response_url", "", payload)
        try:
            self.workspace.responses.take(request.match_info["secret"], payload)
        except SlackError as refused:
            entry.answer(refused.as_json())
            status = 404 if refused.error.endswith("_url") else 400
            return web.json_response(refused.as_json(), status=status)
        entry.answer("ok")
        return web.Response(text="ok")
