"""Rebuilds what stands at a cut: position cells, and the migration matrices between cuts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from sqlalchemy import Connection, Engine, delete, func, select

from db.bulk import insert_rows
from db.cells import build
from db.cells.cuts import Cuts, load_cuts, openings_in_use
from db.cells.marks import Days, by_day, mark, marked, note_built, settle
from db.engine import reading, writing
from db.periods import add_months, month_of
from db.sources import Window
from db.tables import cells, facts

Pair = tuple[date, date]


def refresh_stand(engine: Engine, now: datetime) -> dict[str, int]:
    """Position cells of the marked days, then every matrix they, or a payment between cuts, belong to."""
    with reading(engine) as connection:
        dirty, moved = marked(connection, "positions"), marked(connection, "payments")
        wanted = _cuts_to_build(connection, dirty.days)
    for day, clients in by_day(wanted):
        _build_day(engine, day, clients, now)
    pairs = _pairs_to_build(engine, wanted, dirty.days, moved.days)
    for opened, clients, closed in _by_opening(pairs):
        _build_matrices(engine, opened, closed, clients)
    with writing(engine) as connection:
        _forget(connection, dirty.days, wanted, now)
        _mark_cohorts(connection, wanted, now)
        settle(connection, "positions", dirty)
    return {
        "positions": sum(map(len, wanted.values())),
        "migrations": sum(map(len, pairs.values())),
    }


def _cuts_to_build(connection: Connection, dirty: Days) -> Days:
    """The marked days that are cuts: a position file came, or no file ever came before that day.

    A placement stands in at every cut until a file names it, so a mark that is no cut touches the later ones.
    """
    built = load_cuts(connection).days
    table = facts.balances
    found: Days = {}
    for client, days in dirty.items():
        of_client = table.c.client_id == client
        sent = select(table.c.as_of).where(of_client, table.c.as_of.in_(days)).distinct()
        files = set(connection.execute(sent).scalars())
        first = connection.execute(select(func.min(table.c.as_of)).where(of_client)).scalar()
        before = {d for d in days if first is None or d < first}
        # Once files come, of the days before the first only the last placement can open a period.
        found[client] = files | (before if first is None else set(sorted(before)[-1:]))
        placements = days - found[client]
        if placements:
            found[client] |= {cut for cut in built.get(client, ()) if cut >= min(placements)}
    return found


def _build_day(engine: Engine, day: date, clients: list[int], now: datetime) -> None:
    window = Window(today=now.date(), cuts=dict.fromkeys(clients, day))
    table = cells.position_cells
    with reading(engine) as connection:
        rows = build.sums(connection, "positions", table, build.POSITION_SUMS, window, clients)
    names = list(table.columns.keys())
    counts = dict.fromkeys(((client, day) for client in clients), 0)
    for row in rows:
        counts[int(row[names.index("client_id")] or 0), day] += int(row[names.index("accounts")] or 0)
    coarse = cells.position_campaign_cells
    with writing(engine) as connection:
        for each, some in ((table, rows), (coarse, build.coarser(table, rows, coarse, build.POSITION_SUMS))):
            connection.execute(delete(each).where(each.c.day == day, each.c.client_id.in_(clients)))
            insert_rows(connection, each, list(each.columns.keys()), some)
        note_built(connection, "positions", counts, now)


def _pairs_to_build(engine: Engine, built: Days, dirty: Days, moved: Days) -> dict[Pair, list[int]]:
    with reading(engine) as connection:
        cuts = load_cuts(connection)
    pairs: dict[Pair, list[int]] = defaultdict(list)
    for client in sorted(set(dirty) | set(moved)):
        changed = built.get(client, set()) | dirty.get(client, set())
        for pair in _pairs_in_use(cuts, client):
            if set(pair) & changed or any(pair[0] < d <= pair[1] for d in moved.get(client, ())):
                pairs[pair].append(client)
    return pairs


def _pairs_in_use(cuts: Cuts, client: int) -> Iterator[Pair]:
    days = cuts.days.get(client, ())
    for closed in days:
        for opened in openings_in_use(closed, days):
            yield opened, closed


def _by_opening(pairs: Mapping[Pair, list[int]]) -> Iterator[tuple[date, list[int], list[date]]]:
    """The closing cuts of each opening one, for the clients that share them."""
    grouped: dict[tuple[date, tuple[int, ...]], list[date]] = defaultdict(list)
    for (opened, closed), clients in sorted(pairs.items()):
        grouped[opened, tuple(clients)].append(closed)
    for (opened, clients_), closed_ in grouped.items():
        yield opened, list(clients_), closed_


def _build_matrices(engine: Engine, opened: date, closed: list[date], clients: list[int]) -> None:
    with reading(engine) as connection:
        rows = build.matrices(connection, opened, closed, clients)
    table, coarse = cells.migration_cells, cells.migration_campaign_cells
    with writing(engine) as connection:
        for each, some in ((table, rows), (coarse, build.coarser(table, rows, coarse, build.MIGRATION_SUMS))):
            of_pairs = (
                each.c.opened_on == opened,
                each.c.closed_on.in_(closed),
                each.c.client_id.in_(clients),
            )
            connection.execute(delete(each).where(*of_pairs))
            insert_rows(connection, each, list(each.columns.keys()), some)


def _forget(connection: Connection, dirty: Days, wanted: Days, now: datetime) -> None:
    """A marked day that is no cut any more keeps no cells."""
    for client, days in dirty.items():
        gone = days - wanted.get(client, set())
        if gone:
            for table in (cells.position_cells, cells.position_campaign_cells):
                connection.execute(delete(table).where(table.c.client_id == client, table.c.day.in_(gone)))
            note_built(connection, "positions", {(client, day): 0 for day in gone}, now)


def _mark_cohorts(connection: Connection, built: Days, now: datetime) -> None:
    """Payment cells know which accounts their month's opening cut held: a new cut marks the month after."""
    table = cells.built_days
    for client, days in built.items():
        months = {month_of(add_months(day.replace(day=1), 1)) for day in days}
        query = select(table.c.day).where(table.c.source == "payments", table.c.client_id == client)
        paid = [d for d in connection.execute(query).scalars() if any(m.holds(d) for m in months)]
        mark(connection, "payments", {client: paid}, now)
