"""Keeps payment_credits up to date: which agent each payment is credited to, and by which rule.

Knows which payments a change concerns, and that a reversal follows what it takes back.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Connection, Select, and_, delete, func, or_, select

from db.bulk import insert_rows
from db.credit_rules import DEFAULT_RULES, LOOKUPS, Chunk, CreditRules
from db.periods import month_of
from db.reversals import original, reversing
from db.tables.agency import agreements
from db.tables.cells import payment_credits
from db.tables.facts import contacts, payments, promises
from db.tables.reference import assignments

Days = Mapping[int, Collection[date]]  # client -> days

_DAY = timedelta(days=1)
_BATCH = 5_000  # rows deleted at a time
_MANY = 31  # days changed, of one client
_stored = payment_credits.c.agent_id, payment_credits.c.rule


class Credit(NamedTuple):
    """`rule` is one of the order's, none, or reversal: credited to the agent of the payment it takes back."""

    payment_id: int
    agent_id: int
    rule: str


@dataclass
class CreditChanges:
    """Credits that are new or no longer what is stored, and the days whose sums they belong to."""

    credits: dict[int, Credit] = field(default_factory=dict)  # by payment
    touched: dict[int, set[date]] = field(default_factory=lambda: defaultdict(set))  # client -> days paid

    def note(self, credit: Credit, client: int, day: date, stored: Sequence[int | str | None]) -> None:
        if (credit.agent_id, credit.rule) != tuple(stored):
            self.credits[credit.payment_id] = credit
            self.touched[client].add(day)


def refresh_credits(
    connection: Connection, days: Days | None, rules: CreditRules = DEFAULT_RULES
) -> dict[int, set[date]]:
    """Credit anew the payments of a client's days (None: all of them) and what reverses them, and write it.

    Gives each client's days of payment whose sums are no longer right. When contacts, assignments, promises
    or agreements changed, widen `days` first with `payments_affected_by`; promises and agreements are decided
    first, for their windows say which payments they cover.
    """
    changes = credit_changes(connection, days, rules)
    write_credits(connection, changes)
    return dict(changes.touched)


def credit_changes(
    connection: Connection, days: Days | None, rules: CreditRules = DEFAULT_RULES
) -> CreditChanges:
    """The reading half of `refresh_credits`: writes nothing."""
    changes = CreditChanges()
    chunks = list(_chunks(connection, _with_uncredited_originals(connection, days)))
    for chunk in chunks:
        _credit(connection, changes, chunk, rules)
    reversals = {row.id: row for chunk in chunks for row in _reversals(connection, chunk)}
    for row in reversals.values():
        credit = Credit(row.id, _agent_taken_back(row, reversals, changes), "reversal")
        changes.note(credit, row.client_id, row.paid_on, (row.stored_agent_id, row.stored_rule))
    return changes


def write_credits(connection: Connection, changes: CreditChanges) -> None:
    """The writing half: replaces the rows of the payments whose credit changed."""
    ids = list(changes.credits)
    for start in range(0, len(ids), _BATCH):
        some = ids[start : start + _BATCH]
        connection.execute(delete(payment_credits).where(payment_credits.c.payment_id.in_(some)))
    insert_rows(connection, payment_credits, Credit._fields, changes.credits.values())


def payments_affected_by(
    connection: Connection, source: str, days: Days, rules: CreditRules = DEFAULT_RULES
) -> dict[int, set[date]]:
    """Each client's days of payment whose credit may change when `source` changed on those days.

    contacts: payments of the accounts contacted, up to `rpc_days` later. assignments (days they begin or
    end), promises and agreements (days they are made): payments of their accounts, from then on. payments:
    those days. Nothing else changes one.
    Days that need not be done again may be among them where many changed, or far apart; none is left out.
    """
    if source == "payments":
        return {client: set(some) for client, some in days.items()}
    found = {}
    for client, some in days.items():
        if some and source in _WHOSE and (affected := _affected(connection, source, client, some, rules)):
            found[client] = affected
    return found


def _contacted(client: int, days: Sequence[date]) -> Select[tuple[int]]:
    return select(contacts.c.account_id).where(
        contacts.c.client_id == client, contacts.c.started_on.in_(days), contacts.c.rpc
    )


def _assigned(client: int, days: Sequence[date]) -> Select[tuple[int]]:  # noqa: ARG001 (an assignment has none)
    return select(assignments.c.account_id).where(
        or_(assignments.c.from_on.in_(days), assignments.c.to_on.in_(days))
    )


def _promised(client: int, days: Sequence[date]) -> Select[tuple[int]]:
    return select(promises.c.account_id).where(promises.c.client_id == client, promises.c.made_on.in_(days))


