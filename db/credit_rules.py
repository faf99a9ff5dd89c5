"""The rules that name a payment's agent, each one set-based select over many payments at once.

Knows what was said, agreed and paid on an account and who held it; not who led the agent, nor what is stored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    and_,
    case,
    func,
    or_,
    select,
    union_all,
)

from db.periods import Period
from db.tables.agency import agreements
from db.tables.cells import agreement_results, promise_results
from db.tables.facts import contacts, payments, promises
from db.tables.reference import assignments

Rule = Literal["covered", "last_rpc", "assigned"]


@dataclass(frozen=True)
class CreditRules:
    """The first rule of `order` that names somebody wins.

    covered: the agent who took the promise, or made the agreement, that was open on the payment's day.
    last_rpc: the agent of the account's last right-party contact, at most `rpc_days` before the payment's day
    and not after it. assigned: the agent the account was assigned to on that day. Nobody: agent 0, "none".
    """

    order: tuple[Rule, ...] = ("covered", "last_rpc", "assigned")
    rpc_days: int = 30

    def text(self) -> str:
        """The same for the same rules: what stored credits are compared with."""
        return f"{','.join(self.order)} {self.rpc_days}"


DEFAULT_RULES = CreditRules()


@dataclass(frozen=True)
class Chunk:
    """Payments of one month: all of them, or a client's days in it. Bounds memory, and the contacts read."""

    month: Period
    client_id: int | None = None
    days: tuple[date, ...] = ()

    def of(self, paid: FromClause) -> ColumnElement[bool]:
        if self.client_id is None:
            return paid.c.paid_on.between(self.month.start, self.month.end)
        return and_(paid.c.client_id == self.client_id, paid.c.paid_on.in_(self.days))


def covered(connection: Connection, chunk: Chunk, rules: CreditRules) -> dict[int, int]:  # noqa: ARG001
    """Payment -> agent of the promise or agreement that covers its day; of several, the one made last.

    A promise covers from the day it was made to its due day plus grace, an agreement to the same of its last
    instalment; a later one of the same account takes over from the day it is made, as both engines have it.
    Whether it was kept in the end does not matter: its agent brought the payment in.
    """
    spoken = _standing(chunk, promises, promises.c.made_on, promises.c.made_at, promise_results, "promise_id")
    signed = _standing(
        chunk, agreements, agreements.c.agreed_on, agreements.c.agreed_at, agreement_results, "agreement_id"
    )
    both = union_all(spoken, signed).subquery()
    query = select(both.c.payment_id, both.c.agent_id).order_by(both.c.made_at, both.c.made_id)
    return {row.payment_id: row.agent_id for row in connection.execute(query)}  # the last one stays


def _standing(
    chunk: Chunk, made: Table, made_on: Column[date], made_at: Column[datetime], result: Table, key: str
) -> Select[tuple[int, int, datetime, int]]:
    """Each payment with what its account had last promised (or agreed) by its day, if that covers it."""
    covers = and_(result.c.window_ends_on >= payments.c.paid_on, made.c.agent_id.is_not(None))
    place = func.row_number().over(
        partition_by=payments.c.id,
        order_by=(made_on.desc(), case((covers, 0), else_=1), made_at.desc(), made.c.id.desc()),
    )
    ranked = (
        select(
            payments.c.id.label("payment_id"),
            made.c.agent_id,
            made_at.label("made_at"),
            made.c.id.label("made_id"),
            case((covers, 1), else_=0).label("covers"),
            place.label("n"),
        )
        .join(made, made.c.account_id == payments.c.account_id)
        .join(result, result.c[key] == made.c.id)
        .where(chunk.of(payments), made_on <= payments.c.paid_on, result.c.window_ends_on.is_not(None))
        .subquery()
    )
    picked = ranked.c.payment_id, ranked.c.agent_id, ranked.c.made_at, ranked.c.made_id
    return select(*picked).where(ranked.c.n == 1, ranked.c.covers == 1)


def last_rpc(connection: Connection, chunk: Chunk, rules: CreditRules) -> dict[int, int]:
    """Payment -> agent of the last right-party contact. Where that is too old, any other is older still."""
    reach = timedelta(days=rules.rpc_days)
    place = func.row_number().over(
        partition_by=payments.c.id, order_by=(contacts.c.started_at.desc(), contacts.c.id.desc())
    )
    ranked = (
        select(
            payments.c.id, payments.c.paid_on, contacts.c.started_on, contacts.c.agent_id, place.label("n")
        )
        .join(contacts, contacts.c.account_id == payments.c.account_id)
        .where(
            chunk.of(payments),
            contacts.c.rpc,
            contacts.c.agent_id.is_not(None),
            contacts.c.started_on.between(chunk.month.start - reach, chunk.month.end),
            contacts.c.started_on <= payments.c.paid_on,
        )
        .subquery()
    )
    rows = connection.execute(select(ranked).where(ranked.c.n == 1))
    return {row.id: row.agent_id for row in rows if row.paid_on - row.started_on <= reach}


def assigned(connection: Connection, chunk: Chunk, rules: CreditRules) -> dict[int, int]:  # noqa: ARG001
    """Payment -> the agent in force on its day: from_on <= day < to_on, the latest begun if two overlap."""
    place = func.row_number().over(
        partition_by=payments.c.id, order_by=(assignments.c.from_at.desc(), assignments.c.id.desc())
    )
    ranked = (
        select(payments.c.id, assignments.c.agent_id, place.label("n"))
        .join(assignments, assignments.c.account_id == payments.c.account_id)
        .where(
            chunk.of(payments),
            assignments.c.from_on <= payments.c.paid_on,
            or_(assignments.c.to_on.is_(None), assignments.c.to_on > payments.c.paid_on),
        )
        .subquery()
    )
    return {row.id: row.agent_id for row in connection.execute(select(ranked).where(ranked.c.n == 1))}


LOOKUPS: Mapping[Rule, Callable[[Connection, Chunk, CreditRules], dict[int, int]]] = {
    "covered": covered,
    "last_rpc": last_rpc,
    "assigned": assigned,
}
