"""Frames in and out of the database at the driver's own speed, in the caller's transaction. Knows no merge.

SQLite: executemany in, one text that polars reads out. PostgreSQL: COPY both ways, as polars' CSV.
"""

from functools import reduce
from itertools import chain
from typing import Any

import polars as pl
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    Select,
    SmallInteger,
    String,
    Table,
    Text,
    and_,
    bindparam,
    func,
    literal,
    null,
    select,
    type_coerce,
    update,
)
from sqlalchemy.types import TypeEngine

from db.loading.columns import INSTANT
from db.tables.types import Instant

_NULL = "\x01"  # what a NULL is written as on the way out: no text of ours is that
_CELL_END, _ROW_END = "\x1f", "\x1e"
_MARKS = 900  # values bound in one statement; older SQLites take no more than 999
_SLICE = 50_000  # rows handed to the driver at a time, so that a million never stand as tuples at once
_INSTANT_TEXT = "%Y-%m-%d %H:%M:%S%.6f"


def read_frame(connection: Connection, query: Select[Any]) -> pl.DataFrame:
    """What the query gives, typed as the columns are."""
    schema = {column.name: dtype_of(column.type) for column in query.selected_columns}
    if connection.dialect.name == "postgresql":
        return _copy_out(connection, query, schema)
    return _read_sqlite(connection, query, schema)


def _read_sqlite(connection: Connection, query: Select[Any], schema: dict[str, Any]) -> pl.DataFrame:
    """One text that polars reads, twice as fast as tuples; as tuples where that text is not sound."""
    inner = query.subquery()
    cells: list[Any] = [
        _cell(mine, column) for mine, column in zip(query.selected_columns, inner.c, strict=True)
    ]
    row: Any = reduce(lambda sofar, cell: sofar.concat(_CELL_END).concat(cell), cells)
    count, data = connection.execute(
        select(func.count(), func.group_concat(row, _ROW_END)).select_from(inner)
    ).one()
    texts = {name: _as_read(dtype) for name, dtype in schema.items()}
    try:
        frame = pl.read_csv(
            (data or "").encode(),
            has_header=False,
            separator=_CELL_END,
            eol_char=_ROW_END,
            quote_char=None,
            schema=texts,
            null_values=_NULL,
            empty_string_is_null=False,
            raise_if_empty=False,
        )
    except pl.exceptions.PolarsError:
        frame = pl.DataFrame(schema=texts)
    if frame.height != count:  # a text of theirs held one of our marks
        rows = connection.execute(select(*(type_coerce(column, Text) for column in inner.c))).all()
        frame = pl.DataFrame([tuple(r) for r in rows], schema=dict.fromkeys(schema, pl.String), orient="row")
    return frame.with_columns(_from_sqlite(name, dtype) for name, dtype in schema.items())


def _cell(source: Any, column: Any) -> Any:
    """The column as text; one that is never empty needs no mark for it."""
    text = type_coerce(column, Text)
    return text if getattr(source, "nullable", True) is False else func.coalesce(text, _NULL)


def _as_read(dtype: Any) -> Any:
    return pl.String if dtype in (pl.Date, INSTANT) else pl.Int64 if dtype == pl.Boolean else dtype


def _from_sqlite(name: str, dtype: Any) -> pl.Expr:
    """SQLite keeps days and instants as text, and flags as 0 and 1."""
    if dtype == pl.Date:
        return pl.col(name).str.to_date("%Y-%m-%d")
    if dtype == INSTANT:
        texts = pl.col(name).str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us")
        return texts.dt.replace_time_zone("UTC")
    return pl.col(name).cast(pl.Int64).cast(dtype) if dtype == pl.Boolean else pl.col(name).cast(dtype)


def dtype_of(kind: TypeEngine[Any]) -> Any:
    if isinstance(kind, Boolean):
        return pl.Boolean
    if isinstance(kind, (Integer, BigInteger, SmallInteger)):
        return pl.Int64
    if isinstance(kind, Date):
        return pl.Date
    return INSTANT if isinstance(kind, Instant) else pl.String


def _copy_out(connection: Connection, query: Select[Any], schema: dict[str, Any]) -> pl.DataFrame:
    sql = str(query.compile(connection.engine, compile_kwargs={"literal_binds": True})).replace("%%", "%")
    driver: Any = connection.connection.driver_connection
    _begin(connection)
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv, NULL '{_NULL}')") as copy,
    ):
        data = b"".join(bytes(part) for part in copy)
    texts = {name: pl.String if dtype in (pl.Boolean, INSTANT) else dtype for name, dtype in schema.items()}
    if not data:
        return pl.DataFrame(schema=schema)
    frame = pl.read_csv(data, has_header=False, schema=texts, null_values=_NULL, empty_string_is_null=False)
    return frame.with_columns(
        _from_copy(name, dtype) for name, dtype in schema.items() if dtype != texts[name]
    )


