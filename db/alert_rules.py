"""When a watched number becomes an alert, and when an alert is over. Pure: knows no clock, table or metric.

ok -> slipping n of m -> firing -> ok again, which is called recovered. Past the threshold is one thing, back
on the right side another: between them lies a band in which a firing alert keeps firing, so that a number
that sways around its threshold is told once.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Literal

Op = Literal["gt", "ge", "lt", "le"]
State = Literal["ok", "slipping", "firing"]
Event = Literal["opened", "stays", "recovered"]
_PAST = {"gt": gt, "ge": ge, "lt": lt, "le": le}
UPWARD = ("gt", "ge")


@dataclass(frozen=True)
class Bound:
    """`slips` readings in a row past the threshold fire; `clears` in a row beyond the band end it.

    `band` is the part of the threshold that a number has to come back by.
    """

    op: Op
    threshold: Decimal
    slips: int = 1
    clears: int = 1
    band: Decimal = Decimal("0.02")

    def past(self, amount: Decimal) -> bool:
        return bool(_PAST[self.op](amount, self.threshold))

    def back(self, amount: Decimal) -> bool:
        """On the right side, by more than the band."""
        if self.past(amount):
            return False
        margin = abs(self.threshold) * self.band
        if self.op in UPWARD:
            return amount <= self.threshold - margin
        return amount >= self.threshold + margin


@dataclass(frozen=True)
class Standing:
    """`count`: slips so far while slipping; readings back on the right side while firing."""

    state: State = "ok"
    count: int = 0


def step(bound: Bound, before: Standing, amount: Decimal | None) -> tuple[Standing, Event | None]:
    """What one more reading makes of it. Nothing read changes nothing: no number is not a good number."""
    if amount is None:
        return before, None
    if before.state == "firing":
        return _while_firing(bound, before, amount)
    if not bound.past(amount):
        return Standing(), None
    slips = before.count + 1
    if slips >= bound.slips:
        return Standing("firing"), "opened"
    return Standing("slipping", slips), None


def _while_firing(bound: Bound, before: Standing, amount: Decimal) -> tuple[Standing, Event | None]:
    if not bound.back(amount):
        return Standing("firing"), "stays"
    if before.count + 1 >= bound.clears:
        return Standing(), "recovered"
    return replace(before, count=before.count + 1), "stays"


# --- What time does to an alert that is open -----------------------------------------------------------


@dataclass(frozen=True)
class Patience:
    """`escalate`: how long an alert may stay unattended before somebody higher up hears of it."""

    escalate: timedelta = timedelta(hours=1)
    repeat: timedelta = timedelta(hours=24)  # between two escalations


@dataclass(frozen=True)
class Attention:
    """Who has seen an open alert, until when that holds, and when somebody higher up was last told."""

    acked_by: int | None = None
    acked_until: datetime | None = None
    snoozed_until: datetime | None = None
    escalated_at: datetime | None = None
    waits_since: datetime | None = None  # since when nobody attends to it; none: nobody was told yet


Passed = Literal["woken", "unacknowledged", "escalated"]


def passing(before: Attention, now: datetime, patience: Patience) -> tuple[Attention, tuple[Passed, ...]]:
    """What has become due by now. Asked twice at the same moment, the second time nothing has."""
    found: list[Passed] = []
    seen = before
    if seen.snoozed_until is not None and seen.snoozed_until <= now:
        seen = replace(seen, snoozed_until=None, waits_since=now)
        found.append("woken")
    if seen.acked_until is not None and seen.acked_until <= now:
        seen = replace(seen, acked_by=None, acked_until=None, waits_since=now)
        found.append("unacknowledged")
    if _unattended(seen, now, patience):
        seen = replace(seen, escalated_at=now)
        found.append("escalated")
    return seen, tuple(found)


def _unattended(seen: Attention, now: datetime, patience: Patience) -> bool:
    if seen.acked_by is not None or seen.snoozed_until is not None:
        return False
    if seen.waits_since is None or seen.waits_since + patience.escalate > now:
        return False
    return seen.escalated_at is None or seen.escalated_at + patience.repeat <= now


@dataclass(frozen=True)
class Quiet:
    """Hours of the day in which nobody is told; 20:00 to 08:00 goes over midnight."""

    start: time
    end: time

    def holds(self, at: time) -> bool:
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end
