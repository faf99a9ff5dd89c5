"""Breaches as kept, within somebody's reach: listed, looked up, moved on with a reason. Judges nothing."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, select, update

from db.access import scope_conditions
from db.law.book import SEVERITIES
from db.periods import Period
from db.scope import Scope
from db.tables.cells import built_days
from db.tables.facts import contacts
from db.tables.law import breach_steps, breaches, searched_counts, searched_days
from db.tables.reference import accounts, clients, people

SLICE = 5_000
State = Literal["open", "attended", "training", "escalated", "false_positive"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True)
class Wanted:
    """Which breaches; an empty choice is no limit."""

    period: Period | None = None
    rules: Sequence[str] = ()
    states: Sequence[str] = ()
    channels: Sequence[str] = ()
    owners: Mapping[str, Sequence[int]] = field(default_factory=dict)  # client_id, agent_id ... -> ids
    accounts: Sequence[str] = ()  # their numbers


@dataclass(frozen=True)
class Kept:
    """One breach as it stands. `account` is the client's number, "" where none is concerned."""

    id: int
    rule: str
    version: int
    severity: str
    record: str
    record_id: int
    client: str | None
    account: str
    agent_id: int
    agent: str | None
    supervisor_id: int
    channel: str
    at: datetime
    on: date
    evidence: Mapping[str, Any]
    state: State


@dataclass(frozen=True)
class Several:
    """Breaches by their numbers: the gravest and newest, how many there are in all, by severity and by rule,
    and from which day to which."""

    gravest: list[Kept]
    total: int
    by_severity: dict[str, int]
    by_rule: Counter[str]
    days: tuple[date, date]


@dataclass(frozen=True)
class Coverage:
    """Of the contacts of some days, how many a rule looked at and how many it could not judge."""

    rule: str
    contacts: int
    unknown: int

    @property
    def share(self) -> Decimal:
        return Decimal(self.unknown) / Decimal(self.contacts) if self.contacts else Decimal(0)


def listed(
    connection: Connection, scope: Scope, wanted: Wanted, *, limit: int, oldest: bool = False
) -> tuple[list[Kept], int, dict[str, int]]:
    """The gravest and newest first (or by date), how many there are in all, and how many by severity."""
    where = _where(scope, wanted)
    gravity = case({name: n for n, name in enumerate(SEVERITIES)}, value=breaches.c.severity)
    newest = (gravity, breaches.c.happened_at.desc(), breaches.c.id.desc())
    order = (breaches.c.happened_at, breaches.c.id) if oldest else newest
    rows = connection.execute(_kept().where(*where).order_by(*order).limit(limit))
    found = [_read(row) for row in rows]
    graded = _from(select(breaches.c.severity, func.count())).where(*where).group_by(breaches.c.severity)
    by_severity = {row[0]: row[1] for row in connection.execute(graded)}
    return found, sum(by_severity.values()), by_severity


def of(connection: Connection, scope: Scope, numbers: Sequence[int], *, limit: int) -> "Several":
    graded: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    gravest: list[tuple[int, int, int]] = []
    for at in range(0, len(numbers), SLICE):
        query = select(breaches.c.id, breaches.c.rule, breaches.c.severity, breaches.c.happened_on)
        some = breaches.c.id.in_(numbers[at : at + SLICE])
        for number, rule, severity, on in connection.execute(
            query.where(some, *scope_conditions(scope, breaches.c))
        ):
            graded[severity] += 1
            rules[rule] += 1
            gravest.append((SEVERITIES.index(severity), -on.toordinal(), number))
    shown = [number for _, _, number in sorted(gravest)[:limit]]
    rows = connection.execute(_kept().where(breaches.c.id.in_(shown)))
    found = sorted(map(_read, rows), key=lambda each: shown.index(each.id))
    days = [date.fromordinal(-day) for _, day, _ in gravest]
    return Several(found, len(gravest), graded, rules, (min(days), max(days)))


def one(connection: Connection, scope: Scope, number: int) -> Kept | None:
    """None for one out of reach, as for one that does not exist."""
    reach = scope_conditions(scope, breaches.c)
    row = connection.execute(_kept().where(breaches.c.id == number, *reach)).first()
    return _read(row) if row is not None else None


