"""The second reader: asked where the first would ask back, believed only as far as its words can be checked.

It gives a Reading of a question or leaves the first reader's as it was. It knows no rights and no action.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.llm.masking import Masked, masked
from bot.llm.model import Model, Reply
from bot.llm.plan import Plan, plan_of
from bot.llm.prompts import Prompt
from bot.llm.record import ModelCall, Spent
from bot.llm.spans import Checked, Heard, Unfounded, as_request, contradicted, with_glosses
from bot.sections import Llm
from bot.understand import Reader, Reading
from bot.understand.names import NameIndex
from bot.understand.result import wire
from bot.understand.tag import Tagged, tag
from skills.contract import Option

QUESTION = ("kpi",)


class SecondReader:
    """Around one reader. `verbatim` and `residue` switch a guard off, for the test that shows why."""

    def __init__(
        self,
        first: Reader,
        model: Model,
        prompt: Prompt,
        settings: Llm,
        spent: Callable[[datetime], Spent],
        everyone: Callable[[], NameIndex],
        *,
        verbatim: bool = True,
        residue: bool = True,
    ) -> None:
        self._first, self._model, self._prompt, self._settings = first, model, prompt, settings
        self._spent, self._everyone = spent, everyone
        self._verbatim, self._residue = verbatim, residue
        self._schema = plan_of(first.lexicon)

    def read(
        self,
        text: str,
        *,
        now: datetime,
        previous: Mapping[str, Any] | None = None,
        pending: Mapping[str, Any] | None = None,
    ) -> Reading:
        """As the first reader, with what a model made of the words it could not explain.

        What waits for a yes is the first reader's alone: a model neither sees it nor answers it.
        """
        reading = self._first.read(text, now=now, previous=previous, pending=pending)
        if not self._worth_asking(reading) or not self._affordable(now):
            return reading
        tagged = tag(text, self._first.lexicon, self._first.names, now.date())
        safe = masked(tagged, self._everyone())
        if reading.unread and not _visible(reading.unread, safe):
            return reading  # nothing is left to explain but names
        reply = self._model.ask(self._schema, self._prompt.messages(safe.text))
        if reply.parsed is None:
            return self._with(reading, reply, "failed", reply.fault)
        try:
            return self._judged(reading, reply, safe, tagged, text, now, previous)
        except ValueError as fault:  # an Unfounded, or a request that no question can have
            why = str(fault) if isinstance(fault, Unfounded) else "request"
            return self._with(reading, reply, "dropped", why)

    # --- Whether to ask --------------------------------------------------------------------------------

    def _worth_asking(self, reading: Reading) -> bool:
        if reading.intent not in QUESTION:
            return False
        if reading.outcome == "clarify":
            return reading.about == "unknown_term" and bool(reading.unread)
        return reading.outcome == "question" and self._settings.mode == "always"

    def _affordable(self, now: datetime) -> bool:
        spent = self._spent(now)
        limits = self._settings
        return spent.calls < limits.calls_a_day and spent.tokens < limits.tokens_a_day

    # --- What to make of it ----------------------------------------------------------------------------

    def _judged(
        self,
        first: Reading,
        reply: Reply,
        safe: Masked,
        tagged: Tagged,
        text: str,
        now: datetime,
        previous: Mapping[str, Any] | None,
    ) -> Reading:
        today = now.date()
        checked = Checked(self._first, tagged, today, first.unread, verbatim=self._verbatim)
        heard = checked.heard(_opened(reply.parsed, safe))
        if first.outcome == "question":
            return self._beside(first, reply, heard, checked.whole(heard), now)
        own = with_glosses(self._first, heard.glosses, residue=self._residue)
        again = own.read(text, now=now, previous=previous)
        if again.outcome != "question" or again.intent not in QUESTION or not again.fields:
            return self._with(first, reply, "dropped", "residue")
        if contradicted(heard, again.fields, own, today):
            return self._with(first, reply, "dropped", "contradicted")
        return self._won(first, again, reply, heard)

    def _won(self, first: Reading, again: Reading, reply: Reply, heard: Heard) -> Reading:
        """One missing name, or a click: a whole request to confirm, and the thread left as it was."""
        named = [each for each in heard.glosses if each.kind == "metric"]
        alone = len(named) == len(heard.glosses) == 1 and not (first.fields or {}).get("metric")
        if self._settings.readings == "answer" and alone:
            echo = tuple((each.raw, each.value) for each in heard.glosses)
            return self._with(replace(again, repairs=(*again.repairs, *echo)), reply, "won")
        option = Option("", str(again.intent), dict(again.fields or {}))
        return self._with(replace(first, choices=(option, *first.choices)), reply, "offered")

    def _beside(self, first: Reading, reply: Reply, heard: Heard, whole: bool, now: datetime) -> Reading:
        """The first reader understood it all: another whole reading of every word becomes a choice."""
        fields = first.fields or {}
        if not contradicted(heard, fields, self._first, now.date()):
            return self._with(first, reply, "agreed")
        other = wire(as_request(heard, self._first, now.date())) if heard.metrics else None
        if other is None or heard.glosses or (self._residue and not whole) or other == fields:
            return self._with(first, reply, "dropped", "residue")
        options = tuple(Option("", "kpi", each) for each in (dict(fields), other))
        asked = Reading("clarify", first.intent, fields, "confirm_reading", choices=options)
        return self._with(replace(asked, repairs=first.repairs), reply, "offered")

    def _with(self, reading: Reading, reply: Reply, decision: str, why: str = "") -> Reading:
        call = ModelCall(
            task="reading",
            model=self._model.name,
            prompt=f"{self._prompt.id}/v{self._prompt.version}",
            sha256=self._prompt.sha256,
            ms=reply.ms,
            tokens=reply.tokens,
            decision=decision,
            why=why,
        )
        return replace(reading, calls=(*reading.calls, call))


def _opened(plan: Plan, safe: Masked) -> Plan:
    """The plan in the words that were typed."""

    def words(each: str) -> str:
        if not safe.knows(each):
            raise Unfounded("token")
        return safe.open(each)

    def said(parts: list[Any]) -> list[Any]:
        return [part.model_copy(update={"words": words(part.words)}) for part in parts]

    return plan.model_copy(
        update={
            "metrics": said(plan.metrics),
            "splits": said(plan.splits),
            "filters": said(plan.filters),
            **{name: words(getattr(plan, name)) for name in ("period", "compare", "order")},
        }
    )


def _visible(unread: tuple[str, ...], safe: Masked) -> bool:
    hidden = " ".join(safe.behind.values())
    return any(word not in hidden for word in unread)
