"""Hundreds of ticks under several processes that are killed over and over: each once. Run it as a module."""

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

from sqlalchemy import select

from bot.duties import Duty, Tick, looked
from bot.jobs import Clock
from db.engine import open_engine, reading
from db.tables import metadata
from db.tables.clock import ticks
from tests.clock_rounds import note, noted

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


def replica(url: str, start: datetime, n: int, owner: str) -> None:
    engine = open_engine(url)

    def look(tick: Tick) -> Any:
        return note(f"{tick.name}@")

    work = looked(engine, look)
    duties = [Duty(f"t{i}", Once(start + timedelta(seconds=SPAN * i / n)), work, LONG_AGO) for i in range(n)]

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
        rows = connection.execute(select(ticks.c.fire_at, ticks.c.at).where(ticks.c.outcome == "done")).all()
    lags = sorted((row.at - row.fire_at).total_seconds() for row in rows)
    found = noted(engine)
    engine.dispose()
    return {
        "ticks": n,
        "done": len(found),
        "twice": sum(count > 1 for count in found.values()),
        "kills": kills,
        "p99": round(lags[int(len(lags) * 0.99)] if lags else 0.0, 2),
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
    return 0 if told["done"] == args.n and not told["twice"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
