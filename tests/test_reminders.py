"""Messages to debtors planned from chat: who goes, who is left out and why, once, and taken back."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update

from bot import gateways
from bot.app import App
from bot.carriers import NotSent
from db import reminders as queue
from db.engine import writing
from db.reminder_rules import Template
from db.tables import reference
from db.tables.out import reminders
from tests.floor_hands import ask, do, press, rows, say
from tests.reminders_hands import (
    ALL,
    DUE,
    DUE_THEN,
    FRIDAY,
    LAWFUL,
    OWED,
    TEN,
    case,
    filled,
    left,
    letters,
    nothing_against,
    sends,
    settings,
    states,
)
from tests.small import ACCOUNT, ALAMEDA, ANA, CARO, CLIENTE, GLORIA, LAURA, MARCO, NOW

# What is no matter of the database is tried on one of them.
ONE_KIND = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def app(engine: Engine, tmp_path: Path) -> App:
    return filled(engine, tmp_path)


# --- before ------------------------------------------------------------------------------------------


def test_who_goes_who_stays_and_the_rule_that_says_so(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    case(app.engine, "C", "holds", "Juicio")
    case(app.engine, "G", "opt_outs", "SMS")
    shown = ask(app, "schedule_reminder", ALL, GLORIA)
    assert letters(shown) == {"A", "B"}
    for said in ("R23 (Contrato con el cliente", "P01 (", "no tiene un texto aprobado", "«{agency} por"):
        assert said in shown.text
    assert "5512340" not in shown.text
    monkeypatch.setattr("skills.reminders.fit.best_ways", nothing_against)
    assert letters(ask(app, "schedule_reminder", ALL, GLORIA, minutes=1)) == set("ABCG")


@ONE_KIND
def test_an_opt_out_of_another_way_does_not_stop_this_one(app: App) -> None:
    case(app.engine, "G", "opt_outs", "Llamadas")
    assert "G" in letters(ask(app, "schedule_reminder", ALL, GLORIA))


@ONE_KIND
def test_too_early_for_the_law_says_when_and_offers_it(app: App) -> None:
    shown = ask(app, "schedule_reminder", ALL | {"time": "06:30"}, GLORIA)
    assert shown.outcome == "refuse"
    assert "R04" in shown.text
    later = next(each for each in shown.choices if each.intent == "schedule_reminder")
    assert (later.fields["date"], later.fields["time"]) == ("2026-11-20", "07:00")
    assert letters(ask(app, "schedule_reminder", dict(later.fields), GLORIA, minutes=1)) == set("ABCG")


def test_promises_of_that_day_and_no_others(app: App) -> None:
    shown = ask(app, "schedule_reminder", DUE_THEN, GLORIA)
    assert letters(shown) == {"A"}
    assert "promesa abierta para el vie 20-nov" in shown.text
    before = DUE_THEN | {"date": "2026-11-19", "due": "2026-11-20"}
    assert letters(ask(app, "schedule_reminder", before, GLORIA, minutes=1)) == {"A"}
    assert (
        ask(app, "schedule_reminder", DUE_THEN | {"date": "2026-11-19"}, GLORIA, minutes=2).about == "nothing"
    )


@ONE_KIND
def test_a_landline_takes_no_message_and_a_found_number_none_at_all(app: App) -> None:
    with writing(app.engine) as connection:
        table = reference.phones
        mine = update(table).where(table.c.account_id == ACCOUNT["A"])
        connection.execute(mine.values(kind="Fijo"))
        other = update(table).where(table.c.account_id == ACCOUNT["B"])
        connection.execute(other.values(source="BUSQUEDA"))
    shown = ask(app, "schedule_reminder", ALL, GLORIA)
    assert letters(shown) == {"C", "G"}
    assert "Sin teléfono que sirva" in shown.text
    assert "R08" in shown.text


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    (ALL, ANA, "role"),
    (ALL, CLIENTE, "role"),
    (ALL, CARO, "role"),
    (ALL | {"date": "2026-11-18", "time": "09:00"}, GLORIA, "slot:time"),
    (ALL | {"channel": "ivr"}, GLORIA, "config"),
    (ALL | {"scope": None}, GLORIA, "bad_request"),
    (ALL | {"time": "25:00"}, GLORIA, "bad_request"),
    ({**ALL, "scope": None, "account": "00J"}, LAURA, "account"),
    (ALL, MARCO, "nothing"),  # his client has approved no text
]


@ONE_KIND
def test_what_is_refused(app: App) -> None:
    for fields, person, about in REFUSED:
        assert ask(app, "schedule_reminder", fields, person).about == about, (fields, person)
    assert rows(app.engine, reminders) == []


def test_a_supervisor_reminds_her_own_team_s(app: App) -> None:
    assert letters(ask(app, "schedule_reminder", ALL, LAURA)) == set("ABCG")
    one = {**ALL, "scope": None, "account": "00C"}
    assert letters(ask(app, "schedule_reminder", one, LAURA, minutes=1)) == {"C"}


def test_it_is_planned_once_and_taken_back(app: App) -> None:
    done = do(app, "schedule_reminder", ALL, GLORIA)
    assert {state for state, _ in states(app).values()} == {"waiting"}
    twice = ask(app, "schedule_reminder", ALL, LAURA, minutes=3)
    assert "Ya tienen un recordatorio" in twice.text
    assert press(app, done, "undo", GLORIA, minutes=4).outcome == "done"
    assert {state for state, _ in states(app).values()} == {"cancelled"}
    sends(app, TEN)
    assert left(app) == []
    assert letters(ask(app, "schedule_reminder", ALL, LAURA, minutes=6)) == set("ABCG")


def test_two_at_once_keep_one_of_each(app: App) -> None:
    batch = queue.Batch("k1", GLORIA, None, "sms", TEN, FRIDAY)
    other = queue.Batch("k2", LAURA, None, "sms", TEN, FRIDAY)
    message = queue.Planned(ACCOUNT["A"], ALAMEDA, 1, "saldo", 1, None)
    with writing(app.engine) as connection:
        assert queue.keep(connection, batch, [message], NOW)
        assert not queue.keep(connection, other, [message], NOW)
        assert not queue.keep(connection, batch, [message], NOW)
    assert len(rows(app.engine, reminders)) == 1


def test_it_is_read_from_chat_and_the_queue_is_listed(app: App) -> None:
    asked = say(app, "manda recordatorio por sms a las promesas que vencen el viernes a las 10", GLORIA)
    assert letters(asked) == {"A"}
    press(app, asked, "confirm", GLORIA)
    for text in ("recordatorios programados", "¿qué recordatorios hay programados?", "scheduled reminders"):
        listed = say(app, text, GLORIA, minutes=3)
        assert listed.answer is not None, text
        assert [row["states"] for row in listed.answer.rows] == [{"waiting": 1}], text
    assert say(app, "recordatorios programados", LAURA, minutes=4).answer.rows == ()  # type: ignore[union-attr]
    assert say(app, "recordatorios programados", ANA, minutes=4).outcome == "denied"


# --- texts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"text": LAWFUL.replace("{creditor}", "")}, "R18"),
        ({"text": LAWFUL.replace("{phone}", "")}, "R09"),
        ({"text": LAWFUL.replace("{pay_only}", "")}, "R13"),
        ({"text": LAWFUL + " Deposite a 0123 4567 8901 2345"}, "R13"),
        ({"text": OWED.replace("{as_of}", "")}, "R09"),
        ({"text": LAWFUL + " o vamos por ti"}, "R10"),
        ({"text": LAWFUL + " Evite el embargo"}, "R11"),
        ({"text": LAWFUL + " y lo borramos de buró"}, "R21"),
        ({"channels": ["ivr"]}, "R33"),
        ({"text": LAWFUL + "{curp}"}, "no such slot"),
        ({"approved_by": ""}, "approved_by"),
    ],
)
def test_an_unlawful_text_is_no_text(change: dict[str, Any], rule: str) -> None:
    assert Template.model_validate(DUE).slots >= {"agency", "creditor"}
    with pytest.raises(ValueError, match=rule):
        Template.model_validate(DUE | change)


def test_what_stands_in_a_slot_is_no_slot_and_no_formula(tmp_path: Path) -> None:
    text = Template.model_validate(DUE)
    said = dict.fromkeys(text.slots, "x") | {"creditor": "{phone}"}
    assert "{phone}" in text.filled(said)
    way = settings(tmp_path).reminders.gateways["sms"]
    (_, line) = gateways.written(way, [gateways.Letter({"phone": "55", "text": "=A1", "key": "k"})]).split(
        b"\r\n"
    )[:2]
    assert line == b"55,'=A1,k"
    with pytest.raises(NotSent):
        gateways.as_file(way, None, "f.csv", [])


def test_only_the_newest_text_in_force_is_used(tmp_path: Path) -> None:
    known = settings(
        tmp_path, templates={"ALA": [DUE, DUE | {"version": 2, "until": "2026-11-19"}]}
    ).reminders
    assert known.in_force("ALA", "sms", date(2026, 11, 19))["promesa"].version == 2
    assert known.in_force("ALA", "sms", FRIDAY)["promesa"].version == 1
    assert known.in_force("ALA", "sms", date(2025, 12, 31)) == {}
    assert known.in_force("CEI", "sms", FRIDAY) == {}
