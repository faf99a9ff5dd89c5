"""Keeps promise_results up to date with the promises and the money, re-deciding only what a change concerns.

Knows how to read and write in bulk; what becomes of a promise is promise_rules' to say.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from sqlalchemy import Connection, delete, select

from db.account_money import Days, accounts_concerned, all_accounts, batches, client_terms, payments_of
from db.bulk import insert_rows
from db.calendars import Calendars
from db.promise_rules import Promise, Result, decide
from db.tables import facts
from db.tables.cells import promise_results

_spoken = facts.promises


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
        wanted = all_accounts(connection, _spoken.c.made_on)
    else:
        made = accounts_concerned(connection, _spoken.c.made_on, payments or {}, promises or {})
        wanted = made | set(accounts)
    rules = client_terms(connection)
    changes = PromiseChanges()
    for batch in batches(sorted(wanted)):
        money = payments_of(connection, batch)
        for account in _promises_of(connection, batch):
            terms = rules[account.client_id]
            results = decide(account.promises, money.get(account.id, ()), terms, calendars.bank)
            _compare(changes, account, results)
    return changes


def write_promise_results(connection: Connection, changes: PromiseChanges) -> None:
    """The writing half: replaces the rows of the promises that changed."""
    for batch in batches(changes.results):
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
