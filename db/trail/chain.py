"""Adds rows to the record, one after another whoever writes, and retires the oldest by its only door."""

import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from db.engine import reading
from db.tables.house import audit, audit_head
from db.trail.anchor import drop_anchor, newest
from db.trail.seal import COVERED, Seal, seal_of

ONLY = 1
BLANK = dict.fromkeys(COVERED)
_OURS = "cartera_audit"
_HEAD = select(audit_head).where(audit_head.c.id == ONLY)
_LOCKED = _HEAD.with_for_update()
_ADD = insert(audit)
_MOVE = (
    update(audit_head)
    .where(audit_head.c.id == ONLY)
    .values({name: bindparam(f"new_{name}") for name in ("seq", "mac", "base", "base_mac", "at", "seal")})
)


@dataclass(frozen=True)
class Head:
    """How far the chain has come, and after which row it begins."""

    seq: int
    mac: str
    base: int
    base_mac: str
    seal: str | None = None

    @property
    def sealed_parts(self) -> tuple[Any, ...]:
        return self.seq, self.mac, self.base, self.base_mac


def append(connection: Connection, row: Mapping[str, Any]) -> int:
    """The number of the new row. Others who write wait for this transaction from here to its end."""
    seal, head = seal_of(connection), _lock(connection)
    if head.seq and head.seq % seal.every == 0 and not _is_ours(connection):
        drop_anchor(seal, head.seq, head.mac, head.base)
    new = {**BLANK, **row, "id": head.seq + 1}
    new["mac"] = seal.row(head.mac, new)
    connection.execute(_ADD, new)
    _move(connection, seal, Head(head.seq + 1, new["mac"], head.base, head.base_mac))
    return head.seq + 1


def retire(connection: Connection, before: datetime) -> int:
    """The only way a row leaves: the oldest, up to the first that is not older. How many went."""
    seal, head = seal_of(connection), _lock(connection)
    first = select(func.min(audit.c.id)).where(audit.c.at >= before)
    kept = connection.execute(first).scalar()
    last = head.seq if kept is None else kept - 1
    mac = connection.execute(select(audit.c.mac).where(audit.c.id == last)).scalar()
    gone = connection.execute(select(func.count()).where(audit.c.id <= last)).scalar_one()
    if last > head.base and mac is not None:
        _move(connection, seal, Head(head.seq, head.mac, last, mac))
    connection.execute(delete(audit).where(audit.c.id <= last))
    return gone


def anchor(engine: Engine) -> None:
    """Writes down where the chain stands, if it has moved since the last time."""
    with reading(engine) as connection:
        seal, head = seal_of(connection), head_of(connection)
    last = newest(seal.anchor)
    moved = last is None or head is None or (last.mac, last.base) != (head.mac, head.base)
    if head and head.seq and moved:
        drop_anchor(seal, head.seq, head.mac, head.base)


def head_of(connection: Connection) -> Head | None:
    found = connection.execute(_HEAD).first()
    return None if found is None else _as_head(found)


def _lock(connection: Connection) -> Head:
    found = connection.execute(_LOCKED).first()
    if found is None:
        _begin(connection)
        found = connection.execute(_LOCKED).one()
    return _as_head(found)


def _as_head(row: Row[Any]) -> Head:
    return Head(row.seq, row.mac, row.base, row.base_mac, row.seal)


def _begin(connection: Connection) -> None:
    """A head where there is none. In place of one that was removed it excuses no row before it."""
    last = connection.execute(select(audit.c.id, audit.c.mac).order_by(audit.c.id.desc()).limit(1)).first()
    seq, mac = (last.id, last.mac or "") if last else (0, "")
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = {"id": ONLY, "seq": seq, "mac": mac, "base": 0, "base_mac": "", "at": datetime.now(UTC)}
    connection.execute(dialect.insert(audit_head).values(**row).on_conflict_do_nothing())


def _move(connection: Connection, seal: Seal, head: Head) -> None:
    values = {**vars(head), "at": datetime.now(UTC), "seal": seal.note(*head.sealed_parts)}
    connection.execute(_MOVE, {f"new_{name}": value for name, value in values.items()})
    connection.info[_OURS] = weakref.ref(connection.get_transaction())


def _is_ours(connection: Connection) -> bool:
    """Whether this very transaction wrote the head: it may yet be rolled back, and an anchor may not."""
    marked = connection.info.get(_OURS)
    return marked is not None and marked() is connection.get_transaction()
