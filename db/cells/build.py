"""The selects that fill each cell table from the facts of a window. Knows no transaction and no mark.

A `Reader` runs them: the database itself, or an engine that holds the same tables as a lake of files.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sqlalchemy import Date, Engine, FromClause, Select, Table, func, literal, select

from db.bulk import Row
from db.engine import reading
from db.sources import SOURCES, Window, migrations
from db.sources.owners import with_supervisor
from db.sources.positions import assigned_at
from db.tables import cells

# Bump when a definition below or in db/sources changes: the next refresh rebuilds everything.
DEFINITIONS = "3"

CONTACT_SUMS = ("attempts", "humans", "rpcs", "thirds", "drops", "handled", "handle_seconds")
DUE_SUMS = ("closed", "kept", "partial", "broken", "promised_cents", "allocated_cents")
PAYMENT_SUMS = ("payments", "receipts", "amount_cents", "cohort_cents")
POSITION_SUMS = (
    "accounts",
    "balance_cents",
    *(f"late{days}" for days in cells.LATE_DAYS),
    *(f"late{days}_cents" for days in cells.LATE_DAYS),
)
MIGRATION_SUMS = ("accounts", "opening_cents")

# The cell tables of each flow, with the columns they sum; the other columns are their key.
FLOWS: dict[str, tuple[tuple[Table, tuple[str, ...]], ...]] = {
    "contacts": ((cells.contact_cells, CONTACT_SUMS), (cells.contact_hour_cells, CONTACT_SUMS)),
    "payments": ((cells.payment_cells, PAYMENT_SUMS), (cells.payment_campaign_cells, PAYMENT_SUMS)),
    "promises": ((cells.promise_cells, ("promises", "amount_cents")),),
    "promises_due": ((cells.promise_due_cells, DUE_SUMS),),
    "posted": ((cells.fee_cells, ("payments", "amount_cents")),),
}
# Tables that are summed from a finer one of the same flow instead of from the facts.
COARSER: dict[Table, Table] = {cells.payment_campaign_cells: cells.payment_cells}


class Reader(Protocol):
    """Runs one of the selects of this file and gives its rows, in storage form (see `stored`)."""

    def rows(self, query: Select[Any]) -> list[Row]: ...


@dataclass(frozen=True)
class FromDatabase:
    """The usual reader: the database that also keeps the cells."""

    engine: Engine

    def rows(self, query: Select[Any], *, whole: bool = False) -> list[Row]:
        """`whole`: of every account of a cut, so that looking one up after the other is never the way."""
        with reading(self.engine) as connection:
            if self.engine.dialect.name == "postgresql":
                settings = _ROOM | ({"enable_nestloop": "off"} if whole else {})
                connection.execute(select(*(func.set_config(*one, True) for one in settings.items())))
            return stored_rows(connection.execute(query).all())

    @property
    def on_disk(self) -> bool:
        """A database in memory belongs to one thread."""
        return self.engine.dialect.name != "sqlite" or self.engine.url.database not in (None, "", ":memory:")


# For the few statements of a refresh: what PostgreSQL gives every statement would spill a portfolio to disk,
# and compiling one takes longer than running it. Rows of a cut lie together, so an index reads them in order.
_ROOM = {"work_mem": "256MB", "jit": "off", "random_page_cost": "1.1"}
_LANES, _AHEAD = 2, 8


def read_all(reader: Reader, queries: Iterable[Select[Any]], *, whole: bool = False) -> Iterator[list[Row]]:
    """The rows of each query, in order; a database reads two at a time, some ahead of the one given."""
    if not (isinstance(reader, FromDatabase) and reader.on_disk):
        yield from map(reader.rows, queries)
        return
    with ThreadPoolExecutor(_LANES) as pool:
        under_way: deque[Future[list[Row]]] = deque()
        for query in queries:
            under_way.append(pool.submit(reader.rows, query, whole=whole))
            if len(under_way) > _AHEAD:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def sums(
    source: str,
    table: Table,
    summed: Collection[str],
    window: Window,
    clients: Collection[int],
) -> Select[Any]:
    """The rows of `table` for the window, in the table's column order."""
    return _summed(SOURCES[source].facts(window, frozenset()), table, summed, clients)


# What tells rows apart first comes first: sorting, which SQLite groups by, then compares the fewest columns.
_HELD_BY = ("agent_id", "campaign_id", "bucket_no", "bucket", "client_id")


def positions(day: date, clients: Collection[int]) -> Select[Any]:
    """The rows of position_cells at a cut. Who led an agent is looked up once an agent, not an account."""
    each = assigned_at(day, clients, frozenset()).subquery()
    key, summed = [each.c[name] for name in _HELD_BY], [func.sum(each.c[n]).label(n) for n in POSITION_SUMS]
    held = select(literal(day, Date).label("day"), *key, *summed).group_by(*key).subquery()
    rows, supervisor = with_supervisor(held, held.c.agent_id, literal(day, Date))
    owned = select(*held.c, supervisor.label("supervisor_id")).select_from(rows).subquery()
    return _summed(owned, cells.position_cells, POSITION_SUMS, clients)


def matrices(opened: date, closed: Collection[date], clients: Collection[int]) -> Select[Any]:
    """The rows of migration_cells from one opening cut to each of these closing ones."""
    rows = migrations.matrices(opened, closed, clients)
    return _summed(rows, cells.migration_cells, MIGRATION_SUMS, clients)


def _summed(rows: FromClause, table: Table, summed: Collection[str], clients: Collection[int]) -> Select[Any]:
    key = [rows.c[c.name] for c in table.columns if c.name not in summed]
    # coalesce stands outside the grouped columns: PostgreSQL would not know it again there.
    picked: list[Any] = [
        func.coalesce(func.sum(rows.c[c.name]), 0).label(c.name) if c.name in summed else rows.c[c.name]
        for c in table.columns
    ]
    return select(*picked).where(rows.c.client_id.in_(clients)).group_by(*key)


def stored(row: Iterable[Any]) -> Row:
    """A row as db/bulk writes it: days as text, every number whole."""
    return tuple(_stored(value) for value in row)


def stored_rows(rows: Sequence[Iterable[Any]]) -> list[Row]:
    """Many at once, a column at a time: most columns are in storage form already."""
    columns = [
        column if set(map(type, column)) <= _PLAIN else map(_stored, column)
        for column in zip(*rows, strict=True)
    ]
    return list(zip(*columns, strict=True))


_PLAIN = {int, str, type(None)}


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
