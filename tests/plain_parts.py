"""What a plain count is made of: one record's share of a number, and how shares are put together.

Knows no metric.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from tests.plain_floor import Floor, Row

Number = int | Fraction
BUCKETS = frozenset({"bucket", "bucket_from"})


@dataclass(frozen=True)
class Part:
    """What a record adds above and below the line, or the thing it stands for where different ones count."""

    dims: Row
    num: Number = 0
    den: Number = 0
    over: Any = None  # a different thing counted above the line
    under: Any = None  # ... and below it
    apart: bool = False  # shown in a bucket's own row, and in no total


Parts = Iterator[Part]
Count = Callable[[Floor, date, date], Parts]
Key = tuple[Any, ...]
Told = dict[Key, tuple[Number, Number]]


def grouped(parts: Iterable[Part], dims: tuple[str, ...], *, bucket_asked: bool = False) -> Told:
    """Numerator and denominator by the values of the dimensions; nothing for groups that hold neither."""
    shown = bucket_asked or bool(BUCKETS.intersection(dims))
    sums: dict[Key, list[Number]] = defaultdict(lambda: [0, 0])
    sets: dict[Key, tuple[set[Any], set[Any]]] = defaultdict(lambda: (set(), set()))
    for part in parts:
        if part.apart and not shown:
            continue
        key = tuple(part.dims[dim] for dim in dims)
        sums[key][0] += part.num
        sums[key][1] += part.den
        for held, thing in zip(sets[key], (part.over, part.under), strict=True):
            if thing is not None:
                held.add(thing)
    found = {k: (n + len(sets[k][0]), d + len(sets[k][1])) for k, (n, d) in sums.items()}
    return {key: value for key, value in found.items() if any(value)}


def together(*counts: Count) -> Count:
    """Counts that stand above and below one line."""

    def told(floor: Floor, start: date, end: date) -> Parts:
        for count in counts:
            yield from count(floor, start, end)

    return told


def under(count: Count) -> Count:
    """What a count has above the line, below it instead."""

    def told(floor: Floor, start: date, end: date) -> Parts:
        for part in count(floor, start, end):
            yield Part(part.dims, 0, part.num, None, part.over, part.apart)

    return told


def shared(count: Count, *tables: str) -> Count:
    """Over the days alone that the daily files of these tables all reach."""

    def told(floor: Floor, start: date, end: date) -> Parts:
        first, last = floor.shared(start, end, *tables)
        # Bucket and owners of the opening are those of the days counted.
        return count(floor, first, last) if first <= last else iter(())

    return told
