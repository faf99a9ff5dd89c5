"""Searches what was done for breaches of the rules, and finds whom to tell of what. Knows no Slack.

Reading and judging happen outside any write; of several processes one keeps what was found, once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from bot.outcome import Place
from bot.settings import Settings
from db.access import Person, employee_number, find_person, find_staff
from db.alert_rules import Quiet
from db.calendars import Calendars
from db.engine import reading
from db.law import browse
from db.law.due import Due, terms_due
from db.law.rounds import search_round
from db.law.told import Kind, Receiver, tell, tell_breaches, untold, untold_breaches
from skills.compliance.told import new_breaches, terms_running
from skills.contract import Answer, Context

Eyes = Callable[[Connection, str, Place, datetime], Context | None]


@dataclass(frozen=True)
class News:
    """Something to tell: `key` names it for ever, however often it is tried."""

    key: str
    answer: Answer
    context: Context


class Oversight:
    """`eyes` gives what a person sees: desk.watching."""

    def __init__(self, engine: Engine, eyes: Eyes, settings: Settings, calendars: Calendars) -> None:
        self._engine, self._eyes, self._settings = engine, eyes, settings
        self._calendars = calendars

    def search(self, now: datetime) -> Callable[[Connection], None]:
        local = now.astimezone(self._settings.agency.zone)
        with reading(self._engine) as connection:
            write = search_round(connection, self._calendars, self._settings.law, local)

        def kept(connection: Connection) -> None:
            write(connection)

        return kept

    def is_quiet(self, now: datetime) -> bool:
        """Nothing of this is so urgent that it wakes anybody."""
        rules = self._settings.alerts
        if rules.quiet_from is None:
            return False
        local = now.astimezone(self._settings.agency.zone)
        return Quiet(rules.quiet_from, rules.quiet_to).holds(local.time())

    # --- whom ---
    def receivers(self, connection: Connection, now: datetime) -> Iterator[Receiver]:
        today = now.astimezone(self._settings.agency.zone).date()
        for each in self._settings.oversight.tell:
            if each.to.role is not None:
                found: list[Person] = find_staff(connection, (each.to.role,), today)
            else:
                one = find_person(connection, employee_no=each.to.person or each.by, on=today)
                found = [] if one is None else [one]
            for person in found:
                yield Receiver(person.id, each.to.channel or "")

    def waits(self, connection: Connection, to: Receiver, now: datetime) -> bool:
        """Whether there is anything to tell: nobody is looked up in Slack for nothing."""
        ctx = self._context(connection, to, now)
        if ctx is None:
            return False
        if untold_breaches(connection, ctx.actor.scope, to):
            return True
        late, soon = self._due(ctx)
        return bool(untold(connection, "late", _ids(late), to) or untold(connection, "soon", _ids(soon), to))

    # --- what ---
    def news(self, connection: Connection, to: Receiver, now: datetime) -> Iterator[News]:
        """In the transaction that puts it on its way: what this call does not tell, another has told."""
        ctx = self._context(connection, to, now)
        if ctx is None:
            return
        yield from self._breaches(connection, ctx, to)
        late, soon = self._due(ctx)
        kinds: tuple[tuple[Kind, list[Due]], ...] = (("late", late), ("soon", soon))
        for kind, due in kinds:
            new = tell(connection, kind, _ids(due), to, ctx.now)
            some = [each for each in due if each.id in new]
            if some:
                key = f"law:{kind}:{to.person_id}:{to.channel}:{min(new)}:{max(new)}"
                yield News(key[:80], terms_running(ctx, some, late=kind == "late"), ctx)

    def _breaches(self, connection: Connection, ctx: Context, to: Receiver) -> Iterator[News]:
        told = tell_breaches(connection, ctx.actor.scope, to, ctx.now)
        if not told:
            return
        most = self._settings.oversight.shown
        found = browse.of(connection, ctx.actor.scope, told, limit=most)
        key = f"law:{to.person_id}:{to.channel}:{told[0]}:{told[-1]}"
        yield News(key[:80], new_breaches(ctx, found), ctx)

    def _due(self, ctx: Context) -> tuple[list[Due], list[Due]]:
        policy, calendar = self._settings.law, self._calendars.authority
        waiting = terms_due(ctx.session, calendar, policy, ctx.now.date(), ctx.actor.scope)
        late = [due for due in waiting if due.left < 0]
        return late, [due for due in waiting if 0 <= due.left <= self._settings.oversight.soon]

    def _context(self, connection: Connection, to: Receiver, now: datetime) -> Context | None:
        room = to.channel
        place = Place("channel", room, room.lstrip("#")) if room else Place("dm", "")
        local = now.astimezone(self._settings.agency.zone)
        return self._eyes(connection, employee_number(connection, to.person_id), place, local)


def _ids(due: list[Due]) -> list[int]:
    return [each.id for each in due]
