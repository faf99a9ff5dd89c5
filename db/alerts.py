"""Watches, how each number stands, and the alerts that came of it. Knows rows, not what is watched."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from db.alert_rules import Attention, Bound, Event, Passed, Patience, Standing, passing, step
from db.tables.alerts import alert_messages, alerts, watch_standings, watches
from db.tables.reference import people

OPEN = "firing"


@dataclass(frozen=True)
class Watch:
    """What is watched, in whose right, and where it is told."""

    id: int
    code: str
    person_id: int
    channel: str | None
    spec: Mapping[str, Any]
    made_at: datetime


@dataclass(frozen=True)
class Reading:
    """One look at one number. `key` names it: the same data read again is the same reading.

    `shown` (JSON) is what a person is told of it.
    """

    subject: str
    amount: Decimal | None
    key: str
    shown: Mapping[str, Any]


@dataclass(frozen=True)
class Ticket:
    """An alert as it stands; `version` goes up whenever its messages have to change."""

    id: int
    watch: Watch
    subject: str
    state: str
    reading: Mapping[str, Any]
    opened_at: datetime
    closed_at: datetime | None
    acked_by: int | None
    acked_until: datetime | None
    snoozed_by: int | None
    snoozed_until: datetime | None
    waits_since: datetime | None
    assigned_to: int | None
    escalated_at: datetime | None
    resolved_by: int | None
    note: str | None
    useful: bool | None
    version: int

    @property
    def attention(self) -> Attention:
        return Attention(
            self.acked_by,
            self.acked_until,
            self.snoozed_until,
            self.escalated_at,
            self.waits_since,
        )


# --- Watches -------------------------------------------------------------------------------------------


def keep_watch(
    connection: Connection,
    code: str,
    person_id: int,
    spec: Mapping[str, Any],
    now: datetime,
    channel: str | None = None,
) -> None:
    """From now on; the same watch again is as it is said now, and since now."""
    dialect = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"person_id": person_id, "channel": channel, "spec": _json(spec), "made_at": now, "ended_at": None}
    made = dialect(watches).values(code=code, **row)
    connection.execute(made.on_conflict_do_update(index_elements=["code"], set_=row))


def end_watches(connection: Connection, codes: Collection[str], now: datetime) -> None:
    """They are looked at no more, and what is open of them is over."""
    ended = update(watches).where(watches.c.code.in_(codes), watches.c.ended_at.is_(None))
    ids = connection.execute(ended.values(ended_at=now).returning(watches.c.id)).scalars().all()
    over = {"state": "resolved", "closed_at": now, "version": alerts.c.version + 1}
    connection.execute(
        update(alerts).where(alerts.c.watch_id.in_(ids), alerts.c.state == OPEN).values(**over)
    )
    connection.execute(watch_standings.delete().where(watch_standings.c.watch_id.in_(ids)))


def live_watches(connection: Connection, person_id: int | None = None) -> list[Watch]:
    query = select(*_WATCH).where(watches.c.ended_at.is_(None)).order_by(watches.c.id)
    if person_id is not None:
        query = query.where(watches.c.person_id == person_id)
    return [_watch(row) for row in connection.execute(query)]


_WATCH = tuple(watches.c[name] for name in Watch.__dataclass_fields__)


def _watch(row: Sequence[Any]) -> Watch:
    number, code, person, channel, spec, made_at = row
    return Watch(number, code, person, channel, json.loads(spec), made_at)


# --- Readings ------------------------------------------------------------------------------------------


def observe(
    connection: Connection, watch: int, reading: Reading, bound: Bound, now: datetime
) -> Event | None:
    """One reading more, in the caller's transaction; one that was counted already changes nothing."""
    if reading.amount is None:
        return None
    held = _held(connection, watch, reading.subject, now)
    if held.seen == reading.key:
        return None
    after, event = step(bound, Standing(held.state, held._mapping["count"]), reading.amount)
    row = {"state": after.state, "count": after.count, "seen": reading.key, "seen_at": now}
    here = (watch_standings.c.watch_id == watch, watch_standings.c.subject == reading.subject)
    connection.execute(update(watch_standings).where(*here).values(**row, amount=str(reading.amount)))
    if event == "opened":
        _open(connection, watch, reading, now)
    elif event is not None:
        _goes_on(connection, watch, reading, event, now)
    return event


