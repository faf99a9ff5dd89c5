"""Courses given to agents from chat, and who would take them. Knows not what a course teaches."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, insert, or_, select

from db.tables.agency import trainings
from db.tables.reference import accounts, assignments, memberships, people


@dataclass(frozen=True)
class Taken:
    """An agent's latest time in a course."""

    assigned_on: date
    due_on: date | None
    passed_on: date | None
    valid_to: date | None

    def is_open(self) -> bool:
        return self.passed_on is None

    def holds(self, on: date) -> bool:
        return self.passed_on is not None and (self.valid_to is None or self.valid_to >= on)


def known_courses(connection: Connection) -> list[str]:
    query = select(trainings.c.course).distinct().order_by(trainings.c.course)
    return list(connection.execute(query).scalars())


def agents_in(connection: Connection, field: str, ids: Collection[int], on: date) -> set[int]:
    """The agents these supervisors lead, or who hold accounts of these campaigns or clients, that day."""
    if field == "supervisor":
        query = select(memberships.c.person_id).where(
            memberships.c.supervisor_id.in_(ids),
            memberships.c.from_on <= on,
            or_(memberships.c.to_on.is_(None), memberships.c.to_on > on),
        )
    else:
        owner = accounts.c.campaign_id if field == "campaign" else accounts.c.client_id
        query = (
            select(assignments.c.agent_id)
            .join(accounts, accounts.c.id == assignments.c.account_id)
            .where(owner.in_(ids), assignments.c.from_on <= on)
            .where(or_(assignments.c.to_on.is_(None), assignments.c.to_on > on))
            .distinct()
        )
    working = select(people.c.id).where(
        people.c.id.in_(query),
        people.c.role == "agent",
        or_(people.c.active_to.is_(None), people.c.active_to >= on),
    )
    return set(connection.execute(working).scalars())


def taken(connection: Connection, agents: Collection[int], course: str) -> dict[int, Taken]:
    query = (
        select(
            trainings.c.agent_id,
            trainings.c.assigned_on,
            trainings.c.due_on,
            trainings.c.passed_on,
            trainings.c.valid_to,
        )
        .where(trainings.c.agent_id.in_(sorted(agents)), trainings.c.course == course)
        .order_by(trainings.c.assigned_on)
    )
    return {row[0]: Taken(*row[1:]) for row in connection.execute(query)}


def assign_course(
    connection: Connection, agents: Collection[int], course: str, on: date, due: date | None
) -> None:
    rows = [
        {"agent_id": agent, "course": course, "assigned_on": on, "due_on": due} for agent in sorted(agents)
    ]
    connection.execute(insert(trainings), rows)


def unassign_course(connection: Connection, agents: Collection[int], course: str, on: date) -> bool:
    """What was assigned that day and nobody passed yet; False where one of them did."""
    gone = delete(trainings).where(
        trainings.c.agent_id.in_(sorted(agents)),
        trainings.c.course == course,
        trainings.c.assigned_on == on,
        trainings.c.passed_on.is_(None),
        trainings.c.load_id.is_(None),
    )
    return connection.execute(gone).rowcount == len(agents)


def leaders(connection: Connection, agents: Collection[int], on: date) -> Mapping[int, int]:
    """Agent -> who leads her that day."""
    query = select(memberships.c.person_id, memberships.c.supervisor_id).where(
        memberships.c.person_id.in_(sorted(agents)),
        memberships.c.supervisor_id.is_not(None),
        memberships.c.from_on <= on,
        or_(memberships.c.to_on.is_(None), memberships.c.to_on > on),
    )
    return dict(tuple(row) for row in connection.execute(query))
