"""Accounts a client's cut shows current, or paid off, that its cut before showed past due; and their relapse.

A cure is decided 90 days later: by then some cut has shown the account past due again, or none has. Knows the
cuts, and who held an account on the day of its cure.
"""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Date, FromClause, Select, Subquery, case, false, func, literal, or_, select, union_all

from db.buckets import CASTIGO_NO, CURRENT_NO
from db.cells.cuts import Cuts
from db.sources.owners import with_assignment, with_supervisor
from db.sources.positions import OF_ACCOUNT, PAID_OFF, held_at
from db.sources.source import OWNERS, Cells, Source
from db.sources.window import Window
from db.tables.cells import cure_results
from db.tables.facts import balances
from db.tables.reference import accounts

WATCHED = timedelta(days=90)
DUE_AGAIN = 1  # days past due


def cures_at(before: date, cut: date, clients: Collection[int]) -> Select[tuple[object, ...]]:
    """The rows of cure_results of one cut, but for what became of them."""
    stood = held_at(before, clients, frozenset())
    rows: FromClause = balances.join(stood, stood.c.account_id == balances.c.account_id)
    gone = select(accounts.c.id).where(
        accounts.c.id == balances.c.account_id,
        accounts.c.client_id.in_(clients),
        accounts.c.recalled_on <= cut,
    )
    rows, assigned = with_assignment(rows, balances.c.account_id, balances.c.as_of)
    rows, supervisor = with_supervisor(rows, assigned.c.agent_id, balances.c.as_of)
    return (
        select(
            balances.c.account_id,
            balances.c.as_of.label("cured_on"),
            literal(cut + WATCHED, Date).label("decide_on"),
            balances.c.client_id,
            balances.c.campaign_id,
            supervisor.label("supervisor_id"),
            func.coalesce(assigned.c.agent_id, 0).label("agent_id"),
            stood.c.bucket,
            stood.c.bucket_no,
            balances.c.balance_cents,
        )
        .select_from(rows)
        .where(
            balances.c.client_id.in_(clients),
            balances.c.as_of == cut,
            or_(balances.c.bucket_no == CURRENT_NO, balances.c.status == PAID_OFF),
            stood.c.bucket_no > CURRENT_NO,
            stood.c.bucket_no < CASTIGO_NO,
            ~gone.exists(),
        )
    )


def relapsing(cures: FromClause, cut: date) -> Any:
    """Whether the cut shows a row of cures past due again."""
    return (
        select(balances.c.account_id)
        .where(
            balances.c.client_id == cures.c.client_id,
            balances.c.as_of == cut,
            balances.c.account_id == cures.c.account_id,
            balances.c.dpd >= DUE_AGAIN,
            or_(balances.c.status.is_(None), balances.c.status != PAID_OFF),
        )
        .exists()
    )


def facts(window: Window, needs: frozenset[str]) -> Subquery:  # noqa: ARG001  (one shape for all sources)
    """One row a cure decided in the period, read from the cuts themselves."""
    parts = [_followed(client, before, cut, later) for client, before, cut, later in _pairs(window)]
    return _told(union_all(*(parts or [_nothing()])).subquery("cures"))


def _pairs(window: Window) -> Iterator[tuple[int, date, date, list[date]]]:
    """Each client's cuts that decide in the period, with the one before them and those that watch them."""
    for client, cuts in window.known.items() if window.period else ():
        for before, cut in pairwise(cuts):
            if window.period and window.period.holds(cut + WATCHED):
                yield client, before, cut, [c for c in cuts if cut < c <= cut + WATCHED]


def _followed(client: int, before: date, cut: date, later: list[date]) -> Select[Any]:
    cures = cures_at(before, cut, [client]).subquery()
    watching = [relapsing(cures, c) for c in later]
    return select(cures, case((or_(false(), *watching), literal(cut, Date))).label("relapsed_on"))


def _nothing() -> Select[Any]:
    return select(*cure_results.c).where(false())


def _told(cures: FromClause) -> Subquery:
    """What is counted of each, by the day it is decided, and the account's own dimensions."""
    return (
        select(
            *cures.c,
            cures.c.decide_on.label("day"),
            literal(1).label("cured"),
            case((cures.c.relapsed_on.is_not(None), 1), else_=0).label("relapsed"),
            *(accounts.c[name] for name in sorted(OF_ACCOUNT)),
        )
        .join_from(cures, accounts, accounts.c.id == cures.c.account_id)
        .subquery("told_cures")
    )


def _watched(name: str, window: Window) -> list[date]:  # noqa: ARG001  (whatever it is called, it is a cut)
    """What a cure decided in the period was seen at: from the cut before the first one, to the last day."""
    if window.period is None:
        return []
    first = window.period.start - WATCHED
    before = Cuts(window.known).at(first - timedelta(days=1))
    return [min(before.values(), default=first), window.period.end]


SOURCES = (
    Source(
        "cures",
        "period",
        facts,
        (Cells(_told(cure_results), OWNERS | OF_ACCOUNT | {"bucket", "balance"}),),
        ("positions",),
        waits=("cures",),
        watched=_watched,
    ),
)
