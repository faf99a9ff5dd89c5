"""Who is to be reminded, and what a message says of each: its promise, balance, name. Decides nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, func, select

from db.picks import Pick, condition, promise_status
from db.scope import Scope
from db.standing import Standing, standing
from db.tables.cells import promise_results
from db.tables.facts import promises
from db.tables.reference import accounts, debtors

SLICE = 5_000
EVERYBODY = Scope()
_NAMES = ("account_id", "number", "client_id", "campaign_id", "agent_id", "balance_cents")


@dataclass(frozen=True)
class Promised:
    id: int
    due_on: date
    cents: int


@dataclass(frozen=True)
class Debt:
    """An account in the portfolio: what it owes by its client's last file, and who owes it."""

    id: int
    number: str
    client_id: int
    campaign_id: int
    agent_id: int
    balance_cents: int
    as_of: date
    name: str | None
    reference: str | None
    promise: Promised | None


def picked(
    connection: Connection, scope: Scope, today: date, picks: Sequence[Pick], *, promised_on: date | None
) -> list[Debt]:
    """Within reach; with a promise open for that day, where one is given. Raises db.picks.Unpickable."""
    among = None if promised_on is None else _open(today).where(promises.c.due_on == promised_on)
    ids = among.with_only_columns(promises.c.account_id) if among is not None else None
    stands = standing(connection, scope, today, among=ids)
    limits = [condition(each, stands.columns, today) for each in picks]
    found = _debts(connection, stands, limits, today, promised_on)
    return [each for each in found if promised_on is None or each.promise is not None]


def debts(connection: Connection, ids: Sequence[int], today: date) -> dict[int, Debt]:
    """Of these accounts, those still in the portfolio."""
    found: dict[int, Debt] = {}
    for at in range(0, len(ids), SLICE):
        among = select(accounts.c.id).where(accounts.c.id.in_(ids[at : at + SLICE]))
        stands = standing(connection, EVERYBODY, today, among=among)
        found |= {each.id: each for each in _debts(connection, stands, [], today, None)}
    return found


def _debts(
    connection: Connection, stands: Standing, limits: Sequence[Any], today: date, promised_on: date | None
) -> Iterator[Debt]:
    query = stands.select(*_NAMES).where(*limits).order_by(stands.columns["account_id"])
    rows = connection.execute(query).all()
    ids = [row.account_id for row in rows]
    named, promised = _named(connection, ids), _promised(connection, ids, today, promised_on)
    for row in rows:
        name, reference = named[row.account_id]
        yield Debt(
            id=row.account_id,
            number=row.number,
            client_id=row.client_id,
            campaign_id=row.campaign_id,
            agent_id=row.agent_id,
            balance_cents=row.balance_cents,
            as_of=stands.as_of[row.client_id],
            name=name,
            reference=reference,
            promise=promised.get(row.account_id),
        )


def _named(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[str | None, str | None]]:
    found: dict[int, tuple[str | None, str | None]] = {}
    source = accounts.outerjoin(debtors, debtors.c.id == accounts.c.debtor_id)
    for at in range(0, len(ids), SLICE):
        query = select(accounts.c.id, debtors.c.name, accounts.c.payment_reference).select_from(source)
        some = query.where(accounts.c.id.in_(ids[at : at + SLICE]))
        found |= {row[0]: (row[1], row[2]) for row in connection.execute(some)}
    return found


def _promised(
    connection: Connection, ids: Sequence[int], today: date, promised_on: date | None
) -> dict[int, Promised]:
    """The open promise of each that falls due first, or on that day; several of one day are one sum."""
    found: dict[int, Promised] = {}
    for at in range(0, len(ids), SLICE):
        query = _open(today).where(promises.c.account_id.in_(ids[at : at + SLICE]))
        if promised_on is not None:
            query = query.where(promises.c.due_on == promised_on)
        for account, number, due_on, cents in connection.execute(query):
            first = found.get(account)
            if first is None:
                found[account] = Promised(number, due_on, cents)
            elif first.due_on == due_on:
                found[account] = Promised(first.id, due_on, first.cents + cents)
    return found


def _open(today: date) -> Select[Any]:
    """With what is still to be paid of each."""
    judged = promises.outerjoin(promise_results, promise_results.c.promise_id == promises.c.id)
    owed = promises.c.amount_cents - func.coalesce(promise_results.c.allocated_cents, 0)
    return (
        select(promises.c.account_id, promises.c.id, promises.c.due_on, owed)
        .select_from(judged)
        .where(promise_status(today) == "open", promises.c.due_on >= today, owed > 0)
        .order_by(promises.c.due_on, promises.c.id)
    )
