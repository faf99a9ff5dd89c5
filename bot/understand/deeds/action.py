"""What an action is made of: its readers in the order they read, and what must be known in the end."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.understand.deeds.sheet import Sheet

Reader = Callable[[Sheet], None]


@dataclass(frozen=True)
class Need:
    """Asked for by `about` where none of these slots was said."""

    about: str
    any_of: tuple[str, ...]


def need(slot: str, *others: str, about: str = "") -> Need:
    return Need(about or f"slot:{slot}", (slot, *others))


@dataclass(frozen=True)
class Action:
    readers: tuple[Reader, ...]
    needs: tuple[Need, ...] = ()
