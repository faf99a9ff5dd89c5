"""Rebuilds the counts of different accounts of the marked days: whom each saw first, in each of its spans."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete

from db.bulk import Row, insert_rows
from db.cells import build
from db.cells.cuts import Cuts, load_cuts
from db.cells.follow import COHORT, REACH
from db.cells.marks import Days, by_month, marked, settle
from db.engine import reading, writing
from db.periods import Period
from db.sources import cohort
from db.sources.reach_accounts import COUNTED, LEVELS, first_touches
from db.sources.spans import Open, opens_on
from db.tables.cells import TOUCHED, TOUCHED_SINCE, cohort_cells, reach_cells

_COUNTS = tuple(f"{name}_{span}" for name in TOUCHED for span in TOUCHED_SINCE)


def refresh_reach(engine: Engine, reader: build.Reader) -> int:
    """The accounts told apart by campaign, team and agent; how many client-days were marked."""
    with reading(engine) as connection:
        dirty = marked(connection, REACH)
    months = [days for _, days in by_month(dirty.days)]
    queries = (
        first_touches(fact, set().union(*days.values()), list(days)) for days in months for fact in COUNTED
    )
    found = build.read_all(reader, queries)
    for days in months:
        rows = _reached(days, {fact: next(found) for fact in COUNTED})
        with writing(engine) as connection:
            for client, some in days.items():
                _clear(connection, reach_cells, [client], [reach_cells.c.day.in_(some)])
            insert_rows(connection, reach_cells, list(reach_cells.columns.keys()), rows)
    with writing(engine) as connection:
        settle(connection, REACH, dirty)
    return sum(map(len, dirty.days.values()))


def refresh_cohort(engine: Engine, reader: build.Reader) -> int:
    """The accounts of each opening cut, a span at a time: its days share the cut."""
    with reading(engine) as connection:
        dirty, cuts = marked(connection, COHORT), load_cuts(connection)
    for opened, days, clients in _by_span(dirty.days):
        table = cohort_cells
        spans = [table.c.span == opened[0], table.c.opens_on == opened[1], table.c.day.in_(days)]
        rows = _moved(reader, cuts, opened, days, clients)
        with writing(engine) as connection:
            _clear(connection, table, clients, spans)
            insert_rows(connection, table, list(table.columns.keys()), rows)
    with writing(engine) as connection:
        settle(connection, COHORT, dirty)
    return sum(map(len, dirty.days.values()))


def _clear(
    connection: Connection, table: Table, clients: Collection[int], where: Iterable[ColumnElement[bool]]
) -> None:
    # Levels are named because the key holds them before the day.
    every = table.c.level.in_(LEVELS), table.c.client_id.in_(clients)
    connection.execute(delete(table).where(*every, *where))


def _reached(days: Days, found: Mapping[str, Iterable[Row]]) -> list[Row]:
    """The rows of reach_cells of these days."""
    wanted = {(client, f"{day}") for client, some in days.items() for day in some}
    counts: dict[Row, list[int]] = defaultdict(lambda: [0] * len(_COUNTS))
    for fact, rows in found.items():
        at = [_COUNTS.index(f"{name}_{span}") for name in COUNTED[fact] for span in TOUCHED_SINCE]
        for level, day, client, *rest in rows:
            if (client, day) in wanted:
                held = counts[(level, day, client, *rest[:3])]
                for n, new in zip(at, rest[3:], strict=True):
                    held[n] = int(new or 0)
    _less_members(counts)
    return [(*key, *held) for key, held in counts.items() if any(held)]


def _less_members(counts: Mapping[Row, list[int]]) -> None:
    """Leaves of each agent who changed teams only what her times in them, added up, count too many."""
    for (level, day, client, campaign, _, agent), held in counts.items():
        own = counts.get(("agent", day, client, campaign, 0, agent)) if level == "member" else None
        if own is not None:
            own[:] = [whole - part for whole, part in zip(own, held, strict=True)]


def _by_span(days: Days) -> Iterator[tuple[Open, set[date], list[int]]]:
    """The marked days of each span, for the clients that have the same ones marked."""
    spans: dict[tuple[Open, int], set[date]] = defaultdict(set)
    for client, some in sorted(days.items()):
        for day in some:
            for span in cohort.SPANS:
                spans[(span, opens_on(day)[span]), client].add(day)
    alike: dict[tuple[Open, frozenset[date]], list[int]] = defaultdict(list)
    for (opened, client), some in spans.items():
        alike[opened, frozenset(some)].append(client)
    for (opened, same), clients in alike.items():
        yield opened, set(same), clients


def _moved(
    reader: build.Reader, cuts: Cuts, opened: Open, days: Collection[date], clients: Collection[int]
) -> list[Row]:
    """The agents' rows as they are summed, and the campaigns' added up from them: one account, one owner."""
    counts: dict[Row, list[int]] = defaultdict(lambda: [0, 0])
    span, first = opened
    openings = cuts.opening(Period(start=first, end=first))
    by_cut: dict[date, list[int]] = defaultdict(list)
    for client in clients:
        if client in openings:
            by_cut[openings[client]].append(client)
    for cut, some in sorted(by_cut.items()):
        for day, owner, campaign, *people, bucket, number, worked, paying in reader.rows(
            cohort.changes(days, first, cut, some)
        ):
            for level, owners in (("agent", people), ("campaign", (0, 0))):
                key = (span, f"{first}", day, level, owner, campaign, *owners, bucket, number)
                counts[key][0] += int(worked or 0)
                counts[key][1] += int(paying or 0)
    return [(*key, *found) for key, found in counts.items() if any(found)]
