"""A bot's HTTP door with somebody before it, and behind it a Bolt app that hears everything."""

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Engine

from bot.slack.http import EVENTS, listening
from bot.slack.verify import Seen
from tests.slack_requests import BEFORE, JSON, NOW, Request


@dataclass
class Heard:
    """What a listener was run for: it hears everything."""

    bodies: list[JSON] = field(default_factory=list)

    def app(self, **more: Any) -> AsyncApp:
        async def authorize(team_id: str | None) -> AuthorizeResult:
            return AuthorizeResult(
                enterprise_id=None, team_id=team_id, bot_token="xoxb-t", bot_user_id="UCARTERA"
            )

        async def hear(ack: AsyncAck, body: JSON) -> None:
            self.bodies.append(body)
            await ack()

        app = AsyncApp(authorize=authorize, client=AsyncWebClient(), **more)
        every = re.compile("")
        for part in (
            app.event,
            app.command,
            app.action,
            app.view,
            app.view_closed,
            app.options,
            app.shortcut,
        ):
            part(every)(hear)
        return app


@dataclass
class Door:
    """A bot's HTTP door, and somebody before it."""

    url: str
    http: aiohttp.ClientSession
    said: str = ""  # the last answer
    path: str = EVENTS

    async def send(self, request: Request, headers: Any = None) -> int:
        given = request.headers() if headers is None else headers
        raw = io.BytesIO(request.raw)  # aiohttp warns of large bytes
        async with self.http.post(self.url + self.path, data=raw, headers=given) as answer:
            self.said = await answer.text()
            return answer.status


@asynccontextmanager
async def opened(
    app: AsyncApp | None, engine: Engine, seen: Seen | None = None, **more: Any
) -> AsyncIterator[Door]:
    """The door as the bot opens it, with the secret of today and the one before."""
    door = listening(app, host="127.0.0.1", port=0, secrets=(NOW, BEFORE), engine=engine, seen=seen, **more)
    async with door as url, aiohttp.ClientSession() as http:
        yield Door(url, http)
