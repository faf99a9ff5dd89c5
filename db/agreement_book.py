"""One account's agreements as people keep them: what it owes, what stands, and what is written down.

Decides no terms; what becomes of an agreement by the money is agreement_rules' to say.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, or_, select, update

from db.access import accounts_within
from db.account_card import standing_of
from db.account_money import client_terms, payments_of
from db.agreement_rules import Agreement, Judged, judge, status_on
from db.calendars import Calendar
from db.dirty import mark_dirty
from db.scope import Scope
from db.tables.acting import agreement_consents
from db.tables.agency import agreements, cases
from db.tables.agree import agreement_letters, agreement_terms
from db.tables.reference import accounts, assignments, clients, debtors

STANDING = ("draft", "authorized", "formalized", "active")  # of those made in chat, draft stands as well
HOLDING = ("holds", "arco")  # registers that keep an account from being agreed upon
PARTS = ("principal", "interest", "late_interest", "fees")


@dataclass(frozen=True)
class Debt:
    """What is owed and by what terms, for whoever may see the account. `parts` are those of the placement."""

    id: int
    number: str
    client_id: int
    client: str
    client_code: str
    campaign_id: int
    product: str
    bucket: str
    balance_cents: int
    as_of: date
    placed_on: date
    parts: Mapping[str, int | None]
    pay_accounts: tuple[str, ...]
    reference: str | None
    max_discount_pct: str | None
    recalled_on: date | None
    special: bool
    debtor: str | None
    agent_id: int | None
    held_by: tuple[str, ...]  # registers with an open case


def debt_of(connection: Connection, scope: Scope, account: int, on: date) -> Debt | None:
    """None for an account out of reach, as for one that does not exist."""
    client = (clients.c.name.label("client"), clients.c.code.label("client_code"), clients.c.pay_accounts)
    row = connection.execute(
        select(accounts, *client, debtors.c.name.label("debtor"))
        .join(clients, clients.c.id == accounts.c.client_id)
        .outerjoin(debtors, debtors.c.id == accounts.c.debtor_id)
        .where(accounts.c.id == account, *accounts_within(scope, on))
    ).first()
    if row is None:
        return None
    standing = standing_of(connection, row, on)
    return Debt(
        id=row.id,
        number=row.account_no,
        client_id=row.client_id,
        client=row.client,
        client_code=row.client_code,
        campaign_id=row.campaign_id,
        product=row.product or "",
        bucket=standing.bucket,
        balance_cents=standing.balance_cents,
        as_of=standing.as_of,
        placed_on=row.placed_on,
        parts={name: row._mapping[f"{name}_cents"] for name in PARTS},
        pay_accounts=tuple(filter(None, (each.strip() for each in row.pay_accounts.split("|")))),
        reference=row.payment_reference,
        max_discount_pct=row.max_discount_pct,
        recalled_on=row.recalled_on,
        special=row.special,
        debtor=row.debtor,
        agent_id=_agent(connection, account, on),
        held_by=_held_by(connection, account),
    )


def _agent(connection: Connection, account: int, on: date) -> int | None:
    held = (
        select(assignments.c.agent_id)
        .where(assignments.c.account_id == account, assignments.c.from_on <= on)
        .where(or_(assignments.c.to_on.is_(None), assignments.c.to_on > on))
        .order_by(assignments.c.from_at.desc())
        .limit(1)
    )
    return connection.execute(held).scalar()


def _held_by(connection: Connection, account: int) -> tuple[str, ...]:
    query = select(cases.c.register).where(cases.c.account_id == account, cases.c.closed_on.is_(None))
    return tuple(sorted({each for each in connection.execute(query).scalars() if each in HOLDING}))


# --- What stands ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """An agreement, how its instalments fare today, and its terms where it was made in chat."""

    row: Row[Any]
    judged: Judged
    status: str
    terms: Row[Any] | None

    @property
    def stands(self) -> bool:
        """Whether it keeps another from being made: of a file's drafts nobody knows who made them."""
        return self.status in STANDING and (self.status != "draft" or self.terms is not None)


