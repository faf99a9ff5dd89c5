"""What a creditor is told of its own accounts over some days: promises, payments, contacts. Rows and totals.

Always of one client, and of nothing that the scope leaves out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from db.access import scope_conditions
from db.periods import Period
from db.picks import promise_status
from db.scope import Scope
from db.tables.cells import promise_results
from db.tables.facts import contacts, payments, promises
from db.tables.reference import accounts, campaigns


@dataclass(frozen=True)
class Sheet:
    """Rows not read yet, of one client; `totals` are counted and summed by the database."""

    name: str
    query: Select[Any]
    sums: Mapping[str, Any]

    def totals(self, connection: Connection) -> dict[str, int]:
        counted = self.query.with_only_columns(func.count(), *self.sums.values()).order_by(None)
        n, *more = connection.execute(counted).one()
        return {"n": int(n), **{name: int(each or 0) for name, each in zip(self.sums, more, strict=True)}}

    def rows(self, connection: Connection) -> Iterator[Row[Any]]:
        yield from connection.execute(self.query)


def promised(client: int, scope: Scope, over: Period, today: date) -> Sheet:
    """Made in the period, with how each stands."""
    columns = (
        *(promises.c.made_on, promises.c.due_on, promises.c.amount_cents),
        *(promise_results.c.allocated_cents.label("paid_cents"), promise_status(today).label("status")),
    )
    joined = promises.outerjoin(promise_results, promise_results.c.promise_id == promises.c.id)
    query = _of(joined, promises, columns, client, scope).where(_within(promises.c.made_on, over))
    query = query.order_by(promises.c.made_on, accounts.c.account_no, promises.c.id)
    return Sheet("promises", query, {"cents": func.sum(promises.c.amount_cents)})


def paid(client: int, scope: Scope, over: Period, _today: date) -> Sheet:
    """By the day they were made; money given back is negative."""
    columns = (
        *(payments.c.paid_on, payments.c.posted_on, payments.c.amount_cents),
        *(payments.c.channel, payments.c.payment_ref),
    )
    query = _of(payments, payments, columns, client, scope).where(_within(payments.c.paid_on, over))
    query = query.order_by(payments.c.paid_on, accounts.c.account_no, payments.c.id)
    return Sheet("payments", query, {"cents": func.sum(payments.c.amount_cents)})


def contacted(client: int, scope: Scope, over: Period, _today: date) -> Sheet:
    """Every attempt; neither the phone nor what was noted leaves the house."""
    columns = (
        *(contacts.c.started_on, contacts.c.started_at, contacts.c.channel, contacts.c.result_code),
        *(contacts.c.human, contacts.c.rpc, contacts.c.talk_seconds),
    )
    query = _of(contacts, contacts, columns, client, scope).where(_within(contacts.c.started_on, over))
    query = query.order_by(contacts.c.started_at, contacts.c.id)
    reached = func.count().filter(contacts.c.human)
    return Sheet("contacts", query, {"reached": reached, "rpc": func.count().filter(contacts.c.rpc)})


SHEETS: Mapping[str, Callable[[int, Scope, Period, date], Sheet]] = {
    "promises": promised,
    "payments": paid,
    "contacts": contacted,
}


def by_result(connection: Connection, client: int, scope: Scope, over: Period) -> list[tuple[str, int]]:
    """How often each result, the most frequent first."""
    n, code = func.count(), contacts.c.result_code
    query = contacted(client, scope, over, over.end).query.with_only_columns(code, n).order_by(None)
    return [
        (str(each), int(count))
        for each, count in connection.execute(query.group_by(code).order_by(n.desc(), code))
    ]


def _of(rows: Any, table: Any, columns: tuple[Any, ...], client: int, scope: Scope) -> Select[Any]:
    joined = rows.join(accounts, accounts.c.id == table.c.account_id)
    joined = joined.join(campaigns, campaigns.c.id == table.c.campaign_id)
    named = (accounts.c.account_no.label("account"), campaigns.c.name.label("campaign"))
    limits = scope_conditions(scope, {"client_id": table.c.client_id, "campaign_id": table.c.campaign_id})
    return select(*named, *columns).select_from(joined).where(table.c.client_id == client, *limits)


def _within(day: Any, over: Period) -> Any:
    return day.between(over.start, over.end)
