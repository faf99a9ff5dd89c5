"""Cuts a message into known pieces, the longest at each place. Knows what a piece is, not what it does."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.understand import period
from bot.understand.lexicon import Entry, Lexicon, Phrase
from bot.understand.names import GIVEN, NameIndex, NameMatch, sound_of
from bot.understand.normalise import PUNCTUATION, Token, Typed, key_of, normalise
from bot.understand.period_words import MONTHS
from bot.understand.spans import Span, find_spans
from bot.understand.verbs import showing

# What has not happened yet: a date that could be either is the one to come.
_DUE = re.compile(
    r"\b(?:venc(?:en|e|er|eran|era|imiento|imientos)|por vencer|due|falls? due|coming due|upcoming|"
    r"proyec\w+|forecast|pronostico|requerid[oa]s|required|plantilla|staffing"
    r"|(?:asesores|agentes|gestores|gente|agents|people|collectors) (?:que |do (?:i|we) )?"
    r"(?:necesit|requer|need|ocup)\w*"
    r"|(?:promesas?|pdps?|ptps?|compromisos?)(?: de pago)? (?:vigentes?|por vencer|pendientes?))\b"
)

_PROJECTED = re.compile(r"\b(?:proyec\w+|forecast|pronostico)\b")
JUST_GONE = 90  # days

# "promesas para hoy": what is promised for a day falls due on it. A day gone by is said with "de".
_NEXT = (
    r"(?:hoy|today|tomorrow|tonight|(?:pasado )?manana|lunes|martes|miercoles|jueves|viernes|sabado|domingo"
    rf"|dia \d|\d|{'|'.join(MONTHS)}|(?:proxim|siguiente|next)\w*|fin de (?:mes|semana)"
    r"|(?:semana|mes|quincena|week|month)(?! (?:pasad|anterior|antepasad)))"
)
_PROMISED = re.compile(
    r"\b(?:promesas?|prometid[oa]s?|promised|pdps?|ptps?|compromisos?|promises)\b[^.;]{0,40}\b(?:para|pa|for)\s+"
    rf"(?:(?:el|la|los|las|este|esta|lo que (?:resta|queda) (?:de la|del)|this|the)\s+)?{_NEXT}\b"
)

MOST_STRANGE = 12  # of so many words that nobody knows none is a slip: the message is about something else

# "pasaron" is one letter from "pagaron" and means another thing: a verb is not mended into another,
# nor "márcale" (a command) into "marcaje".
_VERB = re.compile(
    r"(?:aron|ieron|amos|imos|aste|iste|aban?|aria|arian|aremos|eremos|"
    r"[ae](?:le|les|lo|los|la|las|selo|sela|nos))$"
)

# Nor "contestadas" into "contestado", "llegado" into "llegamos": they are whole words of their own.
_PARTICIPLE = re.compile(r"(?:[ai]d[oa]s?|ando|iendo)$")


# "diferencia entre octubre y septiembre" is two months, not the stretch from one to the other.
_DIFFERENCE = re.compile(
    r"\b(?:diferencia|difference|comparacion|comparativ[oa]|comparison)\b[^.;]{0,60}?\b(?:entre|between)\b"
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


def tag(
    text: str,
    lexicon: Lexicon,
    names: NameIndex,
    today: date,
    *,
    repair: bool = True,
    guarded: bool = True,
) -> Tagged:
    """Never raises; what nobody knows is an item of kind "unknown". `guarded` off: any word may be mended."""
    typed = normalise(text)
    repairs: list[tuple[str, str]] = []
    if repair:
        typed, repairs = _repaired(typed, lexicon, names, guarded=guarded)
    tokens = typed.tokens
    keys, words = tuple(t.key for t in tokens), tuple(t.text for t in tokens)
    promised = _is_promised(typed.folded, today)
    due = promised or bool(_DUE.search(typed.folded))
    found = _names_at(words, names)
    spans = _spans_at(typed, found, today, due)
    items: list[Item] = []
    said = tuple(t.key for t in tokens if t.kind != "sign" or t.text not in PUNCTUATION)
    if labelled := lexicon.labels.get(said):
        item = Item("metric", labelled, 0, len(tokens), text.strip())
        return Tagged([item], typed, _as_typed([item], repairs), due, promised)
    at = 0
    while at < len(tokens):
        item = _longest(at, tokens, (keys, words), found, spans, lexicon)
        item.raw = _as_said(typed, tokens[at : item.last])
        items.append(item)
        at = item.last
    _read_dashes(items, typed)
    return Tagged(items, typed, _as_typed(items, repairs), due, promised)


def _as_said(typed: Typed, tokens: tuple[Token, ...]) -> str:
    """As typed; a word that was shortened is written out, for "equipo d Rocío" is "equipo de Rocío"."""
    if any(len(token.text) > len(token.raw) for token in tokens):
        return typed.folded[tokens[0].start : tokens[-1].end]
    return typed.raw[typed.origin[tokens[0].start] : typed.origin[tokens[-1].end - 1] + 1]


def _is_promised(text: str, today: date) -> bool:
    """ "promises kept for October", said in November: a month just gone is what they were, not for when."""
    found = _PROMISED.search(text)
    if found is None:
        return False
    month = MONTHS.get(found.group().split()[-1])
    return month is None or not 1 <= (today.month - month) % 12 <= 3


def _read_dashes(items: list[Item], typed: Typed) -> None:
    """ "Alameda Temprana - recuperado - ayer": a dash with air around it only parts the words."""
    for item in items:
        token = typed.tokens[item.first]
        if item.kind == "unknown" and token.text == "-":
            around = typed.folded[max(token.start - 1, 0) : token.end + 1]
            item.kind = "comma" if around.strip() == "-" and len(around) == 3 else item.kind


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
    text = _DIFFERENCE.sub(_without_between, text)
    spans = find_spans(text)
    dated = _dated(text, today, due)
    # Of "proyección de cierre de noviembre" the metric takes the "cierre".
    dated += [f.inner for f in dated if f.inner is not None]
    spans += [Span("period", f, f.start, f.end) for f in dated]
    starts = {t.start: n for n, t in enumerate(typed.tokens)}
    ends = {t.end: n + 1 for n, t in enumerate(typed.tokens)}
    out: dict[int, list[tuple[int, Span]]] = {}
    for span in spans:
        end = span.start + len(text[span.start : span.end].rstrip())
        if span.start in starts and end in ends:
            out.setdefault(starts[span.start], []).append((ends[end], span))
    return out


def _dated(text: str, today: date, due: bool) -> list[period.Found]:
    """A month just gone is projected no more, but it is not next year's either."""
    dated = period.find(text, today, future=due)
    if not due or not _PROJECTED.search(text):
        return dated
    gone = {(f.start, f.end): f for f in period.find(text, today) if f.unit == "month" and f.period}
    near = {at: f for at, f in gone.items() if f.period and 0 < (today - f.period.end).days <= JUST_GONE}
    return [near.get((f.start, f.end), f) for f in dated]


