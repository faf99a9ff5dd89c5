"""Who works at the demo agency: people, their teams and rights over time, shifts and absences."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from db.bulk import Row
from db.demo.plan import AgencyPlan, StaffPlan, agency_plan
from db.demo.timeline import Timeline

HIRED_YEARS_BEFORE = 2
MOVED_MONTHS_AGO = 3
LEFT_MONTHS_AGO = 2
ABSENCE = 0.045
MORNING, EVENING = "matutino", "vespertino"


@dataclass(frozen=True)
class Person:
    id: int
    plan: StaffPlan
    email: str
    slack_user_id: str
    active_from: date
    active_to: date | None = None


@dataclass(frozen=True)
class Agents:
    """One place an agent, in the order of their ids. `supervisor` is by day: teams change."""

    id: NDArray[np.int64]
    campaign: NDArray[np.int64]
    supervisor: NDArray[np.int64]  # agents x days, index of the supervisor's person id
    morning: NDArray[np.bool_]
    employed_until: NDArray[np.int64]  # first day index without her
    present: NDArray[np.bool_]  # agents x days
    hollow: NDArray[np.bool_]  # takes many promises, keeps few


@dataclass(frozen=True)
class Staff:
    people: tuple[Person, ...]
    agents: Agents
    moved_on: int
    left_on: int

    def person(self, employee_no: str) -> Person:
        return next(p for p in self.people if p.plan.employee_no == employee_no)


def hire(timeline: Timeline, random: np.random.Generator) -> Staff:
    plan = agency_plan()
    moved_on = timeline.first_working(MOVED_MONTHS_AGO)
    left_on = timeline.first_working(LEFT_MONTHS_AGO)
    hired = timeline.days[0].replace(day=1) - timedelta(days=365 * HIRED_YEARS_BEFORE)
    leaves = timeline.days[left_on] - timedelta(days=1)
    planned = [*plan.staff, *_agents(plan)]
    people = tuple(
        Person(n + 1, who, *_addresses(who), hired, leaves if who.name == plan.stories.left else None)
        for n, who in enumerate(planned)
    )
    return Staff(people, _placed(plan, people, timeline, random, moved_on, left_on), moved_on, left_on)


def _agents(plan: AgencyPlan) -> Iterator[StaffPlan]:
    number = 1101
    for group in plan.agents:
        for written in group.names:
            name, _, nickname = written.partition(" | ")
            nicknames = (nickname,) if nickname else ()
            yield StaffPlan(employee_no=f"E{number}", name=name, role="agent", nicknames=nicknames)
            number += 1


def _addresses(who: StaffPlan) -> tuple[str, str]:
    plain = unicodedata.normalize("NFKD", who.name.lower()).encode("ascii", "ignore").decode()
    return f"{'.'.join(plain.split())}@cartera.example", f"U0{who.employee_no}"


def _placed(
    plan: AgencyPlan,
    people: tuple[Person, ...],
    timeline: Timeline,
    random: np.random.Generator,
    moved_on: int,
    left_on: int,
) -> Agents:
    names = [p.plan.name for p in people if p.plan.role == "agent"]
    ids = np.array([p.id for p in people if p.plan.role == "agent"])
    by_no = {p.plan.employee_no: p.id for p in people}
    groups = [group for group in plan.agents for _ in group.names]
    supervisor = np.array([[by_no[g.supervisor]] * len(timeline.days) for g in groups])
    supervisor[names.index(plan.stories.moved_team.agent), moved_on:] = by_no[plan.stories.moved_team.to]
    until = np.full(len(ids), len(timeline.days))
    until[names.index(plan.stories.left)] = left_on
    hollow = np.array([name == plan.stories.hollow_promises for name in names])
    campaign = np.array([plan.campaign(g.campaign) for g in groups])
    there = random.random((len(ids), len(timeline.days))) >= ABSENCE
    present = there & (np.arange(len(timeline.days)) < until[:, None]) & _works(plan, campaign, timeline)
    return Agents(ids, campaign, supervisor, np.arange(len(ids)) % 5 < 3, until, present, hollow)


def _works(plan: AgencyPlan, campaign: NDArray[np.int64], timeline: Timeline) -> NDArray[np.bool_]:
    """Agents x days. A commercial creditor's debtors are called Monday to Friday."""
    commercial = {n for n, c in enumerate(plan.clients) if c.regime == "COMERCIAL"}
    of_campaign = [plan.client(c.client) in commercial for c in plan.campaigns]
    weekdays_only = np.array(of_campaign)[campaign]
    saturday = np.array([day.weekday() == 5 for day in timeline.days])
    works: NDArray[np.bool_] = timeline.working & ~(weekdays_only[:, None] & saturday)
    return works


def people_rows(staff: Staff) -> list[Row]:
    return [
        (
            p.id,
            p.plan.employee_no,
            p.plan.name,
            p.plan.role,
            p.email,
            p.slack_user_id,
            p.plan.language,
            "|".join(p.plan.nicknames),
            p.active_from.isoformat(),
            p.active_to.isoformat() if p.active_to else None,
        )
        for p in staff.people
    ]


def membership_rows(staff: Staff, timeline: Timeline) -> list[Row]:
    """Person, team, supervisor, from, to: one row for each stretch under the same supervisor."""
    teams = {p.id: p.plan.team for p in staff.people if p.plan.team}
    hired = staff.people[0].active_from.isoformat()
    rows: list[Row] = [(person, team, None, hired, None) for person, team in teams.items()]
    agents, days = staff.agents, timeline.texts()
    for n, person in enumerate(agents.id.tolist()):
        changes = [0, *(np.flatnonzero(np.diff(agents.supervisor[n])) + 1).tolist()]
        for start, end in zip(changes, [*changes[1:], int(agents.employed_until[n])], strict=True):
            boss = int(agents.supervisor[n, start])
            to = days[end] if end < len(days) else None
            rows.append((person, teams[boss], boss, days[start] if start else hired, to))
    return rows


def right_rows(staff: Staff) -> tuple[list[Row], list[Row]]:
    """Who is narrowed to some campaigns, and who to some clients."""
    plan = agency_plan()
    campaigns: list[Row] = [(p.id, plan.campaign(c) + 1) for p in staff.people for c in p.plan.campaigns]
    clients: list[Row] = [(p.id, plan.client(c) + 1) for p in staff.people for c in p.plan.clients]
    return campaigns, clients
