"""The accounts people hold today, and what keeps each where it is. Decides nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from db.marks import stops_calls
from db.picks import Pick, condition
from db.scope import Scope
from db.standing import standing
from db.tables.acting import lent_accounts
from db.tables.agency import agreements, cases
from db.tables.cells import promise_results
from db.tables.facts import promises
from db.tables.reference import accounts, assignments

_HELD = (
    *("account_id", "number", "client_id", "campaign_id", "debtor_id", "agent_id", "assignment_id", "mode"),
    *("since", "balance_cents", "dpd", "bucket", "product", "state", "special"),
)  # as the fields of Held
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
    connection: Connection,
    scope: Scope,
    today: date,
    *,
    agents: Collection[int] | None,
    number: str | None,
    picks: Sequence[Pick] = (),
) -> list[Held]:
    """In the portfolio today, within reach, by account number; of these agents, or this one account.

    Raises db.picks.Unpickable for a condition that picks no accounts.
    """
    among = None
    if number is not None:
        among = select(accounts.c.id).where(func.lower(accounts.c.account_no) == number.strip().lower())
    elif agents is not None:
        among = select(assignments.c.account_id).where(
            assignments.c.agent_id.in_(sorted(agents)), assignments.c.to_on.is_(None)
        )
    stands = standing(connection, scope, today, among=among)
    columns = stands.columns
    limits = [columns["assignment_id"] > 0, *(condition(each, columns, today) for each in picks)]
    if agents is not None:
        limits.append(columns["agent_id"].in_(sorted(agents)))
    query = stands.select(*_HELD).where(*limits).order_by(columns["number"], columns["account_id"])
    return [Held(*tuple(row)) for row in connection.execute(query)]


def held_by_agent(
    connection: Connection, scope: Scope, today: date, campaigns: Collection[int]
) -> dict[int, int]:
    """How many accounts of these campaigns each agent in reach holds today."""
    stands = standing(connection, scope, today)
    agent = stands.columns["agent_id"]
    query = (
        stands.select("agent_id")
        .add_columns(func.count())
        .where(agent > 0, stands.columns["campaign_id"].in_(sorted(campaigns)))
        .group_by(agent)
    )
    return {agent_id: int(n) for agent_id, n in connection.execute(query)}


def locks(connection: Connection, ids: Sequence[int], today: date) -> dict[int, str]:
    """What keeps an account with its agent: case | no_call | agreement | promise | resting."""
    return _first_reason(connection, ids, _locks(today))


def never_dialled(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """What no machine dials unseen: case | no_call | agreement."""
    return _first_reason(connection, ids, _protected())


def _first_reason(
    connection: Connection, ids: Sequence[int], queries: Sequence[tuple[str, Any]]
) -> dict[int, str]:
    found: dict[int, str] = {}
    for reason, query in queries:
        for some in _slices(ids):
            for account in connection.execute(query.where(_account(query).in_(some))).scalars():
                found.setdefault(account, reason)
    return found


def _protected() -> list[tuple[str, Any]]:
    held = cases.c.register.in_(LOCKING_CASES) & cases.c.closed_on.is_(None)
    return [
        ("case", select(cases.c.account_id).where(held)),
        ("no_call", select(cases.c.account_id).where(stops_calls())),
        ("agreement", select(agreements.c.account_id).where(agreements.c.status.in_(LIVE_AGREEMENTS))),
    ]


def _locks(today: date) -> list[tuple[str, Any]]:
    settled = select(promise_results.c.promise_id).where(promise_results.c.status.in_(("kept", "renewed")))
    due = promises.c.due_on.between(today, today + timedelta(days=PROMISE_DAYS))
    return [
        *_protected(),
        ("promise", select(promises.c.account_id).where(due, promises.c.id.not_in(settled))),
        ("resting", _resting(today)),
    ]


# Handed over and taken back on one day, or lent and given back: as if it had never been.
_LENT = select(lent_accounts.c.held_id).where(lent_accounts.c.state == "back")
_COUNTS = (assignments.c.to_on > assignments.c.from_on, assignments.c.id.not_in(_LENT))


def _resting(today: date) -> Any:
    """Moved from one agent to another lately; a new dialling mode moves nobody, nor does a first agent."""
    now = assignments.alias("now")
    return (
        select(assignments.c.account_id)
        .join(now, now.c.account_id == assignments.c.account_id)
        .where(
            now.c.to_at.is_(None),
            now.c.agent_id != assignments.c.agent_id,
            assignments.c.to_on > today - timedelta(days=RESTING_DAYS),
            *_COUNTS,
        )
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
            *_COUNTS,
        )
        found |= {(account, agent) for account, agent in connection.execute(query)}
    return found


def _slices(ids: Sequence[int], size: int = 5_000) -> list[Sequence[int]]:
    return [ids[at : at + size] for at in range(0, len(ids), size)]
