"""The one choke point: who is this, what was meant, may they, then the answer, and a record of it.

Knows no KPI and no Slack: skills answer, an edge draws.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.answering import Answering, step
from bot.clarify import Reading, asked_back, may_be_offered
from bot.faults import is_busy, note_failure
from bot.identity import Stranger, audience, identify, narrowed
from bot.outcome import SILENT, Hooks, Outcome, Place, Result, Who
from bot.private import private_words
from bot.record import put_on_record
from bot.requests import well_formed, wire
from bot.rights import Rights, all_known, known_to, within_reach
from bot.settings import Settings
from bot.turn import Call, Turn
from bot.worded import mended, with_whose
from bot.writing import STEPS, Lent, Writing
from db.access import Names, employee_number
from db.audit import recall
from db.calendars import Calendars
from db.engine import Stopped, reading, writing
from db.known import KnownNames
from db.metrics import Catalogue
from db.proposals import Proposal, open_in
from skills.contract import Action, Actor, Context, Refused
from skills.text import Texts

if TYPE_CHECKING:
    from bot.llm.narrator import Narrator

__all__ = ["Desk", "Hooks", "Outcome", "Place", "Who"]

Fields = Mapping[str, Any]
Read = Callable[..., Reading]
Follow = Callable[[Connection, Outcome, datetime], None]
PRIVATE = ("dm", "modal", "cli")
READERS = 16  # one for the staff, one for each client that looks in


class Desk:
    """`read_with(names)` gives the reader of these names; it is made anew only when they change."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        catalogue: Catalogue,
        texts: Texts,
        rights: Rights,
        calendars: Calendars,
        read_with: Callable[[Names], Read],
        narrator: "Narrator | None" = None,
        actions: Mapping[str, Action] = MappingProxyType({}),
    ) -> None:
        self._engine, self._settings, self._catalogue = engine, settings, catalogue
        self._texts, self._rights, self._calendars = texts, rights, calendars
        self._answering = Answering(catalogue, texts, calendars, settings.rules, rights, settings.channels)
        self._read_with, self._narrator = read_with, narrator
        self._readers: dict[Names, Read] = {}
        self._names = KnownNames()
        lent = Lent(self._somebody, self._answering.context)
        self._writing = Writing(actions, settings.writes, texts, lent)
        self.follows: list[Follow] = []  # what else an effect entails, in its transaction

    def ask(
        self,
        text: str,
        *,
        who: Who,
        place: Place,
        thread: str | None,
        now: datetime,
        hooks: Hooks = SILENT,
    ) -> Outcome:
        """A message as somebody typed it."""
        return self._handle(partial(self._asked, text), self._call(who, place, thread, now, hooks, text))

    def run(
        self,
        intent: str,
        fields: Fields,
        *,
        who: Who,
        place: Place,
        thread: str | None,
        now: datetime,
        hooks: Hooks = SILENT,
    ) -> Outcome:
        """A whole request from a button: the same doors, nothing to read."""
        if intent in STEPS:
            token = str(fields.get("proposal") or fields.get("target") or "")
            call = self._call(who, place, thread, now, hooks, None)
            return self._step_taken(call, partial(self._all_or_nothing, intent, token))
        answered = partial(self._answered, intent, fields)
        return self._handle(answered, self._call(who, place, thread, now, hooks, None))

    def _call(
        self, who: Who, place: Place, thread: str | None, now: datetime, hooks: Hooks, said: str | None
    ) -> Call:
        return Call(who, place, thread, now.astimezone(self._settings.agency.zone), hooks, said)

    def _handle(self, work: Callable[[Turn], Outcome], call: Call) -> Outcome:
        person: int | None = None
        language = self._settings.agency.language
        try:
            with reading(self._engine, call.hooks.stop) as connection:
                turn = self._identified(connection, call)
                if isinstance(turn, Outcome):
                    outcome = turn
                else:
                    person, language = turn.actor.person_id, turn.language
                    outcome = self._guarded(work, turn)
            call.hooks.ready(outcome)
        except Stopped:
            stopped = self._texts.say(language, "desk.stopped")
            outcome = Outcome("none", language, message=stopped, about="stopped")
        except Exception as error:
            self._note(call, person, None, type(error).__name__)
            raise
        if outcome.step is not None:
            return self._step_taken(call, partial(self._all_or_nothing, *outcome.step))
        if outcome.at_once is not None:
            return self._step_taken(call, partial(self._done_at_once, *outcome.at_once))
        try:
            self._note(call, person, outcome, outcome.about)
        except DBAPIError as error:
            if not is_busy(error):
                raise
            note_failure(error, "the record of a question")
            busy = self._texts.say(outcome.language, "desk.not_recorded")
            return Outcome("refuse", outcome.language, message=busy, about="busy")
        return outcome

    def _step_taken(self, call: Call, work: Callable[[Turn], Outcome]) -> Outcome:
        """A step of an action: authorised, done, and put on record with its effect, in one transaction."""
        person: int | None = None
        try:
            with writing(self._engine) as connection:
                turn = self._identified(connection, call)
                if isinstance(turn, Outcome):
                    outcome = turn
                else:
                    person = turn.actor.person_id
                    outcome = self._guarded(work, turn)
                if outcome.answer is not None and outcome.answer.files:
                    call.hooks.ready(outcome)  # a letter: made while its transaction is open, or not issued
                put_on_record(connection, call, person, outcome, outcome.about)
                for follow in self.follows if outcome.effect is not None else ():
                    follow(connection, outcome, call.now)
        except Exception as error:
            self._note(call, person, None, type(error).__name__)
            raise
        return outcome

    def _all_or_nothing(self, name: str, token: str, turn: Turn) -> Outcome:
        """What a refused step had written is taken back; that it was refused stays on record."""
        with turn.connection.begin_nested():
            return self._writing.step(turn, name, token)

    def _done_at_once(self, intent: str, fields: Fields, turn: Turn) -> Outcome:
        with turn.connection.begin_nested():
            return self._writing.at_once(turn, intent, fields)

    def watching(self, connection: Connection, employee: str, place: Place, now: datetime) -> Context | None:
        """What somebody may see now, for what is watched in her name: nobody asked, nothing is recorded."""
        call = self._call(Who("employee", employee), place, None, now, SILENT, None)
        turn = self._identified(connection, call)
        return None if isinstance(turn, Outcome) else self._answering.context(turn)

    def _identified(self, connection: Connection, call: Call) -> Turn | Outcome:
        known = self._names.of(connection)
        actor = identify(connection, call.who, self._settings, self._texts, known, call.now.date())
        if isinstance(actor, Stranger):
            language = self._settings.agency.language
            said = self._texts.say(language, actor.key, **actor.slots)
            return Outcome("denied", language, message=said, about="unknown_person")
        seen = audience(call.place, self._settings.channels, known)
        if seen is not None:
            actor = narrowed(actor, seen, known, self._texts)
        if seen is None or actor.scope.contradicts_itself:
            key = "desk.channel_closed" if seen is None else "desk.channel_too_coarse"
            said = self._texts.say(actor.language, key)
            about = "channel_closed" if seen is None else "channel"
            return Outcome("denied", actor.language, message=said, about=about)
        previous = recall(connection, call.place.id, call.thread) if call.thread else None
        own = known_to(connection, actor, known, call.now.date())
        if previous and not all_known(previous, own):
            previous = None  # somebody else's question in a shared thread
        pending = None
        if call.thread:
            thread = None if call.place.kind == "dm" else call.thread
            pending = open_in(connection, actor.person_id, call.place.id, thread, call.now)
        return Turn(connection, actor, own, call.now, previous, call, pending)

    def _somebody(self, turn: Turn, person_id: int) -> Actor | None:
        """Somebody else as she stands now, in her own right."""
        who = Who("employee", employee_number(turn.connection, person_id))
        known = self._names.of(turn.connection)
        actor = identify(turn.connection, who, self._settings, self._texts, known, turn.today)
        return None if isinstance(actor, Stranger) else actor

    def _guarded(self, work: Callable[[Turn], Outcome], turn: Turn) -> Outcome:
        try:
            return work(turn)
        except Refused as refusal:
            return self._refused(turn, refusal)

    def _refused(self, turn: Turn, refusal: Refused, request: Fields | None = None) -> Outcome:
        said = self._texts.say(turn.language, refusal.key, **refusal.slots)
        result: Result = "denied" if refusal.denied else "clarify" if refusal.asks else "refuse"
        return Outcome(
            result,
            turn.language,
            request=request,
            message=said,
            about=refusal.about,
            choices=refusal.choices,
        )

    # --- What was said ---------------------------------------------------------------------------

    def _asked(self, text: str, turn: Turn) -> Outcome:
        most = self._settings.reading.max_chars
        if len(text) > most:
            raise Refused("desk.too_long", about="too_long", n=f"{len(text):,}", most=f"{most:,}")
        if not text.strip():
            return self._help(turn, None)
        previous = None
        if turn.previous:
            ((intent, fields),) = turn.previous.items()
            previous = {"intent": intent, "fields": fields}
        with step(turn, "read", self._texts.say(turn.language, "desk.step_read")):
            read = self._reader_of(turn.names)(text, now=turn.now, previous=previous, pending=turn.proposed)
        turn.calls.extend(read.calls)
        return self._told(turn, self._with_repairs(turn, read, self._act(turn, read)))

    def _told(self, turn: Turn, outcome: Outcome) -> Outcome:
        if self._narrator is None:
            return outcome
        outcome, calls = self._narrator.told(outcome, turn.now)
        turn.calls.extend(calls)
        return outcome

    def _with_repairs(self, turn: Turn, read: Reading, outcome: Outcome) -> Outcome:
        """A typing error that was mended is said: the asker may have meant something else.

        So is what cannot be as it was said: a day that no calendar has."""
        if read.because and outcome.outcome == "clarify":
            say = partial(self._texts.say, turn.language)
            why = [say(f"clarify.because.{kind}", said=said) for kind, said in read.because]
            return replace(outcome, message=" ".join((*why, outcome.message)))
        if not read.repairs or outcome.outcome != "answer":
            return outcome
        said = mended(read.repairs, self._catalogue, self._texts, turn.language)
        return replace(outcome, message=said)

    def _reader_of(self, known: Names) -> Read:
        if known not in self._readers:
            if len(self._readers) >= READERS:
                self._readers.clear()
            self._readers[known] = self._read_with(known)
        return self._readers[known]

    def _act(self, turn: Turn, read: Reading) -> Outcome:
        action = self._writing.actions.get(read.intent or "")
        turn.call.private.extend(private_words(action, read.fields or {}))  # also of what is refused
        match read.outcome:
            case "question":
                moved = {"moved": read.moved} if read.moved else {}
                return self._answered(read.intent or "", {**(read.fields or {}), **moved}, turn)
            case "clarify" if read.intent == "undo" and read.about == "slot:target":
                return self._proposed(turn, "undo", {})
            case "action":
                return self._proposed(turn, read.intent or "", read.fields or {})
            case "list" | "report":
                return self._answered(read.intent or "", read.fields or {}, turn)
            case "clarify" if turn.pending is not None and _unanswered(read, turn.pending):
                return self._writing.still(turn, turn.pending)
            case "clarify" if self._asks_itself(read):
                return self._proposed(turn, read.intent or "", read.fields or {})
            case "clarify":
                may = partial(may_be_offered, self._rights, turn)
                return asked_back(read, self._catalogue, self._texts, turn.language, may)
            case "help":
                return self._help(turn, read.about)
            case "refuse":
                raise Refused(self._known(f"refuse.{read.about}"), about=read.about or "out_of_scope")
            case "confirm" if turn.pending is not None:
                name = "confirm" if (read.fields or {}).get("value") else "discard"
                return Outcome("none", turn.language, step=(name, turn.pending.token))
            case "confirm":
                return self._only(turn, "none", "desk.nothing_pending")
            case "none":
                return self._only(turn, "none", "desk.nothing_done")
        return self._only(turn, "smalltalk", "desk.hello")

    def _asks_itself(self, read: Reading) -> bool:
        """Whether all that is missing is something the action asks for by its own buttons."""
        action = self._writing.actions.get(read.intent or "")
        return action is not None and read.about in action.asks and not (read.unread or read.candidates)

    def _known(self, key: str) -> str:
        return key if key in self._texts else "refuse.out_of_scope"

    def _only(self, turn: Turn, result: Result, key: str) -> Outcome:
        return Outcome(result, turn.language, message=self._texts.say(turn.language, key))

    def _help(self, turn: Turn, about: str | None) -> Outcome:
        """What can be asked, how a metric is computed, or how to say an action."""
        if about in (*self._writing.actions, "undo"):
            said = self._texts.say(turn.language, f"writing.how.{about}")
            return Outcome("help", turn.language, message=said, about=about)
        return replace(self._answered("help", {"about": about}, turn), outcome="help", request=None)

    # --- The answer ------------------------------------------------------------------------------

    def _proposed(self, turn: Turn, intent: str, fields: Fields) -> Outcome:
        if intent == "undo":
            return Outcome("none", turn.language, step=("undo", str(fields.get("target") or "last_action")))
        action = self._writing.actions[intent]
        if action.private and turn.call.place.kind not in PRIVATE:
            raise Refused("desk.in_private", about="place", denied=True)
        if action.at_once:
            return Outcome("none", turn.language, at_once=(intent, fields))
        try:
            return self._writing.propose(turn, intent, fields)
        except Refused as refusal:
            return self._refused(turn, refusal, {intent: fields} if refusal.denied else None)

    def _answered(self, intent: str, fields: Fields, turn: Turn) -> Outcome:
        if intent in self._writing.actions:
            return self._proposed(turn, intent, fields)
        question = self._rights.question(turn.actor, intent)
        try:
            asked = question.request.model_validate(fields)
            well_formed(asked, self._catalogue, self._texts)
        except ValueError:  # a ValidationError is one
            raise Refused("desk.bad_request", about="bad_request") from None
        request = {intent: wire(asked)}
        try:
            within = within_reach(turn.connection, turn.actor, asked, turn.names, turn.today)
            answer = self._answering.answers(turn, question, within)
        except Refused as refusal:
            return self._refused(turn, refusal, request)
        return Outcome(
            "answer",
            turn.language,
            request=request,
            answer=with_whose(self._texts, turn.actor, asked, answer),
        )

    # --- The record ------------------------------------------------------------------------------

    def _note(self, call: Call, person: int | None, outcome: Outcome | None, reason: str | None) -> None:
        with writing(self._engine) as connection:
            put_on_record(connection, call, person, outcome, reason)


def _unanswered(read: Reading, pending: Proposal) -> bool:
    """Said to a proposal, and neither a yes nor a no."""
    return (read.about, read.intent) == ("confirm_reading", pending.intent) and not read.choices
