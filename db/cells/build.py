"""The selects that fill each cell table from the facts of a window. Knows no transaction and no mark."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Connection, FromClause, Table, func, select

from db.bulk import Row
from db.sources import SOURCES, Window
from db.sources.migrations import matrix
from db.tables import cells

# Bump when a definition below or in db/sources changes: the next refresh rebuilds everything.
DEFINITIONS = "2"

CONTACT_SUMS = ("attempts", "humans", "rpcs", "handled", "handle_seconds")
DUE_SUMS = ("closed", "kept", "partial", "broken", "promised_cents", "allocated_cents")
PAYMENT_SUMS = ("payments", "amount_cents", "cohort_cents")
POSITION_SUMS = ("accounts", "balance_cents")
MIGRATION_SUMS = ("accounts", "opening_cents")

# The cell tables of each flow, with the columns they sum; the other columns are their key.
FLOWS: dict[str, tuple[tuple[Table, tuple[str, ...]], ...]] = {
    "contacts": ((cells.contact_cells, CONTACT_SUMS), (cells.contact_hour_cells, CONTACT_SUMS)),
    "payments": ((cells.payment_cells, PAYMENT_SUMS), (cells.payment_campaign_cells, PAYMENT_SUMS)),
    "promises": ((cells.promise_cells, ("promises", "amount_cents")),),
    "promises_due": ((cells.promise_due_cells, DUE_SUMS),),
}


def sums(
    connection: Connection,
    source: str,
    table: Table,
    summed: Collection[str],
    window: Window,
    clients: Collection[int],
) -> list[Row]:
    """The rows of `table` for the window, in the table's column order and storage form."""
    return _summed(connection, SOURCES[source].facts(window, frozenset()), table, summed, clients)


def matrices(
    connection: Connection, opened: date, closed: Collection[date], clients: Collection[int]
) -> list[Row]:
    """The rows of migration_cells from one opening cut to each of these closing ones."""
    rows = matrix(opened, closed, clients).subquery()
    return _summed(connection, rows, cells.migration_cells, MIGRATION_SUMS, clients)


def _summed(
    connection: Connection,
    rows: FromClause,
    table: Table,
    summed: Collection[str],
    clients: Collection[int],
) -> list[Row]:
    key = [rows.c[c.name] for c in table.columns if c.name not in summed]
    # coalesce stands outside the grouped columns: PostgreSQL would not know it again there.
    picked: list[Any] = [
        func.coalesce(func.sum(rows.c[c.name]), 0).label(c.name) if c.name in summed else rows.c[c.name]
        for c in table.columns
    ]
    found = connection.execute(select(*picked).where(rows.c.client_id.in_(clients)).group_by(*key))
    return [tuple(_stored(value) for value in row) for row in found]


def _stored(value: Any) -> int | str | None:
    if value is None or isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, date) else int(value)


def coarser(fine: Table, rows: Collection[Row], coarse: Table, summed: Collection[str]) -> list[Row]:
    """The rows of a coarser table, summed from those of a finer one."""
    at = {name: n for n, name in enumerate(fine.columns.keys())}
    names = list(coarse.columns.keys())
    totals: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        key = tuple(row[at[name]] for name in names if name not in summed)
        held = totals.setdefault(key, [0] * len(summed))
        for n, name in enumerate(summed):
            held[n] += int(row[at[name]] or 0)
    found: list[Row] = []
    for key, sums_ in totals.items():
        parts, numbers = iter(key), iter(sums_)
        found.append(tuple(next(numbers) if name in summed else next(parts) for name in names))
    return found
