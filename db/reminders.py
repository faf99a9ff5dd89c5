"""The queue of messages to debtors: kept once, begun once, ended. Knows no law and no gateway.

Who begins a message commits that before anything leaves. One that was begun and never ended may have left.
"""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from db.dirty import mark_dirty
from db.tables.facts import contacts
from db.tables.out import reminder_batches, reminders
from db.tables.reference import people

State = Literal["waiting", "sending", "sent", "held", "failed", "doubtful", "cancelled"]
UNHEARD = timedelta(minutes=10)  # of one that is being sent: whoever sent it is gone
SENT = "ENV"  # the contact's result
WHY, SLICE = 80, 500


@dataclass(frozen=True)
class Planned:
    """One message to be kept."""

    account: int
    client: int
    campaign: int
    template: str
    version: int
    promise: int | None


@dataclass(frozen=True)
class Batch:
    key: str
    person_id: int
    approved_by: int | None
    channel: str
    due_at: datetime
    due_on: date


@dataclass(frozen=True)
class Message:
    """One message on its way."""

    id: int
    token: str
    batch_id: int
    client_id: int
    campaign_id: int
    account_id: int
    promise_id: int | None
    channel: str
    due_on: date
    template: str
    version: int
    state: str
    attempts: int
    unsure: bool
    parcel: str | None


_COLUMNS = tuple(reminders.c[name] for name in Message.__dataclass_fields__)


# --- Kept ------------------------------------------------------------------------------------------


def keep(connection: Connection, batch: Batch, messages: Sequence[Planned], now: datetime) -> bool:
    """False, and the caller takes it all back, where somebody has one of them waiting already."""
    conflicting = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {name: getattr(batch, name) for name in ("key", "person_id", "approved_by", "channel", "due_at")}
    made = conflicting(reminder_batches).values(**row, made_at=now).on_conflict_do_nothing()
    number = connection.execute(made.returning(reminder_batches.c.id)).scalar()
    if number is None:
        return False
    for at in range(0, len(messages), SLICE):
        rows = [_row(batch, int(number), each, now) for each in messages[at : at + SLICE]]
        kept = conflicting(reminders).values(rows).on_conflict_do_nothing().returning(reminders.c.id)
        if len(connection.execute(kept).all()) != len(rows):
            return False
    return True


def _row(batch: Batch, number: int, each: Planned, now: datetime) -> dict[str, Any]:
    return {
        "token": secrets.token_urlsafe(12),
        "batch_id": number,
        "client_id": each.client,
        "campaign_id": each.campaign,
        "account_id": each.account,
        "promise_id": each.promise,
        "channel": batch.channel,
        "due_on": batch.due_on,
        "once": once(each.account, batch.channel, batch.due_on),
        "template": each.template,
        "version": each.version,
        "state": "waiting",
        "next_at": batch.due_at,
        "attempts": 0,
        "unsure": False,
        "changed_at": now,
    }


def once(account: int, channel: str, on: date) -> str:
    """What there is one of: an account is reminded once a day by each channel."""
    return f"{account}:{channel}:{on.isoformat()}"


def reminded(connection: Connection, accounts: Sequence[int], channel: str, on: date) -> set[int]:
    """Those that have one waiting, sent or doubtful for that day."""
    found: set[int] = set()
    for at in range(0, len(accounts), SLICE * 10):
        query = select(reminders.c.account_id).where(
            reminders.c.account_id.in_(accounts[at : at + SLICE * 10]),
            reminders.c.channel == channel,
            reminders.c.due_on == on,
            reminders.c.once.is_not(None),
        )
        found.update(connection.execute(query).scalars())
    return found


def cancel(connection: Connection, key: str, now: datetime) -> tuple[int, int]:
    """(taken back, already begun) of what was asked for together; what is taken back may be asked anew."""
    number = connection.execute(
        select(reminder_batches.c.id).where(reminder_batches.c.key == key)
    ).scalar_one_or_none()
    if number is None:
        return 0, 0
    mine = (reminders.c.batch_id == number, reminders.c.state == "waiting", reminders.c.unsure.is_(False))
    back = update(reminders).where(*mine).values(state="cancelled", once=None, changed_at=now)
    n = len(connection.execute(back.returning(reminders.c.id)).all())
    rest = select(func.count()).where(reminders.c.batch_id == number, reminders.c.state != "cancelled")
    begun = int(connection.execute(rest).scalar_one())
    if n:
        freed = update(reminder_batches).where(reminder_batches.c.id == number)
        connection.execute(freed.values(key=None, told_at=None if begun else now))
    return n, begun


# --- On their way ----------------------------------------------------------------------------------


def due(connection: Connection, now: datetime, limit: int) -> list[Message]:
    """The oldest of one channel whose time has come."""
    mine = (reminders.c.state == "waiting", reminders.c.next_at <= now)
    order = (reminders.c.next_at, reminders.c.id)
    first = connection.execute(select(reminders.c.channel).where(*mine).order_by(*order).limit(1)).scalar()
    if first is None:
        return []
    return _read(connection, _all().where(*mine, reminders.c.channel == first).order_by(*order).limit(limit))


def unheard(connection: Connection, now: datetime) -> list[Message]:
    gone = (reminders.c.state == "sending", reminders.c.changed_at < now - UNHEARD)
    return _read(connection, _all().where(*gone).order_by(reminders.c.id).limit(10 * SLICE))


