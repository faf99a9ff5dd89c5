"""The contacts of a day that may be breaches, and how many no rule can judge: what SQL can tell by itself.

A superset: every breach is among the suspects, and whoever reads them judges each. Writes nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
)

from db.cells.cuts import Cuts
from db.law.accounts import among, settled_before, stops_between
from db.law.hours import Span, safe_span
from db.law.judging import (
    ADULT,
    BOUND,
    BY_PHONE,
    DIALLED,
    DISCUSSED,
    GIVEN,
    SATURDAY,
    UNTOLD,
    World,
    is_hidden,
    national,
)
from db.law.zones import everywhere
from db.tables.agency import cases
from db.tables.facts import contacts
from db.tables.reference import accounts, campaigns, clients, debtors, phones


@dataclass(frozen=True)
class Client:
    id: int
    code: str
    regime: str


@dataclass(frozen=True)
class Day:
    """One day's contacts, from a row on, with what is agreed for that day."""

    day: date
    above: int  # rows up to this one were searched before
    clients: Mapping[int, Client]
    cuts: Cuts
    world: World

    @property
    def span(self) -> Span:
        """From before any clock of Mexico began the day until after the last ended it."""
        hours = safe_span(self.day, everywhere())
        return Span(hours.start - timedelta(days=1), hours.end + timedelta(days=1))

    def closed(self, client: Client) -> bool:
        """Whether some rule of days may forbid this one, so that every contact of it is looked at."""
        weekend = self.day.weekday() >= SATURDAY and client.regime != "FINANCIERA"
        return weekend or not self.world.policy.open_on(client.code, self.day, self.world.labour)


def read_clients(connection: Connection) -> dict[int, Client]:
    rows = connection.execute(select(clients.c.id, clients.c.code, clients.c.regime))
    return {row.id: Client(*row) for row in rows}


def suspects(connection: Connection, day: Day) -> Select[Any]:
    """Those that some rule may forbid."""
    source, attempt = _rows(day)
    stopped = stops_between(day.span.start, day.span.end).with_only_columns(cases.c.account_id)
    ways: list[ColumnElement[bool]] = [
        _off_hours(day),
        _closed_clients(day),
        contacts.c.caller_id.in_(_wrong_numbers(connection, day)),
        and_(contacts.c.human, _third(contacts.c.party), contacts.c.result_code.in_(DISCUSSED)),
        and_(contacts.c.human, _third(contacts.c.party), _third(phones.c.owner)),
        phones.c.source.not_in(GIVEN),
        and_(contacts.c.human, debtors.c.birth_date > date(day.day.year - ADULT, day.day.month, 1)),
        accounts.c.recalled_on <= day.day,
        *among(contacts.c.account_id, settled_before(day.cuts, day.day)),
        contacts.c.account_id.in_(stopped),
        and_(contacts.c.note.is_not(None), contacts.c.note != ""),
        _too_many(day, attempt),
    ]
    return _selected(day, source, attempt).where(or_(*ways))


def everything(day: Day) -> Select[Any]:
    """A row a contact: its own columns, then those of its account, telephone and debtor."""
    return _selected(day, *_rows(day))


def _selected(day: Day, source: FromClause, attempt: ColumnElement[int]) -> Select[Any]:
    paid = or_(false(), *among(contacts.c.account_id, settled_before(day.cuts, day.day)))
    columns = (
        contacts,
        accounts.c.state,
        accounts.c.municipality,
        accounts.c.recalled_on,
        accounts.c.debtor_id,
        accounts.c.first_default_on,
        debtors.c.birth_date,
        phones.c.owner.label("phone_owner"),
        phones.c.source.label("phone_source"),
        campaigns.c.kind.label("campaign_kind"),
        attempt.label("attempt"),
        case((paid, 1), else_=0).label("settled"),
    )
    return select(*columns).select_from(source).where(*_of(day))


def unknowns(connection: Connection, day: Day) -> dict[int, dict[str, int]]:
    """By client: how many contacts there are (under ""), and how many each rule cannot judge. What the clock
    and the calendar leave open is not among them: that is for whoever judges the suspects."""
    source, _ = _rows(day)
    tests = _untold(connection, day)
    sums = [func.sum(case((test, 1), else_=0)).label(name) for name, test in tests.items()]
    query = (
        select(contacts.c.client_id, func.count(), *sums)
        .select_from(source)
        .where(*_of(day))
        .group_by(contacts.c.client_id)
    )
    return {
        client: {"": total, **dict(zip(tests, counts, strict=True))}
        for client, total, *counts in connection.execute(query)
    }


