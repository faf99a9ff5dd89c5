"""Hundreds of ticks under several processes that are killed over and over: each once. Run it as a module.

One in ten is what a person in Tijuana asked for at an hour of her own; the others are due at a moment.
"""

import argparse
import asyncio
import multiprocessing
import os
import signal
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.duties import Duty, Tick, looked
from bot.jobs import Clock
from db.engine import open_engine, reading
from db.tables import metadata
from db.tables.clock import ticks
from db.when import EVERY_DAY, Daily, When
from tests.clock_rounds import note, noted

EVERY_TENTH, TIJUANA = 10, ZoneInfo("America/Tijuana")
REPLICAS, SPAN = 3, 30.0  # seconds over which the ticks fall due
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class Once:
    """Due at one moment."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def latest(self, now: datetime) -> datetime:
        return self._moment if now >= self._moment else LONG_AGO - timedelta(days=1)

    def after(self, now: datetime) -> datetime:
        return self._moment if now < self._moment else now + timedelta(days=1)

    def until(self, moment: datetime) -> datetime:
        return moment + timedelta(hours=1)


def when(i: int, moment: datetime) -> When:
    if i % EVERY_TENTH:
        return Once(moment)
    return Daily(moment.astimezone(TIJUANA).time(), EVERY_DAY, TIJUANA)


def replica(url: str, start: datetime, n: int, owner: str) -> None:
    engine = open_engine(url)

    def look(tick: Tick) -> Any:
        return note(f"{tick.name}@")

    work = looked(engine, look)
    moments = [start + timedelta(seconds=SPAN * i / n) for i in range(n)]
    duties = [Duty(f"t{i}", when(i, moment), work, start) for i, moment in enumerate(moments)]

    async def run() -> None:
        clock = Clock(engine, lambda _: duties, lambda: datetime.now(UTC), owner, reconcile=1.0)
        await clock.run(asyncio.Event())

    asyncio.run(run())


def torture(url: str, n: int, seed: int) -> dict[str, Any]:
    engine = open_engine(url)
    metadata.create_all(engine)
    random, context = Random(seed), multiprocessing.get_context("spawn")
    start = datetime.now(UTC) + timedelta(seconds=8)
    names = iter(range(10_000))

    def begun() -> Any:
        made = context.Process(target=replica, args=(url, start, n, f"p{next(names)}"), daemon=True)
        made.start()
        return made

    replicas, kills = [begun() for _ in range(REPLICAS)], 0
    end = time.monotonic() + SPAN + 40
    while time.monotonic() < end and len(noted(engine)) < n:
        time.sleep(random.uniform(2.0, 5.0))
        victim = random.randrange(REPLICAS)
        os.kill(replicas[victim].pid, signal.SIGKILL)
        replicas[victim].join()
        replicas[victim], kills = begun(), kills + 1
    for each in replicas:
        each.kill()
        each.join()
    with reading(engine) as connection:
        done = select(ticks.c.name, ticks.c.fire_at, ticks.c.at).where(ticks.c.outcome == "done")
        rows = connection.execute(done).all()
    lags = sorted((row.at - row.fire_at).total_seconds() for row in rows)
    found = noted(engine)
    engine.dispose()
    return {
        "ticks": n,
        "done": len(found),
        "twice": sum(count > 1 for count in found.values()),
        "kills": kills,
        "p99": round(lags[int(len(lags) * 0.99)] if lags else 0.0, 2),
        "tijuana": sum(1 for row in rows if int(row.name[1:]) % EVERY_TENTH == 0),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--url", default=os.environ.get("DATABASE_URL_TEST"))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = args.url or f"sqlite:///{Path(folder) / 'clock.db'}"
        told = torture(url, args.n, args.seed)
    print(told)
    hers = -(-args.n // EVERY_TENTH)
    return 0 if (told["done"], told["twice"], told["tijuana"]) == (args.n, 0, hers) else 1


if __name__ == "__main__":
    raise SystemExit(main())
