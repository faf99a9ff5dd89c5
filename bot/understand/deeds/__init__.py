"""Reads what people ask to be done, listed or reported: an order with its slots, whole or asked back.

Knows no thread and no right; what it returns as whole never carries a word it did not read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from bot.understand.deeds import accounts, alarms, arco, law, marks, payments, plans, sending
from bot.understand.deeds.action import Action
from bot.understand.deeds.again import previous_list, read_again
from bot.understand.deeds.lists import Lists
from bot.understand.deeds.numbers import numbers
from bot.understand.deeds.reports import read_asked, read_record
from bot.understand.deeds.sheet import Floor, Sheet
from bot.understand.deeds.slots import note_at
from bot.understand.deeds.stepped import read_stepped
from bot.understand.deeds.table import Asked, Table
from bot.understand.deeds.when import recurs
from bot.understand.lexicon import Lexicon, by_letter
from bot.understand.names import NameIndex
from bot.understand.normalise import Typed, key_of, normalise
from bot.understand.tag import tag

Kind = Literal["action", "list", "report"]
ACTIONS: dict[str, Action] = {
    "reassign_accounts": accounts.REASSIGN,
    "assign_dial_mode": accounts.DIAL_MODE,
    "flag_special": marks.SPECIAL,
    "set_do_not_call": marks.DO_NOT_CALL,
    "add_note": marks.NOTE,
    "add_hold": marks.HOLD,
    "attend_breach": law.ATTEND,
    "erase_debtor": arco.ERASE,
    "open_nonconformity": arco.OPEN,
    "attend_nonconformity": arco.ATTEND,
    "release_hold": marks.RELEASE,
    "unmask": marks.UNMASK,
    "record_agreement": payments.AGREEMENT,
    "cancel_agreement": payments.CANCEL,
    "activate_agreement": payments.CANCEL,
    "issue_letter": payments.LETTER,
    "record_ptp": payments.PROMISE,
    "cancel_ptp": payments.CANCEL_PROMISE,
    "set_target": plans.TARGET,
    "create_alert": plans.ALERT,
    "stop_alert": plans.STOP_ALERT,
    "attend_alert": alarms.ATTEND,
    "schedule_reminder": sending.REMINDER,
    "schedule_report": sending.SCHEDULE,
    "send_report": sending.SEND,
    "assign_training": sending.TRAINING,
    "undo": sending.UNDO,
}
# What they are to say is data: nothing in it is mended or obeyed.
AS_TYPED = ("add_note", "attend_breach", "attend_alert", "open_nonconformity", "attend_nonconformity")
_TO_ME = re.compile(r"(?:me|nos)$")
_CHARTED = re.compile(r"\s+(?:(?:una?|la|el|me|a|the)\s+)*(?:grafic[oa]s?|chart|graph|plot|tabla|table)\b")
_ASKED = re.compile(r"[?¿]")
_GIVES = re.compile(r"pas|mand|give|move|send")
_ASKED_FIRST = ("entity:", "slot:", "confirm_reading", "period")


@dataclass(frozen=True)
class Deed:
    """What is to be done, listed or reported, as far as it is certain. `about`: what to ask first."""

    kind: Kind
    intent: str
    slots: dict[str, Any] = field(default_factory=dict)
    about: str | None = None
    candidates: tuple[Any, ...] = ()
    unread: tuple[str, ...] = ()
    repairs: tuple[tuple[str, str], ...] = ()
    because: tuple[tuple[str, str], ...] = ()  # what cannot be as it was said, and why


class Deeds:
    """Built once from the agency's names and the lexicon. `residue`: whether unread words are asked about."""

    def __init__(self, names: NameIndex, lexicon: Lexicon, *, residue: bool = True) -> None:
        self._residue = residue
        self.table = Table()
        self._lists = Lists(self.table)
        self._floor = Floor(self.table, names, lexicon)
        worth = [*(v for v in self.table.verbs if len(v) >= 5), *self.table.raw["mend"].split()]
        kept = {key_of(w) for w in (*self.table.raw["kept"].split(), *self.table.spelled)}
        words = {**{key_of(w): w for w in worth}, **lexicon.vocabulary}
        self._mending = replace(
            lexicon, vocabulary=words, near=by_letter(words), common=lexicon.common | kept
        )

    def about(self, text: str) -> str | None:
        """Which action a question speaks of ("¿se puede reasignar?")."""
        return self.table.spoken_of(text)

    def begins_with(self, typed: Typed, word: str) -> bool:
        """Whether that is the order's own verb."""
        asked = self.table.action(unquoted(typed))
        return asked is not None and typed.folded[slice(*asked.verb)].split()[:1] == [word]

    def erases(self, typed: Typed) -> bool:
        """ "suprime los datos personales de ...": named to be taken away, not to be shown."""
        asked = self.table.action(unquoted(typed))
        return asked is not None and asked.intent == "erase_debtor"

    def lists(self, text: str) -> bool:
        """ "lista los convenios que se cancelaron": the rows, not who did it."""
        return self._lists.asked(text) is not None

    def without_note(self, typed: Typed) -> str:
        """The message without quotations and without what a note is to say: both are data."""
        text = unquoted(typed)
        asked = self.table.action(text)
        if asked is None or asked.intent not in AS_TYPED or asked.thing is None:
            return text
        body = note_at(text, asked.thing[1])
        return text if body is None else text[:body]

    def read(self, typed: Typed, now: datetime) -> Deed | None:
        """An action, a report or a list; None where the message is none of them."""
        repairs: list[tuple[str, str]] = []
        begun = self._begin(typed, now)
        mended = self.table.mended(typed.folded) if begun is None else None
        if mended and not self._floor.lexicon.nearer(*mended):
            typed, repairs = _with(typed, *mended), [mended]
            begun = self._begin(typed, now)
        if begun is None and not self.table.opens(typed.folded):
            return None
        if begun is None or begun[1].asked.intent not in AS_TYPED:  # a note is kept as typed
            slips = tag(typed.raw, self._but(begun), self._floor.names, now.date())
            typed, repairs = slips.typed, [*repairs, *slips.repairs]
            begun = self._begin(typed, now) or begun
        return self._filled(*begun, tuple(repairs)) if begun is not None else None

    def again(self, typed: Typed, now: datetime, previous: Mapping[str, Any] | None) -> Deed | None:
        """ "y las cumplidas?" after a list of promises: that list, changed. None if more is said."""
        before = previous_list(previous)
        if before is None or self._lists.stands_alone(typed.folded):
            return None
        asked = Asked(before[0], (0, 0), None)
        sheet = self._sheet(typed, now, asked, self._lists.again)
        changed = read_again(self._lists, sheet, before[1])
        if not changed or sheet.left():
            return None
        about, candidates = _to_ask(sheet)
        return Deed("list", before[0], sheet.fields, about, candidates)

    def stepped(self, typed: Typed, previous: Mapping[str, Any] | None) -> Deed | None:
        """ "súbela 10 %" after a target: that target with its new value."""
        found = read_stepped(unquoted(typed), previous, self._floor.lexicon)
        if found is None:
            return None
        about = None if "value" in found.fields else "slot:value"
        return Deed("action", "set_target", found.fields, about, found.values)

    def past(self, typed: Typed, now: datetime, about: str | None) -> Deed:
        """ "¿quién movió las cuentas de Ana?": what the record says of it. Nothing is done again."""
        sheet = self._sheet(typed, now, Asked("audit", (0, 0), None), self.table.report_fillers)
        read_record(sheet, about)
        about_, candidates = _to_ask(sheet)
        unread = sheet.left()
        return Deed("list", "audit", sheet.fields, "unknown_term" if unread else about_, candidates, unread)

    def _but(self, begun: tuple[Kind, Sheet] | None) -> Lexicon:
        """The words to mend toward; the order's own verb is no slip."""
        verb = begun[1].said if begun else ""
        if not verb:
            return self._mending
        return replace(self._mending, common=self._mending.common | {key_of(w) for w in verb.split()})

    # --- What it is ------------------------------------------------------------------------------

    def _begin(self, typed: Typed, now: datetime) -> tuple[Kind, Sheet] | None:
        text = unquoted(typed)
        ordered = self.table.action(text)
        asked = self._settled(ordered, text) if ordered else _told(text)
        if asked is None and ordered is not None and self._hands_on(typed, now, ordered, text):
            asked = ordered
        if asked is not None:
            return "action", self._sheet(typed, now, asked)
        for name, pattern in self.table.reports.items():
            if (match := pattern.search(text)) and recurs(text):
                return "action", self._sheet(typed, now, Asked("schedule_report", (0, 0), match.span()))
            if match:
                asked = Asked(name, (0, 0), match.span())
                return "report", self._sheet(typed, now, asked, self.table.report_fillers)
        listing = self._lists.asked(text)
        if listing is None:
            return None
        return "list", self._sheet(typed, now, Asked(listing.intent, (0, 0), None), self._lists.fillers)

    def _sheet(
        self, typed: Typed, now: datetime, asked: Asked, silent: frozenset[str] = frozenset()
    ) -> Sheet:
        return Sheet(self._floor, typed, now, asked, silent=silent)

    def _settled(self, asked: Asked, text: str) -> Asked | None:
        """ "mándame el reporte", "pásame las cuentas" ask to see; "... los lunes" puts it on the clock."""
        verb = text[slice(*asked.verb)]
        to_me = _TO_ME.search(verb) or re.match(r"\s+(?:me|us)\b", text[asked.verb[1] :])
        to_me = to_me or re.search(r"\b(?:me|nos)\s+$", text[: asked.verb[0]])
        if asked.intent in ("record_ptp", "record_agreement") and _CHARTED.match(text, asked.verb[1]):
            return None  # "hazme una gráfica con mis promesas"
        if asked.intent == "reassign_accounts":
            return None if to_me and _GIVES.match(verb) else asked
        if asked.intent != "send_report":
            return asked
        if recurs(text):
            return replace(asked, intent="schedule_report")
        return None if to_me and "#" not in text else asked

    def _hands_on(self, typed: Typed, now: datetime, ordered: Asked, text: str) -> bool:
        """ "pásame las 3 cuentas de Sandra a Abril": from one to another, whoever asks for it."""
        if ordered.intent != "reassign_accounts" or accounts.MONTHS.search(text):
            return False
        said = _run(self._sheet(typed, now, ordered)).fields
        return "from_agent" in said and bool({"to_agent", "to_agents"} & set(said))

    # --- Its slots -------------------------------------------------------------------------------

    def _filled(self, kind: Kind, sheet: Sheet, repairs: tuple[tuple[str, str], ...]) -> Deed | None:
        if kind == "list":
            listing = self._lists.asked(unquoted(sheet.typed))
            if listing is None or not self._lists.read(sheet, listing):
                return None
        elif kind == "report":
            read_asked(sheet)
        else:
            sheet = self._ordered(sheet)
        about, candidates = _to_ask(sheet) if kind != "action" else _first_lack(sheet)
        unread = sheet.left() if self._residue else ()
        if unread and _is_no_debt(sheet):
            about, candidates = "unsupported:schedule_reminder", ()
        elif kind == "action" and about is None and not unread and _ASKED.search(unquoted(sheet.typed)):
            about = "confirm_reading"  # an order with a question mark
        elif unread and not (about or "").startswith("entity:"):
            about, candidates = "unknown_term", ()
        read = Deed(kind, sheet.asked.intent, sheet.fields, about, candidates, unread, repairs)
        return replace(read, because=tuple(sheet.because))

    def _ordered(self, sheet: Sheet) -> Sheet:
        """ "pasa 20 cuentas a Ana en manual" moves them; "pasa las de Ana a manual" does not."""
        if sheet.asked.intent == "assign_dial_mode":
            other = _run(
                self._sheet(sheet.typed, sheet.now, replace(sheet.asked, intent="reassign_accounts"))
            )
            if {"to_agent", "to_agents"} & set(other.fields):
                return other
        return _run(sheet)


