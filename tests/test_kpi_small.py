"""Every metric against a count made by hand on the company of tests/small.py, on both databases."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db.access import names
from db.calendars import load_calendars
from db.engine import reading
from db.metrics import load_catalogue
from db.periods import Period
from db.scope import Scope
from skills.contract import Actor, Answer, Context, Filter, KpiRequest, Refused
from skills.kpi.skill import answer_kpi
from skills.text import load_texts
from tests.small import ANA, BETO, CARLA, GLORIA, LAURA, NOW

TEXTS = load_texts(Path("skills/kpi/text.yaml"))
CATALOGUE, CALENDARS = load_catalogue(), load_calendars()
MONTH = Period(start=date(2026, 11, 1), end=date(2026, 11, 18))
WEEK = Period(start=date(2026, 11, 16), end=date(2026, 11, 18))
Ask = Callable[..., Answer]


@pytest.fixture(name="ask")
def _ask(small: Engine) -> Ask:
    return asking(small)


def asking(small: Engine) -> Ask:
    """Asks as the manager unless a scope is given."""

    def run(metric: str, *, scope: Scope | None = None, **fields: Any) -> Answer:
        actor = Actor(GLORIA, "Gloria", "manager", "es", scope or Scope())
        with reading(small) as connection:
            context = Context(
                actor=actor,
                session=connection,
                now=NOW,
                metrics=CATALOGUE,
                names=names(connection),
                calendars=CALENDARS,
                say=lambda key, **slots: TEXTS.say("es", key, **slots),
            )
            return answer_kpi(context, KpiRequest(metric=metric, **fields))

    return run


def only(answer: Answer) -> dict[str, Any]:
    assert len(answer.rows) == 1
    return dict(answer.rows[0])


def by(answer: Answer, dim: str) -> dict[Any, Any]:
    return {row[dim]: row["value"] for row in answer.rows}


def test_roll_rate_of_the_month_follows_the_same_accounts(ask: Ask) -> None:
    row = only(ask("roll_rate", period=MONTH))
    # Alameda: A and F of A, B, C, E, F; Ceiba: J of J, K. D is recalled, G was current, H is unexplained.
    assert (row["numerator"], row["denominator"]) == (3, 7)
    assert row["value"] == pytest.approx(3 / 7)


def test_roll_rate_by_opening_balance(ask: Ask) -> None:
    row = only(ask("roll_rate", period=MONTH, variant="balance"))
    assert (row["numerator"], row["denominator"]) == ("8500.00", "21000.00")  # A 1000, F 6000, J 1500
    assert row["n"] == 7


def test_the_unexplained_account_is_said(ask: Ask) -> None:
    answer = ask("roll_rate", period=MONTH)
    assert answer.basis is not None
    assert any("Una cuenta" in note for note in answer.basis.notes)


def test_roll_rate_of_the_week_is_monday_to_the_cut_with_the_month_beneath(ask: Ask) -> None:
    answer = ask("roll_rate", period=WEEK)
    # From the cut of Sunday 15: A, B, C, J, K; only J moved on.
    assert (only(answer)["numerator"], only(answer)["denominator"]) == (1, 5)
    figures = answer.parts[0].items  # type: ignore[union-attr]
    assert [f.label for f in figures] == [
        "Roll rate · De lunes a corte",
        "Por saldo de apertura",
        "Mes a la fecha",
    ]
    assert figures[2].value.amount == pytest.approx(Decimal(3) / 7)


def test_cure_and_containment(ask: Ask) -> None:
    assert only(ask("cure_rate", period=MONTH))["numerator"] == 2  # C and E
    contained = only(ask("containment", period=MONTH))
    assert (contained["numerator"], contained["denominator"]) == (4, 7)


def test_rolls_by_campaign_by_bucket_and_by_agent(ask: Ask) -> None:
    assert by(ask("roll_rate", period=MONTH, dims=("campaign",)), "campaign") == {
        "Ceiba Crédito": pytest.approx(0.5),
        "Alameda Tarjetas": pytest.approx(0.4),
    }
    assert by(ask("roll_rate", period=MONTH, dims=("bucket_from",)), "bucket_from") == {
        "0": 0.0,
        "1-30": pytest.approx(0.4),
        "31-60": pytest.approx(0.5),
    }
    assert by(ask("roll_rate", period=MONTH, dims=("agent",)), "agent") == {
        "Alberto Núñez": pytest.approx(0.5),
        "Ana Ruiz": pytest.approx(1 / 3),
        "Carla Méndez": pytest.approx(0.5),
    }


def test_positions(ask: Ask) -> None:
    assert only(ask("accounts_count"))["value"] == 6
    assert only(ask("portfolio_balance"))["value"] == "10900.00"
    assert by(ask("aging_balance"), "bucket") == {
        "0": "3900.00",
        "1-30": "2000.00",
        "31-60": "3500.00",
        "61-90": "1500.00",
    }
    assert by(ask("aging_accounts"), "bucket") == {"0": 2, "1-30": 1, "31-60": 2, "61-90": 1}


def test_money_is_net_of_reversals(ask: Ask) -> None:
    row = only(ask("recovered_amount", period=MONTH))
    assert row["value"] == "5450.00"
    by_agent = by(ask("recovered_amount", period=MONTH, dims=("agent",)), "agent")
    # E paid after Ana's right-party contact; B's payments follow its assignment to Ana; J's to Carla.
    assert by_agent == {"Ana Ruiz": "5300.00", "Carla Méndez": "150.00"}


def test_recovery_rate_is_over_the_opening_balance(ask: Ask) -> None:
    row = only(ask("recovery_rate", period=MONTH))
    assert (row["numerator"], row["denominator"]) == ("5450.00", "32900.00")


def test_contacts(ask: Ask) -> None:
    today = Period(start=NOW.date(), end=NOW.date())
    assert only(ask("calls", period=today))["value"] == 5
    contact = only(ask("contact_rate", period=today))
    assert (contact["numerator"], contact["denominator"]) == (3, 5)
    rpc = only(ask("rpc_rate", period=today))
    assert (rpc["numerator"], rpc["denominator"]) == (2, 3)
    # A ratio of sums: (200 + 100 + 360) / 3, not the mean of the agents' means.
    assert only(ask("aht", period=today))["value"] == pytest.approx(220)
    assert by(ask("calls", period=today, dims=("hour",)), "hour") == {9: 3, 10: 2}


def test_promises(ask: Ask) -> None:
    assert only(ask("ptp_count", period=MONTH))["value"] == 4
    kept = ask("ptp_kept_rate", period=MONTH)
    assert (only(kept)["numerator"], only(kept)["denominator"]) == (1, 3)


def test_target_to_date_goes_by_business_days(ask: Ask) -> None:
    row = only(ask("goal_attainment", period=MONTH))
    assert row["denominator"] == "14000.00"  # 24,000 x 14 / 24
    assert row["value"] == pytest.approx(5450 / 14000)
    assert by(ask("goal_attainment", period=MONTH, dims=("campaign",)), "campaign") == {
        "Alameda Tarjetas": pytest.approx(5300 / 7000),
        "Ceiba Crédito": pytest.approx(150 / 1400),
    }


@pytest.mark.parametrize(
    ("scope", "accounts"),
    [
        (Scope(supervisors=frozenset({LAURA})), 4),
        (Scope(agents=frozenset({CARLA})), 2),
        (Scope(agents=frozenset({BETO})), None),
        (Scope(campaigns=frozenset({2})), 2),
        (Scope(clients=frozenset({1})), 4),
    ],
)
def test_the_scope_is_part_of_every_sum(ask: Ask, scope: Scope, accounts: int | None) -> None:
    if accounts is None:
        with pytest.raises(Refused, match="nothing_matches"):
            ask("accounts_count", scope=scope)
    else:
        assert only(ask("accounts_count", scope=scope))["value"] == accounts


def test_an_hour_asked_by_an_agent_is_read_where_the_agent_is_known(ask: Ask) -> None:
    today = Period(start=NOW.date(), end=NOW.date())
    answer = ask("calls", period=today, dims=("hour",), scope=Scope(agents=frozenset({ANA})))
    assert by(answer, "hour") == {9: 1, 10: 2}
    assert answer.basis is not None
    assert answer.basis.read_from == "facts"


def test_filters_that_cells_do_not_know_are_read_from_the_records(ask: Ask) -> None:
    jalisco = ask("accounts_count", filters=(Filter(field="state", op="eq", value="Jalisco"),))
    assert only(jalisco)["value"] == 2
    assert jalisco.basis is not None
    assert jalisco.basis.read_from == "facts"
    over = ask("portfolio_balance", filters=(Filter(field="days_past_due", op="gt", value=30),))
    assert only(over)["value"] == "5000.00"


def test_a_threshold_keeps_the_rows_that_meet_it(ask: Ask) -> None:
    answer = ask(
        "roll_rate",
        period=MONTH,
        dims=("campaign",),
        filters=(Filter(field="roll_rate", op="gt", value=0.45),),
    )
    assert by(answer, "campaign") == {"Ceiba Crédito": pytest.approx(0.5)}


def test_top_one(ask: Ask) -> None:
    answer = ask("roll_rate", period=MONTH, dims=("campaign",), order="asc", limit=1)
    assert by(answer, "campaign") == {"Alameda Tarjetas": pytest.approx(0.4)}


@pytest.mark.parametrize(
    ("metric", "period"),
    [
        ("roll_rate", Period(start=date(2026, 8, 1), end=date(2026, 8, 31))),
        ("aging_balance", Period(start=date(2026, 7, 1), end=date(2026, 7, 31))),
        ("recovered_amount", Period(start=date(2025, 1, 1), end=date(2025, 1, 31))),
    ],
)
def test_a_month_outside_the_data_says_so(ask: Ask, metric: str, period: Period) -> None:
    with pytest.raises(Refused) as no:
        ask(metric, period=period)
    assert no.value.about == "no_data"


def test_a_metric_not_built_is_refused_by_name(ask: Ask) -> None:
    with pytest.raises(Refused) as no:
        ask("service_level")
    assert no.value.slots["metric"] == "Nivel de servicio"
