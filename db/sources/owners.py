"""Who owned a row on its day: the agent's supervisor by the team history, the account's agent by its own."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, func, or_

from db.tables.reference import assignments, memberships


def with_supervisor(
    rows: FromClause, agent: ColumnElement[Any], day: ColumnElement[date]
) -> tuple[FromClause, ColumnElement[int]]:
    """`rows` joined with the membership in force on `day`; and the supervisor's id, 0 where there is none."""
    held = memberships.alias()
    joined = rows.outerjoin(
        held,
        and_(
            held.c.person_id == agent, held.c.from_on <= day, or_(held.c.to_on.is_(None), day < held.c.to_on)
        ),
    )
    return joined, func.coalesce(held.c.supervisor_id, 0)


def with_assignment(
    rows: FromClause, account: ColumnElement[int], day: ColumnElement[date]
) -> tuple[FromClause, FromClause]:
    """`rows` joined with the assignment in force on `day`, and that assignment."""
    held = assignments.alias()
    joined = rows.outerjoin(
        held,
        and_(
            held.c.account_id == account,
            held.c.from_on <= day,
            or_(held.c.to_on.is_(None), day < held.c.to_on),
        ),
    )
    return joined, held
