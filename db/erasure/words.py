"""Finds somebody's own words (name, numbers, telephones) in what others wrote, and takes them out. Pure.

The database is asked for more than is meant (`likes`); what is really meant is decided here.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

GONE = "[ARCO]"
SHORT_NUMBER, SHORT_CODE, SHORT_NAME = 5, 3, 7  # less would be found in what is not meant
TELEPHONE = 7  # so many digits may be written in groups
_MARKS = "\u0300\u0301\u0302\u0308\u0303\u0327"
_VARIANTS = {
    sign: "".join(dict.fromkeys([sign, *(unicodedata.normalize("NFC", sign + mark)[0] for mark in _MARKS)]))
    for sign in "aeiounc"
}
_BETWEEN = r"(?:,?\s+)"  # the surnames first have a comma after them
_JSON = ("{", "[")
# Of a request or a plan: what stands there is an account's number, however short.
_NUMBERS = frozenset({"account", "accounts", "account_no", "number", "value", "debtor_ref"})


@dataclass(frozen=True)
class Words:
    """`names` are whole names; `numbers` are codes and figures that mean this one alone; `gone` takes their
    place."""

    names: tuple[str, ...]
    numbers: tuple[str, ...]
    gone: str = GONE

    @cached_property
    def likes(self) -> tuple[str, ...]:
        """Patterns of LIKE, none of which misses what the expression below finds."""
        codes = [_code_like(each) for each in self.numbers if _tells(each)]
        kept = [f'%"{each}"%' for each in self.numbers]
        turned = [_name_like(words) for name in self.names for words in _turned(name)]
        return tuple(dict.fromkeys((*codes, *kept, *turned)))

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        codes = [_code(each) for each in self.numbers if _tells(each)]
        turned = [_name(words) for name in self.names for words in _turned(name)]
        found = sorted({*codes, *turned}, key=len, reverse=True)
        return re.compile("|".join(found), re.IGNORECASE) if found else None

    def without(self, text: str) -> str:
        """The text with each of them taken out; of JSON, out of its texts alone, so that it stays JSON."""
        if text.startswith(_JSON):
            try:
                held = json.loads(text)
            except ValueError:
                return self._plain(text)
            left = self._inside(held)
            return text if left == held else json.dumps(left, ensure_ascii=False)
        return self._plain(text)

    def found_in(self, text: str) -> bool:
        return self.without(text) != text

    def _plain(self, text: str) -> str:
        return self._pattern.sub(self.gone, text) if self._pattern else text

    def _inside(self, held: Any, named: str = "") -> Any:
        if isinstance(held, dict):
            return {key: self._inside(value, key) for key, value in held.items()}
        if isinstance(held, list):
            return [self._inside(value, named) for value in held]
        if not isinstance(held, str):
            return held
        if named in _NUMBERS and held.casefold() in self._exact:
            return self.gone
        return self.without(held)

    @cached_property
    def _exact(self) -> frozenset[str]:
        return frozenset(each.casefold() for each in self.numbers)


def words_of(names: Iterable[str | None], numbers: Iterable[str | None]) -> Words:
    whole = [" ".join(each.split()) for each in names if each]
    codes = [each.strip() for each in numbers if each and each.strip()]
    said = [each for each in dict.fromkeys(whole) if " " in each and len(each) >= SHORT_NAME]
    return Words(tuple(said), tuple(dict.fromkeys(codes)))


def _tells(code: str) -> bool:
    """Whether such a code means this one wherever it stands: "12" does not."""
    return len(code) >= (SHORT_NUMBER if code.isdigit() else SHORT_CODE)


def _code(code: str) -> str:
    if code.isdigit() and len(code) >= TELEPHONE:
        return rf"(?<!\d)(?:\+?52[ .-]?)?{'[ .()-]{0,2}'.join(code)}(?!\d)"
    return rf"(?<![0-9A-Za-z]){re.escape(code)}(?![0-9A-Za-z])"


def _code_like(code: str) -> str:
    grouped = code.isdigit() and len(code) >= TELEPHONE
    return f"%{'%'.join(code) if grouped else _loose(code)}%"


def _turned(name: str) -> list[Sequence[str]]:
    """As people write one name: from its first word, or from the surnames."""
    words = _bare(name).split()
    return [words[n:] + words[:n] for n in range(len(words))]


def _name(words: Sequence[str]) -> str:
    each = ["".join(_letter(sign) for sign in word) for word in words]
    return rf"(?<!\w){_BETWEEN.join(each)}(?!\w)"


def _letter(sign: str) -> str:
    return f"[{_VARIANTS[sign]}]" if sign in _VARIANTS else re.escape(sign)


def _name_like(words: Sequence[str]) -> str:
    return f"%{'%'.join(_loose(word) for word in words)}%"


def _loose(word: str) -> str:
    """One sign for each that may be written in several ways, or that LIKE or JSON take for something else."""
    plain = (sign.isascii() and sign.isalnum() and sign not in _VARIANTS for sign in word)
    return "".join(sign if is_plain else "_" for sign, is_plain in zip(word, plain, strict=True))


def _bare(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
