"""A week of compliance by client: breaches and what became of them, what could not be judged, terms kept."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, func, select

from db.access import scope_conditions
from db.calendars import Calendar
from db.law.due import REGISTERS, terms_due
from db.law.policy import Policy
from db.periods import Period
from db.scope import Scope
from db.tables.agency import cases
from db.tables.law import breaches, searched_counts
from db.tables.reference import clients

CLOSED = ("attended", "training", "false_positive")


@dataclass
class ClientWeek:
    name: str
    regime: str
    states: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    received: Counter[str] = field(default_factory=Counter)  # complaints, ARCO requests
    late: Counter[str] = field(default_factory=Counter)
    contacts: int = 0
    unknown: int = 0

    @property
    def found(self) -> int:
        return sum(self.states.values())

    @property
    def waiting(self) -> int:
        return self.found - sum(self.states[name] for name in CLOSED)


def week_of(
    connection: Connection, scope: Scope, over: Period, authority: Calendar, policy: Policy, today: date
) -> list[ClientWeek]:
    """Every client in reach, also one of whom nothing was found. No account and no person is named."""
    weeks = _clients(connection, scope)
    for row in connection.execute(_breaches(scope, over)):
        if (week := weeks.get(row.client_id)) is not None:
            week.states[row.state] += row.n
            week.severities[row.severity] += row.n
            week.rules[row.rule] += row.n
    _filed(connection, scope, over, weeks)
    _judged(connection, over, weeks)
    by_name = {week.name: week for week in weeks.values()}
    for due in terms_due(connection, authority, policy, today, scope):
        if due.left < 0 and due.client in by_name:
            by_name[due.client].late[due.register] += 1
    return list(weeks.values())


def _clients(connection: Connection, scope: Scope) -> dict[int, ClientWeek]:
    query = select(clients.c.id, clients.c.name, clients.c.regime).order_by(clients.c.code)
    if scope.clients is not None:
        query = query.where(clients.c.id.in_(sorted(scope.clients)))
    return {row.id: ClientWeek(row.name, row.regime) for row in connection.execute(query)}


def _breaches(scope: Scope, over: Period) -> Select[Any]:
    columns = (breaches.c.client_id, breaches.c.rule, breaches.c.severity, breaches.c.state)
    return (
        select(*columns, func.count().label("n"))
        .where(breaches.c.happened_on.between(over.start, over.end), *scope_conditions(scope, breaches.c))
        .group_by(*columns)
    )


def _filed(connection: Connection, scope: Scope, over: Period, weeks: Mapping[int, ClientWeek]) -> None:
    query = (
        select(cases.c.client_id, cases.c.register, func.count().label("n"))
        .where(cases.c.register.in_(REGISTERS), cases.c.received_on.between(over.start, over.end))
        .where(*scope_conditions(scope, cases.c))
        .group_by(cases.c.client_id, cases.c.register)
    )
    for row in connection.execute(query):
        if row.client_id in weeks:
            weeks[row.client_id].received[row.register] += row.n


def _judged(connection: Connection, over: Period, weeks: Mapping[int, ClientWeek]) -> None:
    """Of all that the rules looked at, how much no rule could judge for want of data."""
    table = searched_counts
    query = (
        select(table.c.client_id, func.sum(table.c.contacts), func.sum(table.c.unknown))
        .where(table.c.day.between(over.start, over.end))
        .group_by(table.c.client_id)
    )
    for client, contacts, unknown in connection.execute(query):
        if client in weeks:
            weeks[client].contacts, weeks[client].unknown = int(contacts), int(unknown)
