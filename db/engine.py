"""Opens the database, and the two ways in: `reading` (one snapshot, cannot write) and `writing`.

SQLite: WAL, synchronous FULL (NORMAL may lose the last commits at a power cut), writers take their lock
at BEGIN, so two of them queue instead of failing half-way. PostgreSQL: psycopg 3.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, column, create_engine, event, or_, select, table
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_MS = 15_000
# 64 MB of page cache: SQLite's own 2 MB makes every look-up of a large join a system call.
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "cache_size=-65536",
    "mmap_size=1073741824",
)


def open_engine(url: str) -> Engine:
    """An engine for `url`; a SQLite file's folder is made. `postgresql://` means psycopg 3.

    hide_parameters: a statement's error must never print a debtor's data into a log.
    """
    parsed = make_url(url)
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, hide_parameters=True, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed,
        hide_parameters=True,
        connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("cartera_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Stopped(Exception):
    """Whoever asked wants no answer any more."""


class Stop:
    """A question's way out: `request` may be called from any thread, and ends the statement under way."""

    def __init__(self) -> None:
        self._lock, self._cancel = Lock(), _nothing
        self.requested = False

    def request(self) -> None:
        with self._lock:
            self.requested = True
            self._cancel()

    def check(self) -> None:
        if self.requested:
            raise Stopped

    @contextmanager
    def watching(self, connection: Connection) -> Iterator[None]:
        """Raises Stopped out of whatever runs on the connection once a stop is requested."""
        driver: Any = connection.connection.driver_connection
        ends = driver.interrupt if connection.dialect.name == "sqlite" else driver.cancel_safe
        # SQLite interrupts only what runs at that moment: the next statement has to look for itself.
        event.listen(connection, "before_cursor_execute", self._before)
        with self._lock:
            self._cancel = ends
        try:
            yield
            self.check()
        except DBAPIError:
            self.check()
            raise
        finally:
            with self._lock:
                self._cancel = _nothing
            event.remove(connection, "before_cursor_execute", self._before)

    def _before(self, *_: Any) -> None:
        self.check()


def _nothing() -> None:
    return None


@contextmanager
def reading(engine: Engine, stop: Stop | None = None) -> Iterator[Connection]:
    """One consistent, read-only snapshot: a question's several selects see the same instant."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA query_only=ON")
            try:
                with _watched(connection, stop):
                    yield connection
            finally:
                connection.rollback()
                connection.exec_driver_sql("PRAGMA query_only=OFF")
                connection.rollback()
        else:
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            connection = connection.execution_options(**options)
            with _watched(connection, stop):
                yield connection


@contextmanager
def _watched(connection: Connection, stop: Stop | None) -> Iterator[None]:
    if stop is None:
        yield
    else:
        with stop.watching(connection):
            yield


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction: all of it, or nothing."""
    with engine.connect() as connection:
        connection = connection.execution_options(cartera_writes=True)
        with connection.begin():
            yield connection


def learn_sizes(engine: Engine) -> None:
    """Lets the planner know how large the tables have grown: after a first load it guesses badly.

    SQLite looks at a sample, in milliseconds; PostgreSQL does it by itself, only too late for a new cut: it
    takes a day it never saw for a day of few rows. There, only the tables that grew are looked at.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA analysis_limit=400")
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
    else:
        with engine.connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            for name in connection.execute(_grown()).scalars().all():
                connection.exec_driver_sql(f"ANALYZE {connection.dialect.identifier_preparer.quote(name)}")


def _grown() -> Select[str]:
    """PostgreSQL's tables of which more than one row in fifty changed since it last looked."""
    names = ("relname", "n_live_tup", "n_mod_since_analyze", "last_analyze", "last_autoanalyze")
    stats = table("pg_stat_user_tables", *(column(name) for name in names))
    never = and_(stats.c.last_analyze.is_(None), stats.c.last_autoanalyze.is_(None))
    return select(stats.c.relname).where(or_(never, stats.c.n_mod_since_analyze * 50 > stats.c.n_live_tup))
