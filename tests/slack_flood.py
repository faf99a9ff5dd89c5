"""A flood: every message delivered four times in any order to four workers that share one database.

`python -m tests.slack_flood --events 2500` prints what became of it; `--url` names another database.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, select

from bot import outbox
from bot.outbox import Parcel
from bot.slack.records import Records, done
from bot.slack.turns import Pool, Underway
from bot.slack.works import Job, Running, Works
from db.engine import open_engine, reading, writing
from db.tables import metadata
from db.tables.house import inbox
from db.tables.house import outbox as parcels

Keys = Callable[[Job, int], list[str]]
AT_ONCE = 32


@dataclass
class Became:
    """`taken` deliveries were new, `done` says how often each message was worked on."""

    deliveries: int
    seconds: float
    taken: int = 0
    done: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    left: int = 0

    @property
    def line(self) -> str:
        twice = sum(n > 1 for n in self.done.values())
        rate = self.deliveries / self.seconds
        return (
            f"{self.deliveries:,} deliveries of {len(self.done):,} messages in {self.seconds:.1f} s, "
            f"{rate:,.0f}/s: {self.taken:,} taken, {self.answers:,} answers, {twice} twice, {self.left} left"
        )


def message_keys(job: Job, delivery: int) -> list[str]:
    """Two event ids for the same message, each sent twice."""
    return [f"message:T1:{job.channel}:{job.ts}", f"event:T1:{job.ts}:{delivery % 2}"]


def message(number: int) -> Job:
    ts = f"{1_795_000_000 + number}.000100"
    return Job("message", "T1", "U1", f"C{number % 20}", "channel", ts, text="hola", ts=ts)


@dataclass
class Desk:
    """Does a job: its answer and its end in one transaction, as the conversation does."""

    engine: Engine
    pool: Pool
    became: Became

    async def do(self, running: Running) -> None:
        self.became.done[running.job.ts] += 1
        await self.pool.run(self._answered, running)

    def _answered(self, running: Running) -> None:
        job = running.job
        parcel = Parcel(job.ref, "post", job.team, job.channel, {"text": job.text}, job.thread)
        with writing(self.engine) as connection:
            outbox.put(connection, parcel, "flood", datetime.now(UTC))
            done(connection, running.key)


async def flood(engine: Engine, events: int, keys: Keys = message_keys, workers: int = 4) -> Became:
    deliveries = [(message(n), delivery) for n in range(events) for delivery in range(4)]
    random.Random(events).shuffle(deliveries)
    pool, underway, gate = Pool(workers), Underway(), asyncio.Semaphore(AT_ONCE)
    became = Became(len(deliveries), 0.0)
    desk, rng = Desk(engine, pool, became), random.Random(1)
    works = [
        Works(Records(engine), pool, underway, lambda: datetime.now(UTC), f"p{n}") for n in range(workers)
    ]
    for each in works:
        each.done_by(desk.do)

    async def deliver(job: Job, delivery: int) -> None:
        async with gate:
            new = await rng.choice(works).take(job, keys(job, delivery))
            became.taken += new

    started = time.perf_counter()
    await asyncio.gather(*(deliver(*each) for each in deliveries))
    await underway.settle(60)
    became.seconds = time.perf_counter() - started
    pool.close()
    with reading(engine) as connection:
        became.answers = len(connection.execute(select(parcels.c.id)).all())
        became.left = len(connection.execute(select(inbox.c.key).where(inbox.c.work.is_not(None))).all())
    return became


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=2_500)
    parser.add_argument("--url", help="another database than a new SQLite file; its tables are made")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(args.url or f"sqlite:///{Path(folder) / 'flood.db'}")
        metadata.create_all(engine)
        print(asyncio.run(flood(engine, args.events)).line)
        engine.dispose()


if __name__ == "__main__":
    main()
