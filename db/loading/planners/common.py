"""What the kinds of file share: every column present, defaults, ranges, the merge of one table."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Table, select

from db.loading.columns import INSTANT, add_faults
from db.loading.known import Job
from db.loading.mapping import Typed
from db.loading.pipes import read_frame
from db.loading.plan import ACT, CHANGED, NEW, Insert, Step, Update, compared, sound

_DTYPES: dict[str, Any] = {
    "money": pl.Int64,
    "micros": pl.Int64,
    "percent": pl.Int64,
    "rate": pl.Int64,
    "integer": pl.Int64,
    "day": pl.Date,
    "birth": pl.Date,
    "month": pl.Date,
    "instant": INSTANT,
    "moment": INSTANT,
    "flag": pl.Boolean,
}
_FEW, _PART = 20_000, 5_000


def complete(typed: Typed, defaults: Mapping[str, Any] | None = None) -> pl.DataFrame:
    """Every column of the kind, empty where the file lacks it, and its default where the cell is empty."""
    types = {column: _DTYPES.get(spec, pl.String) for column, spec in typed.choice.shape.types.items()}
    absent = [pl.lit(None, dtype).alias(c) for c, dtype in types.items() if c not in typed.frame.columns]
    rows = typed.frame.with_columns(absent)
    return rows.with_columns(pl.col(c).fill_null(pl.lit(value)) for c, value in (defaults or {}).items())


def in_range(rows: pl.DataFrame, low: int, high: int, *columns: str) -> pl.DataFrame:
    """A value outside its range is a fault; an empty one is not."""
    for column in columns:
        outside = ~rows[column].is_between(low, high).fill_null(value=True)
        rows = add_faults(rows, column, {"out_of_range": outside})
    return rows


def not_before(rows: pl.DataFrame, start: str, end: str, column: str | None = None) -> pl.DataFrame:
    """An end before its start is a fault of the column the file has it in."""
    early = (rows[end] < rows[start]).fill_null(value=False)
    return add_faults(rows, column or end, {"ends_before_start": early})


def of_accounts(job: Job, table: Table, account_ids: pl.Series) -> pl.DataFrame:
    """The rows of a table that these accounts have: few are asked for, of many all are read."""
    query = select(*table.c)
    ids = account_ids.drop_nulls().unique().sort()
    if len(ids) > _FEW:
        return read_frame(job.connection, query).filter(pl.col("account_id").is_in(ids.implode()))
    parts = [ids.slice(start, _PART).to_list() for start in range(0, len(ids), _PART)]
    found = [read_frame(job.connection, query.where(table.c.account_id.in_(part))) for part in parts]
    return pl.concat(found) if found else read_frame(job.connection, query.limit(0))


def acted(
    rows: pl.DataFrame, standing: pl.DataFrame, key: Sequence[str], columns: Mapping[str, bool]
) -> pl.DataFrame:
    """Rows with `_act` and `old_` columns. Both sides carry the table's column names.

    `columns`: name -> whether the file speaks of it; one it does not speak of is set on new rows only.
    """
    return compared(rows, standing, key, _said(columns, key))


def write_steps(
    table: Table, rows: pl.DataFrame, key: Sequence[str], columns: Mapping[str, bool], *, ids: bool = False
) -> list[Step]:
    """New rows in, changed ones set; same ones cost nothing. `ids`: the rows bring their own."""
    good = sound(rows)
    new = good.filter(pl.col(ACT) == NEW).select(*(["id"] if ids else []), *columns)
    changed = good.filter(pl.col(ACT) == CHANGED).select(pl.col("old_id").alias("id"), *_said(columns, key))
    return [Insert(table, new), Update(table, ("id",), changed)]


def _said(columns: Mapping[str, bool], key: Sequence[str]) -> list[str]:
    return [name for name, spoken in columns.items() if spoken and name not in key]


def merge(
    table: Table, rows: pl.DataFrame, standing: pl.DataFrame, key: Sequence[str], columns: Mapping[str, bool]
) -> tuple[pl.DataFrame, list[Step]]:
    """The usual case: compare with what stands, and write what differs."""
    rows = acted(rows, standing, key, columns)
    return rows, write_steps(table, rows, key, columns)
