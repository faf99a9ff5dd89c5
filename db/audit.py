"""The record of what was asked and done, and what a thread last spoke of. Knows no wording."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from db.tables.house import audit, threads
from db.trail.chain import append

SAID_MAX = 500
THREAD_LIFE = timedelta(days=30)


@dataclass(frozen=True)
class Entry:
    """One question or order, whatever became of it."""

    at: datetime
    person_id: int | None
    actor: str
    entrance: str
    place: str | None
    said: str | None
    request: Mapping[str, Any] | None
    outcome: str
    reason: str | None
    rows: int
    took_ms: int
    ref: str | None = None


@dataclass(frozen=True)
class Effect:
    """What an action changed, or would have: ids before and after, and whom it touches."""

    action: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    people: tuple[int, ...] = ()
    proposal: str | None = None
    undoes: int | None = None  # the number of the row it takes back


def record(connection: Connection, entry: Entry) -> int:
    """The number of the row; it is part of whatever the transaction does."""
    return append(connection, _row(entry))


def record_effect(connection: Connection, entry: Entry, effect: Effect) -> int:
    """The same for an action, also for a try that was denied: `entry.outcome` says what became of it."""
    change = {"before": effect.before, "after": effect.after}
    people = sorted(set(effect.people))
    done = {
        "action": effect.action[:40],
        "proposal": effect.proposal,
        "undoes": effect.undoes,
        "concerns": f",{','.join(map(str, people))}," if people else None,
        "change": _storable(_json(change)) if any(change.values()) else None,
    }
    return append(connection, _row(entry) | done)


def last_row(connection: Connection, proposal: str) -> int | None:
    """The number of the last row that tells of a change by this proposal."""
    query = select(func.max(audit.c.id)).where(audit.c.proposal == proposal)
    return connection.execute(query).scalar()


def proposal_of(connection: Connection, row: int) -> str | None:
    """Of which proposal that row of the record tells."""
    return connection.execute(select(audit.c.proposal).where(audit.c.id == row)).scalar()


def concerned_by(connection: Connection, row: int | None) -> tuple[int, ...]:
    """Whom that change touched, as it was recorded."""
    held = connection.execute(select(audit.c.concerns).where(audit.c.id == row)).scalar()
    return tuple(int(each) for each in (held or "").strip(",").split(",") if each)


def times_done(connection: Connection, action: str, person: int, since: datetime) -> int:
    """How often this person did it."""
    query = select(func.count()).where(
        audit.c.action == action, audit.c.person_id == person, audit.c.at >= since, audit.c.outcome == "done"
    )
    return connection.execute(query).scalar_one()


def _row(entry: Entry) -> dict[str, Any]:
    said = entry.said[:SAID_MAX] if entry.said is not None else None
    return {
        "at": entry.at,
        "person_id": entry.person_id,
        "actor": entry.actor[:80],
        "entrance": entry.entrance,
        "place": entry.place,
        "said": _storable(said),
        "request": _json(entry.request),
        "outcome": entry.outcome,
        "reason": entry.reason[:60] if entry.reason else None,
        "rows": entry.rows,
        "took_ms": entry.took_ms,
        "ref": entry.ref,
    }


def _storable(text: str | None) -> str | None:
    """PostgreSQL keeps no NUL, and neither database a lone surrogate."""
    if text is None:
        return None
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _json(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)


def remember(
    connection: Connection, place: str, thread: str, request: Mapping[str, Any], at: datetime
) -> None:
    """The thread now speaks of this request."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"request": _json(request), "updated_at": at}
    connection.execute(
        insert(threads)
        .values(place=place, thread=thread, **row)
        .on_conflict_do_update(index_elements=["place", "thread"], set_=row)
    )


def forget(connection: Connection, now: datetime) -> None:
    """Drops the threads that nobody touched for a month."""
    connection.execute(delete(threads).where(threads.c.updated_at < now - THREAD_LIFE))


def recall(connection: Connection, place: str, thread: str) -> dict[str, Any] | None:
    """The `{intent: fields}` the thread last spoke of."""
    here = (threads.c.place == place) & (threads.c.thread == thread)
    stored = connection.execute(select(threads.c.request).where(here)).scalar()
    return None if stored is None else dict(json.loads(stored))
