"""What is settled before a message is read as a question: answers to a proposal, guards, orders, definitions.

Knows no metric by name and reads no question.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.understand.deeds import Deed, Deeds
from bot.understand.deeds.arco import house_asked
from bot.understand.deeds.law import law_asked
from bot.understand.deeds.marks import card_asked
from bot.understand.guards import Guards
from bot.understand.lexicon import Lexicon
from bot.understand.names import NameIndex
from bot.understand.normalise import Typed
from bot.understand.result import Reading
from bot.understand.tag import tag

_OBJECTS = re.compile(
    r"\b(?:cuentas?|accounts?|convenios?|agreements?|archivos?|files?|cartera|promesas?|promises?|metas?|targets?)\b"
)
_COUNTS = re.compile(r"\b(?:cuant[oa]s?|how many|how much)\b")
_TAKES_BACK = re.compile(
    r"\W*(?:deshaz|deshazl[oa]|deshacer|deshacerl[oa]|revierte|reviertel[oa]|undo|revert)(?:\s+(?:eso|esto|it|that|this))?\W*"
)
_DISCARDS = re.compile(
    r"\W*(?:descart(?:a|ar|o)(?:l[oa]s?)?|discard)(?:\s+(?:eso|esto|todo|it|that|this))?\W*"
)
_SECOND_THOUGHTS = ("mejor", "better", "instead", "pero", "but", "espera", "wait")


def unconfirmed(pending: Mapping[str, Any]) -> Reading:
    """Something said to a proposal that is neither yes nor no."""
    fields = dict(pending.get("fields") or {})
    return Reading("clarify", str(pending.get("intent") or ""), fields, "confirm_reading")


class Before:
    """The guards, and the orders of the floor. `residue` is the reader's own switch."""

    def __init__(self, names: NameIndex, lexicon: Lexicon, *, residue: bool = True) -> None:
        self.guards = Guards()
        self.deeds = Deeds(names, lexicon, residue=residue)
        self._names, self._lexicon = names, lexicon

    def read(self, typed: Typed, now: datetime, pending: Mapping[str, Any] | None) -> Reading | None:
        """None where the message is a question."""
        return self._confirmation(typed, now, pending) or self._guarded(typed, now)

    def again(self, typed: Typed, now: datetime, previous: Mapping[str, Any] | None) -> Reading | None:
        """The list or target before, changed by this message; None where something else is said."""
        deed = self.deeds.stepped(typed, previous) or self.deeds.again(typed, now, previous)
        return _read_as(deed) if deed is not None else None

    def _confirmation(self, typed: Typed, now: datetime, pending: Mapping[str, Any] | None) -> Reading | None:
        """A plain yes or no to a proposal. "Sí, pero nomás 20" is neither."""
        if not pending:
            return Reading("none") if _DISCARDS.fullmatch(typed.folded) else None
        answer = self.guards.answer(typed.folded)
        if answer is not None:
            return Reading("confirm", fields={"value": answer})
        if _TAKES_BACK.fullmatch(typed.folded):
            return unconfirmed(pending)  # this one, or what was done before it?
        if (other := self.deeds.stepped(typed, pending)) is not None:
            return _read_as(other)  # "mejor en 950 mil", said to a target that waits for its yes
        if self.guards.negated(typed.folded):
            return Reading("confirm", fields={"value": False})
        opening = next((t.text for t in typed.tokens if t.kind == "word"), "")
        if self.guards.answer(opening) is not None or opening in _SECOND_THOUGHTS:
            return None if self._orders(typed, now, opening) else unconfirmed(pending)
        return None

    def _orders(self, typed: Typed, now: datetime, opening: str) -> bool:
        """ "cancela la promesa de la 10023" is an order of its own, though "cancela" is a no."""
        deed = self.deeds.read(typed, now)
        whole = deed is not None and deed.kind == "action" and not (deed.about or deed.unread)
        return whole and self.deeds.begins_with(typed, opening)

    def _guarded(self, typed: Typed, now: datetime) -> Reading | None:
        text = self.deeds.without_note(typed)
        # Before what would break the law is refused: here it is asked about.
        if lawful := law_asked(typed, now.date()) or house_asked(typed):
            return Reading("question", *lawful)
        verdict = self.guards.refusal(text)
        if verdict and not (verdict.about == "pii" and self.deeds.erases(typed)):
            return Reading("refuse", about=verdict.about)
        if self.guards.help(text):
            return Reading("help")
        if self.guards.smalltalk(text):
            return Reading("smalltalk")
        if self.guards.negated(text):
            return Reading("none")
        past, able = self.guards.past(text), self.guards.ability(text)
        spoken = self.deeds.about(text) if past or able else None
        said_of = (spoken is not None or _OBJECTS.search(text)) and not _COUNTS.search(text)
        if said_of and past and not self.deeds.lists(text):
            return _read_as(self.deeds.past(typed, now, spoken))
        if able and spoken is not None:
            return Reading("help", about=spoken)
        if number := card_asked(typed):
            return Reading("question", "account", {"account": number})
        deed = self.deeds.read(typed, now)
        if deed is not None and deed.kind == "action":
            return _read_as(deed)
        return self._definition(typed, now) or (_read_as(deed) if deed is not None else None)

    def _definition(self, typed: Typed, now: datetime) -> Reading | None:
        text = typed.folded
        if not self.guards.defines(text) and not self.guards.bare_what_is(text):
            return None
        tagged = tag(text, self._lexicon, self._names, now.date())
        metrics = list(dict.fromkeys(str(i.value) for i in tagged.items if i.kind == "metric" and not i.weak))
        metrics = metrics or list(dict.fromkeys(str(i.value) for i in tagged.items if i.kind == "metric"))
        if {"target"} & {i.kind for i in tagged.items} and not metrics:
            metrics = ["goal_attainment"]
        asks_rows = any(i.kind in ("period", "by", "name", "rank", "value") for i in tagged.items)
        if len(metrics) == 1 and (self.guards.defines(text) or not asks_rows):
            return Reading("help", about=f"metric:{metrics[0]}")
        if len(metrics) > 1 and self.guards.defines(text):
            return Reading("clarify", about="metric", candidates=tuple(metrics))
        return None


def _read_as(deed: Deed) -> Reading:
    """Whole, or asked back with what was read of it."""
    outcome = "clarify" if deed.about or deed.unread else deed.kind
    read = Reading(outcome, deed.intent, deed.slots, deed.about, deed.candidates, deed.unread, deed.repairs)
    return replace(read, because=deed.because) if deed.because else read