def agreements_kept(connection: Connection, account: int, calendar: Calendar, on: date) -> list[Kept]:
    """An account's agreements, the latest first, judged by the money there is now."""
    query = select(agreements).where(agreements.c.account_id == account)
    rows = connection.execute(query.order_by(agreements.c.agreed_at.desc(), agreements.c.id.desc())).all()
    if not rows:
        return []
    made = [Agreement(*(row._mapping[name] for name in Agreement._fields)) for row in rows]
    money = payments_of(connection, [account]).get(account, [])
    known = [each for each in money if each.paid_on <= on]
    told = judge(made, known, client_terms(connection)[rows[0].client_id], calendar)
    judged = {each.result.agreement_id: each for each in told}
    ids = [row.id for row in rows]
    terms = {row.agreement_id: row for row in connection.execute(_terms(ids))}
    return [
        Kept(row, judged[row.id], _status(row.status, judged[row.id], on), terms.get(row.id)) for row in rows
    ]


def _terms(ids: Sequence[int]) -> Select[Any]:
    """With why and by whom they were accepted, as far as that was said."""
    consent = (each for each in agreement_consents.c if each.name != "agreement_id")
    joined = agreement_terms.outerjoin(
        agreement_consents, agreement_consents.c.agreement_id == agreement_terms.c.agreement_id
    )
    query = select(agreement_terms, *consent).select_from(joined)
    return query.where(agreement_terms.c.agreement_id.in_(ids))


def _status(written: str, judged: Judged, on: date) -> str:
    """As written until the money says what became of it."""
    by_money = status_on(judged.result, on)
    return written if by_money == "active" else by_money


def letter_of(connection: Connection, agreement: int, kind: str) -> tuple[str, dict[str, str]] | None:
    """Its folio and what it says."""
    mine = (agreement_letters.c.agreement_id == agreement, agreement_letters.c.kind == kind)
    row = connection.execute(
        select(agreement_letters.c.folio, agreement_letters.c.content).where(*mine)
    ).first()
    return None if row is None else (row.folio, json.loads(row.content))


def issued(connection: Connection, agreement: int, kind: str) -> Row[str, datetime] | None:
    """Its folio and when it went out."""
    mine = (agreement_letters.c.agreement_id == agreement, agreement_letters.c.kind == kind)
    return connection.execute(
        select(agreement_letters.c.folio, agreement_letters.c.made_at).where(*mine)
    ).first()


# --- What is written -----------------------------------------------------------------------------


def write_agreement(
    connection: Connection,
    row: Mapping[str, Any],
    terms: Mapping[str, Any],
    consent: Mapping[str, Any],
    now: datetime,
) -> int:
    """`now` is in the agency's zone: its day counts."""
    values = {**row, "agreed_at": now, "agreed_on": now.date()}
    made = connection.execute(insert(agreements).values(**values).returning(agreements.c.id)).scalar_one()
    connection.execute(insert(agreement_terms).values(**terms, agreement_id=made))
    connection.execute(insert(agreement_consents).values(**consent, agreement_id=made))
    mark_dirty(connection, "agreements", row["client_id"], [now.date()], now)
    return int(made)


def move_agreement(connection: Connection, agreement: int, before: str, after: str, now: datetime) -> bool:
    """From one state to another; False where it is not in that state any more."""
    moved = (
        update(agreements)
        .where(agreements.c.id == agreement, agreements.c.status == before)
        .values(status=after)
        .returning(agreements.c.client_id, agreements.c.agreed_on)
    )
    row = connection.execute(moved).first()
    if row is None:
        return False
    mark_dirty(connection, "agreements", row.client_id, [row.agreed_on], now)
    return True


def complete_terms(connection: Connection, agreement: int, values: Mapping[str, Any]) -> None:
    mine = agreement_terms.c.agreement_id == agreement
    connection.execute(update(agreement_terms).where(mine).values(**values))


def accept(connection: Connection, agreement: int, party: str, channel: str) -> None:
    """Who accepted it and in which way, now that it is known."""
    said = {"party": party, "channel": channel}
    mine = update(agreement_consents).where(agreement_consents.c.agreement_id == agreement)
    if connection.execute(mine.values(**said)).rowcount == 0:  # made before that was kept
        connection.execute(insert(agreement_consents).values(**said, agreement_id=agreement))


def write_letter(connection: Connection, letter: Mapping[str, Any], content: Mapping[str, str]) -> None:
    said = json.dumps(content, ensure_ascii=False, sort_keys=True)
    connection.execute(insert(agreement_letters).values(**letter, content=said))
