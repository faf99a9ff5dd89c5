"""Rebuilds what stands at a cut: position cells, and the migration matrices between cuts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice, product, starmap
from typing import Any

from sqlalchemy import Connection, Engine, Select, delete, select

from db.bulk import Row, insert_rows
from db.cells import build
from db.cells.cuts import Cuts, files_of, load_cuts, openings_in_use
from db.cells.follow import after_cuts
from db.cells.marks import Days, by_day, mark, marked, note_built, settle
from db.cells.openings import Slots, drop_changed, load_kept
from db.engine import reading, writing
from db.periods import add_months, month_of
from db.sources.kept import matrices_at
from db.tables import cells, facts

Pair = tuple[date, date]
ClientDay = tuple[int, date]


def refresh_stand(engine: Engine, now: datetime, reader: build.Reader) -> dict[str, int]:
    """Position cells of the marked days, then every matrix they, or a payment between cuts, belong to."""
    with reading(engine) as connection:
        dirty, moved = marked(connection, "positions"), marked(connection, "payments")
        wanted, kept = _cuts_to_build(connection, dirty.days), load_kept(connection)
    changed = {client: days | wanted[client] for client, days in dirty.days.items()}
    with writing(engine) as connection:
        kept = drop_changed(connection, kept, changed)
        gone = _forget(connection, dirty.days, wanted, now)
    if not isinstance(reader, build.FromDatabase):
        kept = {}
    cuts = _cuts_after(engine, wanted)
    days, jobs = list(by_day(wanted)), _matrix_jobs(cuts, changed, moved.days, gone, kept)
    queries = chain(starmap(build.positions, days), (job.query for job in jobs))
    found = build.read_all(reader, queries, whole=True)
    for (day, clients), rows in zip(days, islice(found, len(days)), strict=True):
        _write_day(engine, day, clients, rows, now)
    with reading(engine) as connection:
        built = load_cuts(connection)
    if built != cuts:  # a marked day held no account after all
        jobs = _matrix_jobs(built, changed, moved.days, gone, kept)
        found = build.read_all(reader, (job.query for job in jobs), whole=True)
    for job, rows in zip(jobs, found, strict=True):
        _write_matrices(engine, job, rows)
    with writing(engine) as connection:
        _drop_unused(connection, built, changed)
        _mark_cohorts(connection, wanted, now)
        changed = {client: days | wanted.get(client, set()) for client, days in dirty.days.items()}
        after_cuts(connection, changed, now)
        settle(connection, "positions", dirty)
    moved_between = sum(len(job.pairs) * len(job.clients) for job in jobs)
    return {"positions": sum(map(len, wanted.values())), "migrations": moved_between}


def _cuts_to_build(connection: Connection, dirty: Days) -> Days:
    """The marked days that are cuts: a position file came, or no file ever came before that day.

    A placement stands in at every cut until a file names it, so a mark that is no cut touches the later ones.
    """
    built = load_cuts(connection).days
    found: Days = {}
    for client, days in dirty.items():
        sent = files_of(connection, client)
        files = days & set(sent)
        before = {d for d in days if not sent or d < sent[0]}
        # Once files come, of the days before the first only the last placement can open a period.
        found[client] = files | (before if not sent else set(sorted(before)[-1:]))
        placements = days - found[client]
        if placements:
            found[client] |= {cut for cut in built.get(client, ()) if cut >= min(placements)}
    return found


def _cuts_after(engine: Engine, wanted: Days) -> Cuts:
    """The cuts there will be if every day to build holds an account."""
    with reading(engine) as connection:
        built = load_cuts(connection).days
    clients = sorted(built.keys() | {client for client, days in wanted.items() if days})
    return Cuts({c: tuple(sorted({*built.get(c, ()), *wanted.get(c, ())})) for c in clients})


def _write_day(engine: Engine, day: date, clients: list[int], rows: list[Row], now: datetime) -> None:
    table, coarse = cells.position_cells, cells.position_campaign_cells
    names = list(table.columns.keys())
    counts = dict.fromkeys(((client, day) for client in clients), 0)
    for row in rows:
        counts[int(row[names.index("client_id")] or 0), day] += int(row[names.index("accounts")] or 0)
    summed = build.coarser(table, rows, coarse, build.POSITION_SUMS)
    with writing(engine) as connection:
        for each, some in ((table, rows), (coarse, summed)):
            connection.execute(delete(each).where(each.c.day == day, each.c.client_id.in_(clients)))
            insert_rows(connection, each, list(each.columns.keys()), some)
        note_built(connection, "positions", _with_empty_files(connection, counts), now)


def _with_empty_files(connection: Connection, counts: Mapping[ClientDay, int]) -> dict[ClientDay, int]:
    """A file that says everything was paid off is a cut like any other, of a portfolio of nothing."""
    table = facts.balances
    found = dict(counts)
    for (client, day), n in counts.items():
        sent = select(table.c.as_of).where(table.c.client_id == client, table.c.as_of == day)
        if not n and connection.execute(sent.limit(1)).first():
            found[client, day] = 1
    return found


@dataclass(frozen=True)
class _Job:
    """One read, and the matrices it gives."""

    query: Select[Any]
    clients: tuple[int, ...]
    pairs: tuple[Pair, ...]


def _matrix_jobs(cuts: Cuts, changed: Days, moved: Days, gone: Days, kept: Mapping[int, Slots]) -> list[_Job]:
    """One scan of a closing cut where its openings are kept; else one of an opening for all its closings."""
    jobs, others = [], defaultdict(list)
    for client in sorted(set(changed) | set(moved)):
        slots = kept.get(client, {})
        for closed, opened in sorted(_closings(cuts, client, changed, moved, gone).items()):
            if opened <= set(slots.values()):
                used = {slot: day for slot, day in slots.items() if day in opened}
                pairs = tuple((day, closed) for day in used.values())
                jobs.append(_Job(matrices_at(client, used, closed), (client,), pairs))
            else:
                for day in opened:
                    others[day, closed].append(client)
    for first, clients, last in _by_opening(others):
        pairs = tuple((first, day) for day in last)
        jobs.append(_Job(build.matrices(first, last, clients), tuple(clients), pairs))
    return jobs


def _closings(cuts: Cuts, client: int, changed: Days, moved: Days, gone: Days) -> dict[date, set[date]]:
    """The client's closing cuts with a matrix to build, each with the openings of those."""
    found: dict[date, set[date]] = defaultdict(set)
    days, touched = cuts.days.get(client, ()), changed.get(client, set())
    between = moved.get(client, set()) | gone.get(client, set())
    for closed in days:
        for opened in openings_in_use(closed, days):
            if {opened, closed} & touched or any(opened < day <= closed for day in between):
                found[closed].add(opened)
    return found


