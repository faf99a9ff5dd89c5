"""Money by the day the creditor posted it, with what its fee depends on; and the rates the creditors pay.

The bucket is the account's at the opening cut of the month posted, or at its placement: a month's tariff
does not change while the account moves. The owners are those of the payment, as in db/sources/flows.py.
"""

from dataclasses import fields as dataclass_fields
from dataclasses import replace
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Subquery,
    func,
    literal,
    select,
    union_all,
)

from db.cells.cuts import Cuts
from db.fees import Rate
from db.periods import Period, month_of
from db.sources.flows import with_account, within
from db.sources.owners import with_supervisor
from db.sources.source import OWNERS, Cells, Source
from db.sources.window import Window
from db.tables.agency import fees
from db.tables.cells import fee_cells, payment_credits
from db.tables.facts import payments

_MICROS = 1_000_000
_PRICED_BY = frozenset({"bucket", "product"})


def posted_facts(window: Window, needs: frozenset[str]) -> Subquery:
    """One row a payment or reversal, by the day posted; each month with its own opening cut."""
    period = window.period or Period(start=window.today, end=window.today)
    months = [_posted(_at_opening(window, month), needs) for month in period.each_month()]
    return union_all(*months).subquery("posted_facts")


def _at_opening(window: Window, month: Period) -> Window:
    """The days of one month. Whoever builds cells knows its opening cuts and no others."""
    cuts = Cuts(window.known).opening(month_of(month.start)) if window.known else window.openings
    return replace(window, period=month if window.period else None, openings=cuts)


def _posted(window: Window, needs: frozenset[str]) -> Select[Any]:
    rows: FromClause = payments.outerjoin(payment_credits, payment_credits.c.payment_id == payments.c.id)
    rows, supervisor = with_supervisor(rows, payment_credits.c.agent_id, payments.c.paid_on)
    rows, columns = with_account(rows, payments, window, needs | _PRICED_BY)
    return (
        select(
            payments.c.posted_on.label("day"),
            payments.c.client_id,
            payments.c.campaign_id,
            supervisor.label("supervisor_id"),
            func.coalesce(payment_credits.c.agent_id, 0).label("agent_id"),
            literal(1).label("payments"),
            payments.c.amount_cents,
            *(_named(column) for column in columns),
        )
        .select_from(rows)
        .where(within(payments.c.posted_on, window))
    )


def _named(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A cell's key has no NULL in it: an account of no product is of product ""."""
    return func.coalesce(column, "").label("product") if column.key == "product" else column


def load_rates(connection: Connection) -> tuple[Rate, ...]:
    """Every rate there is: a few a creditor."""
    names = [each.name for each in dataclass_fields(Rate) if each.name != "rate"]
    rows = connection.execute(select(*(fees.c[name] for name in names), fees.c.rate_micros))
    told = [(dict(zip(names, values, strict=True)), micros) for *values, micros in rows]
    return tuple(Rate(**named, rate=Fraction(micros, _MICROS)) for named, micros in told)


SOURCES = (
    Source(
        "posted", "period", posted_facts, (Cells(fee_cells, OWNERS | _PRICED_BY),), ("posted", "payments")
    ),
)
