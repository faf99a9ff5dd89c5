"""How far a share counted on few cases may lie from the truth: the Wilson score interval at 95 %."""

from decimal import Decimal, localcontext
from functools import lru_cache

SMALL_N = 30
_PLACES = 12
Z = Decimal("1.959963984540054")  # of the normal distribution, 2.5 % beyond it on either side


@lru_cache(maxsize=1024)  # of small numbers, the same ones over and over
def wilson(cases: int, of: int) -> tuple[Decimal, Decimal]:
    """Lower and upper end, as fractions (Wilson 1927): 3 of 4 lies between 0.30 and 0.95. `of` over 0."""
    with localcontext() as exact:
        exact.prec = 28
        n, share = Decimal(of), Decimal(cases) / of
        centre = share + Z * Z / (2 * n)
        spread = Z * (share * (1 - share) / n + Z * Z / (4 * n * n)).sqrt()
        whole = 1 + Z * Z / n
        low, high = (round(end / whole, _PLACES) for end in (centre - spread, centre + spread))
        return max(low, Decimal(0)), min(high, Decimal(1))
