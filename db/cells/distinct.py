"""Rebuilds the counts of different accounts of the marked days: whom each saw first, in each of its spans."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete

from db.bulk import Row, insert_rows
from db.cells import build
from db.cells.cuts import Cuts, load_cuts
from db.cells.follow import COHORT, REACH
from db.cells.marks import Days, by_day, by_month, marked, settle
from db.engine import reading, writing
from db.periods import Period
from db.sources import cohort
from db.sources.reach_accounts import COUNTED, LEVELS, first_touches
from db.sources.spans import SPANS, Open, opens_on
from db.tables.cells import cohort_cells, reach_cells

_REACHED = tuple(name for counted in COUNTED.values() for name in counted)


def refresh_reach(engine: Engine, reader: build.Reader) -> int:
    """The accounts told apart by campaign, team and agent; how many client-days were marked."""
    with reading(engine) as connection:
        dirty = marked(connection, REACH)
    for _, days in by_month(dirty.days):
        found = [(on, clients, _reached(reader, on, clients)) for on, clients in by_day(days)]
        with writing(engine) as connection:
            for on, clients, rows in found:
                spans = [reach_cells.c.opens_on.in_(opens_on(on).values()), reach_cells.c.day == on]
                _replace(connection, reach_cells, clients, spans, rows)
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
            _replace(connection, table, clients, spans, rows)
    with writing(engine) as connection:
        settle(connection, COHORT, dirty)
    return sum(map(len, dirty.days.values()))


def _replace(
    connection: Connection,
    table: Table,
    clients: Collection[int],
    spans: Iterable[ColumnElement[bool]],
    rows: Collection[Row],
) -> None:
    # Spans and levels are named because the key begins with them.
    every = table.c.span.in_(SPANS), table.c.level.in_(LEVELS), table.c.client_id.in_(clients)
    connection.execute(delete(table).where(*every, *spans))
    insert_rows(connection, table, list(table.columns.keys()), rows)


def _reached(reader: build.Reader, on: date, clients: Collection[int]) -> list[Row]:
    counts: dict[Row, list[int]] = defaultdict(lambda: [0] * len(_REACHED))
    spans = [(span, f"{opened}") for span, opened in opens_on(on).items()]
    for fact, names in COUNTED.items():
        for level, client, campaign, supervisor, agent, *new in reader.rows(first_touches(fact, on, clients)):
            told = iter(new)
            for name in names:
                for span, opened in spans:
                    key = (span, opened, f"{on}", level, client, campaign, supervisor, agent)
                    counts[key][_REACHED.index(name)] = int(next(told) or 0)
    return [(*key, *found) for key, found in counts.items() if any(found)]


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
