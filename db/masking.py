"""What of a debtor each reader sees, and how: the one projection of cards, lists, letters and evidence. Pure.

Knows no account and no sentence; what is left in running text is db/identifiers.py's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Literal

from db.identifiers import ENDING, HIDDEN, without

ACCOUNT_ENDING = 4
Field = Literal["account", "name", "phone", "reference", "pay_account", "place", "note"]


class Level(IntEnum):
    """How near a reader is to a debtor."""

    AGGREGATE = 0  # a channel: numbers of many, no debtor
    ROW = 1  # who works or oversees an account, in private
    WHOLE = 2  # the same, for one account and a reason on record
    DOCUMENT = 3  # a letter to the debtor, made from the database and approved


def short(number: str) -> str:
    """As an account may be said where others read along."""
    return f"…{number[-ACCOUNT_ENDING:]}"


def ending(number: str, digits: int = ENDING) -> str:
    """The last digits alone, which tell two numbers apart and name none."""
    return number[-digits:]


def initials(name: str) -> str:
    """María Fernanda López -> M. F. L."""
    return " ".join(f"{word[0].upper()}." for word in name.split())


def _whole(value: str) -> str:
    return value


def _ending(value: str) -> str:
    return f"{HIDDEN} {ending(value)}"


def _nothing(_value: str) -> str:
    return ""


_Way = Callable[[str], str]
# Account, name, phone, reference, the creditor's account, place, note.
_WAYS: Mapping[Level, Mapping[Field, _Way]] = MappingProxyType(
    {
        Level.AGGREGATE: {"account": short},
        Level.ROW: {
            "account": _whole,
            "name": initials,
            "phone": _ending,
            "pay_account": short,
            "note": _whole,
        },
        Level.WHOLE: {
            "account": _whole,
            "name": _whole,
            "phone": _whole,
            "reference": _whole,
            "pay_account": short,
            "place": _whole,
            "note": _whole,
        },
        Level.DOCUMENT: {"account": _whole, "name": _whole, "reference": _whole, "pay_account": _whole},
    }
)
# Who works or oversees the debtor's case; who runs the house or the system needs no phone and no note.
CLOSE = frozenset(("agent", "supervisor", "manager", "compliance", "quality"))
_OF_THE_CASE: frozenset[Field] = frozenset(("phone", "note"))
_NO_ROWS = frozenset(("client_viewer",))


@dataclass(frozen=True)
class Masks:
    """What a reader of this role sees at a level."""

    level: Level
    role: str

    def of(self, field: Field, value: str | None) -> str:
        """As she may read it; empty where there is nothing for her."""
        return self._way(field)(value) if value else ""

    def shows(self, field: Field) -> bool:
        """Whether there is anything of it for her."""
        return self._way(field) is not _nothing

    def clear(self, field: Field, *values: str | None) -> frozenset[str]:
        """Those that she sees whole: what the last net lets through."""
        return frozenset(value for value in values if value) if self._way(field) is _whole else frozenset()

    def note(self, body: str, name: str | None) -> str:
        """Somebody's own words, without the name of whom they are about."""
        if not self.shows("note"):
            return ""
        if self.level >= Level.WHOLE or not name:
            return body
        return without(body, [name, *(word for word in name.split() if len(word) > ENDING)])

    def _way(self, field: Field) -> _Way:
        if self.role in _NO_ROWS and self.level != Level.AGGREGATE:
            return _nothing
        if field in _OF_THE_CASE and self.role not in CLOSE:
            return _nothing
        return _WAYS[self.level].get(field, _nothing)
