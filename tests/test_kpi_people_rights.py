"""Agents required, who may see people's numbers, and days at the edge; hand counts on both databases."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import Engine, Table

from db.engine import reading
from db.periods import Period
from db.scope import Scope
from db.tables import agency, cells, facts
from skills.contract import Filter, Refused
from skills.kpi import plan as planning
from skills.rules import Rules, Staffing
from tests.people_company import Ask, ask_on, asking, notes
from tests.small import ALAMEDA, CARLA, LAURA, NOW
from tests.small_people import NOV_15, NOV_16, NOV_18, SELLING
from tests.test_kpi_small import by, only

MONTH = Period(start=date(2026, 11, 1), end=NOV_18)
WEEK = Period(start=NOV_16, end=NOV_18)
AGENCY_WIDE = (
    "occupancy",
    "utilization",
    "login_hours",
    "calls_per_hour",
    "recovered_per_hour",
    "quality_score",
    "training_completion",
    "agents_required",
)


@pytest.fixture(name="ask")
def _ask(people: Engine) -> Ask:
    return asking(people)


# --- staffing --------------------------------------------------------------------------------------------

SHRINKAGE = 1 - Fraction(11, 15)
PACE = {1: 35 / (6 * Fraction(31, 40)), 2: 30 / (6 * Fraction(9, 40) + 4)}
NEEDED = {c: held * Fraction(3, 2) / (PACE[c] * 8 * (1 - SHRINKAGE)) for c, held in ((1, 4), (2, 2))}


def test_agents_required_from_the_floor_s_own_weeks(ask: Ask) -> None:
    # 6 productive hours of Ana are shared 31 to 9; the dialler's 4 calls take nobody; Dora's 5 are left out.
    by_campaign = by(ask("agents_required", dims=("campaign",)), "campaign")
    assert by_campaign == {
        "Alameda Tarjetas": pytest.approx(float(NEEDED[1])),
        "Ceiba Crédito": pytest.approx(float(NEEDED[2])),
    }
    answer = ask("agents_required")
    assert only(answer)["value"] == pytest.approx(float(sum(NEEDED.values())))
    by_supervisor = by(ask("agents_required", dims=("supervisor",)), "supervisor")
    assert sum(by_supervisor.values()) == pytest.approx(only(answer)["value"])


def test_every_assumption_is_said(ask: Ask) -> None:
    said = notes(ask("agents_required"))
    for word in ("Es un asesor", "1.5 intentos", "26.7 %", "19-oct a 15-nov", "8 h", "85.0 %", "se reparten"):
        assert word in said
    english = notes(ask("agents_required", language="en"))
    for word in ("one agent", "1.5 attempts", "26.7%", "8 h", "85.0%", "shared"):
        assert word in english


def test_rules_of_config_take_the_place_of_what_is_measured(ask: Ask) -> None:
    fixed = ask("agents_required", rules=Rules(staffing=Staffing(shrinkage=0.5, hours=4)))
    want = sum(NEEDED.values()) * (1 - SHRINKAGE) * 2 / Fraction(1, 2)
    assert only(fixed)["value"] == pytest.approx(float(want))
    assert "merma de 50.0 % del tiempo pagado (config.yaml)" in notes(fixed)
    busy = ask("agents_required", rules=Rules(staffing=Staffing(occupancy_cap=0.001)))
    occupied = Fraction(220, 220 + 30600)
    assert only(busy)["value"] == pytest.approx(float(sum(NEEDED.values()) * occupied / Fraction(1, 1000)))
    assert "pasa del tope" in notes(busy)


def test_weeks_without_hours_give_no_pace(ask: Ask) -> None:
    with pytest.raises(Refused) as no:
        ask("agents_required", now=NOW - timedelta(days=3))
    assert no.value.key == "kpi.staffing_lacks"


def test_tomorrow_may_be_asked_about(ask: Ask) -> None:
    tomorrow = Period(start=NOV_18 + timedelta(days=1), end=NOV_18 + timedelta(days=1))
    assert only(ask("agents_required", period=tomorrow))["value"] == only(ask("agents_required"))["value"]


# --- rights ----------------------------------------------------------------------------------------------

LIMITED = (Scope(clients=frozenset({ALAMEDA})), Scope(campaigns=frozenset({SELLING})))


@pytest.mark.parametrize("metric", AGENCY_WIDE)
@pytest.mark.parametrize("scope", LIMITED, ids=["client", "campaign"])
def test_what_knows_no_client_is_not_shown_to_who_sees_some(ask: Ask, metric: str, scope: Scope) -> None:
    with pytest.raises(Refused) as no:
        ask(metric, scope=scope)
    # What can be split by creditor, and yet rests on shifts of all of them, is not said not to be split.
    why = "kpi.rests_on_agency" if metric == "agents_required" else "kpi.knows_no_client"
    assert (no.value.key, no.value.denied) == (why, True)


def test_without_the_guards_a_client_would_read_the_whole_agency(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = only(ask("login_hours", period=WEEK))["value"]
    monkeypatch.setattr(planning, "_refuse_mixed", lambda ctx, metric: None)
    with pytest.raises(Refused, match="nothing"):  # the rows of a limited scope are none, all the same
        ask("login_hours", period=WEEK, scope=LIMITED[0])
    monkeypatch.setattr("db.numbers.scope_conditions", lambda scope, columns: [])
    assert only(ask("login_hours", period=WEEK, scope=LIMITED[0]))["value"] == whole


@pytest.mark.parametrize("metric", ["recovered_per_rpc", "csat", "nps", "complaints", "placement_sales"])
def test_a_client_sees_its_own(ask: Ask, metric: str) -> None:
    mine = ask(
        metric, period=MONTH, scope=Scope(clients=frozenset({ALAMEDA}), finest="campaign"), dims=("client",)
    )
    assert set(by(mine, "client")) == {"Banco Alameda"}


def test_an_agent_sees_her_own_and_a_supervisor_her_team(ask: Ask) -> None:
    own = ask("quality_score", period=MONTH, scope=Scope(agents=frozenset({CARLA})))
    assert only(own)["value"] == pytest.approx(0.7)
    team = ask("login_hours", period=WEEK, scope=Scope(supervisors=frozenset({LAURA})))
    assert only(team)["value"] == 24.0


@pytest.mark.parametrize(
    ("metric", "es", "en"),
    [
        ("service_level", "llamadas entrantes por intervalo", "incoming calls by interval"),
    ],
)
def test_what_cannot_be_counted_says_the_data_it_lacks(ask: Ask, metric: str, es: str, en: str) -> None:
    for language, lacking in (("es", es), ("en", en)):
        with pytest.raises(Refused) as no:
            ask(metric, language=language)
        assert no.value.key == "kpi.lacks"
        assert lacking in no.value.slots["lacks"]


# --- edges -----------------------------------------------------------------------------------------------

MOVED = [
    (facts.shifts, "starts_on", NOV_15, 1, "login_hours", WEEK),
    (agency.evaluations, "evaluated_on", NOV_16, -1, "quality_score", WEEK),
    (facts.surveys, "answered_on", NOV_16, -1, "csat", WEEK),
    (agency.cases, "received_on", NOV_16, -1, "complaints", WEEK),
    (agency.sales, "sold_on", NOV_16, -1, "placement_sales", WEEK),
    (agency.sales, "cancelled_on", NOV_18, 1, "placement_sales", WEEK),
    (agency.trainings, "valid_to", NOV_18, -1, "training_completion", WEEK),
    (agency.trainings, "assigned_on", NOV_18, 1, "training_completion", WEEK),
    (agency.trainings, "passed_on", date(2026, 2, 10), 290, "training_completion", WEEK),
]


@pytest.mark.parametrize(("table", "column", "day", "days", "metric", "period"), MOVED)
def test_a_day_moved_over_the_edge_changes_the_number(
    people: Engine, table: Table, column: str, day: date, days: int, metric: str, period: Period
) -> None:
    with people.connect() as connection:
        before = only(ask_on(connection, metric, period=period))
        moved = {column: day + timedelta(days=days)}
        connection.execute(table.update().where(table.c[column] == day).values(moved))
        after = only(ask_on(connection, metric, period=period))
        connection.rollback()
    assert {**before, "previous": 0} != {**after, "previous": 0}


@pytest.mark.parametrize("metric", [m for m in AGENCY_WIDE if m != "agents_required"])
def test_nothing_loaded_is_said_and_is_no_zero(engine: Engine, metric: str) -> None:
    with reading(engine) as connection, pytest.raises(Refused) as no:
        ask_on(connection, metric)
    assert no.value.key == "kpi.no_data_at_all"


def test_shifts_alone_make_no_rate(people: Engine) -> None:
    """Contacts gone, a ratio of contacts and hours has nothing to be counted over."""
    with people.connect() as connection:
        connection.execute(cells.built_days.delete().where(cells.built_days.c.source == "contacts"))
        with pytest.raises(Refused) as no:
            ask_on(connection, "calls_per_hour", period=WEEK)
        assert only(ask_on(connection, "login_hours", period=WEEK))["value"] == 38.0
        connection.rollback()
    assert no.value.key == "kpi.no_data_at_all"


def test_a_filter_by_agent_and_a_threshold(ask: Ask) -> None:
    ana = Filter(field="agent", op="eq", value="Ana Ruiz")
    assert only(ask("occupancy", period=WEEK, filters=(ana,)))["value"] == pytest.approx(1.5 / 6.5)
    many = Filter(field="login_hours", op="gt", value=10)
    assert set(by(ask("login_hours", period=WEEK, dims=("agent",), filters=(many,)), "agent")) == {
        "Ana Ruiz",
        "Alberto Núñez",
    }
