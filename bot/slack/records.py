"""What the edge keeps in the database: events already taken, and which threads are conversations."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from db.audit import Entry, record
from db.engine import reading, writing
from db.tables.house import inbox, outbox, settings, threads
from db.tables.reference import people

INBOX_LIFE = timedelta(days=7)
CONTINUES = timedelta(minutes=30)
KEY = 120


LEASE = timedelta(seconds=30)
DONE = {"work": None, "lease_until": None}


@dataclass(frozen=True)
class Taken:
    """Work that a process has taken: what, where, and who has it."""

    work: str
    place: str
    thread: str
    owner: str


@dataclass(frozen=True)
class Left:
    """Work that its process left behind. `attempts`: how often it was begun again."""

    key: str
    work: str
    attempts: int
    taken_at: datetime


def done(connection: Connection, key: str) -> None:
    """In the transaction of the answer: the work is off the list when the answer is on its way."""
    connection.execute(update(inbox).where(inbox.c.key == key).values(**DONE))


@dataclass(frozen=True)
class Records:
    engine: Engine

    def key(self, key: str) -> str:
        """As it stands in the table."""
        return key[:KEY]

    def claim(
        self, keys: Sequence[str], now: datetime, work: Taken | None = None, again: timedelta | None = None
    ) -> bool:
        """Whether this event is new. Slack redelivers, and sends one text under two event ids: a single key
        already taken means somebody answers, or has answered. `work` is kept under the first key."""
        with writing(self.engine) as connection:
            first = {} if work is None else {**asdict(work), "lease_until": now + LEASE}
            rows = [
                {"key": key[:KEY], "taken_at": now, **(first if n == 0 else {})} for n, key in enumerate(keys)
            ]
            new = [_take(connection, row, again) for row in rows]
            if not all(new) and work is not None and new[0]:
                connection.execute(update(inbox).where(inbox.c.key == rows[0]["key"]).values(**DONE))
        return all(new)

    def beat(self, keys: Sequence[str], owner: str, now: datetime) -> list[str]:
        """Keeps what is under way; returns what somebody has stopped meanwhile."""
        mine = (inbox.c.key.in_(keys), inbox.c.owner == owner, inbox.c.work.is_not(None))
        with reading(self.engine) as connection:
            rows = connection.execute(
                select(inbox.c.key, inbox.c.lease_until, inbox.c.stopped).where(*mine)
            ).all()
        old = [row.key for row in rows if row.lease_until is None or row.lease_until < now + LEASE / 2]
        if old:
            with writing(self.engine) as connection:
                kept = update(inbox).where(inbox.c.key.in_(old), *mine[1:])
                connection.execute(kept.values(lease_until=now + LEASE))
        return [row.key for row in rows if row.stopped]

    def stop(self, channel: str, thread: str) -> None:
        """Marks what is under way in a thread, for whichever process is at it."""
        here = (inbox.c.work.is_not(None), inbox.c.place == channel, inbox.c.thread == thread)
        with writing(self.engine) as connection:
            connection.execute(update(inbox).where(*here).values(stopped=True))

    def take_up(self, owner: str, now: datetime) -> list[Left]:
        """What another process took and did not finish, now this one's; oldest first."""
        left = (inbox.c.work.is_not(None), inbox.c.lease_until < now)
        query = select(inbox).where(*left).order_by(inbox.c.taken_at).with_for_update(skip_locked=True)
        with reading(self.engine) as connection:
            if connection.execute(select(inbox.c.key).where(*left).limit(1)).first() is None:
                return []
        with writing(self.engine) as connection:
            rows = connection.execute(query).mappings().all()
            mine = {"owner": owner, "lease_until": now + LEASE}
            keys = [row["key"] for row in rows]
            connection.execute(update(inbox).where(inbox.c.key.in_(keys)).values(**mine))
        return [Left(row["key"], row["work"], row["attempts"], row["taken_at"]) for row in rows]

    def begin_again(self, key: str) -> None:
        """Before it is done, so that what kills its process is known by it; what only waited is not."""
        with writing(self.engine) as connection:
            again = update(inbox).where(inbox.c.key == key)
            connection.execute(again.values(attempts=inbox.c.attempts + 1))

    def give_up(self, key: str) -> None:
        with writing(self.engine) as connection:
            done(connection, key)

    def forget(self, now: datetime) -> None:
        """Drops keys too old to come again; Slack gives up after minutes."""
        with writing(self.engine) as connection:
            connection.execute(delete(inbox).where(inbox.c.taken_at < now - INBOX_LIFE))

    def speaks_in(self, place: str, thread: str) -> bool:
        """Whether the bot has answered in that thread, or some process of its is about to."""
        answered = select(threads.c.thread).where(threads.c.place == place, threads.c.thread == thread)
        said = select(outbox.c.id).where(outbox.c.channel == place, outbox.c.thread == thread)
        asked = (inbox.c.work.is_not(None), inbox.c.place == place, inbox.c.thread == thread)
        with reading(self.engine) as connection:
            looks = (answered, said.limit(1), select(inbox.c.key).where(*asked).limit(1))
            return any(connection.execute(look).first() is not None for look in looks)

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

    def changed(self, team: str, user: str) -> datetime | None:
        """When Slack last said that this account is another."""
        said = select(inbox.c.taken_at).where(inbox.c.key == _change_of(team, user))
        with reading(self.engine) as connection:
            return connection.execute(said).scalar()

    def note_change(self, team: str, user: str, now: datetime) -> None:
        """For every process: the event comes to one of them."""
        with writing(self.engine) as connection:
            _take(connection, {"key": _change_of(team, user), "taken_at": now}, timedelta(0))

    def known_as(self, channel: str, name: str, registered: frozenset[str]) -> str:
        """The name under which a channel has its limits, also once Slack calls it otherwise."""
        key = f"channel:{channel}"[:40]
        held = select(settings.c.value).where(settings.c.name == key)
        with reading(self.engine) as connection:
            before = connection.execute(held).scalar()
        if name in registered and before != name:
            with writing(self.engine) as connection:
                row = _insert(connection, settings).values(name=key, value=name)
                connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": name}))
        return before if before in registered and name not in registered else name

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


def _take(connection: Connection, row: dict[str, Any], again: timedelta | None) -> bool:
    # RETURNING, because psycopg gives no row count for an insert that may do nothing.
    made = _insert(connection, inbox).values(**row)
    if again is None:
        taken = made.on_conflict_do_nothing()
    else:
        # What is still being answered is not asked again.
        stale = (inbox.c.taken_at < row["taken_at"] - again) & inbox.c.work.is_(None)
        taken = made.on_conflict_do_update(
            index_elements=["key"], set_={**row, "attempts": 0, "stopped": False}, where=stale
        )
    return connection.execute(taken.returning(inbox.c.key)).first() is not None


def _change_of(team: str, user: str) -> str:
    return f"changed:{team}:{user}"[:KEY]


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(table)
