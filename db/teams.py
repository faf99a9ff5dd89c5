"""Who is on a supervisor's team on a day. Knows no scope: whoever asks has been let in."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection, or_, select

from db.tables.reference import memberships, people


def mates_of(connection: Connection, agent: int, on: date) -> list[int]:
    """Agents led that day by whoever leads her; herself among them."""
    leads = select(memberships.c.supervisor_id).where(
        memberships.c.person_id == agent,
        memberships.c.supervisor_id.is_not(None),
        memberships.c.from_on <= on,
        or_(memberships.c.to_on.is_(None), memberships.c.to_on > on),
    )
    return agents_of(connection, connection.execute(leads).scalars().all(), on)


def agents_of(connection: Connection, supervisors: Collection[int], on: date) -> list[int]:
    """Agents on the staff that day whom these led, by id."""
    query = (
        select(people.c.id)
        .join(memberships, memberships.c.person_id == people.c.id)
        .where(
            memberships.c.supervisor_id.in_(sorted(supervisors)),
            memberships.c.from_on <= on,
            or_(memberships.c.to_on.is_(None), memberships.c.to_on > on),
            people.c.role == "agent",
            or_(people.c.active_from.is_(None), people.c.active_from <= on),
            or_(people.c.active_to.is_(None), people.c.active_to >= on),
        )
    )
    return list(connection.execute(query.distinct().order_by(people.c.id)).scalars())
