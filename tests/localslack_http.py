"""An HTTP server at the app's end of signed delivery, for tests; it keeps what it was sent, byte for byte."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web
from aiohttp.test_utils import TestServer

JSON = dict[str, Any]


@dataclass
class Sent:
    """One request as it came."""

    body: bytes
    headers: dict[str, str]

    def json(self) -> JSON:
        found: JSON = json.loads(self.body)
        return found

    def form(self) -> dict[str, str]:
        fields = parse_qs(self.body.decode(), keep_blank_values=True, strict_parsing=True)
        return {name: values[0] for name, values in fields.items()}


Answer = Callable[[Sent], Awaitable[web.Response]]


async def echo(sent: Sent) -> web.Response:
    """What a well-behaved app says: the challenge, or nothing."""
    if b'"url_verification"' in sent.body:
        return web.json_response({"challenge": sent.json()["challenge"]})
    return web.Response()


@dataclass
class Listener:
    """`answer` may be changed at any time."""

    url: str = ""
    answer: Answer = echo
    seen: list[Sent] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        sent = Sent(await request.read(), dict(request.headers))
        if b'"url_verification"' not in sent.body:
            self.seen.append(sent)
        return await self.answer(sent)

    async def got(self, count: int) -> list[Sent]:
        """Waits until so many requests have come."""
        async with asyncio.timeout(3):
            while len(self.seen) < count:
                await asyncio.sleep(0.01)
        return self.seen


@asynccontextmanager
async def listening(answer: Answer = echo) -> AsyncIterator[Listener]:
    listener = Listener(answer=answer)
    app = web.Application()
    app.router.add_post("/slack/events", listener.take)
    async with TestServer(app) as server:
        listener.url = str(server.make_url("/slack/events"))
        yield listener
