"""Targets in sentences: of what, whose, and how much; a supervisor's own, agreed to by somebody above."""

import pytest
from sqlalchemy import Engine

from bot.app import App, build
from bot.settings import Settings
from db.access import Names
from db.engine import writing
from tests.floor_hands import ask, press, say
from tests.small import ANA, GLORIA, LAURA, fill
from tests.test_targets import standing


@pytest.fixture
def app(engine: Engine) -> App:
    with writing(engine) as connection:
        fill(connection)
    return build(Settings(), engine=engine)


def test_a_figure_without_its_kpi_is_asked_with_those_it_can_be_of(app: App) -> None:
    asked = say(app, "pon la meta de Laura Ibáñez en 850 mil para diciembre", GLORIA)
    assert (asked.outcome, asked.about) == ("clarify", "slot:metric")
    assert [each.fields["metric"] for each in asked.choices] == ["recovered_amount", "ptp_amount"]
    chosen = asked.choices[0]
    shown = ask(app, chosen.intent, dict(chosen.fields), GLORIA)
    assert shown.outcome == "preview", shown.text


def test_nothing_is_no_target_and_said_so(app: App) -> None:
    refused = say(app, "pon la meta de recuperado de Laura Ibáñez en 0", GLORIA)
    assert (refused.outcome, refused.about) == ("refuse", "slot:value")
    assert "mayor que cero" in refused.text


def test_my_team_is_agreed_to_by_somebody_whose_team_it_is_not(app: App) -> None:
    shown = say(app, "sube la meta de recuperado de mi equipo a 700 mil en diciembre", LAURA)
    assert shown.outcome == "preview", shown.text
    waits = press(app, shown, "confirm")
    assert waits.outcome == "pending_approval", waits.text
    done = press(app, shown, "approve", GLORIA, minutes=2)
    assert done.outcome == "done", done.text
    assert ("INTERNA", 700_000) in standing(app, "supervisor", "E11")


def test_left_as_mine_it_could_be_nobody_elses_to_agree_to(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def as_said(fields: dict[str, object], _person: int, _known: Names) -> dict[str, object]:
        return fields

    monkeypatch.setattr("bot.writing.steps.in_her_name", as_said)
    shown = say(app, "sube la meta de recuperado de mi equipo a 700 mil en diciembre", LAURA)
    assert shown.outcome == "refuse"


def test_a_budget_is_called_one(app: App) -> None:
    shown = say(app, "pon el presupuesto de costo de Banco Alameda en 120 mil para diciembre", GLORIA)
    assert shown.outcome == "preview", shown.text
    assert "Presupuesto interno" in shown.text
    assert "meta" not in shown.text.casefold()


def test_an_agent_is_told_that_it_is_not_hers_to_do(app: App) -> None:
    assert "no le toca a tu puesto" in say(app, "sube mi meta de recuperado a 90 mil", ANA).text


def test_who_changed_a_target_is_asked_of_the_record(app: App) -> None:
    shown = say(app, "pon la meta de recuperado de Laura Ibáñez en 850 mil para diciembre", GLORIA)
    press(app, shown, "confirm", GLORIA)
    told = say(app, "¿quién cambió las metas?", GLORIA, minutes=2)
    assert told.outcome == "answer", told.text
    assert "fijó una meta" in told.text
