"""What a question costs, from the cells: as a chat answers it, beside the same sums on the raw rows.

    python -m benchmarks.bench_answers [--size S|M] [--database sqlite|postgresql|both] [--dir FOLDER]

Prints each question's median and 95th percentile, the median of its raw rows in the same database, and in
DuckDB over the same rows as Parquet where the lake's requirements are installed. With --size M, also how much
longer it takes than at S. The floor is the shortest statement there is (`select 1`), in the same way.
"""

import argparse
import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, Select, select

from benchmarks.agency import NOW
from benchmarks.stores import KINDS, arguments, engines
from db.access import Names, names
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.engine import reading
from db.metrics import load_catalogue
from db.numbers import sum_up
from db.periods import Period
from db.scope import Scope
from db.tables.cells import built_days
from skills.contract import Actor, Context, KpiRequest
from skills.kpi.plan import make_plan
from skills.kpi.skill import answer_kpi
from skills.text import load_texts

MONTH = Period(start=date(2026, 11, 1), end=date(2026, 11, 18))
WEEK = Period(start=date(2026, 11, 16), end=date(2026, 11, 18))
WEEKS = Period(start=date(2026, 10, 19), end=date(2026, 11, 18))
TODAY = Period(start=NOW.date(), end=NOW.date())
QUESTIONS = {
    "roll rate, this week, by campaign": KpiRequest(metric="roll_rate", period=WEEK, dims=("campaign",)),
    "roll rate, by the week": KpiRequest(metric="roll_rate", period=WEEKS, grain="week"),
    "recovery rate, month to date": KpiRequest(metric="recovery_rate", period=MONTH),
    "recovered, month, by agent": KpiRequest(metric="recovered_amount", period=MONTH, dims=("agent",)),
    "promises kept, month, by agent": KpiRequest(metric="ptp_kept_rate", period=MONTH, dims=("agent",)),
    "aging now": KpiRequest(metric="aging_balance"),
    "contact rate by hour, today": KpiRequest(metric="contact_rate", period=TODAY, dims=("hour",)),
    "AHT by agent, this week": KpiRequest(metric="aht", period=WEEK, dims=("agent",)),
}
TIMES, RAW_TIMES = 60, 3
Took = tuple[float, float]  # median and 95th percentile, in ms
Lake = Callable[[Select[Any]], object]


@dataclass(frozen=True)
class Measured:
    cells: Took
    raw: float
    lake: float | None


def main() -> None:
    given = arguments(argparse.ArgumentParser(description=__doc__))
    sizes = ("S",) if given.size == "S" else ("S", given.size)
    with engines(given.dir, given.database) as opened:
        for kind in KINDS if given.database == "both" else (given.database,):
            found = {size: _bench(opened(kind, size), size, given.dir) for size in sizes}
            _print(kind, found)


def _bench(engine: Engine, size: str, folder: Path) -> Mapping[str, Measured]:
    with reading(engine) as connection:
        built = connection.execute(select(built_days.c.day).limit(1)).first() is not None
    if not built:
        refresh(engine, load_calendars(), now=NOW, full=True)
    with reading(engine) as connection:
        known = names(connection)
    with _lake(engine, folder / f"lake-{engine.dialect.name}-{size}") as lake:
        found = {title: _measure(engine, known, request, lake) for title, request in QUESTIONS.items()}
    return found | {"(select 1)": Measured(timed(lambda: _shortest(engine), TIMES), 0.0, None)}


def _measure(engine: Engine, known: Names, request: KpiRequest, lake: Lake | None) -> Measured:
    return Measured(
        cells=timed(lambda: ask(engine, known, request), TIMES),
        raw=timed(lambda: _raw(engine, known, request), RAW_TIMES)[0],
        lake=timed(lambda: _raw(engine, known, request, lake), RAW_TIMES)[0] if lake else None,
    )


def timed(run: Callable[[], object], times: int) -> Took:
    """Median and 95th percentile in milliseconds, after one warm run."""
    run()
    taken = []
    for _ in range(times):
        started = perf_counter()
        run()
        taken.append((perf_counter() - started) * 1000)
    return statistics.median(taken), sorted(taken)[int(len(taken) * 0.95)]


def _shortest(engine: Engine) -> None:
    with reading(engine) as connection:
        connection.execute(select(1)).scalar()


_CATALOGUE, _CALENDARS = load_catalogue(), load_calendars()
_TEXTS = load_texts(Path("skills/kpi/text.yaml"))
_ACTOR = Actor(0, "bench", "admin", "es", Scope())


def _context(connection: Any, known: Names) -> Context:
    return Context(
        actor=_ACTOR,
        session=connection,
        now=NOW,
        metrics=_CATALOGUE,
        names=known,
        calendars=_CALENDARS,
        say=lambda key, **slots: _TEXTS.say("es", key, **slots),
    )


def ask(engine: Engine, known: Names, request: KpiRequest) -> None:
    """The whole answer, its connection, comparison, notes and buttons included."""
    with reading(engine) as connection:
        answer_kpi(_context(connection, known), request)


def _raw(engine: Engine, known: Names, request: KpiRequest, lake: Lake | None = None) -> None:
    """The headline sums only, from the facts: less work than the whole answer does from cells."""
    with reading(engine) as connection:
        context = _context(connection, known)
        plan = make_plan(context, request)
        session: Any = _Recorder(connection, lake) if lake else connection
        for name in plan.parts.terms:
            sum_up(
                session,
                (name,),
                dims=plan.dims,
                conditions=plan.cohort(plan.dims),
                scope=Scope(),
                window=plan.window(plan.period),
                weight=plan.parts.weight,
                raw=True,
            )


class _Recorder:
    """Takes the place of the connection: runs what it is given over the lake, and gives no row back."""

    def __init__(self, connection: Any, lake: Lake) -> None:
        self._connection, self._lake = connection, lake

    def execute(self, query: Select[Any]) -> list[Any]:
        self._lake(query)
        return []


@contextmanager
def _lake(engine: Engine, folder: Path) -> Iterator[Lake | None]:
    """Runs a select in DuckDB over the database's rows as Parquet; None where that is not installed."""
    if find_spec("duckdb") is None or find_spec("pyarrow") is None:
        yield None
        return
    from db.lake.engines import summing, worded
    from db.lake.export import export_lake
    from db.lake.manifest import read_manifest
    from db.lake.statement import statement

    export_lake(engine, folder, now=NOW)
    manifest = read_manifest(folder)
    with summing("duckdb") as duck:
        for table, parts in manifest.tables.items() if manifest else ():
            duck.show(table, [folder / part.file for part in parts.values()])
        yield lambda query: duck.run(worded(statement(query), duck.dialect))


def _print(kind: str, found: Mapping[str, Mapping[str, Measured]]) -> None:
    print(f"\n{kind}: milliseconds an answer")
    for size, questions in found.items():
        print(f"  {f'size {size}':34} {'p50':>8} {'p95':>8} {'x S':>6} {'raw rows':>10} {'DuckDB raw':>11}")
        for title, measured in questions.items():
            p50, p95 = measured.cells
            ratio = p50 / found["S"][title].cells[0]
            lake = f"{measured.lake:>11.1f}" if measured.lake is not None else f"{'-':>11}"
            print(
                f"  {title:34} {p50:>8.2f} {p95:>8.2f} {ratio:>6.2f} {measured.raw:>10.1f} {lake}", flush=True
            )


if __name__ == "__main__":
    main()
