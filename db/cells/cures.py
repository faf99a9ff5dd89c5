"""Keeps cure_results up to date with the cuts: who was cured at each, and the first that shows a relapse."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date

from sqlalchemy import Connection, Engine, bindparam, delete, select, update

from db.bulk import insert_rows
from db.cells import build
from db.cells.cuts import load_cuts
from db.cells.follow import CURES
from db.cells.marks import marked, settle
from db.engine import reading, writing
from db.sources.cures import WATCHED, cures_at, relapsing
from db.tables.cells import cure_results

_TABLE = cure_results
_KEY = ("decide_on", "account_id", "cured_on")
Days = tuple[date, ...]


def refresh_cures(engine: Engine, reader: build.Reader) -> int:
    """The cures of the marked cuts, and every relapse that a cut from the first of them on may show."""
    with reading(engine) as connection:
        dirty, known = marked(connection, CURES), load_cuts(connection).days
    for cut, before, clients in _seen_at(dirty.days, known):
        _cure(engine, reader, cut, before, clients)
    for client, days in sorted(dirty.days.items()):
        _watch(engine, client, known.get(client, ()), min(days))
    with writing(engine) as connection:
        settle(connection, CURES, dirty)
    return sum(map(len, dirty.days.values()))


def _seen_at(
    dirty: Mapping[int, Collection[date]], known: Mapping[int, Days]
) -> Iterator[tuple[date, date | None, list[int]]]:
    """The marked cuts, and those that they are the cut before of, with the cut before each; by clients."""
    found: dict[tuple[date, date | None], list[int]] = defaultdict(list)
    for client, days in sorted(dirty.items()):
        cuts = known.get(client, ())
        for cut in {*days, *(after for day in days for after in cuts[bisect_right(cuts, day) :][:1])}:
            n = bisect_left(cuts, cut)
            follows = n > 0 and cut in cuts[n : n + 1]
            found[cut, cuts[n - 1] if follows else None].append(client)
    for (cut, before), clients in sorted(found.items(), key=lambda pair: pair[0][0]):
        yield cut, before, clients


def _cure(
    engine: Engine, reader: build.Reader, cut: date, before: date | None, clients: Collection[int]
) -> None:
    rows = reader.rows(cures_at(before, cut, clients)) if before else []
    with writing(engine) as connection:
        theirs = _TABLE.c.client_id.in_(clients), _TABLE.c.decide_on == cut + WATCHED
        connection.execute(delete(_TABLE).where(*theirs))
        insert_rows(connection, _TABLE, _TABLE.columns.keys()[:-1], rows)


def _watch(engine: Engine, client: int, cuts: Days, first: date) -> None:
    """What the cuts before `first` showed stands; what it or a later one did is looked up again, in order."""
    mine = _TABLE.c.client_id == client
    with writing(engine) as connection:
        seen = mine, _TABLE.c.decide_on >= first, _TABLE.c.relapsed_on >= first
        connection.execute(update(_TABLE).where(*seen).values(relapsed_on=None))
    for cut in cuts[bisect_left(cuts, first) :]:
        open_still = mine, _TABLE.c.decide_on >= cut, _TABLE.c.cured_on < cut, _TABLE.c.relapsed_on.is_(None)
        query = select(*(_TABLE.c[name] for name in _KEY)).where(*open_still, relapsing(_TABLE, cut))
        with reading(engine) as connection:
            found = [dict(zip(_KEY, row, strict=True)) for row in connection.execute(query)]
        if found:
            with writing(engine) as connection:
                _relapsed(connection, found, cut)


def _relapsed(connection: Connection, found: list[dict[str, object]], cut: date) -> None:
    this = (_TABLE.c[name] == bindparam(f"this_{name}") for name in _KEY)
    rows = [{f"this_{name}": value for name, value in one.items()} for one in found]
    connection.execute(update(_TABLE).where(*this).values(relapsed_on=cut), rows)