def _from_copy(name: str, dtype: Any) -> pl.Expr:
    if dtype == pl.Boolean:
        return (pl.col(name) == "t").alias(name)
    text = pl.col(name).str.replace(r"(\d\d:\d\d:\d\d)\+", "$1.0+")  # PostgreSQL leaves out an empty fraction
    return (
        text.str.to_datetime("%Y-%m-%d %H:%M:%S%.f%#z", time_unit="us")
        .dt.convert_time_zone("UTC")
        .alias(name)
    )


def _begin(connection: Connection) -> None:
    """The driver's own cursor must work in SQLAlchemy's transaction, in UTC."""
    connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")


def write_frame(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    """Plain inserts of the frame's columns; a row that breaks a key fails the whole transaction."""
    if frame.is_empty():
        return
    if connection.dialect.name == "postgresql":
        _copy_in(connection, table, frame)
        return
    frame = frame.select(column.name for column in table.columns if column.name in frame.columns)
    varying = [name for name in frame.columns if not _is_constant(frame[name])] or frame.columns
    together = max(1, _MARKS // len(varying)) if frame.height > _MARKS else 1
    several = _insert_sql(connection, table, frame, varying, together)
    single = _insert_sql(connection, table, frame, varying, 1)
    cursor: Any = connection.connection.cursor()
    for part in frame.select(varying).iter_slices(_SLICE):
        values = list(chain.from_iterable(zip(*(_storable(column) for column in part), strict=True)))
        step = together * len(varying)
        whole = len(values) - len(values) % step
        cursor.executemany(several, (values[at : at + step] for at in range(0, whole, step)))
        cursor.executemany(
            single, (values[at : at + len(varying)] for at in range(whole, len(values), len(varying)))
        )


def _is_constant(values: pl.Series) -> bool:
    return values.null_count() in (0, len(values)) and values.drop_nulls().n_unique() <= 1


def _insert_sql(
    connection: Connection, table: Table, frame: pl.DataFrame, varying: list[str], rows: int
) -> str:
    """Several rows a statement, with the values all rows share written in it: it takes half the time."""
    row: dict[str, Any] = {}
    for name in frame.columns:
        value = None if name in varying else _storable(frame[name].head(1))[0]
        kind = String() if isinstance(value, str) else BigInteger()
        row[name] = null() if value is None else literal(value, kind, literal_execute=True)
    given = [row | {name: bindparam(f"{name}_{n}", None) for name in varying} for n in range(rows)]
    statement = table.insert().values(given)
    return str(statement.compile(connection.engine, compile_kwargs={"render_postcompile": True}))


def _storable(values: pl.Series) -> list[Any]:
    if values.dtype == pl.Date:
        return values.dt.to_string("%Y-%m-%d").to_list()
    if values.dtype == INSTANT:
        return values.dt.to_string(_INSTANT_TEXT).to_list()
    return values.to_list()


def _copy_in(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    instants = [name for name, dtype in frame.schema.items() if dtype == INSTANT]
    frame = frame.with_columns(pl.col(name).dt.to_string(_INSTANT_TEXT) for name in instants)
    names = ", ".join(connection.dialect.identifier_preparer.quote(name) for name in frame.columns)
    driver: Any = connection.connection.driver_connection
    _begin(connection)
    # COPY has no form in SQLAlchemy; the names are our own tables', quoted.
    # An empty cell is NULL and a quoted empty one is an empty text: so polars writes them too.
    sql = (
        f"COPY {connection.dialect.identifier_preparer.format_table(table)} ({names}) FROM STDIN (FORMAT csv)"
    )
    with driver.cursor() as cursor, cursor.copy(sql) as copy:
        for part in frame.iter_slices(_SLICE):
            copy.write(part.write_csv(include_header=False).encode())


def update_frame(connection: Connection, table: Table, key: tuple[str, ...], frame: pl.DataFrame) -> None:
    """Set the frame's other columns on the rows its key names: staged, then one statement."""
    if frame.is_empty():
        return
    # No index on the staging side: the engine then walks it and finds each row of ours by its key.
    staging = Table(
        f"staging_{table.name}",
        MetaData(),
        *(Column(name, table.c[name].type) for name in frame.columns),
        prefixes=["TEMPORARY"],
    )
    staging.create(connection)
    write_frame(connection, staging, frame)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {staging.name}")
    same_row = and_(*(table.c[name] == staging.c[name] for name in key))
    changed = {name: staging.c[name] for name in frame.columns if name not in key}
    connection.execute(update(table).values(changed).where(same_row))
    staging.drop(connection)


def new_ids(connection: Connection, table: Table, count: int, *, reserve: bool) -> list[int]:
    """Keys for rows about to be written, so that children can name them. `reserve`: they will be used."""
    if count == 0:
        return []
    if connection.dialect.name == "postgresql" and reserve:
        sequence = func.pg_get_serial_sequence(table.name, "id")
        numbers = func.generate_series(1, count).table_valued("n")
        return list(connection.execute(select(func.nextval(sequence)).select_from(numbers)).scalars())
    last = connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
    return list(range(last + 1, last + 1 + count))
