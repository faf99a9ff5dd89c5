"""Who said yes to being named before her team. Knows no number."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from db.tables.recognition import recognitions


def willing(connection: Connection, people: Collection[int]) -> frozenset[int]:
    """Those among these who want to be named."""
    query = select(recognitions.c.person_id).where(recognitions.c.person_id.in_(sorted(people)))
    return frozenset(connection.execute(query).scalars())


def want(connection: Connection, person_id: int, now: datetime) -> None:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    made = insert(recognitions).values(person_id=person_id, since=now)
    connection.execute(made.on_conflict_do_nothing())


def want_no_more(connection: Connection, person_id: int) -> None:
    connection.execute(delete(recognitions).where(recognitions.c.person_id == person_id))
