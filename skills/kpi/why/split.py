"""Splits the change of a sum, or of a ratio of sums, among rows; exactly. Knows no metric and no wording.

Of a ratio with shares w and rates r, a row's own effect is the mean share times the change of its rate; its
mix effect the change of its share times how far its mean rate lies from the whole's. Both, over all rows, add
up to the change: what a row without one of its sides contributes is all mix.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from db.numbers import Key

ENOUGH = Fraction(2, 3)  # of the movement: what the rows that are named have to hold together
MOST_NAMED = 5
# How much more of the movement than of the number they hold, to be called the reason; or one or two rows with
# at least a third of the movement, and twice what they hold of the number.
NOTABLE = Fraction(1, 4)
LEAST_MOVED, TWICE, VERY_FEW = Fraction(1, 3), 2, 2


class Counted(Protocol):
    """One row of one period."""

    @property
    def num(self) -> Fraction | int: ...
    @property
    def den(self) -> Fraction | int | None: ...


Sides = tuple[Counted, Counted]  # before, now


@dataclass(frozen=True)
class Part:
    """A row's share of the change, in the metric's unit. `weight`: its mean share of what is above the line,
    which is what it would hold of the change had every row moved alike.
    """

    key: Key
    own: Fraction  # its rate changed; of a sum, its average did
    mix: Fraction  # its share changed; of a sum, its number did
    weight: Fraction

    @property
    def total(self) -> Fraction:
        return self.own + self.mix


def of_ratio(rows: Mapping[Key, Sides], scale: Fraction) -> list[Part]:
    """Raises ZeroDivisionError where a whole side has nothing beneath the line."""
    num0, num1 = (sum((Fraction(sides[n].num) for sides in rows.values()), Fraction(0)) for n in (0, 1))
    den0, den1 = (sum((Fraction(sides[n].den or 0) for sides in rows.values()), Fraction(0)) for n in (0, 1))
    middle = (num0 / den0 + num1 / den1) / 2
    weights = _weights({key: (n.num / den0, m.num / den1) for key, (n, m) in rows.items()})
    found = []
    for key, (before, now) in rows.items():
        share0, share1 = Fraction(before.den or 0) / den0, Fraction(now.den or 0) / den1
        whole = now.num / den1 - before.num / den0 - middle * (share1 - share0)
        own = (share0 + share1) / 2 * _change(before, now)
        found.append(Part(key, own * scale, (whole - own) * scale, weights[key]))
    return found


def _weights(rows: Mapping[Key, tuple[Fraction, Fraction]]) -> dict[Key, Fraction]:
    sizes = {key: abs(before) + abs(now) for key, (before, now) in rows.items()}
    every = sum(sizes.values(), Fraction(0))
    return {key: size / every if every else Fraction(0) for key, size in sizes.items()}


def _change(before: Counted, now: Counted) -> Fraction:
    if not before.den or not now.den:
        return Fraction(0)
    return Fraction(now.num) / now.den - Fraction(before.num) / before.den


def of_sum(
    rows: Mapping[Key, Sides], scale: Fraction, counts: Mapping[Key, Sides] | None = None
) -> list[Part]:
    """`counts`: how many make up each row's sum; its change is then of their number and of their average."""
    weights = _weights({key: (Fraction(n.num), Fraction(m.num)) for key, (n, m) in rows.items()})
    found = []
    for key, (before, now) in rows.items():
        whole = Fraction(now.num - before.num)
        own = Fraction(0)
        if counts is not None and key in counts:
            few, many = (Fraction(side.num) for side in counts[key])
            if few and many:
                own = (few + many) / 2 * (now.num / many - before.num / few)
        found.append(Part(key, own * scale, (whole - own) * scale, weights[key]))
    return found


@dataclass(frozen=True)
class Concentration:
    """The few rows that hold most of the movement, up and down: of it, and of the number itself."""

    named: tuple[Part, ...]
    movement: Fraction
    weight: Fraction

    @property
    def excess(self) -> Fraction:
        return self.movement - self.weight

    @property
    def notable(self) -> bool:
        out_of_size = self.movement >= max(LEAST_MOVED, TWICE * self.weight)
        return self.excess >= NOTABLE or (out_of_size and len(self.named) <= VERY_FEW)


def concentrated(parts: Sequence[Part]) -> Concentration:
    """The fewest rows, the largest first, that hold two thirds of the movement; at most five.

    Where those hold it by their size, the first of them may still be out of theirs: then they are the reason.
    """
    moved = sum((abs(part.total) for part in parts), Fraction(0))
    named: list[Part] = []
    firsts: list[Concentration] = []
    for part in by_size(parts)[:MOST_NAMED]:
        if moved and _held(named) < ENOUGH * moved and part.total:
            named.append(part)
            weight = sum((p.weight for p in named), Fraction(0))
            firsts.append(Concentration(tuple(named), _held(named) / moved, weight))
    if not firsts:
        return Concentration((), Fraction(0), Fraction(0))
    reasons = [one for one in firsts if one.notable]
    return firsts[-1] if firsts[-1].notable or not reasons else max(reasons, key=lambda one: one.excess)


def _held(named: Sequence[Part]) -> Fraction:
    return sum((abs(part.total) for part in named), Fraction(0))


def by_size(parts: Sequence[Part]) -> list[Part]:
    """The largest contribution first, whichever way; ties by key, so that both databases agree."""
    return sorted(parts, key=lambda part: (-abs(part.total), str(part.key)))
