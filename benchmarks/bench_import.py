"""How fast a file of balances becomes rows, beside the engine's own bulk load of them.

Floor of new rows: executemany (SQLite) or COPY (PostgreSQL) of the finished rows into an identical table,
same keys, in the same run. Floor of a merge: the rows bulk-loaded to staging, and the engine's upsert.
    python -m benchmarks.bench_import [--rows 1000000] [--database sqlite|postgresql|both]
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import Column, Engine, ForeignKeyConstraint, MetaData, Table, select, text
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects import sqlite

from benchmarks import postgres
from db.engine import open_engine, writing
from db.loading import apply
from db.loading.pipes import read_frame, write_frame
from db.tables import facts, metadata, reference

NOW = datetime(2026, 11, 18, 18, tzinfo=UTC)
FIRST_CUT = date(2026, 11, 8)


@dataclass(frozen=True)
class Timed:
    what: str
    rows: int
    seconds: float
    floor: float

    def line(self) -> str:
        ours, theirs = self.rows / self.seconds, self.rows / self.floor
        figures = f"{ours:>9,.0f} rows/s   floor {theirs:>9,.0f} rows/s   ratio {ours / theirs:.2f}"
        return f"  {self.what:<28} {figures}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    given = parser.parse_known_args()[0]
    with tempfile.TemporaryDirectory(prefix="cartera-bench-") as name:
        folder = Path(name)
        if given.database in ("sqlite", "both"):
            _bench(open_engine(f"sqlite:///{folder / 'bench.db'}"), given.rows, folder)
        if given.database in ("postgresql", "both"):
            with postgres.running(folder / "pg") as url:
                _bench(open_engine(url("bench_import")), given.rows, folder)


def _bench(engine: Engine, rows: int, folder: Path) -> None:
    metadata.create_all(engine)
    _portfolio(engine, rows)
    print(f"{engine.dialect.name}, {rows:,} balance rows")
    _timed_load(
        engine, folder, FIRST_CUT - timedelta(days=7), 1000, seed=9
    )  # so that no first time is measured
    for number, what in enumerate(("first cut of every account", "next cut", "next cut, again")):
        as_of = FIRST_CUT + timedelta(days=7 * number)
        seconds = _timed_load(engine, folder, as_of, rows, seed=number)
        print(Timed(what, rows, seconds, _floor_new(engine, as_of)).line(), flush=True)
    seconds = _timed_load(engine, folder, as_of, rows, seed=2, half_changed=True)
    print(Timed("the same cut, half changed", rows, seconds, _floor_merge(engine, as_of)).line(), flush=True)
    engine.dispose()


def _portfolio(engine: Engine, rows: int) -> None:
    account = {
        "id": range(1, rows + 1),
        "client_id": 1,
        "campaign_id": 1,
        "account_no": [f"{n:010d}" for n in range(1, rows + 1)],
        "placed_on": date(2026, 11, 1),
        "balance_cents": 100_000,
        "dpd": 30,
        "bucket": "1-30",
        "bucket_no": 1,
        "special": False,
    }
    with writing(engine) as connection:
        connection.execute(
            reference.clients.insert().values(
                id=1, code="BAN", name="Banco", regime="FINANCIERA", bucket_edges="30|60|90|120|150|180",
                promise_grace_days=2, promise_threshold_pct=100, payment_lag_days=2, pay_accounts="",
            )
        )  # fmt: skip
        connection.execute(
            reference.campaigns.insert().values(id=1, code="C1", client_id=1, name="Uno", kind="COBRANZA")
        )
        write_frame(connection, reference.accounts, pl.DataFrame(account))


def _timed_load(
    engine: Engine, folder: Path, as_of: date, rows: int, *, seed: int, half_changed: bool = False
) -> float:
    """Whole: file, types, names to ids, duplicates, merge, days marked, commit."""
    random = np.random.default_rng(seed)
    cents = random.integers(10_000, 9_000_000, rows) + (np.arange(rows) % 2 if half_changed else 0)
    frame = pl.DataFrame(
        {
            "client_code": "BAN",
            "account_no": [f"{n:010d}" for n in range(1, rows + 1)],
            "as_of": as_of.isoformat(),
            "balance": [f"{c // 100}.{c % 100:02d}" for c in cents.tolist()],
            "dpd": random.integers(0, 200, rows),
            "status": "ASIGNADA",
            "overdue": [f"{c // 200}.00" for c in cents.tolist()],
        }
    ).with_columns(pl.lit(as_of.isoformat()).alias("as_of"))
    path = folder / f"balances-{engine.dialect.name}-{as_of}-{half_changed}.csv"
    frame.sample(fraction=1.0, shuffle=True, seed=seed).write_csv(path)
    started = perf_counter()
    apply(engine, "balances", path, by="bench", now=NOW, rejects=folder / "rejects")
    return perf_counter() - started


def _cut(engine: Engine, as_of: date) -> pl.DataFrame:
    with writing(engine) as connection:
        return read_frame(connection, select(*facts.balances.c).where(facts.balances.c.as_of == as_of))


def _identical(engine: Engine, name: str, *, keys: bool) -> Table:
    """A table as `balances` is: same columns, same primary key and (keys) the same references."""
    columns = [
        Column(c.name, c.type, primary_key=c.primary_key, nullable=c.nullable) for c in facts.balances.c
    ]
    own = MetaData()
    metadata.tables["clients"].to_metadata(own)
    references: list[Any] = []
    if keys:
        for source in ("accounts", "campaigns", "debtors", "file_loads"):
            metadata.tables[source].to_metadata(own)
        for key in facts.balances.foreign_key_constraints:
            target = [f"{e.column.table.name}.{e.column.name}" for e in key.elements]
            references.append(ForeignKeyConstraint(key.column_keys, target))
    table = Table(name, own, *columns, *references, sqlite_with_rowid=False)
    table.drop(engine, checkfirst=True)
    table.create(engine)
    return table


def _floor_new(engine: Engine, as_of: date) -> float:
    table = _identical(engine, "floor_balances", keys=True)
    load = _bulk(table, _cut(engine, as_of).sort("account_id"), engine)
    started = perf_counter()
    with writing(engine) as connection:
        load(connection.connection)
    seconds = perf_counter() - started
    table.drop(engine)
    return seconds


def _bulk(table: Table, rows: pl.DataFrame, engine: Engine) -> Callable[[Any], None]:
    """The driver's own bulk load, of rows already in the driver's form."""
    rows = rows.select(c.name for c in table.c)
    names = ", ".join(rows.columns)
    if engine.dialect.name == "sqlite":
        stored = rows.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d")).rows()
        marks = ", ".join("?" * rows.width)
        return lambda driver: driver.cursor().executemany(
            f"INSERT INTO {table.name} ({names}) VALUES ({marks})", stored
        )
    data = rows.write_csv(include_header=False).encode()

    def copy_in(driver: Any) -> None:
        statement = f"COPY {table.name} ({names}) FROM STDIN (FORMAT csv)"
        with driver.driver_connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(data)

    return copy_in


def _floor_merge(engine: Engine, as_of: date) -> float:
    """The engine's own upsert: the rows as they stand, half of them altered, staged and merged."""
    rows = _cut(engine, as_of)
    target = _identical(engine, "floor_balances", keys=True)
    staging = _identical(engine, "floor_staging", keys=False)
    with writing(engine) as connection:
        _bulk(target, rows.sort("account_id"), engine)(connection.connection)
    odd = pl.col("account_id") % 2 == 1
    altered = rows.with_columns(pl.when(odd).then(pl.col("balance_cents") + 1).otherwise("balance_cents"))
    load = _bulk(staging, altered.sort("account_id"), engine)
    started = perf_counter()
    with writing(engine) as connection:
        load(connection.connection)
        connection.execute(_upsert(target, staging, engine))
    seconds = perf_counter() - started
    staging.drop(engine)
    target.drop(engine)
    return seconds


def _upsert(target: Table, staging: Table, engine: Engine) -> Any:
    insert = pg.insert if engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(target).from_select(
        [c.name for c in target.c], select(*staging.c).where(text("1 = 1"))
    )
    changed = {c.name: statement.excluded[c.name] for c in target.c if not c.primary_key}
    return statement.on_conflict_do_update(index_elements=[c.name for c in target.primary_key], set_=changed)


if __name__ == "__main__":
    main()
