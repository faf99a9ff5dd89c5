"""Brings a workspace onto a port of 127.0.0.1: its routes, its start and its end."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from localslack.app import App
from localslack.consent import ConsentPage
from localslack.control import Control
from localslack.delivery import Timing
from localslack.errors import SlackError
from localslack.guard import add_headers, guard
from localslack.pages import Pages
from localslack.team import DEFAULT_TEAM, Team, read_team
from localslack.transfers import Transfers
from localslack.watch import Watch
from localslack.webapi.door import Door
from localslack.workspace import Workspace

HOST = "127.0.0.1"
# A modal may weigh 250 kB and a message's blocks about as much; nothing honest is larger.
MOST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Server:
    """A running localslack; `workspace` is the first of the app's."""

    url: str
    api_url: str
    app: App

    @property
    def workspace(self) -> Workspace:
        return self.app.first


@asynccontextmanager
async def running(
    team: Team | Mapping[str, Any] | None = None,
    *,
    port: int = 0,
    timing: Timing | None = None,
    pages: Pages | None = None,
    rate_limits: bool = False,
) -> AsyncIterator[Server]:
    """A localslack that listens while the block runs. Port 0 takes a free one.

    `rate_limits` counts where the team file does not say.
    """
    read = team if isinstance(team, Team) else read_team(DEFAULT_TEAM if team is None else team)
    limited = rate_limits if read.rate_limits is None else read.rate_limits
    app = App(read, timing, rate_limits=limited)
    runner = web.AppRunner(application(app, pages or Pages()), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        url = f"http://{HOST}:{runner.addresses[0][1]}"
        app.listens_at(url)
        yield Server(url, f"{url}/api/", app)
    finally:
        await app.close()
        await runner.cleanup()


def application(app: App, pages: Pages, *, guarded: bool = True) -> web.Application:
    """All routes. Unguarded is for showing what the guard keeps out."""
    door, control, watch, consent = Door(app), Control(app), Watch(app), ConsentPage(app)
    transfers = Transfers(app)
    site = web.Application(middlewares=[guard] if guarded else [], client_max_size=MOST_BYTES)
    site.on_response_prepare.append(add_headers)
    site.router.add_routes(
        [
            web.route("*", "/api/{method}", door.call),
            web.get("/link/", app.sockets.serve),
            web.post("/actions/{path:.*}", _Answers(app).take),
            web.post("/upload/v1/{secret}", transfers.take),
            web.get("/files/{id}/{name}", transfers.give),
            web.get("/oauth/v2/authorize", consent.show),
            web.post("/oauth/v2/authorize", consent.answer),
            web.get("/control/state", watch.state),
            web.get("/control/messages", watch.messages),
            web.get("/control/views", watch.views),
            web.get("/control/log", watch.log),
            web.get("/control/stream", watch.stream),
            web.get("/control/clock", watch.clock),
            web.get("/control/file", transfers.download),
            web.post("/control/upload", transfers.upload),
            web.post("/control/{act}", control.act),
            web.get("/", pages.index),
            web.get("/archives/{rest:.*}", pages.index),
            web.get("/{path:.*}", pages.file),
        ]
    )
    return site


class _Answers:
    """The response URLs, as an aiohttp handler."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def take(self, request: web.Request) -> web.Response:
        try:
            payload = await request.json()
        except ValueError:
            payload = None
        if not isinstance(payload, dict):
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        entry = self.app.journal.note("in", "response_url", "", payload)
        try:
            team, _, secret = request.match_info["path"].partition("/")
            if team not in self.app.workspaces:
                raise SlackError("invalid_url")
            self.app.workspaces[team].responses.take(secret, payload)
        except SlackError as refused:
            entry.answer(refused.as_json())
            status = 404 if refused.error.endswith("_url") else 400
            return web.json_response(refused.as_json(), status=status)
        entry.answer("ok")
        return web.Response(text="ok")
