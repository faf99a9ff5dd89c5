"""What the edge keeps in the database: events already taken, and which threads are conversations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from db.audit import Entry, record
from db.engine import reading, writing
from db.tables.house import inbox, threads
from db.tables.reference import people

INBOX_LIFE = timedelta(days=7)
CONTINUES = timedelta(minutes=30)
KEY = 120


@dataclass(frozen=True)
class Records:
    engine: Engine

    def claim(self, keys: Sequence[str], now: datetime) -> bool:
        """Whether this event is new. Slack redelivers, and sends one text under two event ids:
        a single key already taken means somebody answers, or has answered."""
        with writing(self.engine) as connection:
            new = [_take(connection, key[:KEY], now) for key in keys]
        return all(new)

    def forget(self, now: datetime) -> None:
        """Drops keys too old to come again; Slack gives up after minutes."""
        with writing(self.engine) as connection:
            connection.execute(delete(inbox).where(inbox.c.taken_at < now - INBOX_LIFE))

    def speaks_in(self, place: str, thread: str) -> bool:
        """Whether the bot has answered in that thread."""
        here = (threads.c.place == place) & (threads.c.thread == thread)
        with reading(self.engine) as connection:
            return connection.execute(select(threads.c.thread).where(here)).first() is not None

    def continue_last(self, place: str, thread: str, now: datetime) -> None:
        """A message typed below the threads of a direct message goes on from the latest of them."""
        latest = (
            select(threads.c.request)
            .where(threads.c.place == place, threads.c.updated_at > now - CONTINUES)
            .order_by(threads.c.updated_at.desc())
            .limit(1)
        )
        with writing(self.engine) as connection:
            request = connection.execute(latest).scalar()
            if request is None:
                return
            row = {"place": place, "thread": thread, "request": request, "updated_at": now}
            connection.execute(_insert(connection, threads).values(**row).on_conflict_do_nothing())

    def rename_thread(self, place: str, before: str, after: str) -> None:
        """A slash command has no message yet: its thread goes by another name until the answer has a ts."""
        here = (threads.c.place == place) & (threads.c.thread == before)
        with writing(self.engine) as connection:
            connection.execute(update(threads).where(here).values(thread=after))

    def turned_away(self, user: str, entrance: str, place: str, key: str, now: datetime) -> None:
        """Leaves a trace of whom the edge refused before the desk saw her."""
        reason = key.removeprefix("slack.")
        entry = Entry(now, None, user, entrance, place, None, None, "denied", reason, rows=0, took_ms=0)
        with writing(self.engine) as connection:
            record(connection, entry)

    def person_name(self, slack_user_id: str) -> str | None:
        """How the agency calls whom a message mentions."""
        named = select(people.c.name).where(people.c.slack_user_id == slack_user_id)
        with reading(self.engine) as connection:
            return connection.execute(named).scalar()


def _take(connection: Connection, key: str, now: datetime) -> bool:
    # RETURNING, because psycopg gives no row count for an insert that may do nothing.
    row = _insert(connection, inbox).values(key=key, taken_at=now)
    taken = connection.execute(row.on_conflict_do_nothing().returning(inbox.c.key))
    return taken.first() is not None


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(table)
