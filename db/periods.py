"""Days and ranges of days. Knows no text: reading "la quincena pasada" is the grammar's work."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict, model_validator


class Period(BaseModel):
    """An inclusive range of whole days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: date
    end: date

    @model_validator(mode="after")
    def _ordered(self) -> "Period":
        if self.end < self.start:
            raise ValueError(f"period ends ({self.end}) before it starts ({self.start})")
        return self

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def holds(self, day: date) -> bool:
        return self.start <= day <= self.end

    def each_day(self) -> Iterator[date]:
        for n in range(self.days):
            yield self.start + timedelta(days=n)

    def each_month(self) -> Iterator["Period"]:
        """The calendar months it touches, the first and the last cut to it."""
        at = self.start
        while at <= self.end:
            last = month_of(at).end
            yield Period(start=at, end=min(last, self.end))
            at = last + timedelta(days=1)

    @property
    def is_whole_months(self) -> bool:
        return self.start.day == 1 and self.end == month_of(self.end).end


def day(on: date) -> Period:
    return Period(start=on, end=on)


def month_of(on: date) -> Period:
    last = monthrange(on.year, on.month)[1]
    return Period(start=on.replace(day=1), end=on.replace(day=last))


def week_of(on: date) -> Period:
    """Monday to Sunday."""
    monday = on - timedelta(days=on.weekday())
    return Period(start=monday, end=monday + timedelta(days=6))


def quincena_of(on: date) -> Period:
    """The 1st to the 15th, or the 16th to the month's last day."""
    if on.day <= 15:
        return Period(start=on.replace(day=1), end=on.replace(day=15))
    return Period(start=on.replace(day=16), end=month_of(on).end)


def quarter_of(on: date) -> Period:
    first = on.replace(month=3 * ((on.month - 1) // 3) + 1, day=1)
    return Period(start=first, end=month_of(add_months(first, 2)).end)


def semester_of(on: date) -> Period:
    first = on.replace(month=1 if on.month <= 6 else 7, day=1)
    return Period(start=first, end=month_of(add_months(first, 5)).end)


def year_of(on: date) -> Period:
    return Period(start=date(on.year, 1, 1), end=date(on.year, 12, 31))


def add_months(on: date, months: int) -> date:
    """The same day `months` away, or that month's last day where it is shorter (31 Jan + 1 = 28 Feb)."""
    index = on.year * 12 + on.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))
