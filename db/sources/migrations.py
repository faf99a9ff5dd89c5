"""Migrations: the same accounts at two cuts, from which bucket to which.

An account absent at the closing cut is read by rule, never dropped in silence: recalled = out of the
cohort; recalled because the creditor charged it off = castigo; its payments cover the opening balance =
cured; anything else = unexplained (`bucket_to_no` -1), counted apart and said.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)

from db.buckets import CASTIGO, CASTIGO_NO
from db.sources.positions import OF_ACCOUNT, PAID_OFF, owned_at
from db.sources.window import Window
from db.tables.facts import balances, payments
from db.tables.reference import accounts

UNEXPLAINED, UNEXPLAINED_NO = "sin dato", -1
ROUNDING_CENTS = 100


def recalled_between(
    opened: date, closed: date, clients: Collection[int], name: str = "recalled"
) -> Subquery:
    """The accounts of an opening cut that were taken back since."""
    return (
        select(accounts.c.id.label("account_id"), accounts.c.recalled_on, accounts.c.recall_reason)
        .where(
            accounts.c.client_id.in_(clients),
            accounts.c.recalled_on > opened,
            accounts.c.recalled_on <= closed,
        )
        .distinct()  # so that SQLite lists them, and does not look up each row's account
        .subquery(name)
    )


def was_charged_off(recalled: FromClause) -> ColumnElement[bool]:
    """Taken back because the creditor charged it off."""
    return func.coalesce(func.upper(recalled.c.recall_reason).like("CASTIG%"), false())


def moves(
    opening: FromClause, opened: date, closed: date, clients: Collection[int]
) -> Select[tuple[object, ...]]:
    """One row an account of the opening cut (`owned_at` of it), with where it stands at the closing one."""
    closing = balances.alias("closing")
    paid = _paid_between(opened, closed, clients)
    recalled = recalled_between(opened, closed, clients)
    joined = (
        opening.outerjoin(
            closing,
            and_(
                closing.c.client_id == opening.c.client_id,
                closing.c.as_of == closed,
                closing.c.account_id == opening.c.account_id,
            ),
        )
        .outerjoin(paid, paid.c.account_id == opening.c.account_id)
        .outerjoin(recalled, recalled.c.account_id == opening.c.account_id)
    )
    charged_off = was_charged_off(recalled)
    absent = closing.c.account_id.is_(None)
    paid_up = func.coalesce(paid.c.paid_cents, 0) >= opening.c.balance_cents - ROUNDING_CENTS
    cured = or_(and_(absent, paid_up), closing.c.status == PAID_OFF)
    return (
        select(
            literal(opened, Date).label("opened_on"),
            literal(closed, Date).label("closed_on"),
            *(opening.c[name] for name in _OWNERS),
            *(opening.c[name] for name in sorted(OF_ACCOUNT) if name in opening.c),
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
        .where(opening.c.bucket_no < CASTIGO_NO, or_(charged_off, recalled.c.account_id.is_(None)))
    )


def _paid_between(opened: date, closed: date, clients: Collection[int]) -> Subquery:
    """What each account paid since the opening cut."""
    return (
        select(payments.c.account_id, func.sum(payments.c.amount_cents).label("paid_cents"))
        .where(payments.c.client_id.in_(clients), payments.c.paid_on > opened, payments.c.paid_on <= closed)
        .group_by(payments.c.account_id)
        .subquery("paid")
    )


def recalls(window: Window, needs: frozenset[str]) -> Subquery:
    """The accounts that `moves` leaves out: taken back between the cuts, and not as charged off."""
    pairs = window.clients_by_pair() or {(window.today, window.today): []}
    return union_all(*(_recalls(t0, t1, clients, needs) for (t0, t1), clients in pairs.items())).subquery(
        "recalls"
    )


def _recalls(
    opened: date, closed: date, clients: Collection[int], needs: frozenset[str]
) -> Select[tuple[object, ...]]:
    gone = recalled_between(opened, closed, clients, "taken_back")
    opening = owned_at(opened, clients, needs, gone).subquery("opening")
    return (
        select(
            *(opening.c[name] for name in (*_OWNERS, *sorted(OF_ACCOUNT)) if name in opening.c),
            opening.c.bucket.label("bucket_from"),
            opening.c.bucket_no.label("bucket_from_no"),
            literal(1).label("accounts"),
            opening.c.balance_cents.label("opening_cents"),
        )
        .select_from(opening.join(gone, gone.c.account_id == opening.c.account_id))
        .where(opening.c.bucket_no < CASTIGO_NO, ~was_charged_off(gone))
    )


def matrices(opened: date, closed: Collection[date], clients: Collection[int]) -> Subquery:
    """`moves` from one opening cut to each of these closing ones; the opening is read once."""
    opening = owned_at(opened, clients, frozenset()).cte("opening")
    return union_all(*(moves(opening, opened, day, clients) for day in closed)).subquery("matrices")


_OWNERS = (
    "client_id",
    "campaign_id",
    "supervisor_id",
    "agent_id",
    "dpd",
    "balance_cents",
)


def facts(window: Window, needs: frozenset[str]) -> Subquery:
    pairs = window.clients_by_pair() or {(window.today, window.today): []}
    parts = (
        moves(owned_at(t0, clients, needs).subquery("opening"), t0, t1, clients)
        for (t0, t1), clients in pairs.items()
    )
    return union_all(*parts).subquery("migrations")