def _by_opening(pairs: Mapping[Pair, list[int]]) -> Iterator[tuple[date, list[int], list[date]]]:
    """The closing cuts of each opening one, for the clients that share them."""
    grouped: dict[tuple[date, tuple[int, ...]], list[date]] = defaultdict(list)
    for (opened, closed), clients in sorted(pairs.items()):
        grouped[opened, tuple(clients)].append(closed)
    for (opened, clients_), closed_ in grouped.items():
        yield opened, list(clients_), closed_


def _write_matrices(engine: Engine, job: _Job, rows: list[Row]) -> None:
    table, coarse = cells.migration_cells, cells.migration_campaign_cells
    summed = build.coarser(table, rows, coarse, build.MIGRATION_SUMS)
    with writing(engine) as connection:
        for each, some in ((table, rows), (coarse, summed)):
            for opened, closed in job.pairs:
                connection.execute(
                    delete(each).where(
                        each.c.closed_on == closed,
                        each.c.opened_on == opened,
                        each.c.client_id.in_(job.clients),
                    )
                )
            insert_rows(connection, each, list(each.columns.keys()), some)


def _drop_unused(connection: Connection, cuts: Cuts, changed: Days) -> None:
    """A cut that came late, or is none any more, changes what a later one is compared with."""
    coarse = cells.migration_campaign_cells
    for client in changed:
        days = cuts.days.get(client, ())
        used = {(opened, closed) for closed in days for opened in openings_in_use(closed, days)}
        stored = select(coarse.c.opened_on, coarse.c.closed_on).where(coarse.c.client_id == client).distinct()
        for opened, closed in {(o, c) for o, c in connection.execute(stored)} - used:
            for each in (cells.migration_cells, coarse):
                pair = (each.c.closed_on == closed, each.c.opened_on == opened, each.c.client_id == client)
                connection.execute(delete(each).where(*pair))


def _forget(connection: Connection, dirty: Days, wanted: Days, now: datetime) -> Days:
    """A marked day that is no cut any more keeps no cells; gives those days."""
    found = {client: gone for client, days in dirty.items() if (gone := days - wanted.get(client, set()))}
    for client, gone in found.items():
        for table in (cells.position_cells, cells.position_campaign_cells):
            connection.execute(delete(table).where(table.c.client_id == client, table.c.day.in_(gone)))
        note_built(connection, "positions", {(client, day): 0 for day in gone}, now)
    return found


def _mark_cohorts(connection: Connection, built: Days, now: datetime) -> None:
    """Cells of money know their month's opening cut, and who was in it: a new cut marks the month after."""
    table = cells.built_days
    for source, (client, days) in product(("payments", "posted"), built.items()):
        months = {month_of(add_months(day.replace(day=1), 1)) for day in days}
        query = select(table.c.day).where(table.c.source == source, table.c.client_id == client)
        paid = [d for d in connection.execute(query).scalars() if any(m.holds(d) for m in months)]
        mark(connection, source, {client: paid}, now)
