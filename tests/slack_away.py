"""A Slack that can be taken away and given back: a port in front of it that refuses everybody meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit


@dataclass
class Way:
    """`url` stands for the Slack behind it, whether it is there or not."""

    url: str
    there: str
    port: int = 0
    door: asyncio.Server | None = None
    lines: set["asyncio.Task[None]"] = field(default_factory=set)

    async def open(self) -> None:
        self.door = await asyncio.start_server(self._through, "127.0.0.1", self.port)
        self.port = self.door.sockets[0].getsockname()[1]
        self.url = urlunsplit(urlsplit(self.there)._replace(netloc=f"127.0.0.1:{self.port}"))

    async def shut(self) -> None:
        if self.door is not None:
            self.door.close()
        for line in list(self.lines):
            line.cancel()
        await asyncio.gather(*self.lines, return_exceptions=True)
        self.door = None

    async def _through(self, asked: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self.lines.add(task)
        host = urlsplit(self.there)
        try:
            reader, writer = await asyncio.open_connection(host.hostname, host.port)
            try:
                await asyncio.gather(_poured(asked, writer), _poured(reader, answers))
            finally:
                writer.close()
        except (OSError, asyncio.CancelledError):
            answers.transport.abort()
        finally:
            answers.close()
            if task is not None:
                self.lines.discard(task)


async def _poured(source: asyncio.StreamReader, into: asyncio.StreamWriter) -> None:
    while piece := await source.read(65_536):
        into.write(piece)
        await into.drain()
    with suppress(OSError):
        into.write_eof()


@asynccontextmanager
async def way_to(api_url: str) -> AsyncIterator[Way]:
    way = Way(api_url, api_url)
    await way.open()
    try:
        yield way
    finally:
        await way.shut()
