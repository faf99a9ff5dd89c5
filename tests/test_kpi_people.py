"""People's metrics against counts made by hand on the company of tests/small_people.py, on both databases."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from db.periods import Period
from db.scope import Scope
from skills.contract import Refused
from skills.kpi import rows as summing
from skills.kpi import staffing
from skills.kpi.computed import COMPUTED
from tests.people_company import Ask, asking, detail, notes
from tests.small import ANA, MARCO, NOW
from tests.small_people import NOV_15, NOV_16, NOV_17, NOV_18
from tests.test_kpi_small import by, only

MONTH = Period(start=date(2026, 11, 1), end=NOV_18)
WEEK = Period(start=NOV_16, end=NOV_18)


@pytest.fixture(name="ask")
def _ask(people: Engine) -> Ask:
    return asking(people)


# --- hours ---------------------------------------------------------------------------------------------


def test_login_hours_are_those_attended_on_the_day_the_shift_began(ask: Ask) -> None:
    week = ask("login_hours", period=WEEK, dims=("agent",))
    # Carla's absence of the 16th adds nothing; Beto's nights count whole where they began.
    assert by(week, "agent") == {"Ana Ruiz": 16.0, "Alberto Núñez": 16.0, "Carla Méndez": 6.0}
    by_day = ask("login_hours", period=Period(start=NOV_15, end=NOV_17), grain="day")
    assert [row["value"] for row in by_day.rows] == [1.0, 16.0, 22.0]


def test_an_agent_who_changed_teams_counts_for_each_on_its_days(ask: Ask) -> None:
    found = by(ask("login_hours", period=WEEK, dims=("supervisor",)), "supervisor")
    assert found == {"Laura Ibáñez": 24.0, "Marco Rey": 14.0}
    beto = ask("login_hours", period=WEEK, dims=("agent",), scope=Scope(supervisors=frozenset({MARCO})))
    assert by(beto, "agent") == {"Alberto Núñez": 8.0, "Carla Méndez": 6.0}


def test_utilization_leaves_out_shifts_that_do_not_say_how_they_were_used(ask: Ask) -> None:
    answer = ask("utilization", period=WEEK)
    assert only(answer)["value"] == pytest.approx(24 / 30)  # Ana 13 of 16, Beto 6 of 8, Carla 5 of 6
    assert only(answer)["n"] == 4
    assert detail(answer) == "24.0 h de 30.0 h"
    by_shift = by(ask("utilization", period=WEEK, dims=("shift",)), "shift")
    assert by_shift == {"matutino": 13 / 16, "vespertino": pytest.approx(5 / 6), "nocturno": 0.75}


def test_a_share_of_time_is_not_called_shaky_for_its_few_shifts(ask: Ask) -> None:
    answer = ask("utilization", period=WEEK, dims=("agent",))
    table = next(part for part in answer.parts if hasattr(part, "rows"))
    assert table.note == ""  # type: ignore[union-attr]
    assert all("low" not in row for row in answer.rows)


def test_occupancy_is_over_the_days_that_both_files_hold(ask: Ask) -> None:
    # Contacts reach the 18th, shifts the 17th: 3 h on calls (not Dora's), 11 h available.
    answer = ask("occupancy", period=WEEK)
    assert only(answer)["value"] == pytest.approx(3 / 14)
    assert detail(answer) == "3.0 h de 14.0 h"
    assert "mar 17-nov" in notes(answer)
    assert by(ask("occupancy", period=WEEK, dims=("agent",)), "agent") == {
        "Ana Ruiz": pytest.approx(1.5 / 6.5),
        "Alberto Núñez": pytest.approx(1 / 5),
        "Carla Méndez": pytest.approx(0.5 / 2.5),
    }
    assert by(ask("occupancy", period=WEEK, dims=("supervisor",)), "supervisor") == {
        "Laura Ibáñez": pytest.approx(1.5 / 10.5),
        "Marco Rey": pytest.approx(1.5 / 3.5),
    }


def test_without_the_rule_of_known_time_dora_would_seem_never_to_wait(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def every(ctx: Any, plan: Any, period: Any, dims: Any) -> Any:
        found = staffing._by(ctx, plan, period, ("handle_seconds",), dims, asked=True)
        return {key: sums[0] for key, sums in found.items()}

    monkeypatch.setitem(COMPUTED, "time_on_calls", replace(COMPUTED["time_on_calls"], sums=every))
    found = by(ask("occupancy", period=WEEK, dims=("agent",)), "agent")
    assert found["Dora Paz"] == 1.0


def test_per_hour_rates(ask: Ask) -> None:
    calls = ask("calls_per_hour", period=WEEK)
    assert only(calls)["value"] == pytest.approx(5 / 38)
    assert detail(calls) == "5 entre 38.0 h"
    by_agent = by(ask("calls_per_hour", period=WEEK, dims=("agent",)), "agent")
    assert by_agent["Ana Ruiz"] == pytest.approx(2 / 16)
    assert by_agent["Dora Paz"] is None  # calls, and no hour known: nothing is divided by zero
    money = only(ask("recovered_per_hour", period=WEEK))
    assert (money["numerator"], money["value"]) == ("350.00", f"{350 / 38:.2f}")


def test_without_the_shared_days_a_reversal_of_today_would_stand_over_hours_up_to_yesterday(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summing, "shared_days", lambda ctx, plan, period: period)
    assert only(ask("recovered_per_hour", period=WEEK))["numerator"] == "150.00"
    assert only(ask("calls_per_hour", period=WEEK))["numerator"] == 10


def test_recovered_per_rpc(ask: Ask) -> None:
    row = only(ask("recovered_per_rpc", period=MONTH))
    # From 4 November, the first day with contacts: 5000 + 300 + 200 - 200 + 150 over 8 right parties.
    assert (row["numerator"], row["denominator"], row["value"]) == ("5450.00", 8, "681.25")


# --- quality and courses ---------------------------------------------------------------------------------


def test_a_critical_error_leaves_the_evaluation_at_zero_and_both_are_shown(ask: Ask) -> None:
    answer = ask("quality_score", period=MONTH)
    assert only(answer)["value"] == pytest.approx(175 / 300)
    shown = [figure.value.amount for figure in answer.parts[0].items]  # type: ignore[union-attr]
    assert [float(amount or 0) for amount in shown] == [pytest.approx(175 / 300), pytest.approx(255 / 300)]
    assert detail(answer) == "175 de 300 puntos · 4 evaluaciones"
    plain = ask("quality_score", period=MONTH, variant="plain", dims=("supervisor",))
    assert by(plain, "supervisor") == {"Laura Ibáñez": pytest.approx(0.88), "Marco Rey": pytest.approx(0.7)}


def test_an_evaluation_late_at_night_is_of_its_day_in_mexico_and_of_the_team_of_that_day(ask: Ask) -> None:
    monday = ask("quality_score", period=Period(start=NOV_16, end=NOV_16), dims=("agent", "supervisor"))
    assert {(row["agent"], row["supervisor"]) for row in monday.rows} == {
        ("Ana Ruiz", "Laura Ibáñez"),
        ("Alberto Núñez", "Laura Ibáñez"),
    }


@pytest.mark.parametrize(
    ("day", "held", "assigned"),
    [(NOV_18, 2, 4), (NOV_17, 2, 3), (date(2026, 10, 31), 3, 4), (date(2026, 1, 15), 1, 3)],
)
def test_courses_held_on_a_day(ask: Ask, day: date, held: int, assigned: int) -> None:
    """Eva counts while she is on the staff; Beto's course, assigned twice, once."""
    row = only(ask("training_completion", period=Period(start=day, end=day)))
    assert (row["numerator"], row["denominator"]) == (held, assigned)


