"""A localslack with a real Bolt app on its socket, for tests; it knows nothing of Cartera."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from localslack.delivery import Timing
from localslack.serve import Server, running

JSON = dict[str, Any]
TEAM: JSON = {
    "team": {"id": "T1", "name": "Agencia"},
    "bot": {
        "user_id": "UBOT",
        "name": "Cartera",
        "token": "xoxb-test",
        "app_token": "xapp-test",
        "signing_secret": "s3cret",
        "commands": ["/cartera"],
        "shortcuts": [
            {"name": "Nueva consulta", "type": "global", "callback_id": "ask"},
            {"name": "Explicar", "type": "message", "callback_id": "explain"},
        ],
    },
    "users": [
        {"id": "U1", "name": "ana", "real_name": "Ana Robles", "email": "ana@a.example"},
        {"id": "U2", "name": "beto", "real_name": "Beto Núñez", "email": "beto@a.example"},
    ],
    "channels": [
        {"id": "C1", "name": "general", "members": ["U1", "U2", "UBOT"]},
        {"id": "C2", "name": "sin-bot", "members": ["U1", "U2"]},
        {"id": "G1", "name": "gerencia", "members": ["U1", "UBOT"], "private": True},
        {"id": "G2", "name": "secreto", "members": ["U1"], "private": True},
    ],
}
QUICK = Timing(ack_seconds=1.0, retry_delays=(0.0, 0.05))


@dataclass
class Room:
    """A running server and a person's hands on it."""

    server: Server
    http: aiohttp.ClientSession

    async def do(self, act: str, **body: Any) -> JSON:
        """A control request that must succeed."""
        status, answer = await self.try_(act, **body)
        assert status == 200, answer
        return answer

    async def try_(self, act: str, **body: Any) -> tuple[int, JSON]:
        async with self.http.post(f"{self.server.url}/control/{act}", json=body) as response:
            return response.status, await response.json()

    async def see(self, what: str, **query: Any) -> JSON:
        async with self.http.get(f"{self.server.url}/control/{what}", params=query) as response:
            found: JSON = await response.json()
            return found

    async def messages(self, channel: str, viewer: str, **query: Any) -> list[JSON]:
        found: list[JSON] = (await self.see("messages", channel=channel, viewer=viewer, **query))["messages"]
        return found

    async def texts(self, channel: str, viewer: str) -> list[str]:
        return [message["text"] for message in await self.messages(channel, viewer)]

    async def api(self, method: str, token: str = "xoxb-test", **args: Any) -> JSON:
        """A Web API call without the SDK."""
        headers = {"Authorization": f"Bearer {token}"}
        url = self.server.api_url + method
        async with self.http.post(url, json=args, headers=headers) as response:
            found: JSON = await response.json()
            return found


async def until(found: Callable[[], Awaitable[Any]], seconds: float = 3.0) -> Any:
    """Waits for something to become true, and gives it."""
    async with asyncio.timeout(seconds):
        while not (value := await found()):
            await asyncio.sleep(0.01)
        return value


@asynccontextmanager
async def room(team: JSON | None = None, timing: Timing | None = None) -> AsyncIterator[Room]:
    """A server alone, without an app."""
    # A copy of QUICK: a test that changes its server's patience must not change the next one's.
    patience = timing or Timing(**vars(QUICK))
    async with running(team or TEAM, timing=patience) as server, aiohttp.ClientSession() as http:
        yield Room(server, http)


@asynccontextmanager
async def bolt(
    build: Callable[[AsyncApp], Any], timing: Timing | None = None
) -> AsyncIterator[tuple[Room, AsyncApp]]:
    """A server with a Bolt app connected to it over Socket Mode."""
    async with room(timing=timing) as place:
        base = place.server.api_url
        async with aiohttp.ClientSession() as session:
            app = AsyncApp(client=AsyncWebClient(token="xoxb-test", base_url=base, session=session))
            build(app)
            web = AsyncWebClient(token="xapp-test", base_url=base, session=session)
            handler = AsyncSocketModeHandler(app, "xapp-test", web_client=web)
            await handler.connect_async()  # type: ignore[no-untyped-call]
            try:
                yield place, app
            finally:
                await handler.close_async()  # type: ignore[no-untyped-call]
