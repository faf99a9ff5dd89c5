"""Clocks of several processes over one database, with a time that can be set, as the tests drive them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, insert, select

from bot.duties import Duty, Tick, looked
from bot.jobs import Clock
from db.engine import reading
from db.tables.clock import ticks
from db.tables.house import settings

START = datetime(2026, 11, 18, 13, 0, tzinfo=UTC)


@dataclass
class Watch:
    """The time of day, by hand."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


def note(name: str) -> Callable[[Any], None]:
    """An effect: a row that counts how often it was written."""

    def write(connection: Any) -> None:
        held = connection.execute(select(settings.c.value).where(settings.c.name == name)).scalar()
        if held is None:
            connection.execute(insert(settings).values(name=name, value="1"))
        else:
            more = str(int(held) + 1)
            connection.execute(settings.update().where(settings.c.name == name).values(value=more))

    return write


def noting(engine: Engine) -> Callable[[Tick], None]:
    """A work whose effect is counted by tick."""
    return looked(engine, lambda tick: note(f"{tick.name}@{tick.fire_at:%d%H%M%S}"))


def noted(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        rows = connection.execute(
            select(settings.c.name, settings.c.value).where(settings.c.name.contains("@"))
        )
        return {row.name: int(row.value) for row in rows}


def outcomes(engine: Engine) -> dict[str, str]:
    """What became of each tick, but the names' first sight."""
    with reading(engine) as connection:
        rows = connection.execute(select(ticks).where(ticks.c.outcome != "seen"))
        return {f"{row.name}@{row.fire_at:%d%H%M%S}": row.outcome for row in rows}


@asynccontextmanager
async def running(*clocks: Clock) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(each.run(stop)) for each in clocks]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


def clock(
    engine: Engine, duties: Sequence[Duty], watch: Watch, owner: str = "p1", reconcile: float = 0.05
) -> Clock:
    return Clock(engine, lambda _: duties, watch, owner, reconcile=reconcile, backoff=(0.0,))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.02)
