"""Targets: what was promised to be reached, and the part of it due by a day. Knows no payment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Literal

from sqlalchemy import Connection, FromClause, or_, select

from db.access import Names
from db.calendars import Calendar
from db.cutoffs import target_share
from db.numbers import Condition, Key
from db.periods import Period
from db.scope import Scope
from db.tables.facts import targets
from db.tables.reference import campaigns, memberships

Level = Literal["agency", "client", "campaign", "supervisor", "agent"]
MICROS = 1_000_000
Target = tuple[str, date, date, int]  # code, first and last day, value in millionths
Spread = Callable[[Period, Period], Fraction]  # the part of a target's span that is due inside another one
# Metrics whose target is reached little by little; any other target stands as it is.
ADDITIVE = frozenset(
    {
        "recovered_amount",
        "calls",
        "ptp_count",
        "payments_count",
        "agreements_count",
        "agreements_amount",
        "cost",
        "fee_revenue",
    }
)


# What a level lies wholly inside of: a campaign in its creditor, an agent in the supervisor's team.
_INSIDE: dict[Level, Level] = {"campaign": "client", "agent": "supervisor"}


@dataclass(frozen=True)
class Limit:
    """Only these owners' rows are summed (or all but these)."""

    level: Level
    ids: frozenset[int]
    only: bool = True


def limits_of(conditions: Sequence[Condition], scope: Scope) -> list[Limit] | None:
    """Everything that narrows the rows, as owners; None where anything else does: no target is so narrow."""
    own: dict[Level, frozenset[int] | None] = {
        "client": scope.clients,
        "campaign": scope.campaigns,
        "supervisor": scope.supervisors,
        "agent": scope.agents,
    }
    found = [Limit(level, ids) for level, ids in own.items() if ids is not None]
    for condition in conditions:
        level = _owner(condition.dim)
        if level is None or condition.op not in ("eq", "in", "ne", "not_in"):
            return None
        found.append(Limit(level, frozenset(condition.values), condition.op in ("eq", "in")))
    return found


def level_asked(dims: Sequence[str], limits: Sequence[Limit]) -> Level | None:
    """Whose target answers: that of the split, else of the finest owner the rows are narrowed to."""
    if dims:
        return _owner(dims[0]) if len(dims) == 1 else None
    finest: tuple[Level, ...] = ("agent", "supervisor", "campaign", "client")
    return next((level for level in finest if any(x.level == level for x in limits)), "agency")


def _owner(dim: str) -> Level | None:
    known: dict[str, Level] = {
        "client": "client",
        "campaign": "campaign",
        "supervisor": "supervisor",
        "agent": "agent",
    }
    return known.get(dim)


def targets_to_date(
    connection: Connection,
    metric: str,
    *,
    dims: Sequence[str],
    conditions: Sequence[Condition],
    scope: Scope,
    names: Names,
    period: Period,
    calendar: Calendar,
    owner: str = "INTERNA",
    wanted: FromClause = targets,
    spread: Spread | None = None,
) -> dict[Key, Fraction]:
    """The target due within `period`, keyed like the question's rows; empty where none was set.

    An additive target is due little by little: as `spread` says, else by business days (target x business
    days inside the period / its own).
    `wanted`: rows of the same shape kept elsewhere, as budgets are.
    """
    limits = limits_of(conditions, scope)
    level = level_asked(dims, limits) if limits is not None else None
    if limits is None or level is None:
        return {}
    spread = spread or partial(_by_business_days, calendar)
    found = _due(connection, wanted, metric, level, period, spread, owner)
    if level == "agency":
        if not found:
            return _agency_from_parts(connection, wanted, metric, period, spread, owner)
        return {(): found[""]} if found[""] else {}
    by_id = {named.code: named.id for named in names.of(level)}
    due = {by_id[c]: value for c, value in found.items() if c in by_id and value}
    due = _within(connection, level, due, limits, period)
    if dims:
        return {(i,): value for i, value in due.items()}
    if len(due) > 1 and metric not in ADDITIVE:
        return {}
    return {(): sum(due.values(), Fraction(0))} if due else {}


LEVELS: tuple[Level, ...] = ("agency", "client", "campaign", "supervisor", "agent")


