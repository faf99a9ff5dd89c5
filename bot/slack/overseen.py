"""Tells in Slack of breaches and of terms that run out: each once, to whom config.yaml says."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.duties import Duty, Tick, looked
from bot.faults import note_failure
from bot.outbox import Parcel
from bot.outcome import Outcome
from bot.oversight import News, Oversight
from bot.slack.edge import Edge
from bot.slack.faults import SLACK_FAULTS, Turned
from bot.slack.told import Told
from db.calendars import Calendars
from db.engine import reading, writing
from db.law.told import Receiver
from db.tables.reference import people
from db.when import Every


@dataclass(frozen=True)
class Overseen:
    edge: Edge
    told: Told
    oversight: Oversight

    def tell(self, now: datetime) -> None:
        """Where somebody is is asked before anything is written; whoever cannot be reached is told later."""
        if self.oversight.is_quiet(now):
            return
        with reading(self.edge.records.engine) as connection:
            everybody = list(dict.fromkeys(self.oversight.receivers(connection, now)))
            waiting = [to for to in everybody if self.oversight.waits(connection, to, now)]
        for to in waiting:
            try:
                self._tell(to, now)
            except (*SLACK_FAULTS, Turned, TimeoutError) as error:
                note_failure(error, "where to tell of a breach")

    def _tell(self, to: Receiver, now: datetime) -> None:
        with reading(self.edge.records.engine) as connection:
            user = connection.execute(
                select(people.c.slack_user_id).where(people.c.id == to.person_id)
            ).scalar()
        if not user:
            return
        found = self.told.room(user, to.channel) if to.channel else self.told.person(user)
        team, _, place = found
        with writing(self.edge.records.engine) as connection:
            for news in self.oversight.news(connection, to, now):
                self.told.put(connection, self._parcel(news, team, place.id, now))

    def _parcel(self, news: News, team: str, place: str, now: datetime) -> Parcel:
        outcome = Outcome("none", news.context.actor.language, answer=news.answer)
        drawn = self.edge.renderer.outcome(outcome)
        keep = timedelta(hours=self.edge.settings.keep.account_messages_hours)
        until = now + keep if news.answer.sensitive else None
        body = {"text": drawn.text, "blocks": drawn.blocks}
        return Parcel(news.key, "post", team, place, body, delete_at=until)


def law_duty(edge: Edge, told: Told, calendars: Calendars) -> Duty:
    """The search, and then the messages: also of what a search by hand or after an import has found."""
    engine = edge.records.engine
    oversight = Oversight(engine, edge.desk.watching, edge.settings, calendars)
    overseen = Overseen(edge, told, oversight)

    def work(tick: Tick) -> None:
        looked(engine, lambda due: oversight.search(due.now))(tick)
        overseen.tell(tick.now)

    return Duty("law", Every(edge.settings.oversight.every), told.working(work))