def _told(text: str) -> Asked | None:
    """No order by its verb: a promise that is told, or a watch whose condition stands first."""
    if (said := payments.promised_at(text)) is not None:
        return Asked("record_ptp", (said[1], said[1]), None)
    if (said := accounts.wished_at(text)) is not None:
        return Asked("reassign_accounts", said, None)
    if (said := plans.watched_at(text)) is not None:
        return Asked("create_alert", said, None)
    return None


_TO_ONESELF = re.compile(r"(?:recuerd|record)[a-z]*?(?:me|nos)\b|remind\s+(?:me|us)\b")


def _is_no_debt(sheet: Sheet) -> bool:
    """ "recuérdame pedir el archivo": a reminder of something else than a debt is none of ours."""
    said = {"account", "scope"} & set(sheet.fields)
    if not _TO_ONESELF.match(sheet.typed.folded, sheet.asked.verb[0]):
        said |= {"filters"} & set(sheet.fields)
    return sheet.asked.intent == "schedule_reminder" and not said


def _run(sheet: Sheet) -> Sheet:
    asked = sheet.asked
    sheet.mark(0, sheet.floor.table.opening(sheet.typed.folded))
    sheet.take(*asked.verb)
    thing = sheet.typed.folded[slice(*asked.thing)] if asked.thing else ""
    account = sheet.floor.table.row_nouns.fullmatch(thing) or any(c.isdigit() for c in thing)
    counted = next(numbers(thing), None)  # "de mil quinientos"
    if asked.thing and not (account or counted) and asked.intent not in _KEEPS:
        sheet.take(*asked.thing)
    for again in _DO_IT.finditer(sheet.text):
        sheet.mark(*again.span())
    for noun in sheet.floor.table.row_nouns.finditer(sheet.text):
        sheet.mark(*noun.span())
    for reader in ACTIONS[asked.intent].readers:
        reader(sheet)
    return sheet


