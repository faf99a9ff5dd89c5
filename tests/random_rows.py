"""Rows by table for a small agency drawn at random, and the days things happen on in it. Knows no metric."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table

from db.tables import metadata

ZONE = ZoneInfo("America/Mexico_City")
FIRST = date(2025, 12, 20)
TODAY = date(2026, 4, 22)  # a Wednesday; Holy Week closed the banks on 2 and 3 April
NOW = datetime(2026, 4, 22, 16, 40, tzinfo=ZONE)
AGENTS, SUPERVISORS = (21, 22, 23, 24), (11, 12)
PRODUCTS = ("TDC", "NOMINA", None)
# The days that end or begin a period, and those beside them: where a slip of one day shows.
EDGES_OF_PERIODS = tuple(
    date(2026, month, day)
    for month, days in (
        (1, (1, 2, 31)),
        (2, (1, 28)),
        (3, (1, 9, 10, 15, 16, 29, 30, 31)),
        (4, (1, 2, 3, 5, 6, 7, 8, 12, 13, 19, 20, 21, 22)),
    )
    for day in days
)
Row = dict[str, Any]


@dataclass
class Agency:
    """Rows by table, in the order they must be written; `days` are those on which anything happens."""

    seed: int
    days: tuple[date, ...] = EDGES_OF_PERIODS
    rows: dict[Table, list[Row]] = field(default_factory=dict)

    def add(self, table: Table, **row: Any) -> Row:
        self.rows.setdefault(table, []).append(row)
        return row

    def write(self, connection: Connection) -> None:
        for table in metadata.sorted_tables:
            if rows := self.rows.get(table):
                names = {name for row in rows for name in row}
                connection.execute(table.insert(), [dict.fromkeys(names) | row for row in rows])

    def day(self, rnd: Random, first: date = FIRST, last: date = TODAY) -> date:
        """Most often a day of those; any day between where none of them lies between."""
        held = [day for day in self.days if first <= day <= last]
        return (
            rnd.choice(held) if held else first + timedelta(days=rnd.randint(0, max((last - first).days, 0)))
        )


def instant(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, ZONE).astimezone(UTC)
