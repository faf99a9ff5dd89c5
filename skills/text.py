"""Sentences by key in Spanish and English, and the wording of numbers and dates. Knows no skill.

A text file is `key: {es: "...", en: "..."}` with {named} slots; both languages name the same slots.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from db.periods import Period, month_of
from skills.contract import Language, Value

WEEKDAYS_HELP = 14  # days; a longer range is said by its dates alone
LANGUAGES: tuple[Language, ...] = ("es", "en")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDING = Path(__file__).with_name("text.yaml")


class TextFault(ValueError):
    """What is wrong in the text files, all of it: `faults` are "file: key: what"."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Texts:
    sentences: Mapping[str, Mapping[str, str]]

    def say(self, language: Language, key: str, **slots: Any) -> str:
        """The sentence with its slots filled. `n=1` takes `<key>_one` where there is one."""
        if slots.get("n") == 1 and f"{key}_one" in self.sentences:
            key = f"{key}_one"
        return self.sentences[key][language].format(**slots)

    def __contains__(self, key: object) -> bool:
        return key in self.sentences


def load_texts(*paths: Path) -> Texts:
    """Every sentence of these files. Raises TextFault listing all that is wrong in them.

    Files are read once while they stay as they are.
    """
    return _loaded(tuple((path, path.stat().st_mtime_ns if path.exists() else 0) for path in paths))


@lru_cache(maxsize=4)
def _loaded(files: tuple[tuple[Path, int], ...]) -> Texts:
    sentences: dict[str, Mapping[str, str]] = {}
    faults: list[str] = []
    for path, _ in files:
        for key, entry, line in _entries(path, faults):
            problem = _problem(entry) or ("said twice" if key in sentences else "")
            if problem:
                faults.append(f"{path}: {key} (line {line}): {problem}")
            else:
                sentences[key] = entry
    if faults:
        raise TextFault(tuple(faults))
    return Texts(sentences)


def _entries(path: Path, faults: list[str]) -> Iterator[tuple[str, Any, int]]:
    """Key, value and line. Read node by node: a plain load would let a key said twice win in silence."""
    try:
        loader = _LOADER(path.read_text(encoding="utf-8"))
        root = loader.get_single_node()
    except (OSError, yaml.YAMLError) as error:
        faults.append(f"{path}: {error}")
        return
    if root is None:
        return
    if not isinstance(root, yaml.MappingNode):
        faults.append(f"{path}: expected `key: {{es: ..., en: ...}}`")
        return
    for key, value in root.value:
        entry = loader.construct_object(value, deep=True)
        yield str(loader.construct_object(key)), entry, key.start_mark.line + 1


def _problem(entry: Any) -> str:
    if not isinstance(entry, dict) or set(entry) != set(LANGUAGES):
        return "needs es and en, nothing else"
    if not all(isinstance(entry[name], str) and entry[name].strip() for name in LANGUAGES):
        return "es and en must be sentences"
    try:
        spanish, english = (slots_of(entry[name]) for name in LANGUAGES)
    except ValueError as error:
        return f"slots: {error}"
    if spanish != english:
        return f"slots differ: es {sorted(spanish)}, en {sorted(english)}"
    return ""


def slots_of(sentence: str) -> frozenset[str]:
    names = [name for _, name, _, _ in Formatter().parse(sentence) if name is not None]
    if not all(name.isidentifier() for name in names):
        raise ValueError(f"a slot needs a name: {names}")
    return frozenset(names)


# --- Numbers -------------------------------------------------------------------------------------


@cache
def _words() -> Texts:
    return load_texts(_WORDING)


def number(value: Value, language: Language) -> str:
    """18.4 % · $1,234,567 · 3:21 min · 7.5 h · 12,345 · 4.27; "s/d" where nothing is known."""
    if value.amount is None:
        return _words().say(language, "no_data")
    amount = value.amount
    if value.unit == "rate":
        return _words().say(language, "percent", n=_digits(amount * 100, 1))
    if value.unit == "money":
        shown = _words().say(language, "money", n=_digits(abs(amount), _cents(amount)))
        return f"-{shown}" if amount < 0 and any(c in "123456789" for c in shown) else shown
    if value.unit == "seconds":
        return _clock(amount, language)
    if value.unit == "hours":
        return _words().say(language, "hours", n=_digits(amount, 1))
    if value.unit == "number":
        return _digits(amount, _places(amount))
    return _digits(amount, 0 if amount == amount.to_integral_value() else 1)


TENFOLD = 1_000  # per cent


