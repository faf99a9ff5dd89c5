"""The rules that name a payment's agent, each one set-based select over many payments at once.

Knows contacts, assignments and payments of an account; not who led the agent, nor what is stored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Connection, FromClause, and_, func, or_, select

from db.periods import Period
from db.tables.facts import contacts, payments
from db.tables.reference import assignments

Rule = Literal["last_rpc", "assigned"]


@dataclass(frozen=True)
class CreditRules:
    """The first rule of `order` that names somebody wins.

    last_rpc: the agent of the account's last right-party contact, at most `rpc_days` before the payment's day
    and not after it. assigned: the agent the account was assigned to on that day. Nobody: agent 0, "none".
    """

    order: tuple[Rule, ...] = ("last_rpc", "assigned")
    rpc_days: int = 30


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
    "last_rpc": last_rpc,
    "assigned": assigned,
}
