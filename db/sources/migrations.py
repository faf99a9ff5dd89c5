"""Migrations: the same accounts at two cuts, from which bucket to which.

An account absent at the closing cut is read by rule, never dropped in silence: recalled = out of the
cohort; recalled because the creditor charged it off = castigo; its payments cover the opening balance =
cured; anything else = unexplained (`bucket_to_no` -1), counted apart and said.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Date, Select, Subquery, and_, case, func, literal, not_, or_, select, true, union_all

from db.buckets import CASTIGO, CASTIGO_NO
from db.sources.positions import PAID_OFF, owned_at
from db.sources.window import Window
from db.tables.facts import balances, payments

UNEXPLAINED, UNEXPLAINED_NO = "sin dato", -1
ROUNDING_CENTS = 100


def _closings(days: Collection[date]) -> Subquery:
    """The closing cuts as rows, so that one opening is read once for all of them."""
    return union_all(*(select(literal(day, Date).label("closed_on")) for day in days)).subquery("closings")


def _paid_since(opened: date, closings: Subquery, clients: Collection[int]) -> Subquery:
    return (
        select(
            payments.c.account_id,
            closings.c.closed_on,
            func.sum(payments.c.amount_cents).label("paid_cents"),
        )
        .join(closings, payments.c.paid_on <= closings.c.closed_on)
        .where(payments.c.client_id.in_(clients), payments.c.paid_on > opened)
        .group_by(payments.c.account_id, closings.c.closed_on)
        .subquery("paid")
    )


def matrix(opened: date, closed: Collection[date], clients: Collection[int]) -> Select[tuple[object, ...]]:
    """One row an account of the opening cut and a closing cut, with where it stands there."""
    opening = owned_at(opened, clients).subquery("opening")
    closings = _closings(closed)
    closing = balances.alias("closing")
    paid = _paid_since(opened, closings, clients)
    joined = (
        opening.join(closings, true())
        .outerjoin(
            closing,
            and_(
                closing.c.client_id == opening.c.client_id,
                closing.c.as_of == closings.c.closed_on,
                closing.c.account_id == opening.c.account_id,
            ),
        )
        .outerjoin(
            paid,
            and_(paid.c.account_id == opening.c.account_id, paid.c.closed_on == closings.c.closed_on),
        )
    )
    recalled = and_(opening.c.recalled_on.is_not(None), opening.c.recalled_on <= closings.c.closed_on)
    charged_off = and_(recalled, func.upper(opening.c.recall_reason).like("CASTIG%"))
    absent = closing.c.account_id.is_(None)
    paid_up = func.coalesce(paid.c.paid_cents, 0) >= opening.c.balance_cents - ROUNDING_CENTS
    cured = or_(and_(absent, paid_up), closing.c.status == PAID_OFF)
    return (
        select(
            literal(opened, Date).label("opened_on"),
            closings.c.closed_on,
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
    return union_all(*(matrix(t0, [t1], clients) for (t0, t1), clients in pairs.items())).subquery(
        "migrations"
    )