def change(current: Value, previous: Value, language: Language, *, sign: bool = True) -> str:
    """From previous to current: percentage points for rates ("+1.2 pp"), the difference itself for what is no
    amount of anything (an NPS may be zero or less), % for the rest. Of what grew tenfold, or from nothing, no
    percentage says anything: the difference."""
    words = _words()
    if current.amount is None or previous.amount is None:
        return words.say(language, "no_data")
    if current.unit == "rate":
        # Of the percentages as they are printed: whoever subtracts them must find the same.
        points = _digits(_tenths(current.amount) - _tenths(previous.amount), 1, sign=sign)
        return _or_none(points, words.say(language, "points", n=points), language)
    if current.unit == "number":
        places = max(_places(current.amount), _places(previous.amount))
        moved = _rounded(current.amount, places) - _rounded(previous.amount, places)
        shown = _digits(moved, places, sign=sign)
        return _or_none(shown, shown, language)
    gap = current.amount - previous.amount
    from_nothing = gap != 0 and previous.amount == 0
    share = gap / (abs(previous.amount) or 1) * 100
    if from_nothing or abs(share) >= TENFOLD:
        lead = "" if not sign else "+" if gap > 0 else "-"
        return lead + number(replace(current, amount=abs(gap)), language)
    shown = _digits(share, 1, sign=sign)
    return _or_none(shown, words.say(language, "percent", n=shown), language)


def _tenths(fraction: Decimal) -> Decimal:
    return _rounded(fraction * 100, 1)


def _places(amount: Decimal) -> int:
    """A mark of 1 to 5 moves by hundredths, a pace of 33.2 by tenths."""
    if amount == amount.to_integral_value():
        return 0
    return 2 if abs(amount) < 10 else 1


def _or_none(digits: str, shown: str, language: Language) -> str:
    moved = any(c in "123456789" for c in digits)
    return shown if moved else _words().say(language, "no_change")


def _rounded(amount: Decimal, places: int) -> Decimal:
    """Half up, as a person rounds."""
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _digits(amount: Decimal, places: int, *, sign: bool = False) -> str:
    """Half up; never "-0.0"."""
    rounded = _rounded(amount, places)
    if rounded == 0:
        rounded = abs(rounded)
    return f"{rounded:+,f}" if sign and rounded else f"{rounded:,f}"


def _cents(amount: Decimal) -> int:
    """Cents are worth showing on small sums only; of less than a peso, tenths of them too."""
    if abs(amount) < 1 and amount * 100 % 1:
        return 3
    return 2 if abs(amount) < 1000 and amount % 1 else 0


def _clock(amount: Decimal, language: Language) -> str:
    seconds = int(abs(amount).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    minus = "-" if amount < 0 and seconds else ""
    if seconds < 3600:
        return minus + _words().say(language, "minutes", n=f"{seconds // 60}:{seconds % 60:02}")
    hours, rest = divmod(seconds, 3600)
    return minus + _words().say(language, "hours", n=f"{hours}:{rest // 60:02}:{rest % 60:02}")


# --- Days ----------------------------------------------------------------------------------------


def day(on: date, language: Language, today: date | None = None) -> str:
    """lun 16-nov · Mon 16 Nov; with its year where that is not today's."""
    return _dated("day", on, language, today)


def _dated(form: str, on: date, language: Language, today: date | None) -> str:
    words = _words()
    key = f"{form}_year" if today is not None and on.year != today.year else form
    return words.say(
        language,
        key,
        weekday=words.say(language, "weekdays").split()[on.weekday()],
        day=on.day,
        month=words.say(language, "months").split()[on.month - 1],
        year=on.year,
    )


def period(over: Period, language: Language, today: date | None = None) -> str:
    """octubre · lun 16-nov a mié 18-nov · 1-nov a 22-nov: weekdays only where they help, a day once."""
    if over == month_of(over.start):
        return _month(over.start, language, today)
    form = "day" if over.days <= WEEKDAYS_HELP else "date"
    start, end = (_dated(form, on, language, today) for on in (over.start, over.end))
    if over.start == over.end:
        return start
    return _words().say(language, "range", start=start, end=end)


def _month(on: date, language: Language, today: date | None) -> str:
    words = _words()
    name = words.say(language, "months_long").split()[on.month - 1]
    if today is None or on.year == today.year:
        return name
    return words.say(language, "month_year", month=name, year=on.year)


def age(then: datetime | date, now: datetime, language: Language) -> str:
    """hoy · ayer · hace 3 días, by the calendar of `now`'s zone."""
    on = then.astimezone(now.tzinfo).date() if isinstance(then, datetime) else then
    days = (now.date() - on).days
    near = {0: "today", 1: "yesterday", -1: "tomorrow"}
    if days in near:
        return _words().say(language, near[days])
    return _words().say(language, "days_ago" if days > 0 else "days_ahead", n=abs(days))
