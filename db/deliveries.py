"""What is on its way out of the house: kept, begun once, ended. Knows no mail and no report.

Who begins a delivery commits that before anything leaves. One that was begun and never ended may have left:
it is called doubtful and never begun again by itself.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Select, insert, select, update

from db.tables.clock import ticks
from db.tables.reference import people
from db.tables.reports import deliveries

State = Literal["waiting", "sending", "sent", "failed", "doubtful", "cancelled"]
UNHEARD = timedelta(minutes=15)  # of one that is being sent: whoever sent it is gone
SAID, NAME = 200, 160


@dataclass(frozen=True)
class Delivery:
    """One report for one recipient."""

    token: str
    person_id: int
    approved_by: int | None
    request: Mapping[str, Mapping[str, Any]]
    via: str
    recipient: str
    target: Mapping[str, Any]
    numbers: Mapping[str, Any]
    due_at: datetime
    made_at: datetime
    state: str = "waiting"
    attempts: int = 0
    changed_at: datetime | None = None
    name: str | None = None
    said: str | None = None

    @property
    def tick(self) -> str:
        """Each attempt is a tick of its own."""
        return f"report:{self.token}:{self.attempts}"


_JSON = ("request", "target", "numbers")
_COLUMNS = tuple(deliveries.c[name] for name in Delivery.__dataclass_fields__)


def keep(connection: Connection, delivery: Delivery) -> None:
    row = vars(delivery) | {name: _json(getattr(delivery, name)) for name in _JSON}
    connection.execute(insert(deliveries).values(**{**row, "changed_at": delivery.made_at}))


def waiting(connection: Connection) -> list[Delivery]:
    return _read(connection, _all().where(deliveries.c.state == "waiting"))


def unheard(connection: Connection, now: datetime) -> list[Delivery]:
    gone = (deliveries.c.state == "sending", deliveries.c.changed_at < now - UNHEARD)
    return _read(connection, _all().where(*gone))


def find(connection: Connection, token: str) -> Delivery | None:
    return next(iter(_read(connection, _all().where(deliveries.c.token == token))), None)


def latest(connection: Connection, person_id: int | None, limit: int) -> list[tuple[Delivery, str]]:
    """The last ones with who sent them; of one person, or of all."""
    query = select(*_COLUMNS, people.c.name.label("who")).join(people, people.c.id == deliveries.c.person_id)
    query = query.order_by(deliveries.c.id.desc()).limit(limit)
    if person_id is not None:
        query = query.where(deliveries.c.person_id == person_id)
    return [(_delivery(tuple(row)), str(row.who)) for row in connection.execute(query)]


def move(
    connection: Connection, delivery: Delivery, state: State, now: datetime, before: State, **row: Any
) -> bool:
    """The step from one state to the next, for the first who asks."""
    mine = (deliveries.c.token == delivery.token, deliveries.c.state == before)
    changed = update(deliveries).where(*mine, deliveries.c.attempts == delivery.attempts)
    changed = changed.values(state=state, changed_at=now, **row).returning(deliveries.c.token)
    return connection.execute(changed).first() is not None


def posted(connection: Connection, now: datetime) -> None:
    """Of what goes into channels, what the clock has done with it: the tick is the truth, this is the log."""
    for delivery in waiting(connection):
        query = select(ticks.c.outcome).where(ticks.c.name == delivery.tick)
        ended = connection.execute(query).scalar() if delivery.via == "channel" else None
        if ended is not None:
            move(connection, delivery, "sent" if ended == "done" else "failed", now, "waiting")


def again_at(connection: Connection, delivery: Delivery, due: datetime, now: datetime, said: str) -> bool:
    """It did not leave: once more, later."""
    row = {"due_at": due, "attempts": delivery.attempts + 1, "said": said[:SAID]}
    return move(connection, delivery, "waiting", now, "sending", **row)


def _all() -> Select[Any]:
    return select(*_COLUMNS).order_by(deliveries.c.id)


def _read(connection: Connection, query: Select[Any]) -> list[Delivery]:
    return [_delivery(tuple(row)) for row in connection.execute(query)]


def _delivery(row: Sequence[Any]) -> Delivery:
    named = dict(zip(Delivery.__dataclass_fields__, row[: len(_COLUMNS)], strict=True))
    return Delivery(**{**named, **{name: json.loads(named[name]) for name in _JSON}})


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
