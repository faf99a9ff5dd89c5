"""The calendars of Mexico: 2026 by the decrees, forty years by others' tables, counting by walking."""

from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from db.calendars import Calendar, load_calendars
from db.periods import Period

CALENDARS = load_calendars()
LABOUR_2026 = ("01-01", "02-02", "03-16", "05-01", "09-16", "11-16", "12-25")
days = st.dates(date(2000, 1, 1), date(2040, 12, 31))
calendars = st.sampled_from([CALENDARS.labour, CALENDARS.bank, CALENDARS.authority, CALENDARS.working])


def year_2026(*month_days: str) -> set[date]:
    return {date.fromisoformat(f"2026-{text}") for text in month_days}


def test_2026_by_the_decrees() -> None:
    bank = year_2026(*LABOUR_2026, "04-02", "04-03", "11-02", "12-12")
    assert CALENDARS.labour.closed_days(2026) == year_2026(*LABOUR_2026)
    assert CALENDARS.working.closed_days(2026) == year_2026(*LABOUR_2026)
    assert CALENDARS.bank.closed_days(2026) == bank
    recess = {date(2026, 12, 22) + timedelta(days=n) for n in range(10)}
    recess |= {date(2026, 1, d) for d in range(1, 7)}
    assert CALENDARS.authority.closed_days(2026) == bank | recess


def test_the_rules_hold_from_2000_to_2040() -> None:
    for year in range(2000, 2041):
        assert CALENDARS.labour.closed_days(year) == set(holidays.country_holidays("MX", years=year)), year
        good_friday = holidays.financial_holidays("NYSE", years=year).get_named("Good Friday")
        assert len(good_friday) == 1
        assert set(good_friday) <= CALENDARS.bank.closed_days(year), year


@pytest.mark.parametrize(
    ("day", "labour", "bank", "authority"),
    [
        (date(2026, 11, 20), True, True, True),  # Friday: the old holiday moved to Monday 16
        (date(2026, 11, 16), False, False, False),
        (date(2026, 11, 21), True, False, False),  # Saturday
        (date(2026, 11, 22), False, False, False),  # Sunday
        (date(2026, 4, 2), True, False, False),  # Holy Thursday
        (date(2026, 11, 2), True, False, False),
        (date(2025, 12, 12), True, False, False),
        (date(2026, 12, 23), True, True, False),
        (date(2027, 1, 6), True, True, False),
        (date(2027, 1, 7), True, True, True),
        (date(2024, 10, 1), False, False, False),  # a new president, now in October
        (date(2018, 12, 1), False, False, False),
        (date(2024, 12, 2), True, True, True),
    ],
)
def test_one_day_in_each(day: date, labour: bool, bank: bool, authority: bool) -> None:
    found = [c.is_business_day(day) for c in (CALENDARS.labour, CALENDARS.bank, CALENDARS.authority)]
    assert found == [labour, bank, authority]
    assert CALENDARS.working.is_business_day(day) is labour


def test_counting_and_stepping() -> None:
    bank, working = CALENDARS.bank, CALENDARS.working
    november = Period(start=date(2026, 11, 1), end=date(2026, 11, 30))
    assert (bank.business_days(november), working.business_days(november)) == (19, 24)
    assert bank.add_business_days(date(2026, 11, 20), 2) == date(2026, 11, 24)
    assert bank.add_business_days(date(2026, 11, 16), 2) == date(2026, 11, 18)
    assert bank.add_business_days(date(2026, 11, 14), 1) == date(2026, 11, 17)
    assert bank.add_business_days(date(2026, 12, 31), 1) == date(2027, 1, 4)
    assert bank.add_business_days(date(2026, 11, 17), -1) == date(2026, 11, 13)
    assert bank.add_business_days(date(2026, 11, 21), 0) == date(2026, 11, 21)
    assert bank.next_business_day(date(2026, 11, 14)) == date(2026, 11, 17)
    assert bank.next_business_day(date(2026, 11, 17)) == date(2026, 11, 17)


@given(calendars, days, st.integers(0, 800))
def test_counting_equals_walking(calendar: Calendar, start: date, length: int) -> None:
    period = Period(start=start, end=start + timedelta(days=length))
    assert calendar.business_days(period) == sum(map(calendar.is_business_day, period.each_day()))


@given(calendars, days, st.integers(1, 60))
def test_stepping_there_and_counting_back(calendar: Calendar, start: date, n: int) -> None:
    end = calendar.add_business_days(start, n)
    assert calendar.is_business_day(end)
    assert calendar.business_days(Period(start=start + timedelta(days=1), end=end)) == n
    if calendar.is_business_day(start):
        assert calendar.add_business_days(end, -n) == start


def _written(folder: Path, extra: str) -> Path:
    """The real file with another text in the place of the agency's own exceptions."""
    text = Path("db/calendars.yaml").read_text(encoding="utf-8")
    head, tail = text.rsplit("exceptions: {}", 1)
    target = folder / "calendars.yaml"
    target.write_text(head + extra + tail, encoding="utf-8")
    return target


def test_a_years_exceptions_close_and_open(tmp_path: Path) -> None:
    path = _written(tmp_path, "exceptions: {2027: {closed: [2027-12-24], open: [2027-02-01, 2027-12-26]}}")
    changed, bank = load_calendars(path).working, load_calendars(path).bank
    before = CALENDARS.working
    christmas_eve, sunday, holiday = date(2027, 12, 24), date(2027, 12, 26), date(2027, 2, 1)
    assert [before.is_business_day(d) for d in (christmas_eve, sunday, holiday)] == [True, False, False]
    assert [changed.is_business_day(d) for d in (christmas_eve, sunday, holiday)] == [False, True, True]
    assert holiday not in changed.closed_days(2027)
    assert not bank.is_business_day(holiday)
    assert changed.is_business_day(date(2028, 12, 23)) is before.is_business_day(date(2028, 12, 23))


@pytest.mark.parametrize(
    "extra",
    [
        "exceptions: {2027: {shut: [2027-12-24]}}",
        "exceptions: {2027: {closed: [24 December]}}",
        "exceptions: {}\n    colour: red",
    ],
)
def test_a_slip_in_the_file_is_named(tmp_path: Path, extra: str) -> None:
    with pytest.raises(ValidationError, match=r"calendars\.working"):
        load_calendars(_written(tmp_path, extra))


@pytest.mark.parametrize(
    ("before", "after", "match"),
    [
        ('fixed: "12-25"', 'fixed: "12-25", easter: 3', "Navidad: give one of"),
        ("with: bank", "with: working", "authority.with: working is not a calendar above it"),
        ("  working:", "  workin:", "workin"),
        ('fixed: "11-02"', 'fixed: "13-02"', "fixed"),
        ("week: [mon, tue, wed, thu, fri]", "week: []", "week"),
    ],
)
def test_a_wrong_rule_is_refused(tmp_path: Path, before: str, after: str, match: str) -> None:
    text = Path("db/calendars.yaml").read_text(encoding="utf-8")
    assert before in text
    target = tmp_path / "calendars.yaml"
    target.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(ValueError, match=match):
        load_calendars(target)
