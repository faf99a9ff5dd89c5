"""What the morning costs: a scorecard for each of so many supervisors, worked out, drawn and queued at once.

    python -m benchmarks.bench_scorecards [--cards N] [--size XS|S|M] [--database sqlite|postgresql|both]
        [--dir FOLDER]

By the same doors as the clock: the desk in the supervisor's own right, the message and its workbook, the
tick, the record and the outbox in one transaction; in as many threads as the clock has. Slack is left out:
what it takes is its own rate. Prints the time to the last one queued, the median and slowest, the memory.
"""

import argparse
import resource
import statistics
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

from sqlalchemy import Connection, Engine, delete, func, select

from benchmarks.agency import FIRST_SUPERVISOR, NOW, SIZES, SUPERVISORS
from benchmarks.stores import KINDS, engines
from bot import outbox
from bot.app import App, build
from bot.jobs import WORKERS
from bot.outbox import Parcel
from bot.outcome import Hooks, Outcome, Place, Who
from bot.settings import Settings
from bot.slack.documents import Press
from bot.slack.render import Renderer
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.engine import reading, writing
from db.tables.cells import built_days
from db.tables.clock import ticks
from db.tables.house import outbox as queued
from db.tables.reference import people
from db.ticks import take

CARDS, KEY = 25, "bench:scorecard:"


class Card:
    """One scorecard on its way."""

    def __init__(self, app: App, employee: str, number: int) -> None:
        self._app, self._employee, self._key = app, employee, f"{KEY}{number}"
        self._parcels: list[Parcel] = []
        self.took = 0.0

    def send(self) -> "Card":
        started = perf_counter()
        hooks = Hooks(self._deliver, ref=self._key, ready=self._draw)
        who, place = Who("employee", self._employee), Place("dm", "D1")
        self._app.desk.run("scorecard", {}, who=who, place=place, thread=self._key, now=NOW, hooks=hooks)
        self.took = perf_counter() - started
        return self

    def _draw(self, outcome: Outcome) -> None:
        if outcome.answer is None:
            raise SystemExit(f"no scorecard for {self._employee}: {outcome.text}")
        drawn = Renderer(self._app.texts, NOW.date).outcome(outcome, ref=self._key)
        body = {"text": drawn.text, "blocks": drawn.blocks}
        made = Press(self._app.texts, self._employee, NOW).workbook(outcome.answer, outcome.language)
        self._parcels = [
            Parcel(self._key, "post", "T1", "D1", body),
            Parcel(f"{self._key}:x", "file", "T1", "D1", {"filename": made.filename}, None, made.content),
        ]

    def _deliver(self, connection: Connection, _outcome: Outcome) -> None:
        take(connection, self._key, NOW, owner="bench", now=NOW)
        for parcel in self._parcels:
            outbox.put(connection, parcel, "bench", NOW)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cards", type=int, default=CARDS)
    parser.add_argument("--size", type=str.upper, choices=tuple(SIZES), default="XS")
    parser.add_argument("--database", choices=(*KINDS, "both"), default="sqlite")
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "cartera-bench")
    given = parser.parse_known_args()[0]
    with engines(given.dir, given.database) as opened:
        for kind in KINDS if given.database == "both" else (given.database,):
            engine = opened(kind, given.size)
            _built(engine)
            _bench(build(Settings(), engine=engine), given.cards, f"{kind} {given.size}")


def _built(engine: Engine) -> None:
    with reading(engine) as connection:
        built = connection.execute(select(built_days.c.day).limit(1)).first() is not None
    if not built:
        refresh(engine, load_calendars(), now=NOW, full=True)


def _bench(app: App, cards: int, what: str) -> None:
    _cleared(app.engine)
    leads = people.c.id.between(FIRST_SUPERVISOR, FIRST_SUPERVISOR + SUPERVISORS - 1)
    with reading(app.engine) as connection:
        staff = connection.execute(select(people.c.employee_no).where(leads)).scalars().all()
    before, started = _memory(), perf_counter()
    with ThreadPoolExecutor(WORKERS) as workers:
        each = [Card(app, staff[n % len(staff)], n) for n in range(cards)]
        took = sorted(card.took for card in workers.map(Card.send, each))
    whole = perf_counter() - started
    with reading(app.engine) as connection:
        mine = queued.c.key.startswith(KEY)
        waiting = connection.execute(select(func.count()).select_from(queued).where(mine)).scalar_one()
    _cleared(app.engine)
    print(
        f"{what}: {cards} scorecards of 20 agents each in {whole:.1f} s, {waiting} parcels queued; "
        f"each {statistics.median(took) * 1000:.0f} ms, slowest {took[-1] * 1000:.0f} ms; "
        f"memory {before} -> {_memory()} MB"
    )


def _cleared(engine: Engine) -> None:
    """A benchmark may be run again."""
    with writing(engine) as connection:
        connection.execute(delete(queued).where(queued.c.key.startswith(KEY)))
        connection.execute(delete(ticks).where(ticks.c.name.startswith(KEY)))


def _memory() -> int:
    """The most this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
