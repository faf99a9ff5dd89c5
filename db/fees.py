"""What a creditor pays for recovered money: rates by bucket and product, in tiers of its calendar month.

Pure: knows no database. Two conventions exist for tiers. marginal: each peso of the month earns its own
tier's rate. retroactive: the tier the month has reached prices every peso of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from db.periods import Period

Tiers = Literal["marginal", "retroactive"]
_NOTHING = Fraction(0)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rate:
    """`bucket` and `product` "" are any; `to_cents` is the first centavo of the month past the tier."""

    client_id: int
    bucket: str
    product: str
    from_cents: int
    to_cents: int | None
    valid_from: date
    valid_to: date | None  # the last day it holds
    rate: Fraction

    def holds(self, cents: int) -> bool:
        return self.from_cents <= cents and (self.to_cents is None or cents < self.to_cents)

    def speaks_of(self, bucket: str, product: str) -> bool:
        return self.bucket in ("", bucket) and self.product in ("", product)

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def closeness(self) -> tuple[bool, bool, date]:
        """Bucket and product together, then bucket alone, product alone, neither; the newest of them."""
        return bool(self.bucket), bool(self.product), self.valid_from


@dataclass(frozen=True)
class Price:
    """What a peso earns, and the share of the money that any rate speaks of: the rest has no price at all."""

    rate: Fraction
    covered: Fraction


def price(rates: Iterable[Rate], bucket: str, product: str, month_cents: int, tiers: Tiers) -> Price:
    """What a peso of this bucket and product earns in a month of so much money of the whole client.

    `rates` are the client's, valid on the day posted. Marginal: every bucket's money is spread over the tiers
    like the whole month's, so that they share them fairly whatever came in first. A month that gave back as
    much as it took stands at its first centavo.
    """
    fitting = [rate for rate in rates if rate.speaks_of(bucket, product)]
    month = max(month_cents, 0)
    if tiers == "retroactive" or month == 0:
        found = _closest(fitting, month)
        return Price(found.rate, Fraction(1)) if found else Price(_NOTHING, _NOTHING)
    earned = covered = _NOTHING
    for low, high in pairwise(_edges(fitting, month)):
        found = _closest(fitting, low)
        if found:
            earned += found.rate * (high - low)
            covered += high - low
    return Price(earned / month, covered / month)


def _closest(rates: Sequence[Rate], cents: int) -> Rate | None:
    """The most specific rate whose tier holds that centavo of the month."""
    return max((rate for rate in rates if rate.holds(cents)), key=lambda rate: rate.closeness, default=None)


def _edges(rates: Sequence[Rate], month: int) -> list[int]:
    """Where the rate may change between the month's first centavo and its last."""
    ends = {end for rate in rates for end in (rate.from_cents, rate.to_cents) if end is not None}
    return sorted({0, month} | {end for end in ends if 0 < end < month})


def spans(rates: Sequence[Rate], period: Period) -> list[Period]:
    """The period cut where a rate begins or ends: within each part the same rates hold every day."""
    starts = {rate.valid_from for rate in rates}
    starts |= {rate.valid_to + _DAY for rate in rates if rate.valid_to not in (None, date.max)}
    firsts = sorted({period.start} | {day for day in starts if period.start < day <= period.end})
    lasts = [day - _DAY for day in firsts[1:]] + [period.end]
    return [Period(start=first, end=last) for first, last in zip(firsts, lasts, strict=True)]
