"""Dialling modes and courses from chat: what changes, what stays and why, and the way back."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from bot.app import App, build
from bot.settings import Settings
from db.engine import reading, writing
from db.tables.agency import trainings
from db.tables.reference import assignments
from skills.contract import Answer
from tests.floor_hands import ask, do, press, rows
from tests.small import ACCOUNT, ANA, CARLA, CLIENTE, GLORIA, LAURA, MARCO, NOW, fill

TODAY = NOW.date()
ALAMEDA = [{"field": "client", "op": "eq", "value": "Banco Alameda"}]
PREDICTIVE: dict[str, Any] = {"dial_mode": "predictivo", "filters": ALAMEDA}


@pytest.fixture
def app(engine: Engine) -> App:
    with writing(engine) as connection:
        fill(connection)
    return build(Settings(), engine=engine)


def modes(app: App) -> dict[str, str]:
    letters = {n: letter for letter, n in ACCOUNT.items()}
    query = select(assignments.c.account_id, assignments.c.mode).where(assignments.c.to_at.is_(None))
    with reading(app.engine) as connection:
        return {letters[account]: mode for account, mode in connection.execute(query)}


def times(app: App, letter: str) -> list[tuple[int, str, date | None]]:
    found = [r for r in rows(app.engine, assignments) if r.account_id == ACCOUNT[letter]]
    return [(r.agent_id, r.mode, r.to_on) for r in found]


def named(answer: Answer | None, key: str) -> set[str]:
    assert answer is not None
    return {str(row[key]) for row in answer.rows}


# --- dialling -------------------------------------------------------------------------------------------


def test_no_special_account_goes_on_predictive(app: App) -> None:
    shown = ask(app, "assign_dial_mode", PREDICTIVE)
    assert "B" not in {number[-1] for number in named(shown.answer, "account")}
    assert "especiales" in shown.text
    done = press(app, shown, "confirm")
    assert {n.person_id for n in done.notices} == {ANA}
    assert {letter for letter, mode in modes(app).items() if mode == "predictivo"} == set("ACG")


def test_to_manual_anything_may_go(app: App) -> None:
    do(app, "assign_dial_mode", PREDICTIVE)
    back = ask(app, "assign_dial_mode", PREDICTIVE | {"dial_mode": "preview"}, minutes=3)
    assert "B" in {number[-1] for number in named(back.answer, "account")}


def test_held_accounts_stay_and_without_the_look_they_would_not(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(app, "add_hold", {"account": "00C", "kind": "dispute"})
    do(app, "set_do_not_call", {"account": "00G"}, minutes=3)
    shown = ask(app, "assign_dial_mode", PREDICTIVE, minutes=6)
    assert {number[-1] for number in named(shown.answer, "account")} == set("A")
    assert "pidieron no ser llamadas: 1" in shown.text
    assert "1 por la R23" in shown.text
    monkeypatch.setattr("skills.dialing.skill.never_dialled", lambda *_: {})
    lawful = ask(app, "assign_dial_mode", PREDICTIVE, minutes=7)
    assert {number[-1] for number in named(lawful.answer, "account")} == set("AG")
    monkeypatch.setattr("skills.dialing.skill.against", lambda *_: {})
    loose = ask(app, "assign_dial_mode", PREDICTIVE, minutes=7)
    assert {number[-1] for number in named(loose.answer, "account")} == set("ACG")


def test_history_keeps_how_it_was_dialled_and_by_whom(app: App) -> None:
    done = do(app, "assign_dial_mode", PREDICTIVE)
    assert times(app, "A") == [(ANA, "manual", TODAY), (ANA, "predictivo", None)]
    assert press(app, done, "undo", minutes=5).outcome == "done"
    assert times(app, "A")[-1] == (ANA, "manual", None)
    assert len(times(app, "A")) == 3


def test_it_is_not_undone_over_a_later_change(app: App) -> None:
    done = do(app, "assign_dial_mode", PREDICTIVE)
    do(app, "assign_dial_mode", {"dial_mode": "manual", "account": "00A"}, minutes=3)
    assert press(app, done, "undo", minutes=6).outcome == "refuse"
    assert modes(app)["C"] == "predictivo"  # and not half of it


def test_a_clock_that_stands_still_or_goes_back_writes_nothing(app: App) -> None:
    done = do(app, "assign_dial_mode", PREDICTIVE)
    for minutes in (1, -60):
        assert press(app, done, "undo", minutes=minutes).outcome == "refuse"
    assert modes(app)["A"] == "predictivo"


def test_moved_meanwhile_it_is_shown_again(app: App) -> None:
    shown = ask(app, "assign_dial_mode", PREDICTIVE)
    with writing(app.engine) as connection:
        mine = assignments.c.account_id == ACCOUNT["C"]
        connection.execute(update(assignments).where(mine).values(agent_id=CARLA))
    assert press(app, shown, "confirm").outcome == "preview"
    assert "predictivo" not in modes(app).values()


def test_a_team_changes_its_own_accounts_only(app: App) -> None:
    assert ask(app, "assign_dial_mode", PREDICTIVE, MARCO).about == "nothing"
    assert ask(app, "assign_dial_mode", PREDICTIVE, ANA).outcome == "denied"
    assert ask(app, "assign_dial_mode", PREDICTIVE, CLIENTE).outcome == "denied"
    assert ask(app, "assign_dial_mode", {"dial_mode": "predictivo"}).about == "bad_request"
    again = {"dial_mode": "manual", "account": "00A"}
    assert "ya se marcan así: 1" in ask(app, "assign_dial_mode", again).text


# --- courses --------------------------------------------------------------------------------------------

COURSE: dict[str, Any] = {"course": "CONDUSEF", "agents": ["Ana Ruiz"], "due": "2026-11-27"}


def test_a_course_is_assigned_told_and_taken_back(app: App) -> None:
    done = do(app, "assign_training", COURSE)
    assert [n.person_id for n in done.notices] == [ANA]
    (row,) = rows(app.engine, trainings)
    assert (row.agent_id, row.course, row.assigned_on) == (ANA, "CONDUSEF", TODAY)
    assert (row.due_on, row.passed_on) == (date(2026, 11, 27), None)
    assert press(app, done, "undo", minutes=5).outcome == "done"
    assert rows(app.engine, trainings) == []


def test_a_course_somebody_passed_is_not_taken_back(app: App) -> None:
    done = do(app, "assign_training", COURSE)
    with writing(app.engine) as connection:
        connection.execute(update(trainings).values(passed_on=TODAY))
    assert press(app, done, "undo", minutes=5).outcome == "refuse"


def test_the_whole_team_but_who_has_it(app: App) -> None:
    assert "Nadie ha llevado" in ask(app, "assign_training", COURSE).text
    do(app, "assign_training", COURSE)
    team = {"course": "condusef", "filters": [{"field": "supervisor", "op": "eq", "value": "Laura Ibáñez"}]}
    shown = ask(app, "assign_training", team, minutes=3)
    assert named(shown.answer, "agent") == {"Alberto Núñez"}
    assert named(shown.answer, "course") == {"CONDUSEF"}  # as the agency writes it
    assert "Ya lo tienen asignado y no se repite: Ana Ruiz" in shown.text
    assert ask(app, "assign_training", COURSE, minutes=3).about == "nothing"


def test_a_certificate_that_holds_is_said(app: App) -> None:
    with writing(app.engine) as connection:
        row = {"agent_id": ANA, "course": "CONDUSEF", "assigned_on": date(2026, 1, 5)}
        connection.execute(trainings.insert().values(**row, passed_on=date(2026, 1, 9)))
    shown = ask(app, "assign_training", COURSE)
    assert "Su constancia sigue vigente" in shown.text
    assert press(app, shown, "confirm").outcome == "done"


@pytest.mark.parametrize(
    ("change", "person", "outcome"),
    [
        ({"agents": ["Carla Méndez"]}, LAURA, "denied"),
        ({"agents": ["Carla Méndez"]}, GLORIA, "preview"),
        ({"agents": ["Nadie"]}, GLORIA, "refuse"),
        ({"due": "2026-11-17"}, LAURA, "refuse"),
        ({"agents": []}, LAURA, "refuse"),
        ({"agents": [], "filters": ALAMEDA}, LAURA, "preview"),
        ({"agents": [], "filters": [{"field": "bucket", "op": "eq", "value": "1-30"}]}, LAURA, "refuse"),
        ({}, ANA, "denied"),
        ({}, MARCO, "denied"),
    ],
)
def test_courses_are_for_those_in_reach(app: App, change: dict[str, Any], person: int, outcome: str) -> None:
    assert ask(app, "assign_training", COURSE | change, person).outcome == outcome
