"""Searches the contacts of days not searched yet for breaches: reads and judges first, writes afterwards.

A day with more rows than were searched is searched from there on, or whole where rows came in between; a
record breaks a rule once. Whoever calls gives the transaction.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from db.calendars import Calendars
from db.law.accounts import files, homes, read_stops, stops_between, supervisors
from db.law.book import Book, Rule, load_book
from db.law.evidence import evidence
from db.law.found import Breach
from db.law.judging import AFTER, BREACH, BY_CLOCK, UNKNOWN, Check, Contact, World, judged
from db.law.policy import Policy
from db.law.suspects import Client, Day, read_clients, suspects, unknowns
from db.law.zones import home_of
from db.tables.facts import contacts, file_loads
from db.tables.law import searched_days

DAYS = 62  # looked back, unless everything is to be searched
LATE = ("recalls", "holds", "opt_outs", "arco", "accounts", "phones", "balances")  # what may change a verdict
LATE_DAYS = 35  # ... of days so lately past

Counts = Mapping[tuple[int, str], tuple[int, int]]  # (client, rule) -> contacts, those it cannot judge


@dataclass(frozen=True)
class Searched:
    """What the search of one day found. `above`: it goes on from that row; 0: the whole day anew."""

    day: date
    above: int
    rows: int  # of the day, searched before or now
    top_id: int
    digest: str
    breaches: Sequence[Breach]
    counts: Mapping[tuple[int, str], tuple[int, int]] = field(
        default_factory=dict
    )  # (client, rule) -> all, unknown


def digest_of(book: Book, policy: Policy) -> str:
    """Changes where a rule or a policy does: what was judged by others is judged again."""
    rules = {
        name: [each.model_dump(mode="json") for each in versions] for name, versions in book.rules.items()
    }
    text = json.dumps([rules, policy.model_dump(mode="json")], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def search(
    connection: Connection,
    calendars: Calendars,
    policy: Policy,
    now: datetime,
    *,
    full: bool = False,
    book: Book | None = None,
    checks: Mapping[str, Check] = AFTER,
) -> Iterator[Searched]:
    """Each day that is due, oldest first. `now` carries the agency's zone."""
    book = book or load_book()
    digest = digest_of(book, policy)
    known, world = read_clients(connection), World(calendars.labour, policy)
    cuts = files(connection, known)
    counted = any(policy.most_attempts(client.code) for client in known.values())
    for day, after, rows, top in _due(connection, now, digest, full=full):
        above = 0 if counted else after  # an attempt told late changes the number of those before it
        rules = {name: rule for name, rule in book.in_force(day).items() if rule.written.after == "contact"}
        one = Day(day, above, known, cuts, world)
        found, left_open = _judged(connection, one, rules, checks)
        counts = _counted(unknowns(connection, one), left_open, rules, known)
        yield Searched(day, above, rows, top, digest, found, counts)


# --- Which days ------------------------------------------------------------------------------------


def _due(
    connection: Connection, now: datetime, digest: str, *, full: bool
) -> Iterator[tuple[date, int, int, int]]:
    """(day, from above which row, its rows, its last row) of each day that holds rows nobody searched."""
    since = None if full else now.date() - timedelta(days=DAYS)
    before = {row.day: row for row in connection.execute(select(searched_days))}
    for day, rows, top in connection.execute(_standing(since)):
        seen = None if full else before.get(day)
        if seen is None or seen.digest != digest or _overtaken(connection, day, seen, now):
            yield day, 0, rows, top
        elif rows != seen.rows:
            added = select(func.count()).where(contacts.c.started_on == day, contacts.c.id > seen.top_id)
            whole = seen.rows + (connection.execute(added).scalar() or 0) == rows
            yield day, seen.top_id if whole else 0, rows, top


def _standing(since: date | None) -> Any:
    query = select(contacts.c.started_on, func.count(), func.max(contacts.c.id)).group_by(
        contacts.c.started_on
    )
    if since is not None:
        query = query.where(contacts.c.started_on >= since)
    return query.order_by(contacts.c.started_on)


