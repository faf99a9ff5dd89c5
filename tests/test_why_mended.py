"""Reasons once told wrong: concentration, business days, digits, and tables that add up as they are shown."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.dirty import mark_dirty
from db.engine import writing
from db.periods import Period
from db.tables.facts import balances, contacts, costs
from skills.contract import Answer, Compare, Refused, Table, Text, Value
from skills.kpi.why import split, steps
from skills.kpi.why.split import Part, concentrated
from skills.kpi.why.steps import Steps
from tests.reasons import asking, pay
from tests.small import ACCOUNT, ALAMEDA, ANA, CEIBA, NOV_18, NOW, PESOS, at, fill

OCTOBER = Period(start=date(2026, 10, 1), end=date(2026, 10, 31))
MONTH = Period(start=date(2026, 11, 1), end=NOV_18)
SEPTEMBER = Period(start=date(2026, 9, 1), end=date(2026, 9, 30))


def told(answer: Answer) -> str:
    return " ".join(p.body for p in answer.parts if isinstance(p, Text))


def table(answer: Answer) -> Table:
    return next(p for p in answer.parts if isinstance(p, Table))


def part(key: str, moved: int, weight: Fraction) -> Part:
    return Part((key,), Fraction(moved), Fraction(0), weight)


@pytest.fixture
def own(engine: Engine) -> Engine:
    with writing(engine) as connection:
        fill(connection)
        pay(connection, {date(2026, 8, 31): 100}, "B")  # so that the data begins before September
    return engine


def built(engine: Engine) -> Any:
    refresh(engine, load_calendars(), now=NOW, full=True)
    return asking(engine)


# --- concentration -----------------------------------------------------------------------------------

# One campaign with 45 % of the movement and 21 % of the number; three together, 79 % and 68 %.
ONE_OF_FIVE = [
    part("a", 45, Fraction(21, 100)),
    part("b", 18, Fraction(25, 100)),
    part("c", 16, Fraction(22, 100)),
    part("d", 11, Fraction(17, 100)),
    part("e", 10, Fraction(15, 100)),
]


def test_one_row_far_out_of_its_size_is_named() -> None:
    found = concentrated(ONE_OF_FIVE)
    assert [p.key for p in found.named] == [("a",)]
    assert (found.movement, found.weight, found.notable) == (Fraction(45, 100), Fraction(21, 100), True)


def test_without_the_rule_of_its_size_it_would_not_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split, "LEAST_MOVED", 2)
    found = concentrated(ONE_OF_FIVE)
    assert (len(found.named), found.notable) == (3, False)


def test_many_small_rows_are_no_reason_by_chance() -> None:
    """Five agents of forty with a third of the movement are what chance gives."""
    rows = [part(f"{n:02}", 14 if n < 5 else 4, Fraction(1, 40)) for n in range(40)]
    assert not concentrated(rows).notable


def test_what_is_spread_out_is_not_said_to_hold_no_more_than_its_size(own: Engine) -> None:
    with writing(own) as connection:
        pay(connection, {date(2026, 9, 3): 100_000})
        pay(connection, {date(2026, 9, 4): 100_000}, "J")
        pay(connection, {date(2026, 10, 8): 160_000})
        pay(connection, {date(2026, 10, 9): 200_000}, "J")
    answer = built(own)("recovered_amount", why=True, period=OCTOBER, dims=("campaign",))
    assert "está repartido" in told(answer)
    assert "nada lo concentra" not in told(answer)


# --- business days -----------------------------------------------------------------------------------


def test_business_days_are_blamed_only_for_what_they_do(own: Engine) -> None:
    """October has 27 business days, September 25."""
    with writing(own) as connection:
        for letter, before, now in (("A", 100_000, 300_000), ("J", 50_000, 70_000)):
            pay(connection, {date(2026, 9, 3): before, date(2026, 10, 8): now}, letter)
    ask = built(own)
    more = {"why": True, "period": OCTOBER, "dims": ("campaign",)}
    assert "parte del cambio es solo eso" in told(ask("recovered_amount", **more))
    back = {"why": True, "period": SEPTEMBER, "dims": ("campaign",)}
    fell = told(ask("recovered_amount", compare=Compare(to="period", period=OCTOBER), **back))
    assert "parte del cambio es solo eso" in fell
    with writing(own) as connection:
        pay(connection, {date(2026, 9, 10): 900_000}, "A")
    down = told(built(own)("recovered_amount", **more))
    assert "parte del cambio es solo eso" not in down
    assert "va al revés de lo que eso haría" in down


def test_a_rate_over_what_stood_at_a_cut_grows_by_the_day_too(own: Engine) -> None:
    """A week of five business days and one of six, over the same opening balance."""
    before = Period(start=date(2026, 11, 2), end=date(2026, 11, 7))
    now = Period(start=date(2026, 11, 16), end=NOV_18)
    with writing(own) as connection:
        pay(connection, {date(2026, 11, 3): 90_000, date(2026, 11, 17): 10_000}, "A")
        pay(connection, {date(2026, 11, 4): 90_000}, "J")
    against = Compare(to="period", period=before)
    answer = built(own)("recovery_rate", why=True, period=now, compare=against, dims=("campaign",))
    assert "se comparan 2 días hábiles contra 6; parte del cambio es solo eso" in told(answer)
    means = built(own)("avg_payment", why=True, period=MONTH, compare=Compare(to="period", period=OCTOBER))
    assert "días hábiles contra" not in told(means)


# --- digits ------------------------------------------------------------------------------------------


def test_what_a_peso_costs_has_digits_enough(own: Engine) -> None:
    with writing(own) as connection:
        for letter, campaign, sums in (("A", 1, (100_000, 60_000)), ("J", 2, (100_000, 100_000))):
            pay(connection, dict(zip((date(2026, 9, 3), date(2026, 10, 8)), sums, strict=True)), letter)
            for month, cents in ((9, 15_600), (10, 15_800 if campaign == 1 else 16_160)):
                row = {"campaign_id": campaign, "month": date(2026, month, 1), "category": "Sueldos"}
                connection.execute(costs.insert().values(amount_cents=cents, **row))
    answer = built(own)("cost_per_peso", why=True, period=OCTOBER, dims=("campaign",))
    assert "subió de $0.1560 a $0.1598 (+$0.0038)" in told(answer)
    assert [row[-2] for row in table(answer).rows] == ["+$0.0028", "+$0.0010", "+$0.0038"]


def call(n: int, day: date, seconds: int, letter: str) -> dict[str, Any]:
    where = (
        {"client_id": CEIBA, "campaign_id": 2} if letter == "J" else {"client_id": ALAMEDA, "campaign_id": 1}
    )
    said = {"channel": "call", "result_code": "TCO", "human": True, "rpc": True, "party": "TITULAR"}
    when = {"started_at": at(day, 9, n), "started_on": day, "started_hour": 9}
    return where | said | when | {
        "account_id": ACCOUNT[letter], "agent_id": ANA, "talk_seconds": seconds, "wrap_seconds": 0,
    }  # fmt: skip


def handled(engine: Engine, before: int, now: int) -> Any:
    """Ten calls of 216 seconds a day each; of one of them, so many more."""
    days = (date(2026, 10, 6), date(2026, 10, 13))
    rows = [call(n, day, 216 + (extra if n == 0 else 0), "AJ"[n % 2])
            for day, extra in zip(days, (before, now), strict=True) for n in range(10)]  # fmt: skip
    with writing(engine) as connection:
        connection.execute(contacts.insert(), rows)
        for client in (ALAMEDA, CEIBA):
            mark_dirty(connection, "contacts", client, list(days), NOW)
    ask = built(engine)
    periods = [Period(start=day, end=day) for day in days]
    return lambda: ask(
        "aht",
        why=True,
        period=periods[1],
        compare=Compare(to="period", period=periods[0]),
        dims=("campaign",),
    )


def test_tenths_of_a_second_are_hardly_a_change(own: Engine) -> None:
    with pytest.raises(Refused) as no:
        handled(own, 0, 4)()
    assert (no.value.key, no.value.slots["change"]) == ("why.hardly", "+0.4 s")
    assert no.value.slots["value"] == "3:36 min"


def test_a_few_seconds_are_told_in_tenths(own: Engine) -> None:
    answer = handled(own, 0, 42)()
    assert "subió de 3:36 min a 3:40 min (+4.2 s)" in told(answer)
    assert [row[-2] for row in table(answer).rows] == ["+4.2 s", "0.0 s", "+4.2 s"]


# --- as shown ----------------------------------------------------------------------------------------


def amounts(rows: list[tuple[Any, ...]], column: int) -> list[Decimal]:
    return [row[column].amount for row in rows]


def test_whole_pesos_add_up_as_they_are_shown(own: Engine) -> None:
    """Thirds of a peso: each rounded alone, they would add up to one less."""
    with writing(own) as connection:
        for letter in "ABJ":
            pay(connection, {date(2026, 9, 3): 100_033, date(2026, 10, 8): 300_077}, letter)
    ask = built(own)
    answer = ask("recovered_amount", why=True, period=OCTOBER, dims=("product",))
    *rows, total = table(answer).rows
    for column in range(1, 6):
        shown = amounts(list(rows), column)
        assert all(each == each.to_integral_value() for each in shown)
        assert sum(shown) == amounts([total], column)[0]
    for row in (*rows, total):
        before, now, average, number, contribution = (amounts([row], column)[0] for column in range(1, 6))
        assert now - before == contribution == average + number


ends = st.fractions(-(10**9), 10**9, max_denominator=100)


@given(ends, ends, st.sampled_from(["rate", "money", "count", "seconds", "hours", "number"]))
def test_the_change_told_is_between_the_numbers_told(before: Fraction, now: Fraction, unit: Any) -> None:
    found = Steps(None, unit, (before, now))  # type: ignore[arg-type]
    first, last = found.of(found.size)
    assert found.change == last - first
    value = found.value(found.change)
    assert isinstance(value, Value)
    assert value.amount == Decimal(found.change) / found.size
    assert found.size in {1, 10, *steps.STEPS.values()}


# --- migrations --------------------------------------------------------------------------------------


def test_a_migration_is_explained_by_clients_with_cuts_of_both_periods(own: Engine) -> None:
    with writing(own) as connection:
        for day, letters in ((date(2026, 9, 30), "ABJ"), (date(2026, 10, 18), "AB")):
            rows = [
                {"client_id": CEIBA if letter == "J" else 1, "as_of": day, "account_id": ACCOUNT[letter],
                 "campaign_id": 2 if letter == "J" else 1, "balance_cents": PESOS[letter] * 100, "dpd": 20,
                 "bucket": "1-30", "bucket_no": 1}
                for letter in letters
            ]  # fmt: skip
            connection.execute(balances.insert(), rows)
    answer = built(own)("roll_rate", why=True, period=MONTH, dims=("agent",))
    assert "fuera de la explicación: Tiendas La Ceiba" in told(answer)
    assert answer.rows[-1]["n"] == 5  # A, B, C, E and F: none of Ceiba's
