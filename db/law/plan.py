"""May this be done now? Every account that is about to be worked, by the rules that look ahead.

Reads what the rules ask about the accounts, builds the contact that would follow, and has it judged. What
it would have to know and does not, it takes for the worst. Writes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from db.calendars import Calendars
from db.law.accounts import (
    Stop,
    homes,
    last_files,
    one_of,
    read_stops,
    settled_before,
    slices,
    stops_between,
)
from db.law.book import SEVERITIES, Deed, Rule, Severity, load_book
from db.law.evidence import clocks
from db.law.hours import next_lawful
from db.law.judging import BEFORE, BREACH, BY_CLOCK, BY_PHONE, SATURDAY, Check, Contact, World
from db.law.policy import Policy
from db.law.zones import Home, home_of
from db.tables.agency import cases
from db.tables.facts import contacts
from db.tables.reference import accounts, campaigns, clients, debtors, phones

OF_PHONES = {"R01", "R04", "R06", "R08"}  # what they say depends on the number or where it is
NOT_ACTIVE = ("NO_CORRESPONDE", "FUERA_SERVICIO", "OPTOUT")


@dataclass(frozen=True)
class Block:
    """Why not. `until`: when it becomes lawful by itself; None: only once somebody changes something."""

    rule: str
    version: int
    severity: Severity
    article: Mapping[str, str]  # by language
    text: Mapping[str, str]
    until: datetime | None
    hard: bool  # refused; else only said
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Planned:
    """What is about to be done: by which channel, when, and to which number, where one is chosen."""

    deed: Deed
    at: datetime
    channel: str = "call"
    phone: str | None = None


@dataclass(frozen=True)
class Way:
    """How an account is reached, and what stands against it, the gravest first."""

    phone: str | None
    blocks: list[Block]


def looked_at(
    connection: Connection,
    calendars: Calendars,
    policy: Policy,
    planned: Planned,
    ids: Sequence[int],
    *,
    checks: Mapping[str, Check] = BEFORE,
) -> dict[int, list[Block]]:
    """Of each account, what stands against it, the gravest first; of an account that nothing stands against,
    no word. `planned.at` carries the agency's zone."""
    found = best_ways(connection, calendars, policy, planned, ids, checks=checks)
    return {account: way.blocks for account, way in found.items() if way.blocks}


def best_ways(
    connection: Connection,
    calendars: Calendars,
    policy: Policy,
    planned: Planned,
    ids: Sequence[int],
    *,
    checks: Mapping[str, Check] = BEFORE,
    usable: Callable[["Phone"], bool] = lambda _: True,
) -> dict[int, Way]:
    """Of each account, how it is best reached. `usable`: which telephones will do."""
    look, found = _Look(planned, World(calendars.labour, policy), checks), {}
    for some in slices(ids):
        for account, ways in _contacts(connection, planned, some, usable, by_phone=look.by_phone).items():
            found[account] = look.best(ways)
    return found


