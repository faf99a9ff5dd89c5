"""The outbox in bad weather: a storm of 429s over many channels, and a Slack that is away for minutes.

`python -m tests.outbox_torture` runs both at their length and fails where a message is lost or told twice;
`--url` names an empty database of any kind to run them on, which is left empty.
"""

import argparse
import asyncio
import logging
import os
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Engine, func, select

from bot.outbox import Parcel
from bot.slack.lines import BURST, PER_SECOND
from bot.slack.post import LOOKS, Poster
from bot.slack.sender import Sender
from bot.slack.turns import Pool
from bot.slack.workspaces import Credentials, Workspaces
from db.engine import open_engine, reading, writing
from db.tables import metadata
from db.tables.house import outbox
from localslack.serve import Server, running
from tests.slack_away import way_to
from tests.slack_mail import POST
from tests.slack_world import BOT, TEAM

RATE_LIMITED = 429


@dataclass
class Told:
    """What became of it. `ideal`: the seconds that Slack's own limits cost at least."""

    wanted: dict[str, list[str]]
    arrived: dict[str, list[str]]
    seconds: float
    ideal: float = 0.0
    refused: int = 0
    early: int = 0

    @property
    def once(self) -> bool:
        return {c: sorted(t) for c, t in self.arrived.items()} == {
            c: sorted(t) for c, t in self.wanted.items()
        }

    @property
    def disordered(self) -> int:
        """Channels where more than the one that was tried out went before its turn."""
        return sum(
            [t for t in told if t != self.wanted[channel][1]]
            != [t for t in self.wanted[channel] if t != self.wanted[channel][1]]
            for channel, told in self.arrived.items()
        )

    @property
    def line(self) -> str:
        told = Counter(text for texts in self.arrived.values() for text in texts)
        twice = sum(n > 1 for n in told.values())
        return (
            f"{len(told)} of {sum(map(len, self.wanted.values()))} told, {twice} twice, "
            f"{self.disordered} channels out of order, {self.refused} refused, {self.early} called early; "
            f"{self.seconds:.1f} s, at best {self.ideal:.1f} s"
        )


@dataclass
class Watch:
    """Sees each call from our side: whether it began while Slack had asked to be left alone."""

    until: float = 0.0
    refused: int = 0
    early: int = 0
    closed: list[tuple[float, float]] = field(default_factory=list)

    def client(self, base: str, session: aiohttp.ClientSession) -> AsyncWebClient:
        watch = self

        class Watched(AsyncWebClient):
            async def api_call(self, api_method: str, **more: Any) -> Any:
                watch.early += api_method == POST and time.monotonic() < watch.until
                try:
                    return await super().api_call(api_method, **more)
                except SlackApiError as error:
                    if getattr(error.response, "status_code", None) == RATE_LIMITED:
                        watch.note(float(error.response.headers["Retry-After"]))
                    raise

        return Watched("xoxb-t", base, session=session, retry_handlers=[])

    def note(self, seconds: float) -> None:
        now = time.monotonic()
        self.refused += 1
        self.closed.append((now, now + seconds))
        self.until = max(self.until, now + seconds)

    def shut(self, began: float) -> float:
        """The seconds in all during which Slack wanted no call."""
        total, at = 0.0, began
        for start, end in sorted(self.closed):
            total += max(0.0, end - max(at, start))
            at = max(at, end)
        return total


@asynccontextmanager
async def sending(
    engine: Engine, base: str, watch: Watch, looks: tuple[float, ...] = LOOKS
) -> AsyncIterator[Sender]:
    async def find(_team: str) -> Credentials:
        return Credentials("xoxb-t", BOT)

    pool, over = Pool(4), asyncio.Event()
    async with aiohttp.ClientSession() as session:
        poster = Poster(Workspaces(find, lambda _: watch.client(base, session)), looks)
        made = Sender(engine, poster, pool, lambda: datetime.now(UTC), "torture")
        running_ = asyncio.create_task(made.run(over))
        try:
            yield made
        finally:
            over.set()
            await running_
            await made.settle(0)
            pool.close()


@asynccontextmanager
async def slack(channels: int) -> AsyncIterator[Server]:
    names = [f"C{n:03}" for n in range(channels)]
    rooms = [{"id": name, "name": name.lower(), "members": [BOT, "U31"]} for name in names]
    async with running({**TEAM, "channels": rooms}) as server:
        yield server


