"""What identifies somebody in running text: found by its form and its check digits, and masked.

`masked` takes whatever may be one (notes, logs); `netted` only what is one, so that figures stay. Pure.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from db.clabe import is_clabe

HIDDEN = "••••"
ENDING = 2  # digits of a number that stay, to tell two apart
MAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
ADDRESS = r"[\w.+-]+@[\w-]+\.\w[\w.-]*|\bhttps?://\S+|\bwww\.\S+"
KEY = r"\b[A-Z\u00d1&]{3,4}[ -]?\d{6}(?:[ -]?[A-Z0-9]{2,8})?\b"  # CURP and RFC, with what follows the date
_DATE = r"(?!\d{1,2}[-.]\d{1,2}[-.](?:\d\d){1,2}\b)(?!(?:19|20)\d\d-\d\d?-\d\d?\b)"
# Phones, cards, CLABE, accounts: seven digits or more, however they are spaced; amounts and days stay.
_NUMBER = re.compile(rf"(?<![\w$.,/-])(?<!\$ ){_DATE}\+?\(?\d(?:[ .()-]{{0,2}}\d){{6,}}(?!\w|[.,]\d)")
_BROAD = tuple(re.compile(each, re.IGNORECASE) for each in (ADDRESS, KEY))

_SEP = r"[ .-]?"
_CURP = re.compile(
    rf"(?<![A-Z0-9])[A-Z\u00d1]{{4}}{_SEP}(\d{{6}}){_SEP}[HMX]{_SEP}[A-Z]{{2}}{_SEP}"
    rf"[B-DF-HJ-NP-TV-Z\u00d1]{{3}}{_SEP}[A-Z0-9]{_SEP}\d(?![A-Z0-9])",
    re.IGNORECASE,
)
# Set apart it is told from words around a number by its capitals.
_RFC = (
    re.compile(r"(?<![A-Z0-9])[A-Z\u00d1&]{3,4}(\d{6})[A-Z0-9]{2}[0-9A](?![A-Z0-9])", re.IGNORECASE),
    re.compile(r"(?<![A-Z0-9])[A-Z\u00d1&]{3,4}[ .-](\d{6})[ .-]?[A-Z0-9]{2}[0-9A](?![A-Za-z0-9])"),
    re.compile(r"(?<![A-Z0-9])[A-Z\u00d1&]{3,4}(\d{6})[ .-][A-Z0-9]{2}[0-9A](?![A-Za-z0-9])"),
)
_MAIL = re.compile(MAIL)
_RUN = re.compile(r"(?<![\w$])(?<!\d[.,/-])(?<!\$ )\+?\(?\d(?:[ .()-]{0,2}\d){9,}(?![\w]|[.,/]\d)")
_SUSPECT = re.compile(r"[@\uff20]|(?:\d\W{0,4}){6}")  # anything else holds none
_GROUP = re.compile(r"\d+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_TWO_DIGIT_AREAS = ("33", "55", "56", "81")
_PREFIXES = ((), ("52",), ("52", "1"), ("521",), ("01",), ("044",), ("045",), ("1",), ("00", "52"), ("0052",))
_SHAPES = frozenset(
    {(10,), (2, 8), (3, 7), (6, 4), (2, 4, 4), (3, 3, 4), (3, 4, 3), (3, 3, 2, 2), (2, 4, 2, 2), (2, 3, 3, 2)}
    | {(2, 2, 2, 2, 2), (3, 3, 4), (2, 2, 2, 4), (2, 2, 4, 2), (5, 5), (4, 6), (2, 3, 5)}
)
_CARDS = frozenset({(16,), (15,), (14,), (4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (8, 8), (4, 12), (6, 10)})
_COUNTRY = ("52", "521", "1", "01", "044", "045", "00", "0052")  # what may stand before an area in brackets
MOST_PARTS = 6  # in which a CLABE is written
Span = tuple[int, int]


def masked(text: str) -> str:
    """Whatever may identify somebody: better too much than too little."""
    plain, origin = _plain(text)
    spans = [match.span() for each in _BROAD for match in each.finditer(plain)]
    spans += [match.span() for match in _NUMBER.finditer(plain)]
    return _cut(text, plain, origin, [*spans, *_found(plain)])


def netted(text: str, clear: Collection[str] = ()) -> str:
    """What is the RFC, CURP, CLABE, card, phone or mail of somebody; `clear`: values the reader may see."""
    if not _SUSPECT.search(text):
        return text
    plain, origin = _plain(text)
    spans = list(_found(plain))
    if not spans:
        return text
    allowed = {_bare(value) for value in clear}
    return _cut(text, plain, origin, [span for span in spans if _bare(plain[slice(*span)]) not in allowed])


def without(text: str, values: Iterable[str]) -> str:
    """Those very values, wherever they stand as words of their own: of a number its ending stays."""
    for value in sorted({value.strip() for value in values} - {""}, key=len, reverse=True):
        stands = r"\s+".join(map(re.escape, value.split()))
        text = re.sub(rf"(?<!\w){stands}(?!\w)", lambda _, value=value: _hidden(value), text, flags=re.I)  # type: ignore[misc]
    return text


def _bare(text: str) -> str:
    return re.sub(r"[^\w@]", "", text).casefold()


def _hidden(found: str) -> str:
    digits = re.sub(r"\D", "", found)
    return HIDDEN + digits[-ENDING:] if len(digits) > ENDING and not re.search(r"[^\W\d_]", found) else HIDDEN


def _plain(text: str) -> tuple[str, list[int]]:
    """As it reads: full width made plain, invisible signs left out; and where each sign came from."""
    if text.isascii() or (unicodedata.is_normalized("NFKC", text) and not _INVISIBLE.search(text)):
        return text, []
    signs = [
        (shown, at)
        for at, sign in enumerate(text)
        if unicodedata.category(sign) != "Cf"
        for shown in unicodedata.normalize("NFKC", sign)
    ]
    return "".join(shown for shown, _ in signs), [at for _, at in signs]


def _cut(text: str, plain: str, origin: list[int], spans: Iterable[Span]) -> str:
    out, upto = [], 0
    for start, end in _joined(spans):
        begin, stop = (origin[start], origin[end - 1] + 1) if origin else (start, end)
        out += [text[upto:begin], _hidden(plain[start:end])]
        upto = stop
    return "".join([*out, text[upto:]])


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    held: Span | None = None
    for start, end in sorted(spans):
        if held is not None and start < held[1]:
            held = (held[0], max(held[1], end))
            continue
        if held is not None:
            yield held
        held = (start, end)
    if held is not None:
        yield held


# --- What is one ---------------------------------------------------------------------------------------


def _found(plain: str) -> Iterator[Span]:
    if "@" in plain:
        yield from (match.span() for match in _MAIL.finditer(plain))
    for pattern in (_CURP, *_RFC):
        yield from (match.span() for match in pattern.finditer(plain) if _is_day(match[1]))
    for run in _RUN.finditer(plain):
        yield from _numbers(run.group(), run.start())


def _is_day(yymmdd: str) -> bool:
    return 1 <= int(yymmdd[2:4]) <= 12 and 1 <= int(yymmdd[4:]) <= 31


@dataclass(frozen=True)
class _Groups:
    """Digits that stand together, one after another."""

    parts: tuple[str, ...]

    @property
    def digits(self) -> str:
        return "".join(self.parts)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(map(len, self.parts))

    @property
    def identifies(self) -> bool:
        whole = len(self.parts) <= MOST_PARTS and is_clabe(self.digits)
        return whole or self._is_card() or self._is_phone()

    def _is_card(self) -> bool:
        return self.shape in _CARDS and _is_issued(self.digits) and _luhn(self.digits)

    def _is_phone(self) -> bool:
        for prefix in _PREFIXES:
            if self.parts[: len(prefix)] == prefix and _is_national(self.parts[len(prefix) :]):
                return True
        whole = self.digits
        joined = len(self.parts) == 1 and re.fullmatch(r"(?:00)?521?(\d{10})", whole)
        return bool(joined) and _is_national((whole[-10:],))


def _is_national(parts: tuple[str, ...]) -> bool:
    """Ten digits, the first of which are an area's."""
    if tuple(map(len, parts)) not in _SHAPES:
        return False
    number = "".join(parts)
    two = number[:2] in _TWO_DIGIT_AREAS
    if all(len(part) == 2 for part in parts):
        return two
    if (
        tuple(map(len, parts)) == (2, 4, 4)
        and parts[1][:2] == "20"
        and int(parts[2]) - int(parts[1]) in (-1, 1)
    ):
        return False  # a week of two years
    return two or number[:3] in ("800", "900") or (number[0] in "23456789" and number[1] != "0")


def _is_issued(number: str) -> bool:
    """By the first digits, who issues cards of that length."""
    match len(number):
        case 16:
            return number[0] in "3456" or number[:2] in ("22", "23", "24", "25", "26", "27")
        case 15:
            return number[:2] in ("34", "37")
        case 14:
            return number[:2] in ("30", "36", "38")
    return False


def _luhn(number: str) -> bool:
    doubled = (int(digit) * (1 + (at % 2 == 0)) for at, digit in enumerate(reversed(number), start=1))
    return sum(each // 10 + each % 10 for each in doubled) % 10 == 0


def _numbers(run: str, begin: int) -> Iterator[Span]:
    """In a run of digits, groups that together are one; the longest first, each digit once."""
    groups = [(match.start(), match.end(), match.group()) for match in _GROUP.finditer(run)]
    at = 0
    while at < len(groups):
        for last in range(len(groups), at, -1):
            some = groups[at:last]
            inside = run[some[0][1] : some[-1][0]]
            if "(" in inside and some[0][2] not in _COUNTRY:
                continue  # a figure, and another in brackets
            if _Groups(tuple(part for _, _, part in some)).identifies:
                yield begin + some[0][0], begin + some[-1][1]
                at = last - 1
                break
        at += 1
