"""Tells from the words which action, list or report a message asks for (words.yaml). Reads no slot."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz.distance import OSA

from bot.understand.period_words import MONTHS, WEEKDAYS, words
from bot.understand.verbs import asking, showing, spelled

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_LOOSE = "[a-z]{1,7}"  # "registro", "reasignaste", "moviendo": spoken of, not ordered
# Their object follows the accounts: "pasa las cuentas de Ana a manual".
_SAID_LAST = ("assign_dial_mode", "flag_special", "set_do_not_call")
_EARLIEST = len(_SAID_LAST)


@dataclass(frozen=True)
class Order:
    """One way an action is asked for: a verb and, where that does not say it all, what it is done to."""

    intent: str
    verb: re.Pattern[str]
    spoken: re.Pattern[str]
    thing: re.Pattern[str] | None
    said: frozenset[str]  # the verbs' own words, for mending a slip
    begins: frozenset[str]  # what a message says first that asks for it


@dataclass(frozen=True)
class Asked:
    """An action recognised: where its verb and its object stand in the folded text."""

    intent: str
    verb: tuple[int, int]
    thing: tuple[int, int] | None


class Table:
    """words.yaml, compiled once."""

    def __init__(self, path: Path = Path(__file__).with_name("words.yaml")) -> None:
        with path.open(encoding="utf-8") as source:
            written = source.read()
        self.raw: dict[str, Any] = yaml.load(written, Loader=_LOADER)  # noqa: S506 (builds only text)
        # Every word the patterns know, written out or by its stem: none of them is a slip.
        self.spelled = frozenset((*re.findall(r"[a-z]{4,}", written), *_asked_with(written)))
        self.orders = tuple(o for i, entry in self.raw["actions"].items() for o in _orders(i, entry))
        self._begins = frozenset(said[:2] for order in self.orders for said in order.begins)
        self._any_verb = re.compile("|".join(f"(?:{order.verb.pattern})" for order in self.orders))
        said = sorted(_split(self.raw["polite"]), key=len, reverse=True)
        polite = "|".join((*map(spelled, self.raw["wishes"]), *said))
        self._polite = re.compile(rf"(?:[\W_]*(?:{polite})\b(?!')[\W_]*)*[\W_]*")
        self.row_nouns = re.compile(rf"\b(?:{self.raw['row_nouns']})\b")
        self.fillers = frozenset(self.raw["fillers"].split())
        self.report_fillers = frozenset(self.raw["report_fillers"].split()) | showing()
        self.reports = {name: re.compile(pattern) for name, pattern in self.raw["reports"].items()}

    def action(self, text: str) -> Asked | None:
        """The first order whose verb opens the message, or a part of it, and whose object is said."""
        opening = self.opening(text)
        timed = _TIME_FIRST.match(text, opening)
        return (
            self._ordered(text, opening)
            or (self._ordered(text, timed.end()) if timed else None)
            or (self._ordered(text, apart.end()) if (apart := _ACCOUNT_FIRST.match(text, opening)) else None)
            or (self._ordered(text, out.end()) if (out := ABSENT.match(text)) else None)
            or next((f for at in _later(text) if (f := self._ordered(text, at, clitic=True))), None)
        )

    def opening(self, text: str) -> int:
        """Where the courtesies before an order end."""
        match = self._polite.match(text)
        return match.end() if match else 0

    def timed(self, text: str) -> int:
        """Where what is asked begins after its days: "hoy, lista ...", "en octubre qué promesas ..."."""
        match = _DAYS_FIRST.match(text, self.opening(text))
        return match.end() if match else 0

    def opens(self, text: str) -> bool:
        """Whether a verb of ours opens the message, whatever it is done to."""
        return self._any_verb.match(text, self.opening(text)) is not None

    def _ordered(self, text: str, at: int, *, clitic: bool = False) -> Asked | None:
        """The object nearest to the verb tells: "pon una nota: la promesa ..." is a note."""
        found: list[tuple[int, int, Asked]] = []
        if text[at : at + 2] not in self._begins or self._any_verb.match(text, at) is None:
            return None
        for order in self.orders:
            verb = order.verb.match(text, at)
            if verb is None or (clitic and not _ENDS_IN_CLITIC.search(verb.group())):
                continue
            thing = order.thing and (
                order.thing.search(text, verb.end()) or (clitic and order.thing.search(text))
            )
            if order.thing is None or thing:
                span = thing.span() if thing else None
                place = span[0] if span else len(text)
                first = _SAID_LAST.index(order.intent) if order.intent in _SAID_LAST else _EARLIEST
                found.append((first, place, Asked(order.intent, verb.span(), span)))
        return min(found, key=lambda f: f[:2])[2] if found else None

    def spoken_of(self, text: str) -> str | None:
        """Which action a question speaks of ("¿se puede reasignar?", "¿quién movió ...?")."""
        for order in self.orders:
            if order.spoken.search(text) and (order.thing is None or order.thing.search(text)):
                return order.intent
        return None

    def mended(self, text: str) -> tuple[str, str] | None:
        """A first word one or two letters away from one verb: as typed, and the verb."""
        first = re.compile(r"[a-z]+").match(text, self.opening(text))
        if first is None or len(first.group()) < 5:
            return None
        word, limit = first.group(), 1 if len(first.group()) < 8 else 2
        if any(order.spoken.fullmatch(word) for order in self.orders):
            return None  # "reasigno", "reasignaron": another form, not a slip
        far = {v: OSA.distance(v, word) for v in self.verbs if v[0] == word[0]}
        least = min(far.values(), default=9)
        near = [v for v, distance in far.items() if distance == least]
        return (word, near[0]) if len(near) == 1 and 0 < least <= limit else None

    @cached_property
    def verbs(self) -> frozenset[str]:
        return frozenset(v for order in self.orders for v in order.said)


_ENDS_IN_CLITIC = re.compile(r"(?:a|e|n|r)(?:me|nos|se)?(?:lo|la|los|las|le|les)$")
# "para mañana a las 9 programa ...": when, said before what.
_TO_TIME = (
    r"(?:para|pa|el|la|las|a|de|dia|proximo|this|next|on|at|by|for|in|the|pasado|am|pm|hrs?|horas)\b[\s,]*"
)
_AT_TIME = (
    r"(?:manana|tarde|noche|morning|afternoon|hoy|today|tomorrow|\d{1,2}(?::\d\d)?|"
    rf"{'|'.join((*WEEKDAYS, *MONTHS))})\b[\s,]*"
)
_TIME_FIRST = re.compile(rf"(?:{_TO_TIME})*{_AT_TIME}(?:{_AT_TIME}|{_TO_TIME})*")
_DAYS_FIRST = re.compile(
    r"(?:(?:de|en|del|para|in|on|for)\s+)?(?:hoy|ayer|antier|manana|today|yesterday|tomorrow|(?:(?:el|la|los|las|this|last|next|the|este|esta)\s+)+(?:\w+\s+)?(?:semana|mes|quincena|ano|week|month|year|dias|days)(?:\s+(?:pasad[oa]|anterior|antepasad[oa]))?"
    rf"|(?:{'|'.join(MONTHS)})(?:\s+(?:de\s+)?20\d\d)?)[\s,:]+"
)
# "Omar Mora no vino, reparte sus cuentas ...": an order after who is away.
_AWAY = (
    r"no (?:vino|viene|vendra|llego|se presento|va a venir)|falto"
    r"|esta (?:enferm[oa]|de vacaciones|incapacitad[oa])|is (?:out|sick|on leave|on vacation)"
    r"|(?:did not|didn't) (?:come|show up)"
)
ABSENT = re.compile(
    rf"\W*(?:hoy\s+)?(?P<who>[a-z]+(?:\s[a-z]+){{0,3}}?)\s+(?:{_AWAY})(?:\s+(?:hoy|today))?\s*[,;.:]\s*"
)
# An order after its account: "cuenta 10023: registra una promesa".
_ACCOUNT_FIRST = re.compile(
    r"(?:(?:en|para|on|for)\s+)?(?:(?:la|the)\s+)?(?:cuenta|cta|account|acct)\s*(?:no\.?\s*|numero\s+)?"
    r"#?\d{3,}(?:-\d+)?\s*(?:[-:,;]\s)\W*"
)
_WORD = re.compile(r"\b[a-z]{3,}(?:lo|la|los|las|le|les)\b")


def _later(text: str) -> Iterator[int]:
    """ "a la cuenta 4471 ponle ...", "las de Pedro pásalas a Ana": an order further on ends in its object."""
    return (m.start() for m in _WORD.finditer(text))


def _asked_with(written: str) -> Iterator[str]:
    for stem, ending in re.findall(r"\b([a-z]+)\.(ar|er|ir)\b", written):
        yield from asking(stem + ending)


def _split(alternatives: str) -> list[str]:
    return [a.strip() for a in alternatives.split("|")]


def _orders(intent: str, entry: Mapping[str, Any]) -> Iterator[Order]:
    for way in (entry, *entry.get("also", ())):
        thing = way.get("objects", "")
        verbs: list[str] = way["verbs"]
        ordered = "|".join(sorted((_form(v) for v in verbs), key=len, reverse=True))
        spoken = "|".join(_spoken(v) for v in verbs)
        yield Order(
            intent,
            re.compile(rf"(?:{ordered})\b"),
            re.compile(rf"\b(?:{spoken})\b"),
            re.compile(rf"\b(?:{thing})(?![a-z])") if thing else None,
            frozenset(_sayings(verbs)),
            frozenset(form for verb in verbs for form in _first_words(verb)),
        )


def _first_words(verb: str) -> tuple[str, ...]:
    first = verb.split(" ")[0]
    return asking(first.replace(".", "")) if "." in first else (first,)


def _form(verb: str) -> str:
    return spelled(verb)


def _spoken(verb: str) -> str:
    if " " in verb or "." not in verb:
        return spelled(verb) + r"(?:s|d|ed|ing)?"
    stems = {verb.partition(".")[0], *(form[:-1] for form in asking(verb.replace(".", ""))[:1])}
    return "|".join(f"{stem}{_LOOSE}" for stem in sorted(stems))


def _sayings(verbs: Iterable[str]) -> Iterator[str]:
    """The plain forms of an order, the ones worth mending a slip toward."""
    for verb in verbs:
        if "." not in verb:
            yield from words(verb) if " " not in verb else ()
        elif " " not in verb:
            stem, _, ending = verb.partition(".")
            yield from (stem + ("e" if ending in ("er", "ir") else "a"), stem + ending)