def levels_set(connection: Connection, metric: str, period: Period, owner: str) -> list[Level]:
    """Whose targets of the metric there are in the period, the widest first."""
    rows = targets.c
    query = select(rows.scope).where(
        rows.metric == metric,
        rows.owner == owner,
        rows.period_start <= period.end,
        rows.period_end >= period.start,
    )
    held = set(connection.execute(query.distinct()).scalars())
    return [level for level in LEVELS if level in held]


def owners_set(connection: Connection, metric: str, period: Period) -> frozenset[str]:
    """Who has set targets of the metric in the period: the agency itself, a client, or both."""
    rows = targets.c
    query = select(rows.owner).where(
        rows.metric == metric, rows.period_start <= period.end, rows.period_end >= period.start
    )
    return frozenset(connection.execute(query.distinct()).scalars())


def _within(
    connection: Connection, level: Level, due: dict[int, Fraction], limits: Sequence[Limit], period: Period
) -> dict[int, Fraction]:
    """The owners whose whole target lies inside every limit; none where a limit cuts across them."""
    for limit in limits:
        if limit.level == level:
            due = {i: value for i, value in due.items() if (i in limit.ids) == limit.only}
        elif limit.level == _INSIDE.get(level):
            inside = _members(connection, level, limit.ids, period)
            due = {i: value for i, value in due.items() if (i in inside) == limit.only}
        else:
            return {}
    return due


def _members(connection: Connection, level: Level, ids: frozenset[int], period: Period) -> set[int]:
    """The campaigns of these creditors, or the agents these supervisors led at the period's end."""
    if level == "campaign":
        query = select(campaigns.c.id).where(campaigns.c.client_id.in_(ids))
    else:
        query = select(memberships.c.person_id).where(
            memberships.c.supervisor_id.in_(ids),
            memberships.c.from_on <= period.end,
            or_(memberships.c.to_on.is_(None), memberships.c.to_on > period.end),
        )
    return set(connection.execute(query).scalars())


def _agency_from_parts(
    connection: Connection, wanted: FromClause, metric: str, period: Period, spread: Spread, owner: str
) -> dict[Key, Fraction]:
    parts = _due(connection, wanted, metric, "campaign", period, spread, owner)
    total = sum(parts.values(), Fraction(0))
    return {(): total} if total and metric in ADDITIVE else {}


def _due(
    connection: Connection,
    wanted: FromClause,
    metric: str,
    level: Level,
    period: Period,
    spread: Spread,
    owner: str,
) -> dict[str, Fraction]:
    """Code -> what is due inside the period, of the targets that overlap it."""
    rows = wanted.c
    query = select(rows.scope_code, rows.period_start, rows.period_end, rows.value_micros).where(
        rows.metric == metric,
        rows.scope == level,
        rows.owner == owner,
        rows.period_start <= period.end,
        rows.period_end >= period.start,
    )
    by_code: dict[str, list[Target]] = {}
    for code, start, end, micros in connection.execute(query):
        by_code.setdefault(code, []).append((code, start, end, micros))
    return {code: _of_rows(metric, rows, period, spread) for code, rows in by_code.items()}


def _of_rows(metric: str, rows: Sequence[Target], period: Period, spread: Spread) -> Fraction:
    """The longest targets count: a month's target and its weeks' say the same money twice."""
    spans = [(Period(start=start, end=end), micros) for _, start, end, micros in rows]
    longest = max(span.days for span, _ in spans)
    kept = [(span, value) for span, value in spans if span.days > longest - 4]
    if metric not in ADDITIVE:
        return Fraction(max(kept, key=lambda x: x[0].start)[1], MICROS)
    return sum((Fraction(v, MICROS) * spread(span, period) for span, v in kept), Fraction(0))


def _by_business_days(calendar: Calendar, span: Period, period: Period) -> Fraction:
    inside = Period(start=max(span.start, period.start), end=min(span.end, period.end))
    before = target_share(span, inside.start, calendar) - _of_day(span, inside.start, calendar)
    return target_share(span, inside.end, calendar) - before


def _of_day(span: Period, day: date, calendar: Calendar) -> Fraction:
    whole = calendar.business_days(span)
    return Fraction(int(calendar.is_business_day(day)), whole) if whole else Fraction(0)
