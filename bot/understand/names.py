"""Finds people, clients and campaigns in a message: exact forms first, then near ones; never picks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.understand.normalise import fold, words_of
from bot.understand.period_words import words
from db.access import Named, Names

# Words of a name that do not tell one from another.
_GENERIC = frozenset(
    words(
        "banco banca bank tienda tiendas financiera credito creditos campana cobranza servicios grupo "
        "comercial de del la las los el y e of the"
    )
)
_SMALL = frozenset(words("de del la las los y e"))
SURE, MARGIN, NEAR = 90.0, 8.0, 74.0
_WHOLE = 88.0  # so alike as a whole that the words need not pair off: "mariajose"
_LISTED = (Path(__file__).parent / "given_names.txt").read_text(encoding="utf-8")
GIVEN = frozenset(w for line in _LISTED.splitlines() if not line.startswith("#") for w in line.split())
_CODE_TAIL = re.compile(r"\s*\([^)]*\)\s*$")
Form = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameMatch:
    """Who may be meant by a stretch of words. `exact`: typed as it is written somewhere."""

    candidates: tuple[Named, ...]
    length: int
    exact: bool = True
    full: bool = False  # the whole name, or a nickname, not a part of it
    sure: bool = True  # False: even a single candidate is only a guess


def sound_of(text: str) -> str:
    """How a Spanish name sounds: Karla and Carla, Gonzales and González, are one."""
    steps = (("qu", "k"), ("ce", "se"), ("ci", "si"), ("c", "k"), ("z", "s"), ("v", "b"), ("h", ""),
             ("ll", "y"), ("ge", "je"), ("gi", "ji"), ("x", "j"), ("w", "u"), ("ph", "f"))  # fmt: skip
    out = fold(text)
    for old, new in steps:
        out = out.replace(old, new)
    return re.sub(r"(.)\1+", r"\1", out)


def akin(typed: str, known: str) -> bool:
    """Whether a person could take one word for the other: Rita and Orta no, Clara and Carla yes."""
    one, other = sound_of(typed), sound_of(known)
    if one == other:
        return True
    if not one or not other or one[0] != other[0]:
        return False
    return sorted(one) == sorted(other) or OSA.distance(one, other) <= _slips(min(len(one), len(other)))


def _slips(letters: int) -> int:
    return 0 if letters < 3 else 1 if letters <= 5 else 2


class NameIndex:
    """Every form a name is typed in, by its first word."""

    def __init__(self, names: Names) -> None:
        self._forms: dict[Form, list[tuple[Named, bool]]] = {}
        self._longest: dict[str, int] = {}
        for named in names.entries:
            for form, full in _forms_of(named):
                self._forms.setdefault(form, []).append((named, full))
        for form in self._forms:
            self._longest[form[0]] = max(self._longest.get(form[0], 0), len(form))
        self._spoken = {" ".join(form): form for form in self._forms}
        self._lines = list(self._spoken)
        self.words = frozenset(word for form in self._forms for word in form)

    def match(self, typed: Form, at: int) -> NameMatch | None:
        """The longest known form that begins at this word."""
        for length in range(min(self._longest.get(typed[at], 0), len(typed) - at), 0, -1):
            form = typed[at : at + length]
            if form in self._forms:
                return self._told(form, length)
        return None

    def _told(self, form: Form, length: int) -> NameMatch:
        hits = self._forms[form]
        whole = [named for named, full in hits if full]
        people = [n for n, _ in hits if n.kind in ("agent", "supervisor")]
        # "Alameda" is all there is to "Banco Alameda" and only a part of the campaign "Alameda Temprana".
        if whole and (len(form) > 1 or not people):
            return NameMatch(tuple(whole), length, full=True)
        return NameMatch(tuple(dict.fromkeys(n for n, _ in hits)), length, full=bool(whole))

    def near(self, typed: str) -> NameMatch | None:
        """Who a stretch that matches nobody may mean: one where it is sure, several where it is not."""
        scored = process.extract(typed, self._lines, scorer=fuzz.ratio, limit=12, score_cutoff=NEAR)
        sounding = sound_of(typed)
        best: dict[Named, float] = {}
        for line, score, _ in scored:
            if score < _WHOLE and not _pairs_off(typed, line):
                continue
            score = max(score, fuzz.ratio(sounding, sound_of(line)) - 2)
            for named, _full in self._forms[self._spoken[line]]:
                best[named] = max(best.get(named, 0.0), score)
        if not best:
            return None
        ranked = sorted(best.items(), key=lambda pair: -pair[1])
        length = len(typed.split())
        if self._is_sure(ranked) and not _is_another(typed, ranked[0][0]):
            return NameMatch(_one_person(ranked), length, exact=False)
        return NameMatch(tuple(n for n, _ in ranked[:5]), length, exact=False, sure=False)

    def _is_sure(self, ranked: list[tuple[Named, float]]) -> bool:
        first, score = ranked[0]
        if score < SURE:
            return False
        others = [(n, s) for n, s in ranked[1:] if n.display != first.display]
        if others and score - others[0][1] < MARGIN:
            return False
        return not self.namesakes(first)

    def namesakes(self, named: Named) -> list[Named]:
        """Others of another name who look or sound like this one."""
        mine = _plain(named.display)
        lines = process.extract(mine, self._lines, scorer=fuzz.ratio, limit=12, score_cutoff=72)
        found: list[Named] = []
        for line, _, _ in lines:
            for other, full in self._forms[self._spoken[line]]:
                if full and other.kind == named.kind and other.display != named.display:
                    found.append(other)
        return list(dict.fromkeys(found))


def _pairs_off(typed: str, line: str) -> bool:
    """Each word typed is like one of the name's."""
    known = line.split()
    return all(any(akin(word, other) for other in known) for word in typed.split() if word not in _SMALL)


def _is_another(typed: str, named: Named) -> bool:
    """ "Daniel" is no slip for Daniela: a name of its own that this person does not bear."""
    borne = {sound_of(word) for text in (named.display, *named.aliases) for word in words_of(text)}
    return any(word in GIVEN and sound_of(word) not in borne for word in typed.split())


def _one_person(ranked: list[tuple[Named, float]]) -> tuple[Named, ...]:
    return tuple(n for n, _ in ranked if n.display == ranked[0][0].display)


def _plain(display: str) -> str:
    return " ".join(words_of(_CODE_TAIL.sub("", display)))


def _forms_of(named: Named) -> Iterable[tuple[Form, bool]]:
    """Full name, nicknames and code are the whole; ordered parts of it are a part."""
    whole = words_of(_CODE_TAIL.sub("", named.display))
    out: dict[Form, bool] = {}
    if whole:
        out[whole] = True
    for alias in named.aliases:
        if form := words_of(alias):
            out[form] = True
    if any(c.isdigit() for c in named.code) and (any(c.isalpha() for c in named.code) or len(named.code) > 3):
        out[words_of(named.code)] = True
    telling = tuple(
        w for w in whole if w not in (_SMALL if named.kind in ("agent", "supervisor") else _GENERIC)
    )
    if telling and telling != whole:
        out.setdefault(telling, True)
    for size in range(1, min(len(telling), 4)):
        for part in combinations(telling[:5], size):
            if all(len(w) > 1 and not w.isdigit() for w in part):
                out.setdefault(part, False)
    return out.items()
