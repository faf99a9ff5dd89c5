"""Which ticks were taken: each by one process, in the transaction of what it did. Knows no duty."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from db.tables.clock import ticks

Ending = Literal["done", "rested", "missed"]
LIFE = timedelta(days=90)
_MANY = 500  # names in one query


class Taken(Exception):
    """Another process has done what was due."""


def take(
    connection: Connection,
    name: str,
    fire_at: datetime,
    *,
    owner: str,
    now: datetime,
    outcome: Ending | Literal["seen"] = "done",
) -> bool:
    """Whether this transaction is the first. Where two run at once, the second waits and hears no."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"name": name, "fire_at": fire_at, "outcome": outcome, "at": now, "owner": owner}
    made = insert(ticks).values(**row).on_conflict_do_nothing().returning(ticks.c.name)
    return connection.execute(made).first() is not None


def is_taken(connection: Connection, name: str, fire_at: datetime) -> bool:
    query = select(ticks.c.name).where(ticks.c.name == name, ticks.c.fire_at == fire_at)
    return connection.execute(query).first() is not None


def taken_among(
    connection: Connection, due: Iterable[tuple[str, datetime]]
) -> frozenset[tuple[str, datetime]]:
    """Those of the ticks that somebody has taken."""
    wanted = list(due)
    found: set[tuple[str, datetime]] = set()
    for n in range(0, len(wanted), _MANY):
        part = wanted[n : n + _MANY]
        oldest = min(fire_at for _, fire_at in part)
        query = select(ticks.c.name, ticks.c.fire_at).where(
            ticks.c.name.in_([name for name, _ in part]), ticks.c.fire_at >= oldest
        )
        found |= {(name, fire_at) for name, fire_at in connection.execute(query)}
    return frozenset(found & set(wanted))


def first_seen(connection: Connection, names: Iterable[str]) -> dict[str, datetime]:
    """Since when each name is known: what fell due before that was nobody's duty."""
    wanted = list(names)
    found: dict[str, datetime] = {}
    for n in range(0, len(wanted), _MANY):
        query = (
            select(ticks.c.name, func.min(ticks.c.fire_at))
            .where(ticks.c.name.in_(wanted[n : n + _MANY]), ticks.c.outcome == "seen")
            .group_by(ticks.c.name)
        )
        found |= {row[0]: row[1] for row in connection.execute(query)}
    return found


def forget(connection: Connection, now: datetime) -> None:
    """Drops what is long done; the first sight of a name stays."""
    connection.execute(delete(ticks).where(ticks.c.at < now - LIFE, ticks.c.outcome != "seen"))
