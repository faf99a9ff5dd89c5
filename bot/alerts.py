"""Looks at what is watched, and writes what came of it. Knows no metric's meaning and no message.

Reading happens outside any write; what was read is counted in the transaction that takes the tick, so that of
several processes one counts it, once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, Engine

from bot.faults import note_failure
from bot.outcome import Place
from bot.settings import Settings
from bot.watched import Watched
from db.access import Person, employee_number, find_person, find_staff, scope_of
from db.alert_looks import Looked, data_mark, last_look, note_look
from db.alert_rules import Patience, Quiet
from db.alerts import (
    Reading,
    Ticket,
    Watch,
    end_watches,
    keep_watch,
    live_watches,
    observe,
    pass_time,
    tell,
)
from db.engine import reading
from skills.alerts.look import readings
from skills.alerts.reach import sees_everything
from skills.alerts.spec import WatchSpec
from skills.contract import Context

CONFIG = "config:"
MOST_TOLD = 3  # people an unattended alert is escalated to
_NEVER_UP = ("agent",)  # a person's own numbers are her own affair

Eyes = Callable[[Connection, str, Place, datetime], Context | None]
Seen = tuple[Watch, list[Reading]]


@dataclass(frozen=True)
class Wanted:
    """A watch of config.yaml, for one person."""

    code: str
    person_id: int
    channel: str | None
    spec: WatchSpec


class Alerts:
    """`eyes` gives what a person sees: desk.watching."""

    def __init__(self, engine: Engine, eyes: Eyes, settings: Settings) -> None:
        self._engine, self._eyes, self._settings = engine, eyes, settings

    def look(self, now: datetime) -> Callable[[Connection], None]:
        """Reads every number that is watched; what it returns writes what came of that."""
        local = now.astimezone(self._settings.agency.zone)
        with reading(self._engine) as connection:
            wanted = list(self._wanted(connection, local))
            codes = {each.code for each in wanted}
            live = live_watches(connection)
            kept = [w for w in live if not w.code.startswith(CONFIG) or w.code in codes]
            # What changes with the data or the hour is read; the rest was counted at an earlier look.
            mark, before = f"{local:%Y-%m-%dT%H}/{data_mark(connection)}", last_look(connection)
            due = [w for w in kept if before.mark != mark or before.at <= w.made_at]
            seen, failed = self._read(connection, due, local)
        looked = None if failed else Looked(mark, local)
        return partial(self._write, wanted, seen, looked, local)

    # --- read ---
    def _wanted(self, connection: Connection, now: datetime) -> Iterator[Wanted]:
        for name, each in self._settings.alerts.watch.items():
            for person in self._people(connection, each, now):
                code = f"{CONFIG}{name}:{person.employee_no}"
                yield Wanted(code[:120], person.id, each.to.channel, each.look)

    def _people(self, connection: Connection, each: Watched, now: datetime) -> list[Person]:
        if each.to.role is not None:
            return find_staff(connection, (each.to.role,), now.date())
        found = find_person(connection, employee_no=each.to.person or each.by, on=now.date())
        return [] if found is None else [found]

    def _read(self, connection: Connection, watches: list[Watch], now: datetime) -> tuple[list[Seen], bool]:
        """Each in the right of whom it is kept for; one that fails keeps no other from being read."""
        failed = False
        eyes: dict[tuple[int, str | None], Context | None] = {}
        seen: list[Seen] = []
        for watch in watches:
            whose = (watch.person_id, watch.channel)
            if whose not in eyes:
                eyes[whose] = self._sees(connection, watch, now)
            ctx = eyes[whose]
            if ctx is None:
                continue
            try:
                seen.append((watch, readings(ctx, WatchSpec.model_validate(watch.spec))))
            except Exception as error:
                note_failure(error, f"the watch {watch.id}")
                failed = True
        return seen, failed

    def _sees(self, connection: Connection, watch: Watch, now: datetime) -> Context | None:
        place = Place("dm", "") if watch.channel is None else _room(watch.channel)
        return self._eyes(connection, employee_number(connection, watch.person_id), place, now)

    # --- write ---
    def _write(
        self,
        wanted: list[Wanted],
        seen: list[Seen],
        looked: Looked | None,
        now: datetime,
        connection: Connection,
    ) -> None:
        self._keep(connection, wanted, now)
        alive = {watch.id for watch in live_watches(connection)}
        for watch, found in seen:
            bound = WatchSpec.model_validate(watch.spec).bound
            for each in found if watch.id in alive else ():
                observe(connection, watch.id, each, bound, now)
        if looked is not None:
            note_look(connection, looked)
        self._wait(connection, now)

    def _keep(self, connection: Connection, wanted: list[Wanted], now: datetime) -> None:
        """What config.yaml says is what is watched."""
        held = {w.code: w for w in live_watches(connection) if w.code.startswith(CONFIG)}
        end_watches(connection, held.keys() - {each.code for each in wanted}, now)
        for each in wanted:
            spec, known = each.spec.wire(), held.get(each.code)
            if known is None or (known.spec, known.channel) != (spec, each.channel):
                keep_watch(connection, each.code, each.person_id, spec, now, each.channel)

    def _wait(self, connection: Connection, now: datetime) -> None:
        """In quiet hours nobody is waited for, but with what is urgent."""
        rules = self._settings.alerts
        patience = Patience(escalate=timedelta(minutes=rules.escalate_minutes))
        spared = partial(self.is_quiet, now=now)
        for ticket, passed in pass_time(connection, now, patience, spared):
            if "escalated" in passed:
                self._escalate(connection, ticket, now)

    def is_quiet(self, ticket: Ticket, now: datetime) -> bool:
        rules = self._settings.alerts
        if rules.quiet_from is None or ticket.watch.spec.get("urgent"):
            return False
        local = now.astimezone(self._settings.agency.zone)
        return Quiet(rules.quiet_from, rules.quiet_to).holds(local.time())

    def _escalate(self, connection: Connection, ticket: Ticket, now: datetime) -> None:
        """To the next role above, of those who may see every number."""
        number = employee_number(connection, ticket.watch.person_id)
        own = find_person(connection, employee_no=number, on=now.date())
        roles = self._settings.alerts.escalate_to
        if own is None or own.role in _NEVER_UP:
            return
        above = roles[roles.index(own.role) + 1 :] if own.role in roles else roles
        for role in above:
            staff = find_staff(connection, (role,), now.date())
            seeing = [p for p in staff if p.id != own.id and sees_everything(scope_of(connection, p))]
            for person in seeing[:MOST_TOLD]:
                tell(connection, ticket.id, person.id)
            if seeing:
                return


def _room(channel: str) -> Place:
    return Place("channel", channel, channel.lstrip("#"))
