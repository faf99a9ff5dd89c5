"""The table of texts every file becomes, and the two columns it carries: line and fault."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from db.loading.faults import Note

LINE, FAULT = "_line", "_fault"
HEADER_SEARCH = 10  # some files open with a title

Recognise = Callable[[Sequence[str]], int]  # how many of these headers somebody knows


@dataclass(frozen=True)
class RawTable:
    """Every cell as text. `_line` is the line in the file, `_fault` a key where the line itself is broken."""

    frame: pl.DataFrame
    headers: tuple[str, ...]
    numeric: frozenset[str] = frozenset()  # columns a spreadsheet held as numbers
    notes: tuple[Note, ...] = ()


def named_once(cells: Sequence[str]) -> list[str]:
    """A name for every column: the unnamed by their place, the repeated by a number."""
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = cell or f"columna {place}"
        while name in names:
            name = f"{name} ({place})"
        names.append(name)
    return names
