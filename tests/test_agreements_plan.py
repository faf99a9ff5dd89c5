"""The instalments of an agreement: what each is worth and when it falls due."""

import random
from datetime import date, timedelta
from itertools import pairwise

import pytest

from db.agreement_rules import Agreement, due_days, installments_of
from db.calendars import Calendar, load_calendars

BANK = load_calendars().bank
FREQUENCIES = ("semanal", "quincenal", "mensual")


def plan(cents: int, count: int, first: date, frequency: str) -> list[tuple[date, int]]:
    agreement = Agreement(1, date(2026, 1, 2), cents, count, first, frequency)
    return [(part.due_on, part.amount_cents) for part in installments_of(agreement, BANK)]


def days_of(first: date, count: int, frequency: str) -> list[date]:
    return [due_on for due_on, _ in plan(count * 100, count, first, frequency)]


def test_the_last_one_takes_what_the_cut_to_centavos_leaves() -> None:
    amounts = [cents for _, cents in plan(1_000_000, 3, date(2026, 11, 10), "mensual")]
    assert amounts == [333_333, 333_333, 333_334]
    assert [cents for _, cents in plan(100, 7, date(2026, 11, 10), "semanal")] == [14] * 6 + [16]
    assert plan(1_000_050, 1, date(2026, 11, 10), "") == [(date(2026, 11, 10), 1_000_050)]


def test_weeks_over_holy_week_move_to_the_monday_after() -> None:
    found = days_of(date(2026, 3, 26), 3, "semanal")
    assert found == [date(2026, 3, 26), date(2026, 4, 6), date(2026, 4, 9)]  # 2 April is Holy Thursday


def test_a_month_without_the_31st_ends_sooner_and_the_31st_comes_back() -> None:
    # Sat 31 January goes past Mon 2 February, a bank holiday; Sat 28 February to Mon 2 March.
    found = days_of(date(2026, 1, 31), 4, "mensual")
    assert found == [date(2026, 2, 3), date(2026, 3, 2), date(2026, 3, 31), date(2026, 4, 30)]
    assert due_days(date(2028, 1, 31), 2, "mensual")[1] == date(2028, 2, 29)


def test_days_are_counted_from_the_day_agreed_not_from_where_a_holiday_moved_it() -> None:
    # Mon 16 November is a bank holiday: the first is due on the 17th, the next on the 16th of December.
    assert days_of(date(2026, 11, 16), 2, "mensual") == [date(2026, 11, 17), date(2026, 12, 16)]
    assert days_of(date(2026, 11, 16), 2, "semanal") == [date(2026, 11, 17), date(2026, 11, 23)]


@pytest.mark.parametrize(
    ("first", "next_ones"),
    [
        ((11, 15), [(11, 30), (12, 15), (12, 31)]),
        ((11, 30), [(12, 15), (12, 31), (1, 15)]),
        ((10, 31), [(11, 15), (11, 30), (12, 15)]),
        ((10, 30), [(11, 15), (11, 30), (12, 15)]),
        ((2, 28), [(3, 15), (3, 31), (4, 15)]),
        ((11, 5), [(11, 20), (12, 5), (12, 20)]),
        ((11, 20), [(12, 5), (12, 20), (1, 5)]),
        ((1, 14), [(1, 29), (2, 14), (2, 28)]),
        ((11, 16), [(12, 1), (12, 16), (1, 1)]),
    ],
)
def test_quincenas(first: tuple[int, int], next_ones: list[tuple[int, int]]) -> None:
    day = date(2026, *first)
    found = due_days(day, 4, "quincenal")
    assert found[0] == day
    assert [(d.month, d.day) for d in found[1:]] == next_ones


def test_the_quincena_of_a_sunday_and_a_holiday() -> None:
    assert days_of(date(2026, 11, 15), 2, "quincenal") == [date(2026, 11, 17), date(2026, 11, 30)]


def test_five_hundred_agreements_sum_exactly_and_fall_on_bank_days() -> None:
    chance = random.Random(2026)
    for _ in range(500):
        count, cents = chance.randint(1, 36), chance.randint(36, 50_000_000)
        first = date(2025, 1, 1) + timedelta(days=chance.randint(0, 1200))
        parts = plan(cents, count, first, chance.choice(FREQUENCIES))
        assert (len(parts), sum(amount for _, amount in parts)) == (count, cents)
        assert all(0 <= amount - parts[0][1] < count for _, amount in parts)
        days = [due_on for due_on, _ in parts]
        assert days == sorted(days)
        assert days[0] == BANK.next_business_day(first)
        assert all(BANK.is_business_day(day) for day in days)


@pytest.mark.parametrize(("frequency", "low", "high"), [("semanal", 7, 7), ("quincenal", 13, 16)])
def test_the_days_agreed_keep_their_distance(frequency: str, low: int, high: int) -> None:
    for n in range(366):
        days = due_days(date(2027, 1, 1) + timedelta(days=n), 30, frequency)
        gaps = [(b - a).days for a, b in pairwise(days)]
        assert low <= min(gaps)
        assert max(gaps[1:]) <= high


def test_a_closed_day_that_is_not_moved_would_fall_on_holy_thursday(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ablation of the bank's calendar."""
    monkeypatch.setattr(Calendar, "next_business_day", lambda _, day: day)
    assert days_of(date(2026, 3, 26), 2, "semanal")[1] == date(2026, 4, 2)


@pytest.mark.parametrize(("count", "frequency"), [(0, "mensual"), (2, "anual")])
def test_what_is_no_plan_is_refused(count: int, frequency: str) -> None:
    with pytest.raises(ValueError, match=r"installments|frequency"):
        plan(100, count, date(2026, 11, 10), frequency)
