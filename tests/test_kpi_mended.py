"""Answers once told wrong: units, halves of a month, targets, rankings of few, and reasons for no number."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.dirty import mark_dirty
from db.engine import writing
from db.loading import preview
from db.periods import Period, month_of
from db.scope import Scope
from db.tables.facts import promises, targets
from skills.contract import Answer, Compare, Figures, KpiRequest, Refused, Table, Text, Value
from tests.loading_agency import NOW as LOADED
from tests.loading_agency import write
from tests.reasons import asking, pay
from tests.small import ACCOUNT, ALAMEDA, ANA, CARLA, LAURA, MARCO, NOW, ZONE, at, fill
from tests.small_money import OCTOBER, budget, cost, furnish
from tests.small_money import ask as ask_money

MONTH = Period(start=date(2026, 11, 1), end=date(2026, 11, 18))
NIGHT = {"now": datetime(2026, 11, 22, 20, 10, tzinfo=ZONE)}
RUNNING = Period(start=date(2026, 11, 16), end=date(2026, 11, 22))  # a Monday, a Sunday


def told(answer: Answer) -> str:
    return " ".join(p.body for p in answer.parts if isinstance(p, Text))


def head(answer: Answer) -> Any:
    return next(p for p in answer.parts if isinstance(p, Figures)).items[0]


def aim(connection: Any, metric: str, value: float, scope: str = "agency", code: str = "") -> None:
    span = month_of(date(2026, 11, 1))
    connection.execute(
        targets.insert().values(
            metric=metric,
            scope=scope,
            scope_code=code,
            period_start=span.start,
            period_end=span.end,
            value_micros=round(value * 1_000_000),
            owner="INTERNA",
        )
    )


@pytest.fixture
def own(engine: Engine) -> Engine:
    with writing(engine) as connection:
        fill(connection)
    refresh(engine, load_calendars(), now=NOW)
    return engine


# --- forecasts ---------------------------------------------------------------------------------------


def test_the_target_of_a_count_is_a_count(own: Engine) -> None:
    with writing(own) as connection:
        aim(connection, "calls", 30_000)
        aim(connection, "calls", 9_999.7, "campaign", "AL1")
    ask = asking(own)
    assert head(ask("forecast_to_close", variant="calls")).target == Value(Decimal(30_000), "count")
    assert ask("forecast_to_close", variant="calls").rows[0]["month_target"] == 30_000
    rows = ask("forecast_to_close", variant="calls", dims=("campaign",)).rows
    assert [row["target"] for row in rows if "target" in row] == [10_000]
    # 30,000 by the 18th: 14 of 24 business days.
    due = head(ask("calls", period=MONTH)).target
    assert due == Value(Decimal(17_500), "count")


def test_a_part_of_a_count_is_told_whole(own: Engine) -> None:
    with writing(own) as connection:
        aim(connection, "calls", 36_254)
    due = head(asking(own)("calls", period=MONTH)).target
    assert due == Value(Decimal(21_148), "count")  # 21,148.17


def test_accounts_are_not_set_against_pesos(own: Engine) -> None:
    with writing(own) as connection:
        aim(connection, "ptp_due", 500)
    ask = asking(own)
    told_in = {v: head(ask("ptp_due", period=MONTH, variant=v)) for v in ("amount", "count")}
    assert {variant: each.target is not None for variant, each in told_in.items()} == {
        "count": True,
        "amount": False,
    }


def test_what_cannot_be_projected_is_refused_by_name(small: Engine) -> None:
    with pytest.raises(Refused) as no:
        asking(small)("forecast_to_close", variant="contact_rate")
    assert (no.value.key, no.value.slots["metric"]) == ("kpi.cannot_project", "Tasa de contacto")
    assert "de llamadas" in no.value.slots["possible"]


def test_projected_rows_say_that_they_share_the_whole_s_season(small: Engine) -> None:
    ask = asking(small)
    assert "puede dar otra cifra" in told(ask("forecast_to_close", dims=("campaign",)))
    assert "puede dar otra cifra" not in told(ask("forecast_to_close"))


@pytest.mark.parametrize(
    ("day", "hour", "left", "waiting"), [(18, 10, 11, 0), (28, 20, 2, 8), (28, 22, 1, 8), (30, 22, 0, 9)]
)
def test_the_days_left_are_the_clock_s(small: Engine, day: int, hour: int, left: int, waiting: int) -> None:
    """The last payment is of the 18th, whose day is over on the 19th and not on the 18th."""
    now = {"now": datetime(2026, 11, day, hour, tzinfo=ZONE)}
    answer = asking(small)("forecast_to_close", about=now)
    assert answer.rows[0]["days_left"] == left
    assert ("ya no quedan días hábiles" in told(answer)) == (left == 0)
    assert (f"de {waiting} días hábiles ya trabajados" in told(answer)) == (waiting > 0)


# --- periods -----------------------------------------------------------------------------------------


def test_a_running_quincena_is_set_against_the_same_stretch(small: Engine) -> None:
    """16 to 22 November is a whole week too: what it was called decides."""
    ask = asking(small)
    answer = ask("calls", period=RUNNING, unit="quincena", about=NIGHT)
    assert answer.basis is not None
    assert (answer.basis.partial, answer.basis.previous) == (
        True,
        Period(start=date(2026, 11, 1), end=date(2026, 11, 6)),  # its first five business days
    )
    week = ask("calls", period=RUNNING, about=NIGHT)
    assert week.basis is not None
    assert week.basis.previous == Period(start=date(2026, 11, 9), end=date(2026, 11, 15))
    assert "Si lo pides como quincena" in told(week)
    assert "quincena" not in told(ask("calls", period=RUNNING, unit="week", about=NIGHT))


def test_a_running_quincena_against_a_whole_one_is_warned_of(small: Engine) -> None:
    whole = Compare(to="period", period=Period(start=date(2026, 11, 1), end=date(2026, 11, 15)))
    answer = asking(small)("calls", period=RUNNING, compare=whole, about=NIGHT)
    assert answer.basis is not None
    assert answer.basis.partial
    assert "comparas 7 días de un periodo en curso contra 15" in told(answer)


def test_the_unit_is_in_the_wire_form_only_where_it_was_said() -> None:
    assert "unit" not in KpiRequest(metric="calls").fields()
    assert KpiRequest(metric="calls", unit="quincena").fields()["unit"] == "quincena"


def test_a_target_over_a_year_follows_the_season_of_its_last_month(own: Engine) -> None:
    with writing(own) as connection:
        for month in (8, 9, 10):
            pay(connection, {date(2026, month, day): 10_000 + day for day in range(1, 29)}, kind="S")
    refresh(own, load_calendars(), now=NOW)
    year = Period(start=date(2025, 11, 19), end=date(2026, 11, 18))
    answer = asking(own)("goal_attainment", period=year)
    assert "temporada aprendida de 3 meses" in told(answer)
    assert "todos con el mismo peso" not in told(answer)


# --- targets of teams --------------------------------------------------------------------------------


def test_team_targets_that_do_not_add_up_are_told_with_their_money(own: Engine) -> None:
    with writing(own) as connection:
        aim(connection, "recovered_amount", 2_400, "supervisor", f"E{MARCO}")
    answer = asking(own)("goal_attainment", period=MONTH, dims=("supervisor",))
    # 12,000 and 2,400 of teams, 24,000 of the agency: 14 of 24 days.
    assert "Las metas de los renglones suman $8,400; la del total es $14,000." in told(answer)
    table = next(p for p in answer.parts if isinstance(p, Table))
    assert table.columns[-2:] == ("Recuperado", "Meta a la fecha")
    sums = {row[0]: tuple(cell.amount for cell in row[-2:]) for row in table.rows}  # type: ignore[union-attr]
    assert sums == {"Laura Ibáñez": (5300, 7000), "Marco Rey": (150, 1400)}


def test_who_has_no_target_hears_whose_there_are(small: Engine) -> None:
    ask = asking(small)
    for scope in (Scope(agents=frozenset({ANA})), Scope(supervisors=frozenset({MARCO}))):
        with pytest.raises(Refused) as no:
            ask("goal_attainment", period=MONTH, about={"scope": scope})
        assert no.value.key == "kpi.no_targets"
        assert "Las que hay son de la agencia, campañas, supervisores" in no.value.slots["others"]
    with pytest.raises(Refused) as no:
        ask("goal_attainment", period=OCTOBER)
    assert no.value.slots["others"] == ""
    asked = ask("calls", period=MONTH, compare=Compare(to="target"))
    assert "No hay meta cargada para esto en el periodo." in told(asked)
    assert "Las que hay" not in told(asked)
    assert ask("goal_attainment", period=MONTH, about={"scope": Scope(supervisors=frozenset({LAURA}))}).rows


def test_a_client_s_variance_is_that_of_its_campaigns(engine: Engine) -> None:
    spent = [cost(1, OCTOBER.start, "Sueldos", 3_000), cost(2, OCTOBER.start, "Sueldos", 500)]
    planned = [budget(2_500, OCTOBER, category="Sueldos", scope="campaign", code="AL1")]
    furnish(engine, costs=spent, budgets=planned)
    rows = {row["client"]: row["value"] for row in ask_money(engine, "budget_variance", period=OCTOBER,
                                                               dims=("client",)).rows}  # fmt: skip
    assert rows == {"Banco Alameda": "500.00"}


# --- no number ---------------------------------------------------------------------------------------


def test_promises_that_wait_are_no_lack_of_promises(own: Engine) -> None:
    """Due on the 17th: two bank days of grace and two of the payment file have not gone by on the 18th."""
    seventeenth = Period(start=date(2026, 11, 17), end=date(2026, 11, 17))
    ask = asking(own)
    with pytest.raises(Refused, match="nothing_found"):
        ask("ptp_kept_rate", period=seventeenth)
    with writing(own) as connection:
        promised(connection, "B", ANA, date(2026, 11, 6), seventeenth.end)
    refresh(own, load_calendars(), now=NOW)
    for metric in ("ptp_kept_rate", "ptp_kept_amount_rate"):
        with pytest.raises(Refused) as no:
            ask(metric, period=seventeenth)
        assert (no.value.key, no.value.slots["n"]) == ("kpi.undecided", 1)
        assert (no.value.slots["first"], no.value.slots["last"]) == ("sáb 21-nov", "sáb 21-nov")
    with pytest.raises(Refused, match="nothing_found"):
        ask("ptp_kept_rate", period=seventeenth, about={"scope": Scope(agents=frozenset({CARLA}))})


def promised(connection: Any, letter: str, agent: int, made: date, due: date) -> None:
    row: dict[str, Any] = {
        "client_id": ALAMEDA,
        "campaign_id": 1,
        "account_id": ACCOUNT[letter],
        "agent_id": agent,
    }
    row |= {"made_at": at(made), "made_on": made, "due_on": due, "amount_cents": 10_000}
    connection.execute(promises.insert().values(**row))
    mark_dirty(connection, "promises", ALAMEDA, [made], NOW)


# --- loading -----------------------------------------------------------------------------------------

HEAD = "metric,scope,period_start,period_end,value\n"


@pytest.mark.parametrize(
    ("metric", "value", "taken"),
    [
        ("contact_rate", "60", False),
        ("contact_rate", "1.01", False),
        ("contact_rate", "1", True),
        ("contact_rate", "60%", True),
        ("goal_attainment", "1.5", True),
        ("goal_attainment", "1.51", False),
        ("recovered_amount", "60", True),
        ("aht", "210", True),
    ],
)
def test_a_rate_s_target_is_one_that_it_can_reach(
    agency: Engine, tmp_path: Path, metric: str, value: str, taken: bool
) -> None:
    sent = HEAD + f"{metric},agencia,2026-11-01,2026-11-30,{value}\n"
    done = preview(agency, "targets", write(tmp_path, "t.csv", sent), now=LOADED, rejects=tmp_path)
    assert (done.new, done.rejected) == (int(taken), int(not taken))
    if not taken:
        assert done.rejects_file is not None
        assert "60 % se escribe 0.60" in done.rejects_file.read_text(encoding="utf-8-sig")
