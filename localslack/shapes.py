"""The words in which blocktypes.py and elementtypes.py describe Block Kit; it checks nothing itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Prop:
    """One property: its kind, its size or range, whether it must be there, and what it takes."""

    kind: str  # text, string, enum, number, integer, flag, list, object, rows, any
    most: int | None = None
    least: int = 0
    of: tuple[str, ...] = ()  # types of objects, or the values of an enum
    each: "Prop | None" = None  # of a list whose members are no objects
    like: str = ""  # a pattern for the whole string
    plain: bool = False
    needed: bool = False


@dataclass(frozen=True)
class Shape:
    """The properties of one type. `open` types take properties this table does not name."""

    props: Mapping[str, Prop] = field(default_factory=dict)
    open: bool = False


def text(most: int = 3000, *, plain: bool = False) -> Prop:
    return Prop("text", most=most, least=1, plain=plain)


def string(most: int | None = None, least: int = 0, like: str = "") -> Prop:
    return Prop("string", most=most, least=least, like=like)


def enum(*values: str) -> Prop:
    return Prop("enum", of=values)


def integer(least: int = 0, most: int | None = None) -> Prop:
    return Prop("integer", most=most, least=least)


def items(*of: str, most: int | None = None, least: int = 1) -> Prop:
    return Prop("list", most=most, least=least, of=of)


def each(prop: Prop, most: int | None = None, least: int = 1) -> Prop:
    """A list of texts, strings or values of an enum."""
    return Prop("list", most=most, least=least, each=prop)


def one(*of: str) -> Prop:
    return Prop("object", of=of)


def needed(prop: Prop) -> Prop:
    return replace(prop, needed=True)


NUMBER, FLAG, ANY = Prop("number"), Prop("flag"), Prop("any")
ID = string(255)
DATE, TIME, DECIMAL = r"\d{4}-\d{2}-\d{2}", r"([01]\d|2[0-3]):[0-5]\d", r"-?\d+(\.\d+)?"
