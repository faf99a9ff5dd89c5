"""Messages that wait for Slack or were given up on: which, why, whom it was told, and another try. Knows no
word of them."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from db.tables.house import outbox
from db.tables.letters import letters_told
from db.tables.reference import people

WAITING, DEAD, DROPPED = "waiting", "dead", "deleted"
# What only one person saw, or stood for a moment, has no second life days later.
_PASSING = ("whisper", "respond")
TOLD = "told:"  # the key of a word about others that died: that one's own death is not told of
_REMEMBERED = timedelta(days=60)


@dataclass(frozen=True)
class Letter:
    """One that is dead. `asker`: whose question it answered; `who`: her name, where she is one of ours."""

    id: int
    kind: str
    channel: str
    error: str
    attempts: int
    made_at: datetime
    died_at: datetime | None
    asker: str
    who: str

    @property
    def passing(self) -> bool:
        return self.kind in _PASSING


@dataclass(frozen=True)
class Standing:
    """How many parcels wait and since when the oldest could have gone; how many are dead."""

    waiting: int
    oldest: datetime | None
    dead: int


def dead(connection: Connection, ids: Collection[int] = (), most: int = 200) -> list[Letter]:
    """The newest first; of these alone where they are named."""
    return _read(connection, select(outbox).where(*_dead(ids)).order_by(outbox.c.id.desc()).limit(most))


def untold(connection: Connection, most: int = 200) -> list[Letter]:
    """Of whose death nobody has been told, the oldest first."""
    known = select(letters_told.c.letter).where(
        letters_told.c.letter == outbox.c.id, letters_told.c.died_at == outbox.c.sent_at
    )
    new = (*_dead(()), outbox.c.sent_at.is_not(None), ~outbox.c.key.startswith(TOLD), ~known.exists())
    return _read(connection, select(outbox).where(*new).order_by(outbox.c.id).limit(most))


def note_told(connection: Connection, some: Collection[Letter], now: datetime) -> frozenset[int]:
    """Those that this transaction is the first to tell of, by id."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(delete(letters_told).where(letters_told.c.died_at < now - _REMEMBERED))
    rows = [{"letter": each.id, "died_at": each.died_at} for each in some]
    made = insert(letters_told).values(rows).on_conflict_do_nothing().returning(letters_told.c.letter)
    return frozenset(connection.execute(made).scalars())


def _read(connection: Connection, query: Select[Any]) -> list[Letter]:
    rows = connection.execute(query).all()
    askers = {row.id: _asker(row.body) for row in rows}
    names = _names(connection, {*askers.values(), *(row.channel for row in rows)} - {""})
    return [
        Letter(
            id=row.id,
            kind=row.kind,
            channel=row.channel,
            error=row.error or "",
            attempts=row.attempts,
            made_at=row.made_at,
            died_at=row.sent_at,
            asker=askers[row.id],
            who=names.get(row.channel) or names.get(askers[row.id], ""),
        )
        for row in rows
    ]


def _dead(ids: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    named = (outbox.c.id.in_(ids),) if ids else ()
    return (outbox.c.state == DEAD, *named)


def _asker(body: str | None) -> str:
    held: dict[str, Any] = json.loads(body) if body else {}
    return str(held.get("asker") or held.get("user") or "")


def _names(connection: Connection, users: Collection[str]) -> dict[str, str]:
    query = select(people.c.slack_user_id, people.c.name).where(people.c.slack_user_id.in_(users))
    return {row[0]: row[1] for row in connection.execute(query)}


def revive(connection: Connection, ids: Collection[int], now: datetime) -> int:
    """Due at once, for whichever process looks next; it looks in Slack first whether they are there."""
    free: dict[str, Any] = {"state": WAITING, "owner": None, "lease_until": None, "attempts": 0}
    again = update(outbox).where(outbox.c.state == DEAD, outbox.c.id.in_(ids))
    values = {**free, "next_at": now, "error": None, "sent_at": None}
    return len(connection.execute(again.values(**values).returning(outbox.c.id)).all())


def drop(connection: Connection, ids: Collection[int]) -> int:
    """Given up for good: what they said goes, that they were is kept for a while."""
    gone = update(outbox).where(outbox.c.state == DEAD, outbox.c.id.in_(ids))
    values = {"state": DROPPED, "body": None, "content": None}
    return len(connection.execute(gone.values(**values).returning(outbox.c.id)).all())


def standing(connection: Connection, now: datetime) -> Standing:
    """What hangs below a message not sent yet is not due."""
    due = (outbox.c.state == WAITING, or_(outbox.c.next_at <= now, outbox.c.lease_until.is_not(None)))
    count, oldest = connection.execute(select(func.count(), func.min(outbox.c.made_at)).where(*due)).one()
    died = connection.execute(select(func.count()).where(outbox.c.state == DEAD)).scalar_one()
    return Standing(count, oldest, died)