def test_a_certificate_holds_on_its_last_day_and_no_longer(ask: Ask) -> None:
    ana = Scope(agents=frozenset({ANA}))
    assert only(ask("training_completion", scope=ana))["numerator"] == 1
    after = ask("training_completion", scope=ana, now=NOW + timedelta(days=1))
    assert only(after)["numerator"] == 0
    assert "al mié 18-nov" in ask("training_completion", scope=ana).echo


def test_courses_of_a_month_are_those_of_its_last_day(ask: Ask) -> None:
    october = ask("training_completion", period=Period(start=date(2026, 10, 1), end=date(2026, 10, 31)))
    assert only(october)["denominator"] == 4
    trend = ask("training_completion", period=WEEK, grain="day")
    assert [row["denominator"] for row in trend.rows] == [3, 3, 4]


def test_before_the_first_course_there_is_nothing_to_hold(ask: Ask) -> None:
    with pytest.raises(Refused) as no:
        ask("training_completion", period=Period(start=date(2024, 5, 1), end=date(2024, 5, 31)))
    assert no.value.key == "kpi.no_data"


# --- voice -----------------------------------------------------------------------------------------------


def test_csat_is_the_share_of_four_and_five(ask: Ask) -> None:
    row = only(ask("csat", period=MONTH))
    assert (row["numerator"], row["denominator"]) == (2, 5)
    mean = ask("csat", period=MONTH, variant="mean")
    assert only(mean)["value"] == pytest.approx(3.0)
    by_client = by(ask("csat", period=MONTH, dims=("client",)), "client")
    assert by_client == {"Sin cliente": 1.0, "Banco Alameda": pytest.approx(1 / 3), "Tiendas La Ceiba": 0.0}


