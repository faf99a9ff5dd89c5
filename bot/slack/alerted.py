"""Tells people of alerts in Slack: one message each, drawn anew in its place. Knows no number and no rule."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, update

from bot import outbox
from bot.alerts import Alerts
from bot.duties import Duty, Tick, looked
from bot.faults import note_failure
from bot.outbox import Parcel
from bot.outcome import Outcome
from bot.slack.edge import Edge
from bot.slack.faults import SLACK_FAULTS, Turned
from bot.slack.render import Renderer
from bot.slack.told import Told
from db import alerts
from db.alerts import Message, Ticket
from db.engine import reading, writing
from db.metrics import Catalogue
from db.tables.house import outbox as sent
from db.tables.reference import people
from db.when import Every
from skills.alerts.card import Words
from skills.contract import Answer, Language, Option, Table, Text
from skills.text import Texts

Where = tuple[str, str]  # a workspace, and Slack's name of a conversation in it


@dataclass(frozen=True)
class Alerted:
    """`quiet` says of which alerts nobody is told now."""

    engine: Engine
    told: Told
    renderer: Renderer
    texts: Texts
    metrics: Catalogue
    zone: ZoneInfo
    owner: str
    digest_from: int
    quiet: Callable[[Ticket, datetime], bool]

    def draw(self, now: datetime) -> None:
        """What is new is posted, what has changed is drawn anew, whom nobody answered is reminded.

        Where people are is asked before anything is written; whoever writes first has told it.
        """
        with reading(self.engine) as connection:
            stale = alerts.to_draw(connection)
        fresh = [each for each in stale if each.posted is None and not self.quiet(each.ticket, now)]
        groups = groupby(sorted(fresh, key=_whom), key=_whom)
        for _, some in groups:
            self._post(list(some), now)
        with writing(self.engine) as connection:
            for each in stale:
                if each.posted is not None and each.asks_again and not self.quiet(each.ticket, now):
                    self._remind(connection, each, now)
            self._redraw(connection, stale, now, self.told.put)

    def redraw(self, connection: Connection, _outcome: Outcome, now: datetime) -> None:
        """At once, in the transaction of what somebody did about an alert."""
        self._redraw(connection, alerts.to_draw(connection), now, partial(self._leave, now=now))

    # --- posted ---
    def _post(self, some: list[Message], now: datetime) -> None:
        """A few alerts each in its own message; many at once in one."""
        try:
            where = self._where(some[0])
        except (*SLACK_FAULTS, Turned, TimeoutError) as error:
            note_failure(error, "where to tell an alert")
            return
        if where is None:
            return
        with writing(self.engine) as connection:
            if len(some) >= self.digest_from:
                self._digest(connection, some, where, now)
                return
            for each in some:
                key = f"alert:{each.ticket.id}:{each.person_id}"
                if alerts.posted(connection, each, key, now, team=where[0], place=where[1]):
                    body = self._body(connection, each, now)
                    self.told.put(connection, Parcel(key, "post", *where, body))

    def _where(self, message: Message) -> Where | None:
        with reading(self.engine) as connection:
            query = people.select().where(people.c.id == message.person_id)
            user = connection.execute(query).one().slack_user_id
        if not user:
            return None
        if message.channel is not None:
            team, _, place = self.told.room(user, message.channel)
        else:
            team, _, place = self.told.person(user)
        return team, place.id

    def _digest(self, connection: Connection, some: list[Message], where: Where, now: datetime) -> None:
        first, last = some[0], some[-1]
        key = f"alert:d:{first.person_id}:{first.ticket.id}:{last.ticket.id}"
        args = {"team": where[0], "place": where[1]}
        told = [m for m in some if alerts.posted(connection, m, key, now, listed=True, **args)]
        if told:
            self.told.put(connection, Parcel(key, "post", *where, self._listed(told, now)))

    def _listed(self, some: list[Message], now: datetime) -> dict[str, object]:
        words = self._words(some[0], now)
        lines = tuple((str(m.ticket.id), words.of(m.ticket), words.moment(m.ticket.opened_at)) for m in some)
        heads = tuple(words.say(f"alerts.head.{name}") for name in ("number", "what", "since"))
        title = words.say("alerts.many", n=len(some))
        options = (Option(words.say("alerts.list"), "alerts", {}),)
        return self._drawn(Answer(title, "", (Table("", heads, lines),), next=options), words.language)

    # --- drawn anew ---
    def _redraw(
        self,
        connection: Connection,
        stale: Iterable[Message],
        now: datetime,
        put: Callable[[Connection, Parcel], None],
    ) -> None:
        for each in stale:
            if each.posted is None or each.team is None or each.place is None:
                continue
            if alerts.redrawn(connection, each):
                key = f"alert:{each.ticket.id}:{each.person_id}:v{each.ticket.version}"
                body = {"of": each.posted, **self._body(connection, each, now)}
                put(connection, Parcel(key, "update", each.team, each.place, body))

    def _remind(self, connection: Connection, message: Message, now: datetime) -> None:
        """Below the alert itself, so that it can be seen what it is about."""
        stands = outbox.standing(connection, str(message.posted))
        if stands is None or stands.ts is None or not message.team or not message.place:
            return
        if alerts.reminded(connection, message, now):
            words = self._words(message, now)
            said = Text(words.say("alerts.again", n=message.ticket.id))
            body = self._drawn(Answer(said.body, words.of(message.ticket), ()), words.language)
            key = f"alert:{message.ticket.id}:{message.person_id}:r{message.ticket.version}"
            parcel = Parcel(key, "post", message.team, message.place, body)
            self.told.put(connection, replace(parcel, thread=stands.ts))

    def _leave(self, connection: Connection, parcel: Parcel, *, now: datetime) -> None:
        """For whichever process looks next: this transaction is somebody else's to commit."""
        due = outbox.put(connection, parcel, self.owner, now)
        if due is not None:
            free = {"lease_until": None, "owner": None}
            connection.execute(update(sent).where(sent.c.id == due.id).values(**free))

    # --- how it looks ---
    def _words(self, message: Message, now: datetime) -> Words:
        language: Language = "en" if message.language == "en" else "es"
        return Words(partial(self.texts.say, language), language, self.metrics, now.astimezone(self.zone))

    def _body(self, connection: Connection, message: Message, now: datetime) -> dict[str, object]:
        ticket, words = message.ticket, self._words(message, now)
        whom = (ticket.acked_by, ticket.snoozed_by, ticket.assigned_to, ticket.resolved_by)
        return self._drawn(words.card(ticket, alerts.names_of(connection, whom)), words.language)

    def _drawn(self, answer: Answer, language: Language) -> dict[str, object]:
        drawn = self.renderer.outcome(Outcome("none", language, answer=answer))
        return {"text": drawn.text, "blocks": drawn.blocks}


def _whom(message: Message) -> tuple[int, str]:
    return message.person_id, message.channel or ""


def alert_duty(edge: Edge, told: Told, metrics: Catalogue) -> Duty:
    """The look at what is watched, and then the messages; what people do about an alert is drawn at once."""
    settings, engine = edge.settings, edge.records.engine
    watcher = Alerts(engine, edge.desk.watching, settings)
    told_of = Alerted(
        engine,
        told,
        edge.renderer,
        edge.texts,
        metrics,
        settings.agency.zone,
        edge.sender.owner,
        settings.alerts.digest_from,
        watcher.is_quiet,
    )
    edge.desk.follows.append(told_of.redraw)

    def work(tick: Tick) -> None:
        looked(engine, lambda due: watcher.look(due.now))(tick)
        told_of.draw(tick.now)

    return Duty("alerts", Every(settings.alerts.every), told.working(work))
