"""Rows of the database as Arrow tables, typed, and Arrow tables as rows in storage form. Knows no file."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
from sqlalchemy import BigInteger, Boolean, Column, Connection, Date, Integer, Select, SmallInteger

from db.bulk import Row
from db.lake.shape import Held
from db.tables.types import Instant

BATCH = 200_000  # rows in memory, and in a row group
MOMENT = pa.timestamp("us", tz="UTC")


def schema_of(held: Held) -> pa.Schema:
    return pa.schema([pa.field(c.name, _type(c), nullable=bool(c.nullable)) for c in held.columns])


def _type(column: Column[Any]) -> pa.DataType:
    """Days are DATE, instants TIMESTAMP in UTC, money whole centavos: no engine has to guess from text."""
    kinds: tuple[tuple[type, pa.DataType], ...] = (
        (Instant, MOMENT),
        (Date, pa.date32()),
        (Boolean, pa.bool_()),
        (BigInteger, pa.int64()),
        (SmallInteger, pa.int16()),
        (Integer, pa.int32()),
    )
    return next((arrow for kind, arrow in kinds if isinstance(column.type, kind)), pa.string())


def read(connection: Connection, held: Held, query: Select[Any]) -> Iterator[pa.Table]:
    """The rows of the select, some at a time, as the driver gives them: no type of SQLAlchemy's is asked."""
    sql = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
    found = connection.exec_driver_sql(sql, execution_options={"stream_results": True})
    schema = schema_of(held)
    for rows in found.partitions(BATCH):
        columns = zip(*rows, strict=True)
        arrays = [_array(values, field.type) for values, field in zip(columns, schema, strict=True)]
        yield pa.Table.from_arrays(arrays, schema=schema)


def _array(values: Sequence[Any], wanted: pa.DataType) -> pa.Array:
    """SQLite keeps days and instants as text, and booleans as 0 and 1; Arrow reads them faster."""
    if wanted == MOMENT and any(isinstance(value, str) for value in values):
        return pa.array(values, pa.string()).cast(pa.timestamp("us")).cast(MOMENT)
    if wanted == MOMENT:
        return pa.array(values, MOMENT)
    return pa.array(values).cast(wanted)


def stored_rows(table: pa.Table) -> list[Row]:
    """As db/cells/build.stored makes them, a column at a time: days as text, every number whole."""
    columns = [_stored(column).to_pylist() for column in table.columns]
    return list(zip(*columns, strict=True))


def _stored(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_date(kind):
        return column.cast(pa.string())
    if pa.types.is_decimal(kind) or pa.types.is_boolean(kind):
        return column.cast(pa.int64())  # a part of a centavo would be refused here, not rounded
    if pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column
    if pa.types.is_null(kind):
        return column
    raise TypeError(f"a cell holds no {kind}")
