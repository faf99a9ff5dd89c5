"""Says which days' cells must be built again, in the transaction that changed their facts. Builds nothing."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from db.tables.cells import built_days, dirty_days


def mark_dirty(
    connection: Connection, source: str, client_id: int, days: Collection[date], now: datetime
) -> None:
    """Each day once; a day already waiting takes the new `since`, so a refresh under way cannot clear it."""
    if not days:
        return
    rows = [{"source": source, "client_id": client_id, "day": day, "since": now} for day in sorted(days)]
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(dirty_days)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["source", "client_id", "day"], set_={"since": statement.excluded.since}
        ),
        rows,
    )


def mark_dirty_since(
    connection: Connection,
    first: date,
    now: datetime,
    *,
    source: str | None = None,
    client_id: int | None = None,
) -> None:
    """Every day already built from `first` on, of one source and client or of all: an owner or rule changed.

    Days never built need no mark: they are waiting already.
    """
    built = select(built_days.c.source, built_days.c.client_id, built_days.c.day).where(
        built_days.c.day >= first
    )
    if source is not None:
        built = built.where(built_days.c.source == source)
    if client_id is not None:
        built = built.where(built_days.c.client_id == client_id)
    found: dict[tuple[str, int], list[date]] = {}
    for name, client, day in connection.execute(built):
        found.setdefault((name, client), []).append(day)
    for (name, client), days in found.items():
        mark_dirty(connection, name, client, days, now)