def _agreed(client: int, days: Sequence[date]) -> Select[tuple[int]]:
    return select(agreements.c.account_id).where(
        agreements.c.client_id == client, agreements.c.agreed_on.in_(days)
    )


# The accounts concerned when a source changed on those days of a client.
_WHOSE: Mapping[str, Callable[[int, Sequence[date]], Select[tuple[int]]]] = {
    "contacts": _contacted,
    "assignments": _assigned,
    "promises": _promised,
    "agreements": _agreed,
}


def _affected(
    connection: Connection, source: str, client: int, days: Collection[date], rules: CreditRules
) -> set[date]:
    listed = sorted(days)
    query = select(payments.c.paid_on).where(payments.c.client_id == client, payments.c.paid_on >= listed[0])
    if source == "contacts":
        query = query.where(payments.c.paid_on <= listed[-1] + timedelta(days=rules.rpc_days))
    if len(listed) <= _MANY:  # beyond, nearly every day that has payments: cheaper done than looked for
        query = query.where(payments.c.account_id.in_(_WHOSE[source](client, listed)))
    return set(connection.execute(query.distinct()).scalars())


def _chunks(connection: Connection, days: Days | None) -> Iterator[Chunk]:
    if days is None:
        yield from _all_months(connection)
        return
    for client, some in sorted(days.items()):
        for month, listed in groupby(sorted(set(some)), key=month_of):
            yield Chunk(month, client, tuple(listed))


def _all_months(connection: Connection) -> Iterator[Chunk]:
    first, last = connection.execute(select(func.min(payments.c.paid_on), func.max(payments.c.paid_on))).one()
    while first is not None and first <= last:
        yield Chunk(month_of(first))
        first = month_of(first).end + _DAY


def _with_uncredited_originals(connection: Connection, days: Days | None) -> Days | None:
    """The days, and those of payments taken back on these days that have no credit yet."""
    if days is None:
        return None
    widened = {client: set(some) for client, some in days.items()}
    query = (
        select(original.c.client_id, original.c.paid_on)
        .select_from(reversing())
        .outerjoin(payment_credits, payment_credits.c.payment_id == original.c.id)
        .where(payment_credits.c.payment_id.is_(None))
        .distinct()
    )
    for chunk in _chunks(connection, days):
        for client, day in connection.execute(query.where(chunk.of(payments))):
            widened[client].add(day)
    return widened


def _credit(connection: Connection, changes: CreditChanges, chunk: Chunk, rules: CreditRules) -> None:
    """Every payment of the chunk that is not the reversal of another."""
    named = {rule: LOOKUPS[rule](connection, chunk, rules) for rule in rules.order}
    query = (
        select(payments.c.id, payments.c.client_id, payments.c.paid_on, *_stored)
        .select_from(reversing(outer=True))
        .outerjoin(payment_credits, payment_credits.c.payment_id == payments.c.id)
        .where(chunk.of(payments), original.c.id.is_(None))
    )
    for payment, client, day, *stored in connection.execute(query):
        rule = next((rule for rule in rules.order if payment in named[rule]), None)
        credit = Credit(payment, named[rule][payment], rule) if rule else Credit(payment, 0, "none")
        changes.note(credit, client, day, stored)


class _Reversal(NamedTuple):
    id: int
    client_id: int
    paid_on: date
    original_id: int
    original_agent_id: int | None  # as stored
    stored_agent_id: int | None
    stored_rule: str | None


def _reversals(connection: Connection, chunk: Chunk) -> Iterator[_Reversal]:
    """Reversals of the chunk's days, and those of its days or later that take back a payment of the chunk."""
    of_original = payment_credits.alias()
    of_payment = payments.c.id, payments.c.client_id, payments.c.paid_on
    query = (
        select(*of_payment, original.c.id, of_original.c.agent_id, *_stored)
        .select_from(reversing())
        .outerjoin(of_original, of_original.c.payment_id == original.c.id)
        .outerjoin(payment_credits, payment_credits.c.payment_id == payments.c.id)
    )
    chosen = [chunk.of(payments)]
    if chunk.client_id is not None:
        chosen.append(and_(chunk.of(original), payments.c.paid_on >= chunk.month.start))
    for condition in chosen:
        for row in connection.execute(query.where(condition)):
            yield _Reversal(*row)


def _agent_taken_back(row: _Reversal, reversals: Mapping[int, _Reversal], changes: CreditChanges) -> int:
    """A reversal of a reversal goes to the first payment's agent; rows that name each other, to nobody."""
    seen = {row.id}
    while row.original_id in reversals and row.original_id not in seen:
        row = reversals[row.original_id]
        seen.add(row.id)
    fresh = changes.credits.get(row.original_id)
    return fresh.agent_id if fresh else row.original_agent_id or 0
