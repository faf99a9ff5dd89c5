"""Sums a measure over the rows a question may see: from cells where they know the dimensions, else facts.

The actor's scope is a mandatory part of every sum. Returns additive numbers only: the caller divides.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from operator import eq, ge, gt, le, lt
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, func, not_, or_, select

from db.access import scope_conditions
from db.cells.cuts import openings_in_use
from db.measures import MEASURES
from db.periods import Period
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

    total: int | Fraction
    size: int


@dataclass(frozen=True)
class Summed:
    """`by_key` holds one Sum a measure, in the order asked."""

    by_key: Mapping[Key, tuple[Sum, ...]]
    from_cells: bool
    stale: bool  # some day of the window changed and its cells are not rebuilt yet
    query: Select[Any]


class Derived(dict[Key, Sum]):
    """Sums worked out from other sums, with what those were read from."""

    def __init__(self, sums: Mapping[Key, Sum], read: Iterable[Summed]) -> None:
        super().__init__(sums)
        self.read = tuple(read)


def sum_up(
    connection: Connection,
    measures: Sequence[str],
    *,
    dims: Sequence[str] = (),
    conditions: Sequence[Condition] = (),
    scope: Scope,
    window: Window,
    weight: str | None = None,
    raw: bool = False,
) -> Summed:
    """Sums of measures of one source in one query, keyed by the values of `dims`.

    Facts answer where cells cannot, or are stale. `raw` asks the facts in any case: what the cells are
    checked and timed against.
    """
    asked = [MEASURES[name] for name in measures]
    source = SOURCES[asked[0].source]
    needs = frozenset(dims) | {c.dim for c in conditions} | _limited(scope)
    stale = _stale(source, window)
    kept = not (raw or stale) and all(m.in_cells(window) for m in asked) and _pairs_kept(source, window)
    kept = kept and _told_apart(source, dims, conditions, scope)
    # Days are in every cell of what happened over days, and in its facts.
    known = needs - {"day"} if source.picks == "period" else needs
    cells = source.cells_for(known) if kept else None
    rows: FromClause = source.facts(window, needs) if cells is None else cells.rows(window)
    keys: list[ColumnElement[Any]] = [source.column(rows, dim) for dim in dims]
    limits = scope_conditions(scope, rows.c)
    limits += [matching(source.column(rows, c.dim), c) for c in conditions]
    if cells is not None:
        limits.append(source.within(cells, window))
    elif source.unit:
        rows, keys, limits = *_each_once(source, rows, keys, limits), []
    totals = [sum_ for m in asked for sum_ in (m.total(rows, weight), m.size(rows, weight))]
    query: Select[Any] = select(*keys, *totals).where(asked[0].where(rows, window), *limits).group_by(*keys)
    read = ((tuple(row[: len(keys)]), _pairs_of(row[len(keys) :])) for row in connection.execute(query))
    found = {key: sums for key, sums in read if any(s.size or s.total for s in sums)}
    return Summed(found, cells is not None, stale, query)


def _each_once(
    source: Source,
    rows: FromClause,
    keys: Sequence[ColumnElement[Any]],
    limits: Sequence[ColumnElement[bool]],
) -> tuple[FromClause, list[ColumnElement[Any]]]:
    """One row for each key and unit that the limits let through, whatever was done with it and how often."""
    named = [key.label(f"key{n}") for n, key in enumerate(keys)]
    counted = [func.max(rows.c[fact]).label(name) for name, fact in source.counted.items()]
    grouped = (*keys, *(rows.c[name] for name in source.unit))
    once = select(*named, *counted).where(*limits).group_by(*grouped).subquery("once")
    return once, [once.c[key.name] for key in named]


def _told_apart(source: Source, dims: Sequence[str], conditions: Sequence[Condition], scope: Scope) -> bool:
    """Cells that tell accounts apart by agent cannot say how many two of them have together: facts can."""
    if not source.unit:
        return True
    alone = {c.dim for c in conditions if c.op in ("eq", "in") and len(c.values) == 1} | {*dims}
    limits = {"agent": scope.agents, "supervisor": scope.supervisors}
    alone |= {dim for dim, ids in limits.items() if ids is not None and len(ids) == 1}
    return {c.dim for c in conditions if c.dim in limits} | _limited(scope) <= alone


def together(*measures: str) -> bool:
    """Whether these can be summed in one query: the same rows of the same source."""
    first = MEASURES[measures[0]]
    return all(MEASURES[m].source == first.source and MEASURES[m].where is first.where for m in measures)


def _pairs_of(parts: Sequence[Any]) -> tuple[Sum, ...]:
    return tuple(Sum(int(parts[n] or 0), int(parts[n + 1] or 0)) for n in range(0, len(parts), 2))


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


def _stale(source: Source, window: Window) -> bool:
    """Whether a day inside the window waits for its cells to be rebuilt."""
    return any(
        span.start <= max(days) and span.end >= min(days)
        for name, span in window.waiting.items()
        if name in (*source.built_from, *source.waits) and (days := _watched(source, name, window))
    )


def _watched(source: Source, name: str, window: Window) -> list[date]:
    """The days whose change would change the window's rows."""
    if source.watched:
        return source.watched(name, window)
    if source.picks in ("period", "span") and window.period:
        return [window.period.start, window.period.end]
    return [*window.cuts.values(), *window.openings.values()]


def load_waiting(connection: Connection) -> dict[str, Period]:
    """First and last day of each source that wait for a refresh."""
    query = select(dirty_days.c.source, func.min(dirty_days.c.day), func.max(dirty_days.c.day)).group_by(
        dirty_days.c.source
    )
    return {source: Period(start=first, end=last) for source, first, last in connection.execute(query)}
