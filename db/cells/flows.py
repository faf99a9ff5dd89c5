"""Rebuilds the cells of what happened over days: contacts, payments, promises taken and due."""

from datetime import date, datetime

from sqlalchemy import Engine, delete

from db.bulk import Row, insert_rows
from db.cells import build
from db.cells.cuts import Cuts, load_cuts
from db.cells.marks import Days, by_month, marked, note_built, settle
from db.engine import reading, writing
from db.periods import Period
from db.sources import Window


def refresh_flow(engine: Engine, source: str, now: datetime) -> int:
    """The cells of the marked days, a calendar month at a time; how many client-days they were."""
    with reading(engine) as connection:
        dirty = marked(connection, source)
        cuts = load_cuts(connection)
    for month, days in by_month(dirty.days):
        _build_month(engine, source, month, days, cuts, now)
    with writing(engine) as connection:
        settle(connection, source, dirty)
    return sum(map(len, dirty.days.values()))


def _build_month(engine: Engine, source: str, month: Period, days: Days, cuts: Cuts, now: datetime) -> None:
    every = set().union(*days.values())
    window = Window(
        today=now.date(),
        period=Period(start=min(every), end=max(every)),
        openings=cuts.opening(month),
    )
    built: list[tuple[int, list[Row]]] = []
    with reading(engine) as connection:
        for n, (table, summed) in enumerate(build.FLOWS[source]):
            built.append((n, build.sums(connection, source, table, summed, window, list(days))))
    with writing(engine) as connection:
        counts: dict[tuple[int, date], int] = {(c, d): 0 for c, some in days.items() for d in some}
        for n, rows in built:
            table, _ = build.FLOWS[source][n]
            names = list(table.columns.keys())
            client_at, day_at = names.index("client_id"), names.index("day")
            for client, some in days.items():
                connection.execute(delete(table).where(table.c.client_id == client, table.c.day.in_(some)))
            wanted = {(client, day.isoformat()) for client, day in counts}
            kept = [row for row in rows if (row[client_at], row[day_at]) in wanted]
            insert_rows(connection, table, names, kept)
            for row in kept:
                counts[int(row[client_at] or 0), date.fromisoformat(str(row[day_at]))] += 1
        note_built(connection, source, counts, now)