def _overtaken(connection: Connection, day: date, seen: Row[Any], now: datetime) -> bool:
    """A later file says something else of those days: an account taken back, held, or another telephone."""
    if day < now.date() - timedelta(days=LATE_DAYS):
        return False
    later = select(file_loads.c.id).where(
        file_loads.c.kind.in_(LATE),
        file_loads.c.loaded_at > seen.searched_at,
        func.coalesce(file_loads.c.first_on, day) <= day,
    )
    return connection.execute(later.limit(1)).first() is not None


# --- What they hold --------------------------------------------------------------------------------


def _judged(
    connection: Connection, day: Day, rules: Mapping[str, Rule], checks: Mapping[str, Check]
) -> tuple[list[Breach], Counter[tuple[int, str]]]:
    """The breaches; and by client and rule, what the suspects themselves leave open."""
    rows = connection.execute(suspects(connection, day)).all()
    stops = read_stops(connection, stops_between(day.span.start, day.span.end))
    lives = homes(connection, {row.debtor_id for row in rows if row.debtor_id}, day.day)
    leads = supervisors(connection, {row.agent_id for row in rows if row.agent_id}, day.day)
    found: list[Breach] = []
    left_open: Counter[tuple[int, str]] = Counter()
    for row in rows:
        contact = _contact(row, day.clients[row.client_id], stops, lives)
        for name, verdict in judged(contact, rules, day.world, checks).items():
            if verdict == UNKNOWN:
                left_open[row.client_id, name] += 1
            elif verdict == BREACH:
                found.append(_breach(row, rules[name], contact, leads, day.world))
    return found, left_open


def _contact(
    row: Row[Any], client: Client, stops: Mapping[int, Sequence[Any]], lives: Mapping[int, tuple[str, str]]
) -> Contact:
    standing = [stop for stop in stops.get(row.account_id, ()) if stop.stands_at(row.started_at)]
    state, municipality = lives.get(row.debtor_id, (row.state, row.municipality))
    return Contact(
        at=row.started_at,
        day=row.started_on,
        home=home_of(state, municipality, [row.phone] if row.phone else []),
        client=client.code,
        regime=client.regime,
        channel=row.channel,
        campaign_kind=row.campaign_kind,
        human=row.human,
        result=row.result_code,
        party=row.party,
        phone=row.phone,
        phone_owner=row.phone_owner,
        phone_source=row.phone_source,
        caller_id=row.caller_id,
        birth_date=row.birth_date,
        recalled_on=row.recalled_on,
        settled=bool(row.settled),
        first_default_on=row.first_default_on,
        holds=tuple(stop.kind for stop in standing if stop.register == "holds"),
        opted_out=tuple(stop.kind for stop in standing if stop.register == "opt_outs"),
        note=row.note,
        attempt=row.attempt,
    )


def _breach(row: Row[Any], rule: Rule, contact: Contact, leads: Mapping[int, int], world: World) -> Breach:
    return Breach(
        rule=rule.id,
        version=rule.version,
        severity=rule.written.severity,
        record="contact",
        record_id=row.id,
        client_id=row.client_id,
        campaign_id=row.campaign_id,
        supervisor_id=leads.get(row.agent_id, 0),
        agent_id=row.agent_id or 0,
        account_id=row.account_id,
        channel=row.channel,
        happened_at=row.started_at.astimezone(UTC),
        happened_on=row.started_on,
        evidence=evidence(rule.id, contact, world),
    )


def _counted(
    told: Mapping[int, Mapping[str, int]],
    left_open: Mapping[tuple[int, str], int],
    rules: Mapping[str, Rule],
    known: Mapping[int, Client],
) -> dict[tuple[int, str], tuple[int, int]]:
    counts = {}
    for client, by_rule in told.items():
        for name, rule in rules.items():
            if rule.protects(known[client].regime):
                # What the clock leaves open is all among the suspects.
                unknown = left_open.get((client, name), 0) if name in BY_CLOCK else by_rule.get(name, 0)
                counts[client, name] = by_rule[""], unknown
    return counts


def forget(connection: Connection) -> None:
    """So that every day is searched again; what was found stays."""
    connection.execute(delete(searched_days))
