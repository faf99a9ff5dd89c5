"""Reads one cell's text: amounts, days, instants, flags, phones. What nobody can read is None, not a guess.

Knows no file and no table. Each reader takes text already stripped and not empty.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Mexico_City")

_PLAIN = re.compile(r"\d*\.?\d+|\d+\.")
_COMMAS = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")  # 1,234.56
_POINTS = re.compile(r"\d{1,3}(\.\d{3})+,\d{1,2}|\d+,\d{1,2}|\d{1,3}(\.\d{3}){2,}")  # 1.234,56
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}\.\d{3}")  # 1.234: one peso and a bit, or a thousand?
_MONEY_WORDS = re.compile(r"mxn|m\.n\.|mn|\$|\s", re.IGNORECASE)
_MINUS = str.maketrans("−–", "--")
# PostgreSQL's BIGINT and ours: beyond this an amount is a mistake, not money.
_LARGEST = Decimal(10) ** 16
_BEYOND = 2**63


def plain(text: str) -> str:
    """Lower case, no accents, words apart by one space: how words and headers are compared."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c if c.isalnum() else " " for c in bare if not unicodedata.combining(c))
    return " ".join(kept.split())


def is_ambiguous(text: str) -> bool:
    """True of "1.234", which two countries read differently; of text only, not of a spreadsheet's number."""
    return _AMBIGUOUS.fullmatch(_MONEY_WORDS.sub("", text).strip("()-+")) is not None


def read_decimal(text: str) -> Decimal | None:
    """1,234.56 · 1.234,56 · $ 1,234.56 · (500.00) · -500 · 500-."""
    bare = _MONEY_WORDS.sub("", text.translate(_MINUS))
    inner = bare[1:-1] if bare.startswith("(") and bare.endswith(")") else bare
    negative = inner != bare
    if inner[:1] in ("-", "+") or inner[-1:] == "-":
        if negative:
            return None
        negative = inner[:1] != "+"
        inner = inner[1:] if inner[:1] in ("-", "+") else inner[:-1]
    digits = _digits(inner)
    if digits is None:
        return None
    value = Decimal(digits)
    return None if value > _LARGEST else -value if negative else value


def _digits(bare: str) -> str | None:
    if not bare.isascii():
        return None
    if _PLAIN.fullmatch(bare):
        return bare
    if _COMMAS.fullmatch(bare):
        return bare.replace(",", "")
    if _POINTS.fullmatch(bare):
        return bare.replace(".", "").replace(",", ".")
    return None


def read_cents(text: str) -> int | None:
    value = read_decimal(text)
    return None if value is None else _whole(value * 100)


def read_micros(text: str) -> int | None:
    """Millionths; "85%" and "0.85" are the same."""
    percent = text.endswith("%")
    value = read_decimal(text.rstrip("% "))
    if value is None:
        return None
    return _whole(value * (10_000 if percent else 1_000_000))


def read_percent(text: str) -> int | None:
    """Millionths of "15" or "15%", both 15 %. Up to 1 without the sign it may be a fraction: refused."""
    value = read_decimal(text.rstrip("% "))
    if value is None or (0 < value <= 1 and not text.endswith("%")):
        return None
    return _whole(value * 10_000)


def read_rate(text: str) -> int | None:
    """Millionths of "0.12" or "12%", both 12 %. A bare 1 or more may be a percentage: refused."""
    value = read_micros(text)
    return None if value is not None and value >= 1_000_000 and not text.endswith("%") else value


def _whole(value: Decimal) -> int | None:
    """Rounded; nothing where no column of ours could hold it."""
    whole = int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return whole if abs(whole) < _BEYOND else None


def read_integer(text: str) -> int | None:
    value = read_decimal(text)
    if value is None or value != value.to_integral_value() or abs(value) > 2_000_000_000:
        return None
    return int(value)


_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_NAMED = re.compile(
    r"(\d{1,2})[-/. ]+(?:de )?([a-záéíóú]{3,10})\.?[-/., ]+(?:de )?(\d{4}|\d{2})", re.IGNORECASE
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "ene jan",
            "feb",
            "mar",
            "abr apr",
            "may",
            "jun",
            "jul",
            "ago aug",
            "sep set",
            "oct",
            "nov",
            "dic dec",
        ),
        1,
    )
    for name in names.split()
}
_SERIAL_ZERO = date(1899, 12, 30)
_SERIAL = re.compile(r"([1-7]\d{4})(\.\d+)?")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


