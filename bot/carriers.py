"""The ways out of the house: what they are given, what they say. The folder is one of them.

A folder's file appears whole or not at all, and the same file put there twice is there once.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SAID = 200


@dataclass(frozen=True)
class Sheet:
    """A document as it leaves."""

    name: str
    media: str
    content: bytes


@dataclass(frozen=True)
class Carried:
    """It has left. `said` is what the other side answered."""

    said: str


class NotSent(Exception):
    """Nothing has left. `final`: the same would happen again."""

    def __init__(self, said: str, *, final: bool) -> None:
        super().__init__(said)
        self.said, self.final = " ".join(said.split())[:SAID], final


class Doubtful(Exception):
    """Nobody knows whether it has left."""


def put(root: str | None, folder: str, sheets: Sequence[Sheet]) -> Carried:
    """Below `root`, which has to be there: a disk that is not mounted is not made up for."""
    if root is None or not Path(root).is_dir():
        raise NotSent(f"no folder {root}", final=root is None)
    place = (Path(root) / folder).resolve()
    if not place.is_relative_to(Path(root).resolve()):
        raise NotSent("a folder outside its root", final=True)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for sheet in sheets:
            _written(place, sheet)
    except OSError as no:
        raise NotSent(f"{type(no).__name__}: {no.strerror}", final=False) from no
    return Carried(", ".join(sheet.name for sheet in sheets))


def _written(place: Path, sheet: Sheet) -> None:
    """Under a name that nobody fetches until it is whole and on the disk."""
    half = place / f".{sheet.name}.part"
    with half.open("wb") as out:
        out.write(sheet.content)
        out.flush()
        os.fsync(out.fileno())
    half.replace(place / sheet.name)
