"""Scorecards: each number is the one a question gives, each thing to do is the list behind its button."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert

from bot.app import App, build
from bot.outcome import Outcome, Place, Who
from bot.settings import Settings
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.dirty import mark_dirty
from db.engine import writing
from db.tables.facts import payments, promises, targets
from skills.contract import Choice, Figures, Table, Text
from skills.kpi.scorecard import todo
from tests.small import ACCOUNT, ALAMEDA, ANA, CLIENTE, GLORIA, LAURA, MARCO, NOW, at

DM = Place("dm", "D1")
TODAY = NOW.date()


@pytest.fixture
def engine(small_own: Engine) -> Engine:
    return small_own


@pytest.fixture
def app(engine: Engine) -> App:
    return build(Settings(), engine=engine)


def run(app: App, intent: str, person: int = LAURA, **fields: Any) -> Outcome:
    who = Who("slack", f"U{person}")
    found = app.desk.run(intent, fields, who=who, place=DM, thread=None, now=NOW)
    assert found.outcome == "answer", found.text
    return found


def rows(outcome: Outcome) -> list[dict[str, Any]]:
    assert outcome.answer is not None
    return [dict(row) for row in outcome.answer.rows]


def texts(outcome: Outcome) -> str:
    assert outcome.answer is not None
    return "\n".join(part.body for part in outcome.answer.parts if isinstance(part, Text))


# --- numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", [LAURA, MARCO, ANA, GLORIA, CLIENTE])
def test_each_number_is_what_the_question_gives(app: App, person: int) -> None:
    """The running month up to yesterday, beside the same cut-off before; and yesterday by itself."""
    period = {"start": "2026-11-01", "end": "2026-11-17"}
    seen = 0
    for row in (r for r in rows(run(app, "scorecard", person)) if not {"agent", "campaign"} & r.keys()):
        asked = {"metric": row["metric"], "period": period}
        who = Who("slack", f"U{person}")
        same = app.desk.run("kpi", asked, who=who, place=DM, thread=None, now=NOW)
        if same.answer is not None:
            assert row["value"] == same.answer.rows[0]["value"], row["metric"]
            seen += 1
        asked = {"metric": row["metric"], "period": {"start": "2026-11-17", "end": "2026-11-17"}}
        day = app.desk.run("kpi", asked, who=who, place=DM, thread=None, now=NOW)
        if day.answer is not None and "day" in row:
            assert row["day"] == day.answer.rows[0]["value"], row["metric"]
    assert seen > 1


def test_a_team_is_told_by_agent_and_a_floor_by_campaign(app: App) -> None:
    team = [row for row in rows(run(app, "scorecard")) if "agent" in row]
    assert {row["agent"] for row in team} == {"Ana Ruiz", "Alberto Núñez"}
    floor = [row for row in rows(run(app, "scorecard", GLORIA)) if "campaign" in row]
    assert {row["campaign"] for row in floor} == {"Alameda Tarjetas", "Ceiba Crédito"}


def test_an_agent_reads_of_herself_alone(app: App) -> None:
    own = run(app, "scorecard", ANA)
    assert not any({"agent", "campaign"} & row.keys() for row in rows(own))
    for other in ("Alberto", "Beto", "Carla"):
        assert other not in own.text


def test_a_client_reads_no_name_and_is_given_no_account(app: App) -> None:
    seen = run(app, "scorecard", CLIENTE)
    assert seen.answer is not None
    assert not any("agent" in row for row in rows(seen))
    assert not any(option.intent == "accounts" for option in seen.answer.next)
    assert "Ceiba" not in seen.text


def test_a_target_stands_beside_its_number_and_decides_the_order(app: App) -> None:
    """Due by business days: whoever has less of it stands first."""
    span = {"period_start": date(2026, 11, 1), "period_end": date(2026, 11, 30), "owner": "INTERNA"}
    with writing(app.engine) as connection:
        connection.execute(delete(targets).where(targets.c.scope == "agent"))
        for code, pesos in (("E21", 1_000_000), ("E22", 100)):
            row = {"metric": "recovered_amount", "scope": "agent", "scope_code": code, **span}
            connection.execute(insert(targets).values(**row, value_micros=pesos * 1_000_000))
    card = run(app, "scorecard")
    assert card.answer is not None
    tables = [part for part in card.answer.parts if isinstance(part, Table)]
    assert [row[0] for row in tables[1].rows] == ["Ana Ruiz", "Alberto Núñez"]
    assert "Meta a la fecha" in tables[1].columns
    assert "menor a mayor avance" in tables[1].title


def test_a_week_and_a_month_are_the_last_whole_ones(app: App) -> None:
    assert "9-nov a dom 15-nov" in run(app, "weekly").text
    assert "octubre" in run(app, "monthly").text
    said = run(app, "scorecard", period={"start": "2026-11-02", "end": "2026-11-08"})
    assert "2-nov a dom 8-nov" in said.text


def test_no_period_to_come_is_told(app: App) -> None:
    said = run(app, "scorecard", period={"start": "2026-11-01", "end": "2026-11-30"})
    assert "1-nov a 18-nov" in said.text


# --- what is said, and what is not ----------------------------------------------------------------------


def test_a_late_source_is_said_first(app: App) -> None:
    who = Who("slack", f"U{LAURA}")
    later = app.desk.run("scorecard", {}, who=who, place=DM, thread=None, now=NOW + timedelta(days=7))
    assert later.answer is not None
    first = later.answer.parts[0]
    assert isinstance(first, Text)
    assert first.tone == "warning"
    assert "pagos al" in first.body


def test_what_has_no_figure_is_said_by_its_name(app: App) -> None:
    """Nobody sent complaints, evaluations or shifts."""
    said = texts(run(app, "scorecard", GLORIA))
    assert "Sin dato de" in said


def test_the_headline_is_the_money(app: App) -> None:
    card = run(app, "scorecard")
    assert card.answer is not None
    figures = next(part for part in card.answer.parts if isinstance(part, Figures))
    assert figures.items[0].label.startswith("Monto recuperado")
    assert not any(isinstance(part, Choice) for part in card.answer.parts)


# --- to do --------------------------------------------------------------------------------------------


def test_each_thing_to_do_counts_what_its_button_lists(app: App) -> None:
    with writing(app.engine) as connection:
        for letter, due in (("A", TODAY), ("C", TODAY)):
            row = {
                "account_id": ACCOUNT[letter],
                "client_id": ALAMEDA,
                "campaign_id": 1,
                "agent_id": ANA,
                "made_at": at(TODAY - timedelta(days=1)),
                "made_on": TODAY - timedelta(days=1),
                "due_on": due,
                "amount_cents": 50_000,
            }
            connection.execute(insert(promises).values(**row))
        mark_dirty(connection, "promises", ALAMEDA, [TODAY - timedelta(days=1)], NOW)
    card = run(app, "scorecard")
    assert card.answer is not None
    buttons = {option.label: option for option in card.answer.next if option.intent == "accounts"}
    assert "Vencen hoy" in buttons
    assert len(rows(run(app, "accounts", **buttons["Vencen hoy"].fields))) == 2
    assert "2 cuentas con promesa que vence hoy" in texts(card)
    untouched = rows(run(app, "accounts", **buttons["Sin gestión"].fields))
    assert f"{len(untouched)} cuenta" in texts(card)


def test_of_one_supervisor_only_her_accounts_are_counted(app: App) -> None:
    own = run(app, "scorecard", GLORIA, filters=[{"field": "supervisor", "op": "eq", "value": "Marco Rey"}])
    assert own.answer is not None
    assert {row.get("agent") for row in rows(own)} <= {None, "Carla Méndez"}
    for option in own.answer.next:
        if option.intent == "accounts":
            assert option.fields["filters"][0]["value"] == "Marco Rey"


def test_without_its_filters_a_count_would_be_the_floors(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard off."""
    asked = [{"field": "supervisor", "op": "eq", "value": "Marco Rey"}]
    whole = texts(run(app, "scorecard", GLORIA, filters=asked))
    monkeypatch.setattr(todo, "_SPOKEN", ())
    assert texts(run(app, "scorecard", GLORIA, filters=asked)) != whole


def test_the_worst_change_asks_why(app: App) -> None:
    """A million came in one week, and little in the next."""
    weeks = {date(2026, 11, 4): 100_000_000, date(2026, 11, 11): 100_000}
    with writing(app.engine) as connection:
        for day, cents in weeks.items():
            row = {"client_id": ALAMEDA, "campaign_id": 1, "account_id": ACCOUNT["A"], "paid_on": day}
            row |= {"payment_ref": f"w{day}", "posted_on": day, "amount_cents": cents, "channel": "SPEI"}
            connection.execute(insert(payments).values(**row))
        days = [date(2026, 10, 1) + timedelta(days=n) for n in range(49)]
        mark_dirty(connection, "payments", ALAMEDA, days, NOW)
    refresh(app.engine, load_calendars(), now=NOW)
    card = run(app, "scorecard", period={"start": "2026-11-09", "end": "2026-11-15"})
    assert card.answer is not None
    assert "Empeoró: Monto recuperado, de $1,0" in texts(card)
    why = [option for option in card.answer.next if option.intent == "why"]
    assert [option.fields["metric"] for option in why] == ["recovered_amount"]
    run(app, "why", **why[0].fields)