def test_a_trend_of_the_mean_is_told_in_points_and_not_in_percent(ask: Ask) -> None:
    answer = ask("csat", period=WEEK, grain="day", variant="mean")
    chart = next(part for part in answer.parts if hasattr(part, "series"))
    assert chart.unit == "number"  # type: ignore[union-attr]


def test_nps_is_promoters_less_detractors(ask: Ask) -> None:
    row = only(ask("nps", period=MONTH))
    assert (row["value"], row["numerator"], row["n"]) == (25.0, 1, 4)
    assert by(ask("nps", period=MONTH, dims=("agent",)), "agent")["Alberto Núñez"] == -100.0


def test_complaints_by_the_day_received_and_the_agent_assigned(ask: Ask) -> None:
    assert by(ask("complaints", period=MONTH, dims=("client",)), "client") == {
        "Banco Alameda": 2,
        "Tiendas La Ceiba": 1,
    }
    assert by(ask("complaints", period=MONTH, dims=("agent",)), "agent") == {"Ana Ruiz": 2, "Carla Méndez": 1}
    assert by(ask("complaints", period=MONTH, dims=("bucket",)), "bucket") == {"1-30": 2, "31-60": 1}
    assert by(ask("complaints", period=MONTH, dims=("channel",)), "channel") == {"REDECO": 3}
    today = ask("complaints", period=Period(start=NOV_18, end=NOV_18))  # ten past midnight in Mexico City
    assert only(today)["value"] == 1


def test_complaints_for_each_ten_thousand_contacts(ask: Ask) -> None:
    row = only(ask("complaint_rate", period=MONTH))
    assert (row["numerator"], row["denominator"], row["value"]) == (3, 10, 3000.0)


# --- sales -----------------------------------------------------------------------------------------------


def test_sales_are_those_not_cancelled_and_the_amount_is_of_those_activated(ask: Ask) -> None:
    assert only(ask("placement_sales", period=MONTH))["value"] == 4
    assert only(ask("placement_sales", period=MONTH, variant="amount"))["value"] == "12000.00"
    assert by(ask("placement_sales", period=MONTH, dims=("product",)), "product") == {"SEGURO": 3, "TDC": 1}
    assert by(ask("placement_sales", period=MONTH, dims=("supervisor",)), "supervisor") == {
        "Laura Ibáñez": 3,
        "Marco Rey": 1,
    }


def test_conversion_is_of_the_campaigns_that_sell(ask: Ask) -> None:
    row = only(ask("sales_conversion", period=MONTH))
    assert (row["numerator"], row["denominator"]) == (3, 4)
    by_campaign = ask("sales_conversion", period=MONTH, dims=("campaign",))
    assert by(by_campaign, "campaign") == {"Alameda Venta": 0.75}


def test_where_nothing_is_sold_that_is_said(ask: Ask) -> None:
    with pytest.raises(Refused) as no:
        ask("sales_conversion", period=MONTH, scope=Scope(clients=frozenset({2})))
    assert no.value.key == "kpi.no_sales_campaign"
