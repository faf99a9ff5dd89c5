"""Every source by name. A family of its own module gives its sources as a tuple, added here."""

from db.sources import (
    agreements,
    breaches,
    cohort,
    costs,
    cures,
    fees,
    flows,
    migrations,
    people,
    positions,
    reach_accounts,
    sales,
    voice,
)
from db.sources.source import OWNERS, PLACES, Cells, Source
from db.tables import cells

__all__ = ["SOURCES", "Source"]

_MATRIX = frozenset({"bucket", "bucket_from", "bucket_from_no", "bucket_to"})
_POSITIONS = (
    (cells.position_campaign_cells, PLACES | {"bucket"}),
    (cells.position_cells, OWNERS | {"bucket"}),
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
        # The few that a migration does not follow: read from the facts, as its cells do not hold them.
        Source("recalls", "pair", migrations.recalls, (), ("positions",), _MOVES),
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
        *agreements.SOURCES,
        *breaches.SOURCES,
        *cohort.SOURCES,
        *costs.SOURCES,
        *cures.SOURCES,
        *fees.SOURCES,
        *people.SOURCES,
        *reach_accounts.SOURCES,
        *sales.SOURCES,
        *voice.SOURCES,
    )
}
