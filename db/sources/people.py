"""What the agency keeps of its agents: shifts worked, evaluations, courses. None of it knows a creditor.

A shift counts whole on the day it began, also one that runs past midnight: what was productive or
available within it is known for the whole of it only.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Subquery,
    and_,
    case,
    extract,
    func,
    literal,
    or_,
    select,
)

from db.sources.flows import within
from db.sources.owners import with_supervisor
from db.sources.source import Source
from db.sources.window import Window
from db.tables.agency import evaluations, trainings
from db.tables.facts import shifts
from db.tables.reference import people


def _seconds(start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[Any]:
    return extract("epoch", end) - extract("epoch", start)


def shift_facts(window: Window, needs: frozenset[str]) -> Subquery:  # noqa: ARG001  (one shape for all sources)
    """One row a shift that was attended: an absence is neither paid nor connected time."""
    rows: FromClause
    rows, supervisor = with_supervisor(shifts, shifts.c.agent_id, shifts.c.starts_on)
    paid = _seconds(shifts.c.starts_at, shifts.c.ends_at)
    told = shifts.c.productive_seconds.is_not(None)
    return (
        select(
            shifts.c.starts_on.label("day"),
            supervisor.label("supervisor_id"),
            shifts.c.agent_id,
            shifts.c.shift,
            literal(1).label("shifts"),
            paid.label("paid_seconds"),
            # A shift whose productive time nobody recorded says nothing of how it was used.
            case((told, 1), else_=0).label("told_shifts"),
            case((told, paid), else_=0).label("told_seconds"),
            func.coalesce(shifts.c.productive_seconds, 0).label("productive_seconds"),
            case((shifts.c.available_seconds.is_not(None), 1), else_=0).label("available_shifts"),
            func.coalesce(shifts.c.available_seconds, 0).label("available_seconds"),
        )
        .select_from(rows)
        .where(within(shifts.c.starts_on, window), shifts.c.attended)
        .subquery("shift_facts")
    )


def evaluation_facts(window: Window, needs: frozenset[str]) -> Subquery:  # noqa: ARG001
    """One row an evaluation; `points` as the rule of the critical error leaves them."""
    rows: FromClause
    rows, supervisor = with_supervisor(evaluations, evaluations.c.agent_id, evaluations.c.evaluated_on)
    return (
        select(
            evaluations.c.evaluated_on.label("day"),
            supervisor.label("supervisor_id"),
            evaluations.c.agent_id,
            literal(1).label("evaluations"),
            case((evaluations.c.critical_error, 0), else_=evaluations.c.points_micros).label("points"),
            evaluations.c.points_micros.label("plain_points"),
            evaluations.c.possible_micros.label("possible"),
        )
        .select_from(rows)
        .where(within(evaluations.c.evaluated_on, window))
        .subquery("evaluation_facts")
    )


def training_facts(window: Window, needs: frozenset[str]) -> Subquery:  # noqa: ARG001
    """One row a course assigned to somebody on the staff on the window's last day; does her certificate hold?

    Assigned again, the course counts once: any certificate of it that has not lapsed will do.
    """
    day = min(window.period.end, window.today) if window.period else window.today
    holds = and_(
        trainings.c.passed_on <= day, or_(trainings.c.valid_to.is_(None), trainings.c.valid_to >= day)
    )
    assigned = (
        select(
            trainings.c.agent_id,
            trainings.c.course,
            func.max(case((holds, 1), else_=0)).label("holding"),
        )
        .join(people, people.c.id == trainings.c.agent_id)
        .where(
            trainings.c.assigned_on <= day,
            or_(people.c.active_from.is_(None), people.c.active_from <= day),
            or_(people.c.active_to.is_(None), people.c.active_to >= day),
        )
        .group_by(trainings.c.agent_id, trainings.c.course)
        .subquery("assigned")
    )
    rows: FromClause
    rows, supervisor = with_supervisor(assigned, assigned.c.agent_id, literal(day, Date))
    return (
        select(
            literal(day, Date).label("day"),
            supervisor.label("supervisor_id"),
            assigned.c.agent_id,
            literal(1).label("assigned"),
            assigned.c.holding,
        )
        .select_from(rows)
        .subquery("training_facts")
    )


# Few rows a day: the facts answer, there are no cells.
SOURCES = (
    Source("shifts", "period", shift_facts, (), ("shifts",)),
    Source("evaluations", "period", evaluation_facts, (), ("evaluations",)),
    Source("trainings", "day", training_facts, (), ("trainings",)),
)