def put(engine: Engine, made: Sender, posts: int, channels: int) -> dict[str, list[str]]:
    """In one transaction, the channels by turns; the texts of each in order."""
    wanted: dict[str, list[str]] = {f"C{n:03}": [] for n in range(channels)}
    dues = []
    with writing(engine) as connection:
        for n in range(posts):
            channel, text = f"C{n % channels:03}", f"texto {n}"
            wanted[channel].append(text)
            parcel = Parcel(f"k{n}", "post", "T1", channel, {"text": text, "asker": "U31"})
            dues.append(made.put(connection, parcel))
    made.send([due for due in dues if due is not None])
    return wanted


async def told_all(engine: Engine, seconds: float) -> None:
    waiting = select(func.count()).where(outbox.c.state == "waiting")
    async with asyncio.timeout(seconds):
        while True:
            with reading(engine) as connection:
                if not connection.execute(waiting).scalar_one():
                    return
            await asyncio.sleep(0.05)


def arrived(server: Server) -> dict[str, list[str]]:
    rooms = server.workspace.store.channels
    return {
        name: [m.body["text"] for m in room.messages.values()]
        for name, room in rooms.items()
        if name.startswith("C")
    }


async def storm(
    engine: Engine, posts: int, channels: int, storms: int, longest: int = 5, seed: int = 1
) -> Told:
    """Over and over Slack closes for one to `longest` seconds, beside the pace it always keeps."""
    random, watch = Random(seed), Watch()

    async def weather(server: Server) -> None:
        for _ in range(storms):
            seconds = random.randint(1, longest)
            server.workspace.faults.switch(
                {"rate_limit": {"method": POST, "times": 1, "retry_after": seconds}}
            )
            await asyncio.sleep(seconds + random.uniform(0.3, 1.5))

    async with slack(channels) as server, sending(engine, server.api_url, watch) as made:
        server.workspace.faults.switch({"rate_tiers": True})
        began, blowing = time.monotonic(), asyncio.create_task(weather(server))
        wanted = put(engine, made, posts, channels)
        await told_all(engine, 600)
        took = time.monotonic() - began
        blowing.cancel()
        await asyncio.gather(blowing, return_exceptions=True)
        pace = max(0.0, (posts / channels - BURST) / PER_SECOND)
        ideal = max(watch.shut(began), pace)
        return Told(wanted, arrived(server), took, ideal, watch.refused, watch.early)


async def away(
    engine: Engine, posts: int, channels: int, seconds: float, looks: tuple[float, ...] = LOOKS
) -> Told:
    """Nobody answers for so long; `seconds` of what is told is the time after Slack came back."""
    async with slack(channels) as server, way_to(server.api_url) as way:
        async with sending(engine, way.url, Watch(), looks) as made:
            await way.shut()
            wanted = put(engine, made, posts, channels)
            await asyncio.sleep(seconds)
            assert not any(arrived(server).values())
            await way.open()
            began = time.monotonic()
            await told_all(engine, 600)
            took = time.monotonic() - began
        return Told(wanted, arrived(server), took, max(0.0, (posts / channels - BURST) / PER_SECOND))


def _is_empty(engine: Engine) -> bool:
    with reading(engine) as connection:
        return connection.execute(select(outbox.c.id).limit(1)).first() is None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=200)
    parser.add_argument("--away", type=float, default=300.0, help="seconds that Slack is away")
    parser.add_argument("--url", default=os.environ.get("DATABASE_URL_TEST"))
    args = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for name in ("storm", "away"):
            engine = open_engine(args.url or f"sqlite:///{Path(folder) / name}.db")
            metadata.create_all(engine)
            if not _is_empty(engine):
                print(f"{args.url}: messages wait there; a database of its own is needed")
                return 2
            run = storm(engine, args.posts, 20, 12) if name == "storm" else away(engine, 100, 20, args.away)
            told = asyncio.run(run)
            print(f"{name}: {told.line}")
            slow = told.seconds > (2 * told.ideal if name == "storm" else 90.0)
            found.append(told.once and not told.early and not told.disordered and not slow)
            with writing(engine) as connection:  # all of it was put there by this run
                connection.execute(outbox.delete())
            engine.dispose()
    return 0 if all(found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
