"""Keeps promise_results up to date with the promises and the money, re-deciding only what a change concerns.

Knows how to read and write in bulk; what becomes of a promise is promise_rules' to say.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, delete, select

from db.bulk import insert_rows
from db.calendars import Calendars
from db.promise_rules import Payment, Promise, PromiseRules, Result, decide
from db.tables import facts
from db.tables.cells import promise_results
from db.tables.reference import clients

Days = Mapping[int, Collection[date]]  # client -> days

_money, _spoken = facts.payments, facts.promises
_BATCH = 5_000  # accounts read, and rows deleted, at a time


@dataclass
class PromiseChanges:
    """Results that are new or no longer what is stored, and the due days whose sums they belong to."""

    results: list[Result] = field(default_factory=list)
    touched: dict[int, set[date]] = field(default_factory=lambda: defaultdict(set))  # client -> due days


def refresh_promises(
    connection: Connection,
    calendars: Calendars,
    *,
    payments: Days | None = None,
    promises: Days | None = None,
    accounts: Collection[int] = (),
) -> dict[int, set[date]]:
    """Re-decide what a change concerns and write it; gives each client's due days whose sums changed.

    `payments`: days paid of payments loaded or changed. `promises`: days on which promises loaded or changed
    were made. `accounts`: those, whatever changed (an account whose payment was moved to another one).
    None for both days and no accounts: every promise there is, as after a change of a client's terms.
    """
    changes = promise_changes(connection, calendars, payments=payments, promises=promises, accounts=accounts)
    write_promise_results(connection, changes)
    return dict(changes.touched)


def promise_changes(
    connection: Connection,
    calendars: Calendars,
    *,
    payments: Days | None = None,
    promises: Days | None = None,
    accounts: Collection[int] = (),
) -> PromiseChanges:
    """The reading half of `refresh_promises`: writes nothing."""
    if payments is None and promises is None and not accounts:
        wanted = _all_accounts(connection)
    else:
        wanted = _accounts(connection, payments or {}, promises or {}) | set(accounts)
    rules = _client_rules(connection)
    changes = PromiseChanges()
    for batch in _batches(sorted(wanted)):
        money = _payments_of(connection, batch)
        for account in _promises_of(connection, batch):
            terms = rules[account.client_id]
            results = decide(account.promises, money.get(account.id, ()), terms, calendars.bank)
            _compare(changes, account, results)
    return changes


def write_promise_results(connection: Connection, changes: PromiseChanges) -> None:
    """The writing half: replaces the rows of the promises that changed."""
    for batch in _batches(changes.results):
        ids = [r.promise_id for r in batch]
        connection.execute(delete(promise_results).where(promise_results.c.promise_id.in_(ids)))
    rows = (
        (r.promise_id, r.status, r.allocated_cents, f"{r.window_ends_on}", f"{r.decide_on}", int(r.corrected))
        for r in changes.results
    )
    insert_rows(connection, promise_results, Result._fields, rows)


@dataclass(frozen=True, slots=True)
class _Account:
    client_id: int
    id: int
    promises: list[Promise]
    stored: dict[int, Result]


def _client_rules(connection: Connection) -> dict[int, PromiseRules]:
    columns = clients.c.promise_grace_days, clients.c.promise_threshold_pct, clients.c.payment_lag_days
    rows = connection.execute(select(clients.c.id, *columns))
    return {client: PromiseRules(*rest) for client, *rest in rows}


def _all_accounts(connection: Connection) -> set[int]:
    return set(connection.execute(select(_spoken.c.account_id).distinct()).scalars())


def _accounts(connection: Connection, paid: Days, made: Days) -> set[int]:
    """The accounts with promises that a change of those days may concern. One client a query: short lists."""
    found: set[int] = set()
    promised = select(_spoken.c.account_id)
    for client, days in paid.items():
        query = select(_money.c.account_id).where(
            _money.c.client_id == client,
            _money.c.paid_on.in_(sorted(days)),
            _money.c.account_id.in_(promised),
        )
        found.update(connection.execute(query.distinct()).scalars())
    for client, days in made.items():
        query = promised.where(_spoken.c.client_id == client, _spoken.c.made_on.in_(sorted(days)))
        found.update(connection.execute(query.distinct()).scalars())
    return found


def _payments_of(connection: Connection, accounts: Sequence[int]) -> dict[int, list[Payment]]:
    columns = (
        _money.c.payment_ref,
        _money.c.paid_on,
        _money.c.amount_cents,
        _money.c.reverses_ref,
    )
    query = select(_money.c.account_id, *columns).where(_money.c.account_id.in_(accounts))
    found: dict[int, list[Payment]] = defaultdict(list)
    for account, *rest in connection.execute(query):
        found[account].append(Payment(*rest))
    return found


def _promises_of(connection: Connection, accounts: Sequence[int]) -> Iterator[_Account]:
    """Each account's promises, with the results that are stored."""
    query = (
        select(
            _spoken.c.account_id,
            _spoken.c.client_id,
            _spoken.c.id,
            _spoken.c.made_on,
            _spoken.c.due_on,
            _spoken.c.amount_cents,
            *promise_results.c,
        )
        .outerjoin_from(_spoken, promise_results, promise_results.c.promise_id == _spoken.c.id)
        .where(_spoken.c.account_id.in_(accounts))
        .order_by(_spoken.c.account_id)
    )
    for (account, client), rows in groupby(connection.execute(query), key=lambda row: (row[0], row[1])):
        found = _Account(client, account, [], {})
        for row in rows:
            found.promises.append(Promise(*row[2:6]))
            if row[6] is not None:
                found.stored[row[6]] = Result(*row[6:])
        yield found


def _compare(changes: PromiseChanges, account: _Account, results: Iterable[Result]) -> None:
    due = {p.id: p.due_on for p in account.promises}
    for result in results:
        if account.stored.get(result.promise_id) != result:
            changes.results.append(result)
            changes.touched[account.client_id].add(due[result.promise_id])


def _batches(items: Sequence[Any]) -> Iterator[Any]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
