"""Where every account in reach stands today, as something to select from. Reads nothing and picks nothing.

The portfolio is the KPIs' own: each client's last file, its placements not named yet, no recalled account.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Select,
    Subquery,
    func,
    literal,
    select,
    union_all,
)

from db.access import accounts_within, scope_conditions
from db.scope import Scope
from db.sources.owners import with_assignment, with_supervisor
from db.sources.positions import held_at
from db.tables.facts import balances
from db.tables.reference import accounts, campaigns, clients


@dataclass(frozen=True)
class Standing:
    """`columns` by the trade's names; `within` is the mandatory WHERE; `as_of`: each client's cut."""

    rows: FromClause
    columns: Mapping[str, ColumnElement[Any]]
    within: tuple[ColumnElement[bool], ...]
    as_of: Mapping[int, date]

    def select(self, *names: str) -> Select[Any]:
        chosen = (self.columns[name].label(name) for name in names)
        return select(*chosen).select_from(self.rows).where(*self.within)


def standing(
    connection: Connection, scope: Scope, today: date, *, among: Select[int] | None = None
) -> Standing:
    """`among`: of these accounts (their ids) alone, where they are few."""
    cuts = cuts_today(connection, scope, today)
    named = _named(scope, today, among)
    held = _held(cuts, today, named)
    joined: FromClause = held.join(accounts, accounts.c.id == held.c.account_id)
    joined, assigned = with_assignment(joined, accounts.c.id, literal(today, Date))
    joined, supervisor = with_supervisor(joined, assigned.c.agent_id, literal(today, Date))
    columns: dict[str, ColumnElement[Any]] = {
        "account_id": accounts.c.id,
        "number": accounts.c.account_no,
        "debtor_id": accounts.c.debtor_id,
        "client_id": accounts.c.client_id,
        "campaign_id": accounts.c.campaign_id,
        "agent_id": func.coalesce(assigned.c.agent_id, 0),
        "assignment_id": func.coalesce(assigned.c.id, 0),
        "supervisor_id": supervisor,
        "mode": assigned.c.mode,
        "since": assigned.c.from_on,
        **{name: held.c[name] for name in ("balance_cents", "dpd", "bucket", "bucket_no")},
        **{name: accounts.c[name] for name in ("product", "state", "special")},
    }
    return Standing(joined, columns, tuple(accounts_within(scope, today)), cuts)


def cuts_today(connection: Connection, scope: Scope, today: date) -> dict[int, date]:
    """Each client in reach with the day of its last file; where there is none, its placements of today."""
    last = (
        select(func.max(balances.c.as_of))
        .where(balances.c.client_id == clients.c.id, balances.c.as_of <= today)
        .scalar_subquery()
    )
    limits = scope_conditions(Scope(clients=scope.clients), {"client_id": clients.c.id})
    if scope.campaigns is not None:
        theirs = select(campaigns.c.client_id).where(campaigns.c.id.in_(sorted(scope.campaigns)))
        limits.append(clients.c.id.in_(theirs))
    query = select(clients.c.id, last).where(*limits).order_by(clients.c.id)
    return {client: cut or today for client, cut in connection.execute(query)}


def _named(scope: Scope, today: date, among: Select[int] | None) -> Subquery | None:
    """The accounts looked up one by one: those asked for, or the few that somebody's own reach holds."""
    personal = scope.agents is not None or scope.supervisors is not None
    if among is None and not personal:
        return None
    own = replace(scope, clients=None, campaigns=None)
    limits = accounts_within(own, today) if personal else []
    query = select(accounts.c.id.label("account_id")).where(*limits)
    if among is not None:
        query = query.where(accounts.c.id.in_(among))
    return query.subquery("named")


def _held(cuts: Mapping[int, date], today: date, named: Subquery | None) -> Subquery:
    by_cut: dict[date, list[int]] = defaultdict(list)
    for client, cut in cuts.items():
        by_cut[cut].append(client)
    each = [select(held_at(cut, ids, frozenset(), named)) for cut, ids in sorted(by_cut.items())]
    return union_all(*(each or [select(held_at(today, (), frozenset(), named))])).subquery("held")
