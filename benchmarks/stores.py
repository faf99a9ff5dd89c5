"""Where the benchmarks keep the agency: a SQLite file, a PostgreSQL, a folder of Parquet; made once.

Knows how to write fast into an empty database, nothing of what is measured.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import polars as pl
from sqlalchemy import Engine, Index, Table, inspect

from benchmarks import postgres
from benchmarks.agency import SIZES, Agency
from db.bulk import advance_keys
from db.engine import learn_sizes, open_engine, writing
from db.loading.pipes import write_frame
from db.tables import metadata

KINDS = ("sqlite", "postgresql")


def arguments(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """What every benchmark over the agency asks. Others' options are left alone: one call runs them all."""
    parser.add_argument("--size", choices=tuple(SIZES), default="S")
    parser.add_argument("--database", choices=(*KINDS, "both"), default="both")
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "cartera-bench")
    return parser.parse_known_args()[0]


@contextmanager
def engines(folder: Path, database: str) -> Iterator[Callable[[str, str], Engine]]:
    """A function from (kind, size) to an engine on that agency, filled the first time it is asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    opened: list[Engine] = []

    def on(url: str, size: str) -> Engine:
        engine = open_engine(url)
        opened.append(engine)
        _fill_once(engine, size)
        return engine

    def sqlite(kind: str, size: str) -> Engine:
        if kind == "postgresql":
            raise ValueError("PostgreSQL was not asked for")
        return on(f"sqlite:///{folder / size}.db", size)

    if database == "sqlite":
        yield sqlite
    else:
        with postgres.running(folder / "pg") as url:
            yield (
                lambda kind, size: (
                    on(url(f"agency_{size.lower()}"), size) if kind == "postgresql" else (sqlite(kind, size))
                )
            )
            _dispose(opened)
    _dispose(opened)


def _dispose(opened: list[Engine]) -> None:
    for engine in opened:
        engine.dispose()


def _fill_once(engine: Engine, size: str) -> None:
    if inspect(engine).has_table("bench_ready"):
        return
    started = perf_counter()
    metadata.drop_all(engine)
    metadata.create_all(engine)
    fill(engine, Agency(SIZES[size]))
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE bench_ready (at INTEGER)")
    print(f"  {engine.dialect.name} {size}: facts written in {perf_counter() - started:.0f} s", flush=True)


def fill(engine: Engine, agency: Agency) -> None:
    """Every table, indexes last; references are not checked: the rows are ours."""
    indexes = [index for table in metadata.sorted_tables for index in table.indexes]
    written: list[Table] = []
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        if engine.dialect.name == "sqlite":
            driver.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
            driver.execute("PRAGMA synchronous=OFF")  # type: ignore[union-attr]
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        _each(indexes, lambda index: index.drop(connection))
        for table, frame in agency.tables():
            write_frame(connection, table, frame)
            written.append(table)
        _each(indexes, lambda index: index.create(connection))
        advance_keys(connection, *{t for t in written if "id" in t.c})
        connection.commit()
    engine.dispose()  # the connection kept its settings
    learn_sizes(engine)


def _each(indexes: list[Index], do: Callable[[Index], None]) -> None:
    for index in indexes:
        do(index)


def parquet(folder: Path, size: str) -> Path:
    """The same tables as files: one folder a table, one file a frame."""
    lake = folder / f"lake_{size}"
    if not (lake / "ready").exists():
        count: dict[str, int] = {}
        for table, frame in Agency(SIZES[size]).tables():
            number = count[table.name] = count.get(table.name, 0) + 1
            (lake / table.name).mkdir(parents=True, exist_ok=True)
            for column in table.columns:
                if column.name not in frame.columns:
                    frame = frame.with_columns(pl.lit(None, pl.Int64).alias(column.name))
            frame.select(c.name for c in table.columns).write_parquet(
                lake / table.name / f"{number:03d}.parquet"
            )
        (lake / "ready").touch()
    return lake
