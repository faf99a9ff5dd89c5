"""Sets a target or a budget, and keeps what it was before, who changed it and when. Knows no payment."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, update

from db.goals import MICROS
from db.periods import Period
from db.tables.agency import budgets
from db.tables.facts import targets
from db.tables.floor import target_changes
from db.tables.reference import people

Plan = Literal["target", "budget"]
LATEST = 5


@dataclass(frozen=True)
class Goal:
    """Which number it is: of a metric, for whom, over which days, promised to whom."""

    plan: Plan
    metric: str
    scope: str
    scope_code: str
    start: date
    end: date
    owner: str

    @property
    def table(self) -> Table:
        return targets if self.plan == "target" else budgets

    def key(self, table: Table) -> dict[str, Any]:
        spoken = {"metric": self.metric, "scope": self.scope, "scope_code": self.scope_code}
        category = {"category": ""} if table is budgets else {}
        span = {"period_start": self.start, "period_end": self.end}
        return spoken | category | span | {"owner": self.owner}


@dataclass(frozen=True)
class Change:
    at: datetime
    who: str
    before: int | None
    after: int | None


def goal_now(connection: Connection, goal: Goal) -> int | None:
    """In millionths; None where none is set."""
    return connection.execute(select(goal.table.c.value_micros).where(*_is(goal, goal.table))).scalar()


def set_goal(
    connection: Connection, goal: Goal, was: int | None, value: int | None, by: int, now: datetime
) -> bool:
    """From `was` to `value` (None takes it away); False where it does not stand at `was` any more."""
    if goal_now(connection, goal) != was:
        return False
    table = goal.table
    if value is None:
        connection.execute(delete(table).where(*_is(goal, table)))
    elif was is None:
        connection.execute(insert(table).values(**goal.key(table), value_micros=value))
    else:
        connection.execute(update(table).where(*_is(goal, table)).values(value_micros=value))
    told = {"plan": goal.plan, "changed_at": now, "changed_by": by, "before_micros": was}
    key = {name: each for name, each in goal.key(table).items() if name != "category"}
    connection.execute(insert(target_changes).values(**key, **told, after_micros=value))
    return True


def changes_of(connection: Connection, goal: Goal) -> list[Change]:
    """The latest first. What a file set leaves no row here, only its own load."""
    c = target_changes.c
    key = {name: each for name, each in goal.key(goal.table).items() if name != "category"}
    query = (
        select(c.changed_at, people.c.name, c.before_micros, c.after_micros)
        .join(people, people.c.id == c.changed_by)
        .where(c.plan == goal.plan, *(c[name] == each for name, each in key.items()))
        .order_by(c.id.desc())
        .limit(LATEST)
    )
    return [Change(*row) for row in connection.execute(query)]


def overlapping(connection: Connection, goal: Goal) -> list[Period]:
    """The other spans of days that the same number is set for: the longest of them counts (db/goals.py)."""
    table = goal.table
    same = {name: each for name, each in goal.key(table).items() if not name.startswith("period")}
    query = select(table.c.period_start, table.c.period_end).where(
        *(table.c[name] == each for name, each in same.items()),
        table.c.period_start <= goal.end,
        table.c.period_end >= goal.start,
    )
    found = [Period(start=start, end=end) for start, end in connection.execute(query)]
    return [each for each in found if (each.start, each.end) != (goal.start, goal.end)]


def micros(amount: Any) -> int:
    return int(amount * MICROS)


def _is(goal: Goal, table: Table) -> list[ColumnElement[bool]]:
    return [table.c[name] == each for name, each in goal.key(table).items()]
