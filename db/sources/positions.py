"""Positions: each account's balance, days past due and bucket at a client's cut."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Date, Select, Subquery, func, literal, or_, select, union_all

from db.sources.owners import with_assignment, with_supervisor
from db.sources.window import Window
from db.tables.facts import balances
from db.tables.reference import accounts

PAID_OFF = "LIQUIDADA"


def held_at(cut: date, clients: Collection[int]) -> Subquery:
    """One row an account in the portfolio at the cut: what the client's file said, or its placement.

    The placement stands in while no file has named the account yet. Recalled and paid-off accounts are out.
    """
    in_force = or_(accounts.c.recalled_on.is_(None), accounts.c.recalled_on > cut)
    shared = (
        accounts.c.id.label("account_id"),
        accounts.c.product,
        accounts.c.state,
        accounts.c.special,
        accounts.c.recalled_on,
        accounts.c.recall_reason,
        literal(cut, Date).label("day"),
    )
    sent = (
        select(
            *shared,
            balances.c.client_id,
            balances.c.campaign_id,
            balances.c.balance_cents,
            balances.c.dpd,
            balances.c.bucket,
            balances.c.bucket_no,
        )
        .join(accounts, accounts.c.id == balances.c.account_id)
        .where(
            balances.c.client_id.in_(clients),
            balances.c.as_of == cut,
            or_(balances.c.status.is_(None), balances.c.status != PAID_OFF),
            in_force,
        )
    )
    placed = select(
        *shared,
        accounts.c.client_id,
        accounts.c.campaign_id,
        accounts.c.balance_cents,
        accounts.c.dpd,
        accounts.c.bucket,
        accounts.c.bucket_no,
    ).where(
        accounts.c.client_id.in_(clients),
        accounts.c.placed_on <= cut,
        or_(accounts.c.first_cut_on.is_(None), accounts.c.first_cut_on > cut),
        in_force,
    )
    return union_all(sent, placed).subquery()


def owned_at(cut: date, clients: Collection[int]) -> Select[tuple[object, ...]]:
    """`held_at` with the agent and supervisor of that day."""
    held = held_at(cut, clients)
    joined, assigned = with_assignment(held, held.c.account_id, held.c.day)
    joined, supervisor = with_supervisor(joined, assigned.c.agent_id, held.c.day)
    return select(
        *held.c,
        func.coalesce(assigned.c.agent_id, 0).label("agent_id"),
        supervisor.label("supervisor_id"),
        assigned.c.mode.label("dial_mode"),
        literal(1).label("accounts"),
    ).select_from(joined)


def facts(window: Window, needs: frozenset[str]) -> Subquery:  # noqa: ARG001  (one shape for all sources)
    """Every position at each client's cut of the window."""
    cuts = window.clients_by_cut() or {window.today: []}
    return union_all(*(owned_at(cut, clients) for cut, clients in cuts.items())).subquery("positions")


def opening_of(window: Window, needs: frozenset[str]) -> Subquery:
    """Every position at each client's opening cut: the cohort a rate of recovery is measured on."""
    return facts(Window(today=window.today, cuts=window.openings), needs)
