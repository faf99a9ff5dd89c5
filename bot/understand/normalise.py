"""Folds what was typed (accents, case, signs, emoji) into tokens. Knows no word's meaning."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "´": "'"})
_DASHES = frozenset("‐‑‒–—―−")
_SHORTCODE = re.compile(r":[a-z][a-z0-9_+\-]*:(?!\d)")
_DRAWN = re.compile(r"([a-z])\1{2,}")
_TOKEN = re.compile(
    r"""(?P<quote>"[^"]*"|`[^`]*`|(?<![a-z0-9])'[^']{2,}'(?![a-z0-9]))
    |(?P<mention><[@\#!][^>]*>|@me\b|\#[a-z0-9][a-z0-9_\-]*)
    |(?P<num>\d+(?:,\d{3})+(?:\.\d+)?(?![a-z0-9])|\d+(?:\.\d+)?(?![a-z0-9]))
    |(?P<word>[a-z]+n't\b|'(?:s|re|m|ve|ll|d)\b|[a-z0-9]+(?:_[a-z0-9]+)*)
    |(?P<sign>\S)""",
    re.VERBOSE,
)
# Signs that say nothing by themselves; the others (% $ < > = + - /) must find a part in the reading.
PUNCTUATION = frozenset("?¿!¡.,;:()[]{}*_~|\"'`…•·")


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number, sign or quotation. `start` and `end` are offsets in the folded text."""

    text: str
    key: str  # the text without its plural ending, so that "promesa" and "promesas" are one word
    start: int
    end: int
    raw: str
    kind: str  # word | num | sign | quote | mention


@dataclass(frozen=True, slots=True)
class Typed:
    """A message folded, with the way back to what was typed."""

    raw: str
    folded: str
    origin: tuple[int, ...]  # folded offset -> raw offset
    tokens: tuple[Token, ...]


def _fold_char(char: str) -> str:
    if char.isascii():
        return char.lower() if char.isprintable() else " "
    if char in _DASHES:
        return "-"
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf"):
        return ""
    if category[0] == "C" or category in ("So", "Sk"):
        return " "
    flat = unicodedata.normalize("NFKD", char)
    kept = "".join(c for c in flat if not unicodedata.combining(c)).casefold()
    return kept or " "


_fold_cached = lru_cache(maxsize=4096)(_fold_char)


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Lower case without accents; offsets are not kept."""
    if text.isascii() and text.isprintable():
        return text.lower()
    return "".join(_fold_cached(c) for c in text.translate(_QUOTES))


# How people shorten the small words in chat.
_SHORT = {
    "x": "por",
    "p": "para",
    "pa": "para",
    "pal": "para el",
    "d": "de",
    "q": "que",
    "k": "que",
    "xq": "porque",
    "pq": "porque",
    "tmb": "tambien",
    "tb": "tambien",
    "xfa": "porfa",
    "xfavor": "porfavor",
    "hr": "hora",
    "cto": "cuanto",
    "ctos": "cuantos",
    "cdo": "cuando",
    "tmbn": "tambien",
    "dl": "del",
    "num": "numero",
    "nro": "numero",
    "cant": "cantidad",
    "porc": "porcentaje",
    "cta": "cuenta",
    "ctas": "cuentas",
    "cte": "cliente",
    "ctes": "clientes",
    "camp": "campana",
    "edo": "estado",
    "edos": "estados",
    "tel": "telefono",
    "qn": "quien",
    "quin": "quincena",
    "acct": "account",
    "accts": "accounts",
}


# After a number one letter may be a unit ("61-90 d", "20 k"), unless words follow it ("15 d octubre").
_UNITS = ("k", "hr", "d", "x", "q", "p", "pa")
_WHOLE = "|".join(sorted(set(_SHORT) - set(_UNITS), key=len, reverse=True))
_SHORTENED = re.compile(
    rf"(?<![\w@#'./$-])(?:{_WHOLE}|(?<!\d )(?:{'|'.join(_UNITS)})|(?<=\d )[dqxp]a?(?=\s+[a-z]))"
    r"(?![\w'/-])(?!\.\w)"
)


def key_of(word: str) -> str:
    """The word without its plural: supervisores, supervisor -> supervisor; agentes, agent -> agent."""
    if len(word) == 4 and word.endswith("s") and not set(word) & set("aeiou"):
        return word[:-1]  # pdps, ptps, rpcs
    if len(word) <= 4:
        return word
    word = word.removesuffix("s")
    return word.removesuffix("e") if len(word) > 4 else word


@lru_cache(maxsize=256)  # one message is looked at by several readers
def normalise(text: str) -> Typed:
    """Never raises; control characters and emoji become spaces."""
    pieces = [_fold_cached(char) for char in text.translate(_QUOTES)]
    whole = "".join(pieces)
    if all(len(piece) == 1 for piece in pieces):
        origin = list(range(len(text)))
    else:
        origin = [index for index, piece in enumerate(pieces) for _ in piece]
    whole = _SHORTCODE.sub(lambda m: " " * len(m.group()), whole)
    whole, origin = _in_full(*_shortened(whole, origin))
    origin.append(len(text))
    tokens = tuple(_token(m, text, origin) for m in _TOKEN.finditer(whole))
    return Typed(text, whole, tuple(origin), tokens)


def _shortened(whole: str, origin: list[int]) -> tuple[str, list[int]]:
    """ "holaaa", "ayerrr": no word of either language has a letter three times running."""
    drawn = {n for m in _DRAWN.finditer(whole) for n in range(m.start() + 1, m.end())}
    if not drawn:
        return whole, origin
    kept = [n for n in range(len(whole)) if n not in drawn]
    return "".join(whole[n] for n in kept), [origin[n] for n in kept]


def _in_full(whole: str, origin: list[int]) -> tuple[str, list[int]]:
    """ "p la cuenta", "x dia", "q no han pagado": written out, so that no pattern has to know them."""
    for match in reversed(list(_SHORTENED.finditer(whole))):
        start, end = match.span()
        said = _SHORT.get(match.group(), match.group())
        places = [*origin[start:end], *[origin[end - 1]] * len(said)][: len(said)]
        origin[start:end] = [*places[:-1], origin[end - 1]]
        whole = whole[:start] + said + whole[end:]
    return whole, origin


def _token(match: re.Match[str], text: str, origin: list[int]) -> Token:
    start, end = match.span()
    raw = text[origin[start] : origin[end - 1] + 1]
    word = match.group()
    return Token(word, key_of(word), start, end, raw, match.lastgroup or "sign")


def words_of(phrase: str) -> tuple[str, ...]:
    """A lexicon phrase, cut as a message is."""
    if phrase.isascii() and phrase.replace(" ", "").isalpha():
        return tuple(phrase.lower().split())
    return tuple(m.group() for m in _TOKEN.finditer(fold(phrase)))
