"""Edges of a KPI answer, each once answered wrong: targets, moves to one bucket, trends, stale days."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, update

from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.dirty import mark_dirty
from db.engine import writing
from db.periods import Period
from db.scope import Scope
from db.tables.facts import payments
from db.tables.reference import accounts
from skills.contract import Compare, Filter, Refused
from tests.small import ACCOUNT, ALAMEDA, ANA, LAURA, NOW, fill
from tests.test_kpi_small import MONTH, Ask, asking, by, only
from tests.test_kpi_small import _ask as _ask

OF_CLIENT = Scope(clients=frozenset({1}), finest="campaign")


@pytest.fixture
def own(engine: Engine) -> Engine:
    """The small company in a database of the test's own, to write to."""
    with writing(engine) as connection:
        fill(connection)
    refresh(engine, load_calendars(), now=NOW)
    return engine


def test_a_move_to_one_bucket_is_over_all_who_could_have_made_it(ask: Ask) -> None:
    went = Filter(field="bucket_to", op="eq", value="31-60")
    came = Filter(field="bucket_from", op="eq", value="1-30")
    row = only(ask("roll_rate", period=MONTH, filters=(came, went)))
    assert (row["numerator"], row["denominator"]) == (1, 5)  # A, of A B C E F
    split = ask("roll_rate", period=MONTH, filters=(came,), dims=("bucket_to",))
    assert {r["bucket_to"]: (r["numerator"], r["denominator"]) for r in split.rows if r["numerator"]} == {
        "31-60": (1, 5),
        "castigo": (1, 5),
    }


def test_a_client_reads_no_internal_target(ask: Ask) -> None:
    with pytest.raises(Refused, match="no_targets"):
        ask("goal_attainment", period=MONTH, scope=OF_CLIENT)
    answer = ask("recovered_amount", period=MONTH, dims=("campaign",), scope=OF_CLIENT)
    assert all("target" not in row for row in answer.rows)


@pytest.mark.parametrize("scope", [Scope(agents=frozenset({ANA})), Scope(supervisors=frozenset({LAURA}))])
def test_part_of_a_campaign_is_not_set_against_the_whole_campaigns_target(ask: Ask, scope: Scope) -> None:
    answer = ask("recovered_amount", period=MONTH, dims=("campaign",), scope=scope)
    assert all("target" not in row for row in answer.rows)
    with pytest.raises(Refused, match="no_targets"):
        ask("goal_attainment", period=MONTH, dims=("campaign",), scope=scope)


def test_a_team_is_set_against_its_own_target(ask: Ask) -> None:
    row = only(ask("goal_attainment", period=MONTH, scope=Scope(supervisors=frozenset({LAURA}))))
    assert (row["numerator"], row["denominator"]) == ("5300.00", "7000.00")


def test_a_trend_keeps_the_order_and_the_limit_asked(ask: Ask) -> None:
    asked = {"period": MONTH, "dims": ("agent",), "grain": "week"}
    top = ask("recovered_amount", order="desc", limit=1, **asked)
    assert {row["agent"] for row in top.rows} == {"Ana Ruiz"}
    last = ask("recovered_amount", order="asc", limit=1, **asked)
    assert {row["agent"] for row in last.rows} == {"Carla Méndez"}


def test_a_trend_with_nothing_in_it_says_so(ask: Ask) -> None:
    with pytest.raises(Refused, match="nothing"):
        ask("recovered_amount", period=MONTH, grain="week", scope=Scope(agents=frozenset({999})))


def test_a_trend_is_split_once_and_without_a_bound(ask: Ask) -> None:
    bound = Filter(field="recovered_amount", op="gt", value=100)
    for more in ({"dims": ("agent", "campaign")}, {"filters": (bound,)}):
        with pytest.raises(Refused, match="trend_too_wide"):
            ask("recovered_amount", period=MONTH, grain="week", **more)


def test_a_comparison_without_data_is_said(ask: Ask) -> None:
    last_year = Compare(to="period", period=Period(start=date(2025, 11, 1), end=date(2025, 11, 18)))
    answer = ask("recovered_amount", period=MONTH, compare=last_year)
    assert only(answer)["previous"] is None
    assert answer.basis is not None
    assert any("para comparar" in note for note in answer.basis.notes)


def test_a_period_that_begins_before_the_data_is_said(ask: Ask) -> None:
    answer = ask("recovered_amount", period=Period(start=date(2026, 1, 1), end=date(2026, 11, 18)))
    assert answer.basis is not None
    assert any("empiezan" in note for note in answer.basis.notes)


def test_a_payment_not_consolidated_yet_is_in_the_answer(own: Engine) -> None:
    with writing(own) as connection:
        connection.execute(
            payments.insert().values(
                client_id=ALAMEDA,
                campaign_id=1,
                account_id=ACCOUNT["C"],
                payment_ref="LATE",
                paid_on=date(2026, 11, 6),
                posted_on=date(2026, 11, 6),
                amount_cents=100_000,
            )
        )
        mark_dirty(connection, "payments", ALAMEDA, [date(2026, 11, 6)], NOW + timedelta(minutes=1))
    answer = asking(own)("recovered_amount", period=MONTH)
    assert only(answer)["value"] == "6450.00"
    assert answer.basis is not None
    assert any("no se consolidan" in note for note in answer.basis.notes)


def test_placing_an_account_anew_leaves_its_months_cohort_alone(own: Engine) -> None:
    with writing(own) as connection:
        connection.execute(
            update(accounts).where(accounts.c.id == ACCOUNT["B"]).values(placed_on=date(2026, 11, 17))
        )
    refresh(own, load_calendars(), now=NOW, full=True)
    row = only(asking(own)("recovery_rate", period=MONTH))
    assert (row["numerator"], row["denominator"]) == ("5450.00", "32900.00")


def test_rows_of_nobody_are_not_shown(ask: Ask) -> None:
    answer = ask("rpc_rate", period=MONTH, dims=("supervisor",))
    assert set(by(answer, "supervisor")) == {"Laura Ibáñez", "Marco Rey"}