def begin(
    connection: Connection, messages: Sequence[Message], now: datetime, parcel: str | None
) -> list[Message]:
    """Those that are this process's to send."""
    return _moved(connection, messages, "sending", now, "waiting", parcel=parcel)


def end(
    connection: Connection, messages: Sequence[Message], state: State, now: datetime, why: str = ""
) -> list[Message]:
    return _moved(connection, messages, state, now, "sending", why=why[:WHY])


def hold(connection: Connection, messages: Sequence[Message], why: str, now: datetime) -> list[Message]:
    """Not sent, and not tried again: what it would say is no longer true, or no longer lawful. One that may
    have left before is in doubt all the same."""
    unsure = [each for each in messages if each.unsure]
    sure = [each for each in messages if not each.unsure]
    return [
        *_moved(connection, unsure, "doubtful", now, "waiting", why=why[:WHY]),
        *_moved(connection, sure, "held", now, "waiting", why=why[:WHY]),
    ]


def again(
    connection: Connection,
    messages: Sequence[Message],
    due_at: datetime,
    now: datetime,
    why: str,
    *,
    unsure: bool,
) -> None:
    """Once more, later: they did not leave, or `unsure` whether they did."""
    more = {"attempts": reminders.c.attempts + 1, "next_at": due_at, "why": why[:WHY], "parcel": None}
    if unsure:
        more["unsure"] = True
    _moved(connection, messages, "waiting", now, "sending", **more)


def _moved(
    connection: Connection,
    messages: Sequence[Message],
    state: State,
    now: datetime,
    before: State,
    **row: Any,
) -> list[Message]:
    """The step from one state to the next, for the first who asks."""
    moved: set[int] = set()
    for at in range(0, len(messages), SLICE):
        mine = [each.id for each in messages[at : at + SLICE]]
        step = update(reminders).where(reminders.c.id.in_(mine), reminders.c.state == before)
        step = step.values(state=state, changed_at=now, **row)
        moved.update(connection.execute(step.returning(reminders.c.id)).scalars())
    return [each for each in messages if each.id in moved]


def record(
    connection: Connection, sent: Sequence[Message], phones: Mapping[int, str | None], now: datetime
) -> None:
    """As contacts, like any other: what counts attempts, and searches for breaches, sees them. `now` is in
    the agency's zone; `phones` are by message."""
    for each in sent:
        row = {
            "client_id": each.client_id,
            "campaign_id": each.campaign_id,
            "account_id": each.account_id,
            "agent_id": None,
            "started_at": now,
            "started_on": now.date(),
            "started_hour": now.hour,
            "channel": each.channel,
            "result_code": SENT,
            "human": False,
            "rpc": False,
            "talk_seconds": 0,
            "wrap_seconds": 0,
            "phone": phones.get(each.id),
            "dialer_id": each.token,
        }
        made = connection.execute(insert(contacts).values(**row).returning(contacts.c.id)).scalar_one()
        mine = update(reminders).where(reminders.c.id == each.id)
        connection.execute(mine.values(contact_id=made))
    for client in {each.client_id for each in sent}:
        mark_dirty(connection, "contacts", client, [now.date()], now)


# --- What became of them ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """A batch with how many of it stand where, and why some were not sent."""

    id: int
    person_id: int
    who: str
    channel: str
    due_at: datetime
    states: Mapping[str, int]
    reasons: Mapping[str, int]

    @property
    def over(self) -> bool:
        return not {"waiting", "sending"} & set(self.states)


def latest(connection: Connection, person_id: int | None, limit: int) -> list[Standing]:
    """The last ones; of one person, or of all."""
    query = _batches().order_by(reminder_batches.c.id.desc()).limit(limit)
    if person_id is not None:
        query = query.where(reminder_batches.c.person_id == person_id)
    return [_standing(connection, row) for row in connection.execute(query)]


def untold(connection: Connection, now: datetime) -> list[Standing]:
    """Those that are through, and nobody has said so."""
    mine = (reminder_batches.c.told_at.is_(None), reminder_batches.c.due_at <= now)
    found = (_standing(connection, row) for row in connection.execute(_batches().where(*mine)))
    return [each for each in found if each.over]


def told(connection: Connection, batch: int, now: datetime) -> bool:
    """Whether this process is to say it."""
    mine = (reminder_batches.c.id == batch, reminder_batches.c.told_at.is_(None))
    said = update(reminder_batches).where(*mine).values(told_at=now).returning(reminder_batches.c.id)
    return connection.execute(said).first() is not None


def _batches() -> Select[Any]:
    source = reminder_batches.join(people, people.c.id == reminder_batches.c.person_id)
    return select(reminder_batches, people.c.name.label("who")).select_from(source)


def _standing(connection: Connection, row: Row[Any]) -> Standing:
    query = (
        select(reminders.c.state, reminders.c.why, func.count())
        .where(reminders.c.batch_id == row.id)
        .group_by(reminders.c.state, reminders.c.why)
    )
    states: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for state, why, n in connection.execute(query):
        states[state] += n
        if state in ("held", "failed") and why:
            reasons[why] += n
    return Standing(row.id, row.person_id, row.who, row.channel, row.due_at, states, reasons)


def _all() -> Select[Any]:
    return select(*_COLUMNS)


def _read(connection: Connection, query: Select[Any]) -> list[Message]:
    return [Message(*tuple(row)) for row in connection.execute(query)]
