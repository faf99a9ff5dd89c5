"""Whom a message names: joins words into names, narrows them by the word before, asks where two fit."""

from collections.abc import Collection
from dataclasses import replace

from bot.understand.draft import Draft, Problem
from bot.understand.names import NameIndex, NameMatch
from bot.understand.normalise import fold, words_of
from bot.understand.tag import MOST_STRANGE, Item
from db.access import Named

_PEOPLE = ("agent", "supervisor")
LONGEST_NAME = 6  # words
_WITH = ("con", "with")
_OF = frozenset({"de", "del", "of", "la", "el", "de la"})


def join_names(
    draft: Draft, names: NameIndex, common: Collection[str], *, pick_near: bool = False
) -> list[tuple[str, str]]:
    """Names typed wrong or in part: one name item where it is sure, candidates where it is not.

    `pick_near` switches the guard off (for the test that shows what it prevents).
    """
    repairs: list[tuple[str, str]] = []
    if sum(item.kind == "unknown" for item in draft.items) > MOST_STRANGE:
        return repairs  # asked back whatever they are
    at = 0
    while at < len(draft.items):
        stop = _run_end(draft, at)
        plain = draft.items[at].kind != "unknown" or fold(draft.items[at].raw) in common
        if not plain and _with_its_noun(draft, at, stop, names):
            at -= 1
        fixed = _joined(draft, at, stop, names, pick_near) if stop > at + 1 or not plain else None
        if fixed is not None:
            repairs.append(fixed)
        at += 1
    return repairs


def _with_its_noun(draft: Draft, at: int, stop: int, names: NameIndex) -> bool:
    """ "Banco Almeda": the noun before is a part of the name where both together are surely one."""
    lead = draft.items[at - 1] if at else None
    if lead is None or lead.kind != "dim" or lead.last != draft.items[at].first:
        return False
    match = names.near(" ".join(words_of(" ".join(i.raw for i in draft.items[at - 1 : stop]))))
    if match is not None and match.sure:
        lead.kind = "unknown"
        return True
    return False


def _run_end(draft: Draft, at: int) -> int:
    """One past the last of the person-like words that touch each other from here."""
    stop = at
    while stop < min(len(draft.items), at + LONGEST_NAME) and _may_join(draft.items[stop]):
        if stop > at and draft.items[stop - 1].last != draft.items[stop].first:
            break
        stop += 1
    return max(stop, at + 1)


def _may_join(item: Item) -> bool:
    if item.kind == "unknown":
        return len(item.raw) > 1 and item.raw.replace("-", "").isalpha()
    return item.kind == "name"


def _joined(draft: Draft, at: int, stop: int, names: NameIndex, pick_near: bool) -> tuple[str, str] | None:
    run = draft.items[at:stop]
    if all(i.kind == "name" and i.value.full for i in run):
        return None
    if any(i.kind == "name" and i.value.full and i.size > 1 for i in run):
        return None  # "sacó Karla Mendoza": the name is whole, the word beside it is another
    whole_names = [i for i in run if i.kind == "name" and i.value.full]
    typed = " ".join(i.raw for i in run)
    match = names.near(" ".join(words_of(typed)))
    if match is None and len(run) > 1 and not whole_names:
        match = _of_the_parts(run, names)
    if match is None or (whole_names and (len(match.candidates) != 1)):
        return None
    if pick_near and len(match.candidates) > 1:
        match = NameMatch(match.candidates[:1], match.length, exact=False)
    one = Item("name", match, run[0].first, run[-1].last, typed)
    draft.items[at:stop] = [one]
    displays = {c.display for c in match.candidates}
    if len(displays) == 1:
        display = displays.pop()
        return None if fold(display) == fold(typed) else (typed, display)
    return None


def _of_the_parts(run: list[Item], names: NameIndex) -> NameMatch | None:
    """ "Ana López" where no Ana is a López: everybody called either is a candidate, nobody is picked."""
    found: list[Named] = []
    for item in run:
        match = item.value if item.kind == "name" else names.near(" ".join(words_of(item.raw)))
        found += match.candidates if match else ()
    if not any(item.kind == "name" for item in run):
        return None
    distinct = tuple(dict.fromkeys(found))
    return NameMatch(distinct[:6], len(run), exact=False, sure=False) if distinct else None


def narrow_names(draft: Draft) -> None:
    """ "agente Ana", "equipo de Rocío", "campaña Alameda": the word before says of which kind."""
    for at, item in draft.each("name"):
        _team_of(draft, at)
        cue = _cue(draft, at)
        if cue is None:
            continue
        place, kind = cue
        match: NameMatch = item.value
        kept = tuple(c for c in match.candidates if c.kind == kind)
        if kept:
            item.value = replace(match, candidates=kept)
            draft.take(place)
        elif draft.items[place].kind == "team" or not draft.items[place].plural:
            draft.problems.append(
                Problem(f"entity:{kind}", tuple(dict.fromkeys(c.display for c in match.candidates)))
            )
            draft.take(place, at)


def _team_of(draft: Draft, at: int) -> None:
    """ "Rocío's team", "the Alameda Temprana campaign": in English the noun follows the name."""
    place = draft.after(at, skip=("stop",))
    gap = draft.items[at + 1 : place]
    if place >= len(draft.items) or draft.items[place].used or any(fold(i.raw) != "'s" for i in gap):
        return
    noun, match = draft.items[place], draft.items[at].value
    kept = tuple(c for c in match.candidates if c.kind == noun.value)
    if noun.kind == "dim" and fold(noun.raw) in ("team", "campaign", "client") and kept:
        draft.items[at].value = replace(match, candidates=kept)
        draft.take(place)


