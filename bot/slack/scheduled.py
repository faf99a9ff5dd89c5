"""What the clock sends: one request for one receiver, through the desk in her own right, on its way once.

Knows no request's meaning.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, select

from bot.duties import Duty, Tick
from bot.faults import note_failure
from bot.outbox import Parcel
from bot.outcome import Hooks, Outcome, Place, Who
from bot.scheduled import Sending, sendings
from bot.slack.documents import Document, Press
from bot.slack.edge import Edge
from bot.slack.export import BYTES
from bot.slack.faults import Turned
from bot.slack.links import name_of
from bot.slack.marks import inert
from bot.slack.told import Told
from db.calendars import Calendars
from db.engine import reading, writing
from db.rest import rests
from db.tables.reference import people
from skills.contract import Table

REF = 20
UNCHECKED = "slack.unchecked"  # Slack could not say just now who somebody is
LATE = timedelta(minutes=10)  # from here on a message says for when it was planned


class NotOnRecord(Exception):
    """The desk had no database to put the answer on record: it was not sent, and is tried again."""


@dataclass(frozen=True)
class Scheduled:
    """The duties of what is sent by the clock."""

    edge: Edge
    told: Told
    calendars: Calendars

    def duties(self, now: datetime) -> list[Duty]:
        with reading(self.edge.records.engine) as connection:
            found = sendings(connection, self.edge.settings, now)
        return [
            Duty(one.name, one.when, self.told.working(partial(self.send, one)), one.since) for one in found
        ]

    def send(self, sending: Sending, tick: Tick) -> None:
        engine = self.edge.records.engine
        with reading(engine) as connection:
            user = self._user(connection, sending)
            free = sending.rest and self._rests(connection, sending, tick)
        if free or user is None:
            self._rested(tick)
            return
        try:
            team, who, place = self._where(sending, user)
        except Turned as no:
            if no.key == UNCHECKED:
                raise
            # She has left Slack, or the channel is gone: trying again changes nothing.
            note_failure(no, f"{sending.name}: {no.key}")
            self._rested(tick)
            return
        ref = hashlib.sha256(f"{tick.name}@{tick.fire_at.isoformat()}".encode()).hexdigest()[:REF]
        delivery = _Delivery(self.edge, self.told, sending, tick, team, user, who, place, ref)
        self.edge.desk.run(
            sending.intent,
            sending.fields,
            who=who,
            place=place,
            thread=ref,
            now=tick.now,
            hooks=Hooks(delivery, ref=ref, ready=delivery.ready),
        )
        if not delivery.delivered:
            raise NotOnRecord

    def _rested(self, tick: Tick) -> None:
        with writing(self.edge.records.engine) as connection:
            tick.take(connection, "rested")

    def _user(self, connection: Connection, sending: Sending) -> str | None:
        query = select(people.c.slack_user_id).where(people.c.id == sending.person_id)
        return connection.execute(query).scalar()

    def _rests(self, connection: Connection, sending: Sending, tick: Tick) -> bool:
        on = tick.fire_at.astimezone(sending.when.zone).date()
        if sending.channel is not None:
            return not self.calendars.working.is_business_day(on)
        return rests(connection, self.calendars, sending.person_id, on)

    def _where(self, sending: Sending, user: str) -> tuple[str, Who, Place]:
        if sending.channel is not None:
            return self.told.room(user, sending.channel)
        return self.told.person(user)


@dataclass
class _Delivery:
    """Draws an outcome while nobody waits for the database; puts it on its way with the record of it."""

    edge: Edge
    told: Told
    sending: Sending
    tick: Tick
    team: str
    user: str
    who: Who
    place: Place
    ref: str
    delivered: bool = False
    first: Parcel | None = None
    below: list[Parcel] = field(default_factory=list)

    def ready(self, outcome: Outcome) -> None:
        # What a channel may not see is said to the person in whose right it was asked.
        open_to_all = outcome.answer is not None and not outcome.answer.sensitive
        channel = self.place.id if open_to_all or self.place.kind == "dm" else self.user
        self.below = self._files(outcome, channel)
        self.first = self._message(outcome, channel)

    def __call__(self, connection: Connection, _outcome: Outcome) -> None:
        self.tick.take(connection)
        if self.first is not None:
            self.told.put(connection, self.first)
            for parcel in self.below:
                self.told.follow(connection, self.first, parcel)
        self.delivered = True

    def _message(self, outcome: Outcome, channel: str) -> Parcel:
        say = partial(self.edge.texts.say, outcome.language)
        planned = self.tick.fire_at.astimezone(self.sending.when.zone)
        lead = say("slack.scheduled", at=f"{planned:%H:%M}")
        if self.tick.now - self.tick.fire_at > LATE:
            lead = say("slack.scheduled_late", at=f"{planned:%H:%M}")
        elif self.sending.at_once:
            lead = say("slack.sent_now", who=name_of(self.edge, self.who, planned))
        drawn = self.edge.renderer.outcome(outcome, asker=self.user, lead=inert(lead), ref=self.ref)
        body = {"text": drawn.text, "blocks": drawn.blocks, "asker": self.user, "opens": self.ref}
        return Parcel(
            self.ref,
            "post",
            self.team,
            channel,
            {**body, "followed": bool(self.below)},
            delete_at=self._until(outcome),
            clear=drawn.clear,
        )

    def _until(self, outcome: Outcome) -> datetime | None:
        if outcome.answer is None or not outcome.answer.sensitive:
            return None
        return self.tick.now + timedelta(hours=self.edge.settings.keep.account_messages_hours)

    def _files(self, outcome: Outcome, channel: str) -> list[Parcel]:
        """Its own documents, else the whole of its tables as a workbook. Nothing of what must not linger."""
        answer = outcome.answer
        if answer is None or answer.sensitive:
            return []
        made = [Document(each.name, each.title, inert(each.title), each.make()) for each in answer.files]
        if not made and any(isinstance(each, Table) for each in answer.parts):
            now = self.tick.now.astimezone(self.edge.settings.agency.zone)
            press = Press(self.edge.texts, name_of(self.edge, self.who, now), now)
            made = [press.workbook(answer, outcome.language)]
        return [self._file(each, channel, n) for n, each in enumerate(made) if len(each.content) <= BYTES]

    def _file(self, made: Document, channel: str, n: int) -> Parcel:
        body = {"filename": made.filename, "title": made.title, "comment": made.comment, "asker": self.user}
        until = self.tick.now + timedelta(hours=self.edge.settings.keep.files_hours)
        return Parcel(f"{self.ref}:x{n or ''}", "file", self.team, channel, body, None, made.content, until)
