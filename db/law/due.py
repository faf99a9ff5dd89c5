"""Open complaints and ARCO requests, and the last day each may be answered on by the authority's calendar.

The terms are those the search for breaches goes by. Writes nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select

from db.access import scope_conditions
from db.calendars import Calendar
from db.law.policy import Policy
from db.law.suspects import read_clients
from db.law.terms import term_of
from db.periods import Period
from db.scope import Scope
from db.tables.agency import cases
from db.tables.reference import accounts, clients

REGISTERS = ("complaints", "arco")


@dataclass(frozen=True)
class Due:
    """`left`: business days to its last day; below nothing, by how many it is late."""

    id: int
    register: str
    kind: str
    client: str
    account: str
    received_on: date
    last_on: date
    left: int
    rule: str


def terms_due(
    connection: Connection,
    authority: Calendar,
    policy: Policy,
    today: date,
    scope: Scope,
    registers: Collection[str] = REGISTERS,
) -> list[Due]:
    """What waits for an answer, the most urgent first."""
    known = read_clients(connection)
    query = (
        select(cases, accounts.c.account_no, clients.c.name.label("client"))
        .join(accounts, accounts.c.id == cases.c.account_id)
        .join(clients, clients.c.id == cases.c.client_id)
        .where(cases.c.register.in_(sorted(registers)), cases.c.closed_on.is_(None))
        .where(*scope_conditions(scope, cases.c))
    )
    found = []
    for row in connection.execute(query):
        rule, days = term_of(row, known[row.client_id], policy)
        last = authority.add_business_days(row.received_on, days)
        left = _between(authority, today, last)
        told = (row.register, row.kind, row.client, row.account_no, row.received_on, last, left, rule)
        found.append(Due(row.id, *told))
    return sorted(found, key=lambda due: (due.last_on, due.id))


def _between(authority: Calendar, today: date, last: date) -> int:
    """Business days from one to the other; on the day itself none."""
    if last == today:
        return 0
    early, late = sorted((today, last))
    days = authority.business_days(Period(start=early + timedelta(days=1), end=late))
    return days if last > today else -max(days, 1)
