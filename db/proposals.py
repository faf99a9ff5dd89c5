"""Keeps what was proposed, and lets exactly one caller take each step of it. Knows no action and no right."""

import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, update

from db.tables.desk import proposal_cards, proposals
from db.tables.house import threads
from db.tables.reference import people

OPEN, WAITING, DONE = "open", "waiting", "done"
DISCARDED, REJECTED, UNDONE, EXPIRED = "discarded", "rejected", "undone", "expired"
_WRITERS = 7_112_026  # the name of PostgreSQL's lock for those who act


@dataclass(frozen=True)
class Proposal:
    """What somebody asked to be done, as it was last shown to her."""

    token: str
    intent: str
    fields: Mapping[str, Any]
    person_id: int
    place: str
    thread: str | None
    state: str
    plan: Mapping[str, Any]
    size: int
    made_at: datetime
    expires_at: datetime
    decided_by: int | None = None
    done_at: datetime | None = None


def new_token() -> str:
    return secrets.token_urlsafe(12)


def one_at_a_time(connection: Connection) -> None:
    """Until the transaction ends, nobody else acts: what a preview saw is what is written.

    SQLite's writers wait for each other anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_WRITERS)))


def keep(connection: Connection, proposal: Proposal) -> None:
    """The newest of a thread is the one that waits: the person's others there are dropped."""
    older = (
        proposals.c.person_id == proposal.person_id,
        proposals.c.place == proposal.place,
        proposals.c.thread == proposal.thread,
        proposals.c.state == OPEN,
    )
    connection.execute(update(proposals).where(*older).values(state=DISCARDED))
    row = vars(proposal) | {"request": _json(proposal.fields), "plan": _json(proposal.plan)}
    del row["fields"]
    connection.execute(proposals.insert().values(**row))


def find(connection: Connection, token: str) -> Proposal | None:
    return _first(connection, proposals.c.token == token)


def open_in(
    connection: Connection, person_id: int, place: str, thread: str | None, now: datetime
) -> Proposal | None:
    """The person's proposal that waits for her yes, where nothing else was spoken of since.

    `thread` None: anywhere in the place. In a direct message a yes is typed below as often as inside.
    """
    here = [threads.c.place == place]
    mine = [proposals.c.person_id == person_id, proposals.c.place == place]
    if thread is not None:
        here.append(threads.c.thread == thread)
        mine.append(proposals.c.thread == thread)
    later = select(threads.c.place).where(*here, threads.c.updated_at > proposals.c.made_at)
    waits = proposals.c.state == OPEN, proposals.c.expires_at > now
    return _first(connection, *mine, *waits, ~later.exists())


def last_done(connection: Connection, person_id: int, intents: Collection[str]) -> Proposal | None:
    """The person's last action of these kinds that stands."""
    mine = proposals.c.person_id == person_id, proposals.c.intent.in_(intents)
    return _first(connection, *mine, proposals.c.state == DONE, newest=proposals.c.done_at)


def take(connection: Connection, token: str, *, before: str, after: str, by: int, now: datetime) -> bool:
    """The step from one state to the next, for the first who asks; False for whoever comes second."""
    done = {"done_at": now} if after == DONE else {}
    changed = (
        update(proposals)
        .where(proposals.c.token == token, proposals.c.state == before)
        .values(state=after, decided_by=by, **done)
        .returning(proposals.c.token)
    )
    return connection.execute(changed).first() is not None


@dataclass(frozen=True)
class Overdue:
    """A proposal nobody decided in time, and the language of whoever asked."""

    token: str
    expires_at: datetime
    language: str


def overdue(connection: Connection, now: datetime, most: int = 200) -> list[Overdue]:
    undecided = proposals.c.state.in_((OPEN, WAITING)), proposals.c.expires_at <= now
    query = select(proposals.c.token, proposals.c.expires_at, people.c.language)
    whose = query.join(people, people.c.id == proposals.c.person_id).where(*undecided)
    return [Overdue(*row) for row in connection.execute(whose.order_by(proposals.c.expires_at).limit(most))]


def expire(connection: Connection, token: str, now: datetime) -> bool:
    """False where it was decided, or shown again, meanwhile."""
    undecided = proposals.c.state.in_((OPEN, WAITING)), proposals.c.expires_at <= now
    gone = update(proposals).where(proposals.c.token == token, *undecided).values(state=EXPIRED)
    return connection.execute(gone.returning(proposals.c.token)).first() is not None


def show_again(
    connection: Connection, token: str, plan: Mapping[str, Any], size: int, until: datetime
) -> None:
    """The world moved on: what is confirmed next is what is shown now."""
    row = {"plan": _json(plan), "size": size, "expires_at": until, "state": OPEN}
    connection.execute(update(proposals).where(proposals.c.token == token).values(**row))


@dataclass(frozen=True)
class Card:
    """A message with a proposal's buttons: which parcel posted it, where, and what it says without them."""

    key: str
    team: str
    channel: str
    text: str
    blocks: str


def hang(connection: Connection, token: str, card: Card) -> None:
    connection.execute(proposal_cards.insert().values(token=token, **vars(card)))


def take_down(connection: Connection, token: str) -> list[Card]:
    """The cards that hang, for whoever draws them anew; they hang no longer."""
    gone = delete(proposal_cards).where(proposal_cards.c.token == token)
    columns = (proposal_cards.c[name] for name in Card.__dataclass_fields__)
    rows = connection.execute(gone.returning(*columns)).all()
    return sorted((Card(*row) for row in rows), key=lambda card: card.key)


def same(plan: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return _json(plan) == _json(other)


def _first(
    connection: Connection, *where: ColumnElement[bool], newest: ColumnElement[Any] = proposals.c.made_at
) -> Proposal | None:
    query = select(proposals).where(*where).order_by(newest.desc(), proposals.c.token).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _proposal(row)


def _proposal(row: Row[Any]) -> Proposal:
    held = dict(row._mapping)
    fields = json.loads(held.pop("request"))
    return Proposal(**held | {"plan": json.loads(held["plan"])}, fields=fields)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
