"""Sends the messages whose time has come: judged again, begun once, ended and put on record. Knows no Slack.

What was begun and never ended may have left: where the gateway takes a key only once it is sent again under
the same key, else it is called doubtful and left alone.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, select

from bot import gateways
from bot.carriers import Doubtful, NotSent
from bot.duties import Tick
from bot.faults import note_failure
from bot.gateways import Letter
from bot.settings import Settings
from db import reminders
from db.calendars import Calendars
from db.engine import reading, writing
from db.reminder_facts import Debt, debts
from db.reminder_rules import Gateway, Template
from db.reminders import Message
from db.tables.reference import clients
from skills.reminders.fit import Judge, Ready

AT_ONCE = 500  # judged together, and in one file
GRACE = timedelta(seconds=30)  # what was judged may leave so long after
AGAIN = (1, 5, 15, 60)  # minutes before what did not leave is tried again
BUDGET = timedelta(minutes=5)  # of one round; the next goes on


@dataclass(frozen=True)
class Leaving:
    message: Message
    ready: Ready
    letter: Letter


@dataclass(frozen=True)
class Messenger:
    """`clock` is asked again and again: the law goes by the moment each message leaves."""

    engine: Engine
    settings: Settings
    calendars: Calendars
    clock: Callable[[], datetime]

    def work(self, tick: Tick) -> None:
        with writing(self.engine) as connection:
            tick.take(connection)
        self.sweep()
        until = self.clock() + BUDGET
        while self.clock() < until and self._round():
            pass

    def _round(self) -> bool:
        """Whether there was anything to do."""
        now = self._now()
        with reading(self.engine) as connection:
            due = reminders.due(connection, now, AT_ONCE)
            leaving, held = self._judged(connection, due, now) if due else ([], {})
        for why, some in held.items():
            with writing(self.engine) as connection:
                reminders.hold(connection, some, why, now)
        if leaving:
            self._sent(leaving, now)
        return bool(due)

    def _now(self) -> datetime:
        return self.clock().astimezone(self.settings.agency.zone)

    # --- judged again ---
    def _judged(
        self, connection: Connection, due: Sequence[Message], now: datetime
    ) -> tuple[list[Leaving], dict[str, list[Message]]]:
        held: dict[str, list[Message]] = defaultdict(list)
        found = debts(connection, [each.account_id for each in due], now.date())
        named = select(clients.c.id, clients.c.code, clients.c.name)
        codes = {number: (code, name) for number, code, name in connection.execute(named)}
        fresh: dict[int, tuple[Message, Debt, Template]] = {}
        for each in due:
            stands = self._stands(each, found.get(each.account_id), codes, now)
            if isinstance(stands, str):
                held[stands].append(each)
            else:
                fresh[each.account_id] = (each, *stands)
        judge = Judge(connection, self.calendars, self.settings.rules, codes)
        moments = [now, now + GRACE]
        some = [debt for _, debt, _ in fresh.values()]
        fit = judge.fit(some, due[0].channel, moments, lambda debt: fresh[debt.id][2])
        for account, left in fit.left.items():
            held[left.why].append(fresh[account][0])
        return [self._leaving(fresh[each.debt.id][0], each, codes, now) for each in fit.ready], held

    def _stands(
        self, each: Message, debt: Debt | None, codes: dict[int, tuple[str, str]], now: datetime
    ) -> str | tuple[Debt, Template]:
        """Why what was agreed to is no longer so; or the account and the text."""
        if each.due_on != now.date():
            return "late"
        if each.channel not in self.settings.reminders.gateways:
            return "no_gateway"
        code = codes[each.client_id][0]
        text = self.settings.reminders.in_force(code, each.channel, now.date()).get(each.template)
        if text is None or text.version != each.version:
            return "text_changed"
        if debt is None:
            return "gone"
        if each.promise_id is not None and (debt.promise is None or debt.promise.id != each.promise_id):
            return "promise"
        return debt, text

    def _leaving(
        self, message: Message, ready: Ready, codes: dict[int, tuple[str, str]], now: datetime
    ) -> Leaving:
        parts = {
            "phone": ready.phone or "",
            "text": ready.text,
            "key": message.token,
            "account": ready.debt.number,
            "client": codes[message.client_id][0],
            "at": now.isoformat(timespec="seconds"),
        }
        return Leaving(message, ready, Letter(parts))

    # --- sent ---
    def _sent(self, leaving: Sequence[Leaving], judged_at: datetime) -> None:
        gateway = self.settings.reminders.gateways[leaving[0].message.channel]  # type: ignore[index]
        if gateway.folder is not None:
            self._as_file(gateway, leaving)
            return
        with gateways.opened() as client:
            for each in leaving:
                if self._now() - judged_at > GRACE:
                    return  # judged too long ago: the next round judges it anew
                self._posted(gateway, each, client)

    def _as_file(self, gateway: Gateway, leaving: Sequence[Leaving]) -> None:
        now, channel = self._now(), leaving[0].message.channel
        name = f"{channel}_{now:%Y%m%d_%H%M%S}_{leaving[0].message.token[:8]}.csv"
        mine = self._begun([each.message for each in leaving], now, name)
        some = [each for each in leaving if each.message.id in mine]
        if not some:
            return
        try:
            gateways.as_file(gateway, self.settings.reminders.root, name, [each.letter for each in some])
        except NotSent as no:
            self._not_sent([each.message for each in some], no)
            return
        self._recorded(some, now, name)

    def _posted(self, gateway: Gateway, each: Leaving, client: gateways.Client) -> None:
        now, token = self._now(), self.settings.reminders.token
        if not self._begun([each.message], now, None):
            return
        try:
            secret = token.get_secret_value() if token else None
            said = gateways.posted(gateway, secret, each.letter, client).said
        except NotSent as no:
            self._not_sent([each.message], no)
        except Doubtful as no:
            self._unknown(gateway, [each.message], str(no))
        else:
            self._recorded([each], now, said)

    def _begun(self, messages: Sequence[Message], now: datetime, parcel: str | None) -> set[int]:
        """Committed before anything leaves: whoever dies after that leaves a doubt, no second."""
        with writing(self.engine) as connection:
            return {each.id for each in reminders.begin(connection, messages, now, parcel)}

    def _recorded(self, some: Sequence[Leaving], now: datetime, said: str) -> None:
        phones = {each.message.id: each.ready.phone for each in some}
        with writing(self.engine) as connection:
            ended = reminders.end(connection, [each.message for each in some], "sent", now, said)
            reminders.record(connection, ended, phones, now)

    def _not_sent(self, messages: Sequence[Message], no: NotSent, *, unsure: bool = False) -> None:
        """`unsure`: it may have been; under its key it is taken only once."""
        now, attempts = self._now(), max(each.attempts for each in messages)
        with writing(self.engine) as connection:
            if not no.final and attempts < len(AGAIN):
                due = now + timedelta(minutes=AGAIN[attempts])
                reminders.again(connection, messages, due, now, no.said, unsure=unsure)
                return
            for each in messages:
                state: reminders.State = "doubtful" if unsure or each.unsure else "failed"
                reminders.end(connection, [each], state, now, no.said)

    def _unknown(self, gateway: Gateway, messages: Sequence[Message], said: str) -> None:
        if gateway.url is not None and gateway.again:
            self._not_sent(messages, NotSent(said, final=False), unsure=True)
            return
        with writing(self.engine) as connection:
            reminders.end(connection, messages, "doubtful", self._now(), said)

    # --- what a process that died had begun ---
    def sweep(self) -> None:
        now = self._now()
        with reading(self.engine) as connection:
            left = reminders.unheard(connection, now)
        by_parcel: dict[tuple[str, str | None], list[Message]] = defaultdict(list)
        for each in left:
            by_parcel[each.channel, each.parcel].append(each)
        for (channel, parcel), some in by_parcel.items():
            try:
                self._settled(channel, parcel, some, now)
            except Exception as error:
                note_failure(error, "messages that were begun")

    def _settled(self, channel: str, parcel: str | None, some: Sequence[Message], now: datetime) -> None:
        gateway = self.settings.reminders.gateways.get(channel)  # type: ignore[call-overload]
        if parcel is None or gateway is None or gateway.folder is None:
            for each in some:
                self._unknown(gateway or Gateway(folder="gone"), [each], "")
            return
        where = gateways.found(gateway, self.settings.reminders.root, parcel)
        if where == "stayed":
            self._not_sent(some, NotSent(parcel, final=False))
            return
        with writing(self.engine) as connection:
            ended = reminders.end(connection, some, "sent" if where == "left" else "doubtful", now, parcel)
            if where == "left":
                reminders.record(connection, ended, {}, now)
