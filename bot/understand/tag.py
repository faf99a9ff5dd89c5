"""Cuts a message into known pieces, the longest at each place. Knows what a piece is, not what it does."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.understand import period
from bot.understand.lexicon import Lexicon, Phrase
from bot.understand.names import GIVEN, NameIndex, NameMatch, sound_of
from bot.understand.normalise import PUNCTUATION, Token, Typed, key_of, normalise
from bot.understand.period_words import MONTHS
from bot.understand.spans import Span, find_spans

# What has not happened yet: a date that could be either is the one to come.
_DUE = re.compile(
    r"\b(?:venc(?:en|e|er|eran|era|imiento|imientos)|por vencer|due|falls? due|coming due|upcoming|"
    r"proyec\w+|forecast|pronostico)\b"
)

# "promesas para hoy": what is promised for a day falls due on it. A day gone by is said with "de".
_NEXT = (
    r"(?:hoy|today|tomorrow|tonight|(?:pasado )?manana|lunes|martes|miercoles|jueves|viernes|sabado|domingo"
    r"|dia \d|\d|(?:proxim|siguiente|next)\w*|fin de (?:mes|semana)"
    r"|(?:semana|mes|quincena|week|month)(?! (?:pasad|anterior|antepasad)))"
)
_PROMISED = re.compile(
    r"\b(?:promesas?|pdps?|ptps?|compromisos?|promises)\b[^.;]{0,40}\b(?:para|pa|for)\s+"
    rf"(?:(?:el|la|los|las|este|esta|lo que (?:resta|queda) (?:de la|del)|this|the)\s+)?{_NEXT}\b"
)

# "pasaron" is one letter from "pagaron" and means another thing: a verb is not mended into another,
# nor "márcale" (a command) into "marcaje".
_VERB = re.compile(
    r"(?:aron|ieron|amos|imos|aste|iste|aban?|aria|arian|aremos|eremos|"
    r"[ae](?:le|les|lo|los|las|selo|sela|nos))$"
)

# Nor "contestadas" into "contestado", "llegado" into "llegamos": they are whole words of their own.
_PARTICIPLE = re.compile(r"(?:[ai]d[oa]s?|ando|iendo)$")


# "diferencia entre octubre y septiembre" is two months, not the stretch from one to the other.
_DIFFERENCE = re.compile(
    r"\b(?:diferencia|difference|comparacion|comparativ[oa]|comparison) (?:entre|between)\b"
)


# "muéstralo", "dámela", "pónmelos": give it to me, in any of its forms.
_SHOW = re.compile(
    r"(?:da|dan|pon|muestra|ensena|manda|pasa|saca|trae|abre|di|haz|arma|comparte|checa|revisa|calcula|"
    r"ordena|grafica|desglosa|detalla|separa|presenta|prepara|consigue|busca|ayuda|regala|explica)"
    r"(?:me|nos|te|le|les)?(?:lo|la|los|las)?"
)


@dataclass
class Item:
    """A piece of the message. `used` is set by whatever part of the reading explains it."""

    kind: str
    value: Any
    first: int
    last: int  # one past the last token
    raw: str
    weak: bool = False
    plural: bool = False
    used: bool = False
    alt: "Item | None" = None

    @property
    def size(self) -> int:
        return self.last - self.first


@dataclass
class Tagged:
    items: list[Item]
    typed: Typed
    repairs: list[tuple[str, str]] = field(default_factory=list)
    due: bool = False
    promised: bool = False  # promises for a day, not of one


def tag(text: str, lexicon: Lexicon, names: NameIndex, today: date, *, repair: bool = True) -> Tagged:
    """Never raises; what nobody knows is an item of kind "unknown"."""
    typed = normalise(text)
    repairs: list[tuple[str, str]] = []
    if repair:
        typed, repairs = _repaired(typed, lexicon, names)
    tokens = typed.tokens
    keys, words = tuple(t.key for t in tokens), tuple(t.text for t in tokens)
    promised = bool(_PROMISED.search(typed.folded))
    due = promised or bool(_DUE.search(typed.folded))
    found = _names_at(words, names)
    spans = _spans_at(typed, found, today, due)
    items: list[Item] = []
    at = 0
    while at < len(tokens):
        item = _longest(at, tokens, (keys, words), found, spans, lexicon)
        item.raw = typed.raw[typed.origin[tokens[at].start] : typed.origin[tokens[item.last - 1].end - 1] + 1]
        items.append(item)
        at = item.last
    return Tagged(items, typed, _as_typed(items, repairs), due, promised)


def _as_typed(items: list[Item], repairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A repair that nothing came of is undone: what nobody knows is quoted as it was typed."""
    useless = []
    for item in items:
        mended = next((r for r in repairs if item.kind == "unknown" and item.raw == r[1]), None)
        if mended is not None:
            item.raw = mended[0]
            useless.append(mended)
    return [r for r in repairs if r not in useless]


