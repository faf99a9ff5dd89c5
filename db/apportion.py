"""Shares whole units out so that the parts add up to the whole. Knows no metric."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor


def rounded(number: Fraction | int) -> int:
    """To the nearest whole, halves away from zero, as a person rounds."""
    return -rounded(-number) if number < 0 else floor(number + Fraction(1, 2))


def apportion(parts: Sequence[Fraction | int], total: int | None = None) -> list[int]:
    """Each part as a whole number, their sum the rounded sum or the total given: the largest remainders are
    rounded up. Ties go to the earlier part, so that the same parts are always shared out alike.
    """
    whole = [floor(part) for part in parts]
    wanted = rounded(sum(parts, Fraction(0))) if total is None else total
    each, some = divmod(wanted - sum(whole), len(parts)) if parts else (0, 0)
    by_rest = sorted(range(len(parts)), key=lambda n: (whole[n] - parts[n], n))
    return [amount + each + (n in by_rest[:some]) for n, amount in enumerate(whole)]
