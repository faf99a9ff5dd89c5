"""Replicas of a bot that workspaces install by OAuth, a local Slack to install it from, and a browser."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
from aiohttp.test_utils import unused_port
from cryptography.fernet import Fernet
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Engine

from bot.app import text_files
from bot.sections import Slack
from bot.settings import Settings
from bot.slack.granted import Granted, authorizing, register
from bot.slack.http import listening
from bot.slack.installs import Installs
from bot.slack.oauth import INSTALL, REDIRECT, Flow, open_installs
from bot.slack.turns import Pool
from localslack.serve import Server, running
from skills.text import load_texts
from tests.slack_door import Door
from tests.slack_requests import NOW

KEY = Fernet.generate_key().decode()
TEXTS = load_texts(*text_files())
SECRET = "client-secret-never-shown"
BOT = {"user_id": "UCARTERA", "name": "Cartera", "token": "", "app_token": "xapp-t", "signing_secret": NOW}
TEAM: dict[str, Any] = {
    "team": {"id": "T1", "name": "Agencia <Norte>"},
    "bot": {**BOT, "client_id": "1.2", "client_secret": SECRET},
    "users": [{"id": "U11", "name": "laura"}],
    "also": [
        {"team": {"id": "T2", "name": "Sur"}, "bot": BOT, "users": [{"id": "U21", "name": "ana"}]},
        {"team": {"id": "T9", "name": "Ajena"}, "bot": BOT, "users": [{"id": "U91", "name": "eva"}]},
    ],
}


def settings(api_url: str = "http://127.0.0.1:1/api/", **more: Any) -> Settings:
    given: dict[str, Any] = {
        "mode": "http",
        "api_url": api_url,
        "public_url": "http://127.0.0.1:3000",
        "client_id": "1.2",
        "client_secret": SecretStr(SECRET),
        "signing_secret": SecretStr(NOW),
        "keys": SecretStr(KEY),
        "teams": ("T1", "T2"),
    }
    return Settings(slack=Slack(**{**given, **more}))


@dataclass
class Replica:
    """One process of the bot, as far as installations go, on its own port."""

    door: Door
    installs: Installs
    granted: Granted
    heard: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Office:
    """The replicas, and a clock of theirs that can be moved."""

    server: Server
    replicas: list[Replica]
    later: timedelta = timedelta()

    @property
    def door(self) -> Door:
        return self.replicas[0].door

    @property
    def installs(self) -> Installs:
        return self.replicas[0].installs

    def now(self) -> datetime:
        return datetime.now(UTC) + self.later


@asynccontextmanager
async def office(engine: Engine, replicas: int = 1) -> AsyncIterator[Office]:
    async with running(TEAM) as server, AsyncExitStack() as open_doors:
        built = Office(server, [])
        for _ in range(replicas):
            built.replicas.append(await open_doors.enter_async_context(_replica(built, engine)))
        yield built


@asynccontextmanager
async def _replica(office: Office, engine: Engine) -> AsyncIterator[Replica]:
    port, pool = unused_port(), Pool(4)
    given = settings(office.server.api_url, public_url=f"http://127.0.0.1:{port}")
    installs = open_installs(given, engine, TEXTS)
    granted = Granted(installs, pool, given.slack.teams)

    def client(token: str) -> AsyncWebClient:
        return AsyncWebClient(token or None, base_url=office.server.api_url, retry_handlers=[])

    flow = Flow(given.slack, TEXTS, "es", installs, granted, pool, client, office.now)
    app = AsyncApp(authorize=authorizing(granted), client=client(""), process_before_response=True)
    register(app, granted)
    door = listening(app, host="127.0.0.1", port=port, secrets=(NOW,), engine=engine, routes=flow.routes())
    async with door as url, aiohttp.ClientSession() as http:
        replica = Replica(Door(url, http), installs, granted)

        @app.event("app_mention")
        async def hear(body: dict[str, Any]) -> None:
            replica.heard.append(body)

        yield replica
    pool.close()


@dataclass
class Browser:
    """Somebody's, with its own cookies; it follows no redirect by itself."""

    http: aiohttp.ClientSession
    status: int = 0
    text: str = ""
    headers: Any = None

    async def get(self, url: str, **query: str) -> str:
        """Where it is sent on to, if anywhere."""
        async with self.http.get(url, params=query or None, allow_redirects=False) as answer:
            return await self._seen(answer)

    async def set_out(self, door: Door) -> dict[str, str]:
        """To the consent page; what Slack is asked for there."""
        where = await self.get(door.url + INSTALL)
        return {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}

    async def consent(self, door: Door, team: str = "T1", answer: str = "allow") -> str:
        """Through Slack's consent page; the address that leads back to the bot."""
        page = await self.get(door.url + INSTALL)
        await self.get(page)
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', self.text))
        form = {**hidden, "team": team, "answer": answer}
        where = page.partition("?")[0]
        async with self.http.post(where, data=form, allow_redirects=False) as answered:
            return await self._seen(answered)

    async def back(self, door: Door, **query: str) -> int:
        await self.get(door.url + REDIRECT, **query)
        return self.status

    async def _seen(self, answer: aiohttp.ClientResponse) -> str:
        self.status, self.text, self.headers = answer.status, await answer.text(), answer.headers
        return str(answer.headers.get("Location", ""))


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Browser(http)


def said(name: str, **slots: str) -> str:
    return TEXTS.say("es", f"http.{name}", **slots)
