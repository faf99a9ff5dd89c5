"""The days to rebuild: reads the marks, settles them, keeps the list of days that are built."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select

from db.cells.cuts import days_of
from db.dirty import mark_dirty
from db.periods import Period, month_of
from db.tables import cells, facts
from db.tables.agency import agreements
from db.tables.reference import accounts, clients

Days = dict[int, set[date]]  # client id -> days

_FACTS: dict[str, tuple[ColumnElement[Any], ColumnElement[Any]]] = {
    "positions": (facts.balances.c.client_id, facts.balances.c.as_of),
    "contacts": (facts.contacts.c.client_id, facts.contacts.c.started_on),
    "payments": (facts.payments.c.client_id, facts.payments.c.paid_on),
    "posted": (facts.payments.c.client_id, facts.payments.c.posted_on),
    "promises": (facts.promises.c.client_id, facts.promises.c.made_on),
    "promises_due": (facts.promises.c.client_id, facts.promises.c.due_on),
    "agreements": (agreements.c.client_id, agreements.c.agreed_on),
}


@dataclass(frozen=True)
class Marked:
    """The days of a source to rebuild, and the newest mark among them."""

    days: Days
    newest: datetime | None


def grouped(pairs: Iterable[tuple[int, date]]) -> Days:
    found: Days = defaultdict(set)
    for client, day in pairs:
        found[client].add(day)
    return dict(found)


def marked(connection: Connection, source: str) -> Marked:
    table = cells.dirty_days
    query = select(table.c.client_id, table.c.day, table.c.since).where(table.c.source == source)
    rows = connection.execute(query).all()
    return Marked(grouped((r.client_id, r.day) for r in rows), max((r.since for r in rows), default=None))


def settle(connection: Connection, source: str, done: Marked) -> None:
    """Take the marks away; one made since they were read stays for the next refresh."""
    table = cells.dirty_days
    for client, days in done.days.items():
        connection.execute(
            delete(table).where(
                table.c.source == source,
                table.c.client_id == client,
                table.c.day.in_(days),
                table.c.since <= done.newest,
            )
        )


def mark(connection: Connection, source: str, days: Mapping[int, Collection[date]], now: datetime) -> None:
    for client, some in sorted(days.items()):
        mark_dirty(connection, source, client, some, now)


def mark_everything(connection: Connection, now: datetime) -> None:
    """Every day that holds facts, every placement, and every day that already has cells."""
    for source, (client, day) in _FACTS.items():
        mark(connection, source, _days(connection, client, day), now)
    placed = select(accounts.c.client_id, accounts.c.placed_on).distinct()
    mark(connection, "positions", grouped((row[0], row[1]) for row in connection.execute(placed)), now)
    built = cells.built_days
    for source in _FACTS:
        rows = select(built.c.client_id, built.c.day).where(built.c.source == source)
        mark(connection, source, grouped((r.client_id, r.day) for r in connection.execute(rows)), now)


def _days(connection: Connection, client: ColumnElement[Any], day: ColumnElement[Any]) -> Days:
    """The days that hold rows, a client's own where an index knows them; else every client's: a day with
    nothing of a client costs nothing, and telling them apart would read every row."""
    ids = connection.execute(select(clients.c.id)).scalars().all()
    if day is facts.balances.c.as_of:
        return {each: set(days_of(connection, day, client == each)) for each in ids}
    every = set(days_of(connection, day))
    return {each: every for each in ids if every}


def note_built(
    connection: Connection, source: str, counts: Mapping[tuple[int, date], int], now: datetime
) -> None:
    """Keep which days hold rows; a day that lost its last row is forgotten."""
    table = cells.built_days
    for client, days in grouped(counts).items():
        connection.execute(
            delete(table).where(table.c.source == source, table.c.client_id == client, table.c.day.in_(days))
        )
    rows = [
        {"source": source, "client_id": client, "day": day, "rows": n, "built_at": now}
        for (client, day), n in sorted(counts.items())
        if n
    ]
    if rows:
        connection.execute(table.insert(), rows)


def by_day(days: Days) -> Iterator[tuple[date, list[int]]]:
    """Each day with its clients, oldest first."""
    turned: dict[date, list[int]] = defaultdict(list)
    for client, some in sorted(days.items()):
        for day in some:
            turned[day].append(client)
    yield from sorted(turned.items())


def by_month(days: Days) -> Iterator[tuple[Period, Days]]:
    """The marked days of each calendar month, oldest first."""
    months: dict[date, Days] = defaultdict(lambda: defaultdict(set))
    for client, some in days.items():
        for day in some:
            months[day.replace(day=1)][client].add(day)
    for first, found in sorted(months.items()):
        yield month_of(first), dict(found)
