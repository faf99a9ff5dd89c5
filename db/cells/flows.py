"""Rebuilds the cells of what happened over days: contacts, payments, promises taken and due."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import Connection, Engine, Table, delete

from db.bulk import Row, insert_rows
from db.cells import build
from db.cells.cuts import Cuts, load_cuts
from db.cells.follow import after_flow
from db.cells.marks import Days, by_month, marked, note_built, settle
from db.engine import reading, writing
from db.periods import Period
from db.sources import Window


def refresh_flow(engine: Engine, source: str, now: datetime, reader: build.Reader) -> int:
    """The cells of the marked days, a calendar month at a time; how many client-days they were."""
    with reading(engine) as connection:
        dirty = marked(connection, source)
        cuts = load_cuts(connection)
    months = list(by_month(dirty.days))
    read = [(table, summed) for table, summed in build.FLOWS[source] if table not in build.COARSER]
    queries = (
        build.sums(source, table, summed, _window(month, days, cuts, now.date()), list(days))
        for month, days in months
        for table, summed in read
    )
    found = build.read_all(reader, queries)
    for _, days in months:
        _write(engine, source, days, {table: next(found) for table, _ in read}, now)
    with writing(engine) as connection:
        after_flow(connection, source, dirty.days, now)
        settle(connection, source, dirty)
    return sum(map(len, dirty.days.values()))


def _window(month: Period, days: Days, cuts: Cuts, today: date) -> Window:
    every = set().union(*days.values())
    return Window(today=today, period=Period(start=min(every), end=max(every)), openings=cuts.opening(month))


def _write(engine: Engine, source: str, days: Days, found: dict[Table, list[Row]], now: datetime) -> None:
    """The rows of one month's marked days, and the tables that are summed from others."""
    wanted = {(client, day.isoformat()) for client, some in days.items() for day in some}
    kept = {
        table: [row for row, of in zip(rows, _days(table, rows), strict=True) if of in wanted]
        for table, rows in found.items()
    }
    for table, summed in build.FLOWS[source]:
        if table in build.COARSER:
            finer = build.COARSER[table]
            kept[table] = build.coarser(finer, kept[finer], table, summed)
    counts = Counter(pair for table, rows in kept.items() for pair in _days(table, rows))
    with writing(engine) as connection:
        for table, rows in kept.items():
            _replace(connection, table, days, rows)
        each = ((client, day) for client, some in days.items() for day in some)
        note_built(connection, source, {(c, d): counts[c, d.isoformat()] for c, d in each}, now)


def _replace(connection: Connection, table: Table, days: Days, rows: list[Row]) -> None:
    for client, some in days.items():
        connection.execute(delete(table).where(table.c.client_id == client, table.c.day.in_(some)))
    insert_rows(connection, table, list(table.columns.keys()), rows)


def _days(table: Table, rows: list[Row]) -> Iterator[tuple[object, object]]:
    """Each row's client and day."""
    names = list(table.columns.keys())
    client_at, day_at = names.index("client_id"), names.index("day")
    return ((row[client_at], row[day_at]) for row in rows)
