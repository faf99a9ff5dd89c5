"""Chromium in front of a localslack of its own, for the tests of the page; it knows no bot of ours."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import BrowserContext, Locator, Page

from tests.localslack_room import JSON, Room

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK, PHONE = (1440, 900), (390, 844)
LAURA, MARTIN, XIMENA, BOT = "U1", "U2", "U3", "UBOT"
TEAM: JSON = {
    "team": {"id": "T1", "name": "Cobranza Altiplano"},
    "bot": {
        "user_id": BOT,
        "name": "Cartera",
        "token": "xoxb-test",
        "app_token": "xapp-test",
        "signing_secret": "s3cret",
        "commands": [
            {"command": "/cartera", "description": "Pregunta un indicador", "usage_hint": "[pregunta]"}
        ],
        "shortcuts": [
            {
                "name": "Pedir un reporte",
                "type": "global",
                "callback_id": "new_report",
                "description": "Arma un reporte a tu medida",
            },
            {
                "name": "Guardar el mensaje",
                "type": "message",
                "callback_id": "keep_message",
                "description": "Lo deja en tus pendientes",
            },
        ],
    },
    "users": [
        {"id": LAURA, "name": "laura", "real_name": "Laura Ríos", "title": "Supervisora"},
        {"id": MARTIN, "name": "martin", "real_name": "Martín Olvera", "title": "Gerente"},
        {"id": XIMENA, "name": "ximena", "real_name": "Ximena Duarte", "title": "Agente"},
    ],
    "channels": [
        {"id": "C1", "name": "cobranza", "members": [LAURA, MARTIN, XIMENA, BOT], "topic": "Avance diario"},
        {"id": "C2", "name": "equipo-norte", "members": [LAURA, XIMENA, BOT]},
        {"id": "C3", "name": "avisos", "members": [MARTIN]},
        {"id": "G1", "name": "gerencia", "members": [MARTIN, BOT], "private": True},
    ],
}


def skip_without_chromium() -> None:
    """The whole module is one skip, named, unless the run says the page must be tested."""
    if not Path(CHROMIUM).exists() and os.environ.get("CARTERA_PAGE_TESTS") != "required":
        pytest.skip("Chromium is not installed: the page is not tested", allow_module_level=True)


@dataclass
class App:
    """What stands at the app's end of the socket: it acks everything, with the payload `answer` gives."""

    answer: Callable[[JSON], JSON | None] = lambda _payload: None
    seen: list[JSON] = field(default_factory=list)
    taken: int = 0  # how many of them a test has dealt with

    async def serve(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            envelope = json.loads(message.data)
            if "envelope_id" not in envelope:
                continue
            self.seen.append(envelope)
            payload = self.answer(envelope["payload"])
            ack = {"envelope_id": envelope["envelope_id"]}
            await socket.send_json(ack if payload is None else {**ack, "payload": payload})


@dataclass
class Stage:
    """A localslack and whoever looks at it. Nothing may go wrong in a console or leave the machine."""

    room: Room
    browser: BrowserContext
    pages: list[Page] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)

    async def open(self, path: str = "", *, size: tuple[int, int] = DESK) -> Page:
        """A new page, as on another person's screen."""
        page = await self.browser.new_page()
        self.pages.append(page)
        if size != DESK:
            await page.set_viewport_size({"width": size[0], "height": size[1]})
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda said: self._heard(said.type, said.text))
        page.on("request", lambda request: self._asked(request.url))
        await page.goto(f"{self.room.server.url}/{path}")
        return page

    async def see(self, viewer: str, channel: str = "C1", *, size: tuple[int, int] = DESK) -> Page:
        """A channel as somebody sees it."""
        page = await self.open(f"#/{viewer}/{channel}", size=size)
        await composer(page).wait_for()
        return page

    async def post(self, channel: str = "C1", **message: Any) -> str:
        """A message of the app; answers its ts."""
        answer = await self.room.api("chat.postMessage", channel=channel, **message)
        assert answer["ok"], answer
        return str(answer["ts"])

    @asynccontextmanager
    async def app(self) -> AsyncIterator[App]:
        """While this lasts, an app is connected."""
        opened = await self.room.api("apps.connections.open", token="xapp-test")
        async with self.room.http.ws_connect(opened["url"]) as socket:
            app = App()
            serving = asyncio.create_task(app.serve(socket))
            try:
                yield app
            finally:
                await socket.close()
                await serving

    async def close(self) -> None:
        for page in self.pages:
            await page.close()

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.trouble.append(text)

    def _asked(self, url: str) -> None:
        if not url.startswith((f"{self.room.server.url}/", "data:", "blob:")):
            self.trouble.append(f"a request left the machine: {url}")


# --- finding things on the page ---


def composer(page: Page, where: str = "channel") -> Locator:
    return page.locator(f'[data-composer="{where}"]')


def message(page: Page, text: str) -> Locator:
    """The last message that says this."""
    return page.locator("article", has_text=text).last


async def say(page: Page, text: str, where: str = "channel") -> None:
    await composer(page, where).fill(text)
    await composer(page, where).press("Enter")
