"""Keeps what a search found: each breach once, each day's reach, each rule's blind spots. Judges nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from db.tables.law import breaches, searched_counts, searched_days

if TYPE_CHECKING:
    from db.law.scan import Searched

OPEN = "open"
SLICE = 500


@dataclass(frozen=True)
class Breach:
    """One record that broke one rule."""

    rule: str
    version: int
    severity: str
    record: str
    record_id: int
    client_id: int
    campaign_id: int
    supervisor_id: int
    agent_id: int
    account_id: int
    channel: str
    happened_at: datetime
    happened_on: date
    evidence: Mapping[str, Any]


def keep(connection: Connection, searched: "Searched", now: datetime) -> int:
    """How many were new. Nothing, where another process has searched the same rows meanwhile."""
    if not _advance(connection, searched, now):
        return 0
    _count(connection, searched)
    return keep_breaches(connection, searched.breaches, now)


def keep_breaches(connection: Connection, found: Sequence[Breach], now: datetime) -> int:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(breaches).on_conflict_do_nothing(index_elements=["rule", "record", "record_id"])
    new = 0
    for at in range(0, len(found), SLICE):
        rows = [
            {
                **asdict(each),
                "evidence": json.dumps(each.evidence, ensure_ascii=False, sort_keys=True),
                "state": OPEN,
                "owner_id": 0,
                "found_at": now,
            }
            for each in found[at : at + SLICE]
        ]
        new += len(connection.execute(statement.values(rows).returning(breaches.c.id)).all())
    return new


def _advance(connection: Connection, searched: "Searched", now: datetime) -> bool:
    """The day's mark moves on from where this search began, or not at all."""
    table = searched_days
    mark = {
        "rows": searched.rows,
        "top_id": searched.top_id,
        "digest": searched.digest,
        "searched_at": now,
    }
    if searched.above:
        moved = update(table).where(table.c.day == searched.day, table.c.top_id == searched.above)
        return connection.execute(moved.values(**mark)).rowcount == 1
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    anew = insert(table).values(day=searched.day, **mark)
    connection.execute(anew.on_conflict_do_update(index_elements=["day"], set_=mark))
    return True


def _count(connection: Connection, searched: "Searched") -> None:
    """A day searched whole counts anew; one that goes on adds to what was counted."""
    table, counts = searched_counts, dict(searched.counts)
    if searched.above:
        for row in connection.execute(select(table).where(table.c.day == searched.day)):
            all_, unknown = counts.get((row.client_id, row.rule), (0, 0))
            counts[row.client_id, row.rule] = all_ + row.contacts, unknown + row.unknown
    connection.execute(delete(table).where(table.c.day == searched.day))
    rows = [
        {"day": searched.day, "client_id": client, "rule": rule, "contacts": all_, "unknown": unknown}
        for (client, rule), (all_, unknown) in counts.items()
    ]
    if rows:
        connection.execute(table.insert(), rows)