def _rows(day: Day) -> tuple[FromClause, ColumnElement[int]]:
    """Contacts with what their accounts say; and each one's number among the account's of that day."""
    source = (
        contacts.join(accounts, accounts.c.id == contacts.c.account_id)
        .join(campaigns, campaigns.c.id == contacts.c.campaign_id)
        .outerjoin(
            phones, and_(phones.c.account_id == contacts.c.account_id, phones.c.phone == contacts.c.phone)
        )
        .outerjoin(debtors, debtors.c.id == accounts.c.debtor_id)
    )
    if not _watched(day):
        return source, literal(0)
    order = (contacts.c.started_at, contacts.c.id)
    count = func.row_number().over(partition_by=contacts.c.account_id, order_by=order)
    numbered = (
        select(contacts.c.id, count.label("attempt"))
        .where(contacts.c.started_on == day.day, contacts.c.client_id.in_(_watched(day)))
        .subquery("numbered")
    )
    joined = source.outerjoin(numbered, numbered.c.id == contacts.c.id)
    return joined, func.coalesce(numbered.c.attempt, 0)


def _of(day: Day) -> list[ColumnElement[bool]]:
    return [contacts.c.started_on == day.day, contacts.c.id > day.above]


def _watched(day: Day) -> list[int]:
    """Clients with whom a number of attempts was agreed."""
    return [c.id for c in day.clients.values() if day.world.policy.most_attempts(c.code) is not None]


def _too_many(day: Day, attempt: ColumnElement[int]) -> ColumnElement[bool]:
    most = {c.id: day.world.policy.most_attempts(c.code) for c in day.clients.values()}
    each = [and_(contacts.c.client_id == c, attempt > n) for c, n in most.items() if n is not None]
    return or_(false(), *each)


def _off_hours(day: Day) -> ColumnElement[bool]:
    safe = safe_span(day.day, everywhere())
    return or_(contacts.c.started_at < safe.start, contacts.c.started_at >= safe.end)


def _closed_clients(day: Day) -> ColumnElement[bool]:
    closed = [client.id for client in day.clients.values() if day.closed(client)]
    return contacts.c.client_id.in_(closed) if closed else false()


def _third(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(column.is_not(None), column.not_in(BOUND))


def _numbers(connection: Connection, day: Day) -> Collection[tuple[int, str]]:
    """The numbers called from that day, by client: a few, however many the calls."""
    query = (
        select(contacts.c.client_id, contacts.c.caller_id)
        .where(*_of(day), contacts.c.caller_id.is_not(None), contacts.c.channel.in_(DIALLED))
        .distinct()
    )
    return [(client, number) for client, number in connection.execute(query)]


def _wrong_numbers(connection: Connection, day: Day) -> list[str]:
    wrong = set()
    for client, number in _numbers(connection, day):
        registered = {national(n) for n in day.world.policy.caller_ids(day.clients[client].code)}
        if is_hidden(number) or (registered and national(number) not in registered):
            wrong.add(number)
    return sorted(wrong)


def _hidden_numbers(connection: Connection, day: Day) -> list[str]:
    return sorted({number for _, number in _numbers(connection, day) if is_hidden(number)})


def _untold(connection: Connection, day: Day) -> dict[str, ColumnElement[bool]]:
    """What each rule cannot judge, as its check in db/law/judging.py says it row by row."""
    human, party = contacts.c.human, contacts.c.party
    unlisted = [c.id for c in day.clients.values() if not day.world.policy.caller_ids(c.code)]
    shown = contacts.c.caller_id.not_in(_hidden_numbers(connection, day))
    none_agreed = [c.id for c in day.clients.values() if c.id not in _watched(day)]
    own_phone = or_(phones.c.owner.is_(None), phones.c.owner.in_(BOUND))
    return {
        "R05": and_(
            contacts.c.channel.in_(DIALLED),
            or_(contacts.c.caller_id.is_(None), and_(contacts.c.client_id.in_(unlisted), shown)),
        ),
        "R06": and_(
            human,
            or_(party.is_(None), and_(_third(party), own_phone, contacts.c.result_code.in_(UNTOLD))),
        ),
        "R07": and_(human, or_(party.is_(None), party != "TITULAR", debtors.c.birth_date.is_(None))),
        "R08": and_(contacts.c.channel.in_(BY_PHONE), phones.c.source.is_(None)),
        "R22": and_(accounts.c.recalled_on.is_not(None), accounts.c.recalled_on == day.day),
        "R35": contacts.c.client_id.in_(none_agreed) if none_agreed else false(),
    }