def _held(connection: Connection, watch: int, subject: str, now: datetime) -> Row[Any]:
    """How it stands, held until the transaction ends; a number never read before stands well."""
    dialect = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    fresh = {"watch_id": watch, "subject": subject, "state": "ok", "count": 0, "seen": "", "seen_at": now}
    connection.execute(dialect(watch_standings).values(**fresh).on_conflict_do_nothing())
    here = (watch_standings.c.watch_id == watch, watch_standings.c.subject == subject)
    return connection.execute(select(watch_standings).where(*here).with_for_update()).one()


def _open(connection: Connection, watch: int, reading: Reading, now: datetime) -> None:
    row = {"watch_id": watch, "subject": reading.subject, "state": OPEN, "opened_at": now}
    made = insert(alerts).values(**row, reading=_json(reading.shown)).returning(alerts.c.id)
    number = connection.execute(made).scalar_one()
    whom = connection.execute(
        select(watches.c.person_id, watches.c.channel).where(watches.c.id == watch)
    ).one()
    tell(connection, number, whom.person_id, whom.channel)


def _goes_on(connection: Connection, watch: int, reading: Reading, event: Event, now: datetime) -> None:
    """The last number is told in the same message; so is the end."""
    row: dict[str, Any] = {"reading": _json(reading.shown), "version": alerts.c.version + 1}
    if event == "recovered":
        row |= {"state": "recovered", "closed_at": now}
    mine = (alerts.c.watch_id == watch, alerts.c.subject == reading.subject, alerts.c.state == OPEN)
    connection.execute(update(alerts).where(*mine).values(**row))


def standings(connection: Connection, ids: Collection[int]) -> dict[int, list[Any]]:
    query = (
        select(watch_standings)
        .where(watch_standings.c.watch_id.in_(ids))
        .order_by(watch_standings.c.watch_id, watch_standings.c.subject)
    )
    found: dict[int, list[Any]] = {}
    for row in connection.execute(query):
        found.setdefault(row.watch_id, []).append(row)
    return found


def with_open(connection: Connection, ids: Collection[int]) -> set[int]:
    """Those of which an alert is open: one that somebody closed is not, though the number stays."""
    query = select(alerts.c.watch_id).where(alerts.c.watch_id.in_(ids), alerts.c.state == OPEN)
    return set(connection.execute(query).scalars())


# --- Alerts --------------------------------------------------------------------------------------------


_OWN = tuple(name for name in Ticket.__dataclass_fields__ if name != "watch")


def tickets(connection: Connection, *where: ColumnElement[bool], most: int | None = None) -> list[Ticket]:
    """The newest first."""
    columns = (*_WATCH, *(alerts.c[name].label(f"a_{name}") for name in _OWN))
    query = select(*columns).join_from(alerts, watches).where(*where).order_by(alerts.c.id.desc()).limit(most)
    return [_ticket(row) for row in connection.execute(query)]


def _ticket(row: Sequence[Any]) -> Ticket:
    n = len(_WATCH)
    own = dict(zip(_OWN, row[n:], strict=True))
    return Ticket(**{**own, "watch": _watch(row[:n]), "reading": json.loads(own["reading"])})


def told_to(person_id: int) -> ColumnElement[bool]:
    """Alerts this person is told of."""
    mine = select(alert_messages.c.alert_id).where(alert_messages.c.person_id == person_id)
    return or_(alerts.c.id.in_(mine), alerts.c.assigned_to == person_id)


def is_number(number: int) -> ColumnElement[bool]:
    return alerts.c.id == number


def in_states(states: Collection[str]) -> ColumnElement[bool]:
    return alerts.c.state.in_(states)


def opened_between(start: datetime, end: datetime) -> ColumnElement[bool]:
    return and_(alerts.c.opened_at >= start, alerts.c.opened_at < end)


def change(connection: Connection, number: int, version: int, **row: Any) -> bool:
    """What a person decided of it; False where it has changed since she was shown it."""
    mine = (alerts.c.id == number, alerts.c.version == version)
    changed = update(alerts).where(*mine).values(**row, version=version + 1).returning(alerts.c.id)
    return connection.execute(changed).first() is not None


def pass_time(
    connection: Connection, now: datetime, patience: Patience, spared: Callable[[Ticket], bool]
) -> list[tuple[Ticket, tuple[Passed, ...]]]:
    """Open alerts for which something has become due, with that already noted; not of those spared now."""
    found = []
    for ticket in reversed(tickets(connection, in_states((OPEN,)))):
        if spared(ticket):
            continue
        after, passed = passing(ticket.attention, now, patience)
        if not passed:
            continue
        row = {
            "acked_by": after.acked_by,
            "acked_until": after.acked_until,
            "snoozed_until": after.snoozed_until,
            "waits_since": after.waits_since,
            "escalated_at": after.escalated_at,
        }
        if change(connection, ticket.id, ticket.version, **row):
            found.append((ticket, passed))
    return found


