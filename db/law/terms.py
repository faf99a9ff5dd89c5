"""Searches what is no contact: complaints and ARCO requests past their terms, old defaults, long shifts.

The rules themselves are pure functions of dates; reads in SQL what can be late at all. Writes nothing.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from db.calendars import Calendar, Calendars
from db.law.accounts import supervisors
from db.law.book import Book, Rule, load_book
from db.law.found import Breach
from db.law.judging import months_before
from db.law.policy import Policy
from db.law.suspects import Client, read_clients
from db.tables.agency import cases
from db.tables.facts import shifts
from db.tables.reference import accounts

ARCO_DAYS, UNE_DAYS, DEFAULT_MONTHS = 20, 30, 72
UNE = "UNE"
BACK = timedelta(days=400)  # older cases than these were searched long ago
SHIFT_BACK = timedelta(days=62)
DAY_FROM, DAY_TO, NIGHT_HOURS = time(6), time(20), 3.5
LONGEST: Mapping[str, float] = {"day": 8, "mixed": 7.5, "night": 7}
_TREATMENT = re.compile(
    r"trato|amenaz|ofens|insult|groser|intimid|abus|hostig|mistreat|threat|offen[cs]|rude|harass"
)

Kind = Literal["day", "mixed", "night"]


# --- Pure ------------------------------------------------------------------------------------------


def overdue_since(
    received: date, closed: date | None, days: int, today: date, calendar: Calendar
) -> date | None:
    """The first day that was too late, where the answer came later than `days` business days or not yet."""
    last = calendar.add_business_days(received, days)
    return last + timedelta(days=1) if (closed or today) > last else None


def kind_of_shift(start: datetime, end: datetime) -> Kind:
    """By day from six to twenty; mixed where less than three and a half hours are of the night."""
    night = _night_hours(start, end)
    if night == 0:
        return "day"
    return "mixed" if night < NIGHT_HOURS else "night"


def _night_hours(start: datetime, end: datetime) -> float:
    seconds, at = 0.0, start
    while at < end:
        by_day = DAY_FROM <= at.time() < DAY_TO
        edge = datetime.combine(at.date(), DAY_TO if by_day else DAY_FROM, at.tzinfo)
        if edge <= at:
            edge += timedelta(days=1)
        until = min(edge, end)
        seconds += 0 if by_day else (until - at).total_seconds()
        at = until
    return seconds / 3600


# --- Searches --------------------------------------------------------------------------------------


def search_terms(
    connection: Connection, calendars: Calendars, policy: Policy, now: datetime, *, book: Book | None = None
) -> list[Breach]:
    """Everything that is late or too old as of now. `now` carries the agency's zone."""
    rules = (book or load_book()).in_force(now.date())
    known = read_clients(connection)
    found = list(_cases(connection, calendars.authority, policy, now, rules, known))
    if "R26" in rules:
        found += _old_defaults(connection, now, rules["R26"])
    if "R39" in rules:
        found += _long_shifts(connection, now, rules["R39"])
    return found


def _cases(
    connection: Connection,
    authority: Calendar,
    policy: Policy,
    now: datetime,
    rules: Mapping[str, Rule],
    known: Mapping[int, Client],
) -> Iterator[Breach]:
    query = select(cases).where(
        cases.c.register.in_(("complaints", "arco")),
        or_(cases.c.closed_on.is_(None), cases.c.closed_on >= now.date() - BACK),
    )
    for row in connection.execute(query):
        client = known[row.client_id]
        name, term = term_of(row, client, policy)
        rule = rules.get(name)
        late = overdue_since(row.received_on, row.closed_on, term, now.date(), authority)
        if late is not None and rule is not None and rule.protects(client.regime):
            yield _of_case(row, rule, late, {"term": term}, now.tzinfo)
        if row.register == "complaints" and "R10" in rules and _TREATMENT.search(row.kind.casefold()):
            yield _of_case(row, rules["R10"], row.received_on, {"cause": row.kind}, now.tzinfo)


def term_of(row: Row[Any], client: Client, policy: Policy) -> tuple[str, int]:
    """The rule that says how long a case may take, and the business days it gives."""
    if row.register == "arco":
        return "R25", ARCO_DAYS
    if (row.channel or "").upper() == UNE and client.regime == "FINANCIERA":
        return "R36", UNE_DAYS
    return "R16", policy.complaint_term(client.code)


def _of_case(row: Row[Any], rule: Rule, on: date, facts: Mapping[str, Any], zone: tzinfo | None) -> Breach:
    told = {"received_on": row.received_on.isoformat(), "register": row.register, **facts}
    told["closed_on"] = row.closed_on.isoformat() if row.closed_on else None
    return _breach(rule, "case", row, datetime.combine(on, time(), zone), told, account=row.account_id)


def _old_defaults(connection: Connection, now: datetime, rule: Rule) -> Iterator[Breach]:
    oldest = months_before(now.date(), DEFAULT_MONTHS)
    query = select(accounts.c.id, accounts.c.client_id, accounts.c.campaign_id, accounts.c.first_default_on)
    late: list[ColumnElement[bool]] = [
        accounts.c.first_default_on < oldest,
        or_(accounts.c.recalled_on.is_(None), accounts.c.recalled_on > now.date()),
    ]
    for row in connection.execute(query.where(*late)):
        told = {"first_default_on": row.first_default_on.isoformat(), "months": DEFAULT_MONTHS}
        at = datetime.combine(now.date(), time(), now.tzinfo)
        yield _breach(rule, "account", row, at, told, account=row.id)


def _long_shifts(connection: Connection, now: datetime, rule: Rule) -> Iterator[Breach]:
    """Those worked, by the agency's own clock."""
    query = select(shifts).where(shifts.c.attended, shifts.c.starts_on >= now.date() - SHIFT_BACK)
    for row in connection.execute(query):
        start, end = (at.astimezone(now.tzinfo) for at in (row.starts_at, row.ends_at))
        kind, hours = kind_of_shift(start, end), (end - start).total_seconds() / 3600
        if hours > LONGEST[kind]:
            told = {"hours": round(hours, 2), "most": LONGEST[kind], "kind": kind}
            lead = supervisors(connection, {row.agent_id}, row.starts_on).get(row.agent_id, 0)
            yield _breach(rule, "shift", row, start, told, agent=row.agent_id, lead=lead)


def _breach(
    rule: Rule,
    record: str,
    row: Any,
    at: datetime,
    told: Mapping[str, Any],
    *,
    account: int = 0,
    agent: int = 0,
    lead: int = 0,
) -> Breach:
    return Breach(
        rule=rule.id,
        version=rule.version,
        severity=rule.written.severity,
        record=record,
        record_id=row.id,
        client_id=getattr(row, "client_id", 0),
        campaign_id=getattr(row, "campaign_id", 0),
        supervisor_id=lead,
        agent_id=agent,
        account_id=account,
        channel="",
        happened_at=at.astimezone(UTC),
        happened_on=at.date(),
        evidence=told,
    )


def blind_spots(connection: Connection, now: datetime) -> dict[str, tuple[int, int]]:
    """By rule: how many records there are, and how many lack what it asks for."""
    alive = or_(accounts.c.recalled_on.is_(None), accounts.c.recalled_on > now.date())
    dated = _count(connection, alive, accounts.c.first_default_on.is_not(None))
    return {"R26": (_count(connection, alive), _count(connection, alive) - dated)}


def _count(connection: Connection, *where: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(accounts).where(*where)).scalar() or 0
