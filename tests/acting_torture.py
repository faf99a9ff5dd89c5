"""Actions by chat while the bot is killed under them, each delivered twice, Slack failing now and then.

`python -m tests.acting_torture --actions 2000 --kills 200` prints what became of them; `--url` names another
database than a new SQLite file. The bot is the real one in a process of its own; the tables are the judge.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import aiohttp
from sqlalchemy import Engine, select, update

from bot.app import HOME
from bot.slack.app import SlackEdge
from db.calendars import load_calendars
from db.engine import open_engine, reading, writing
from db.migrate import upgrade
from db.tables.house import inbox, outbox
from localslack.serve import Server, running
from tests.acting_ledger import Ledger, add_accounts, add_managers, ledger_of, left_over
from tests.slack_world import JSON, TEAM, World, buttons
from tests.small import fill

MANAGERS = tuple(range(101, 117))  # each in a direct message of her own: Slack takes a message a second
PATIENCE = 120.0  # seconds; whoever waited longer is counted as lost
# Slack says again what was not acked at once, after a minute and after five, and then no more. Here the bot
# dies every few seconds, and Slack comes again as much sooner.
COMES_AGAIN = (0.0, 3.0, 15.0)
FAULTS = (
    {"error_500": {"method": "chat.postMessage"}},
    {"drop_after_accept": {"method": "chat.postMessage"}},
    {"rate_limit": {"method": "chat.postMessage", "retry_after": 0.2}},
    {"error_500": {"method": "chat.update"}},
    {"lose_ack": 1},
)


@dataclass
class Torture:
    """One run: what is asked, how often the bot dies, and what people saw."""

    engine: Engine
    url: str
    server: Server
    slack: World
    actions: int
    kills: int
    seed: int = 1
    asked: int = 0
    killed: int = 0
    seen: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.due = next_open_day()
        self.over = asyncio.Event()

    # --- the bot -----------------------------------------------------------------------------------
    async def keep_alive(self) -> None:
        """A bot process, killed at any moment until it was killed often enough, and started again at once."""
        while not self.over.is_set():
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "serve"), cwd=HOME, env=self._env(), stderr=DEVNULL
            )
            try:
                await self._lives(process)
            finally:
                if process.returncode is None:
                    process.kill()
                await process.wait()

    async def _lives(self, process: asyncio.subprocess.Process) -> None:
        while not self.server.workspace.sockets.connected and process.returncode is None:
            await asyncio.sleep(0.05)
        if self.killed >= self.kills:
            await self.over.wait()
            return
        await asyncio.sleep(self.random.uniform(0.5, 3.0))
        with suppress(ProcessLookupError):  # it died of itself
            process.kill()
        self.killed += 1
        await process.wait()
        await asyncio.to_thread(self._leases_end)

    def _leases_end(self) -> None:
        """Instead of waiting until what the dead one held is free."""
        with writing(self.engine) as connection:
            for table in (inbox, outbox):
                connection.execute(update(table).values(lease_until=datetime.now(UTC) - timedelta(seconds=1)))

    def _env(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.url,
            "SLACK_API_URL": self.server.api_url,
            "SLACK_BOT_TOKEN": "xoxb-t",
            "SLACK_APP_TOKEN": "xapp-t",
            "PATH": "/usr/bin:/bin",
        }

    # --- the people --------------------------------------------------------------------------------
    async def lane(self, user: str) -> None:
        room = await self.slack.dm(user)
        while self.asked < self.actions:
            self.asked += 1
            await self._one(user, room, self.asked)

    async def _one(self, user: str, room: str, number: int) -> None:
        await self._shake()
        ts = await self.slack.say(user, room, self._words(number))
        card = await self._next(room, ts, 1, "Confirmar")
        if card is None:
            return
        await self._pressed(user, card, "Confirmar")
        done = await self._next(room, ts, 2, "Deshacer")
        if done is not None and self.random.random() < 0.2:
            await self._pressed(user, done, "Deshacer")
            await self._next(room, ts, 3, None)

    async def _shake(self) -> None:
        """Everything twice; three times in ten Slack fails at something."""
        await self.slack.do("faults", duplicate=6)
        if self.random.random() < 0.3:
            await self.slack.do("faults", **self.random.choice(FAULTS))

    async def _pressed(self, user: str, message: JSON, label: str) -> None:
        """Twice, as people do; and where both find nobody there, which Slack shows, again a little later."""
        until, heard = time.monotonic() + PATIENCE, False
        where = {"channel": message["channel"], "ts": message["ts"], "user": user}
        where["action_id"] = next(b["action_id"] for b in buttons(message) if b["text"]["text"] == label)
        while not heard and time.monotonic() < until:
            for _ in range(2):
                async with self.slack.http.post(f"{self.server.url}/control/click", json=where) as answer:
                    acked = (await answer.json()).get("acked", True)
                heard = heard or acked
                self.seen["unheard clicks"] += not acked
            await asyncio.sleep(0 if heard else 1)

    async def _next(self, room: str, thread: str, n: int, label: str | None) -> JSON | None:
        """The first message of the thread, from the n-th on, with that button; None if it never comes."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            said = await self._thread(room, thread)
            for each in said[n - 1 :]:
                if label is None or any(b["text"]["text"] == label for b in buttons(each)):
                    return each
            if len(said) >= n:
                self.seen[f"another answer: {said[-1]['text'][:60]}"] += 1
                return None
            await asyncio.sleep(0.05)
        heard = await asyncio.to_thread(self._heard, room, thread)
        self.seen["heard and never answered" if heard else "never heard: Slack gave up telling"] += 1
        return None

    def _heard(self, room: str, ts: str) -> bool:
        """Whether the bot has ever taken it: what it did not is Slack's to say again."""
        taken = select(inbox.c.key).where(inbox.c.key.contains(f":{room}:{ts}"))
        with reading(self.engine) as connection:
            return connection.execute(taken).first() is not None

    async def _thread(self, room: str, thread: str) -> list[JSON]:
        query = {"channel": room, "limit": "500", "after": f"{float(thread) - 0.01:.6f}"}
        async with self.slack.http.get(f"{self.server.url}/control/messages", params=query) as answer:
            found = (await answer.json())["messages"]
        mine = [m for m in found if m.get("thread_ts") == thread and m["user"] == "UCARTERA"]
        return [m for m in mine if not m.get("streaming")]

    def _words(self, number: int) -> str:
        account = 700_000 + number
        return (
            f"reasigna la cuenta {account} a Beto",
            f"registra promesa de 500 pesos de la cuenta {account} para el {self.due:%d/%m/%Y}",
            f"agrega una nota a la cuenta {account}: prefiere que le llamen por la tarde",
            f"marca como especial la cuenta {account}",
        )[number % 4]

    # --- the end -----------------------------------------------------------------------------------
    async def whole(self) -> Ledger:
        """All of it, until nothing is left to do."""
        alive = asyncio.create_task(self.keep_alive())
        await self.slack.do("faults", timing={"retry_delays": list(COMES_AGAIN)})
        await asyncio.gather(*(self.lane(f"U{each}") for each in MANAGERS))
        self.kills = 0
        await self._drained()
        self.over.set()
        await alive
        return ledger_of(self.engine)

    async def _drained(self) -> None:
        """As long as it moves: hundreds of notices to one person go out at a message a second."""
        fewest, until = await asyncio.to_thread(self._left), time.monotonic() + PATIENCE
        while fewest and time.monotonic() < until:
            await asyncio.sleep(0.25)
            left = await asyncio.to_thread(self._left)
            if left < fewest:
                fewest, until = left, time.monotonic() + PATIENCE

    def _left(self) -> int:
        with reading(self.engine) as connection:
            return left_over(connection)