# --- Where they are told -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Message:
    """Where one person is told of an alert; `posted` is the parcel's key, `drawn` the version it shows."""

    ticket: Ticket
    person_id: int
    channel: str | None
    posted: str | None
    team: str | None
    place: str | None
    told_at: datetime | None
    drawn: int
    language: str

    @property
    def asks_again(self) -> bool:
        """It was said, nobody attends to it any more, and it has not been said again."""
        ticket = self.ticket
        waits = ticket.state == OPEN and ticket.acked_by is None and ticket.snoozed_until is None
        since = ticket.waits_since
        return waits and None not in (self.told_at, since) and self.told_at < since  # type: ignore[operator]


def tell(connection: Connection, number: int, person_id: int, channel: str | None = None) -> None:
    """She is told of it, once."""
    dialect = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"alert_id": number, "person_id": person_id, "channel": channel}
    connection.execute(dialect(alert_messages).values(**row).on_conflict_do_nothing())


def to_draw(connection: Connection) -> list[Message]:
    """Messages that do not show what there is to show; the oldest alert first."""
    stale = or_(
        and_(alert_messages.c.posted.is_(None), alerts.c.state == OPEN),
        and_(alert_messages.c.posted.is_not(None), alert_messages.c.drawn < alerts.c.version),
        and_(alerts.c.state == OPEN, alert_messages.c.told_at < alerts.c.waits_since),
    )
    own = tuple(alert_messages.c[name] for name in ("person_id", "channel", "posted", "team", "place"))
    query = (
        select(alerts.c.id, *own, alert_messages.c.told_at, alert_messages.c.drawn, people.c.language)
        .join_from(alert_messages, alerts)
        .join(people, people.c.id == alert_messages.c.person_id)
        .where(stale, alert_messages.c.listed.is_(False))
        .order_by(alerts.c.id, alert_messages.c.person_id)
    )
    rows = connection.execute(query).all()
    known = {each.id: each for each in tickets(connection, alerts.c.id.in_({row.id for row in rows}))}
    found = [Message(known[row.id], *tuple(row)[1:]) for row in rows]
    return [
        each for each in found if each.posted is None or each.drawn < each.ticket.version or each.asks_again
    ]


def posted(
    connection: Connection,
    message: Message,
    key: str,
    now: datetime,
    *,
    team: str,
    place: str,
    listed: bool = False,
) -> bool:
    """It is told now, and from now on it waits for somebody; False where another process told it first."""
    told = {"posted": key, "team": team, "place": place, "told_at": now, "listed": listed}
    mine = (*_mine(message), alert_messages.c.posted.is_(None))
    changed = update(alert_messages).where(*mine).values(**told, drawn=message.ticket.version)
    if connection.execute(changed.returning(alert_messages.c.alert_id)).first() is None:
        return False
    waits = (alerts.c.id == message.ticket.id, alerts.c.waits_since.is_(None))
    connection.execute(update(alerts).where(*waits).values(waits_since=now))
    return True


def redrawn(connection: Connection, message: Message) -> bool:
    """It shows the ticket as given; False where it shows that or something newer already."""
    mine = (*_mine(message), alert_messages.c.drawn < message.ticket.version)
    changed = update(alert_messages).where(*mine).values(drawn=message.ticket.version)
    return connection.execute(changed.returning(alert_messages.c.alert_id)).first() is not None


def reminded(connection: Connection, message: Message, now: datetime) -> bool:
    """She is told again; False where another process did it first."""
    mine = (*_mine(message), alert_messages.c.told_at == message.told_at)
    changed = update(alert_messages).where(*mine).values(told_at=now)
    return connection.execute(changed.returning(alert_messages.c.alert_id)).first() is not None


def _mine(message: Message) -> tuple[ColumnElement[bool], ...]:
    return (
        alert_messages.c.alert_id == message.ticket.id,
        alert_messages.c.person_id == message.person_id,
    )


def names_of(connection: Connection, ids: Collection[int | None]) -> dict[int, str]:
    wanted = [each for each in ids if each is not None]
    query = select(people.c.id, people.c.name).where(people.c.id.in_(wanted))
    return {row.id: row.name for row in connection.execute(query)}


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
