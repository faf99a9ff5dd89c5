"""From a person's message in Slack to the bot's answer there, beside a bare Bolt app that says "ok".

Run with `make bench`. Both bots answer mentions over real sockets of this machine, each from a local Slack
of its own, all in one process and taking turns, so that a busy moment strikes both. The clock runs from the
POST that says the question until the answer comes out of the local Slack's event stream; by then the bot has
committed inbox, record and outbox to disk. Then 40 people ask at once what takes the skill two seconds each:
how long each waits for Slack's "ok". On SQLite and on PostgreSQL.
    python -m benchmarks.bench_slack [--accounts 20000] [--messages 100] [--database sqlite|postgresql]
"""

import argparse
import asyncio
import gc
import json
import logging
import math
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Engine, select

from benchmarks import postgres
from bot.app import build
from bot.sections import Slack
from bot.settings import Settings
from bot.slack.app import build_slack
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.demo import build_demo, team_file
from db.engine import open_engine, reading
from db.tables import metadata
from db.tables.house import audit
from db.tables.reference import people
from localslack.serve import Server, running

JSON = dict[str, Any]
NOW = datetime(2026, 11, 18, 14, 30, tzinfo=ZoneInfo("America/Mexico_City"))
MANIFEST = Path(__file__).parent.parent / "manifest.json"
# Slack takes about one message a second in a channel: the questions go round as many as a floor has.
CHANNELS = tuple(f"piso-{n:02}" for n in range(60))
WARM_UP = 10
PATIENCE = 10.0  # seconds until an answer counts as lost
# The bot's own message goes round as an event too; the next question waits until that is over.
PAUSE = 0.01
FLOOR = "ok"
AT_ONCE, SLOW_SECONDS = 40, 2.0
QUESTIONS = (
    "¿roll rate esta semana por campaña?",
    "¿cuánto hemos recuperado este mes?",
    "tasa de contacto de hoy por hora",
)


@dataclass
class Line:
    """One bot behind its own local Slack, and a person who asks it one thing at a time."""

    server: Server
    http: aiohttp.ClientSession
    user: str
    bot: str
    channels: Iterator[str] = field(default_factory=lambda: cycle(CHANNELS))
    _heard: "asyncio.Queue[float]" = field(default_factory=asyncio.Queue)

    async def ask(self, text: str) -> float:
        """Milliseconds until the answer is there to be seen."""
        body = {"user": self.user, "channel": next(self.channels), "text": f"<@{self.bot}> {text}"}
        started = time.perf_counter()
        await self.do("say", body)
        async with asyncio.timeout(PATIENCE):
            ended = await self._heard.get()
        await asyncio.sleep(PAUSE)
        if not self._heard.empty():
            raise SystemExit(f"{text!r} was answered more than once")
        return (ended - started) * 1000

    async def do(self, act: str, body: JSON) -> JSON:
        async with self.http.post(f"{self.server.url}/control/{act}", json=body) as answer:
            done: JSON = await answer.json()
        if not done["ok"]:
            raise SystemExit(f"{act}: {done}")
        return done

    async def answered(self, room: str) -> bool:
        query = {"channel": room, "limit": "20"}
        async with self.http.get(f"{self.server.url}/control/messages", params=query) as answer:
            return any(each["user"] == self.bot for each in (await answer.json())["messages"])

    async def acks(self) -> list[float]:
        """How long each message of a person waited for its ack, in milliseconds."""
        async with self.http.get(f"{self.server.url}/control/log") as answer:
            log = (await answer.json())["entries"]
        sent = [each for each in log if each["kind"] == "envelope" and each["name"] == "message"]
        events = [(each, each["payload"]["payload"]["event"]) for each in sent]
        return [each["ms"] for each, event in events if event.get("user") not in (None, self.bot)]

    async def listen(self, started: asyncio.Event) -> None:
        """Notes when each message of the bot comes out of the event stream."""
        forever = aiohttp.ClientTimeout(total=None)
        url = f"{self.server.url}/control/stream?viewer={self.user}"
        async with self.http.get(url, timeout=forever, read_bufsize=2**20) as stream:
            async for line in stream.content:
                moment = time.perf_counter()
                if not line.startswith(b"data: "):
                    continue
                event = json.loads(line.removeprefix(b"data: "))
                if event["kind"] == "hello":
                    started.set()
                if event["kind"] == "message" and event["message"]["user"] == self.bot:
                    self._heard.put_nowait(moment)


