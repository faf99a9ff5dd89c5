"""X against Y: two periods, a target, a budget, the year before, or two of one field side by side."""

from bot.understand.draft import Draft, Problem
from bot.understand.entities import settle
from bot.understand.filters import chain, operand
from bot.understand.lexicon import Lexicon
from bot.understand.normalise import fold
from bot.understand.period import Found

_WITH = frozenset({"con", "with", "to", "a", "contra", "y", "and"})


def read_comparisons(draft: Draft, lexicon: Lexicon) -> None:
    """Each "vs" takes what follows it; left of it stands what it is compared with."""
    for at, item in draft.each("vs"):
        after = draft.after(at, skip=("stop", "vs"))
        if draft.kind(after) == "me" and draft.kind(draft.after(after)) == "target":
            after = draft.after(after)  # "contra mi meta": whose it is, read_mine says
        kind = draft.kind(after)
        if kind == "dim" and draft.kind(draft.after(after)) in ("name", "value"):
            after = draft.after(after)
            kind = draft.kind(after)
        taken = True
        if kind == "period":
            _against_period(draft, after)
        elif kind in ("target", "budget"):
            draft.compare_to = kind
            draft.take(after)
        elif kind == "previous":
            draft.compare_to = "previous"
            if "antepasad" in fold(draft.items[after].raw):
                draft.flags.add("before_last")
            draft.take(after)
        elif kind in ("name", "value", "unclear"):
            taken = _side_by_side(draft, at, after, lexicon)
        elif kind == "metric":
            taken = True
        else:
            taken = False
        if taken:
            item.used = True
            for between in range(at + 1, min(after, len(draft.items))):
                if draft.items[between].kind == "vs":
                    draft.take(between)
    _read_verb(draft, lexicon)
    _same_alone(draft)


def _against_period(draft: Draft, at: int) -> None:
    found: Found = draft.items[at].value
    draft.take(at)
    if draft.compare_to is not None:
        draft.problems.append(Problem("period", (draft.items[at].raw,)))
    if found.mode == "same":
        draft.compare_to = "previous_year" if found.unit == "year" else "same"
        draft.compare_found = found
    elif _is_year_before(draft, at, found):
        draft.compare_to = "previous_year"
    else:
        draft.compare_to, draft.compare_found = "period", found


def _is_year_before(draft: Draft, at: int, found: Found) -> bool:
    return found.unit == "year" and fold(draft.items[at].raw) not in _named_years(found)


def _named_years(found: Found) -> set[str]:
    """ "vs 2025" is that year as a whole; "vs el año pasado" the same days a year before."""
    year = found.period.start.year if found.period else 0
    return {f"{lead}{year}" for lead in ("", "en ", "de ", "del ", "ano ", "el ano ", "in ", "of ")}


def _side_by_side(draft: Draft, at: int, after: int, lexicon: Lexicon) -> bool:
    """Two of one field: split by it, and only those. Never their sum."""
    left = _left_operand(draft, at)
    if left is None:
        return _against_the_last(draft, at, after, lexicon)
    places = [left] if not draft.items[left].used else []
    places += chain(draft, after)
    pairs = [operand(draft, place, lexicon) for place in places]
    for place in places:
        cue = draft.before(place)
        if draft.kind(cue) == "dim" and draft.items[cue].value in (
            "client",
            "campaign",
            "supervisor",
            "agent",
            "bucket",
            "state",
            "shift",
            "dial_mode",
            "channel",
        ):
            draft.take(cue)
    _beside(draft, pairs)
    return True


def _against_the_last(draft: Draft, at: int, after: int, lexicon: Lexicon) -> bool:
    """ "vs Laura" after a question about Rocío: the two side by side."""
    opens = draft.before(at, skip=("stop", "and", "comma")) < 0
    if not draft.in_thread or not opens or len(chain(draft, after)) != 1:
        return False
    found = operand(draft, after, lexicon)
    if found is not None:
        draft.beside = found
        cue = draft.before(after)
        if draft.kind(cue) == "dim":
            draft.take(cue)
    return True


def _left_operand(draft: Draft, at: int) -> int | None:
    place = draft.before(at)
    said = draft.kind(place) in ("name", "value", "unclear")
    chained = said and draft.kind(draft.before(place)) == "vs"  # "A vs B vs C": B is read already
    return place if said and (chained or not draft.items[place].used) else None


def _beside(draft: Draft, pairs: list[tuple[str, str | bool] | None]) -> None:
    said = [p for p in pairs if p is not None]
    fields = {field for field, _ in said}
    if len(fields) > 1:
        draft.problems.append(Problem("confirm_reading", tuple(str(v) for _, v in said)))
        return
    for field, value in said:
        draft.add_dim(field)
        draft.add_filter(field, "eq", value)


def _read_verb(draft: Draft, lexicon: Lexicon) -> None:
    """ "compara octubre con septiembre", "diferencia entre Ana y Pedro"."""
    for at, _ in draft.each("compare"):
        draft.flags.add("compare")
        names = [p for p, i in draft.each("name", "value") if p > at]
        periods = [p for p, i in draft.each("period") if p > at]
        if len(names) >= 2 and _linked(draft, names[0], names[1]):
            _side_by_side_from(draft, names[0], lexicon)
        elif len(periods) == 2 and draft.compare_to is None:
            _against_period(draft, periods[1])
        elif names and not periods and draft.kind(draft.after(names[0])) == "target":
            draft.compare_to = "target"
            draft.take(draft.after(names[0]))
    for at, _ in draft.each("between"):
        following = draft.after(at)
        if "compare" in draft.flags and draft.kind(following) in ("name", "value", "period", "metric"):
            draft.take(at)


def _side_by_side_from(draft: Draft, first: int, lexicon: Lexicon) -> None:
    places: list[int] = []
    here = first
    while draft.kind(here) in ("name", "value") and not draft.items[here].used:
        places.append(here)
        here = draft.after(here, skip=("stop", "and", "comma", "dim"))
    _beside(draft, [operand(draft, place, lexicon) for place in places])


def _linked(draft: Draft, first: int, second: int) -> bool:
    between = draft.items[first + 1 : second]
    return all(i.kind in ("stop", "and", "comma", "dim") for i in between)


def _same_alone(draft: Draft) -> None:
    """ "recuperado año contra año", "mes contra mes": the comparison is in the words themselves."""
    for _, item in draft.each("period"):
        found: Found = item.value
        if found.mode == "same" and draft.compare_to is None:
            item.used = True
            draft.compare_to = "previous_year" if found.unit == "year" else "same"
            draft.compare_found = found


__all__ = ["read_comparisons", "settle"]
