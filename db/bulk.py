"""Puts many rows into a table at the driver's own speed, inside the caller's transaction. Knows no merge.

Values come in storage form, the same for both engines: days as 'YYYY-MM-DD', instants as UTC
'YYYY-MM-DD HH:MM:SS.ffffff' (`instant_text`), booleans as 0 and 1, money as whole centavos.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.schema import AddConstraint, DropConstraint

Row = Sequence[int | str | None]


def instant_text(at: datetime) -> str:
    """The text SQLAlchemy itself would store on SQLite, so that both ways of writing compare alike."""
    if at.tzinfo is None:
        raise ValueError("a naive datetime has no moment: attach its zone first")
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Plain inserts: a row that breaks a key or a reference fails the whole transaction."""
    unknown = [name for name in columns if name not in table.c]
    if unknown:
        raise ValueError(f"{table.name} has no column {', '.join(unknown)}")
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        _insert_sqlite(driver, table.name, columns, rows)
    else:
        _copy_postgres(driver, table.name, columns, rows)


def _insert_sqlite(driver: Any, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    marks = ", ".join("?" * len(columns))
    # The one SQL string of this file, of names checked against the table: no select could say it faster.
    driver.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608


def _copy_postgres(driver: Any, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    with driver.cursor() as cursor:
        # Text without a zone is read in the session's zone, and ours is UTC.
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


@contextmanager
def checked_at_end(connection: Connection, *tables: Table) -> Iterator[None]:
    """On PostgreSQL, checks references in one pass at the end: row by row they cost seven times the load.

    The constraints are dropped and added back inside the caller's transaction, so nobody ever sees them gone,
    and a row that breaks one still fails everything. SQLite checks as it goes, at little cost.
    """
    keys = [key for table in tables for key in table.foreign_key_constraints]
    if connection.dialect.name == "sqlite":
        keys = []
    for key in keys:
        connection.execute(DropConstraint(key))
    yield
    for key in keys:
        # Isolated, it would be left out of any table made later by this process.
        connection.execute(AddConstraint(key, isolate_from_table=False))


def advance_keys(connection: Connection, *tables: Table) -> None:
    """After rows were written with keys of their own: PostgreSQL's counters go on from the highest."""
    if connection.dialect.name == "sqlite":
        return
    for table in tables:
        highest = connection.execute(select(func.max(table.c.id))).scalar()
        if highest is not None:
            connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), highest)))
