"""Different accounts worked, contacted, reached and promised: told apart by whom, and from what day on.

Knows the rows of the flows and their owners of the day; nothing of cuts.
"""

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Date,
    Select,
    Table,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from db.sources import flows
from db.sources.owners import with_supervisor
from db.sources.source import PLACES, Cells, Source
from db.sources.spans import SPANS, opens_on
from db.tables.cells import reach_cells
from db.tables.facts import contacts, promises

# Whom the accounts of a level are told apart by, beside the campaign. An agent keeps hers through a change
# of team; a member's are those of her time in one.
LEVELS: dict[str, frozenset[str]] = {
    "campaign": frozenset(),
    "supervisor": frozenset({"supervisor"}),
    "agent": frozenset({"agent"}),
    "member": frozenset({"supervisor", "agent"}),
}
TOUCHES = {"worked": "attempts", "contacted": "humans", "reached": "rpcs"}
PROMISED = {"promised": "promises"}
COUNTED = {"contacts": tuple(TOUCHES), "promises": tuple(PROMISED)}
_ACCOUNT = ("campaign_id", "account_id")
_WHO = ("client_id", "campaign_id", "supervisor_id", "agent_id")
_CLIENTS: BindParameter[Any] = bindparam("clients", expanding=True)
_ON, _SINCE = bindparam("that_day", type_=Date), bindparam("since", type_=Date)


def first_touches(fact: str, on: date, clients: Collection[int]) -> Select[Any]:
    """How many accounts were touched that day and not before it in the day's span, by level and owners.

    One column a count and span, named `<count>_<span>`.
    """
    opens = opens_on(on)
    days = {f"{span}_opens": first for span, first in opens.items()}
    return _first_touches(fact).params(clients=list(clients), that_day=on, since=min(opens.values()), **days)


@cache
def _first_touches(fact: str) -> Select[Any]:
    """Made once: putting it together takes longer than a small floor takes to run it."""
    touched = _touched(fact)
    parts = (_of_level(touched, level, fact) for level in LEVELS)
    return select(union_all(*parts).subquery("first_touches"))


def _done(fact: str) -> tuple[Table, ColumnElement[date], dict[str, ColumnElement[bool]]]:
    if fact == "promises":
        return promises, promises.c.made_on, {"promised": true()}
    done = {"worked": true(), "contacted": contacts.c.human, "reached": contacts.c.rpc}
    return contacts, contacts.c.started_on, done


def _touched(fact: str) -> CTE:
    """The accounts touched that day, by whom: what was done with them, and when that was done last before.

    Only their own rows are read: those of the day, and those of the same accounts since its spans began.
    """
    table, day, done = _done(fact)
    chosen = (
        select(table.c.account_id).where(table.c.client_id.in_(_CLIENTS), day == _ON).distinct().subquery()
    )
    joined, supervisor = with_supervisor(table, table.c.agent_id, day)
    rows = (
        select(
            table.c.client_id,
            table.c.campaign_id,
            supervisor.label("supervisor_id"),
            func.coalesce(table.c.agent_id, 0).label("agent_id"),
            table.c.account_id,
            *(case((and_(day == _ON, did), 1), else_=0).label(name) for name, did in done.items()),
            *(case((and_(day < _ON, did), day)).label(f"{name}_last") for name, did in done.items()),
        )
        .select_from(joined.join(chosen, chosen.c.account_id == table.c.account_id))
        .where(table.c.client_id.in_(_CLIENTS), day.between(_SINCE, _ON))
        .subquery()
    )
    owners = [rows.c[name] for name in (*_WHO, "account_id")]
    most = (func.max(c).label(c.name) for c in rows.c if c.name not in {o.name for o in owners})
    return select(*owners, *most).group_by(*owners).cte("touched")


def _of_level(touched: CTE, level: str, fact: str) -> Select[Any]:
    told = [name for name in _WHO if name.removesuffix("_id") in PLACES | LEVELS[level]]
    owners = [touched.c[name] for name in told]
    done = [touched.c[f"{name}{part}"] for name in COUNTED[fact] for part in ("", "_last")]
    each = (
        select(*owners, *(func.max(column).label(column.name) for column in done))
        .group_by(*owners, touched.c.account_id)
        .subquery()
    )
    new = [
        func.sum(case((and_(each.c[name] == 1, _not_since(each.c[f"{name}_last"], span)), 1), else_=0)).label(
            f"{name}_{span}"
        )
        for name in COUNTED[fact]
        for span in SPANS
    ]
    who = [each.c[name] if name in told else literal(0).label(name) for name in _WHO]
    return select(literal(level).label("level"), *who, *new).group_by(*(each.c[name] for name in told))


def _not_since(last: ColumnElement[date], span: str) -> ColumnElement[bool]:
    return or_(last.is_(None), last < bindparam(f"{span}_opens", type_=Date))


_CELLS = tuple(Cells(reach_cells, PLACES | told, level) for level, told in LEVELS.items())

SOURCES = (
    Source(
        "reach",
        "span",
        flows.contact_facts,
        _CELLS,
        ("contacts",),
        waits=("reach",),
        unit=_ACCOUNT,
        counted=TOUCHES,
    ),
    # An account counts once for each day: those add up over any period.
    Source(
        "days_reached",
        "days",
        flows.contact_facts,
        _CELLS,
        ("contacts",),
        waits=("reach",),
        unit=(*_ACCOUNT, "day"),
        counted=TOUCHES,
    ),
    Source(
        "days_promised",
        "days",
        flows.promise_facts,
        _CELLS,
        ("promises",),
        waits=("reach",),
        unit=(*_ACCOUNT, "day"),
        counted=PROMISED,
    ),
)
