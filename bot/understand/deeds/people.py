# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Whom an order names: from, to, several. Never picks: two who fit are asked about, and so is a stranger."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.understand.deeds.sheet import Sheet
from bot.understand.deeds.table import ABSENT
from bot.understand.names import NameMatch
from bot.understand.normalise import key_of, words_of

_NOUN = r"(?:(?:el|la|los|las|the)\s+)?(?:(?:agentes?|asesor(?:a|es|as)?|agents?|gestor(?:a|es|as)?|ejecutiv[oa]s?|collectors?)\s+)?"
_FROM = re.compile(rf"\b(?:de|del|desde|from|que tiene|que trae|of|a nombre de)\s+{_NOUN}")
_TO = re.compile(rf"\b(?:a|al|para|pa|hacia|to|entre|between|among|con|onto|for)\s+{_NOUN}")
_AND = re.compile(rf"\s*(?:,\s*(?:y|and|e)?|\b(?:y|and|e)\b|&)\s*(?:a\s+|to\s+)?{_NOUN}")
_TEAM = re.compile(r"\b(?:equipo|gente|personal|team|staff|people)\s*$")  # a filter of its own
_POSSESSIVE = re.compile(r"\s*'s\b")
MOST_WORDS = 4


@dataclass(frozen=True)
class Person:
    """Somebody named in an order: one, or those who may be meant; none of them where nobody is called so."""

    names: tuple[str, ...]
    sure: bool
    start: int
    end: int

    @property
    def name(self) -> str | None:
        return self.names[0] if self.sure and len(self.names) == 1 else None


_TAKES = re.compile(r"quit|sac|saq|retir|take|remove")
_TAKEN_FROM = re.compile(rf"\b(?:a|al|de|del|from|off)\s+{_NOUN}")
_AND_GIVES = re.compile(
    r",?\s*\b(?:y|and)\s+(?:se\s+(?:las?|los?)\s+)?(?:da|dase|dale|pasa|pase|asigna|asigne|manda|mande|reparte|reparta|distribuye|give|hand|assign|move|pass|split)[a-z]*(?:\s+(?:them|those|it|over|todas))*(?=\s+(?:a|al|to|entre|between|among)\b)"
)


def read_from(sheet: Sheet) -> None:
    """ "de Pedro Gil", "Pedro Gil's"; two of them are two orders."""
    takes = bool(_TAKES.match(sheet.said))
    if takes:  # "quítale 10 cuentas a Pedro y dáselas a Ana"
        sheet.first(_AND_GIVES)
    found = _possessive(sheet) or _chain(sheet, _TAKEN_FROM if takes else _FROM)
    if len(found) > 1:
        sheet.ask("entity:from_agent", *(n for p in found for n in p.names))
    elif found:
        _put(sheet, "from_agent", found[0])


# "Omar Mora no vino, reparte sus cuentas ...": whose "sus" are.
_THEIR = re.compile(
    r"\b(?:sus?|his|her|their)\s+(?:\d+\s+)?(?:cuentas|casos|cartera|accounts|cases|portfolio)\b"
)


def read_absent(sheet: Sheet) -> None:
    """Only where nobody else is named as the one they are taken from."""
    said = ABSENT.match(sheet.text)
    if said is None or "from_agent" in sheet.fields or not _THEIR.search(sheet.typed.folded):
        return
    person = person_at(sheet, said.start("who"), known_only=True)
    if person is not None and person.end == said.end("who"):
        sheet.take(*said.span())
        _put(sheet, "from_agent", person)


def read_to(sheet: Sheet) -> None:
    found = _keeper(sheet) or _given(sheet) or _chain(sheet, _TO)
    if len(found) > 1:
        read_several(sheet, "to_agents", found)
    elif found:
        _put(sheet, "to_agent", found[0])


def read_agents(sheet: Sheet) -> None:
    if found := _chain(sheet, _TO):
        read_several(sheet, "agents", found)


def read_several(sheet: Sheet, slot: str, found: list[Person]) -> None:
    known = [p.name for p in found if p.name]
    unsure = next((p for p in found if not p.name), None)
    if known:
        sheet.fields[slot] = list(dict.fromkeys(known))
    if unsure:
        _unclear(sheet, slot, unsure)


def _put(sheet: Sheet, slot: str, person: Person) -> None:
    if person.name:
        sheet.fields[slot] = person.name
    else:
        _unclear(sheet, slot, person)


def _unclear(sheet: Sheet, slot: str, person: Person) -> None:
    sheet.ask(f"entity:{slot}", *person.names)
    if not person.names:  # a stranger: as typed, among the words nobody could read
        sheet.read -= {
            n for n, t in enumerate(sheet.typed.tokens) if t.start >= person.start and t.end <= person.end
        }


def _chain(sheet: Sheet, lead: re.Pattern[str]) -> list[Person]:
    """The first place where this lead is followed by a person, and those joined to her."""
    for match in lead.finditer(sheet.text):
        first = None if _TEAM.search(sheet.text[: match.start()]) else person_at(sheet, match.end())
        if first is None:
            continue
        found = [first]
        sheet.take(match.start(), first.end)
        while (link := _AND.match(sheet.text, found[-1].end)) and (other := person_at(sheet, link.end())):
            sheet.take(link.start(), other.end)
            found.append(other)
        return found
    return []


