"""Takes the reports that were agreed to out of the house: each begun once, by one process. Knows no Slack.

What leaves is made in the right of who asked for it, at that moment, and leaves only with the figures that
were agreed to, to the recipient as config.yaml names it now.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from bot import carriers, mail
from bot.carriers import Carried, Doubtful, NotSent, Sheet
from bot.duties import Tick
from bot.faults import note_failure
from bot.outcome import Hooks, Outcome, Place, Runs, Who
from bot.settings import Settings
from db import deliveries
from db.access import employee_number
from db.deliveries import Delivery, State
from db.engine import reading, writing
from db.identifiers import netted
from skills.contract import Answer, Language
from skills.text import Texts

MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
}
AGAIN = (1, 5, 15, 60, 240)  # minutes before what did not leave is tried again
FOLIO = 8
Tell = Callable[[Delivery, State, str], Callable[[Connection], None]]


class Held(Exception):
    """It does not leave: what it says or where it goes is not what was agreed to. The key of a sentence."""


@dataclass(frozen=True)
class Deliverer:
    """`tell` finds whoever asked, and gives what lets her know in the transaction of what became of it."""

    engine: Engine
    desk: Runs
    settings: Settings
    texts: Texts
    tell: Tell

    def work(self, delivery: Delivery, tick: Tick) -> None:
        """Begun is committed before anything leaves: whoever dies after that leaves a doubt, no second."""
        with writing(self.engine) as connection:
            tick.take(connection)
            if not deliveries.move(connection, delivery, "sending", tick.now, "waiting"):
                return
        try:
            made = self._made(delivery, tick.now)
            self._ended(delivery, "sent", tick.now, self._carried(delivery, made, tick.now).said, made)
        except Held as no:
            self._ended(delivery, "failed", tick.now, str(no))
        except Doubtful as no:
            self._ended(delivery, "doubtful", tick.now, str(no))
        except NotSent as no:
            self._not_sent(delivery, no, tick.now)
        except Exception as error:
            self._ended(delivery, "failed", tick.now, type(error).__name__)
            note_failure(error, "a report on its way out")

    def sweep(self, tick: Tick) -> None:
        """What a process that died had begun."""
        with reading(self.engine) as connection:
            left = deliveries.unheard(connection, tick.now)
        for delivery in left:
            self._ended(delivery, "doubtful", tick.now, "")

    # --- what leaves ---
    def _made(self, delivery: Delivery, now: datetime) -> list[Sheet]:
        outcome = self._report(delivery, now)
        answer = outcome.answer
        if answer is None:
            raise Held(outcome.message)
        self._as_agreed(delivery, answer, outcome.language)
        folio = delivery.token.replace("-", "").replace("_", "")[:FOLIO]
        return [
            Sheet(_named(netted(each.name), folio), MEDIA[each.name.rpartition(".")[2]], each.make())
            for each in answer.files
        ]

    def _report(self, delivery: Delivery, now: datetime) -> Outcome:
        """Asked as anybody asks: in her right, and on record."""
        ((intent, fields),) = delivery.request.items()
        with reading(self.engine) as connection:
            who = Who("employee", employee_number(connection, delivery.person_id))
        place = Place("dm", f"report:{delivery.token}")
        return self.desk.run(intent, fields, who=who, place=place, thread=None, now=now, hooks=Hooks())

    def _as_agreed(self, delivery: Delivery, answer: Answer, language: Language) -> None:
        found = dict(answer.rows[0]["numbers"]) if answer.rows else {}
        if found != dict(delivery.numbers):
            raise Held(self.texts.say(language, "delivery.changed"))
        recipient = self.settings.reports.recipients.get(delivery.recipient)
        target = {} if recipient is None else recipient.target
        if target != dict(delivery.target):
            raise Held(self.texts.say(language, "delivery.other_recipient", name=delivery.recipient))

    def _carried(self, delivery: Delivery, made: list[Sheet], now: datetime) -> Carried:
        if delivery.via == "folder":
            return carriers.put(self.settings.reports.root, delivery.target["folder"], made)
        if delivery.via == "sftp":
            from bot import sftp  # half a second to load, which no start should wait for

            return sftp.put(self.settings.sftp, delivery.target["sftp"], delivery.target["folder"], made)
        language = self.settings.agency.language
        names = ", ".join(sheet.name for sheet in made)
        words = self.texts.say(language, "delivery.words", names=names, agency=self.settings.agency.name)
        subject = self.texts.say(language, "delivery.subject", name=made[0].name.partition(".")[0])
        letter = mail.Letter(delivery.token, delivery.target["mail"], subject, words, made)
        return mail.send(self.settings.mail, letter, now)

    # --- what became of it ---
    def _not_sent(self, delivery: Delivery, no: NotSent, now: datetime) -> None:
        if no.final or delivery.attempts >= len(AGAIN):
            self._ended(delivery, "failed", now, no.said)
            return
        due = now + timedelta(minutes=AGAIN[delivery.attempts])
        with writing(self.engine) as connection:
            deliveries.again_at(connection, delivery, due, now, no.said)

    def _ended(
        self, delivery: Delivery, state: State, now: datetime, said: str, made: list[Sheet] | None = None
    ) -> None:
        row: dict[str, Any] = {"said": said[: deliveries.SAID]}
        if made:
            content = b"".join(sheet.content for sheet in made)
            row |= {"name": made[0].name[: deliveries.NAME], "sha256": hashlib.sha256(content).hexdigest()}
        told = self.tell(delivery, state, said)
        with writing(self.engine) as connection:
            if deliveries.move(connection, delivery, state, now, "sending", **row):
                told(connection)


def _named(name: str, folio: str) -> str:
    """Told apart from another of the same days."""
    stem, _, tail = name.rpartition(".")
    return f"{stem}_{folio}.{tail}"