@asynccontextmanager
async def line(team: JSON, user: str, events: list[str]) -> AsyncIterator[Line]:
    """A local Slack without faults whose bot hears of `events`; the bot is the caller's to connect."""
    bot = {**team["bot"], "events": events}
    rooms = [
        {"id": f"C0{name.upper()}", "name": name, "members": [user, bot["user_id"]]} for name in CHANNELS
    ]
    team = {**team, "bot": bot, "channels": [*team["channels"], *rooms]}
    async with running(team) as server, aiohttp.ClientSession() as http:
        built, started = Line(server, http, user, bot["user_id"]), asyncio.Event()
        listening = asyncio.create_task(built.listen(started))
        await built.do("faults", {"clear": True})
        async with asyncio.timeout(PATIENCE):
            await started.wait()
        try:
            yield built
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


@asynccontextmanager
async def floor(team: JSON, user: str) -> AsyncIterator[Line]:
    """The least a Bolt app can do: says "ok" to a mention. One HTTP session for all, as the product has."""
    async with line(team, user, ["app_mention"]) as built, aiohttp.ClientSession() as session:
        client = AsyncWebClient(
            token=team["bot"]["token"], base_url=built.server.api_url, session=session, retry_handlers=[]
        )
        app = AsyncApp(client=client)

        @app.event("app_mention")
        async def mentioned(say: AsyncSay) -> None:
            await say(FLOOR)

        handler = AsyncSocketModeHandler(app, team["bot"]["app_token"], web_client=client)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        try:
            yield built
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def product(
    team: JSON, user: str, engine: Engine, wrapped: Callable[[Any], Any] = lambda desk: desk
) -> AsyncIterator[Line]:
    """The whole product, put together as `serve` does."""
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    async with line(team, user, manifest["settings"]["event_subscriptions"]["bot_events"]) as built:
        token, app_token = (SecretStr(team["bot"][key]) for key in ("token", "app_token"))
        settings = Settings(
            slack=Slack(bot_token=token, app_token=app_token, api_url=built.server.api_url.rstrip("/"))
        )
        app = build(settings, engine=engine)
        desk, stop = wrapped(app.desk), asyncio.Event()
        edge = build_slack(settings, desk, engine, app.texts, clock=lambda: NOW)
        serving = asyncio.create_task(edge.serve(stop))
        async with asyncio.timeout(PATIENCE):
            await edge.ready.wait()
        try:
            yield built
        finally:
            stop.set()
            await serving


class Slow:
    """The product's own desk, after two seconds."""

    def __init__(self, desk: Any) -> None:
        self._desk = desk

    def ask(self, *args: Any, **named: Any) -> Any:
        time.sleep(SLOW_SECONDS)
        return self._desk.ask(*args, **named)

    def run(self, *args: Any, **named: Any) -> Any:
        return self._desk.run(*args, **named)


async def acks_under_load(engine: Engine) -> list[float]:
    """Milliseconds until each of 40 questions that arrive together is acknowledged; all are answered."""
    team = team_file(engine)
    users = [each["id"] for each in team["users"] if each["id"].startswith("U0E")][:AT_ONCE]
    async with product(team, users[0], engine, Slow) as line:
        rooms = [
            (await line.do("open_dm", {"user": user, "with": line.bot}))["channel"]["id"] for user in users
        ]
        pairs = islice(cycle(zip(users, rooms, strict=True)), AT_ONCE)
        says = [{"user": user, "channel": room, "text": QUESTIONS[0]} for user, room in pairs]
        await asyncio.gather(*(line.do("say", body) for body in says))
        async with asyncio.timeout(PATIENCE + SLOW_SECONDS * AT_ONCE):
            while not all([await line.answered(room) for room in rooms]):
                await asyncio.sleep(0.5)
        return await line.acks()


