"""Writes the facts to Parquet files: only the days whose facts changed, and what no mark covers whole."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import ColumnElement, Connection, Engine, Select, func, select

from db.engine import reading
from db.lake.arrow import read, schema_of
from db.lake.manifest import Manifest, Part, alone, read_manifest, sweep, write_manifest
from db.lake.shape import HELD, Held, shape
from db.lake.state import digests, more_than, state_of

CHUNK = 500_000  # keys a file, where a table has no day
NONE = "none"  # the file of a table that has no rows, so that an engine knows its columns
Parts = dict[str, Part]


@dataclass(frozen=True)
class Exported:
    """Files written and kept, the rows the lake holds by table, and the seconds it took."""

    written: int
    kept: int
    rows: dict[str, int]
    seconds: float

    def json(self) -> dict[str, object]:
        return {
            "written": self.written,
            "kept": self.kept,
            "rows": self.rows,
            "seconds": round(self.seconds, 3),
        }


def export_lake(engine: Engine, folder: Path, *, now: datetime) -> Exported:
    """The lake as one snapshot of the database has it; files whose days did not change stay as they are."""
    started = perf_counter()
    with alone(folder):
        before = read_manifest(folder)
        number = _number(before)
        with reading(engine) as connection:
            state = state_of(connection)
            old = before.tables if before else {}
            tables = {
                held.name: _parts(connection, folder, held, number, old.get(held.name, {})) for held in HELD
            }
        manifest = Manifest(number, now.isoformat(), shape(), state, tables)
        write_manifest(folder, manifest)
        sweep(folder, manifest, before)
    kept = _files(old) & _files(tables)
    return Exported(len(_files(tables) - kept), len(kept), manifest.rows(), perf_counter() - started)


def _files(tables: dict[str, Parts]) -> set[str]:
    return {part.file for parts in tables.values() for part in parts.values()}


def _number(before: Manifest | None) -> int:
    return before.number + 1 if before else 1


def renew(engine: Engine, folder: Path, manifest: Manifest, held: Held, sums: list[str]) -> Manifest:
    """The lake with one of the tables that a refresh works out written anew."""
    with alone(folder), reading(engine) as connection:
        # Somebody may have exported since: no file of theirs is written over.
        number = max(_number(read_manifest(folder)), manifest.number + 1)
        parts = _parts(connection, folder, held, number, {})
        renewed = manifest.with_table(number, held.name, parts, sums)
        write_manifest(folder, renewed)
    return renewed


def restamp(engine: Engine, folder: Path, manifest: Manifest) -> None:
    """After a refresh that read this lake: its marks are settled and its days built, and no fact changed.

    Without it the next export would write every day again that the refresh built.
    """
    with alone(folder), reading(engine) as connection:
        here = read_manifest(folder)
        if here is None or here.number != manifest.number or more_than(connection, manifest.state):
            return
        tables = dict(manifest.tables)
        for held in HELD:
            if held.day is not None:
                tables[held.name] = _told_anew(connection, held, manifest.tables[held.name])
        state = state_of(connection)
        fresh = Manifest(manifest.number, manifest.exported_at, manifest.shape, state, tables)
        write_manifest(folder, fresh)


def _told_anew(connection: Connection, held: Held, parts: Parts) -> Parts:
    newest = max((held.days(name).end for name in parts if name != NONE), default=date.min)
    said = digests(connection, held, newest)
    return {name: Part(part.file, part.rows, said.get(name, "")) for name, part in parts.items()}


def _parts(connection: Connection, folder: Path, held: Held, number: int, before: Parts) -> Parts:
    if held.day is None:
        return dict(_by_key(connection, folder, held, number))
    return dict(_by_day(connection, folder, held, number, before))


def _by_day(
    connection: Connection, folder: Path, held: Held, number: int, before: Parts
) -> Iterator[tuple[str, Part]]:
    """The count is asked of the database each time: a row that came or went without a mark shows too."""
    day = held.table.c[held.day or ""]
    counted = connection.execute(select(day, func.count()).group_by(day))
    counts: dict[date, int] = {on: rows for on, rows in counted}  # noqa: C416  (mypy knows no dict of rows)
    newest = max(counts, default=date.min)
    totals: dict[str, int] = {}
    for on, rows in counts.items():
        totals[held.part(on, newest)] = totals.get(held.part(on, newest), 0) + rows
    said = digests(connection, held, newest)
    for part, total in sorted(totals.items()):
        old, mark = before.get(part), said.get(part, "")
        if old and (old.rows, old.digest) == (total, mark) and (folder / old.file).exists():
            yield part, old
        else:
            days = held.days(part)
            found = read(connection, held, _rows(held, day.between(days.start, days.end)))
            yield part, _write(folder, held, f"{part}.{number}", found, mark)
    if not counts:
        yield NONE, _write(folder, held, f"{NONE}.{number}", (), "")


def _by_key(connection: Connection, folder: Path, held: Held, number: int) -> Iterator[tuple[str, Part]]:
    last = connection.execute(select(func.coalesce(func.max(held.key), 0))).scalar_one()
    for n in range(last // CHUNK + 1):
        within = held.key.between(n * CHUNK, (n + 1) * CHUNK - 1)
        rows = read(connection, held, _rows(held, within))
        yield f"{n:05}", _write(folder, held, f"{n:05}.{number}", rows, "")


def _rows(held: Held, within: ColumnElement[bool]) -> Select[Any]:
    """In the order of days and keys, so that a file's own statistics tell an engine what to leave out."""
    day = [held.table.c[held.day]] if held.day else []
    return select(*held.columns).where(within).order_by(*day, *held.table.primary_key.columns)


def _write(folder: Path, held: Held, name: str, tables: Iterable[pa.Table], digest: str) -> Part:
    """Aside first: a file of this name is whole or is not there."""
    path = folder / held.name / f"{name}.parquet"
    path.parent.mkdir(exist_ok=True)
    aside, rows = path.with_suffix(".parquet.part"), 0
    with pq.ParquetWriter(aside, schema_of(held), compression="zstd") as writer:
        for table in tables:
            writer.write_table(table)
            rows += table.num_rows
    aside.replace(path)
    return Part(path.relative_to(folder).as_posix(), rows, digest)
