"""What an export costs, whole and of one day, and a full build of the totals with DuckDB over its files.

The seconds DuckDB sums are told apart from the rest: selects worded, rows handed over, money worked out in
Python, totals written to the database. Left out where the packages of requirements-lake.txt are missing.
    .venv-lake/bin/python -m benchmarks.bench_lake [--size S|M] [--database sqlite|postgresql]
"""

import argparse
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from benchmarks.agency import NOW
from benchmarks.stores import KINDS, arguments, engines
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.dirty import mark_dirty
from db.engine import writing

CALENDARS = load_calendars()


@dataclass
class Timed:
    """An engine, and how long it worked."""

    inner: Any
    dialect: str = "duckdb"
    seconds: float = 0.0
    selects: int = 0
    longest: float = 0.0
    rows: int = 0
    by_shape: dict[str, float] = field(default_factory=dict)

    def show(self, table: str, files: Sequence[Path]) -> None:
        self.inner.show(table, files)

    def run(self, sql: str) -> Any:
        started = time.perf_counter()
        found = self.inner.run(sql)
        took = time.perf_counter() - started
        self.seconds += took
        self.selects += 1
        self.longest = max(self.longest, took)
        self.rows += found.num_rows
        named = next((name for name in _SHAPES if name in sql), "others")
        self.by_shape[named] = self.by_shape.get(named, 0.0) + took
        return found


# By a word only that kind of select has.
_SHAPES = ("first_touches", "opened_on", "late30_cents", "contact_facts", "payment_facts", "posted_facts")


def main() -> None:
    given = arguments(argparse.ArgumentParser(description=__doc__))
    if not all(find_spec(name) for name in ("duckdb", "pyarrow", "sqlglot")):
        print("bench_lake: left out, the packages of requirements-lake.txt are not installed (make lake)")
        return
    print(f"Lake, size {given.size}")
    with engines(given.dir, given.database) as engine_on:
        for kind in KINDS if given.database == "both" else (given.database,):
            bench(engine_on(kind, given.size), given.dir / f"lake-{kind}-{given.size}")


def bench(engine: Engine, folder: Path) -> None:
    from db.lake.engines import summing
    from db.lake.export import export_lake
    from db.lake.reader import refresh_from_lake

    shutil.rmtree(folder, ignore_errors=True)
    done = export_lake(engine, folder, now=NOW)
    size = sum(path.stat().st_size for path in folder.glob("*/*.parquet")) / 1e6
    rows, files = sum(done.rows.values()), done.written
    print(f"{engine.dialect.name}: export {done.seconds:.1f} s, {rows:,} rows, {files} files, {size:.0f} MB")
    for what, full, after in (("full build", True, 1), ("one day", False, 2)):
        now = NOW + timedelta(hours=after)
        if not full:
            _mark_a_day(engine, now)
        with summing("duckdb") as sums:
            timed = Timed(sums)
            started = time.perf_counter()
            export_lake(engine, folder, now=now)
            exported = time.perf_counter() - started
            built = refresh_from_lake(
                engine,
                folder,
                timed,
                lambda reader, now=now, full=full: refresh(  # type: ignore[misc]
                    engine, CALENDARS, now=now, full=full, reader=reader
                ),
                now=now,
            )
        print(
            f"  {what:<11} export {exported:.1f} s, DuckDB's sums {timed.seconds:.2f} s "
            f"({timed.selects} selects, longest {timed.longest:.2f} s, {timed.rows:,} rows), "
            f"whole refresh {built.seconds:.1f} s",
            flush=True,
        )
        for name, seconds in sorted(timed.by_shape.items(), key=lambda one: -one[1]):
            print(f"              {name:<16}{seconds:.2f} s")


def _mark_a_day(engine: Engine, now: Any) -> None:
    """Yesterday's files came again."""
    day = NOW.date() - timedelta(days=1)
    with writing(engine) as connection:
        for client in range(1, 6):
            for source in ("positions", "contacts", "payments", "promises", "posted"):
                mark_dirty(connection, source, client, [day], now)


if __name__ == "__main__":
    main()