def _names_at(words: tuple[str, ...], names: NameIndex) -> dict[int, NameMatch]:
    found: dict[int, NameMatch] = {}
    for at in range(len(words)):
        if match := names.match(words, at):
            found[at] = match
    return found


def _spans_at(
    typed: Typed, found: dict[int, NameMatch], today: date, due: bool
) -> dict[int, list[tuple[int, Span]]]:
    """Spans by their first token. Whole names are covered first: "Abril Domínguez" is nobody's April."""
    text = typed.folded
    for at, match in found.items():
        if match.length > 1:
            start, end = typed.tokens[at].start, typed.tokens[at + match.length - 1].end
            text = text[:start] + "\x00" * (end - start) + text[end:]
    for token in typed.tokens:
        if token.kind in ("quote", "mention"):
            text = text[: token.start] + "\x00" * (token.end - token.start) + text[token.end :]
    text = _DIFFERENCE.sub(lambda m: "\x00" * len(m.group()), text)
    spans = find_spans(text)
    spans += [Span("period", f, f.start, f.end) for f in period.find(text, today, future=due)]
    starts = {t.start: n for n, t in enumerate(typed.tokens)}
    ends = {t.end: n + 1 for n, t in enumerate(typed.tokens)}
    out: dict[int, list[tuple[int, Span]]] = {}
    for span in spans:
        end = span.start + len(text[span.start : span.end].rstrip())
        if span.start in starts and end in ends:
            out.setdefault(starts[span.start], []).append((ends[end], span))
    return out


def _longest(
    at: int,
    tokens: tuple[Token, ...],
    spoken: tuple[Phrase, Phrase],
    found: dict[int, NameMatch],
    spans: dict[int, list[tuple[int, Span]]],
    lexicon: Lexicon,
) -> Item:
    """Longest wins; of one length, a whole name, then a span, then a word, then a part of a name."""
    options: list[tuple[int, int, Item]] = []
    if match := found.get(at):
        rank = 3 if match.length > 1 else 0
        options.append((match.length, rank, Item("name", match, at, at + match.length, "")))
    for stop, span in spans.get(at, ()):
        options.append(
            (stop - at, 2 if span.kind != "number" else 1, Item(span.kind, span.value, at, stop, ""))
        )
    if hit := lexicon.match(*spoken, at):
        length, entry = hit
        item = Item(entry.kind, entry.value, at, at + length, "", entry.weak)
        item.plural = _is_plural(tokens[at + length - 1].text) or _is_plural(tokens[at].text)
        if entry.alt:
            item.alt = Item(entry.alt.kind, entry.alt.value, at, at + length, "", entry.alt.weak)
        options.append((length, 1, item))
    if not options:
        return _plain(at, tokens[at])
    options.sort(key=lambda o: (-o[0], -o[1]))
    best = options[0][2]
    for length, _, other in options[1:]:
        if length == best.size and best.alt is None and "name" in (best.kind, other.kind):
            best.alt = other
    return best


