"""Sums a measure over the rows a question may see: from cells where they know the dimensions, else facts.

The actor's scope is a mandatory part of every sum. Returns additive numbers only: the caller divides.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, func, not_, or_, select

from db.access import scope_conditions
from db.cells.cuts import openings_in_use
from db.measures import MEASURES, Measure
from db.scope import Scope
from db.sources import SOURCES, Source, Window
from db.tables.cells import dirty_days

Key = tuple[Any, ...]  # one value a dimension: ids of owners, labels of the others


@dataclass(frozen=True)
class Condition:
    """A filter with its names already resolved: ids for owners, labels or numbers for the rest."""

    dim: str
    op: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Sum:
    """`total` in the facts' own unit (centavos, seconds, rows); `size` is the n behind it."""

    total: int
    size: int


@dataclass(frozen=True)
class Summed:
    by_key: Mapping[Key, Sum]
    from_cells: bool
    stale: bool  # some day of the window changed and its cells are not rebuilt yet
    query: Select[Any]


def sum_up(
    connection: Connection,
    measure_name: str,
    *,
    dims: Sequence[str] = (),
    conditions: Sequence[Condition] = (),
    scope: Scope,
    window: Window,
    variant: str | None = None,
) -> Summed:
    """Sums of one measure, keyed by the values of `dims`. Facts answer where cells cannot, or are stale."""
    measure = MEASURES[measure_name]
    source = SOURCES[measure.source]
    needs = frozenset(dims) | {c.dim for c in conditions} | _limited(scope)
    stale = _stale(connection, source, window)
    kept = not stale and measure.in_cells(window) and _pairs_kept(source, window)
    table = source.cells_for(needs) if kept else None
    rows: FromClause = source.facts(window, needs) if table is None else table
    query = _query(measure, source, rows, dims, conditions, scope, window, variant)
    if table is not None:
        query = query.where(source.within(table, window))
    found = {tuple(row[:-2]): Sum(int(row[-2] or 0), int(row[-1] or 0)) for row in connection.execute(query)}
    if not dims and found and found[()].size == 0 and found[()].total == 0:
        found = {}
    return Summed(found, table is not None, stale, query)


def _query(
    measure: Measure,
    source: Source,
    rows: FromClause,
    dims: Sequence[str],
    conditions: Sequence[Condition],
    scope: Scope,
    window: Window,
    variant: str | None,
) -> Select[Any]:
    keys: list[ColumnElement[Any]] = [source.column(rows, dim) for dim in dims]
    query: Select[Any] = select(*keys, measure.total(rows, variant), measure.size(rows, variant))
    return query.where(
        measure.where(rows, window),
        *scope_conditions(scope, rows.c),
        *(matching(source.column(rows, c.dim), c) for c in conditions),
    ).group_by(*keys)


def matching(column: ColumnElement[Any], condition: Condition) -> ColumnElement[bool]:
    """The condition on its column. "Not X" keeps the rows where nothing is known."""
    values = condition.values
    first = values[0]
    compare: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
        "eq": eq,
        "lt": lt,
        "le": le,
        "gt": gt,
        "ge": ge,
    }
    if condition.op in compare:
        return compare[condition.op](column, first)
    match condition.op:
        case "ne" | "not_in":
            return or_(column.is_(None), not_(column.in_(values)))
        case "in":
            return column.in_(values)
        case "between":
            return and_(column >= first, column <= values[1])
    raise ValueError(f"no such operator: {condition.op}")


def _limited(scope: Scope) -> frozenset[str]:
    """The owners the scope speaks of: cells that do not know them cannot be used."""
    limits = {"agent": scope.agents, "supervisor": scope.supervisors}
    return frozenset(dim for dim, ids in limits.items() if ids is not None)


def _pairs_kept(source: Source, window: Window) -> bool:
    """Matrices are kept for the pairs in use; any other pair of cuts is read from the positions."""
    if source.picks != "pair":
        return True
    return all(
        opened in openings_in_use(window.cuts[client], window.known.get(client, ()))
        for client, opened in window.openings.items()
        if client in window.cuts
    )


def _stale(connection: Connection, source: Source, window: Window) -> bool:
    """Whether a day inside the window is marked for rebuilding."""
    days = list(window.cuts.values()) + list(window.openings.values())
    first = min(days, default=window.today)
    last = max(days, default=window.today)
    if window.period:
        first, last = (
            (window.period.start, window.period.end)
            if source.picks == "period"
            else (min(first, window.period.start), max(last, window.period.end))
        )
    query = select(func.count()).where(
        dirty_days.c.source.in_(source.built_from), dirty_days.c.day.between(first, last)
    )
    return bool(connection.execute(query).scalar())
