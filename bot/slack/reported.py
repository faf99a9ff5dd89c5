"""The duties of what leaves the house, and the word to whoever sent it. Knows no report."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select

from bot.delivery import Deliverer
from bot.duties import Duty, Tick
from bot.faults import note_failure
from bot.outbox import Parcel
from bot.outcome import Outcome
from bot.scheduled import Sending
from bot.slack.edge import Edge
from bot.slack.faults import SLACK_FAULTS, Turned
from bot.slack.scheduled import Scheduled
from bot.slack.told import Told
from db import deliveries
from db.access import employee_number
from db.deliveries import Delivery, State
from db.engine import reading, writing
from db.tables.reference import people
from db.when import Every, Once
from skills.contract import Language

_ID = re.compile(r"[CG][A-Z0-9]{6,}")
SWEEP = 5  # minutes between two looks for what a process had begun when it died


@dataclass(frozen=True)
class Reported:
    """`scheduled` posts what goes into a channel, as it does everything that is sent by the clock."""

    edge: Edge
    told: Told
    scheduled: Scheduled

    def duties(self, now: datetime) -> Sequence[Duty]:
        del now
        with reading(self.edge.records.engine) as connection:
            found = deliveries.waiting(connection)
            into = [self._into(connection, each) for each in found if each.via == "channel"]
        out = [self._out(each) for each in found if each.via != "channel"]
        return [*into, *out, self._sweeping()]

    def _out(self, delivery: Delivery) -> Duty:
        work = self.told.working(partial(self._deliverer().work, delivery))
        return Duty(
            delivery.tick, Once(delivery.due_at, self.edge.settings.agency.zone), work, delivery.made_at
        )

    def _sweeping(self) -> Duty:
        def work(tick: Tick) -> None:
            self._deliverer().sweep(tick)
            with writing(self.edge.records.engine) as connection:
                tick.take(connection)
                deliveries.posted(connection, tick.now)

        return Duty("report:sweep", Every(SWEEP), self.told.working(work))

    def _deliverer(self) -> Deliverer:
        edge = self.edge
        return Deliverer(edge.records.engine, edge.desk, edge.settings, edge.texts, self._tell)

    # --- into a channel ---
    def _into(self, connection: Connection, delivery: Delivery) -> Duty:
        ((intent, fields),) = delivery.request.items()
        sending = Sending(
            name=delivery.tick,
            intent=intent,
            fields=fields,
            when=Once(delivery.due_at, self.edge.settings.agency.zone),
            employee_no=employee_number(connection, delivery.person_id),
            person_id=delivery.person_id,
            channel=_by_id(delivery.recipient),
            rest=False,
            since=delivery.made_at,
        )
        work = self.told.working(partial(self._post, sending))
        return Duty(sending.name, sending.when, work, sending.since)

    def _post(self, sending: Sending, tick: Tick) -> None:
        """Posted with its tick, exactly once; the log follows, by whoever comes by."""
        self.scheduled.send(sending, tick)
        with writing(self.edge.records.engine) as connection:
            deliveries.posted(connection, tick.now)

    # --- the word to who sent it ---
    def _tell(self, delivery: Delivery, state: State, said: str) -> Callable[[Connection], None]:
        """Where she is, is asked before anything is written; who cannot be found has the log."""
        with reading(self.edge.records.engine) as connection:
            row = connection.execute(select(people).where(people.c.id == delivery.person_id)).one()
        try:
            team, _, place = self.told.person(str(row.slack_user_id or ""))
        except (*SLACK_FAULTS, Turned, TimeoutError) as error:
            note_failure(error, "whom to tell of a report")
            return lambda _: None
        language: Language = "en" if row.language == "en" else "es"
        words = self.edge.texts.say(language, f"delivery.{state}", name=delivery.recipient, said=said)
        drawn = self.edge.renderer.outcome(Outcome("none", language, message=words))
        body = {"text": drawn.text, "blocks": drawn.blocks, "asker": row.slack_user_id}
        parcel = Parcel(f"{delivery.tick}:{state}", "post", team, place.id, body)
        return lambda connection: self.told.put(connection, parcel)


def _by_id(channel: str) -> str:
    """Slack's own name of a channel, where that was pressed in place of its name."""
    bare = channel.lstrip("#")
    return bare if _ID.fullmatch(bare) else channel
