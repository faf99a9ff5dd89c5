"""The accounts people hold today, and what keeps each where it is. Decides nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from db.access import accounts_within
from db.scope import Scope
from db.tables.agency import agreements, cases
from db.tables.cells import promise_results
from db.tables.facts import balances, promises
from db.tables.reference import accounts, assignments

# Of a file's word for it: what is over keeps nobody.
LIVE_AGREEMENTS = ("authorized", "formalized", "active")
LOCKING_CASES = ("complaints", "arco", "holds")
PROMISE_DAYS = 3  # a promise that falls due so soon stays with who took it
COOLING_DAYS = 30  # no way back to an agent who had it
RESTING_DAYS = 14  # between two moves


@dataclass(frozen=True)
class Held:
    """An account as it stands: who holds it since when, and what it owes by its client's last file."""

    id: int
    number: str
    client_id: int
    campaign_id: int
    debtor: int | None
    agent_id: int
    assignment_id: int
    mode: str | None
    since: date
    balance_cents: int
    dpd: int
    bucket: str
    product: str | None
    state: str | None
    special: bool


def held_accounts(
    connection: Connection, scope: Scope, today: date, *, agents: Collection[int] | None, number: str | None
) -> list[Held]:
    """In the portfolio today, within reach, by account number; of these agents, or this one account."""
    cut = (
        select(balances.c.client_id, func.max(balances.c.as_of).label("as_of"))
        .where(balances.c.as_of <= today)
        .group_by(balances.c.client_id)
        .subquery("cut")
    )
    rows = (
        assignments.join(accounts, accounts.c.id == assignments.c.account_id)
        .outerjoin(cut, cut.c.client_id == accounts.c.client_id)
        .outerjoin(
            balances,
            (balances.c.client_id == accounts.c.client_id)
            & (balances.c.as_of == cut.c.as_of)
            & (balances.c.account_id == accounts.c.id),
        )
    )
    limits: list[ColumnElement[bool]] = [
        or_(accounts.c.recalled_on.is_(None), accounts.c.recalled_on > today),
        assignments.c.from_on <= today,
        or_(assignments.c.to_on.is_(None), assignments.c.to_on > today),
        *accounts_within(scope, today),
    ]
    if agents is not None:
        limits.append(assignments.c.agent_id.in_(sorted(agents)))
    if number is not None:
        limits.append(func.lower(accounts.c.account_no) == number.strip().lower())
    query = (
        select(
            accounts.c.id,
            accounts.c.account_no,
            accounts.c.client_id,
            accounts.c.campaign_id,
            accounts.c.debtor_id,
            assignments.c.agent_id,
            assignments.c.id,
            assignments.c.mode,
            assignments.c.from_on,
            func.coalesce(balances.c.balance_cents, accounts.c.balance_cents),
            func.coalesce(balances.c.dpd, accounts.c.dpd),
            func.coalesce(balances.c.bucket, accounts.c.bucket),
            accounts.c.product,
            accounts.c.state,
            accounts.c.special,
        )
        .select_from(rows)
        .where(*limits)
        .order_by(accounts.c.account_no, accounts.c.id)
    )
    return [Held(*tuple(row)) for row in connection.execute(query)]


def locks(connection: Connection, ids: Sequence[int], today: date) -> dict[int, str]:
    """What keeps an account with its agent: promise | agreement | case | resting."""
    found: dict[int, str] = {}
    for reason, query in _locks(today):
        for some in _slices(ids):
            for account in connection.execute(query.where(_account(query).in_(some))).scalars():
                found.setdefault(account, reason)
    return found


def _locks(today: date) -> list[tuple[str, Any]]:
    settled = select(promise_results.c.promise_id).where(promise_results.c.status.in_(("kept", "renewed")))
    due = promises.c.due_on.between(today, today + timedelta(days=PROMISE_DAYS))
    rests = assignments.c.from_on > today - timedelta(days=RESTING_DAYS)
    return [
        (
            "case",
            select(cases.c.account_id).where(
                cases.c.register.in_(LOCKING_CASES), cases.c.closed_on.is_(None)
            ),
        ),
        ("agreement", select(agreements.c.account_id).where(agreements.c.status.in_(LIVE_AGREEMENTS))),
        ("promise", select(promises.c.account_id).where(due, promises.c.id.not_in(settled))),
        ("resting", select(assignments.c.account_id).where(rests, _was_moved())),
    ]


def _was_moved() -> ColumnElement[bool]:
    """The first agent of an account was given it, not moved to it."""
    earlier = assignments.alias("earlier")
    return (
        select(earlier.c.id)
        .where(earlier.c.account_id == assignments.c.account_id, earlier.c.from_at < assignments.c.from_at)
        .exists()
    )


def _account(query: Any) -> ColumnElement[int]:
    return next(iter(query.selected_columns))


def had_lately(
    connection: Connection, ids: Sequence[int], agents: Collection[int], today: date
) -> set[tuple[int, int]]:
    """(account, agent) pairs of the last month."""
    since = today - timedelta(days=COOLING_DAYS)
    found: set[tuple[int, int]] = set()
    for some in _slices(ids):
        query = select(assignments.c.account_id, assignments.c.agent_id).where(
            assignments.c.account_id.in_(some),
            assignments.c.agent_id.in_(sorted(agents)),
            assignments.c.to_on.is_not(None),
            assignments.c.to_on > since,
        )
        found |= {(account, agent) for account, agent in connection.execute(query)}
    return found


def _slices(ids: Sequence[int], size: int = 5_000) -> list[Sequence[int]]:
    return [ids[at : at + size] for at in range(0, len(ids), size)]
