"""The one choke point: who is this, what was meant, may they, then the answer, and a record of it.

Knows no KPI and no Slack: skills answer, an edge draws.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.clarify import Reading, asked_back
from bot.faults import is_busy, note_failure
from bot.identity import COMMAND_LINE, Stranger, audience, identify, narrowed
from bot.merge import several
from bot.outcome import SILENT, Hooks, Outcome, Place, Result, Step, Who
from bot.requests import well_formed
from bot.rights import Rights, all_known, known_to, sees_sql, within_reach
from bot.settings import Settings
from bot.turn import Call, Turn
from db.access import Names
from db.audit import Entry, recall, record, remember
from db.calendars import Calendars
from db.engine import Stopped, reading, writing
from db.known import KnownNames
from db.metrics import Catalogue
from skills.contract import Answer, Context, Option, Question, Refused, Text
from skills.text import Texts

__all__ = ["Desk", "Hooks", "Outcome", "Place", "Who"]

Fields = Mapping[str, Any]
Read = Callable[..., Reading]
REMEMBERED = ("answer", "clarify", "refuse")
TALKED = ("dm", "channel", "slash", "cli")  # where a request without words is a button's
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
    ) -> None:
        self._engine, self._settings, self._catalogue = engine, settings, catalogue
        self._texts, self._rights, self._calendars = texts, rights, calendars
        self._rules = settings.rules
        self._read_with = read_with
        self._readers: dict[Names, Read] = {}
        self._names = KnownNames()

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
        try:
            self._note(call, person, outcome, outcome.about)
        except DBAPIError as error:
            if not is_busy(error):
                raise
            note_failure(error, "the record of a question")
            busy = self._texts.say(outcome.language, "desk.not_recorded")
            return Outcome("refuse", outcome.language, message=busy, about="busy")
        return outcome

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
        return Turn(connection, actor, own, call.now, previous, call.hooks)

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
        with self._step(turn, "read", self._texts.say(turn.language, "desk.step_read")):
            read = self._reader_of(turn.names)(text, now=turn.now, previous=previous)
        return self._with_repairs(turn, read, self._act(turn, read))

    def _with_repairs(self, turn: Turn, read: Reading, outcome: Outcome) -> Outcome:
        """A typing error that was mended is said: the asker may have meant something else."""
        if not read.repairs or outcome.outcome != "answer":
            return outcome
        mended = ", ".join(
            self._texts.say(turn.language, "desk.mended_one", typed=typed, read=meant)
            for typed, meant in read.repairs
        )
        said = self._texts.say(turn.language, "desk.mended", mended=mended)
        return replace(outcome, message=said)

    def _reader_of(self, known: Names) -> Read:
        if known not in self._readers:
            if len(self._readers) >= READERS:
                self._readers.clear()
            self._readers[known] = self._read_with(known)
        return self._readers[known]

    def _act(self, turn: Turn, read: Reading) -> Outcome:
        match read.outcome:
            case "question":
                moved = {"moved": read.moved} if read.moved else {}
                return self._answered(read.intent or "", {**(read.fields or {}), **moved}, turn)
            case "action" | "list" | "report":
                return self._not_built(turn, read.outcome, read.intent or "")
            case "clarify":
                self._refuse_unbuilt(turn, read.intent)
                may = partial(self._may_be_offered, turn)
                return asked_back(read, self._catalogue, self._texts, turn.language, may)
            case "help":
                return self._help(turn, read.about)
            case "refuse":
                raise Refused(self._known(f"refuse.{read.about}"), about=read.about or "out_of_scope")
            case "confirm":
                return self._only(turn, "none", "desk.nothing_pending")
            case "none":
                return self._only(turn, "none", "desk.nothing_done")
        return self._only(turn, "smalltalk", "desk.hello")

    def _may_be_offered(self, turn: Turn, option: Option) -> bool:
        """A choice that would be denied names somebody the asker may not even see."""
        question = self._rights.questions.get(option.intent)
        if question is None:
            return not option.fields.get("filters")
        try:
            asked = question.request.model_validate(option.fields)
            within_reach(turn.connection, turn.actor, asked, turn.names, turn.today)
        except (ValidationError, Refused):
            return False
        return True

    def _known(self, key: str) -> str:
        return key if key in self._texts else "refuse.out_of_scope"

    def _only(self, turn: Turn, result: Result, key: str) -> Outcome:
        return Outcome(result, turn.language, message=self._texts.say(turn.language, key))

    def _help(self, turn: Turn, about: str | None) -> Outcome:
        """What can be asked, how a metric is computed; of an action, that it is not there yet."""
        if about and f"action.{about}" in self._texts:
            name = self._texts.say(turn.language, f"action.{about}")
            said = self._texts.say(turn.language, "desk.no_action_yet", name=name)
            return Outcome("help", turn.language, message=said, about=about)
        return replace(self._answered("help", {"about": about}, turn), outcome="help", request=None)

    def _refuse_unbuilt(self, turn: Turn, intent: str | None) -> None:
        """To ask for what is missing of something that cannot be done would lead nowhere."""
        for kind in ("action", "list", "report"):
            if intent not in self._rights.questions and f"{kind}.{intent}" in self._texts:
                self._not_built(turn, kind, str(intent))

    def _not_built(self, turn: Turn, kind: str, intent: str) -> Outcome:
        """Said by its name, with what can be asked instead."""
        named = f"{kind}.{intent}"
        name = self._texts.say(turn.language, named if named in self._texts else f"{kind}.unnamed")
        raise Refused(f"desk.no_{kind}_yet", about="not_built", name=name)

    # --- The answer ------------------------------------------------------------------------------

    def _answered(self, intent: str, fields: Fields, turn: Turn) -> Outcome:
        question = self._rights.question(turn.actor, intent)
        try:
            asked = question.request.model_validate(fields)
            well_formed(asked, self._catalogue, self._texts)
        except ValueError:  # a ValidationError is one
            raise Refused("desk.bad_request", about="bad_request") from None
        request = {intent: wire(asked)}
        try:
            within = within_reach(turn.connection, turn.actor, asked, turn.names, turn.today)
            answer = self._answers(turn, question, within)
        except Refused as refusal:
            return self._refused(turn, refusal, request)
        return Outcome(
            "answer", turn.language, request=request, answer=_noted(self._texts, turn, asked, answer)
        )

    def _answers(self, turn: Turn, question: Question, request: BaseModel) -> Answer:
        """One metric, or several one after another; one that is not computed yet is refused by name."""
        asked = getattr(request, "metric", ())
        metrics = (asked,) if isinstance(asked, str) else tuple(asked)
        context = self._context(turn)
        answer = partial(question.answer, context)
        if len(metrics) < 2:
            self._refuse_planned(turn, *metrics)
            with self._metric_step(turn, *metrics):
                return answer(request)

        def one(metric: str) -> Answer:
            self._refuse_planned(turn, metric)
            with self._metric_step(turn, metric):
                return answer(request.model_copy(update={"metric": metric}))

        return several(metrics, one, context.say)

    def _metric_step(self, turn: Turn, *metrics: str) -> AbstractContextManager[None]:
        name = ", ".join(self._catalogue.label(metric, turn.language) for metric in metrics)
        name = name or self._texts.say(turn.language, "desk.step_look")
        return self._step(turn, ",".join(metrics) or "look", name)

    @contextmanager
    def _step(self, turn: Turn, key: str, name: str) -> Iterator[None]:
        """Says what is being worked on, and that it is done."""
        turn.hooks.step(Step(key, name, done=False))
        yield
        turn.hooks.step(Step(key, name, done=True))

    def _refuse_planned(self, turn: Turn, *metrics: str) -> None:
        for metric in metrics:
            if metric in self._catalogue.planned:
                name = self._catalogue.label(metric, turn.language)
                lacks = self._catalogue.planned[metric].lacks.in_(turn.language)
                raise Refused("desk.planned", about=f"planned:{metric}", name=name, lacks=lacks)
            if metric not in self._catalogue.metrics:
                raise Refused("desk.unknown_metric", about="metric", name=metric)

    def _context(self, turn: Turn) -> Context:
        say = partial(self._texts.say, turn.language)
        return Context(
            actor=turn.actor,
            session=turn.connection,
            now=turn.now,
            metrics=self._catalogue,
            names=turn.names,
            calendars=self._calendars,
            say=say,
            rules=self._rules,
        )

    # --- The record ------------------------------------------------------------------------------

    def _note(self, call: Call, person: int | None, outcome: Outcome | None, reason: str | None) -> None:
        """The audit row, the thread's memory and the answer's way to the asker, together."""
        who, place = call.who, call.place
        pressed = call.said is None and place.kind in TALKED
        entry = Entry(
            at=call.now,
            person_id=None if person == COMMAND_LINE else person,
            actor=f"{who.via} as {who.id}" if who.via and who.via != who.id else who.id,
            entrance="button" if pressed else place.kind,
            place=place.id,
            said=call.said,
            request=outcome.request if outcome else None,
            outcome=outcome.outcome if outcome else "failed",
            reason=reason,
            rows=len(outcome.answer.rows) if outcome and outcome.answer else 0,
            took_ms=round((perf_counter() - call.started) * 1000),
            ref=call.hooks.ref,
        )
        with writing(self._engine) as connection:
            record(connection, entry)
            if call.thread and outcome and outcome.request and outcome.outcome in REMEMBERED:
                remember(connection, place.id, call.thread, outcome.request, call.now)
            if outcome:
                call.hooks.deliver(connection, outcome)


def wire(request: BaseModel) -> dict[str, Any]:
    """A request's fields as they are written everywhere."""
    fields = getattr(request, "fields", None)
    return dict(fields()) if callable(fields) else request.model_dump(mode="json")


def _noted(texts: Texts, turn: Turn, request: BaseModel, answer: Answer) -> Answer:
    """A ranking of one would pass for the whole floor: say whose rows these are."""
    if answer.basis is not None and not sees_sql(turn.actor):
        answer = replace(answer, basis=replace(answer.basis, query=None))
    dims, scope = set(getattr(request, "dims", ())), turn.actor.scope
    alone = scope.agents is not None and bool(dims & {"agent", "supervisor"})
    if not alone and not (scope.supervisors is not None and "supervisor" in dims):
        return answer
    note = Text(texts.say(turn.language, "desk.only_yours", scope=scope.label), "note")
    return replace(answer, parts=(*answer.parts, note))
