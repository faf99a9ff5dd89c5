"""Agreements by the day they were made, and their instalments by the day they fall due.

The owners are the agent who made the agreement and whoever led him that day. Knows no payment: what each
instalment got is in installment_results.
"""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Subquery, and_, case, func, literal, select

from db.agreement_rules import NOT_IN_FORCE
from db.sources.flows import with_account, within
from db.sources.owners import with_supervisor
from db.sources.source import Source
from db.sources.window import Window
from db.tables.agency import agreements
from db.tables.cells import installment_results

_IN_FORCE = agreements.c.status.not_in(NOT_IN_FORCE)
_FIRST = 1


def _owned(
    rows: FromClause, window: Window, needs: frozenset[str]
) -> tuple[FromClause, list[ColumnElement[Any]]]:
    """`rows` with what every row of an agreement tells: its owners, its account, and how it was agreed."""
    rows, supervisor = with_supervisor(rows, agreements.c.agent_id, agreements.c.agreed_on)
    rows, columns = with_account(rows, agreements, window, needs)
    return rows, [
        agreements.c.client_id,
        agreements.c.campaign_id,
        supervisor.label("supervisor_id"),
        func.coalesce(agreements.c.agent_id, 0).label("agent_id"),
        agreements.c.discount_micros,
        *columns,
    ]


def agreement_facts(window: Window, needs: frozenset[str]) -> Subquery:
    """One row an agreement in force; a draft or one called off is none."""
    rows, columns = _owned(agreements, window, needs)
    return (
        select(
            agreements.c.agreed_on.label("day"),
            literal(1).label("agreements"),
            agreements.c.total_cents,
            *columns,
        )
        .select_from(rows)
        .where(within(agreements.c.agreed_on, window), _IN_FORCE)
        .subquery("agreement_facts")
    )


def installment_facts(window: Window, needs: frozenset[str]) -> Subquery:
    """One row an instalment, by its due day, with what was paid of it in its window."""
    part = installment_results
    rows, columns = _owned(part.join(agreements, agreements.c.id == part.c.agreement_id), window, needs)
    first = part.c.number == _FIRST
    return (
        select(
            part.c.due_on.label("day"),
            part.c.decide_on,
            literal(1).label("installments"),
            case((first, 1), else_=0).label("firsts"),
            case((and_(first, part.c.status == "kept"), 1), else_=0).label("firsts_kept"),
            part.c.amount_cents.label("due_cents"),
            part.c.allocated_cents,
            *columns,
        )
        .select_from(rows)
        .where(within(part.c.due_on, window), _IN_FORCE)
        .subquery("installment_facts")
    )


SOURCES = (
    Source(
        "agreements",
        "period",
        agreement_facts,
        (),
        ("agreements",),
        {"discount": "discount_micros"},
    ),
    # Its own days are the due ones: they go on after the last agreement was made.
    Source("installments_due", "period", installment_facts, (), ("installments", "agreements", "payments")),
)
