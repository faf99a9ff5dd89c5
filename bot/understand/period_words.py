"""The words of dates in both languages, and the calendar steps behind them. Knows no sentence."""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from db.periods import Period, add_months, month_of, quarter_of, quincena_of, semester_of, week_of, year_of

Unit = Literal["day", "week", "quincena", "month", "bimester", "quarter", "semester", "year", "range"]
Mode = Literal["plain", "same", "ask", "to_date"]


def words(text: str) -> list[str]:
    """A list of words, written as a line."""
    return text.split()


_MONTHS = (
    "enero january ene jan", "febrero february feb", "marzo march mar", "abril april abr apr",
    "mayo may", "junio june jun", "julio july jul", "agosto august ago aug",
    "septiembre setiembre september sept sep", "octubre october oct",
    "noviembre november nov", "diciembre december dic dec",
)  # fmt: skip
MONTHS = {word: n for n, line in enumerate(_MONTHS, 1) for word in words(line)}
# Also other words ("may I", "3 days ago"): a month only beside a day, a year or "de".
WEAK_MONTHS = frozenset({"may", "mar", "ago", "march", "jan", "dec", "sep"})
_WEEKDAYS = (
    "lunes monday mon", "martes tuesday tue tues", "miercoles wednesday wed", "jueves thursday thu thurs",
    "viernes friday fri", "sabado saturday sat", "domingo sunday sun",
)  # fmt: skip
WEEKDAYS = {word: n for n, line in enumerate(_WEEKDAYS) for word in words(line)}
_NUMBERS = (
    "un una uno one a", "dos two", "tres three", "cuatro four", "cinco five", "seis six", "siete seven",
    "ocho eight", "nueve nine", "diez ten", "once eleven", "doce twelve", "trece thirteen",
    "catorce fourteen", "quince fifteen",
)  # fmt: skip
NUMBERS = {word: n for n, line in enumerate(_NUMBERS, 1) for word in words(line)}
NUMBERS |= {"veinte": 20, "twenty": 20, "treinta": 30, "thirty": 30, "sesenta": 60, "sixty": 60}
NUMBERS |= {"noventa": 90, "ninety": 90, "cuarenta": 40, "cincuenta": 50, "fifty": 50, "cien": 100}
ORDINALS = {
    **dict.fromkeys(words("primer primera primero 1er 1era 1ra 1ro 1a 1o 1st first"), 1),
    **dict.fromkeys(words("segundo segunda 2do 2da 2a 2o 2nd second"), 2),
    **dict.fromkeys(words("tercer tercero tercera 3er 3ra 3ro 3a 3rd third"), 3),
    **dict.fromkeys(words("cuarto cuarta 4to 4ta 4o 4a 4th fourth"), 4),
    **dict.fromkeys(words("quinto quinta 5to 5ta fifth"), 5),
    **dict.fromkeys(words("sexto sexta 6to 6ta sixth"), 6),
}
_UNITS: dict[str, Unit] = {
    **dict.fromkeys(words("dia dias day days"), "day"),
    **dict.fromkeys(words("semana semanas week weeks sem wk"), "week"),
    **dict.fromkeys(words("quincena quincenas fortnight fortnights qna"), "quincena"),
    **dict.fromkeys(words("mes meses month months"), "month"),
    **dict.fromkeys(words("bimestre bimestres"), "bimester"),
    **dict.fromkeys(words("trimestre trimestres quarter quarters trim"), "quarter"),
    **dict.fromkeys(words("semestre semestres semester semesters"), "semester"),
    **dict.fromkeys(words("ano anos year years"), "year"),
}


def _any(choices: Iterable[str]) -> str:
    return "|".join(sorted(choices, key=len, reverse=True))


MONTH_RE, WEEKDAY_RE, UNIT_RE = _any(MONTHS), _any(WEEKDAYS), _any(_UNITS)
NUMBER_RE = rf"\d{{1,3}}|{_any(NUMBERS)}"
ORDINAL_RE = _any(ORDINALS)
YEAR_RE = r"20[0-4]\d"


@dataclass(frozen=True)
class Found:
    """A stretch of the text that names days. `options` stands for `period` where two readings are fair."""

    start: int
    end: int
    period: Period | None
    unit: Unit = "range"
    mode: Mode = "plain"
    full: Period | None = None  # the whole calendar unit, where `period` ends today
    options: tuple[Period, ...] = ()
    steps: int = 0  # mode "same": how many units back
    closing: bool = False  # "al cierre de ..."
    inner: "Found | None" = None  # the days without "al cierre de"


def unit_of(word: str) -> Unit:
    return _UNITS[word]


def number_of(word: str) -> int:
    return int(word) if word.isdigit() else NUMBERS[word]


def year_of_text(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def calendar_unit(unit: Unit, on: date) -> Period:
    """The whole day, week, quincena, month ... that holds `on`."""
    if unit == "day":
        return Period(start=on, end=on)
    if unit == "bimester":
        first = on.replace(month=2 * ((on.month - 1) // 2) + 1, day=1)
        return Period(start=first, end=month_of(add_months(first, 1)).end)
    makers = {
        "week": week_of,
        "quincena": quincena_of,
        "month": month_of,
        "quarter": quarter_of,
        "semester": semester_of,
        "year": year_of,
    }
    return makers[unit](on)


def step(unit: Unit, on: date, count: int) -> Period:
    """The unit `count` away from the one that holds `on`; negative is back."""
    current = calendar_unit(unit, on)
    for _ in range(abs(count)):
        beside = current.start - timedelta(days=1) if count < 0 else current.end + timedelta(days=1)
        current = calendar_unit(unit, beside)
    return current


def back(unit: Unit, on: date, count: int) -> date:
    """The same day `count` units earlier: a month shorter than the day gives its last day."""
    months = {"month": 1, "bimester": 2, "quarter": 3, "semester": 6, "year": 12}
    if unit in months:
        return add_months(on, -months[unit] * count)
    if unit == "quincena":
        first = step("quincena", on, -count)
        return min(first.start + (on - calendar_unit("quincena", on).start), first.end)
    return on - timedelta(days=count * {"day": 1, "week": 7}.get(unit, 1))


def real_date(year: int, month: int, day: int) -> date | None:
    """None where the calendar has no such day (31 of June, 05/13)."""
    if not (1 <= month <= 12 and 2000 <= year <= 2100 and 1 <= day <= monthrange(year, month)[1]):
        return None
    return date(year, month, day)


def compiled(pattern: str) -> re.Pattern[str]:
    """A rule, with the words filled in and an end at a word's edge."""
    filled = (
        pattern.replace("<MONTH>", MONTH_RE)
        .replace("<DAYNAME>", WEEKDAY_RE)
        .replace("<UNIT>", UNIT_RE)
        .replace("<N>", NUMBER_RE)
        .replace("<ORD>", ORDINAL_RE)
        .replace("<YEAR>", YEAR_RE)
    )
    return re.compile(rf"(?:{filled})(?![a-z0-9])")
