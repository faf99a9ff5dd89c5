"""The accounts of the opening cut that were worked, or paid, since: by their owners and bucket at that cut.

Knows which accounts something happened to; who held them is the positions' to say.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    FromClause,
    Select,
    Subquery,
    Table,
    case,
    func,
    literal,
    select,
    union_all,
)

from db.sources import positions
from db.sources.flows import FEW_DAYS, within
from db.sources.owners import with_supervisor
from db.sources.source import OWNERS, PLACES, Cells, Source
from db.sources.window import Window
from db.tables.cells import cohort_cells
from db.tables.facts import contacts, payments

LEVELS = {"campaign": PLACES, "agent": OWNERS}
SPANS = ("month", "week")  # a day's few accounts are looked up when somebody asks
COUNTS = ("worked", "paying")
_KEY = ("client_id", "campaign_id", "supervisor_id", "agent_id", "bucket", "bucket_no")


def worked_facts(window: Window, needs: frozenset[str]) -> Subquery:
    """One row an account of the opening cut with an attempt in the period."""
    worked = select(contacts.c.account_id).where(within(contacts.c.started_on, window)).distinct()
    return _of_openings(window, needs, worked, "worked")


def paying_facts(window: Window, needs: frozenset[str]) -> Subquery:
    """One row an account of the opening cut whose money of the period is more than what was given back."""
    paid = select(payments.c.account_id).where(within(payments.c.paid_on, window))
    net = func.sum(payments.c.amount_cents) > 0
    return _of_openings(window, needs, paid.group_by(payments.c.account_id).having(net), "paying")


def _of_openings(window: Window, needs: frozenset[str], among: Select[tuple[int]], name: str) -> Subquery:
    opened = Window(today=window.today, cuts=window.openings).clients_by_cut() or {window.today: []}
    parts = [
        positions.owned_at(cut, clients, needs, among.subquery()).subquery()
        for cut, clients in opened.items()
    ]
    return union_all(*(select(part, literal(1).label(name)) for part in parts)).subquery(f"{name}_of_opening")


def changes(
    days: Collection[date], opens: date, cut: date, clients: Collection[int]
) -> Select[tuple[object, ...]]:
    """By day, of the accounts of the cut: those first worked since `opens`, and the change in who pays."""
    each = _changes(sorted(days), opens, clients)
    # In the order of the keys their positions are looked up by: that halves the time.
    chosen = select(each.c.account_id).distinct().order_by(each.c.account_id).subquery("chosen")
    held = positions.assigned_at(cut, clients, frozenset(), chosen).subquery()
    key = [held.c[name] for name in _KEY if name != "supervisor_id"]
    sums = (
        select(each.c.changed_on, *key, *(func.sum(each.c[name]).label(name) for name in COUNTS))
        .select_from(held.join(each, each.c.account_id == held.c.account_id))
        .group_by(each.c.changed_on, *key)
        .subquery()
    )
    rows, supervisor = with_supervisor(sums, sums.c.agent_id, literal(cut, Date))
    told = (supervisor.label(name) if name == "supervisor_id" else sums.c[name] for name in (*_KEY, *COUNTS))
    return select(sums.c.changed_on, *told).select_from(rows)


def _changes(days: Sequence[date], opens: date, clients: Collection[int]) -> CTE:
    return union_all(_first_worked(days, opens, clients), _turned(days, opens, clients)).cte("changes")


def _first_worked(days: Sequence[date], opens: date, clients: Collection[int]) -> Select[Any]:
    """The accounts attempted on these days, and never before since `opens`."""
    contact, day = contacts, contacts.c.started_on
    first = func.min(day)
    return (
        select(
            contact.c.account_id,
            first.label("changed_on"),
            literal(1).label("worked"),
            literal(0).label("paying"),
        )
        .select_from(_of_those(contact, day, days, clients))
        .where(contact.c.client_id.in_(clients), day.between(opens, days[-1]))
        .group_by(contact.c.account_id)
        .having(first.in_(days))
    )


def _turned(days: Sequence[date], opens: date, clients: Collection[int]) -> Select[Any]:
    """+1 on a day the account's money since `opens` turned positive, -1 where it no longer is."""
    payment, day = payments, payments.c.paid_on
    daily = (
        select(payment.c.account_id, day.label("day"), func.sum(payment.c.amount_cents).label("cents"))
        .select_from(_of_those(payment, day, days, clients))
        .where(payment.c.client_id.in_(clients), day.between(opens, days[-1]))
        .group_by(payment.c.account_id, day)
        .subquery()
    )
    so_far = func.sum(daily.c.cents).over(partition_by=daily.c.account_id, order_by=daily.c.day)
    sums = select(daily.c.account_id, daily.c.day, daily.c.cents, so_far.label("so_far")).subquery()
    turned = case((sums.c.so_far > 0, 1), else_=0) - case((sums.c.so_far - sums.c.cents > 0, 1), else_=0)
    return select(
        sums.c.account_id,
        sums.c.day.label("changed_on"),
        literal(0).label("worked"),
        turned.label("paying"),
    ).where(sums.c.day.in_(days))


def _of_those(
    table: Table, day: ColumnElement[date], days: Sequence[date], clients: Collection[int]
) -> FromClause:
    """The rows of the accounts touched on these days."""
    if len(days) > FEW_DAYS:
        return table
    rows = select(table.c.account_id).where(table.c.client_id.in_(clients), day.in_(days))
    chosen = rows.distinct().subquery()
    return table.join(chosen, chosen.c.account_id == table.c.account_id)


def _watched(name: str, window: Window) -> list[date]:
    """A position matters at the opening cut alone, the rest over the days of the period."""
    if name == "positions":
        return list(window.openings.values())
    return [window.period.start, window.period.end] if window.period else []


def _source(name: str, facts: Callable[[Window, frozenset[str]], Subquery], flow: str) -> Source:
    cells = tuple(Cells(cohort_cells, owners | {"bucket"}, (level,)) for level, owners in LEVELS.items())
    return Source(name, "span", facts, cells, (flow, "positions"), waits=("cohort",), watched=_watched)


SOURCES = (
    _source("worked_of_opening", worked_facts, "contacts"),
    _source("paying_of_opening", paying_facts, "payments"),
)
