"""Puts tokens in the place of what must not leave: names, accounts, personal keys, quotations, notes.

Works on the folded text, so that accents, full-width digits and invisible characters hide nothing.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.understand.names import GIVEN, NameIndex
from bot.understand.normalise import Typed, normalise
from bot.understand.period_words import words
from bot.understand.tag import Item, Tagged
from db.identifiers import ADDRESS, KEY

_NOTES = r"\b(?:notas?|note|comentarios?|comment|observacion(?:es)?|mensaje|message)\s*:.*"
_QUOTED = r"""\"[^\"]*(?:\"|$)|`[^`]*(?:`|$)|(?<![a-z0-9])'[^']{2,}(?:'|$)"""
_LINK = r"<[@#!][^>]*>|<(?:mailto|tel):[^>]*>"
_LONG = r"(?<![\w$.,])(?!20\d\d-\d\d-\d\d\b)\+?\(?\d(?:[ .()-]{0,2}\d){6,}\b"  # phones, cards, CLABE
_MIXED = r"\b(?=(?:[a-z_-]*\d){3})(?=[0-9_-]*[a-z])[a-z0-9]+(?:[_-][a-z0-9]+)*\b"  # AL-10023
_CALLED = r"#\d{3,}|(?:(?<=cuenta )|(?<=cta )|(?<=account )|(?<=credito )|(?<=contrato )|(?<=loan ))#?\d{4,}"
# Amounts stay: what carries a money sign or thousands is left alone.
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("NOTE", re.compile(_NOTES, re.DOTALL)),
    ("QUOTED", re.compile(_QUOTED, re.DOTALL)),
    ("ADDRESS", re.compile(f"{ADDRESS}|{_LINK}")),
    ("KEY", re.compile(KEY, re.IGNORECASE)),
    ("ACCOUNT", re.compile(f"{_LONG}|{_MIXED}|{_CALLED}")),
)
_TOKEN = re.compile(r"\b[A-Z]+_\d+\b")
_PEOPLE = frozenset(
    words("senor senora sr sra srta don dona mr mrs ms deudor deudora debtor titular aval licenciado lic")
)
Cut = tuple[int, int, str]  # from, to (of the folded text), kind


@dataclass(frozen=True)
class Masked:
    """A text that may leave, and what its tokens stand for."""

    text: str
    behind: Mapping[str, str] = field(default_factory=dict)

    def open(self, said: str) -> str:
        """Words of the answer as they were typed."""
        return _TOKEN.sub(lambda token: self.behind.get(token.group(), token.group()), said)

    def knows(self, said: str) -> bool:
        """Whether each token in it is one of ours."""
        return all(token in self.behind for token in _TOKEN.findall(said))


def masked(tagged: Tagged, names: NameIndex) -> Masked:
    """A message, as it was cut into pieces. `names`: of everybody, whoever of them the asker may know."""
    typed, items = tagged.typed, tagged.items
    known = (*_named(items, typed), *_in_full(typed, names), *_strangers(items, typed, names))
    return _cut(typed, [*_patterns(typed), *known])


def masked_text(text: str, names: NameIndex) -> Masked:
    """Any text of ours: whoever it names in full."""
    typed = normalise(text)
    return _cut(typed, [*_patterns(typed, ("ADDRESS", "KEY", "ACCOUNT")), *_in_full(typed, names)])


def _patterns(typed: Typed, kinds: Iterable[str] = ()) -> Iterable[Cut]:
    for kind, pattern in _PATTERNS:
        if not kinds or kind in kinds:
            yield from ((*match.span(), kind) for match in pattern.finditer(typed.folded))


def _in_full(typed: Typed, names: NameIndex) -> Iterable[Cut]:
    spoken = tuple(token.text for token in typed.tokens)
    at = 0
    while at < len(spoken):
        match = names.match(spoken, at)
        if match is not None and (match.full or match.length > 1):
            last = typed.tokens[at + match.length - 1]
            yield typed.tokens[at].start, last.end, match.candidates[0].kind.upper()
        at += match.length if match else 1


def _named(items: Iterable[Item], typed: Typed) -> Iterable[Cut]:
    for item in items:
        if item.kind == "name":
            yield (*_place(item, typed), item.value.candidates[0].kind.upper())
        elif item.kind in ("quote", "mention"):
            yield (*_place(item, typed), "QUOTED")


def _strangers(items: list[Item], typed: Typed, names: NameIndex) -> Iterable[Cut]:
    """Whoever is not known by that name: one spelt wrong, a given name, a capital inside the sentence."""
    run: list[Item] = []
    for place, item in enumerate([*items, Item("end", None, 0, 0, "")]):
        loose = item.kind == "unknown" and item.raw[:1].isalpha()
        if loose and (not run or run[-1].last == item.first):
            run.append(item)
            continue
        if run and _is_somebody(run, items[max(0, place - len(run) - 2) : place - len(run)], names):
            yield _place(run[0], typed)[0], _place(run[-1], typed)[1], "PERSON"
        run = [item] if loose else []


def _is_somebody(run: list[Item], lead: list[Item], names: NameIndex) -> bool:
    said = [word for item in run for word in normalise(item.raw).folded.split()]
    titled = any(_PEOPLE & set(normalise(item.raw).folded.split()) for item in lead)
    capital = any(item.raw[:1].isupper() and not item.raw.isupper() and item.first for item in run)
    given = bool((GIVEN | _PEOPLE) & set(said))
    return titled or capital or given or any(names.near(word) is not None for word in said)


def _place(item: Item, typed: Typed) -> tuple[int, int]:
    return typed.tokens[item.first].start, typed.tokens[item.last - 1].end


def _cut(typed: Typed, cuts: Iterable[Cut]) -> Masked:
    """The same words get the same token; where two cuts overlap, both go."""
    raw, behind, tokens = typed.raw, dict[str, str](), dict[str, str]()
    out, upto = [], 0
    for start, end, kind in _joined(sorted(cuts)):
        begin, stop = typed.origin[start], typed.origin[end - 1] + 1
        hidden = raw[begin:stop]
        if hidden not in tokens:
            tokens[hidden] = f"{kind}_{sum(t.startswith(f'{kind}_') for t in behind) + 1}"
            behind[tokens[hidden]] = hidden
        out += [raw[upto:begin], tokens[hidden]]
        upto = stop
    return Masked("".join([*out, raw[upto:]]), behind)


def _joined(cuts: list[Cut]) -> Iterable[Cut]:
    held: Cut | None = None
    for each in cuts:
        if held is not None and each[0] < held[1]:
            held = (held[0], max(held[1], each[1]), held[2])
            continue
        if held is not None:
            yield held
        held = each
    if held is not None:
        yield held
