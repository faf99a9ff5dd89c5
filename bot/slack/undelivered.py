"""Tells of messages that Slack would not take: each death once, many in one word. Knows no message.

Whoever runs the product hears of all, whoever asked of her own; of such a word that dies nobody is told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from bot.duties import Duty, Tick
from bot.faults import note_failure
from bot.outbox import Parcel
from bot.outcome import Outcome
from bot.slack.edge import Edge
from bot.slack.faults import SLACK_FAULTS, Turned
from bot.slack.told import Told
from db import letters
from db.access import find_staff
from db.alert_rules import Quiet
from db.engine import reading, writing
from db.letters import Letter
from db.tables.reference import people
from db.when import Every
from skills.contract import Answer, Language
from skills.letters.told import to_whoever_asked, to_whoever_runs_it

MINUTES = 5
RUNS_IT = ("admin", "manager")  # the first of these roles that anybody has
_HERS = ("post", "whisper", "respond", "file")  # what she was waiting for


@dataclass(frozen=True)
class _Receiver:
    """`all`: she is told of every one."""

    id: int
    user: str
    language: Language
    all: bool


Place = tuple[str, str]  # a workspace, and a conversation in it


@dataclass(frozen=True)
class Undelivered:
    edge: Edge
    told: Told

    def tell(self, tick: Tick) -> None:
        """Where people are is asked before anything is written; while nobody can be reached, nothing is
        noted as told."""
        engine = self.edge.records.engine
        with reading(engine) as connection:
            found = [] if self._is_quiet(tick) else letters.untold(connection)
            whom = list(self._whom(connection, tick, found)) if found else []
        places = {each: place for each in whom if (place := self._place(each)) is not None}
        with writing(engine) as connection:
            tick.take(connection)
            if places:
                new = letters.note_told(connection, found, tick.now)
                for receiver, place in places.items():
                    self._put(connection, receiver, place, [each for each in found if each.id in new], tick)

    def _is_quiet(self, tick: Tick) -> bool:
        """Nothing of this is so urgent that it wakes anybody."""
        rules = self.edge.settings.alerts
        local = tick.now.astimezone(self.edge.settings.agency.zone)
        return rules.quiet_from is not None and Quiet(rules.quiet_from, rules.quiet_to).holds(local.time())

    # --- whom ---
    def _whom(self, connection: Connection, tick: Tick, found: Sequence[Letter]) -> Iterator[_Receiver]:
        today = tick.now.astimezone(self.edge.settings.agency.zone).date()
        staff = next((some for role in RUNS_IT if (some := find_staff(connection, (role,), today))), [])
        running = {each.id for each in staff}
        asked = {each.asker for each in found if each.kind in _HERS} - {""}
        query = select(people.c.id, people.c.slack_user_id, people.c.language).where(
            people.c.slack_user_id.is_not(None),
            people.c.id.in_(running) | people.c.slack_user_id.in_(asked),
        )
        for row in connection.execute(query.order_by(people.c.id)):
            language: Language = "en" if row.language == "en" else "es"
            yield _Receiver(row.id, row.slack_user_id, language, row.id in running)

    def _place(self, receiver: _Receiver) -> Place | None:
        try:
            team, _, place = self.told.person(receiver.user)
        except (*SLACK_FAULTS, Turned, TimeoutError) as error:
            note_failure(error, "whom to tell of a message that did not arrive")
            return None
        return team, place.id

    # --- what ---
    def _put(
        self, connection: Connection, receiver: _Receiver, place: Place, new: list[Letter], tick: Tick
    ) -> None:
        hers = [each for each in new if each.asker == receiver.user and each.kind in _HERS]
        mine = new if receiver.all else hers
        if not mine:
            return
        say = partial(self.edge.texts.say, receiver.language)
        now = tick.now.astimezone(self.edge.settings.agency.zone)
        if receiver.all:
            answer = to_whoever_runs_it(say, mine)
        else:
            answer = to_whoever_asked(say, receiver.language, now, mine)
        key = f"{letters.TOLD}{tick.fire_at:%Y%m%d%H%M}:{receiver.id}"
        self.told.put(connection, Parcel(key, "post", *place, self._drawn(answer, receiver)))

    def _drawn(self, answer: Answer, receiver: _Receiver) -> dict[str, Any]:
        drawn = self.edge.renderer.outcome(Outcome("none", receiver.language, answer=answer))
        return {"text": drawn.text, "blocks": drawn.blocks, "asker": receiver.user}


def undelivered_duty(edge: Edge, told: Told) -> Duty:
    return Duty("undelivered", Every(MINUTES), told.working(Undelivered(edge, told).tell))
