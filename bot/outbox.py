"""What must reach Slack: written with the effect it tells of, sent once. Knows rows, not how Slack is called.

A row waits, leased from its first moment to the process that wrote it, which sends it. Where the lease ran
out that process is gone, and nobody knows whether the row was sent: it has to be looked for in Slack first.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.outgoing import caught, is_public
from db.tables.house import outbox

LEASE = timedelta(seconds=60)
LIFE = timedelta(days=7)  # of a row that is done with
BATCH = 50
Kind = Literal["post", "whisper", "respond", "finish", "file", "update"]


@dataclass(frozen=True)
class Parcel:
    """One thing Slack has to be told. `body` are the call's own arguments; `key` names it for ever.

    An `update` redraws the message of another parcel, whose key its body holds under `of`.
    """

    key: str
    kind: Kind
    team: str
    channel: str
    body: Mapping[str, Any]
    thread: str | None = None
    content: bytes | None = None  # of a file
    delete_at: datetime | None = None
    clear: frozenset[str] = frozenset()  # what its reader may see whole

    @property
    def netted(self) -> "Parcel":
        """As it may leave."""
        body = caught(dict(self.body), self.clear, public=is_public(self.kind, self.channel))
        return replace(self, body=body)


@dataclass(frozen=True)
class Due:
    """A parcel that this process may send for a lease. `doubtful`: it may be there already."""

    id: int
    parcel: Parcel
    made_at: datetime
    doubtful: bool


@dataclass(frozen=True)
class Settled:
    """What became of a parcel: sent (with Slack's name for it), or dead."""

    id: int
    state: Literal["sent", "dead"]
    ts: str | None = None
    error: str | None = None


def put(connection: Connection, parcel: Parcel, owner: str, now: datetime) -> Due | None:
    """Inside the caller's transaction. Leased to the process that writes it; None if it is there already."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    parcel = parcel.netted
    row = {
        "key": parcel.key,
        "kind": parcel.kind,
        "team": parcel.team,
        "channel": parcel.channel,
        "thread": parcel.thread,
        "body": json.dumps(parcel.body, ensure_ascii=False, default=str),
        "content": parcel.content,
        "state": "waiting",
        "owner": owner,
        "lease_until": now + LEASE,
        "next_at": now,
        "made_at": now,
        "delete_at": parcel.delete_at,
    }
    made = insert(outbox).values(**row).on_conflict_do_nothing().returning(outbox.c.id)
    number = connection.execute(made).scalar()
    return None if number is None else Due(number, parcel, now, doubtful=False)


def _waits(now: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until < now)
    return (outbox.c.state == "waiting", outbox.c.next_at <= now, free)


def is_due(connection: Connection, now: datetime) -> bool:
    """Whether there is anything to claim: asked often, and it takes no lock."""
    return connection.execute(select(outbox.c.id).where(*_waits(now)).limit(1)).first() is not None


def claim(connection: Connection, owner: str, now: datetime, most: int = BATCH) -> list[Due]:
    """The oldest parcels that wait and that nobody is sending, now this process's; none whose thread has an
    older one that is somebody else's, or has to wait."""
    older = outbox.alias()
    held = or_(older.c.next_at > now, older.c.lease_until >= now)
    ahead = select(older.c.id).where(*_thread_before(older, outbox.c), held).exists()
    due = select(outbox).where(*_waits(now), ~ahead).order_by(outbox.c.id).limit(most)
    rows = [row._asdict() for row in connection.execute(due.with_for_update(skip_locked=True))]
    mine = {"owner": owner, "lease_until": now + LEASE, "attempts": outbox.c.attempts + 1}
    connection.execute(update(outbox).where(outbox.c.id.in_([row["id"] for row in rows])).values(**mine))
    return [_due(row) for row in rows]


def _thread_before(older: Any, row: Any) -> tuple[ColumnElement[bool], ...]:
    same = (older.c.team == row.team, older.c.channel == row.channel, older.c.thread == row.thread)
    return (*same, older.c.id < row.id, older.c.state == "waiting")


def is_behind(connection: Connection, due: Due, owner: str, now: datetime) -> bool:
    """Whether its thread has an older parcel that waits and is not this process's to send."""
    if due.parcel.thread is None:
        return False
    older, row = outbox.alias(), outbox.alias()
    mine = and_(older.c.owner == owner, older.c.lease_until >= now)
    others = or_(older.c.owner.is_(None), ~mine)
    found = select(older.c.id).where(row.c.id == due.id, *_thread_before(older, row.c), others).limit(1)
    return connection.execute(found).first() is not None


def release(connection: Connection, ids: Sequence[int], owner: str) -> None:
    """Whoever looks next may send them."""
    mine = (outbox.c.id.in_(ids), outbox.c.owner == owner, outbox.c.state == "waiting")
    connection.execute(update(outbox).where(*mine).values(lease_until=None, owner=None))


def _due(row: Mapping[str, Any]) -> Due:
    parcel = Parcel(
        key=row["key"],
        kind=row["kind"],
        team=row["team"],
        channel=row["channel"],
        body=json.loads(row["body"]),
        thread=row["thread"],
        content=row["content"],
        delete_at=row["delete_at"],
    )
    return Due(row["id"], parcel, row["made_at"], doubtful=True)


def extend(connection: Connection, ids: Sequence[int], owner: str, now: datetime) -> frozenset[int]:
    """Those still ours, for another lease. What is missing has been taken over by somebody else."""
    mine = (outbox.c.id.in_(ids), outbox.c.owner == owner, outbox.c.state == "waiting")
    kept = update(outbox).where(*mine).values(lease_until=now + LEASE).returning(outbox.c.id)
    return frozenset(connection.execute(kept).scalars())


def settle(connection: Connection, settled: Sequence[Settled], owner: str, now: datetime) -> None:
    """What has been sent keeps its name, not its content."""
    for each in settled:
        error = each.error[:80] if each.error else None
        row: dict[str, Any] = {"state": each.state, "ts": each.ts, "error": error, "sent_at": now}
        if each.state == "sent":
            row |= {"body": None, "content": None}
        mine = (outbox.c.id == each.id, outbox.c.owner == owner)
        connection.execute(update(outbox).where(*mine).values(lease_until=None, **row))


@dataclass(frozen=True)
class Standing:
    """How far a parcel is, by its key."""

    state: str
    ts: str | None


def standing(connection: Connection, key: str) -> Standing | None:
    """None: it was never put, or it has been forgotten."""
    row = connection.execute(select(outbox.c.state, outbox.c.ts).where(outbox.c.key == key)).first()
    return None if row is None else Standing(*row)


def is_outdated(connection: Connection, due: Due, ts: str | None) -> bool:
    """Whether the message has been drawn anew since with what is newer than this."""
    newer = (outbox.c.id > due.id, outbox.c.kind == "update", outbox.c.state == "sent", outbox.c.ts == ts)
    here = (outbox.c.team == due.parcel.team, outbox.c.channel == due.parcel.channel)
    return connection.execute(select(outbox.c.id).where(*here, *newer).limit(1)).first() is not None


@dataclass(frozen=True)
class Gone:
    """A message that has stood in Slack for as long as it may."""

    id: int
    kind: str
    team: str
    channel: str
    ts: str


def to_delete(connection: Connection, now: datetime, most: int = BATCH) -> list[Gone]:
    due = (outbox.c.state == "sent", outbox.c.delete_at <= now, outbox.c.ts.is_not(None))
    columns = (outbox.c.id, outbox.c.kind, outbox.c.team, outbox.c.channel, outbox.c.ts)
    rows = connection.execute(select(*columns).where(*due).order_by(outbox.c.delete_at).limit(most))
    return [Gone(row.id, row.kind, row.team, row.channel, row.ts or "") for row in rows]


def deleted(connection: Connection, ids: Sequence[int]) -> None:
    connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(state="deleted"))


def forget(connection: Connection, now: datetime) -> None:
    """Drops rows that are done with, but not one whose message has still to be deleted."""
    done = outbox.c.state.in_(("sent", "deleted", "dead")) & (outbox.c.made_at < now - LIFE)
    stands = outbox.c.delete_at.is_not(None) & outbox.c.ts.is_not(None)
    connection.execute(delete(outbox).where(done, ~((outbox.c.state == "sent") & stands)))
