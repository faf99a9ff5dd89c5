"""One order as typed, with marks on what has been read of it. Knows no slot.

What is taken is blanked, so that nothing is read twice; what is only marked stays for the filters to read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.understand.deeds.numbers import Said, numbers
from bot.understand.deeds.table import Asked, Table
from bot.understand.draft import Problem
from bot.understand.lexicon import Lexicon
from bot.understand.names import NameIndex
from bot.understand.normalise import Token, Typed

GONE = "\x00"


@dataclass(frozen=True)
class Floor:
    """What every order is read with."""

    table: Table
    names: NameIndex
    lexicon: Lexicon


@dataclass
class Sheet:
    floor: Floor
    typed: Typed
    now: datetime
    asked: Asked
    fields: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    text: str = ""  # folded; quotes and what is taken are blank
    read: set[int] = field(default_factory=set)
    silent: frozenset[str] = frozenset()  # words that carry nothing here
    because: list[tuple[str, str]] = field(default_factory=list)  # what cannot be as it was said, and why

    def __post_init__(self) -> None:
        self.text = self.typed.folded
        for token in self.typed.tokens:
            if token.kind == "quote":
                self._blank(token.start, token.end)

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def said(self) -> str:
        """The verb as it was typed."""
        return self.typed.folded[slice(*self.asked.verb)]

    def ask(self, about: str, *candidates: str) -> None:
        self.problems.append(Problem(about, candidates))

    def object_to(self, about: str, kind: str, start: int, end: int) -> None:
        """Said, and it cannot be so: taken, and asked back with the reason."""
        said = self.raw(start, end).strip(" ,.;:")
        self.take(start, end)
        self.ask(about)
        if (kind, said) not in self.because:
            self.because.append((kind, said))

    # --- Marks -----------------------------------------------------------------------------------

    def _blank(self, start: int, end: int) -> None:
        self.text = self.text[:start] + GONE * (end - start) + self.text[end:]

    def mark(self, start: int, end: int) -> None:
        """Read, and still there for the filters."""
        self.read |= {n for n, t in enumerate(self.typed.tokens) if t.start >= start and t.end <= end}

    def take(self, start: int, end: int) -> None:
        self.mark(start, end)
        self._blank(start, end)

    def first(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first place of a pattern, taken."""
        match = pattern.search(self.text)
        if match is not None:
            self.take(*match.span())
        return match

    def numbers(self) -> Iterator[Said]:
        return numbers(self.text)

    def raw(self, start: int, end: int) -> str:
        """A stretch of the folded text as it was typed."""
        if start >= end:
            return ""
        return self.typed.raw[self.typed.origin[start] : self.typed.origin[end - 1] + 1]

    # --- What is left ----------------------------------------------------------------------------

    def quotes(self) -> list[tuple[int, Token]]:
        return [(n, t) for n, t in enumerate(self.typed.tokens) if t.kind == "quote"]

    def left(self) -> tuple[str, ...]:
        """Words, numbers and quotations nobody has read: they may say anything."""
        return tuple(t.raw for n, t in enumerate(self.typed.tokens) if n not in self.read and self._says(t))

    def _says(self, token: Token) -> bool:
        if token.kind == "sign":
            return token.text in "%$<>=+&/@"
        return token.text not in self.floor.table.fillers and token.text not in self.silent
