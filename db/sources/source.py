"""What a source is: its facts, its cells, and which column answers to which dimension. Names none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, FromClause, Subquery, and_, false, true

from db.sources.spans import Open, span_of
from db.sources.window import Window, any_of, on_cuts

PLACES = frozenset({"client", "campaign"})
OWNERS = PLACES | {"supervisor", "agent"}
_COLUMN = {
    "client": "client_id",
    "campaign": "campaign_id",
    "supervisor": "supervisor_id",
    "agent": "agent_id",
    "balance": "balance_cents",
    "days_past_due": "dpd",
}


@dataclass(frozen=True)
class Cells:
    """A table of sums, and the dimensions it still knows. `levels`: only the rows of those.

    `spans`: the rows of each span, where they are told from other columns.
    """

    table: FromClause
    dims: frozenset[str]
    levels: tuple[str, ...] = ()
    spans: Mapping[str, FromClause] = field(default_factory=dict)

    def rows(self, window: Window) -> FromClause:
        opened = span_of(window.period)
        return self.spans.get(opened[0], self.table) if opened else self.table


@dataclass(frozen=True)
class Source:
    """`picks`: a window picks its rows by `period`, closing `cut`, `opening` cut, `pair` of cuts, or the
    `span` that the period begins.

    `unit`: the columns that tell one thing counted from another, where its facts are rows of what was done
    with it; `counted` names what is counted of it, and the column of the facts that says so.
    """

    name: str
    picks: str
    facts: Callable[[Window, frozenset[str]], Subquery]
    cells: tuple[Cells, ...]
    built_from: tuple[str, ...]  # names in dirty_days that make its cells stale
    columns: dict[str, str] = field(default_factory=dict)
    waits: tuple[str, ...] = ()  # more names in dirty_days: steps of the refresh, that no file is named after
    unit: tuple[str, ...] = ()
    counted: dict[str, str] = field(default_factory=dict)
    # The days whose change concerns a window's rows, by the name in dirty_days; None: those it picks.
    watched: Callable[[str, Window], list[date]] | None = None

    def column(self, rows: FromClause, dim: str) -> ColumnElement[object]:
        name = self.columns.get(dim) or _COLUMN.get(dim, dim)
        return rows.c[name]

    def cells_for(self, needs: frozenset[str]) -> Cells | None:
        """The narrowest cells that know every dimension asked, or None: then the facts answer."""
        fitting = [c for c in self.cells if needs <= c.dims]
        return min(fitting, key=lambda c: len(c.dims)) if fitting else None

    def within(self, cells: Cells, window: Window) -> ColumnElement[bool]:
        """The rows of a cell table that the window holds."""
        rows = cells.rows(window)
        picked = [self._picked(rows, window)]
        if cells.levels:
            picked.append(rows.c.level.in_(cells.levels))
        if self.picks == "span":
            opened = span_of(window.period)
            picked.append(_opened(rows, opened) if opened else false())
        return and_(*picked)

    def _picked(self, table: FromClause, window: Window) -> ColumnElement[bool]:
        if self.picks in ("period", "span"):
            period = window.period
            return any_of([table.c.day.between(period.start, period.end)] if period else [])
        if self.picks == "cut":
            return on_cuts(table.c.client_id, table.c.day, window.clients_by_cut())
        if self.picks == "opening":
            opened = Window(today=window.today, cuts=window.openings)
            return on_cuts(table.c.client_id, table.c.day, opened.clients_by_cut())
        return any_of(
            [
                and_(table.c.client_id.in_(ids), table.c.opened_on == t0, table.c.closed_on == t1)
                for (t0, t1), ids in window.clients_by_pair().items()
            ]
        )


def _opened(rows: FromClause, opened: Open) -> ColumnElement[bool]:
    """Where the span is a row's and not a column's."""
    return and_(rows.c.span == opened[0], rows.c.opens_on == opened[1]) if "span" in rows.c else true()
