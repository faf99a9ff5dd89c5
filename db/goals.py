"""Targets: what was promised to be reached, and the part of it due by a day. Knows no payment."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Literal

from sqlalchemy import Connection, select

from db.access import Names
from db.calendars import Calendar
from db.cutoffs import target_share
from db.numbers import Condition, Key
from db.periods import Period
from db.scope import Scope
from db.tables.facts import targets

Level = Literal["agency", "client", "campaign", "supervisor", "agent"]
MICROS = 1_000_000
Target = tuple[str, date, date, int]  # code, first and last day, value in millionths
# Metrics whose target is reached little by little; any other target stands as it is.
ADDITIVE = frozenset({"recovered_amount", "calls", "ptp_count", "payments_count"})


def level_asked(dims: Sequence[str], conditions: Sequence[Condition], scope: Scope) -> Level | None:
    """Whose target answers: that of the split, of the one owner asked for, or of the asker's own scope."""
    if dims:
        return _owner(dims[0]) if len(dims) == 1 else None
    named = [c for c in conditions if c.op in ("eq", "in")]
    if len(conditions) == 1 and named:
        return _owner(named[0].dim)
    if conditions:
        return None
    if scope.agents is not None:
        return "agent"
    if scope.supervisors is not None:
        return "supervisor"
    if scope.campaigns is not None:
        return "campaign"
    return "client" if scope.clients is not None else "agency"


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
) -> dict[Key, Fraction]:
    """The target due within `period`, keyed like the question's rows; empty where none was set.

    An additive target is due by business days: target x business days inside the period / its own.
    """
    level = level_asked(dims, conditions, scope)
    if level is None:
        return {}
    found = _due(connection, metric, level, period, calendar, owner)
    if level == "agency" and not found:
        return _agency_from_parts(connection, metric, period, calendar, owner)
    if level == "agency":
        return {(): found[""]}
    allowed = _allowed(level, conditions, scope)
    by_id = {named.code: named.id for named in names.of(level)}
    due = {by_id[c]: value for c, value in found.items() if c in by_id}
    due = {i: value for i, value in due.items() if allowed is None or i in allowed}
    if dims:
        return {(i,): value for i, value in due.items()}
    return {(): sum(due.values(), Fraction(0))} if due else {}


def _allowed(level: Level, conditions: Sequence[Condition], scope: Scope) -> frozenset[int] | None:
    limits = {
        "client": scope.clients,
        "campaign": scope.campaigns,
        "supervisor": scope.supervisors,
        "agent": scope.agents,
    }[level]
    for condition in conditions:
        if condition.dim == level and condition.op in ("eq", "in"):
            asked = frozenset(condition.values)
            limits = asked if limits is None else limits & asked
    return limits


def _agency_from_parts(
    connection: Connection, metric: str, period: Period, calendar: Calendar, owner: str
) -> dict[Key, Fraction]:
    parts = _due(connection, metric, "campaign", period, calendar, owner)
    return {(): sum(parts.values(), Fraction(0))} if parts and metric in ADDITIVE else {}


def _due(
    connection: Connection, metric: str, level: Level, period: Period, calendar: Calendar, owner: str
) -> dict[str, Fraction]:
    """Code -> what is due inside the period, of the targets that overlap it."""
    query = select(
        targets.c.scope_code, targets.c.period_start, targets.c.period_end, targets.c.value_micros
    ).where(
        targets.c.metric == metric,
        targets.c.scope == level,
        targets.c.owner == owner,
        targets.c.period_start <= period.end,
        targets.c.period_end >= period.start,
    )
    by_code: dict[str, list[Target]] = {}
    for code, start, end, micros in connection.execute(query):
        by_code.setdefault(code, []).append((code, start, end, micros))
    return {code: _of_rows(metric, rows, period, calendar) for code, rows in by_code.items()}


def _of_rows(metric: str, rows: Sequence[Target], period: Period, calendar: Calendar) -> Fraction:
    """The longest targets count: a month's target and its weeks' say the same money twice."""
    spans = [(Period(start=start, end=end), micros) for _, start, end, micros in rows]
    longest = max(span.days for span, _ in spans)
    kept = [(span, value) for span, value in spans if span.days > longest - 4]
    if metric not in ADDITIVE:
        return Fraction(max(kept, key=lambda x: x[0].start)[1], MICROS)
    return sum((Fraction(v, MICROS) * _share(span, period, calendar) for span, v in kept), Fraction(0))


def _share(span: Period, period: Period, calendar: Calendar) -> Fraction:
    inside = Period(start=max(span.start, period.start), end=min(span.end, period.end))
    before = target_share(span, inside.start, calendar) - _of_day(span, inside.start, calendar)
    return target_share(span, inside.end, calendar) - before


def _of_day(span: Period, day: date, calendar: Calendar) -> Fraction:
    whole = calendar.business_days(span)
    return Fraction(int(calendar.is_business_day(day)), whole) if whole else Fraction(0)
