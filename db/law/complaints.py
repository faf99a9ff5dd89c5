"""The complaints of a month, each with how long its answer took in business days of the authority."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from db.access import scope_conditions
from db.calendars import Calendar
from db.law.policy import Policy
from db.law.suspects import read_clients
from db.law.terms import overdue_since, term_of
from db.periods import Period
from db.scope import Scope
from db.tables.agency import cases
from db.tables.reference import accounts, clients

COMPLAINTS = "complaints"


@dataclass(frozen=True)
class Complaint:
    """`took`: business days to its answer, None while it waits; `late`: past its term, answered or not."""

    client_id: int
    account: str
    received_on: date
    cause: str
    channel: str
    status: str
    closed_on: date | None
    took: int | None
    late: bool


@dataclass(frozen=True)
class Creditor:
    id: int
    code: str
    name: str
    regime: str


def creditors(connection: Connection, scope: Scope) -> list[Creditor]:
    """All in reach: one without any complaint is reported as well."""
    query = select(clients.c.id, clients.c.code, clients.c.name, clients.c.regime).order_by(clients.c.code)
    if scope.clients is not None:
        query = query.where(clients.c.id.in_(sorted(scope.clients)))
    return [Creditor(*row) for row in connection.execute(query)]


def complaints_of(
    connection: Connection, authority: Calendar, policy: Policy, month: Period, today: date, scope: Scope
) -> list[Complaint]:
    known = read_clients(connection)
    query = (
        select(cases, accounts.c.account_no)
        .join(accounts, accounts.c.id == cases.c.account_id)
        .where(cases.c.register == COMPLAINTS, cases.c.received_on.between(month.start, month.end))
        .where(*scope_conditions(scope, cases.c))
        .order_by(cases.c.received_at, cases.c.id)
    )
    found = []
    for row in connection.execute(query):
        _, days = term_of(row, known[row.client_id], policy)
        late = overdue_since(row.received_on, row.closed_on, days, today, authority) is not None
        named = (row.kind, row.channel or "", row.status or "")
        took = _took(authority, row.received_on, row.closed_on)
        found.append(
            Complaint(row.client_id, row.account_no, row.received_on, *named, row.closed_on, took, late)
        )
    return found


def _took(authority: Calendar, received: date, closed: date | None) -> int | None:
    if closed is None:
        return None
    return max(authority.business_days(Period(start=received, end=max(closed, received))) - 1, 0)
