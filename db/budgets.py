"""Budgets: the money planned for a metric, or for a category of costs. Knows nothing of what was spent.

They are due little by little and by owner as targets are (db/goals.py); only where they are kept differs.
"""

from collections.abc import Sequence
from fractions import Fraction

from sqlalchemy import Connection, FromClause, literal, select

from db.access import Names
from db.calendars import Calendar
from db.goals import targets_to_date
from db.numbers import Condition, Key
from db.periods import Period
from db.scope import Scope
from db.tables.agency import budgets

COST = "cost"
Planned = dict[Key, dict[str, Fraction]]  # by key, each category's; "" of the metric as a whole


def budget_to_date(
    connection: Connection,
    metric: str,
    *,
    dims: Sequence[str],
    conditions: Sequence[Condition],
    scope: Scope,
    names: Names,
    period: Period,
    calendar: Calendar,
    owner: str,
) -> Planned:
    """The budget due within `period`, keyed like the question's rows; empty where none was loaded.

    What is budgeted for cost is its categories together; a budget of cost as a whole counts where no category
    has one.
    """
    found: Planned = {}
    for category in _categories(connection, metric, period):
        due = targets_to_date(
            connection,
            metric,
            dims=dims,
            conditions=conditions,
            scope=scope,
            names=names,
            period=period,
            calendar=calendar,
            owner=owner,
            wanted=_of(metric, category),
        )
        for key, value in due.items():
            found.setdefault(key, {})[category] = value
    return {key: _once(parts) for key, parts in found.items()}


def _categories(connection: Connection, metric: str, period: Period) -> list[str]:
    """The categories of costs with a budget in the period, and "" for the metric itself."""
    if metric != COST:
        return [""]
    query = select(budgets.c.category).where(
        budgets.c.category != "", budgets.c.period_start <= period.end, budgets.c.period_end >= period.start
    )
    return ["", *sorted(connection.execute(query.distinct()).scalars())]


def _of(metric: str, category: str) -> FromClause:
    """The budgets of the one thing, shaped as targets of the metric."""
    named = budgets.c.category == category if category else budgets.c.metric == metric
    columns = (c for c in budgets.c if c.name not in ("metric", "category"))
    return select(literal(metric).label("metric"), *columns).where(named).subquery()


def _once(parts: dict[str, Fraction]) -> dict[str, Fraction]:
    return {c: value for c, value in parts.items() if c} or parts