def _cue(draft: Draft, at: int) -> tuple[int, str] | None:
    place = draft.before(at, skip=())
    linked = False
    while place >= 0 and draft.items[place].kind == "stop" and fold(draft.items[place].raw) in _OF:
        linked = True
        place -= 1
    if place < 0 or draft.items[place].used:
        return None
    lead = draft.items[place]
    if lead.kind == "team":
        return place, "supervisor"
    if lead.kind != "dim" or lead.value not in ("client", "campaign", "supervisor", "agent"):
        return None
    match: NameMatch = draft.items[at].value
    kinds = {c.kind for c in match.candidates}
    ranked = draft.kind(draft.before(place)) in ("by", "rank", "number")
    by_before = ranked and not _agentive(draft, place)
    if linked and lead.value == "supervisor" and not by_before and not lead.plural:
        return place, "supervisor"
    if linked and (lead.value not in kinds or by_before or (lead.value == "agent" and lead.plural)):
        return None
    if not linked and lead.value not in kinds and by_before:
        return None
    return place, lead.value


def _agentive(draft: Draft, place: int) -> bool:
    """ "tomadas por el equipo de Julio", "el TMO más alto del equipo de Julio": whose, not split by what."""
    lead = fold(draft.items[place - 1].raw).split()[-1] if place else ""
    return lead in ("el", "la", "the", "del", "de", "of", "in", "en") and not draft.items[place].plural


def settle(draft: Draft, at: int) -> tuple[str, str] | None:
    """The field and display name of a name item; None (and a problem) where it may be several."""
    item = draft.items[at]
    match: NameMatch = item.value
    item.used = True
    people = list(dict.fromkeys(match.candidates))
    kept = _by_context(draft, people)
    if len(kept) == 1 and match.sure:
        return kept[0].kind, kept[0].display
    field = people[0].kind
    same_name = len({p.display for p in people}) == 1
    labels = [f"{p.display} · {p.kind}" if same_name and len(people) > 1 else p.display for p in people]
    options = {
        label: {"filters+": {"field": p.kind, "op": "eq", "value": p.display}}
        for label, p in zip(labels, people, strict=True)
    }
    draft.problems.append(Problem(f"entity:{field}", tuple(dict.fromkeys(labels)), tuple(options.items())))
    return None


def _by_context(draft: Draft, people: list[Named]) -> list[Named]:
    """One person who leads a team and also works accounts: split by agent, she is the team."""
    if len({p.display for p in people}) == 1 and {p.kind for p in people} == set(_PEOPLE):
        asked = {i.value for i in draft.items if i.kind == "dim"}
        if "agent" in asked:
            return [p for p in people if p.kind == "supervisor"]
    return people


def settle_doubles(draft: Draft) -> None:
    """A word that is a month or a state and somebody's name: ask, unless its place or case tells."""
    for at, item in draft.each("period", "value", "metric", "dim", "stop", "ne", "unclear"):
        other = item.alt
        if other is None or other.kind != "name":
            continue
        place = at - 1
        while place > 0 and draft.items[place].kind == "stop" and fold(draft.items[place].raw) in _OF:
            place -= 1
        led = draft.items[place] if place >= 0 else None
        if led is not None and led.kind == "dim" and item.kind == "value" and led.value == item.value[0]:
            continue  # "en el estado de Guerrero"
        if led is not None and (led.kind == "team" or (led.kind == "dim" and led.value in _PEOPLE)):
            draft.items[at] = other
            other.raw = item.raw
        elif item.kind == "period" and at and _is_a_person(draft, at):
            draft.items[at] = other  # nobody says "con julio" of the month
            other.raw = item.raw
        elif item.kind in ("period", "value") and _looks_like_a_name(draft, at):
            match: NameMatch = other.value
            labels = tuple(dict.fromkeys(c.display for c in match.candidates))
            draft.problems.append(Problem(f"entity:{match.candidates[0].kind}", (*labels, item.raw)))


def _is_a_person(draft: Draft, at: int) -> bool:
    """ "con Julio", "Rocío vs Laura vs Julio": no month stands there."""
    after = draft.items[at + 1] if at + 1 < len(draft.items) else None
    lead = draft.items[at - 1]
    if lead.kind == "ne" and fold(lead.raw).endswith(" a"):
        return True  # "sin contar a Julio"
    if fold(draft.items[at - 1].raw) in _WITH or (after is not None and fold(after.raw) == "'s"):
        return True
    return draft.kind(at - 1) == "vs" and draft.kind(draft.before(at - 1)) == "name"


def _looks_like_a_name(draft: Draft, at: int) -> bool:
    led = fold(draft.items[at - 1].raw) if at else ""
    others = any(i.kind == draft.items[at].kind for n, i in enumerate(draft.items) if n != at)
    capital = draft.items[at].raw[:1].isupper() and at > 0
    in_place = led in (
        "de",
        "en",
        "in",
        "of",
        "del",
        "for",
        "mes de",
        "vs",
        "contra",
        "from",
        "desde",
        "since",
    )
    if draft.items[at].kind == "value":
        return not (in_place and led in ("en", "in"))
    return (others and not in_place) or not in_place or (capital and led == "de")
