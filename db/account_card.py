"""One account as it stands on a day, for whoever may see it; what of the debtor, its `masks` say.

Knows no sentence; whose account it is is db/access.py's to say.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, case, or_, select

from db.access import accounts_within
from db.cells.cuts import load_cuts
from db.marks import OpenCase, open_cases
from db.masking import Masks
from db.notes import Note, latest_notes
from db.picks import agreement_status
from db.promise_rules import Result, status_on
from db.scope import Scope
from db.tables.agency import agreements
from db.tables.agree import agreement_letters
from db.tables.cells import agreement_results, promise_results
from db.tables.facts import balances, contacts, payments, promises
from db.tables.reference import accounts, assignments, campaigns, clients, debtors, people, phones

CONTACTS_SHOWN, NOTES_SHOWN = 5, 3


@dataclass(frozen=True)
class Standing:
    """What is owed, by the client's file of that day; or by the placement, where no file named it yet."""

    as_of: date
    balance_cents: int
    dpd: int
    bucket: str


@dataclass(frozen=True)
class Paid:
    on: date
    cents: int


@dataclass(frozen=True)
class OpenPromise:
    made_on: date
    due_on: date
    cents: int
    agent: str | None


@dataclass(frozen=True)
class Agreed:
    """The agreement that stands, or else the latest there was; `letter`: the folio of its letter."""

    status: str
    cents: int
    on: date
    letter: str | None


@dataclass(frozen=True)
class Contact:
    at: datetime
    result_code: str
    agent: str | None


@dataclass(frozen=True)
class AccountCard:
    """`debtor` and `phones` (whose, and the number) as their reader may see them."""

    number: str
    client: str
    campaign: str
    product: str | None
    placed_on: date
    recalled_on: date | None
    special: bool
    standing: Standing
    debtor: str
    phones: tuple[tuple[str, str], ...]
    agent: str | None
    last_payment: Paid | None
    promises: tuple[OpenPromise, ...]
    contacts: tuple[Contact, ...]
    mode: str | None  # how it is dialled
    cases: tuple[OpenCase, ...]
    notes: tuple[Note, ...]
    agreed: Agreed | None


def account_card(
    connection: Connection, scope: Scope, account: int, on: date, masks: Masks
) -> AccountCard | None:
    """None for an account out of reach, as for one that does not exist."""
    row = connection.execute(
        select(accounts, clients.c.name.label("client"), campaigns.c.name.label("campaign"), debtors.c.name)
        .join(clients, clients.c.id == accounts.c.client_id)
        .join(campaigns, campaigns.c.id == accounts.c.campaign_id)
        .outerjoin(debtors, debtors.c.id == accounts.c.debtor_id)
        .where(accounts.c.id == account, *accounts_within(scope, on))
    ).first()
    if row is None:
        return None
    return AccountCard(
        number=row.account_no,
        client=row.client,
        campaign=row.campaign,
        product=row.product,
        placed_on=row.placed_on,
        recalled_on=row.recalled_on,
        special=row.special,
        standing=standing_of(connection, row, on),
        debtor=masks.of("name", row.name),
        phones=_phones(connection, account, masks),
        agent=held.name if (held := _held(connection, account, on)) else None,
        last_payment=_last_payment(connection, account, on),
        promises=_open_promises(connection, account, on),
        contacts=_contacts(connection, account, on),
        mode=held.mode if held else None,
        cases=open_cases(connection, account),
        notes=_notes(connection, account, masks, row.name),
        agreed=_agreed(connection, account, on),
    )


def standing_of(connection: Connection, account: Row[Any], on: date) -> Standing:
    cuts = load_cuts(connection, frozenset({account.client_id})).days.get(account.client_id, ())
    sent = connection.execute(
        select(balances.c.as_of, balances.c.balance_cents, balances.c.dpd, balances.c.bucket)
        .where(
            balances.c.client_id == account.client_id,
            balances.c.as_of.in_([day for day in cuts if day <= on]),
            balances.c.account_id == account.id,
        )
        .order_by(balances.c.as_of.desc())
        .limit(1)
    ).first()
    placed = (account.placed_on, account.balance_cents, account.dpd, account.bucket)
    return Standing(*(sent or placed))


