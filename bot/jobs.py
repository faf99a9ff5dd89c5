"""The clock: wakes when something falls due, and every 30 s in any case. Knows no duty's meaning.

It runs in every process and only proposes: the truth is the tick that one of them takes. APScheduler tells
when to wake; the look that follows goes by what is due and not taken, so a clock that was set, a process that
slept or was away, and an hour that exists twice are all the same to it.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine

from bot.duties import Duty, Tick
from bot.faults import note_failure
from bot.health.measures import LAG, TICKS
from db.engine import reading, writing
from db.ticks import Taken, first_seen, is_taken, take, taken_among

RECONCILE = 30.0  # seconds, by a clock that nobody sets
SOONEST = 0.05  # seconds between two looks
WORKERS = 2  # threads: beside the questions, never instead of them
BACKOFF = (30.0, 60.0, 120.0, 300.0, 600.0)  # seconds before what failed is tried again
_NEXT = "next"
Named = tuple[str, datetime]


class Clock:
    """`duties(now)` is asked at each look, so that what people change counts at once."""

    def __init__(
        self,
        engine: Engine,
        duties: Callable[[datetime], Sequence[Duty]],
        clock: Callable[[], datetime],
        owner: str,
        reconcile: float = RECONCILE,
        backoff: Sequence[float] = BACKOFF,
    ) -> None:
        self._engine, self._duties = engine, duties
        self._clock, self._owner = clock, owner
        self._reconcile, self._backoff = reconcile, backoff
        self._underway: dict[Named, asyncio.Task[None]] = {}
        self._failed: dict[Named, tuple[int, float]] = {}  # attempts, and when to try again
        self._woken = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then what is being done is finished, and what only waits is left to others."""
        scheduler = AsyncIOScheduler(timezone=UTC)
        scheduler.start()
        with ThreadPoolExecutor(WORKERS, "clock") as workers:
            try:
                while not stop.is_set():
                    self._woken.clear()
                    await self._look(workers, scheduler, stop)
                    await self._sleep(stop)
            finally:
                scheduler.shutdown(wait=False)
                await asyncio.gather(*self._underway.values())

    async def _look(
        self, workers: ThreadPoolExecutor, scheduler: AsyncIOScheduler, stop: asyncio.Event
    ) -> None:
        loop = asyncio.get_running_loop()
        try:
            due, seconds = await loop.run_in_executor(workers, self.due)
        except Exception as error:
            note_failure(error, "the clock")
            return
        for duty, tick in due:
            named = (tick.name, tick.fire_at)
            if named not in self._underway and self._failed.get(named, (0, 0.0))[1] <= loop.time():
                task = asyncio.create_task(self._done(workers, duty, tick, stop))
                self._underway[named] = task
        if seconds is not None:
            soon = IntervalTrigger(seconds=max(seconds, SOONEST))
            scheduler.add_job(self._wake, soon, id=_NEXT, replace_existing=True, misfire_grace_time=None)

    async def _sleep(self, stop: asyncio.Event) -> None:
        waits = [asyncio.create_task(each.wait()) for each in (stop, self._woken)]
        await asyncio.wait(waits, timeout=self._reconcile, return_when=asyncio.FIRST_COMPLETED)
        for each in waits:
            each.cancel()

    async def _wake(self) -> None:
        self._woken.set()

    async def _done(self, workers: ThreadPoolExecutor, duty: Duty, tick: Tick, stop: asyncio.Event) -> None:
        named, loop = (tick.name, tick.fire_at), asyncio.get_running_loop()
        try:
            await loop.run_in_executor(workers, self._worked, duty, tick, stop)
            self._failed.pop(named, None)
        except Exception as error:
            attempts = self._failed.get(named, (0, 0.0))[0]
            wait = self._backoff[min(attempts, len(self._backoff) - 1)]
            self._failed[named] = (attempts + 1, loop.time() + wait)
            TICKS.labels("failed").inc()
            note_failure(error, f"{tick.name}, which will be tried again")
        finally:
            del self._underway[named]

    def _worked(self, duty: Duty, tick: Tick, stop: asyncio.Event) -> None:
        """In a thread. Whatever another process did meanwhile is not reckoned again."""
        if stop.is_set():
            return
        now = self._clock().astimezone(UTC)
        with reading(self._engine) as connection:
            if now >= duty.when.until(tick.fire_at) or is_taken(connection, tick.name, tick.fire_at):
                return
        LAG.observe((now - tick.fire_at).total_seconds())
        try:
            duty.work(replace(tick, now=now))
        except Taken:
            return
        TICKS.labels("done").inc()

    # --- what is due ---
    def due(self) -> tuple[list[tuple[Duty, Tick]], float | None]:
        """What nobody has taken, in no order that all processes share; and the seconds to the next."""
        now = self._clock().astimezone(UTC)
        duties = list(self._duties(now))
        latest = [(duty, duty.when.latest(now)) for duty in duties]
        with reading(self._engine) as connection:
            seen = first_seen(connection, [duty.name for duty in duties if duty.since is None])
            taken = taken_among(connection, [(duty.name, moment) for duty, moment in latest])
        self._introduce([duty.name for duty in duties if duty.since is None and duty.name not in seen], now)
        left = [
            (duty, moment)
            for duty, moment in latest
            if (duty.name, moment) not in taken and moment >= (duty.since or seen.get(duty.name) or now)
        ]
        for duty, moment in left:
            if now >= duty.when.until(moment):
                self._missed(duty, moment, now)
        due = [(d, Tick(d.name, m, now, self._owner)) for d, m in left if now < d.when.until(m)]
        random.shuffle(due)  # so that two processes do not reckon the same thing at the same time
        waits = ((duty.when.after(now) - now).total_seconds() for duty in duties)
        return due, min(waits, default=None)

    def _introduce(self, names: Sequence[str], now: datetime) -> None:
        """What fell due before a name was known is nobody's duty."""
        if names:
            with writing(self._engine) as connection:
                for name in names:
                    take(connection, name, now, owner=self._owner, now=now, outcome="seen")

    def _missed(self, duty: Duty, moment: datetime, now: datetime) -> None:
        TICKS.labels("missed").inc()
        with writing(self._engine) as connection:
            take(connection, duty.name, moment, owner=self._owner, now=now, outcome="missed")
