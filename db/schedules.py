"""What people have sent to them again and again: kept, listed, ended. Knows no request's meaning."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, insert, or_, select, update

from db.tables.clock import schedules
from db.tables.clock import ticks as taken
from db.tables.reference import people
from db.when import Daily

_PREFIX = "asked:"
_LONGEST = 80  # letters of a tick's name


@dataclass(frozen=True)
class Kept:
    """One schedule: whose it is, what is asked, where it goes and when."""

    token: str
    person_id: int
    slack_user: str | None
    request: Mapping[str, Mapping[str, Any]]
    moving: str | None
    channel: str | None
    days: frozenset[int]
    at: time
    zone: str
    made_at: datetime

    @property
    def name(self) -> str:
        """In the ticks."""
        return f"{_PREFIX}{self.token}"

    @property
    def when(self) -> Daily:
        return Daily(self.at, self.days, ZoneInfo(self.zone))


def keep(connection: Connection, kept: Kept) -> None:
    row = {
        "token": kept.token,
        "person_id": kept.person_id,
        "request": json.dumps(kept.request, ensure_ascii=False, default=str),
        "moving": kept.moving,
        "channel": kept.channel,
        "days": "".join(str(day) for day in sorted(kept.days)),
        "at": f"{kept.at:%H:%M}",
        "zone": kept.zone,
        "made_at": kept.made_at,
    }
    connection.execute(insert(schedules).values(**row))


def end(connection: Connection, tokens: frozenset[str], now: datetime) -> int:
    """How many of them were still sent."""
    mine = (schedules.c.token.in_(tokens), schedules.c.ended_at.is_(None))
    ended = update(schedules).where(*mine).values(ended_at=now).returning(schedules.c.token)
    return len(connection.execute(ended).all())


def resume(connection: Connection, tokens: frozenset[str], now: datetime) -> int:
    """Takes back an end. What fell due meanwhile was not missed."""
    ended = (schedules.c.token.in_(tokens), schedules.c.ended_at.is_not(None))
    again = update(schedules).where(*ended).values(ended_at=None, made_at=now).returning(schedules.c.token)
    return len(connection.execute(again).all())


def in_force(connection: Connection, on: date) -> list[Kept]:
    """Every schedule of somebody who is still on the staff."""
    still = or_(people.c.active_to.is_(None), people.c.active_to >= on)
    return _read(connection, _live().where(still))


def of_person(connection: Connection, person_id: int) -> list[Kept]:
    return _read(connection, _live().where(schedules.c.person_id == person_id))


def tick_name(key: str, employee_no: str) -> str:
    """Of what config.yaml sends to many: each receiver's own ticks."""
    return f"{key}:{employee_no}"[:_LONGEST]


def last_sent(connection: Connection, name: str) -> tuple[datetime, str] | None:
    """The last tick of that name, and how it ended."""
    query = (
        select(taken.c.fire_at, taken.c.outcome)
        .where(taken.c.name == name, taken.c.outcome != "seen")
        .order_by(taken.c.fire_at.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else (row.fire_at, row.outcome)


def _live() -> Select[Any]:
    query = select(schedules, people.c.slack_user_id).join(people, people.c.id == schedules.c.person_id)
    return query.where(schedules.c.ended_at.is_(None)).order_by(schedules.c.id)


def _read(connection: Connection, query: Select[Any]) -> list[Kept]:
    return [
        Kept(
            token=row.token,
            person_id=row.person_id,
            slack_user=row.slack_user_id,
            request=json.loads(row.request),
            moving=row.moving,
            channel=row.channel,
            days=frozenset(int(day) for day in row.days),
            at=time.fromisoformat(row.at),
            zone=row.zone,
            made_at=row.made_at,
        )
        for row in connection.execute(query)
    ]
