"""The hours and days at which a debtor may be reached, by the clocks of all zones he may be in.

Half-open: at 22:00 it is over. Knows no rule's name and no account.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(7), time(22)
DAYS_AHEAD = 15  # longer than any run of closed days

Open = Callable[[date], bool]


def local(at: datetime, zone: str) -> datetime:
    return at.astimezone(_zone(zone))


def in_hours(at: datetime, zones: Iterable[str]) -> bool:
    """Whether it is from seven to before twenty-two everywhere the debtor may be."""
    return all(OPENS <= local(at, zone).time() < CLOSES for zone in zones)


def on_open_day(at: datetime, zones: Iterable[str], is_open: Open) -> bool:
    return all(is_open(local(at, zone).date()) for zone in zones)


def next_lawful(at: datetime, zones: Iterable[str], is_open: Open) -> datetime | None:
    """The first moment from `at` on that suits every zone, in UTC; None where none within two weeks does."""
    some, moment = sorted(zones), at.astimezone(UTC)
    end = moment + timedelta(days=DAYS_AHEAD)
    while moment < end:
        later = max(_opening(moment, zone, is_open) for zone in some)
        if later == moment:
            return moment
        moment = later
    return None


def _opening(at: datetime, zone: str, is_open: Open) -> datetime:
    """`at` itself where that zone is open, else when it opens next."""
    there = local(at, zone)
    day = there.date()
    if is_open(day) and OPENS <= there.time() < CLOSES:
        return at
    if there.time() >= OPENS:
        day += timedelta(days=1)
    for _ in range(DAYS_AHEAD):
        if is_open(day):
            break
        day += timedelta(days=1)
    return datetime.combine(day, OPENS, _zone(zone)).astimezone(UTC)


@dataclass(frozen=True)
class Span:
    """Moments, the end not among them."""

    start: datetime
    end: datetime


def safe_span(day: date, zones: Iterable[str]) -> Span:
    """The moments of that day at which every one of the zones is within hours."""
    some = sorted(zones)
    opens = max(datetime.combine(day, OPENS, _zone(zone)).astimezone(UTC) for zone in some)
    closes = min(datetime.combine(day, CLOSES, _zone(zone)).astimezone(UTC) for zone in some)
    return Span(opens, closes)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
