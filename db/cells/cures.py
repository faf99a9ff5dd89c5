"""Keeps cure_results up to date with the cuts: who was cured at each, and the first that shows a relapse."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection
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
    for client, days in sorted(dirty.days.items()):
        cuts = known.get(client, ())
        for cut in sorted(_concerned(days, cuts)):
            _cure(engine, reader, client, cuts, cut)
        _watch(engine, client, cuts, min(days))
    with writing(engine) as connection:
        settle(connection, CURES, dirty)
    return sum(map(len, dirty.days.values()))


def _concerned(days: Collection[date], cuts: Days) -> set[date]:
    """The cuts themselves, and those that they are the cut before of."""
    return set(days) | {cut for day in days for cut in cuts[bisect_right(cuts, day) :][:1]}


def _cure(engine: Engine, reader: build.Reader, client: int, cuts: Days, cut: date) -> None:
    n = bisect_left(cuts, cut)
    follows = cut in cuts[n : n + 1] and n > 0
    rows = reader.rows(cures_at(cuts[n - 1], cut, [client])) if follows else []
    with writing(engine) as connection:
        mine = _TABLE.c.client_id == client, _TABLE.c.decide_on == cut + WATCHED
        connection.execute(delete(_TABLE).where(*mine))
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
