"""What each campaign cost, by month and category: the month's whole cost stands on its first day."""

from sqlalchemy import Subquery, literal, select

from db.sources.flows import within
from db.sources.source import Source
from db.sources.window import Window
from db.tables.facts import costs
from db.tables.reference import campaigns


def cost_facts(window: Window, needs: frozenset[str]) -> Subquery:  # noqa: ARG001  (one shape for all sources)
    """One row a campaign, month and category. Nobody's: neither an agent nor a team has a cost of its own."""
    return (
        select(
            costs.c.month.label("day"),
            campaigns.c.client_id,
            costs.c.campaign_id,
            costs.c.category,
            literal(1).label("entries"),
            costs.c.amount_cents,
        )
        .select_from(costs.join(campaigns, campaigns.c.id == costs.c.campaign_id))
        .where(within(costs.c.month, window))
        .subquery("cost_facts")
    )


SOURCES = (Source("costs", "period", cost_facts, (), ("costs",)),)
