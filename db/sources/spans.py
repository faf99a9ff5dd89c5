"""Days, weeks and months that different accounts are counted in: each begins anew. Knows no table."""

from collections.abc import Collection
from datetime import date, timedelta

from db.periods import Period, day, month_of, week_of

SPANS = {"month": month_of, "week": week_of, "day": day}  # the longest first
Open = tuple[str, date]  # the span's name and its first day


def span_of(period: Period | None) -> Open | None:
    """The span the period begins with and stays inside; None where only the facts can count it."""
    if period is None:
        return None
    for name, whole in SPANS.items():
        held = whole(period.start)
        if held.start == period.start and period.end <= held.end:
            return name, held.start
    return None


def opens_on(on: date) -> dict[str, date]:
    """The first day of each span that holds this one."""
    return {name: whole(on).start for name, whole in SPANS.items()}


def touched_by(changed: Collection[date], held: Collection[date]) -> set[date]:
    """The days held that a changed day touches: itself, and what comes after it in its week and its month."""
    first: dict[Open, date] = {}
    for on in sorted(changed, reverse=True):
        first |= dict.fromkeys(opens_on(on).items(), on)
    return {on for on in held if any(first.get(opened, date.max) <= on for opened in opens_on(on).items())}


def opened_by(cut: date, following: date | None) -> Period:
    """The days of every span that opens at the cut: it begins after it, not after the cut that follows."""
    last = [whole(following) for whole in SPANS.values()] if following else []
    ends = [span.end for span in last if span.start > cut]
    return Period(start=cut + timedelta(days=1), end=max(ends, default=date.max))
