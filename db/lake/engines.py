"""DuckDB in this process and Spark over the network: each runs a statement over a lake's files. Nothing more.

Both take the cells' own selects, in PostgreSQL's SQL, as sqlglot words them for that engine.
"""

import socket
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp

from db.lake.faults import LakeFault

_PORT = 15002  # Spark Connect's own
_PATIENCE = 10.0  # seconds


class Summing(Protocol):
    """An engine with a view a table."""

    dialect: str

    def show(self, table: str, files: Sequence[Path]) -> None: ...

    def run(self, sql: str) -> pa.Table: ...


class InDuckDb:
    """One machine, in this process, nothing to start."""

    dialect = "duckdb"

    def __init__(self, connection: "duckdb.DuckDBPyConnection") -> None:
        self._connection = connection

    def show(self, table: str, files: Sequence[Path]) -> None:
        self._connection.read_parquet([str(file) for file in files]).create_view(table, replace=True)

    def run(self, sql: str) -> pa.Table:
        return self._connection.sql(sql).to_arrow_table()


class InSpark:
    """Whatever speaks Spark Connect: a cluster of many machines, or a small server beside the tests.

    Its workers read the files themselves: the lake's folder must be theirs too, under the same path.
    """

    dialect = "spark"

    def __init__(self, session: Any) -> None:
        self._session = session

    def show(self, table: str, files: Sequence[Path]) -> None:
        paths = [file.as_uri() for file in files]
        self._session.read.parquet(*paths).createOrReplaceTempView(table)

    def run(self, sql: str) -> pa.Table:
        return self._session.sql(sql).toArrow()


@contextmanager
def summing(engine: str, url: str | None = None) -> Iterator[Summing]:
    """The engine by its name; Spark by the `sc://` address it listens on."""
    if engine == "duckdb":
        with duckdb.connect(":memory:", config={"temp_directory": tempfile.gettempdir()}) as connection:
            yield InDuckDb(connection)
    else:
        with _session(url or f"sc://localhost:{_PORT}") as session:
            yield InSpark(session)


@contextmanager
def _session(url: str) -> Iterator[Any]:
    address = urlsplit(url)
    try:
        # Asked first: the client itself would go on trying for minutes.
        socket.create_connection((address.hostname or "", address.port or _PORT), _PATIENCE).close()
        session = _open(url)
        session.conf.set("spark.sql.session.timeZone", "UTC")
    except (OSError, ValueError) as error:
        raise LakeFault("lake_no_spark", url=url) from error
    try:
        yield session
    finally:
        session.stop()


def _open(url: str) -> Any:
    with warnings.catch_warnings():
        # It warns of the pandas that is installed, and nothing here passes through pandas.
        warnings.simplefilter("ignore", FutureWarning)
        from pyspark.sql.connect.session import SparkSession

        return SparkSession.builder.remote(url).create()


def worded(sql: str, dialect: str) -> str:
    """PostgreSQL's SQL in another engine's words.

    An order inside a select that another one reads is only a hint, which Spark misreads beside DISTINCT.
    """
    whole = sqlglot.parse_one(sql, read="postgres")
    for each in whole.find_all(exp.Select):
        if each is not whole and each.args.get("limit") is None:
            each.set("order", None)
    said: str = whole.sql(dialect=dialect)
    return said
