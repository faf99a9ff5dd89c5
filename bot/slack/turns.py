"""Who may ask how much at once: skills run in a bounded pool, and one person cannot fill it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from bot.slack.faults import Turned

P = ParamSpec("P")
T = TypeVar("T")
AT_ONCE = 2
WAITING = 5


class Pool:
    """Runs blocking work off the event loop."""

    def __init__(self, workers: int) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="skill")

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: work(*args, **kwargs))

    def close(self) -> None:
        # Not waited for: whoever stops the bot has waited for the answers already.
        self._threads.shutdown(wait=False, cancel_futures=True)


class Turns:
    """Two questions of a person at a time, a few more waiting, the rest turned away."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._at_once, self._most = at_once, at_once + waiting
        self._gates: dict[str, asyncio.Semaphore] = {}
        self._here: dict[str, int] = {}

    @asynccontextmanager
    async def turn(self, user: str) -> AsyncIterator[None]:
        if self._here.get(user, 0) >= self._most:
            raise Turned("slack.busy")
        gate = self._gates.setdefault(user, asyncio.Semaphore(self._at_once))
        self._here[user] = self._here.get(user, 0) + 1
        try:
            async with gate:
                yield
        finally:
            self._here[user] -= 1
            if not self._here[user]:
                del self._here[user], self._gates[user]


class Underway:
    """Counts the answers being made, so that a stop can wait for them."""

    def __init__(self) -> None:
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        self._count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._idle.set()

    async def settle(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)
