"""Looks the record up: what was done and what was denied, by whom, within reach. Says nothing in words."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select

from db.tables.house import audit
from db.tables.reference import people

NOT_DONE = ("denied", "failed")
ASKED = "question"  # rows without an action


@dataclass(frozen=True)
class Span:
    """Somebody's rows between two moments; None is no limit."""

    person: int
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Wanted:
    """`reach` and `about`: by, or about, one of these; None is anybody. No action named: whatever changed
    something or was denied."""

    since: datetime
    until: datetime
    reach: Sequence[Span] | None = None
    about: Sequence[Span] | None = None
    actions: Collection[str] = ()
    outcomes: Collection[str] = ()


@dataclass(frozen=True)
class Move:
    """One row of the record."""

    number: int
    at: datetime
    who: str
    action: str
    outcome: str
    reason: str | None
    proposal: str | None
    undoes: int | None
    undone_by: int | None = None
    people: tuple[int, ...] = ()
    change: Mapping[str, Any] = field(default_factory=dict)


def moves(connection: Connection, wanted: Wanted, *, oldest: bool, limit: int) -> tuple[list[Move], int]:
    """That many, and how many there are in all."""
    where = _conditions(wanted)
    total = connection.execute(select(func.count()).where(*where)).scalar_one()
    later = audit.alias()
    undone = select(func.max(later.c.id)).where(later.c.undoes == audit.c.id).scalar_subquery()
    query = (
        select(audit, people.c.name, undone.label("undone_by"))
        .outerjoin(people, people.c.id == audit.c.person_id)
        .where(*where)
        .order_by(audit.c.id if oldest else audit.c.id.desc())
        .limit(limit)
    )
    return [_move(row) for row in connection.execute(query)], total


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found = [audit.c.at >= wanted.since, audit.c.at < wanted.until, audit.c.entrance != "model"]
    named = [name for name in wanted.actions if name != ASKED]
    if wanted.actions:
        found.append(or_(audit.c.action.in_(named), *_without(ASKED in wanted.actions)))
    elif not wanted.outcomes:
        found.append(or_(audit.c.action.is_not(None), audit.c.outcome.in_(NOT_DONE)))
    if wanted.outcomes:
        found.append(audit.c.outcome.in_(list(wanted.outcomes)))
    found += [_of(spans) for spans in (wanted.reach, wanted.about) if spans is not None]
    return found


def _without(asked: bool) -> list[ColumnElement[bool]]:
    return [audit.c.action.is_(None)] if asked else []


def _of(spans: Sequence[Span]) -> ColumnElement[bool]:
    return or_(false(), *map(_touched, spans))


def _touched(span: Span) -> ColumnElement[bool]:
    which = or_(audit.c.person_id == span.person, audit.c.concerns.contains(f",{span.person},"))
    limits = [audit.c.at >= span.since] if span.since else []
    limits += [audit.c.at < span.until] if span.until else []
    return and_(which, *limits)


def _move(row: Any) -> Move:
    concerned = (row.concerns or "").strip(",")
    return Move(
        number=row.id,
        at=row.at,
        who=row.name or row.actor,
        action=row.action or ASKED,
        outcome=row.outcome,
        reason=row.reason,
        proposal=row.proposal,
        undoes=row.undoes,
        undone_by=row.undone_by,
        people=tuple(int(each) for each in concerned.split(",") if each),
        change=json.loads(row.change) if row.change else {},
    )
