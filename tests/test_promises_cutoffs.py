"""What a period is compared with: by hand on the days people ask about, and laws for any day."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import periods
from db.calendars import load_calendars
from db.cutoffs import Kind, Shape, kind_of, previous_same_cutoff, previous_year, target_share
from db.periods import Period

CALENDARS = load_calendars()
WORKING, BANK = CALENDARS.working, CALENDARS.bank
TODAY = date(2026, 11, 18)  # a Wednesday; Monday 16 was a holiday
days = st.dates(date(2000, 3, 1), date(2040, 12, 31))


def span(start: str, end: str) -> Period:
    return Period(start=date.fromisoformat(start), end=date.fromisoformat(end))


def before(start: str, end: str, today: date | None = None, kind: Kind | None = None) -> Period:
    period = span(start, end)
    return previous_same_cutoff(period, today or period.end, WORKING, kind=kind)


@pytest.mark.parametrize(
    ("start", "end", "kind", "partial"),
    [
        ("2026-11-18", "2026-11-18", "day", False),
        ("2026-11-16", "2026-11-22", "week", False),
        ("2026-11-16", "2026-11-18", "week", True),  # before the quincena, which begins that Monday too
        ("2026-11-01", "2026-11-15", "quincena", False),
        ("2026-10-16", "2026-10-31", "quincena", False),
        ("2026-10-16", "2026-10-20", "quincena", True),
        ("2026-11-01", "2026-11-30", "month", False),
        ("2026-11-01", "2026-11-18", "month", True),
        ("2026-06-01", "2026-06-03", "month", True),  # a Monday the 1st
        ("2026-07-01", "2026-09-30", "quarter", False),
        ("2026-10-01", "2026-11-18", "quarter", True),
        ("2026-07-01", "2026-12-31", "semester", False),
        ("2026-07-01", "2026-11-18", "semester", True),
        ("2026-01-01", "2026-11-18", "year", True),
        ("2026-01-01", "2026-12-31", "year", False),
        ("2026-11-12", "2026-11-18", "range", False),
        ("2026-08-01", "2026-10-31", "range", False),
    ],
)
def test_what_a_period_is(start: str, end: str, kind: Kind, partial: bool) -> None:
    assert kind_of(span(start, end)) == Shape(kind, partial)


def test_on_the_fifteenth_the_month_is_still_running() -> None:
    quincena = span("2026-10-01", "2026-10-15")
    assert kind_of(quincena, date(2026, 10, 15)) == Shape("month", True)
    assert kind_of(quincena, date(2026, 10, 16)) == Shape("quincena", False)
    assert kind_of(span("2026-11-01", "2026-11-30"), date(2026, 11, 30)) == Shape("month", False)


def test_a_running_month_stops_at_the_same_business_day() -> None:
    # 1-18 November: Mon-Sat without Monday 16 is 14 days; the 14th of October is Friday 16.
    assert before("2026-11-01", "2026-11-18") == span("2026-10-01", "2026-10-16")
    # By the bank: 11 days (2 and 16 are closed); the 11th of October is Thursday 15.
    month = span("2026-11-01", "2026-11-18")
    assert previous_same_cutoff(month, TODAY, BANK) == span("2026-10-01", "2026-10-15")
    # The whole month asked in its middle is the running one.
    assert before("2026-11-01", "2026-11-30", TODAY) == span("2026-10-01", "2026-10-16")


def test_a_running_month_on_its_first_days() -> None:
    assert before("2026-10-01", "2026-10-01") == span("2026-09-24", "2026-09-24")  # one day is a day
    assert before("2026-10-01", "2026-10-01", kind="month") == span("2026-09-01", "2026-09-01")
    assert before("2026-11-01", "2026-11-01", kind="month") == span("2026-10-01", "2026-10-01")  # a Sunday
    assert before("2026-10-01", "2026-10-15") == span("2026-09-01", "2026-09-15")  # 13 days each


def test_a_longer_month_never_reaches_past_a_shorter_one() -> None:
    assert before("2026-03-01", "2026-03-30") == span("2026-02-01", "2026-02-28")  # 24 days; 23
    assert before("2026-03-01", "2026-03-31", TODAY) == span("2026-02-01", "2026-02-28")
    assert before("2025-03-01", "2025-03-31", date(2025, 3, 30)) == span("2025-02-01", "2025-02-28")


def test_weeks_quincenas_and_days() -> None:
    assert before("2026-11-16", "2026-11-18") == span("2026-11-09", "2026-11-11")
    assert before("2026-11-09", "2026-11-15", TODAY) == span("2026-11-02", "2026-11-08")
    assert before("2026-11-16", "2026-11-22", TODAY) == span("2026-11-09", "2026-11-11")
    assert before("2026-11-01", "2026-11-15", TODAY) == span("2026-10-16", "2026-10-31")
    # 16-18 November as a quincena: the 16th is closed, so two days; of 1-15 November, the 2nd and 3rd.
    assert before("2026-11-16", "2026-11-18", kind="quincena") == span("2026-11-01", "2026-11-03")
    assert before("2026-11-01", "2026-11-05", kind="quincena") == span("2026-10-16", "2026-10-20")
    assert before("2026-11-18", "2026-11-18") == span("2026-11-11", "2026-11-11")


def test_whole_units_and_ranges() -> None:
    assert before("2026-10-01", "2026-10-31", TODAY) == span("2026-09-01", "2026-09-30")
    assert before("2026-07-01", "2026-09-30", TODAY) == span("2026-04-01", "2026-06-30")
    assert before("2026-01-01", "2026-06-30", TODAY) == span("2025-07-01", "2025-12-31")
    assert before("2025-01-01", "2025-12-31", TODAY) == span("2024-01-01", "2024-12-31")
    assert before("2026-11-12", "2026-11-18") == span("2026-11-05", "2026-11-11")
    assert before("2026-08-01", "2026-10-31", TODAY) == span("2026-05-01", "2026-07-31")
    assert before("2024-02-27", "2024-03-02") == span("2024-02-22", "2024-02-26")


def test_a_running_quarter_and_year() -> None:
    # 1 October to 18 November: 27 + 14 business days; July has 27, and the 14th of August is Monday 17.
    assert before("2026-10-01", "2026-11-18") == span("2026-07-01", "2026-08-17")
    year = before("2026-01-01", "2026-11-18")
    assert year.start == date(2025, 1, 1)
    assert WORKING.business_days(year) == WORKING.business_days(span("2026-01-01", "2026-11-18"))


def test_a_kind_that_does_not_fit_is_ignored() -> None:
    assert before("2026-11-12", "2026-11-18", kind="month") == span("2026-11-05", "2026-11-11")


def test_a_year_before() -> None:
    assert previous_year(span("2026-11-01", "2026-11-30")) == span("2025-11-01", "2025-11-30")
    assert previous_year(span("2025-02-01", "2025-02-28")) == span("2024-02-01", "2024-02-29")
    assert previous_year(span("2024-02-29", "2024-02-29")) == span("2023-02-28", "2023-02-28")
    assert previous_year(span("2026-11-16", "2026-11-18")) == span("2025-11-17", "2025-11-19")  # Mon-Wed
    assert previous_year(span("2026-11-01", "2026-11-18")) == span("2025-11-01", "2025-11-18")
    # 1-18 November 2025 begins on a Saturday, and the holiday was Monday 17: 14 days of ours, 11 of the bank.
    assert previous_year(span("2026-11-01", "2026-11-18"), WORKING) == span("2025-11-01", "2025-11-18")
    assert previous_year(span("2026-11-01", "2026-11-18"), BANK) == span("2025-11-01", "2025-11-18")
    assert previous_year(span("2025-01-01", "2025-02-28")) == span("2024-01-01", "2024-02-28")
    assert previous_year(span("2025-02-01", "2025-04-30")) == span("2024-02-01", "2024-04-30")


def test_the_share_of_a_target() -> None:
    november = span("2026-11-01", "2026-11-30")
    assert target_share(november, TODAY, WORKING) == Fraction(14, 24)
    assert target_share(november, date(2026, 11, 1), WORKING) == 0  # a Sunday
    assert target_share(november, date(2026, 10, 31), WORKING) == 0
    assert target_share(november, date(2026, 11, 30), WORKING) == 1
    assert target_share(november, date(2027, 3, 1), WORKING) == 1
    sunday = span("2026-11-22", "2026-11-22")
    assert [target_share(sunday, date(2026, 11, d), WORKING) for d in (21, 22)] == [0, 1]
    assert target_share(span("2026-11-21", "2026-11-22"), date(2026, 11, 21), BANK) == 0


# --- Laws -----------------------------------------------------------------------------------------


@given(days, st.integers(0, 400), days)
def test_the_period_before_is_before_and_the_same_each_time(start: date, length: int, today: date) -> None:
    period = Period(start=start, end=start + timedelta(days=length))
    found = previous_same_cutoff(period, today, WORKING)
    assert found.end < period.start
    assert found == previous_same_cutoff(period, today, WORKING)


UNITS = [periods.month_of, periods.quincena_of, periods.quarter_of, periods.semester_of, periods.year_of]
KINDS: list[Kind] = ["month", "quincena", "quarter", "semester", "year"]


@given(days, st.sampled_from(range(len(UNITS))))
def test_a_running_unit_meets_as_many_business_days_or_all_there_are(today: date, n: int) -> None:
    kind, unit_of = KINDS[n], UNITS[n]
    unit = unit_of(today)
    seen, whole_before = Period(start=unit.start, end=today), unit_of(unit.start - timedelta(days=1))
    found = previous_same_cutoff(seen, today, WORKING, kind=kind)
    if seen == unit:
        assert found == whole_before
        return
    assert found.start == whole_before.start
    want = min(WORKING.business_days(seen), WORKING.business_days(whole_before))
    assert WORKING.business_days(found) == want or (want == 0 and found.days == 1)
    assert want == 0 or found == whole_before or WORKING.is_business_day(found.end)


@given(days)
def test_weeks_keep_their_weekdays(today: date) -> None:
    week = periods.week_of(today)
    for period in (week, Period(start=week.start, end=today)):
        found = previous_same_cutoff(period, today, WORKING, kind="week")
        assert (found.start, found.end) == (week.start - timedelta(7), today - timedelta(7)) or (
            period == week and today == week.end and found.days == 7
        )


@given(days, days)
def test_whole_units_stay_whole(day: date, today: date) -> None:
    for unit_of in (periods.week_of, *UNITS):
        unit = unit_of(day)
        if unit.end < today:
            found = previous_same_cutoff(unit, today, WORKING)
            assert found == unit_of(unit.start - timedelta(days=1))


@given(days, st.integers(0, 400))
def test_a_year_before_is_about_a_year_before(start: date, length: int) -> None:
    period = Period(start=start, end=start + timedelta(days=length))
    for found in (previous_year(period), previous_year(period, WORKING)):
        assert timedelta(364) <= period.start - found.start <= timedelta(366)
        assert abs(found.days - period.days) <= max(10, period.days // 10)


@given(days, st.integers(0, 100), st.integers(-5, 105))
def test_a_share_only_grows(start: date, length: int, offset: int) -> None:
    period = Period(start=start, end=start + timedelta(days=length))
    day = start + timedelta(days=offset)
    today, tomorrow = (target_share(period, d, WORKING) for d in (day, day + timedelta(days=1)))
    assert 0 <= today <= tomorrow <= 1
