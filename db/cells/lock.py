"""One refresh at a time, whoever starts it: an older sum must never land over a newer one."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, func, select

_KEY = 727_001  # the advisory lock's number on PostgreSQL


@contextmanager
def only_one(engine: Engine) -> Iterator[None]:
    """Waits for its turn. SQLite lives on one host, so a file beside it is enough."""
    if engine.dialect.name == "sqlite":
        yield from _by_file(engine.url.database)
        return
    with engine.connect() as connection:
        connection.execute(select(func.pg_advisory_lock(_KEY)))
        connection.commit()
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(_KEY)))
            connection.commit()


def _by_file(database: str | None) -> Iterator[None]:
    if not database or database == ":memory:":
        yield
        return
    with Path(f"{database}.refresh-lock").open("w", encoding="ascii") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
