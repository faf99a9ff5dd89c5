"""The duty of messages to debtors, and the word to whoever planned them once they are through."""

from dataclasses import dataclass

from sqlalchemy import select

from bot.duties import Duty, Tick
from bot.faults import note_failure
from bot.outbox import Parcel
from bot.outcome import Outcome, Place
from bot.reminders import Messenger
from bot.slack.edge import Edge
from bot.slack.faults import SLACK_FAULTS, Turned
from bot.slack.told import Told
from db import reminders
from db.access import employee_number
from db.calendars import Calendars
from db.engine import reading, writing
from db.reminders import Standing
from db.tables.reference import people
from db.when import Every
from skills.contract import Context
from skills.reminders.listed import in_words, why_not
from skills.text import day

EVERY = 1  # minutes


@dataclass(frozen=True)
class Reminded:
    edge: Edge
    told: Told
    messenger: Messenger

    def work(self, tick: Tick) -> None:
        self.messenger.work(tick)
        with reading(self.edge.records.engine) as connection:
            through = reminders.untold(connection, self.edge.clock())
        for each in through:
            self._tell(each, tick)

    def _tell(self, each: Standing, tick: Tick) -> None:
        """Where she is, is asked before anything is written; who cannot be found has the list."""
        engine = self.edge.records.engine
        now = tick.now.astimezone(self.edge.settings.agency.zone)
        with reading(engine) as connection:
            user = connection.execute(
                select(people.c.slack_user_id).where(people.c.id == each.person_id)
            ).scalar()
            who = employee_number(connection, each.person_id)
            ctx = self.edge.desk.watching(connection, who, Place("dm", ""), now)
            outcome = None if ctx is None else _said(ctx, each)
        try:
            team, _, place = self.told.person(str(user or ""))
        except (*SLACK_FAULTS, Turned, TimeoutError) as error:
            note_failure(error, "whom to tell of messages")
            return
        with writing(engine) as connection:
            if not reminders.told(connection, each.id, now) or outcome is None:
                return
            drawn = self.edge.renderer.outcome(outcome)
            body = {"text": drawn.text, "blocks": drawn.blocks, "asker": user}
            self.told.put(connection, Parcel(f"reminders:{each.id}", "post", team, place.id, body))


def _said(ctx: Context, each: Standing) -> Outcome:
    due = each.due_at.astimezone(ctx.now.tzinfo)
    when = f"{day(due.date(), ctx.actor.language, ctx.now.date())} {due:%H:%M}"
    way, states = ctx.say(f"out.channel.{each.channel}"), in_words(ctx, each)
    words = [ctx.say("out.told", way=way, when=when, states=states)]
    if why := why_not(ctx, each):
        words.append(ctx.say("out.told_why", why=why))
    return Outcome("none", ctx.actor.language, message=" ".join(words))


def reminder_duty(edge: Edge, told: Told, calendars: Calendars) -> Duty:
    messenger = Messenger(edge.records.engine, edge.settings, calendars, edge.clock)
    reminded = Reminded(edge, told, messenger)
    return Duty("reminders", Every(EVERY), told.working(reminded.work))
