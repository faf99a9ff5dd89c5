"""What the kinds of file share: every column present, defaults, and the merge of one table by its key."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Table

from db.loading.columns import INSTANT
from db.loading.mapping import Typed
from db.loading.plan import ACT, CHANGED, NEW, Insert, Step, Update, compared, sound

_DTYPES: dict[str, Any] = {
    "money": pl.Int64,
    "micros": pl.Int64,
    "integer": pl.Int64,
    "day": pl.Date,
    "birth": pl.Date,
    "month": pl.Date,
    "instant": INSTANT,
    "moment": INSTANT,
    "flag": pl.Boolean,
}


def complete(typed: Typed, defaults: Mapping[str, Any] | None = None) -> pl.DataFrame:
    """Every column of the kind, empty where the file lacks it, and its default where the cell is empty."""
    types = {column: _DTYPES.get(spec, pl.String) for column, spec in typed.choice.shape.types.items()}
    absent = [pl.lit(None, dtype).alias(c) for c, dtype in types.items() if c not in typed.frame.columns]
    rows = typed.frame.with_columns(absent)
    return rows.with_columns(pl.col(c).fill_null(pl.lit(value)) for c, value in (defaults or {}).items())


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
