"""Migrations: the same accounts at two cuts, from which bucket to which.

An account absent at the closing cut is read by rule, never dropped in silence: recalled = out of the
cohort; recalled because the creditor charged it off = castigo; its payments cover the opening balance =
cured; anything else = unexplained (`bucket_to_no` -1), counted apart and said.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Date, Select, Subquery, and_, case, func, literal, not_, or_, select, union_all

from db.buckets import CASTIGO, CASTIGO_NO
from db.sources.positions import PAID_OFF, owned_at
from db.sources.window import Window
from db.tables.facts import balances, payments

UNEXPLAINED, UNEXPLAINED_NO = "sin dato", -1
ROUNDING_CENTS = 100


def _paid_between(opened: date, closed: date, clients: Collection[int]) -> Subquery:
    return (
        select(payments.c.account_id, func.sum(payments.c.amount_cents).label("paid_cents"))
        .where(payments.c.client_id.in_(clients), payments.c.paid_on > opened, payments.c.paid_on <= closed)
        .group_by(payments.c.account_id)
        .subquery()
    )


def between(opened: date, closed: date, clients: Collection[int]) -> Select[tuple[object, ...]]:
    """One row an account of the opening cut, with where it stands at the closing one."""
    opening = owned_at(opened, clients).subquery()
    closing = balances.alias()
    paid = _paid_between(opened, closed, clients)
    joined = opening.outerjoin(
        closing,
        and_(
            closing.c.client_id == opening.c.client_id,
            closing.c.as_of == closed,
            closing.c.account_id == opening.c.account_id,
        ),
    ).outerjoin(paid, paid.c.account_id == opening.c.account_id)
    recalled = and_(opening.c.recalled_on.is_not(None), opening.c.recalled_on <= closed)
    charged_off = and_(recalled, func.upper(opening.c.recall_reason).like("CASTIG%"))
    absent = closing.c.account_id.is_(None)
    paid_up = func.coalesce(paid.c.paid_cents, 0) >= opening.c.balance_cents - ROUNDING_CENTS
    cured = or_(and_(absent, paid_up), closing.c.status == PAID_OFF)
    return (
        select(
            literal(opened, Date).label("opened_on"),
            literal(closed, Date).label("closed_on"),
            *(opening.c[name] for name in _OWNERS),
            opening.c.bucket.label("bucket_from"),
            opening.c.bucket_no.label("bucket_from_no"),
            case((charged_off, CASTIGO), (cured, "0"), (absent, UNEXPLAINED), else_=closing.c.bucket).label(
                "bucket_to"
            ),
            case(
                (charged_off, CASTIGO_NO), (cured, 0), (absent, UNEXPLAINED_NO), else_=closing.c.bucket_no
            ).label("bucket_to_no"),
            literal(1).label("accounts"),
            opening.c.balance_cents.label("opening_cents"),
        )
        .select_from(joined)
        .where(opening.c.bucket_no < CASTIGO_NO, or_(charged_off, not_(recalled)))
    )


_OWNERS = (
    "client_id",
    "campaign_id",
    "supervisor_id",
    "agent_id",
    "product",
    "state",
    "special",
    "dpd",
    "balance_cents",
)


def facts(window: Window, needs: frozenset[str]) -> Subquery:  # noqa: ARG001  (one shape for all sources)
    pairs = window.clients_by_pair() or {(window.today, window.today): []}
    return union_all(*(between(t0, t1, clients) for (t0, t1), clients in pairs.items())).subquery(
        "migrations"
    )
