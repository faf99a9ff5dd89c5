"""What stands in the way of an erasure: a hold, a complaint, a debt that is still worked. Writes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Connection, func, select

from db.erasure.subject import Subject
from db.marks import same_kind
from db.tables.agency import agreements, cases
from db.tables.facts import balances
from db.tables.reference import accounts

Why = Literal["hold", "complaint", "agreement", "debt"]
LETS_GO = "Fallecimiento"  # a death stops the work, and keeps no data
BINDING = ("authorized", "formalized", "active")
SETTLED = "LIQUIDADA"
ERASES = ("cancel", "supre", "elimin", "borr", "erase", "delet")


@dataclass(frozen=True)
class Bar:
    why: Why
    account: str
    kind: str = ""
    since: date | None = None


def bars(connection: Connection, subject: Subject, today: date) -> list[Bar]:
    """The gravest first: what a hold protects is kept, whoever asks for what."""
    return [*_cases(connection, subject), *_owed(connection, subject, today)]


def request_of(connection: Connection, subject: Subject) -> tuple[int, date] | None:
    """The debtor's own request to be erased that waits for its answer, and the day it came."""
    query = (
        select(cases.c.id, cases.c.kind, cases.c.received_on)
        .where(cases.c.register == "arco", cases.c.closed_on.is_(None))
        .where(cases.c.account_id.in_(subject.accounts))
        .order_by(cases.c.received_at, cases.c.id)
    )
    asked = (row for row in connection.execute(query) if _erases(row.kind))
    return next(((row.id, row.received_on) for row in asked), None)


def _erases(kind: str) -> bool:
    """A request filed without saying which right is looked at by whoever approves."""
    said = kind.strip().lower()
    return not said or any(stem in said for stem in ERASES)


def _cases(connection: Connection, subject: Subject) -> Iterator[Bar]:
    query = (
        select(cases.c.register, cases.c.kind, cases.c.received_on, accounts.c.account_no)
        .join(accounts, accounts.c.id == cases.c.account_id)
        .where(cases.c.account_id.in_(subject.accounts), cases.c.closed_on.is_(None))
        .where(cases.c.register.in_(("holds", "complaints")))
        .order_by(cases.c.register.desc(), cases.c.received_on, cases.c.id)
    )
    for row in connection.execute(query):
        if row.register == "complaints":
            yield Bar("complaint", row.account_no, row.kind, row.received_on)
        elif not same_kind(row.kind, LETS_GO):
            yield Bar("hold", row.account_no, row.kind, row.received_on)


def _owed(connection: Connection, subject: Subject, today: date) -> Iterator[Bar]:
    """An account taken back, paid off or no longer in the creditor's file is not worked any more."""
    last = connection.execute(
        select(func.max(balances.c.as_of)).where(
            balances.c.client_id == subject.client_id, balances.c.as_of <= today
        )
    ).scalar()
    query = select(accounts).where(accounts.c.id.in_(subject.accounts)).order_by(accounts.c.id)
    for row in connection.execute(query).all():
        if row.recalled_on is not None and row.recalled_on <= today:
            continue
        bound = select(agreements.c.agreed_on).where(
            agreements.c.account_id == row.id, agreements.c.status.in_(BINDING)
        )
        agreed = connection.execute(bound.limit(1)).scalar()
        if agreed is not None:
            yield Bar("agreement", row.account_no, since=agreed)
        elif _owes(connection, row.id, subject.client_id, last, row.first_cut_on, row.balance_cents):
            yield Bar("debt", row.account_no, since=last)


def _owes(
    connection: Connection, account: int, client: int, last: date | None, first: date | None, placed: int
) -> bool:
    if last is None or first is None:
        return placed > 0  # no file has named it yet: as it was placed
    cut = select(balances.c.balance_cents, balances.c.status).where(
        balances.c.client_id == client, balances.c.as_of == last, balances.c.account_id == account
    )
    found = connection.execute(cut).first()
    return found is not None and found.balance_cents > 0 and found.status != SETTLED