def read_day(text: str) -> date | None:
    """ISO, dd/mm/yyyy, dd-mm-yy, 3-nov-2026, 20261103, a spreadsheet's serial. A time after it is dropped."""
    head = re.split(r"[T ](?=\d{1,2}:)", text, maxsplit=1)[0].strip()
    if serial := _SERIAL.fullmatch(head):
        return _SERIAL_ZERO + timedelta(days=int(serial[1]))
    if found := (_ISO.fullmatch(head) or _COMPACT.fullmatch(head)):
        return _date(found[1], found[2], found[3])
    if found := _DAY_FIRST.fullmatch(head):
        return _date(found[3], found[2], found[1])
    if (found := _NAMED.fullmatch(head)) and (month := _MONTHS.get(plain(found[2])[:3])):
        return _date(found[3], str(month), found[1])
    return None


def read_birth_day(text: str) -> date | None:
    """As `read_day`; a two-digit year that would be a child's is the century before."""
    day = read_day(text)
    if day is not None and day.year > datetime.now(ZONE).year - 16 and str(day.year) not in text:
        return _date(str(day.year - 100), str(day.month), str(day.day))
    return day


def read_month(text: str) -> date | None:
    """The month's first day, of "2026-11", "11/2026" or any day in it."""
    if found := re.fullmatch(r"(\d{4})[-/](\d{1,2})", text):
        return _date(found[1], found[2], "1")
    if found := re.fullmatch(r"(\d{1,2})[-/](\d{4})", text):
        return _date(found[2], found[1], "1")
    day = read_day(text)
    return None if day is None else day.replace(day=1)


def _date(year: str, month: str, day: str) -> date | None:
    full = int(year) + 2000 if len(year) == 2 else int(year)
    if not _FIRST_YEAR <= full <= _LAST_YEAR:
        return None
    try:
        return date(full, int(month), int(day))
    except ValueError:
        return None


_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap])?\.?\s*(?:m\.?)?", re.IGNORECASE)
_ZONED = re.compile(r"(Z|UTC|GMT|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)$", re.IGNORECASE)


def read_instant(text: str) -> datetime | None:
    """A day and a time. Without a zone it is the agency's own; a day alone is its midnight."""
    parts = re.split(r"[T ](?=\d{1,2}:)", text, maxsplit=1)
    if len(parts) == 1:
        return _serial_instant(text) or _midnight(read_day(text))
    day = read_day(parts[0].strip())
    rest = parts[1].strip()
    zone = _ZONED.search(rest)
    moment = _clock(rest[: zone.start()].strip() if zone else rest)
    if day is None or moment is None:
        return None
    if zone is None:
        return _local(datetime.combine(day, moment))
    return datetime.fromisoformat(f"{day}T{moment}{_offset(zone[1])}").astimezone(UTC)


def has_time(text: str) -> bool:
    return ":" in text or (_SERIAL.fullmatch(text) is not None and "." in text)


def _clock(text: str) -> time | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hour, half = int(found[1]), (found[4] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
        return None
    return time(hour, int(found[2]), int(found[3] or 0))


def _offset(written: str) -> str:
    if written.upper() in ("Z", "UTC", "GMT"):
        return "+00:00"
    digits = written[1:].replace(":", "").ljust(4, "0")
    return f"{written[0]}{digits[:2]}:{digits[2:]}"


def _serial_instant(text: str) -> datetime | None:
    found = _SERIAL.fullmatch(text)
    if found is None or found[2] is None:
        return None
    seconds = round(float("0" + found[2]) * 86_400)
    at_midnight = datetime.combine(_SERIAL_ZERO + timedelta(days=int(found[1])), time())
    return _local(at_midnight + timedelta(seconds=seconds))


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else _local(datetime.combine(day, time()))


def _local(naive: datetime) -> datetime:
    return naive.replace(tzinfo=ZONE).astimezone(UTC)


_YES = frozenset({"si", "s", "yes", "y", "true", "verdadero", "1", "x"})
_NO = frozenset({"no", "n", "false", "falso", "0"})


def read_flag(text: str) -> bool | None:
    word = plain(text)
    return True if word in _YES else False if word in _NO else None


def read_phone(text: str) -> str | None:
    """The ten national digits, without 52, 521, 044, 045 or 01 before them."""
    digits = re.sub(r"\D", "", text.removesuffix(".0"))
    for prefix in ("521", "52", "044", "045", "01"):
        if len(digits) == 10 + len(prefix) and digits.startswith(prefix):
            digits = digits[len(prefix) :]
    return digits if len(digits) == 10 and len(set(digits)) > 1 else None


def read_dialled(text: str) -> str | None:
    """What was dialled: the national number where it is one, else its digits (short codes, extensions)."""
    return read_phone(text) or re.sub(r"\D", "", text)[:16] or None
