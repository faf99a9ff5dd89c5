"""Which cuts (days with a position file) each client has, and which one answers for a day."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Connection, func, select

from db.periods import Period, month_of, quincena_of, week_of
from db.tables.cells import built_days
from db.tables.facts import balances


@dataclass(frozen=True)
class Cuts:
    """Each client's cuts, oldest first."""

    days: Mapping[int, tuple[date, ...]]

    def at(self, day: date) -> dict[int, date]:
        """The last cut on or before `day`, for the clients that have one."""
        found = {}
        for client, days in self.days.items():
            n = bisect_right(days, day)
            if n:
                found[client] = days[n - 1]
        return found

    def opening(self, period: Period) -> dict[int, date]:
        """The last cut before the period's first day."""
        return self.at(period.start - timedelta(days=1))

    def last(self) -> date | None:
        return max((days[-1] for days in self.days.values() if days), default=None)

    def first(self) -> date | None:
        return min((days[0] for days in self.days.values() if days), default=None)


def load_cuts(connection: Connection, clients: frozenset[int] | None = None) -> Cuts:
    """The cuts of the given clients (None = all) whose cells are built."""
    query = (
        select(built_days.c.client_id, built_days.c.day)
        .where(built_days.c.source == "positions", built_days.c.rows > 0)
        .order_by(built_days.c.client_id, built_days.c.day)
    )
    if clients is not None:
        query = query.where(built_days.c.client_id.in_(clients))
    grouped: dict[int, list[date]] = {}
    for client, day in connection.execute(query):
        grouped.setdefault(client, []).append(day)
    return Cuts({client: tuple(days) for client, days in grouped.items()})


def files_of(connection: Connection, client: int) -> tuple[date, ...]:
    """The days of a client's position files, built or not."""
    return days_of(connection, balances.c.as_of, balances.c.client_id == client)


def days_of(
    connection: Connection, column: ColumnElement[date], *where: ColumnElement[bool]
) -> tuple[date, ...]:
    """The different days in a column that an index leads to, one after the other: each day is many rows."""
    found: list[date] = []
    next_one = select(func.min(column)).where(*where)
    day = connection.execute(next_one).scalar()
    while day is not None:
        found.append(day)
        day = connection.execute(next_one.where(column > day)).scalar()
    return tuple(found)


def openings_in_use(closing: date, days: tuple[date, ...]) -> set[date]:
    """The opening cuts a closing cut is compared with: its week's, its quincena's and its month's."""
    found = set()
    for period in (week_of(closing), quincena_of(closing), month_of(closing)):
        n = bisect_left(days, period.start)
        if n:
            found.add(days[n - 1])
    return found
