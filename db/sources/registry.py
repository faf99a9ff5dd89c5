"""Every source by name: its facts, its cells, and which column answers to which dimension."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, FromClause, Subquery, Table, and_

from db.sources import flows, migrations, positions
from db.sources.window import Window, any_of, on_cuts
from db.tables import cells

PLACES = frozenset({"client", "campaign"})
OWNERS = PLACES | {"supervisor", "agent"}
_MATRIX = frozenset({"bucket", "bucket_from", "bucket_from_no", "bucket_to"})
_POSITIONS = (
    (cells.position_campaign_cells, PLACES | {"bucket"}),
    (cells.position_cells, OWNERS | {"bucket"}),
)
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
    """A table of sums, and the dimensions it still knows."""

    table: Table
    dims: frozenset[str]


@dataclass(frozen=True)
class Source:
    """`picks`: a window picks its rows by `period`, closing `cut`, `opening` cut, or `pair` of cuts."""

    name: str
    picks: str
    facts: Callable[[Window, frozenset[str]], Subquery]
    cells: tuple[Cells, ...]
    built_from: tuple[str, ...]  # names in dirty_days that make its cells stale
    columns: dict[str, str] = field(default_factory=dict)

    def column(self, rows: FromClause, dim: str) -> ColumnElement[object]:
        name = self.columns.get(dim) or _COLUMN.get(dim, dim)
        return rows.c[name]

    def cells_for(self, needs: frozenset[str]) -> Table | None:
        """The narrowest cells that know every dimension asked, or None: then the facts answer."""
        fitting = [c for c in self.cells if needs <= c.dims]
        return min(fitting, key=lambda c: len(c.dims)).table if fitting else None

    def within(self, table: Table, window: Window) -> ColumnElement[bool]:
        """The rows of a cell table that the window holds."""
        if self.picks == "period":
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


_MOVES = {"bucket": "bucket_from"}

SOURCES: dict[str, Source] = {
    s.name: s
    for s in (
        Source(
            "positions",
            "cut",
            positions.facts,
            tuple(Cells(table, dims) for table, dims in _POSITIONS),
            ("positions",),
        ),
        Source(
            "openings",
            "opening",
            positions.opening_of,
            tuple(Cells(table, dims) for table, dims in _POSITIONS),
            ("positions",),
        ),
        Source(
            "migrations",
            "pair",
            migrations.facts,
            (
                Cells(cells.migration_campaign_cells, PLACES | _MATRIX),
                Cells(cells.migration_cells, OWNERS | _MATRIX),
            ),
            ("positions", "payments"),
            _MOVES,
        ),
        Source(
            "contacts",
            "period",
            flows.contact_facts,
            (
                Cells(cells.contact_cells, OWNERS | {"channel"}),
                Cells(cells.contact_hour_cells, (OWNERS - {"agent"}) | {"channel", "hour"}),
            ),
            ("contacts",),
        ),
        Source(
            "payments",
            "period",
            flows.payment_facts,
            (Cells(cells.payment_campaign_cells, PLACES), Cells(cells.payment_cells, OWNERS)),
            ("payments",),
        ),
        Source(
            "promises",
            "period",
            flows.promise_facts,
            (Cells(cells.promise_cells, OWNERS),),
            ("promises",),
        ),
        Source(
            "promises_due",
            "period",
            flows.promise_due_facts,
            (Cells(cells.promise_due_cells, OWNERS),),
            ("promises", "payments"),
        ),
    )
}
