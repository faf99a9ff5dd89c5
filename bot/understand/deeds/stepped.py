# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""A message that hangs on the target set before it: "súbela 10 %", "déjala en 950 mil". Reads no words else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from bot.understand.deeds.numbers import Said, number_at
from bot.understand.deeds.slots import money
from bot.understand.lexicon import Lexicon

_LEAD = r"\W*(?:(?:ok|va|bueno|pues|y|mejor|pero|ahora|oye|entonces|no|and|better|actually|but|then|now|por favor|porfa|please|can you|me la|la|le|necesito|quiero|quisiera|favor de|(?:le |te )?(?:solicito|pido)|me ayudas? a|puedes|podrias?)\W+)*"
_IT = r"(?:\s+(?:it|that|la meta|esa meta|el objetivo|the target|the goal))?"
_UP = r"(?:sub|aument|increment)[a-z]{0,4}?(?:la|le|lo|sela)?|(?:agrega|suma|echa)(?:le|me)|raise|increase|bump|add"
_DOWN = r"(?:baj|reduc|disminuy|recort)[a-z]{0,4}?(?:la|le|lo|sela)?|quita(?:le|me)|lower|decrease|reduce|cut|drop"
_STEP = re.compile(
    rf"{_LEAD}(?:(?P<up>{_UP})|(?P<down>{_DOWN})){_IT}(?:\s+(?:up|down))?\s+(?:(?:en|un|unos|by|otros?|another|an?)\s+)*(?=[$\da-z])"
)
_SET = r"(?:sub|baj|dej|pon|cambi|fij|ajust|pas|qued)[a-z]{0,4}?(?:la|lo|le|sela)?|set|make|raise|lower|change|leave|put"
_TO = re.compile(
    rf"{_LEAD}(?:(?:{_SET}){_IT}\s+)?(?:que\s+(?:quede|sea)\s+)?(?:a|en|at|to|de)\s+(?=[$\da-z])"
)
_POINTS = re.compile(r"\s*(?:puntos?(?:\s+porcentuales)?|pp|pts?|(?:percentage\s+)?points?)\b")
_WHOLE = ("count", "seconds")  # a tenth more of 125 calls is 138
_END = re.compile(r"\W*(?:(?:mas|menos|more|less|por favor|porfa|please|gracias|thanks|mejor)\W*)*")


@dataclass(frozen=True)
class Stepped:
    """The target before with its new value; without one, `values` are what it may come to."""

    fields: dict[str, Any]
    values: tuple[Any, ...] = ()


def read_stepped(text: str, previous: Mapping[str, Any] | None, lexicon: Lexicon) -> Stepped | None:
    """None where the thread set no target before, or more is said than by how much or to what."""
    before = _target_before(previous)
    if before is None:
        return None
    value = _decimal(before.get("value"))
    known = lexicon.catalogue.metrics.get(str(before.get("metric")))
    if value is None or known is None:
        return None
    kept = {name: each for name, each in before.items() if each is not None and name != "value"}
    for pattern in (_TO, _STEP):
        match = pattern.match(text)
        said = number_at(text, match.end()) if match else None
        if match is None or said is None:
            continue
        points = _POINTS.match(text, said.end)
        if _END.fullmatch(text, points.end() if points else said.end) is None:
            continue
        if pattern is _TO:
            found = [_measured(said, known.unit)]
        else:
            found = _moved(value, said, known.unit, points is not None, -1 if match["down"] else 1)
        return _as_said(kept, found, known.unit)
    return None


def _target_before(previous: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """{intent, fields} or {intent: fields}."""
    previous = previous or {}
    named = previous.get("intent") == "set_target"
    fields = previous.get("fields") if named else previous.get("set_target")
    return dict(fields) if isinstance(fields, Mapping) else None


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _measured(said: Said, unit: str) -> Decimal | None:
    if unit == "rate":
        return None if said.money else said.value / 100 if said.percent or said.value > 1 else said.value
    return None if said.percent else said.value


def _moved(value: Decimal, said: Said, unit: str, points: bool, way: int) -> list[Decimal | None]:
    """ "10 %" of a rate may be a tenth of it or ten points: both. A share of anything else is one thing."""
    tenth = value * (1 + way * said.value / 100)
    if points or unit == "rate":
        if unit != "rate" or said.money:
            return [None]
        added = value + way * said.value / 100
        return [added] if points else [added, tenth]
    return [tenth if said.percent else value + way * said.value]


def _as_said(kept: dict[str, Any], found: list[Decimal | None], unit: str) -> Stepped:
    values = tuple(_written(each, unit) for each in found if each is not None and each > 0)
    if len(found) == 1 and values:
        return Stepped({**kept, "value": values[0]})
    return Stepped(kept, values)


def _written(value: Decimal, unit: str) -> str | int | float:
    if unit == "money":
        return money(value)
    exact = value.quantize(Decimal(1) if unit in _WHOLE else Decimal("0.0001"), ROUND_HALF_UP)
    return int(exact) if exact == int(exact) else float(exact)
