"""Different accounts worked, contacted, reached and promised: told apart by whom, and from what day on.

Knows the rows of the flows and their owners of the day; nothing of cuts.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    FromClause,
    Select,
    Table,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from db.periods import week_of
from db.sources import flows
from db.sources.owners import with_supervisor
from db.sources.source import PLACES, Cells, Source
from db.sources.spans import opens_on
from db.tables.cells import TOUCHED, TOUCHED_SINCE, reach_cells
from db.tables.facts import contacts, promises

# Whom the accounts of a level are told apart by, beside the campaign. An agent keeps hers through a change
# of team; a member's are those of her time in one.
LEVELS: dict[str, frozenset[str]] = {
    "campaign": frozenset(),
    "supervisor": frozenset({"supervisor"}),
    "agent": frozenset({"agent"}),
    "member": frozenset({"supervisor", "agent"}),
}
# An agent's accounts are those of her times in each team, less what was counted in two of them: only the
# few who changed have rows of their own.
ADDED_UP = {level: (level,) for level in LEVELS} | {"agent": ("member", "agent")}
TOUCHES = {"worked": "attempts", "contacted": "humans", "reached": "rpcs"}
PROMISED = {"promised": "promises"}
COUNTED = {"contacts": tuple(TOUCHES), "promises": tuple(PROMISED)}
_ACCOUNT = ("campaign_id", "account_id")
_WHO = ("client_id", "campaign_id", "supervisor_id", "agent_id")


def first_touches(fact: str, days: Collection[date], clients: Collection[int]) -> Select[Any]:
    """How many accounts were touched on each of these days of a month, and not before it in its span.

    By level, day and owners; one column a count and span, named `<count>_<span>`. At the agents' level, only
    those seen in more than one team.
    """
    ordered = sorted(days)
    touched = _touched(fact, ordered, clients)
    parts = (_of_level(touched, level, fact, ordered) for level in LEVELS)
    return select(union_all(*parts).subquery("first_touches"))


def _done(fact: str) -> tuple[Table, ColumnElement[date], dict[str, ColumnElement[bool]]]:
    if fact == "promises":
        return promises, promises.c.made_on, {"promised": true()}
    done = {"worked": true(), "contacted": contacts.c.human, "reached": contacts.c.rpc}
    return contacts, contacts.c.started_on, done


def _touched(fact: str, days: Sequence[date], clients: Collection[int]) -> CTE:
    """What was done with each account each day, and by whom, since the first of the days' spans began."""
    table, day, done = _done(fact)
    since = min(first for on in days for first in opens_on(on).values())
    rows, supervisor = with_supervisor(table, table.c.agent_id, day)
    if len(days) <= flows.FEW_DAYS:
        of_days = table.c.client_id.in_(clients), day.in_(days)
        chosen = select(table.c.account_id).where(*of_days).distinct().subquery()
        rows = rows.join(chosen, chosen.c.account_id == table.c.account_id)
    owners = [
        table.c.client_id,
        table.c.campaign_id,
        supervisor.label("supervisor_id"),
        func.coalesce(table.c.agent_id, 0).label("agent_id"),
        table.c.account_id,
        day.label("day"),
    ]
    each = (
        select(*owners, *(case((did, 1), else_=0).label(name) for name, did in done.items()))
        .select_from(rows)
        .where(table.c.client_id.in_(clients), day.between(since, days[-1]))
        .subquery()
    )
    return _once(each, [*_WHO, "account_id", "day"], tuple(done)).cte("touched")


def _once(rows: FromClause, key: Collection[str], done: Collection[str]) -> Select[Any]:
    named = [rows.c[name] for name in key]
    return select(*named, *(func.max(rows.c[name]).label(name) for name in done)).group_by(*named)


def _of_level(touched: CTE, level: str, fact: str, days: Sequence[date]) -> Select[Any]:
    told = [name for name in _WHO if name.removesuffix("_id") in PLACES | LEVELS[level]]
    each: FromClause = touched
    if level != "member":
        once = _once(touched, [*told, "account_id", "day"], COUNTED[fact])
        each = (once.where(touched.c.agent_id.in_(_moved(touched))) if level == "agent" else once).subquery()
    apart = [*(each.c[name] for name in told), each.c.account_id]
    before = [
        func.max(case((each.c[name] == 1, each.c.day)))
        .over(partition_by=apart, order_by=each.c.day, rows=(None, -1))
        .label(f"{name}_before")
        for name in COUNTED[fact]
    ]
    rows = select(each, *before).subquery()
    opens = _opens(rows.c.day, days)
    new = [
        func.sum(case((_new(rows, name, opens[span]), 1), else_=0)).label(f"{name}_{span}")
        for name in COUNTED[fact]
        for span in TOUCHED_SINCE
    ]
    who = [rows.c[name] if name in told else literal(0).label(name) for name in _WHO]
    return (
        select(literal(level).label("level"), rows.c.day, *who, *new)
        .where(rows.c.day.in_(days))
        .group_by(rows.c.day, *(rows.c[name] for name in told))
    )


def _moved(touched: CTE) -> Select[Any]:
    boss = touched.c.supervisor_id
    return select(touched.c.agent_id).group_by(touched.c.agent_id).having(func.min(boss) != func.max(boss))


def _opens(day: ColumnElement[date], days: Sequence[date]) -> dict[str, ColumnElement[date]]:
    """The first day of each span of a day."""
    mondays = sorted({week_of(on).start for on in days}, reverse=True)
    week = case(
        *((day >= monday, literal(monday, Date)) for monday in mondays), else_=literal(mondays[-1], Date)
    )
    return {"month": literal(days[0].replace(day=1), Date), "week": week, "day": day}


def _new(rows: FromClause, name: str, opens: ColumnElement[date]) -> ColumnElement[bool]:
    before = rows.c[f"{name}_before"]
    return and_(rows.c[name] == 1, or_(before.is_(None), before < opens))


def _in_span(span: str) -> FromClause:
    """The cells as the counts of one span."""
    counts = (reach_cells.c[f"{name}_{span}"].label(name) for name in TOUCHED)
    key = (reach_cells.c[name] for name in ("level", "day", *_WHO))
    return select(*key, *counts).subquery(f"reach_in_{span}")


_IN = {span: _in_span(span) for span in TOUCHED_SINCE}


def _cells(**tables: Any) -> tuple[Cells, ...]:
    return tuple(
        Cells(dims=PLACES | told, levels=ADDED_UP[level], **tables) for level, told in LEVELS.items()
    )


SOURCES = (
    Source(
        "reach",
        "span",
        flows.contact_facts,
        _cells(table=reach_cells, spans=_IN),
        ("contacts",),
        waits=("reach",),
        unit=_ACCOUNT,
        counted=TOUCHES,
    ),
    # An account counts once for each day: those add up over any period.
    Source(
        "days_reached",
        "period",
        flows.contact_facts,
        _cells(table=_IN["day"]),
        ("contacts",),
        waits=("reach",),
        unit=(*_ACCOUNT, "day"),
        counted=TOUCHES,
    ),
    Source(
        "days_promised",
        "period",
        flows.promise_facts,
        _cells(table=_IN["day"]),
        ("promises",),
        waits=("reach",),
        unit=(*_ACCOUNT, "day"),
        counted=PROMISED,
    ),
)
