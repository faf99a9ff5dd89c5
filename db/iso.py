"""What an auditor asks of the house: who may see what and used it when, and what fell short and was mended.

Knows no sentence and decides nothing.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Row, Select, case, delete, func, insert, or_, select, update

from db.access import scope_conditions
from db.scope import Scope
from db.tables.house import audit
from db.tables.iso import nonconformities, nonconformity_steps
from db.tables.law import breaches
from db.tables.reference import campaigns, clients, memberships, people, person_campaigns, person_clients

State = Literal["open", "acting", "closed"]
STATES: tuple[State, ...] = get_args(State)
Only = Literal["open", "late", "closed"]


# --- Who may see what ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Access:
    """Somebody's right and its use. `limits`: codes of the only clients and campaigns named for her."""

    number: str
    name: str
    role: str
    in_slack: bool
    until: date | None
    leader: str | None
    limits: tuple[str, ...]
    last: datetime | None
    uses: int
    denied: int


def accesses(connection: Connection, today: date, since: datetime) -> list[Access]:
    """Everybody who ever had an account here, with what they did since then."""
    used = {row.person_id: row for row in connection.execute(_used(since))}
    limits = _limits(connection)
    found = []
    for row in connection.execute(_staff(today)):
        mine = used.get(row.id)
        found.append(
            Access(
                number=row.employee_no,
                name=row.name,
                role=row.role,
                in_slack=row.slack_user_id is not None,
                until=row.active_to,
                leader=row.leader,
                limits=tuple(sorted(limits[row.id])),
                last=mine.last if mine else None,
                uses=mine.uses if mine else 0,
                denied=mine.denied if mine else 0,
            )
        )
    return found


def _used(since: datetime) -> Select[Any]:
    recent = audit.c.at >= since
    return (
        select(
            audit.c.person_id,
            func.max(audit.c.at).label("last"),
            func.sum(case((recent, 1), else_=0)).label("uses"),
            func.sum(case((recent & (audit.c.outcome == "denied"), 1), else_=0)).label("denied"),
        )
        .where(audit.c.person_id.is_not(None), audit.c.entrance != "model")
        .group_by(audit.c.person_id)
    )


def _staff(today: date) -> Select[Any]:
    led = memberships.alias()
    leads = people.alias()
    now = (led.c.from_on <= today) & or_(led.c.to_on.is_(None), led.c.to_on > today)
    return (
        select(people, leads.c.name.label("leader"))
        .outerjoin(led, (led.c.person_id == people.c.id) & now)
        .outerjoin(leads, leads.c.id == led.c.supervisor_id)
        .order_by(people.c.role, people.c.employee_no)
    )


def _limits(connection: Connection) -> Mapping[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for named, code, owner in (
        (person_clients, clients, person_clients.c.client_id),
        (person_campaigns, campaigns, person_campaigns.c.campaign_id),
    ):
        query = select(named.c.person_id, code.c.code).join(code, code.c.id == owner)
        for person, said in connection.execute(query):
            found[person].add(said)
    return found


# --- Nonconformities -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Nonconformity:
    id: int
    kind: str
    what: str
    breach: int | None
    owner_id: int
    owner: str
    due_on: date
    cause: str | None
    remedy: str | None
    effective: str | None
    state: State

    def late(self, today: date) -> bool:
        return self.state != "closed" and self.due_on < today


def open_one(connection: Connection, row: Mapping[str, Any], now: datetime) -> int:
    new = insert(nonconformities).values(**row, opened_at=now, state="open")
    return int(connection.execute(new.returning(nonconformities.c.id)).scalar_one())


def drop_one(connection: Connection, number: int) -> bool:
    """Takes back one that nobody has touched since."""
    touched = select(nonconformity_steps.c.id).where(nonconformity_steps.c.nonconformity_id == number)
    if connection.execute(touched.limit(1)).first() is not None:
        return False
    return connection.execute(delete(nonconformities).where(nonconformities.c.id == number)).rowcount == 1


def change(
    connection: Connection, number: int, person: int, changes: Mapping[str, tuple[Any, Any]], now: datetime
) -> bool:
    """`changes`: column -> (before, after). False where one of them is no longer as it was."""
    table = nonconformities
    as_seen = [table.c[name].is_not_distinct_from(before) for name, (before, _) in changes.items()]
    values: dict[str, Any] = {name: after for name, (_, after) in changes.items()}
    if "state" in values:
        values["closed_at"] = now if values["state"] == "closed" else None
    moved = update(table).where(table.c.id == number, *as_seen).values(**values)
    if connection.execute(moved).rowcount != 1:
        return False
    steps = [
        {
            "field": name.removesuffix("_id").removesuffix("_on"),
            "before": _said(before),
            "after": _said(after),
        }
        for name, (before, after) in changes.items()
    ]
    common = {"nonconformity_id": number, "at": now, "person_id": person}
    connection.execute(insert(nonconformity_steps), [{**common, **step} for step in steps])
    return True


def _said(value: Any) -> str | None:
    return None if value is None else str(value)


def register(
    connection: Connection,
    today: date,
    *,
    person: int | None = None,
    kind: str | None = None,
    only: Only | None = None,
    number: int | None = None,
) -> list[Nonconformity]:
    """The oldest term first. `person`: those that are hers alone."""
    table = nonconformities
    query = select(table, people.c.name.label("owner")).join(people, people.c.id == table.c.owner_id)
    chosen = {"owner_id": person, "kind": kind, "id": number}
    where = [table.c[name] == value for name, value in chosen.items() if value is not None]
    if only == "closed":
        where.append(table.c.state == "closed")
    elif only is not None:
        where.append(table.c.state != "closed")
    if only == "late":
        where.append(table.c.due_on < today)
    rows = connection.execute(query.where(*where).order_by(table.c.due_on, table.c.id))
    return [_read(row) for row in rows]


def _read(row: Row[Any]) -> Nonconformity:
    return Nonconformity(
        row.id, row.kind, row.what, row.breach_id, row.owner_id, row.owner, row.due_on,
        row.cause, row.remedy, row.effective, row.state,
    )  # fmt: skip


def breach_of(connection: Connection, scope: Scope, number: int) -> Row[Any] | None:
    """Of a breach within reach: its rule, its client and whose team it was; and the register's, if any."""
    query: Select[Any] = (
        select(breaches.c.rule, breaches.c.client_id, breaches.c.supervisor_id, nonconformities.c.id)
        .outerjoin(nonconformities, nonconformities.c.breach_id == breaches.c.id)
        .where(breaches.c.id == number, *scope_conditions(scope, breaches.c))
    )
    return connection.execute(query).first()
