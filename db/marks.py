"""An account's marks: special, and its open cases (do not call, complaint, ARCO, hold). Decides nothing.

A case opened from chat has no file behind it; a later file of its register may bring it up to date.
"""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from db.tables.agency import cases
from db.tables.reference import accounts, assignments

OPEN, CLOSED = "Abierto", "Cerrado"  # as the files of these registers have them
OPT_OUTS, CALLS = "opt_outs", "Llamadas"
# An opt-out of these ways only says nothing of calls; any other one stops them, whatever a file calls it.
OTHER_WAYS = ("sms", "whatsapp", "email", "correo", "mail", "carta", "letter", "visita", "visit")


@dataclass(frozen=True)
class OpenCase:
    id: int
    register: str
    kind: str
    received_on: date
    from_chat: bool

    @property
    def stops_calls(self) -> bool:
        return self.register == OPT_OUTS and self.kind.strip().lower() not in OTHER_WAYS


@dataclass(frozen=True)
class Marks:
    """An account as it is marked today."""

    client_id: int
    campaign_id: int
    special: bool
    recalled_on: date | None
    agent_id: int | None
    cases: tuple[OpenCase, ...]


def marks_of(connection: Connection, account: int, today: date) -> Marks:
    row = connection.execute(
        select(
            accounts.c.client_id, accounts.c.campaign_id, accounts.c.special, accounts.c.recalled_on
        ).where(accounts.c.id == account)
    ).one()
    holder = (
        select(assignments.c.agent_id)
        .where(assignments.c.account_id == account, assignments.c.from_on <= today)
        .where(or_(assignments.c.to_on.is_(None), assignments.c.to_on > today))
        .order_by(assignments.c.from_at.desc())
        .limit(1)
    )
    agent = connection.execute(holder).scalar()
    return Marks(*row, agent, open_cases(connection, account))


def open_cases(connection: Connection, account: int) -> tuple[OpenCase, ...]:
    query = (
        select(cases.c.id, cases.c.register, cases.c.kind, cases.c.received_on, cases.c.load_id.is_(None))
        .where(cases.c.account_id == account, cases.c.closed_on.is_(None))
        .order_by(cases.c.received_at, cases.c.id)
    )
    return tuple(
        OpenCase(i, register, kind, on, bool(ours))
        for i, register, kind, on, ours in connection.execute(query)
    )


def stops_calls() -> ColumnElement[bool]:
    """The open opt-outs that speak of calls."""
    return (
        (cases.c.register == OPT_OUTS)
        & cases.c.closed_on.is_(None)
        & func.lower(func.trim(cases.c.kind)).not_in(OTHER_WAYS)
    )


def same_kind(one: str, other: str) -> bool:
    """A file may write it with an accent or in capitals."""
    return _plain(one) == _plain(other)


def _plain(kind: str) -> str:
    apart = unicodedata.normalize("NFKD", kind.strip().lower())
    return "".join(c for c in apart if not unicodedata.combining(c))


def set_special(connection: Connection, account: int, *, value: bool) -> bool:
    """False where it stood so already."""
    turned = (
        update(accounts)
        .where(accounts.c.id == account, accounts.c.special.is_not(value))
        .values(special=value)
    )
    return connection.execute(turned).rowcount == 1


def open_case(
    connection: Connection, account: int, register: str, kind: str, now: datetime, *, note: str | None = None
) -> int:
    """Received now, from chat."""
    owner = connection.execute(
        select(accounts.c.client_id, accounts.c.campaign_id).where(accounts.c.id == account)
    ).one()
    row = {
        "register": register,
        "client_id": owner.client_id,
        "campaign_id": owner.campaign_id,
        "account_id": account,
        "received_at": now,
        "received_on": now.date(),
        "kind": kind,
        "channel": "Chat",
        "status": OPEN,
        "note": note,
    }
    return int(connection.execute(insert(cases).values(**row).returning(cases.c.id)).scalar_one())


def close_cases(connection: Connection, ids: Collection[int], now: datetime) -> bool:
    """All of them, or False and the caller takes it back: one was closed meanwhile."""
    shut = (
        update(cases)
        .where(cases.c.id.in_(ids), cases.c.closed_on.is_(None))
        .values(status=CLOSED, closed_at=now, closed_on=now.date())
    )
    return connection.execute(shut).rowcount == len(ids)


def reopen_cases(connection: Connection, ids: Collection[int]) -> bool:
    again = (
        update(cases)
        .where(cases.c.id.in_(ids), cases.c.closed_on.is_not(None))
        .values(status=OPEN, closed_at=None, closed_on=None)
    )
    return connection.execute(again).rowcount == len(ids)


def drop_case(
    connection: Connection, account: int, register: str, kind: str, known: Collection[int], today: date
) -> bool:
    """Takes back the case that was opened today from chat; `known`: those that were open before it."""
    opened = select(cases.c.id).where(
        cases.c.account_id == account,
        cases.c.register == register,
        cases.c.kind == kind,
        cases.c.load_id.is_(None),
        cases.c.received_on == today,
        cases.c.closed_on.is_(None),
        cases.c.id.not_in(sorted(known)),
    )
    found = connection.execute(opened).scalars().all()
    if len(found) != 1:
        return False
    return connection.execute(delete(cases).where(cases.c.id == found[0])).rowcount == 1