async def measure(engine: Engine, messages: int) -> dict[str, list[float]]:
    """What was said -> milliseconds of each answer. Bots and questions take turns."""
    team, user = team_file(engine), _manager(engine)
    async with floor(team, user) as bare, product(team, user, engine) as cartera:
        asked = [(bare, FLOOR), *((cartera, question) for question in QUESTIONS)]
        taken: dict[str, list[float]] = {text: [] for _, text in asked}
        gc.collect()
        gc.freeze()  # as `serve` does
        for _ in range(WARM_UP + messages):
            for bot, text in asked:
                taken[text].append(await bot.ask(text))
    return {text: each[WARM_UP:] for text, each in taken.items()}


def _manager(engine: Engine) -> str:
    """Somebody who sees the whole agency: the widest answers."""
    query = select(people.c.slack_user_id).where(people.c.role == "manager").order_by(people.c.id)
    with reading(engine) as connection:
        return str(connection.execute(query).scalars().first())


def desk_times(engine: Engine, messages: int) -> dict[str, float]:
    """Question -> median milliseconds in the desk, as audited. A quick "no" must not pass for an answer."""
    columns = (audit.c.said, audit.c.outcome, audit.c.took_ms)
    with reading(engine) as connection:
        rows = connection.execute(select(*columns).order_by(audit.c.id)).all()
    found: dict[str, list[int]] = {question: [] for question in QUESTIONS}
    for said, outcome, took_ms in rows:
        if outcome != "answer":
            raise SystemExit(f"{said!r} was not answered: {outcome}")
        found[said].append(took_ms)
    if any(len(each) != WARM_UP + messages for each in found.values()):
        raise SystemExit(f"not every question reached the desk once: {[len(e) for e in found.values()]}")
    return {question: statistics.median(each[WARM_UP:]) for question, each in found.items()}


@contextmanager
def agency(folder: Path, database: str, accounts: int) -> Iterator[Engine]:
    """The demo, with all its cells, in a database of its own."""
    with ExitStack() as servers:
        url = f"sqlite:///{folder / 'slack.db'}"
        if database == "postgresql":
            url = servers.enter_context(postgres.running(folder / "postgres"))("slack")
        engine = open_engine(url)
        metadata.create_all(engine)
        started = time.perf_counter()
        build_demo(engine, now=NOW, accounts=accounts)
        built = time.perf_counter()
        refresh(engine, load_calendars(), now=NOW)
        done = time.perf_counter()
        print(
            f"  demo of {accounts:,} accounts in {built - started:.1f} s, all cells in {done - built:.1f} s"
        )
        yield engine
        engine.dispose()


def show(taken: dict[str, list[float]], desk: dict[str, float]) -> None:
    base = _middle_and_tail(taken[FLOOR])
    print(f"  {'':36} {'p50':>9} {'p99':>9} {'p50 ratio':>10} {'p99 ratio':>10} {'in desk p50':>12}")
    for text, each in taken.items():
        p50, p99 = _middle_and_tail(each)
        figures = f"{p50:>7.1f}ms {p99:>7.1f}ms {p50 / base[0]:>9.1f}x {p99 / base[1]:>9.1f}x"
        name = "floor: bare Bolt says ok" if text == FLOOR else text
        print(f"  {name:36} {figures}" + (f" {desk[text]:>10.1f}ms" if text in desk else ""))


def _middle_and_tail(each: list[float]) -> tuple[float, float]:
    """Median and 99th percentile, which of 100 is the second largest."""
    return statistics.median(each), sorted(each)[math.ceil(len(each) * 0.99) - 1]


def show_acks(acks: list[float]) -> None:
    p50, p99 = _middle_and_tail(acks)
    print(f"  {len(acks)} questions of {SLOW_SECONDS:.0f} s at once, all answered; Slack's wait for the ack:")
    print(f"  p50 {p50:.0f} ms, p99 {p99:.0f} ms, longest {max(acks):.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--messages", type=int, default=100)
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    given = parser.parse_known_args()[0]
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)
    for database in [given.database] if given.database else ["sqlite", "postgresql"]:
        print(f"\nSlack, from the question to the answer: {database}")
        with (
            tempfile.TemporaryDirectory(prefix="cartera-bench-") as folder,
            agency(Path(folder), database, given.accounts) as engine,
        ):
            taken = asyncio.run(measure(engine, given.messages))
            show(taken, desk_times(engine, given.messages))
            show_acks(asyncio.run(acks_under_load(engine)))


if __name__ == "__main__":
    main()