class _Look:
    """One look ahead: the rules that bear on it. What the clock and the calendar say is the same for all who
    live alike, and worked out once for them."""

    def __init__(self, planned: Planned, world: World, checks: Mapping[str, Check]) -> None:
        self._planned, self._world, self._checks = planned, world, checks
        self._rules = {
            name: rule
            for name, rule in load_book().in_force(planned.at.date()).items()
            if planned.deed in rule.written.before and name in checks
        }
        self.by_phone = bool(OF_PHONES & self._rules.keys())
        self._own: dict[str, tuple[tuple[Rule, Check], ...]] = {}
        self._clocks: dict[tuple[Home, str], dict[str, Any]] = {}
        self._clocked: dict[tuple[Home, str, str], list[Block]] = {}

    def best(self, ways: Sequence[Contact]) -> Way:
        """An account may be reached on the best of its telephones: what stands against that one."""
        each_way = [(way, self._broken(way)) for way in ways]
        best, blocks = min(each_way, key=lambda each: (sum(block.hard for block in each[1]), len(each[1])))
        graded = sorted(blocks, key=lambda one: (not one.hard, SEVERITIES.index(one.severity), one.rule))
        return Way(best.phone, graded)

    def _broken(self, way: Contact) -> list[Block]:
        own = self._own.get(way.regime)
        if own is None:
            own = self._own[way.regime] = self._bearing(way.regime, clock=False)
        lives = way.home, way.client, way.regime
        clocked = self._clocked.get(lives)
        if clocked is None:
            clocked = self._clocked[lives] = self._against(way, self._bearing(way.regime, clock=True))
        return [*clocked, *self._against(way, own)]

    def _bearing(self, regime: str, *, clock: bool) -> tuple[tuple[Rule, Check], ...]:
        return tuple(
            (rule, self._checks[name])
            for name, rule in self._rules.items()
            if rule.protects(regime) and (name in BY_CLOCK) is clock
        )

    def _against(self, way: Contact, rules: Sequence[tuple[Rule, Check]]) -> list[Block]:
        return [self._block(rule, way) for rule, check in rules if check(way, self._world) == BREACH]

    def _told(self, contact: Contact) -> dict[str, Any]:
        lives = contact.home, contact.regime
        if lives not in self._clocks:
            self._clocks[lives] = clocks(contact)
        return self._clocks[lives]

    def _block(self, rule: Rule, contact: Contact) -> Block:
        written = rule.written
        return Block(
            rule=rule.id,
            version=rule.version,
            severity=written.severity,
            article={"es": written.article.es, "en": written.article.en},
            text={"es": written.text.es, "en": written.text.en},
            until=_until(rule.id, contact, self._world),
            hard=written.before[self._planned.deed] == "block",
            facts=self._told(contact) | _facts(rule.id, contact, self._world),
        )


def _until(rule: str, contact: Contact, world: World) -> datetime | None:
    """When hours, days and attempts allow it again; the days of the rules and of the client's policy."""

    def is_open(day: date) -> bool:
        if contact.regime == "COMERCIAL" and day.weekday() >= SATURDAY:
            return False
        return world.policy.open_on(contact.client, day, world.labour)

    if rule in BY_CLOCK:
        return next_lawful(contact.at, contact.home.zones, is_open)
    if rule == "R35":
        tomorrow = contact.at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return next_lawful(tomorrow, contact.home.zones, is_open)
    return None


def _facts(rule: str, contact: Contact, world: World) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if rule == "R22":
        facts["recalled_on"] = contact.recalled_on.isoformat() if contact.recalled_on else None
        facts["settled"] = contact.settled
    elif rule == "R23":
        facts["holds"] = list(contact.holds)
    elif rule in ("R24", "P01"):
        facts["opted_out"] = list(contact.opted_out)
    elif rule == "R35":
        facts["attempts"], facts["most"] = contact.attempt - 1, world.policy.most_attempts(contact.client)
    elif rule in ("R26", "R38"):
        facts["first_default_on"] = contact.first_default_on.isoformat() if contact.first_default_on else None
    return facts


# --- The contacts that would follow ----------------------------------------------------------------


def _contacts(
    connection: Connection,
    planned: Planned,
    ids: Sequence[int],
    usable: Callable[["Phone"], bool],
    *,
    by_phone: bool,
) -> dict[int, list[Contact]]:
    """One for each telephone the account could be reached on; one without, where it has none, or where no
    rule asks about telephones."""
    day = planned.at.date()
    rows = connection.execute(_accounts(ids)).all()
    lives = homes(connection, {row.debtor_id for row in rows if row.debtor_id}, day)
    open_now = stops_between(planned.at, planned.at + timedelta(microseconds=1))
    stops = read_stops(connection, open_now.where(one_of(cases.c.account_id, ids)))
    settled = _settled(connection, rows, ids, day)
    listed = _phones(connection, ids) if by_phone else {}
    tried = _tried(connection, ids, day)
    return {
        row.id: [
            _contact(row, planned, lives, stops, row.id in settled, tried.get(row.id, 0), listed, phone)
            for phone in _ways(planned, [each for each in listed.get(row.id, ()) if usable(each)])
        ]
        for row in rows
    }


