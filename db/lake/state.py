"""What the database held when a lake was written, and whether it holds more by now. Knows no file.

No clock decides: an import that began before an export may be committed after it. What counts is which file
loads, rows and marks a snapshot saw.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Connection, Integer, Select, case, func, select

from db.lake.shape import HELD, Held
from db.tables.cells import built_days, dirty_days
from db.tables.facts import file_loads

Mark = tuple[str, int, str, str]  # source, client, day, since

_PRIME = 1_000_003  # keeps the sum of large numbers within an integer of the database


@dataclass(frozen=True)
class State:
    """`highest`: the last key of each table that numbers its rows. `sums`: of those no mark covers."""

    loads: tuple[int, int]
    highest: dict[str, int]
    marks: frozenset[Mark]
    sums: dict[str, list[str]]


def state_of(connection: Connection) -> State:
    return State(
        _loads(connection),
        _highest(connection),
        marks(connection),
        {held.name: sums_of(connection, held) for held in HELD if held.day is None},
    )


def more_than(connection: Connection, held: State, own: datetime | None = None) -> bool:
    """Something came since: a file, a row, or a mark. Marks of `own`, a refresh under way, are not news."""
    return (
        _loads(connection) != held.loads
        or _highest(connection) != held.highest
        or not marks(connection, but=own) <= held.marks
    )


def marks(connection: Connection, but: datetime | None = None) -> frozenset[Mark]:
    table = dirty_days
    query = select(table.c.source, table.c.client_id, table.c.day, table.c.since)
    if but is not None:
        query = query.where(table.c.since != but)
    rows = connection.execute(query)
    return frozenset((r.source, r.client_id, r.day.isoformat(), r.since.isoformat()) for r in rows)


def sums_of(connection: Connection, held: Held) -> list[str]:
    """A few sums over every column, so that a row changed in place shows."""
    wanted: list[ColumnElement[Any]] = [func.count()]
    for column in held.columns:
        wanted += _sums(column)
    row = connection.execute(select(*wanted).select_from(held.table)).one()
    return [str(value) for value in row]


def _sums(column: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    if isinstance(column.type, Boolean):
        return [func.sum(case((column, 1), else_=0))]
    if isinstance(column.type, Integer):
        wide = isinstance(column.type, BigInteger)
        return [func.count(column), func.sum(column % _PRIME if wide else column)]
    return [func.count(column), func.min(column), func.max(column)]


def digests(connection: Connection, held: Held, newest: date) -> dict[str, str]:
    """What the marks and the built days of each part say: the same digest means the same facts."""
    built, dirty = built_days, dirty_days
    lines: dict[str, list[str]] = {}
    for table, at in ((built, built.c.built_at), (dirty, dirty.c.since)):
        query: Select[Any] = select(table.c.client_id, table.c.day, at).where(table.c.source == held.source)
        for client, day, moment in connection.execute(query):
            lines.setdefault(held.part(day, newest), []).append(
                f"{table.name} {client} {day} {moment.isoformat()}"
            )
    return {part: digest(said) for part, said in lines.items()}


def digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]


def _loads(connection: Connection) -> tuple[int, int]:
    query = select(func.count(), func.coalesce(func.max(file_loads.c.id), 0)).select_from(file_loads)
    count, last = connection.execute(query).one()
    return count, last


def _highest(connection: Connection) -> dict[str, int]:
    return {
        held.name: connection.execute(select(func.coalesce(func.max(held.key), 0))).scalar_one()
        for held in HELD
        if held.key.name == "id"
    }