def _plain(at: int, token: Token) -> Item:
    silent = token.kind == "sign" and token.text in PUNCTUATION
    silent = silent or bool(_SHOW.fullmatch(token.text))
    kind = "comma" if token.text in (",", ";") else "stop" if silent else token.kind
    if kind in ("word", "sign", "num"):
        kind = "unknown"
    return Item(kind, token.text, at, at + 1, token.raw)


def _is_plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s")


# --- Typing errors -------------------------------------------------------------------------------


def _repaired(typed: Typed, lexicon: Lexicon, names: NameIndex) -> tuple[Typed, list[tuple[str, str]]]:
    """Unknown words one or two letters away from one word of the lexicon become that word."""
    fixes: list[tuple[Token, str]] = []
    for place, token in enumerate(typed.tokens):
        if not _may_be_wrong(token, lexicon, names) or _is_name_like(token, place, typed, names):
            continue
        if right := _nearest(token, lexicon):
            fixes.append((token, _numbered(right, token)))
    if not fixes:
        return typed, []
    text = typed.raw
    for token, right in reversed(fixes):
        start, end = typed.origin[token.start], typed.origin[token.end - 1] + 1
        text = text[:start] + right + text[end:]
    return normalise(text), [(token.raw, right) for token, right in fixes]


def _numbered(right: str, token: Token) -> str:
    """ "ajentes" are several: a repair does not make one of them."""
    if not token.text.endswith("s") or right.endswith("s"):
        return right
    several = right + ("s" if right[-1] in "aeiou" else "es")
    return several if key_of(several) == key_of(right) else right


def _may_be_wrong(token: Token, lexicon: Lexicon, names: NameIndex) -> bool:
    word = token.text
    if token.kind != "word" or not 4 <= len(word) <= 24 or not word.isalpha() or _VERB.search(word):
        return False
    known = word in names.words or lexicon.knows(token.key) or word in MONTHS or word in lexicon.vocabulary
    return not known and token.key not in lexicon.common and word not in lexicon.common


def _is_name_like(token: Token, place: int, typed: Typed, names: NameIndex) -> bool:
    """Where a name stands, somebody's name, or near to one: left to the names, or asked about."""
    if token.text in GIVEN or _stands_as_a_name(token, place, typed):
        return True
    beside = [typed.tokens[i].text for i in (place - 1, place + 1) if 0 <= i < len(typed.tokens)]
    if any(b in names.words for b in beside) and token.raw[:1].isupper():
        return True
    return names.near(token.text) is not None


_LEADS = frozenset({"de", "a", "para", "of", "for", "to"})


def _stands_as_a_name(token: Token, place: int, typed: Typed) -> bool:
    """Capitalised inside a sentence that is not all capitals, or short and after "de", "a", "para"."""
    before = typed.tokens[place - 1].text if place else ""
    others = [t for n, t in enumerate(typed.tokens) if n and t.kind == "word" and t is not token]
    shouted = bool(others) and all(t.raw[:1].isupper() for t in others)
    if place and token.raw[:1].isupper() and not shouted:
        return True
    return before in _LEADS and len(token.text) <= 5


def _nearest(token: Token, lexicon: Lexicon) -> str | None:
    """The one word of the lexicon within reach that begins alike; None where two are as near."""
    if heard := lexicon.sounds.get(sound_of(token.key)):
        return lexicon.vocabulary[heard]
    limit = 1 if len(token.key) < 8 else 2
    near = process.extract(
        token.key, list(lexicon.vocabulary), scorer=OSA.distance, score_cutoff=limit, limit=4
    )
    ending = _PARTICIPLE.search(token.text)
    near = [n for n in near if n[0][0] == token.key[0]]
    near = [n for n in near if not ending or lexicon.vocabulary[n[0]].endswith(ending.group())]
    best = min((score for _, score, _ in near), default=None)
    nearest = [key for key, score, _ in near if score == best]
    return lexicon.vocabulary[nearest[0]] if len(nearest) == 1 else None
