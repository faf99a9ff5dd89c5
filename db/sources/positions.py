"""Positions: each account's balance, days past due and bucket at a client's cut."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import (
    Date,
    FromClause,
    Label,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from db.buckets import CASTIGO_NO
from db.sources.owners import with_assignment, with_supervisor
from db.sources.window import Window
from db.tables.cells import LATE_DAYS
from db.tables.facts import balances
from db.tables.reference import accounts

PAID_OFF = "LIQUIDADA"
OF_ACCOUNT = frozenset({"product", "state", "special"})
Among = FromClause | None  # the accounts wanted, None = all
_STANDING = ("account_id", "client_id", "campaign_id", "balance_cents", "dpd", "bucket", "bucket_no")


def held_at(
    cut: date, clients: Collection[int], needs: frozenset[str] = OF_ACCOUNT, among: Among = None
) -> Subquery:
    """One row an account in the portfolio at the cut: what the client's file said, or its placement.

    The placement stands in while no file has named the account yet. Recalled and paid-off accounts are out.
    The account's own dimensions come along only where they are needed: they cost a join of every row.
    `among`: of these accounts alone, each named once.
    """
    own = sorted(OF_ACCOUNT) if needs & OF_ACCOUNT else []
    shared = [*(accounts.c[name] for name in own), literal(cut, Date).label("day")]
    gone = _recalled_by(cut, clients)
    rows = balances.outerjoin(gone, gone.c.account_id == balances.c.account_id)
    if own:
        rows = rows.join(accounts, accounts.c.id == balances.c.account_id)
    sent = (
        select(*shared, *(balances.c[name] for name in _STANDING))
        .select_from(rows)
        .where(
            balances.c.client_id.in_(clients),
            balances.c.as_of == cut,
            or_(balances.c.status.is_(None), balances.c.status != PAID_OFF),
            gone.c.account_id.is_(None),
        )
    )
    placed = select(
        *shared, *(accounts.c["id" if name == "account_id" else name] for name in _STANDING)
    ).where(
        accounts.c.client_id.in_(clients),
        accounts.c.placed_on <= cut,
        or_(accounts.c.recalled_on.is_(None), accounts.c.recalled_on > cut),
    )
    if among is not None:
        sent = sent.join(among, among.c.account_id == balances.c.account_id)
        placed = placed.join(among, among.c.account_id == accounts.c.id)
    # Apart, so that each is a range of one index: of an OR, SQLite reads every account there is.
    unnamed = (accounts.c.first_cut_on.is_(None), accounts.c.first_cut_on > cut)
    return union_all(sent, *(placed.where(which) for which in unnamed)).subquery()


def _recalled_by(cut: date, clients: Collection[int]) -> Subquery:
    """The few accounts that are out at the cut, from an index: cheaper than looking each row's account up.

    "Distinct" keeps SQLite from doing just that.
    """
    return (
        select(accounts.c.id.label("account_id"))
        .where(accounts.c.client_id.in_(clients), accounts.c.recalled_on <= cut)
        .distinct()
        .subquery("recalled")
    )


def assigned_at(
    cut: date, clients: Collection[int], needs: frozenset[str] = OF_ACCOUNT, among: Among = None
) -> Select[tuple[object, ...]]:
    """`held_at` with the agent of that day."""
    held = held_at(cut, clients, needs, among)
    # The cut itself and not the column of it, so that assignments that are over are not looked at.
    joined, assigned = with_assignment(held, held.c.account_id, literal(cut, Date))
    return select(
        *held.c,
        func.coalesce(assigned.c.agent_id, 0).label("agent_id"),
        assigned.c.mode.label("dial_mode"),
        literal(1).label("accounts"),
        *_late(held),
    ).select_from(joined)


def owned_at(
    cut: date, clients: Collection[int], needs: frozenset[str] = OF_ACCOUNT, among: Among = None
) -> Select[tuple[object, ...]]:
    """`held_at` with the agent and supervisor of that day."""
    held = assigned_at(cut, clients, needs, among).subquery()
    rows, supervisor = with_supervisor(held, held.c.agent_id, literal(cut, Date))
    return select(*held.c, supervisor.label("supervisor_id")).select_from(rows)


def _late(held: Subquery) -> list[Label[int]]:
    """Past so many days, and not charged off."""
    columns: list[Label[int]] = []
    for days in LATE_DAYS:
        late = and_(held.c.dpd >= days, held.c.bucket_no < CASTIGO_NO)
        columns.append(case((late, 1), else_=0).label(f"late{days}"))
        columns.append(case((late, held.c.balance_cents), else_=0).label(f"late{days}_cents"))
    return columns


def facts(window: Window, needs: frozenset[str]) -> Subquery:
    """Every position at each client's cut of the window."""
    cuts = window.clients_by_cut() or {window.today: []}
    return union_all(*(owned_at(cut, clients, needs) for cut, clients in cuts.items())).subquery("positions")


def opening_of(window: Window, needs: frozenset[str]) -> Subquery:
    """Every position at each client's opening cut: the cohort a rate of recovery is measured on."""
    return facts(Window(today=window.today, cuts=window.openings), needs)