def _without_between(match: re.Match[str]) -> str:
    said = match.group()
    return said.removesuffix("entre").removesuffix("between").ljust(len(said), "\x00")


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
        if ahead := _said_longer(*spoken, at, hit, lexicon):
            return Item("stop", None, at, at + ahead, "")
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


def _said_longer(keys: Phrase, words: Phrase, at: int, hit: tuple[int, Entry], lexicon: Lexicon) -> int:
    """How many words only lead to a metric: "cuántas llamadas" in "cuántas llamadas por hora de conexión"."""
    length, entry = hit
    for ahead in range(1, length if entry.kind == "metric" else 0):
        later = lexicon.match(keys, words, at + ahead)
        if later and later[1].kind == "metric" and ahead + later[0] > length:
            leads = [lexicon.phrases.get((key,)) for key in keys[at : at + ahead]]
            return ahead if all(each and each.kind in ("stop", "which") for each in leads) else 0
    return 0


def _plain(at: int, token: Token) -> Item:
    silent = token.kind == "sign" and token.text in PUNCTUATION
    silent = silent or token.text in showing()
    kind = "comma" if token.text in (",", ";") else "stop" if silent else token.kind
    if kind in ("word", "sign", "num"):
        kind = "unknown"
    return Item(kind, token.text, at, at + 1, token.raw)


# Words too short to be mended letter by letter, as they are spelled by ear.
_BY_EAR = {"mez": "mes", "oi": "hoy", "oy": "hoy", "ber": "ver", "ase": "hace", "kien": "quien"}


def _is_plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s")


# --- Typing errors -------------------------------------------------------------------------------


def _repaired(
    typed: Typed, lexicon: Lexicon, names: NameIndex, *, guarded: bool
) -> tuple[Typed, list[tuple[str, str]]]:
    """Unknown words one or two letters away from one word of the lexicon become that word."""
    fixes: list[tuple[Token, str]] = []
    strange = [n for n, t in enumerate(typed.tokens) if _is_strange(t, lexicon, names)]
    if len(strange) > MOST_STRANGE:
        return typed, []
    for place in strange:
        token = typed.tokens[place]
        if token.text in _BY_EAR:
            fixes.append((token, _BY_EAR[token.text]))
            continue
        if guarded and not _may_be_wrong(token, lexicon):
            continue
        if guarded and _is_name_like(token, place, typed, names):
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


def _is_strange(token: Token, lexicon: Lexicon, names: NameIndex) -> bool:
    return token.kind == "word" and not lexicon.knows(token.key) and token.text not in names.words


def _may_be_wrong(token: Token, lexicon: Lexicon) -> bool:
    """Not a common word of either language, nor a verb, nor a word of command: those are meant as typed."""
    word = token.text
    if not 4 <= len(word) <= 24 or not word.isalpha() or _VERB.search(word):
        return False
    if word in showing():
        return False
    known = word in MONTHS or word in lexicon.vocabulary
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


def _spine(word: str) -> str:
    return "".join(letter for letter in word if letter not in "aeiou")


def _nearest(token: Token, lexicon: Lexicon) -> str | None:
    """The one word of the lexicon within reach that begins alike; None where two are as near."""
    if heard := lexicon.sounds.get(sound_of(token.key)):
        return lexicon.vocabulary[heard]
    limit = 1 if len(token.key) < 8 else 2
    reach = lexicon.near.get(token.key[0], ())
    near = process.extract(token.key, reach, scorer=OSA.distance, score_cutoff=limit, limit=4)
    ending = _PARTICIPLE.search(token.text.removesuffix("s"))
    near = [n for n in near if not ending or n[0].endswith(ending.group())]
    best = min((score for _, score, _ in near), default=None)
    nearest = [key for key, score, _ in near if score == best]
    meant = {(e.kind, e.value) for key in nearest if (e := lexicon.phrases.get((key,))) is not None}
    if len(nearest) > 1 and len(meant) == 1:  # "satisfaccion" and "satisfaction" are one
        nearest = nearest[:1]
    if len(nearest) > 1:  # "clente" keeps the consonants of "cliente", not those of "cuenta"
        nearest = [key for key in nearest if _spine(key) == _spine(token.key)]
    return lexicon.vocabulary[nearest[0]] if len(nearest) == 1 else None