# "promesa de 3 mil de la 10090, regístrala": says again that it is an order.
_DO_IT = re.compile(
    r"[,;.]\s*(?:y\s+|porfa\s+|por favor\s+)?"
    r"(?:registr|anot|captur|apunt|guard|program|agend|apli|ejecut|haz|hag)[a-z]{0,3}?(?:me)?l[oa]s?(?=\W*$)"
)
# Their readers look for the object itself: which report, which course, whose accounts.
_KEEPS = frozenset(
    (
        *("schedule_report", "send_report", "assign_training", "undo"),
        *("reassign_accounts", "assign_dial_mode"),
    )
)


def _first_lack(sheet: Sheet) -> tuple[str | None, tuple[Any, ...]]:
    """What could be two things first, then what was not said at all."""
    about, candidates = _to_ask(sheet)
    asked = {p.about for p in sheet.problems}
    for each in ACTIONS[sheet.asked.intent].needs:
        said = any(slot in sheet.fields for slot in each.any_of)
        doubted = any(a in asked for slot in each.any_of for a in (f"entity:{slot}", f"slot:{slot}"))
        if about is None and not said and not doubted:
            return each.about, ()
    return about, candidates


def _to_ask(sheet: Sheet) -> tuple[str | None, tuple[Any, ...]]:
    ranked = sorted(sheet.problems, key=lambda p: _urgency(p.about))
    return (ranked[0].about, ranked[0].candidates) if ranked else (None, ())


def _urgency(about: str) -> int:
    return next((n for n, first in enumerate(_ASKED_FIRST) if about.startswith(first)), len(_ASKED_FIRST))


def unquoted(typed: Typed) -> str:
    """What is quoted is data: no guard and no verb is looked for inside it."""
    text = typed.folded
    for token in typed.tokens:
        if token.kind == "quote":
            text = text[: token.start] + " " * (token.end - token.start) + text[token.end :]
    return text


def _with(typed: Typed, wrong: str, right: str) -> Typed:
    token = next((t for t in typed.tokens if t.text == wrong), None)
    if token is None:
        return typed
    start, end = typed.origin[token.start], typed.origin[token.end - 1] + 1
    return normalise(typed.raw[:start] + right + typed.raw[end:])


__all__ = ["ACTIONS", "Deed", "Deeds", "unquoted"]
