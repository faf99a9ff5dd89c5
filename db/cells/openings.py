"""Keeps the opening cuts that the next closing cut will be compared with, account by account.

A refresh that finds one of them changed drops the client's rows first: they are then read from the facts.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection, Engine, Table, delete, select

from db.buckets import CASTIGO_NO
from db.bulk import Row, insert_rows
from db.cells import build
from db.cells.cuts import load_cuts, openings_in_use
from db.cells.marks import Days
from db.engine import reading, writing
from db.sources.kept import GROUPED_BY, side_by_side
from db.tables.cells import position_cells
from db.tables.openings import kept_openings, opening_accounts, opening_groups

Slots = dict[int, date]  # slot -> its opening cut
_SLICE = 50_000  # rows written at a time, so that nobody waits long for the database


def load_kept(connection: Connection) -> dict[int, Slots]:
    """Each client's kept openings."""
    found: dict[int, Slots] = {}
    for client, slot, opened in connection.execute(select(*kept_openings.c)):
        found.setdefault(client, {})[slot] = opened
    return found


def drop_changed(connection: Connection, kept: Mapping[int, Slots], changed: Days) -> dict[int, Slots]:
    """Forget the clients one of whose kept cuts changed; gives those that still hold.

    What the rows of a cut are made of is what its position cells are made of, and marks the same days.
    """
    gone = [c for c, slots in kept.items() if changed.get(c, set()) & set(slots.values())]
    if gone:
        connection.execute(delete(kept_openings).where(kept_openings.c.client_id.in_(gone)))
    return {client: slots for client, slots in kept.items() if client not in gone}


def keep_openings(engine: Engine, reader: build.FromDatabase) -> None:
    """Make ready for the day after each client's last cut, where that is not done yet."""
    with reading(engine) as connection:
        cuts, kept = load_cuts(connection).days, load_kept(connection)
    for client, days in cuts.items():
        opened = sorted(openings_in_use(days[-1] + timedelta(days=1), days))
        slots: Slots = dict(enumerate(opened, start=1))
        if slots and kept.get(client) != slots:
            _keep(engine, reader, client, slots)


def _keep(engine: Engine, reader: build.FromDatabase, client: int, slots: Slots) -> None:
    """The name of the cuts is written last: rows half written count for nothing."""
    with writing(engine) as connection:
        for table in (kept_openings, opening_groups, opening_accounts):
            connection.execute(delete(table).where(table.c.client_id == client))
        groups = list(_groups(connection, client, slots))  # a connection that copies reads nothing
        insert_rows(connection, opening_groups, _names(opening_groups), groups)
    rows = reader.rows(side_by_side(client, slots), whole=True)
    for some in _slices(rows):
        with writing(engine) as connection:
            insert_rows(connection, opening_accounts, _names(opening_accounts), some)
    named = [{"client_id": client, "slot": slot, "opened_on": opened} for slot, opened in slots.items()]
    with writing(engine) as connection:
        connection.execute(kept_openings.insert(), named)


def _groups(connection: Connection, client: int, slots: Slots) -> Iterator[Row]:
    """Numbers what the position cells of each cut are split by; nobody is compared from a charge-off."""
    table = position_cells
    for slot, opened in slots.items():
        query = select(*(table.c[name] for name in GROUPED_BY)).where(
            table.c.day == opened, table.c.client_id == client, table.c.bucket_no < CASTIGO_NO
        )
        for number, group in enumerate(connection.execute(query).all(), start=1):
            yield client, slot, number, *group


def _names(table: Table) -> list[str]:
    return list(table.columns.keys())


def _slices(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), _SLICE):
        yield rows[start : start + _SLICE]
