"""In which time zones a debtor may be: by municipality, else state, else area code, else all of Mexico.

Knows no hour and no rule.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from phonenumbers import PhoneNumber
from phonenumbers.timezone import time_zones_for_geographical_number

from db.states import state_of

_FILE = Path(__file__).with_name("zones.yaml")
MEXICO, NATIONAL_DIGITS = 52, 10

By = Literal["municipality", "state", "area_code", "nothing"]


@dataclass(frozen=True)
class Home:
    """The zones a debtor may be in, and by what that is known. Several: an hour must suit them all."""

    zones: frozenset[str]
    by: By

    @property
    def certain(self) -> bool:
        return self.by != "nothing"


def home_of(state: str | None, municipality: str | None, phones: Sequence[str] = ()) -> Home:
    """The most exact that is known. A municipality counts within its state only: there are many Juárez."""
    by_address = _by_address(state, municipality or "") if state else None
    if by_address is not None:
        return by_address
    by_phone = frozenset(zone for phone in phones for zone in _of_phone(phone))
    return Home(by_phone, "area_code") if by_phone else Home(everywhere(), "nothing")


@lru_cache(maxsize=10_000)
def _by_address(state: str, municipality: str) -> Home | None:
    known = state_of(state)
    if known is None:
        return None
    split = _read().split.get(known)
    if split is None:
        return Home(frozenset({_read().states.get(known, _read().centre)}), "state")
    zone = split.get(_plain(municipality))
    return Home(frozenset({zone}), "municipality") if zone else Home(frozenset(split.values()), "state")


def everywhere() -> frozenset[str]:
    """Every zone of Mexico whose clock differs from another's at some time of the year."""
    return _read().everywhere


@lru_cache(maxsize=100_000)
def _of_phone(phone: str) -> frozenset[str]:
    """By its area code: ours where the library is wrong, else the library's. Nothing for a foreign number."""
    digits = re.sub(r"\D", "", phone)[-NATIONAL_DIGITS:]
    if len(digits) < NATIONAL_DIGITS:
        return frozenset()
    ours = _read().area_codes.get(digits[:3]) or _read().area_codes.get(digits[:2])
    if ours is not None:
        return ours
    number = PhoneNumber(country_code=MEXICO, national_number=int(digits))
    return frozenset(time_zones_for_geographical_number(number)) - {"Etc/Unknown"}


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[a-z]+", "".join(c for c in bare if not unicodedata.combining(c))))


@dataclass(frozen=True)
class _Zones:
    everywhere: frozenset[str]
    centre: str
    states: dict[str, str]
    split: dict[str, dict[str, str]]
    area_codes: dict[str, frozenset[str]]


@cache
def _read() -> _Zones:
    raw: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return _Zones(
        frozenset(raw["everywhere"]),
        raw["centre"],
        raw["states"],
        {
            state: {_plain(name): zone for zone, names in zones.items() for name in names}
            for state, zones in raw["split"].items()
        },
        {code: frozenset(each["zones"]) for each in raw["area_codes"] for code in each["codes"]},
    )
