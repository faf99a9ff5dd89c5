"""What a file will do to the database: rows new, changed or same, the steps, the days touched.

A preview throws the steps away. Knows no kind of file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl
from sqlalchemy import Connection, Executable, Table, tuple_

from db.dirty import mark_dirty, mark_dirty_since
from db.loading.faults import Note
from db.loading.pipes import update_frame, write_frame
from db.loading.table import FAULT

ACT = "_act"
NEW, CHANGED, SAME = "new", "changed", "same"
_OLD = "old_"


def sound(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with no fault."""
    return rows if rows[FAULT].null_count() == rows.height else rows.filter(pl.col(FAULT).is_null())


@dataclass(frozen=True)
class Insert:
    table: Table
    rows: pl.DataFrame


@dataclass(frozen=True)
class Update:
    """Sets the other columns of the rows the key names."""

    table: Table
    key: tuple[str, ...]
    rows: pl.DataFrame


@dataclass(frozen=True)
class Delete:
    table: Table
    rows: pl.DataFrame  # its columns are the key


@dataclass(frozen=True)
class Run:
    statement: Executable


Step = Insert | Update | Delete | Run


@dataclass(frozen=True)
class Days:
    """These days of these clients: a frame of client_id and day."""

    source: str
    pairs: pl.DataFrame


@dataclass(frozen=True)
class Since:
    """Every built day from the first on, of one source and client or of all."""

    first: date
    source: str | None = None
    client_id: int | None = None


@dataclass
class Plan:
    """`rows` carries `_fault` and, where there is none, `_act`. `covers`: the column of its days,
    `covers_to` that of their ends where a row is of a period."""

    rows: pl.DataFrame
    covers: str | None = None
    covers_to: str | None = None
    steps: list[Step] = field(default_factory=list)
    marks: list[Days | Since] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def good(self) -> pl.DataFrame:
        return sound(self.rows)

    def count(self, act: str) -> int:
        return int(self.rows.select((pl.col(FAULT).is_null() & (pl.col(ACT) == act)).sum()).item())

    def mark(self, source: str, rows: pl.DataFrame, *columns: str) -> None:
        """The days in these columns of these rows; empty ones touch nothing."""
        for column in columns:
            pairs = rows.select("client_id", pl.col(column).alias("day")).drop_nulls().unique()
            if pairs.height:
                self.marks.append(Days(source, pairs))

    def mark_since(self, source: str | None, rows: pl.DataFrame, column: str) -> None:
        """Each client's built days from its first day in this column on."""
        firsts = rows.select("client_id", pl.col(column).alias("day")).drop_nulls()
        for client, first in firsts.group_by("client_id").agg(pl.col("day").min()).rows():
            self.marks.append(Since(first, source, client))


def compared(
    rows: pl.DataFrame, standing: pl.DataFrame, key: Sequence[str], columns: Sequence[str]
) -> pl.DataFrame:
    """`rows` with `_act`, and what stands in `old_` columns. Two empties are equal."""
    old = standing.rename({c: _OLD + c for c in standing.columns if c not in key})
    old = old.with_columns(pl.lit(value=True).alias("_stands"))
    joined = rows.join(old, on=list(key), how="left", maintain_order="left")
    equal = pl.all_horizontal(pl.lit(value=True), *(pl.col(c).eq_missing(pl.col(_OLD + c)) for c in columns))
    act = pl.when(pl.col("_stands").is_null()).then(pl.lit(NEW))
    return joined.with_columns(act.when(equal).then(pl.lit(SAME)).otherwise(pl.lit(CHANGED)).alias(ACT)).drop(
        "_stands"
    )


def merge_steps(
    table: Table, key: tuple[str, ...], rows: pl.DataFrame, insert: Sequence[str], update: Sequence[str]
) -> list[Step]:
    """New rows go in, changed ones are set; same ones cost nothing."""
    new = rows.filter(pl.col(ACT) == NEW).select(insert)
    changed = rows.filter(pl.col(ACT) == CHANGED).select(*key, *(c for c in update if c not in key))
    return [Insert(table, new), Update(table, key, changed)]


def perform(connection: Connection, plan: Plan, load_id: int, now: datetime) -> None:
    """Every step in order, then the marks: all in the caller's transaction."""
    for step in plan.steps:
        if isinstance(step, Insert):
            write_frame(connection, step.table, _of_load(step.table, step.rows, load_id))
        elif isinstance(step, Update):
            update_frame(connection, step.table, step.key, _of_load(step.table, step.rows, load_id))
        elif isinstance(step, Delete):
            _delete(connection, step)
        else:
            connection.execute(step.statement)
    for mark in plan.marks:
        if isinstance(mark, Since):
            mark_dirty_since(connection, mark.first, now, source=mark.source, client_id=mark.client_id)
            continue
        for client, days in mark.pairs.group_by("client_id").agg("day").rows():
            mark_dirty(connection, mark.source, client, days, now)


def _of_load(table: Table, rows: pl.DataFrame, load_id: int) -> pl.DataFrame:
    return rows.with_columns(pl.lit(load_id).alias("load_id")) if "load_id" in table.c else rows


def _delete(connection: Connection, step: Delete) -> None:
    columns = [step.table.c[name] for name in step.rows.columns]
    for part in step.rows.iter_slices(500):
        connection.execute(step.table.delete().where(tuple_(*columns).in_(part.rows())))
