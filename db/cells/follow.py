"""What else must be counted anew once days of a flow, or cuts, were rebuilt: writes marks, counts nothing.

The marks are made in the transaction that settles those of the change, so that none is ever lost.
"""

from bisect import bisect_right
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Connection, select

from db.cells.cuts import load_cuts
from db.cells.marks import Days, mark
from db.sources.spans import opened_by, touched_by
from db.tables.cells import built_days

REACH, COHORT, CURES = "reach", "cohort", "cures"
_FED_BY = {REACH: ("contacts", "promises"), COHORT: ("contacts", "payments")}


def after_flow(connection: Connection, source: str, days: Days, now: datetime) -> None:
    """First times of an account change on the days themselves, and later in their weeks and months."""
    for step, fed_by in _FED_BY.items():
        if source in fed_by:
            for client, some in days.items():
                held = _days_held(connection, client, fed_by, min(some))
                mark(connection, step, {client: some | touched_by(some, held)}, now)


def after_cuts(connection: Connection, days: Days, now: datetime) -> None:
    """A new cut, or one no more, opens other spans; and it shows who was cured, and who is past due again."""
    mark(connection, CURES, days, now)
    known = load_cuts(connection, frozenset(days)).days
    for client, some in days.items():
        cuts = known.get(client, ())
        opened = [opened_by(cut, next(iter(cuts[bisect_right(cuts, cut) :]), None)) for cut in some]
        held = _days_held(connection, client, _FED_BY[COHORT], min(some))
        mark(connection, COHORT, {client: {d for d in held if any(p.holds(d) for p in opened)}}, now)


def _days_held(connection: Connection, client: int, sources: Collection[str], since: date) -> set[date]:
    table = built_days
    query = select(table.c.day).where(
        table.c.source.in_(sources), table.c.client_id == client, table.c.day >= since, table.c.rows > 0
    )
    return set(connection.execute(query).scalars())