def _possessive(sheet: Sheet) -> list[Person]:
    for token in sheet.typed.tokens:
        if token.kind != "word" or sheet.text[token.start] == "\x00":
            continue
        person = person_at(sheet, token.start, known_only=True)
        owner = _POSSESSIVE.match(sheet.text, person.end) if person else None
        if person and owner:
            sheet.take(person.start, owner.end())
            return [person]
    return []


def _given(sheet: Sheet) -> list[Person]:
    """ "give Ana Ruiz 20 accounts": whom, just after the verb."""
    if not re.fullmatch(r"give|hand|assign|dale|dales", sheet.said):
        return []
    person = person_at(sheet, sheet.asked.verb[1] + 1, known_only=True)
    if person is None:
        return []
    sheet.take(person.start, person.end)
    return [person]


def _keeper(sheet: Sheet) -> list[Person]:
    """ "que Ana se quede con las cuentas de Pedro": whom, just before the verb."""
    if not sheet.said.startswith("se qued"):
        return []
    verb = sheet.asked.verb[0]
    for token in (t for t in sheet.typed.tokens if t.end <= verb and t.kind == "word"):
        person = person_at(sheet, token.start, known_only=True)
        if person is not None and not sheet.typed.folded[person.end : verb].strip():
            sheet.take(person.start, person.end)
            return [person]
    return []


# --- One person ----------------------------------------------------------------------------------


def person_at(sheet: Sheet, at: int, *, known_only: bool = False) -> Person | None:
    """Whoever is named just here; None where no name begins (a client, a bucket, a plain word)."""
    tokens = sheet.typed.tokens
    place = next((n for n, t in enumerate(tokens) if t.start >= at), None)
    if place is None or tokens[place].start != at or tokens[place].kind != "word" or sheet.text[at] == "\x00":
        return None
    match = sheet.floor.names.match(tuple(t.text for t in tokens), place)
    if match is None:
        return None if known_only or not _may_be_a_name(sheet, place) else _stranger(sheet, place)
    agents = _agents(match)
    stop = place + match.length
    longer = _run(sheet, stop, MOST_WORDS - match.length)
    if longer > stop and not (match.full and match.length > 1 and not tokens[stop].raw[:1].isupper()):
        return _as_a_whole(sheet, place, longer, agents) if agents else None
    if not agents:
        return None if not _only_leads(match) else _person(sheet, place, stop, ())
    return _person(sheet, place, stop, agents, sure=match.sure)


def _agents(match: NameMatch) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c.display for c in match.candidates if c.kind == "agent"))


def _only_leads(match: NameMatch) -> bool:
    """A supervisor who works no accounts: a person, but nobody to take any."""
    return all(c.kind == "supervisor" for c in match.candidates)


def _person(sheet: Sheet, first: int, stop: int, names: tuple[str, ...], *, sure: bool = True) -> Person:
    tokens = sheet.typed.tokens
    return Person(names, sure, tokens[first].start, tokens[stop - 1].end)


def _stranger(sheet: Sheet, place: int) -> Person | None:
    stop = max(_run(sheet, place, MOST_WORDS), place + 1)
    return _as_a_whole(sheet, place, stop, ())


def _as_a_whole(sheet: Sheet, place: int, stop: int, parts: tuple[str, ...]) -> Person:
    """ "Ana López", "Pedro Gill": near one person it is her; near several, or none, it is asked."""
    typed = " ".join(t.raw for t in sheet.typed.tokens[place:stop])
    near = sheet.floor.names.near(" ".join(words_of(typed)))
    agents = _agents(near) if near else ()
    sure = bool(near and near.sure and len(agents) == 1)
    return _person(sheet, place, stop, agents or parts, sure=sure)


def _run(sheet: Sheet, place: int, most: int) -> int:
    """One past the last word that may still belong to the name that stands before."""
    tokens = sheet.typed.tokens
    stop = place
    while (
        stop < len(tokens) and stop - place < most and _touches(sheet, stop) and _may_be_a_name(sheet, stop)
    ):
        stop += 1
    return stop


def _touches(sheet: Sheet, place: int) -> bool:
    tokens = sheet.typed.tokens
    return place == 0 or not sheet.typed.folded[tokens[place - 1].end : tokens[place].start].strip()


def _may_be_a_name(sheet: Sheet, place: int) -> bool:
    """A word that no list knows, or that is somebody's; "cuentas", "mañana" and "manual" are not."""
    token = sheet.typed.tokens[place]
    if token.kind != "word" or not token.text.isalpha() or len(token.text) < 2:
        return False
    if sheet.text[token.start] == "\x00" or token.text in sheet.floor.table.fillers:
        return False
    lexicon = sheet.floor.lexicon
    known = (
        token.key in lexicon.longest or key_of(token.text) in lexicon.common or token.text in lexicon.common
    )
    return token.text in sheet.floor.names.words or not known


Reader = Callable[[Sheet], None]