def _phones(connection: Connection, account: int, masks: Masks) -> tuple[tuple[str, str], ...]:
    if not masks.shows("phone"):
        return ()
    query = select(phones.c.owner, phones.c.phone).where(phones.c.account_id == account).order_by(phones.c.id)
    return tuple((owner, masks.of("phone", number)) for owner, number in connection.execute(query))


def _notes(connection: Connection, account: int, masks: Masks, name: str | None) -> tuple[Note, ...]:
    if not masks.shows("note"):
        return ()
    found = latest_notes(connection, account, NOTES_SHOWN)
    return tuple(replace(each, body=masks.note(each.body, name)) for each in found)


def _held(connection: Connection, account: int, on: date) -> Row[str, str | None] | None:
    """Who works it, and how it is dialled."""
    held = (
        select(people.c.name, assignments.c.mode)
        .join(assignments, assignments.c.agent_id == people.c.id)
        .where(assignments.c.account_id == account, assignments.c.from_on <= on)
        .where(or_(assignments.c.to_on.is_(None), assignments.c.to_on > on))
        .order_by(assignments.c.from_at.desc())
        .limit(1)
    )
    return connection.execute(held).first()


def _last_payment(connection: Connection, account: int, on: date) -> Paid | None:
    """The latest that was not given back."""
    rows = connection.execute(
        select(payments.c.payment_ref, payments.c.reverses_ref, payments.c.paid_on, payments.c.amount_cents)
        .where(payments.c.account_id == account, payments.c.paid_on <= on)
        .order_by(payments.c.paid_on.desc(), payments.c.id.desc())
    ).all()
    returned = {row.reverses_ref for row in rows if row.reverses_ref}
    for row in rows:
        if row.amount_cents > 0 and row.payment_ref not in returned:
            return Paid(row.paid_on, row.amount_cents)
    return None


def _open_promises(connection: Connection, account: int, on: date) -> tuple[OpenPromise, ...]:
    rows = connection.execute(
        select(promises.c.made_on, promises.c.due_on, promises.c.amount_cents, people.c.name, promise_results)
        .outerjoin(people, people.c.id == promises.c.agent_id)
        .outerjoin(promise_results, promise_results.c.promise_id == promises.c.id)
        .where(promises.c.account_id == account, promises.c.made_on <= on)
        .order_by(promises.c.due_on, promises.c.id)
    )
    return tuple(OpenPromise(*row[:4]) for row in rows if _is_open(row, on))


def _agreed(connection: Connection, account: int, on: date) -> Agreed | None:
    letter = (agreement_letters.c.agreement_id == agreements.c.id) & (agreement_letters.c.kind == "agreement")
    judged = agreements.outerjoin(agreement_results, agreement_results.c.agreement_id == agreements.c.id)
    told = agreement_status(on)
    status = case((told == "active", agreements.c.status), else_=told).label("status")  # until the money says
    query = (
        select(status, agreements.c.total_cents, agreements.c.agreed_on, agreement_letters.c.folio)
        .select_from(judged.outerjoin(agreement_letters, letter))
        .where(agreements.c.account_id == account, agreements.c.agreed_on <= on)
        .order_by(agreements.c.agreed_at.desc(), agreements.c.id.desc())
    )
    rows = [Agreed(*row) for row in connection.execute(query)]
    standing = (each for each in rows if each.status in ("authorized", "formalized", "active", "draft"))
    return next(standing, rows[0] if rows else None)


def _is_open(row: Row[Any], on: date) -> bool:
    """Not judged yet: open until its day is over."""
    if row.promise_id is None:
        return bool(row.due_on >= on)
    judged = Result._make(row[4:])
    return status_on(judged, on) == "open"


def _contacts(connection: Connection, account: int, on: date) -> tuple[Contact, ...]:
    query = (
        select(contacts.c.started_at, contacts.c.result_code, people.c.name)
        .outerjoin(people, people.c.id == contacts.c.agent_id)
        .where(contacts.c.account_id == account, contacts.c.started_on <= on)
        .order_by(contacts.c.started_on.desc(), contacts.c.started_at.desc(), contacts.c.id.desc())
        .limit(CONTACTS_SHOWN)
    )
    return tuple(Contact(*row) for row in connection.execute(query))
