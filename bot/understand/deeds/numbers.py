# ruff: noqa: E501 (words of one kind stay on one line)
"""Amounts as people say them: "12 mil 500", "medio millón", "12.5k". Knows no role of a number."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_ONES = (
    "cero zero", "un una uno one", "dos two", "tres three", "cuatro four", "cinco five", "seis six", "siete seven",
    "ocho eight", "nueve nine", "diez ten", "once eleven", "doce twelve", "trece thirteen", "catorce fourteen",
    "quince fifteen", "dieciseis sixteen", "diecisiete seventeen", "dieciocho eighteen", "diecinueve nineteen",
)  # fmt: skip
_TENS = (
    "veinte twenty", "treinta thirty", "cuarenta forty", "cincuenta fifty", "sesenta sixty", "setenta seventy",
    "ochenta eighty", "noventa ninety",
)  # fmt: skip
_HUNDREDS = (
    "cien ciento", "doscientos doscientas", "trescientos trescientas", "cuatrocientos cuatrocientas",
    "quinientos quinientas", "seiscientos seiscientas", "setecientos setecientas", "ochocientos ochocientas",
    "novecientos novecientas",
)  # fmt: skip
_SMALL = {w: n for n, line in enumerate(_ONES) for w in line.split()}
_SMALL |= {w: 20 + 10 * n for n, line in enumerate(_TENS) for w in line.split()}
_SMALL |= {w: 100 + 100 * n for n, line in enumerate(_HUNDREDS) for w in line.split()}
_SMALL |= {"veinti" + w: 20 + n for n, line in enumerate(_ONES[1:10], 1) for w in line.split()[:-1]}
_SCALES = {"mil": 1_000, "k": 1_000, "thousand": 1_000, "grand": 1_000, "millon": 1_000_000, "millones": 1_000_000,
           "million": 1_000_000, "mdp": 1_000_000, "mm": 1_000_000, "melon": 1_000_000, "melones": 1_000_000}  # fmt: skip
_PIECE = re.compile(
    r"(?P<n>\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<glued>k|mm|mdp|m)?(?![a-z0-9,]\d)(?![a-z0-9])|(?P<w>[a-z]+)"
)
_GAP = re.compile(r"\s*-?\s*")
_HALF = re.compile(r"(?:medio millon|half a million|medio melon)\b")
_AND_A_HALF = re.compile(r"\s+(?:y medio|and a half)\b")
_MONEY = re.compile(r"\s*(?:de\s+)?(?:pesos|varos|mxn|mn|m\.n\.|bucks)\b")
_UNIT = re.compile(r"\s*(?:%|por ciento\b|percent\b|pct\b)")
_LONE = frozenset({"un", "una", "uno", "one", "once", "mil", "million", "m"})


@dataclass(frozen=True, slots=True)
class Said:
    """A number as said. `money`: something beside it says pesos; `percent`: a share."""

    value: Decimal
    start: int
    end: int
    money: bool = False
    percent: bool = False

    @property
    def whole(self) -> int | None:
        return int(self.value) if self.value == int(self.value) else None


def numbers(text: str) -> Iterator[Said]:
    """Every number in a folded text, left to right, the longest at each place."""
    free = 0
    for match in re.finditer(r"\$\s*(?=\d)|(?<![a-z0-9.,-])[a-z0-9]", text):
        if match.start() < free:
            continue
        cash = match.group().startswith("$")
        said = _at(text, match.end() if cash else match.start())
        if said is None:
            continue
        value, end, scaled = said
        percent = _UNIT.match(text, end)
        tail = _MONEY.match(text, end)
        written = text[match.start() : end]
        money = cash or bool(tail) or scaled or ("," in written) or bool(re.search(r"\.\d\d$", written))
        free = percent.end() if percent else tail.end() if tail else end
        yield Said(value, match.start(), free, money and not percent, bool(percent))


def number_at(text: str, at: int) -> Said | None:
    """The number that begins just here."""
    found = next(numbers("\x00" * at + text[at:]), None)
    return found if found and found.start == at else None


def _at(text: str, at: int) -> tuple[Decimal, int, bool] | None:
    """Value, end, and whether a scale ("mil", "k") was said."""
    if half := _HALF.match(text, at):
        return Decimal(500_000), half.end(), True
    sum_ = _Sum(at)
    place = at
    while piece := _PIECE.match(text, place):
        if piece["w"] in ("y", "and") and sum_.end > at:
            place = _past(text, piece.end())
            follows = _PIECE.match(text, place)
            if follows is None or not sum_.joins(follows["w"] or ""):
                break
            continue
        if not sum_.takes(piece):
            break
        place = _past(text, sum_.end)
    if sum_.end == at or (not sum_.scaled and text[at : sum_.end].split()[0] in _LONE):
        return None
    if sum_.open_million and (half := _AND_A_HALF.match(text, sum_.end)):
        return sum_.total + 500_000, half.end(), True
    return sum_.total + (sum_.current or 0), sum_.end, sum_.scaled


def _past(text: str, at: int) -> int:
    gap = _GAP.match(text, at)
    return gap.end() if gap else at


class _Sum:
    """A number while its words come in: thousands told off, and what stands before the next scale."""

    def __init__(self, at: int) -> None:
        self.total, self.end, self.scaled = Decimal(0), at, False
        self.current: Decimal | None = None
        self._scale = Decimal(10**12)

    @property
    def open_million(self) -> bool:
        return self._scale == 1_000_000 and self.current is None

    def takes(self, piece: re.Match[str]) -> bool:
        """False where this word begins something else."""
        word = piece["w"] or ""
        taken = (
            self._digits(piece)
            if piece["n"]
            else self._scales(Decimal(_SCALES[word]))
            if word in _SCALES
            else self._hundreds()
            if word == "hundred"
            else word in _SMALL and self._adds(_SMALL[word])
        )
        if taken:
            self.end = piece.end()
        return taken

    def joins(self, word: str) -> bool:
        """ "treinta y cinco": what "y" may lead to."""
        return self.current is not None and word in _SMALL and _fits(self.current, _SMALL[word])

    def _digits(self, piece: re.Match[str]) -> bool:
        value = Decimal(piece["n"].replace(",", ""))
        if self.current is not None or (self.scaled and value >= self._scale):
            return False
        self.current = value
        return self._scales(Decimal(_SCALES.get(piece["glued"], 1_000_000))) if piece["glued"] else True

    def _scales(self, size: Decimal) -> bool:
        if size >= self._scale or (self.current is None and self.total and size != 1_000):
            return False
        self.total += (self.current or 1) * size
        self.current, self.scaled, self._scale = None, True, size
        return True

    def _hundreds(self) -> bool:
        self.current = (self.current or Decimal(1)) * 100
        return True

    def _adds(self, small: int) -> bool:
        if self.current is not None and not _fits(self.current, small):
            return False
        self.current = (self.current or Decimal(0)) + small
        return True


def _fits(current: Decimal, small: int) -> bool:
    """ "treinta y cinco", "ciento veinte": each part below what stands before it."""
    if current % 100 == 0:
        return small < 100
    return current % 10 == 0 and current % 100 >= 20 and small < 10