def _accounts(ids: Sequence[int]) -> Any:
    source = (
        accounts.join(clients, clients.c.id == accounts.c.client_id)
        .join(campaigns, campaigns.c.id == accounts.c.campaign_id)
        .outerjoin(debtors, debtors.c.id == accounts.c.debtor_id)
    )
    named = ("id", "client_id", "debtor_id", "state", "municipality", "recalled_on", "first_default_on")
    columns = (
        *(accounts.c[name] for name in named),
        clients.c.code,
        clients.c.regime,
        campaigns.c.kind.label("campaign_kind"),
        debtors.c.birth_date,
    )
    return select(*columns).select_from(source).where(one_of(accounts.c.id, ids))


@dataclass(frozen=True)
class Phone:
    """A number on file; "" where it is not said whose it is or who gave it."""

    number: str
    whose: str
    given_by: str
    kind: str = ""


def telephones(connection: Connection, account: int) -> list[Phone]:
    """Those of an account that are not known to be dead."""
    return _phones(connection, [account]).get(account, [])


def _phones(connection: Connection, ids: Sequence[int]) -> dict[int, list[Phone]]:
    found: dict[int, list[Phone]] = {}
    columns = [phones.c[name] for name in ("account_id", "phone", "owner", "source", "kind", "status")]
    query = select(*columns).where(one_of(phones.c.account_id, ids)).order_by(phones.c.id)
    for row in connection.execute(query).all():
        if row.status not in NOT_ACTIVE:
            found.setdefault(row.account_id, []).append(
                Phone(row.phone, row.owner, row.source, row.kind or "")
            )
    return found


def _ways(planned: Planned, listed: Sequence[Phone]) -> list[Phone | None]:
    """The number chosen; else, for what goes by telephone, every one there is."""
    if planned.phone is not None:
        return [next((one for one in listed if one.number == planned.phone), Phone(planned.phone, "", ""))]
    if planned.channel in BY_PHONE and listed:
        return list(listed)
    return [None]


def _settled(connection: Connection, rows: Sequence[Row[Any]], ids: Sequence[int], day: date) -> set[int]:
    paid = settled_before(
        last_files(connection, {row.client_id for row in rows}, day), day + timedelta(days=1)
    )
    if paid is None:
        return set()
    named = next(iter(paid.selected_columns))
    return set(connection.execute(paid.where(one_of(named, ids))).scalars())


def _tried(connection: Connection, ids: Sequence[int], day: date) -> dict[int, int]:
    query = (
        select(contacts.c.account_id, func.count())
        .where(one_of(contacts.c.account_id, ids), contacts.c.started_on == day)
        .group_by(contacts.c.account_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _contact(
    row: Row[Any],
    planned: Planned,
    lives: Mapping[int, tuple[str, str]],
    stops: Mapping[int, Sequence[Stop]],
    settled: bool,
    tried: int,
    listed: Mapping[int, Sequence[Phone]],
    phone: Phone | None,
) -> Contact:
    state, municipality = lives.get(row.debtor_id, (row.state, row.municipality))
    numbers = [phone.number] if phone else [each.number for each in listed.get(row.id, ())]
    standing = stops.get(row.id, ())
    return Contact(
        at=planned.at,
        day=planned.at.date(),
        home=home_of(state, municipality, numbers),
        client=row.code,
        regime=row.regime,
        channel=planned.channel,
        campaign_kind=row.campaign_kind,
        phone=phone.number if phone else None,
        phone_owner=(phone.whose or None) if phone else None,
        phone_source=(phone.given_by or None) if phone else None,
        birth_date=row.birth_date,
        recalled_on=row.recalled_on,
        settled=settled,
        first_default_on=row.first_default_on,
        holds=tuple(stop.kind for stop in standing if stop.register == "holds"),
        opted_out=tuple(stop.kind for stop in standing if stop.register == "opt_outs"),
        attempt=tried + 1,
        planned=True,
    )
