"""What broke a rule, as the search kept it: by the day it happened, and whose it was on that day.

What turned out to be none is not among it. Judges nothing.
"""

from sqlalchemy import Subquery, case, func, literal, select

from db.sources.flows import within
from db.sources.source import Source
from db.sources.window import Window
from db.tables.law import breaches
from db.tables.reference import accounts

FALSE = "false_positive"
OF_HOURS = ("R01", "R04")  # the debtor's clock, spoken or sent


def breach_facts(window: Window, needs: frozenset[str]) -> Subquery:  # noqa: ARG001  (one shape for all sources)
    """One row a breach. Where no creditor or nobody is concerned, its owner is 0."""
    return (
        select(
            breaches.c.happened_on.label("day"),
            breaches.c.client_id,
            breaches.c.campaign_id,
            breaches.c.supervisor_id,
            breaches.c.agent_id,
            breaches.c.rule,
            func.nullif(breaches.c.channel, "").label("channel"),
            accounts.c.product,
            accounts.c.state,
            literal(1).label("breaches"),
            case((breaches.c.rule.in_(OF_HOURS), 1), else_=0).label("out_of_hours"),
        )
        .select_from(breaches.outerjoin(accounts, accounts.c.id == breaches.c.account_id))
        .where(within(breaches.c.happened_on, window), breaches.c.state != FALSE)
        .subquery("breach_facts")
    )


SOURCES = (Source("breaches", "period", breach_facts, (), ("breaches",)),)
