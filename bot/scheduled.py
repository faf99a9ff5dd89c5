"""What the clock sends, and to whom: config.yaml's schedules for each receiver, and what people asked for.

Knows no Slack and asks nothing itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from bot.schedule import Schedule
from bot.settings import Settings
from db.access import Person, employee_number, find_person, find_staff
from db.moving import MOVING
from db.schedules import Kept, in_force, tick_name
from db.when import Daily, Once


@dataclass(frozen=True)
class Sending:
    """One request for one receiver: in whose right, where to and when."""

    name: str
    intent: str
    fields: Mapping[str, Any]
    when: Daily | Once
    employee_no: str
    person_id: int
    channel: str | None = None
    rest: bool = True
    since: datetime | None = None

    @property
    def at_once(self) -> bool:
        """Asked for and due in one moment: nobody planned it."""
        return isinstance(self.when, Once) and self.since is not None and self.when.at <= self.since


def sendings(connection: Connection, settings: Settings, now: datetime) -> list[Sending]:
    today = now.astimezone(settings.agency.zone).date()
    found: list[Sending] = []
    for name, plan in settings.schedules.items():
        found += _planned(connection, settings, name, plan, today)
    return [*found, *_asked(connection, today)]


def _planned(
    connection: Connection, settings: Settings, name: str, plan: Schedule, today: date
) -> Iterator[Sending]:
    for person in _receivers(connection, plan, today):
        yield Sending(
            name=tick_name(plan.key(name), person.employee_no),
            intent=plan.intent,
            fields=plan.fields,
            when=plan.when(settings.agency.zone),
            employee_no=person.employee_no,
            person_id=person.id,
            channel=plan.to.channel,
            rest=plan.rest,
        )


def _receivers(connection: Connection, plan: Schedule, today: date) -> list[Person]:
    if plan.to.role is not None:
        return find_staff(connection, (plan.to.role,), today)
    number = plan.by if plan.to.channel is not None else plan.to.person
    found = find_person(connection, employee_no=number, on=today)
    return [] if found is None else [found]


def _asked(connection: Connection, today: date) -> Iterator[Sending]:
    for kept in in_force(connection, today):
        ((intent, fields),) = kept.request.items()
        yield Sending(
            name=kept.name,
            intent=intent,
            fields=moved(kept, fields, today),
            when=kept.when,
            employee_no=employee_number(connection, kept.person_id),
            person_id=kept.person_id,
            channel=kept.channel,
            rest=len(kept.days) > 1,  # whoever names her Sunday wants it on Sunday
            since=kept.made_at,
        )


def moved(kept: Kept, fields: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The request with its period as it is that day."""
    if kept.moving is None:
        return dict(fields)
    return {**fields, "period": MOVING[kept.moving](today).model_dump(mode="json")}
