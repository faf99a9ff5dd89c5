"""Costs by whole months, margins and budgets, counted by hand on the company of tests/small_money.py."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from db.periods import Period
from db.scope import Scope
from skills.contract import Answer, Compare, Figures, Filter, Refused, Table, Value
from tests.small import CEIBA
from tests.small_money import (
    MONTH,
    OCTOBER,
    ask,
    budget,
    by,
    cost,
    furnish,
    notes,
    nov,
    only,
    paid,
    rate,
)

SEPTEMBER = Period(start=date(2026, 9, 1), end=date(2026, 9, 30))
NOVEMBER = Period(start=date(2026, 11, 1), end=date(2026, 11, 30))
AUTUMN = Period(start=SEPTEMBER.start, end=OCTOBER.end)
TO_BUDGET = Compare(to="budget")
OCT, SEP = OCTOBER.start, SEPTEMBER.start
COSTS = [
    cost(1, OCT, "Sueldos", 3_000),
    cost(1, OCT, "Telefonía", 1_000),
    cost(2, OCT, "Sueldos", 500),
    cost(1, SEP, "Sueldos", 2_000),
]
PAID = [paid("A", date(2026, 10, 8), 40_000), paid("J", date(2026, 10, 9), 10_000), paid("A", nov(3), 7_000)]
PAID += [paid("A", date(2026, 9, 9), 10_000), paid("J", date(2026, 9, 9), 3_000)]
BUDGETS = [
    budget(2_500, OCTOBER, category="Sueldos", scope="campaign", code="AL1"),
    budget(1_500, OCTOBER, category="Telefonía", scope="campaign", code="AL1"),
    budget(800, OCTOBER, category="Renta", scope="campaign", code="AL1"),
]


def figures(answer: Answer) -> dict[str, str]:
    (found,) = [part for part in answer.parts if isinstance(part, Figures)]
    return {each.label: f"{each.value.amount:.4f}".rstrip("0").rstrip(".") for each in found.items}


def categories(answer: Answer) -> dict[str, tuple[str | None, ...]]:
    table = [part for part in answer.parts if isinstance(part, Table)][-1]
    assert table.columns[0] == "Categoría"
    return {
        str(name): tuple(
            f"{value.amount:.2f}" if isinstance(value, Value) and value.amount is not None else None
            for value in values
        )
        for name, *values in table.rows
    }


# --- costs -------------------------------------------------------------------------------------------


def test_the_cost_of_a_month_and_what_it_is_made_of(engine: Engine) -> None:
    furnish(engine, payments=PAID, costs=COSTS)
    found = ask(engine, "cost", period=OCTOBER)
    assert only(found)["value"] == "4500.00"
    assert only(found)["previous"] == "2000.00"
    assert categories(found) == {"Sueldos": ("3500.00", "0.78"), "Telefonía": ("1000.00", "0.22")}
    assert by(ask(engine, "cost", period=AUTUMN, dims=("campaign",)), "campaign") == {
        "Alameda Tarjetas": "6000.00",
        "Ceiba Crédito": "500.00",
    }


def test_no_period_is_the_last_month_with_costs(engine: Engine) -> None:
    furnish(engine, payments=PAID, costs=COSTS)
    found = ask(engine, "cost_per_peso")
    assert found.basis is not None
    assert found.basis.period == OCTOBER
    assert "octubre" in notes(found)
    assert only(found)["value"] == "0.09"  # 4,500 / 50,000
    by_month = ask(engine, "cost", grain="month")
    assert [(row["month"], row["value"]) for row in by_month.rows] == [
        ("2026-09-01", "2000.00"),
        ("2026-10-01", "4500.00"),
    ]


@pytest.mark.parametrize(
    "period",
    [
        Period(start=date(2026, 10, 5), end=date(2026, 10, 11)),
        Period(start=date(2026, 10, 1), end=date(2026, 10, 30)),  # the 31st is missing
        Period(start=date(2026, 10, 2), end=date(2026, 10, 31)),
        Period(start=date(2026, 2, 1), end=date(2026, 2, 27)),
    ],
)
def test_part_of_a_month_has_no_cost(engine: Engine, period: Period) -> None:
    furnish(engine, payments=PAID, costs=COSTS)
    with pytest.raises(Refused, match="months_only") as no:
        ask(engine, "cost", period=period)
    (choice,) = no.value.choices
    assert only(ask(engine, "cost", period=Period(**choice.fields["period"])))["value"] == "4500.00"


def test_this_months_money_never_meets_last_months_cost(engine: Engine) -> None:
    furnish(engine, payments=PAID, costs=COSTS)
    for period in (MONTH, Period(start=SEP, end=MONTH.end)):
        with pytest.raises(Refused, match="no_costs_yet") as no:
            ask(engine, "cost_per_peso", period=period, dims=("campaign",))
        assert (no.value.slots["month"], no.value.slots["last"]) == ("noviembre", "octubre")
        (choice,) = no.value.choices
        assert choice.fields["dims"] == ["campaign"]
        assert choice.fields["period"]["end"] == "2026-10-31"
    assert choice.fields["period"]["start"] == "2026-09-01"


def test_the_running_month_counts_to_today_once_it_has_costs(engine: Engine) -> None:
    furnish(engine, payments=PAID, costs=[*COSTS, cost(1, nov(1), "Sueldos", 700)])
    assert only(ask(engine, "cost_per_peso", period=MONTH))["value"] == "0.10"  # 700 / 7,000
    assert only(ask(engine, "cost", period=MONTH))["previous"] is None  # no 18 days of October's cost


def test_a_campaign_without_costs_is_set_apart(engine: Engine) -> None:
    furnish(engine, payments=PAID, costs=COSTS)
    found = ask(engine, "cost_per_peso", period=SEPTEMBER, dims=("campaign",))
    assert by(found, "campaign") == {"Alameda Tarjetas": "0.20"}  # Ceiba's is not known, and is not 0
    assert "$3,000" in notes(found)
    both = ask(engine, "cost_per_peso", period=AUTUMN)
    assert (only(both)["numerator"], only(both)["denominator"]) == ("6500.00", "60000.00")


def test_a_month_without_money_divides_by_nothing(engine: Engine) -> None:
    furnish(engine, payments=PAID[2:3], costs=COSTS)
    assert only(ask(engine, "cost_per_peso", period=OCTOBER))["value"] is None


def test_margin_is_of_the_same_months_and_campaigns(engine: Engine) -> None:
    rates = [rate(20), rate(20, client=CEIBA)]
    furnish(engine, payments=PAID, costs=COSTS, rates=rates)
    october = only(ask(engine, "margin", period=OCTOBER))
    assert (october["numerator"], october["denominator"]) == ("5500.00", "10000.00")
    found = ask(engine, "margin", period=SEPTEMBER, dims=("campaign",))
    assert by(found, "campaign") == {"Alameda Tarjetas": 0.0}  # 2,000 - 2,000; Ceiba has no cost
    furnished = ask(engine, "margin", period=OCTOBER, dims=("campaign",))
    assert by(furnished, "campaign") == {"Alameda Tarjetas": 0.5, "Ceiba Crédito": 0.75}


# --- budgets -----------------------------------------------------------------------------------------


def test_the_variance_shows_both_parts_and_the_percentage(engine: Engine) -> None:
    furnish(engine, costs=COSTS, budgets=BUDGETS)
    found = ask(engine, "budget_variance", period=OCTOBER)
    # 4,000 spent on Alameda, 4,800 planned; Ceiba's 500 have no budget and are told apart.
    assert (only(found)["value"], only(found)["budget"]) == ("-800.00", "4800.00")
    assert figures(found) == {
        "Variación contra presupuesto": "-800",
        "Gastado": "4000",
        "Presupuesto": "4800",
    }
    headline = next(part for part in found.parts if isinstance(part, Figures)).items
    assert headline[1].detail == "16.7 % por debajo del presupuesto"
    assert "$500" in notes(found)
    assert categories(found) == {
        "Sueldos": ("3000.00", "2500.00", "500.00", "0.20"),
        "Telefonía": ("1000.00", "1500.00", "-500.00", "-0.33"),
        "Renta": ("0.00", "800.00", "-800.00", "-1.00"),
    }
    assert by(ask(engine, "budget_variance", period=OCTOBER, dims=("campaign",)), "campaign") == {
        "Alameda Tarjetas": "-800.00"
    }


def test_the_agencys_own_budget_is_for_everything(engine: Engine) -> None:
    own = [budget(4_000, OCTOBER, category="Sueldos"), budget(1_000, OCTOBER, metric="cost")]
    furnish(engine, costs=COSTS, budgets=own)
    # The categories are budgeted, so the budget of the whole does not count twice.
    assert only(ask(engine, "budget_variance", period=OCTOBER))["value"] == "500.00"


def test_a_yearly_budget_counts_by_business_days(engine: Engine) -> None:
    quarter = Period(start=OCT, end=date(2026, 12, 31))
    furnish(engine, costs=COSTS, budgets=[budget(7_700, quarter, metric="cost")])
    # Monday to Saturday, less 2 November's none, 16 November and 25 December: 27 + 24 + 26 days.
    assert only(ask(engine, "budget_variance", period=OCTOBER))["budget"] == "2700.00"


def test_without_a_budget_it_is_refused(engine: Engine) -> None:
    furnish(engine, payments=PAID, costs=COSTS)
    with pytest.raises(Refused, match="no_budget"):
        ask(engine, "budget_variance", period=OCTOBER)
    with pytest.raises(Refused, match="no_budget") as no:
        ask(engine, "recovered_amount", period=OCTOBER, compare=TO_BUDGET)
    assert no.value.choices[0].fields["compare"] is None


def test_any_metric_against_its_budget(engine: Engine) -> None:
    planned = [
        budget(24_000, NOVEMBER, metric="recovered_amount"),
        budget(12_000, NOVEMBER, metric="recovered_amount", scope="campaign", code="AL1"),
        budget(99, NOVEMBER, metric="recovered_amount", scope="campaign", code="AL1", owner="CLIENTE"),
        budget(0.5, NOVEMBER, metric="contact_rate"),
    ]
    furnish(engine, payments=PAID, costs=COSTS, budgets=planned, spoken=True)
    found = ask(engine, "recovered_amount", period=MONTH, compare=TO_BUDGET)
    # 14 of November's 24 business days are gone: 14,000 were planned to date, 7,000 came in.
    assert only(found)["budget"] == "14000.00"
    assert figures(found)["Variación"] == "-7000"
    assert "contra presupuesto" in found.echo
    split = ask(engine, "recovered_amount", period=MONTH, dims=("campaign",), compare=TO_BUDGET)
    assert [row.get("budget") for row in split.rows] == ["7000.00"]
    table = next(part for part in split.parts if isinstance(part, Table))
    assert table.columns[-3:] == ("Presupuesto", "Variación", "% del presupuesto")
    share = ask(engine, "contact_rate", period=MONTH, compare=TO_BUDGET)
    assert only(share)["budget"] == 0.5


def test_the_cost_against_the_budget_of_its_categories(engine: Engine) -> None:
    planned = [budget(3_000, OCTOBER, category="Sueldos"), budget(600, OCTOBER, category="Telefonía")]
    furnish(engine, costs=COSTS, budgets=planned)
    found = ask(engine, "cost", period=OCTOBER, compare=TO_BUDGET)
    assert (only(found)["value"], only(found)["budget"]) == ("4500.00", "3600.00")
    assert categories(found)["Telefonía"] == ("1000.00", "600.00", "400.00", "0.67")


def test_a_trend_against_its_budget(engine: Engine) -> None:
    planned = [budget(20_000, AUTUMN, metric="recovered_amount")]
    furnish(engine, payments=PAID, budgets=planned)
    asked: dict[str, Any] = {"period": AUTUMN, "grain": "month", "compare": TO_BUDGET}
    found = ask(engine, "recovered_amount", **asked)
    # 25 of the 52 business days are September's, the 16th being a holiday.
    assert [row["value"] for row in found.rows] == ["13000.00", "50000.00"]
    assert [float(row["budget"]) for row in found.rows] == pytest.approx(
        [20_000 * 25 / 52, 20_000 * 27 / 52], abs=0.01
    )
    with pytest.raises(Refused, match="trend_too_wide"):
        ask(engine, "recovered_amount", dims=("campaign",), **asked)
    with pytest.raises(Refused, match="no_budget"):
        ask(engine, "payments_count", **asked)


def test_a_client_reads_the_budget_agreed_with_it(engine: Engine) -> None:
    planned = [
        budget(12_000, NOVEMBER, metric="recovered_amount", scope="client", code="ALA"),
        budget(24_000, NOVEMBER, metric="recovered_amount", scope="client", code="ALA", owner="CLIENTE"),
    ]
    furnish(engine, payments=PAID, budgets=planned)
    theirs = Scope(clients=frozenset({1}), finest="campaign")
    asked: dict[str, Any] = {"period": MONTH, "compare": TO_BUDGET}
    shown = ask(engine, "recovered_amount", role="client_viewer", scope=theirs, **asked)
    assert only(shown)["budget"] == "14000.00"
    own = (Filter(field="client", op="eq", value="Banco Alameda"),)
    assert only(ask(engine, "recovered_amount", filters=own, **asked))["budget"] == "7000.00"
