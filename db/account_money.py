"""What the engines of promises and agreements both read: whom a change concerns, their money, the terms."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Column, Connection, select

from db.promise_rules import Payment, PromiseRules
from db.tables.facts import payments
from db.tables.reference import clients

Days = Mapping[int, Collection[date]]  # client -> days

_BATCH = 5_000  # accounts read, and rows deleted, at a time


def client_terms(connection: Connection) -> dict[int, PromiseRules]:
    columns = clients.c.promise_grace_days, clients.c.promise_threshold_pct, clients.c.payment_lag_days
    rows = connection.execute(select(clients.c.id, *columns))
    return {client: PromiseRules(*rest) for client, *rest in rows}


def all_accounts(connection: Connection, made_on: Column[Any]) -> set[int]:
    """Every account with a row in the table of `made_on`."""
    return set(connection.execute(select(made_on.table.c.account_id).distinct()).scalars())


def accounts_concerned(connection: Connection, made_on: Column[Any], paid: Days, made: Days) -> set[int]:
    """The accounts with rows in the table of `made_on` that a change of those days may concern.

    `paid`: days of payments. `made`: days in `made_on`. One client a query: short lists.
    """
    spoken = made_on.table
    found: set[int] = set()
    of_spoken = select(spoken.c.account_id)
    for client, days in paid.items():
        query = select(payments.c.account_id).where(
            payments.c.client_id == client,
            payments.c.paid_on.in_(sorted(days)),
            payments.c.account_id.in_(of_spoken),
        )
        found.update(connection.execute(query.distinct()).scalars())
    for client, days in made.items():
        query = of_spoken.where(spoken.c.client_id == client, made_on.in_(sorted(days)))
        found.update(connection.execute(query.distinct()).scalars())
    return found


def payments_of(connection: Connection, accounts: Sequence[int]) -> dict[int, list[Payment]]:
    columns = (
        payments.c.payment_ref,
        payments.c.paid_on,
        payments.c.amount_cents,
        payments.c.reverses_ref,
    )
    query = select(payments.c.account_id, *columns).where(payments.c.account_id.in_(accounts))
    found: dict[int, list[Payment]] = defaultdict(list)
    for account, *rest in connection.execute(query):
        found[account].append(Payment(*rest))
    return found


def batches(items: Sequence[Any]) -> Iterator[Any]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
