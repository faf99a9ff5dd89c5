"""Sales closed on the floor, by the day they were sold. A sale cancelled since then is none."""

from sqlalchemy import FromClause, Subquery, and_, case, func, literal, or_, select

from db.sources.flows import within
from db.sources.owners import with_supervisor
from db.sources.source import Source
from db.sources.window import Window
from db.tables.agency import sales
from db.tables.reference import campaigns

VENTA = "VENTA"


def sale_facts(window: Window, needs: frozenset[str]) -> Subquery:  # noqa: ARG001  (one shape for all sources)
    """One row a sale that stands today; `activated` of those the creditor has activated."""
    rows: FromClause
    rows, supervisor = with_supervisor(sales, sales.c.agent_id, sales.c.sold_on)
    rows = rows.join(campaigns, campaigns.c.id == sales.c.campaign_id)
    activated = and_(sales.c.activated_on.is_not(None), sales.c.activated_on <= window.today)
    return (
        select(
            sales.c.sold_on.label("day"),
            sales.c.client_id,
            sales.c.campaign_id,
            supervisor.label("supervisor_id"),
            sales.c.agent_id,
            sales.c.product,
            literal(1).label("sales"),
            case((campaigns.c.kind == VENTA, 1), else_=0).label("of_sales_campaign"),
            case((activated, 1), else_=0).label("activated"),
            case((activated, func.coalesce(sales.c.amount_cents, 0)), else_=0).label("activated_cents"),
        )
        .select_from(rows)
        .where(
            within(sales.c.sold_on, window),
            or_(sales.c.cancelled_on.is_(None), sales.c.cancelled_on > window.today),
        )
        .subquery("sale_facts")
    )


SOURCES = (Source("sales", "period", sale_facts, (), ("sales",)),)
