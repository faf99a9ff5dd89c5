"""Business days of Mexico by calendar: labour, bank, authority, and the agency's own working days.

Knows rules and each year's exceptions (calendars.yaml), not what a day is counted for.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from db.periods import Period
from db.written import read_yaml

DEFAULT_FILE = Path(__file__).with_name("calendars.yaml")

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
_WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Rule(_Entry):
    """A closed day, or a span of them, in every year the rule holds."""

    name: str
    fixed: MonthDay | None = None
    monday: tuple[Annotated[int, Field(ge=1, le=4)], Annotated[int, Field(ge=1, le=12)]] | None = None
    easter: int | None = None
    span: tuple[MonthDay, MonthDay] | None = None
    since: int = 1
    until: int = 9999
    every: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _one_kind(self) -> "Rule":
        if sum(x is not None for x in (self.fixed, self.monday, self.easter, self.span)) != 1:
            raise ValueError(f"{self.name}: give one of fixed, monday, easter, span")
        return self

    def days_in(self, year: int) -> Iterator[date]:
        if not self.since <= year <= self.until or (year - self.since) % self.every:
            return
        if self.fixed:
            yield _month_day(year, self.fixed)
        elif self.monday:
            yield _nth_monday(year, *self.monday)
        elif self.easter is not None:
            yield easter_sunday(year) + timedelta(days=self.easter)
        elif self.span:
            yield from _span(year, *self.span)


class Exceptions(_Entry):
    closed: tuple[date, ...] = ()
    open: tuple[date, ...] = ()


class _Rules(_Entry):
    """One calendar as written. `with` names the calendar whose closed days it takes over."""

    base: str | None = Field(default=None, alias="with")
    week: tuple[Weekday, ...] = Field(min_length=1)
    days: tuple[Rule, ...]
    exceptions: dict[int, Exceptions]


class _File(_Entry):
    calendars: dict[Literal["labour", "bank", "authority", "working"], _Rules]


class Calendar:
    """Which days are business days. Each year is worked out once, when it is first asked about."""

    def __init__(self, name: str, rules: _Rules, base: "Calendar | None" = None) -> None:
        self.name = name
        self._rules = rules
        self._base = base
        self._week = frozenset(_WEEK.index(d) for d in rules.week)
        self._years: dict[int, tuple[frozenset[date], tuple[date, ...]]] = {}

    def is_business_day(self, day: date) -> bool:
        return day in self._year(day.year)[0]

    def closed_days(self, year: int) -> frozenset[date]:
        """The holidays and other closed days of a year, on whatever weekday they fall."""
        closed = set(self._base.closed_days(year)) if self._base else set()
        for rule in self._rules.days:
            closed.update(rule.days_in(year))
        extra = self._rules.exceptions.get(year, Exceptions())
        return frozenset((closed | set(extra.closed)) - set(extra.open))

    def add_business_days(self, day: date, n: int) -> date:
        """The n-th business day after `day`, before it if negative. 0 gives `day`, whatever it is."""
        step = _DAY if n > 0 else -_DAY
        for _ in range(abs(n)):
            day += step
            while not self.is_business_day(day):
                day += step
        return day

    def business_days(self, period: Period) -> int:
        """How many business days the period holds."""
        count = 0
        for year in range(period.start.year, period.end.year + 1):
            days = self._year(year)[1]
            count += bisect_right(days, period.end) - bisect_left(days, period.start)
        return count

    def next_business_day(self, day: date) -> date:
        """`day` itself where it is one, else the first after it (strictly after: add 1)."""
        while not self.is_business_day(day):
            day += _DAY
        return day

    def _year(self, year: int) -> tuple[frozenset[date], tuple[date, ...]]:
        found = self._years.get(year)
        if found is None:
            closed = self.closed_days(year)
            opened = set(self._rules.exceptions.get(year, Exceptions()).open)
            whole = Period(start=date(year, 1, 1), end=date(year, 12, 31)).each_day()
            days = tuple(d for d in whole if d in opened or (d.weekday() in self._week and d not in closed))
            found = self._years[year] = (frozenset(days), days)
        return found


@dataclass(frozen=True)
class Calendars:
    """bank: posting, grace, due dates. authority: complaints and ARCO. working: targets and cut-offs."""

    labour: Calendar
    bank: Calendar
    authority: Calendar
    working: Calendar


def load_calendars(path: Path = DEFAULT_FILE) -> Calendars:
    """Raises pydantic.ValidationError, or ValueError naming the calendar at fault."""
    rules = _File.model_validate(read_yaml(path)).calendars
    built: dict[str, Calendar] = {}
    for name, written in rules.items():
        if written.base is not None and written.base not in built:
            raise ValueError(f"calendars.{name}.with: {written.base} is not a calendar above it")
        built[name] = Calendar(name, written, built[written.base] if written.base else None)
    missing = sorted({"labour", "bank", "authority", "working"} - set(built))
    if missing:
        raise ValueError(f"calendars: missing {', '.join(missing)}")
    return Calendars(**built)


def easter_sunday(year: int) -> date:
    """Gregorian computus (Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _month_day(year: int, text: str) -> date:
    return date(year, int(text[:2]), int(text[3:]))


def _nth_monday(year: int, which: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(-first.weekday()) % 7 + 7 * (which - 1))


def _span(year: int, start: str, end: str) -> Iterator[date]:
    """The span's days that fall in `year`; one that runs over the new year has two parts in it."""
    first, last = _month_day(year, start), _month_day(year, end)
    if first <= last:
        yield from Period(start=first, end=last).each_day()
        return
    yield from Period(start=date(year, 1, 1), end=last).each_day()
    yield from Period(start=first, end=date(year, 12, 31)).each_day()