def move(
    connection: Connection, number: int, before: State, after: State, person: int, reason: str, now: datetime
) -> bool:
    """False where somebody has moved it meanwhile. What was done stays on record, step by step."""
    moved = update(breaches).where(breaches.c.id == number, breaches.c.state == before)
    if connection.execute(moved.values(state=after, owner_id=person)).rowcount != 1:
        return False
    step = {"breach_id": number, "at": now, "person_id": person, "before": before, "after": after}
    connection.execute(breach_steps.insert().values(**step, reason=reason))
    return True


def coverage(connection: Connection, scope: Scope, period: Period | None) -> list[Coverage]:
    """By rule, of the clients in reach. Who sees less than a client's contacts is told of them all the same:
    it is a share, and of nobody."""
    query = select(
        searched_counts.c.rule, func.sum(searched_counts.c.contacts), func.sum(searched_counts.c.unknown)
    ).group_by(searched_counts.c.rule)
    if period is not None:
        query = query.where(searched_counts.c.day.between(period.start, period.end))
    if scope.clients is not None:
        query = query.where(searched_counts.c.client_id.in_(sorted(scope.clients)))
    rows = connection.execute(query.order_by(searched_counts.c.rule))
    return [Coverage(rule, int(all_), int(unknown)) for rule, all_, unknown in rows]


def searched_until(connection: Connection) -> tuple[datetime | None, int]:
    """When days were last searched, and how many days with contacts were never searched."""
    last = connection.execute(select(func.max(searched_days.c.searched_at))).scalar()
    first = connection.execute(select(func.min(searched_days.c.day))).scalar()
    if first is None:
        return last, 0
    worked = select(contacts.c.started_on).where(contacts.c.started_on >= first).distinct()
    waiting = select(func.count()).select_from(
        worked.where(contacts.c.started_on.not_in(select(searched_days.c.day))).subquery()
    )
    return last, connection.execute(waiting).scalar() or 0


def unsearched(connection: Connection, period: Period) -> int:
    """How many days of the period hold contacts and were never searched."""
    days = select(built_days.c.day).where(
        built_days.c.source == "contacts",
        built_days.c.rows > 0,
        built_days.c.day.between(period.start, period.end),
        built_days.c.day.not_in(select(searched_days.c.day)),
    )
    return connection.execute(select(func.count(func.distinct(days.subquery().c.day)))).scalar() or 0


# --- Reading ---------------------------------------------------------------------------------------


def _from(query: Select[Any]) -> Select[Any]:
    return query.select_from(breaches.outerjoin(accounts, accounts.c.id == breaches.c.account_id))


def _kept() -> Select[Any]:
    return select(
        breaches, clients.c.name.label("client"), accounts.c.account_no, people.c.name.label("agent")
    ).select_from(
        breaches.outerjoin(accounts, accounts.c.id == breaches.c.account_id)
        .outerjoin(clients, clients.c.id == breaches.c.client_id)
        .outerjoin(people, people.c.id == breaches.c.agent_id)
    )


def _where(scope: Scope, wanted: Wanted) -> list[ColumnElement[bool]]:
    limits = scope_conditions(scope, breaches.c)
    if wanted.period is not None:
        limits.append(breaches.c.happened_on.between(wanted.period.start, wanted.period.end))
    chosen = ((breaches.c.rule, wanted.rules), (breaches.c.state, wanted.states))
    for column, values in (*chosen, (breaches.c.channel, wanted.channels)):
        if values:
            limits.append(column.in_(values))
    for name, ids in wanted.owners.items():
        limits.append(breaches.c[name].in_(sorted(ids)))
    if wanted.accounts:
        limits.append(func.lower(accounts.c.account_no).in_([each.lower() for each in wanted.accounts]))
    return limits


def _read(row: Row[Any]) -> Kept:
    return Kept(
        id=row.id,
        rule=row.rule,
        version=row.version,
        severity=row.severity,
        record=row.record,
        record_id=row.record_id,
        client=row.client,
        account=row.account_no or "",
        agent_id=row.agent_id,
        agent=row.agent,
        supervisor_id=row.supervisor_id,
        channel=row.channel,
        at=row.happened_at,
        on=row.happened_on,
        evidence=json.loads(row.evidence),
        state=row.state,
    )