def next_open_day() -> date:
    """A day for a promise on which banks are open."""
    return load_calendars().bank.next_business_day(date.today() + timedelta(days=2))


async def torture(url: str, actions: int, kills: int, seed: int = 1) -> tuple[Torture, Ledger]:
    engine = open_engine(url)
    upgrade(engine)
    with writing(engine) as connection:
        fill(connection)
    add_accounts(engine, actions + 1)
    add_managers(engine, MANAGERS)
    users = [{"id": f"U{each}", "name": f"u{each}", "real_name": f"U{each}"} for each in MANAGERS]
    team = {**TEAM, "users": [*TEAM["users"], *users]}
    async with running(team) as server, aiohttp.ClientSession() as http:
        slack = World(server, cast(SlackEdge, None), engine, http)
        run = Torture(engine, url, server, slack, actions, kills, seed)
        ledger = await run.whole()
    engine.dispose()
    return run, ledger


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actions", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--url", help="another database than a new SQLite file; it has to be empty")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = args.url or f"sqlite:///{Path(folder) / 'acting.db'}"
        started = time.monotonic()
        run, ledger = asyncio.run(torture(url, args.actions, args.kills))
        seen: Any = dict(run.seen) or "all answered"
        print(f"{run.asked:,} actions, {run.killed} kills, {time.monotonic() - started:.0f} s: {seen}")
        print(ledger.line)
    sys.exit(bool(ledger.faults))


if __name__ == "__main__":
    main()
