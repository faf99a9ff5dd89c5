"""The law where something is about to be done, numbers made of breaches, and what the agency answers for."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update

from bot import check
from bot.app import App, build, reader
from bot.settings import Settings
from bot.understand import Reader
from db.access import Names
from db.calendars import load_calendars
from db.engine import reading, writing
from db.law.book import Book, load_book
from db.law.found import keep
from db.law.policy import ClientPolicy, Policy
from db.law.scan import search
from db.loading import apply
from db.metrics import load_catalogue
from db.tables import agency, facts, reference
from db.tables.cells import built_days
from db.tables.law import breaches, searched_days
from db.tables.promised import chat_promises
from skills.contract import Answer, Figures
from tests.floor_hands import ask, do, press, rows, say
from tests.small import ACCOUNT, ALAMEDA, ANA, CARLA, CARO, CEIBA, GLORIA, LAURA, NOW, at, fill

TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def app(engine: Engine) -> App:
    with writing(engine) as connection:
        fill(connection)
    return build(Settings(), engine=engine)


def case(engine: Engine, letter: str, register: str, on: date = TODAY, kind: str = "", **more: Any) -> None:
    client = CEIBA if letter in "JK" else ALAMEDA
    row = {"register": register, "client_id": client, "campaign_id": client, "account_id": ACCOUNT[letter]}
    days = {"received_at": at(on, 0, 5), "received_on": on, "kind": kind}
    with writing(engine) as connection:
        connection.execute(insert(agency.cases).values(**row, **days, **more))


# --- before ------------------------------------------------------------------------------------------

MOVE = {"from_agent": "Ana Ruiz", "to_agent": "Alberto Núñez"}


def moved(app: App, minutes: int = 0) -> tuple[set[str], str]:
    shown = ask(app, "reassign_accounts", MOVE, LAURA, minutes=minutes)
    answer = shown.answer
    return {str(row["account"])[-1] for row in answer.rows} if answer else set(), shown.text


def test_what_a_rule_holds_is_not_reassigned_and_the_rule_is_said(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, _ = moved(app)
    held = sorted(before)[0]
    case(app.engine, held, "holds", kind="Juicio")
    left, text = moved(app, 1)
    assert left == before - {held}
    assert "por la R23 (Contrato con el cliente; LFPDPPP, art. 26" in text
    monkeypatch.setattr("skills.assign.skill.against", lambda *_: {})
    monkeypatch.setattr("skills.assign.skill.locks", lambda *_: {})
    assert held in moved(app, 2)[0]


@pytest.mark.parametrize(
    ("intent", "fields"),
    [
        ("record_ptp", {"account": "00C", "amount": "500.00", "date": "2026-11-27"}),
        (
            "record_agreement",
            {"account": "00C", "amount": "900", "installments": 3, "first_date": "2026-11-20"},
        ),
    ],
)
def test_a_hold_stops_it_with_its_rule_and_article(app: App, intent: str, fields: dict[str, Any]) -> None:
    assert ask(app, intent, fields, ANA).outcome in ("preview", "clarify")
    case(app.engine, "C", "holds", kind="Fallecimiento")
    no = ask(app, intent, fields, ANA, minutes=1)
    assert (no.outcome, no.about) == ("refuse", "law")
    for word in ("R23", "art. 26", "No cambia con el tiempo", "…00C"):
        assert word in no.text
    assert [choice.fields for choice in no.choices] == [{"rule": "R23"}]
    assert ask(app, "rule", {"rule": "R23"}, ANA, minutes=2).outcome == "answer"


# --- counted -----------------------------------------------------------------------------------------


def searched(engine: Engine) -> None:
    with writing(engine) as connection:
        for each in list(search(connection, load_calendars(), Policy(), NOW)):
            keep(connection, each, NOW)


def called_early(engine: Engine, letter: str, agent: int, on: date) -> None:
    client = CEIBA if letter in "JK" else ALAMEDA
    row: dict[str, Any] = {"client_id": client, "campaign_id": client, "account_id": ACCOUNT[letter]}
    row |= {"agent_id": agent}
    row |= {"started_at": at(on, 6, 30), "started_on": on, "started_hour": 6, "channel": "call"}
    row |= {"result_code": "NCO", "human": False, "rpc": False, "talk_seconds": 0, "wrap_seconds": 0}
    with writing(engine) as connection:
        connection.execute(insert(facts.contacts).values(**row))


@pytest.fixture
def broken(app: App) -> App:
    """Two calls before seven, one of each team; nothing else was done."""
    with writing(app.engine) as connection:
        connection.execute(facts.contacts.delete())
        connection.execute(built_days.delete())
        row = {"source": "contacts", "client_id": ALAMEDA, "rows": 1, "built_at": NOW}
        known = {column.name for column in built_days.columns}
        for on in (YESTERDAY, TODAY):
            values = {name: value for name, value in {**row, "day": on}.items() if name in known}
            connection.execute(insert(built_days).values(**values))
    called_early(app.engine, "A", ANA, TODAY)
    called_early(app.engine, "J", CARLA, TODAY)
    searched(app.engine)
    return app


def number(app: App, text: str, person: int = GLORIA) -> Answer:
    told = say(app, text, person)
    assert told.answer is not None, told.text
    return told.answer


def test_breaches_are_counted_by_rule_agent_and_team(broken: App) -> None:
    (row,) = number(broken, "incumplimientos de hoy").rows
    assert row["value"] == 2
    by_rule = number(broken, "incumplimientos de hoy por regla").rows
    assert [(each["rule"], each["value"]) for each in by_rule] == [("R01", 2)]
    by_agent = number(broken, "gestiones fuera de horario de hoy por asesor").rows
    assert {(each["agent"], each["value"]) for each in by_agent} == {("Ana Ruiz", 1), ("Carla Méndez", 1)}
    assert number(broken, "incumplimientos de hoy", LAURA).rows[0]["value"] == 1
    buttons = number(broken, "gestiones fuera de horario de hoy").next
    listed = next(each for each in buttons if each.intent == "breaches")
    shown = ask(broken, "breaches", dict(listed.fields), GLORIA)
    assert shown.answer is not None
    assert len(shown.answer.rows) == 2


def test_what_turned_out_to_be_none_does_not_count(broken: App) -> None:
    with writing(broken.engine) as connection:
        connection.execute(update(breaches).where(breaches.c.agent_id == ANA).values(state="false_positive"))
    assert number(broken, "incumplimientos de hoy").rows[0]["value"] == 1


def test_a_searched_day_without_any_is_a_zero_and_an_unsearched_one_is_said(broken: App) -> None:
    with writing(broken.engine) as connection:
        connection.execute(breaches.delete())
    told = say(broken, "incumplimientos de hoy", GLORIA)
    assert told.answer is not None, told.text
    figures = next(part for part in told.answer.parts if isinstance(part, Figures))
    assert figures.items[0].value.amount == 0
    assert "No es un visto bueno" in told.text  # what no file said could not be judged
    with writing(broken.engine) as connection:
        connection.execute(searched_days.update().values(day=YESTERDAY))
    assert "todavía no se revisa" in say(broken, "incumplimientos de esta semana", GLORIA).text
    refused = say(broken, "incumplimientos del 2 de noviembre", GLORIA)
    assert refused.outcome == "refuse"  # nobody searched it: no number at all


# --- what the agency answers for ---------------------------------------------------------------------


def test_terms_run_by_the_authority_s_days_and_the_clients_own(engine: Engine) -> None:
    with writing(engine) as connection:
        fill(connection)
    policy = Policy(complaint_days=10, clients={"CEIBA": ClientPolicy(complaint_days=2)})
    app = build(Settings(law=policy), engine=engine)
    case(engine, "A", "complaints", date(2026, 11, 5), "Horario")  # ten days, one of them a holiday
    case(engine, "J", "complaints", date(2026, 11, 12), "Trato")
    case(engine, "C", "arco", date(2026, 11, 17), "Acceso")
    case(engine, "G", "complaints", date(2026, 11, 1), "Otra", closed_on=TODAY, closed_at=NOW)
    waiting = number(app, "quejas y ARCO pendientes", CARO).rows
    told = {row["account"][-1]: (row["last_on"], row["rule"]) for row in waiting}
    codes = {each["client"] for each in waiting}
    assert len(codes) == 2
    assert {key: rule for key, (_, rule) in told.items()} == {"A": "R16", "J": "R16", "C": "R25"}
    assert told["A"][0] == "2026-11-20"
    late = number(app, "quejas vencidas", CARO).rows
    assert all(row["left"] < 0 for row in late)
    assert say(app, "quejas vencidas", LAURA).outcome == "denied"
    arco = number(app, "solicitudes ARCO por vencer", CARO)
    said = say(app, "solicitudes ARCO por vencer", CARO).text
    assert arco.rows == ()  # the only one has weeks left
    assert "Espera respuesta una" in said
    assert "Ninguna espera respuesta" not in said
    this_week = number(app, "¿qué quejas se vencen esta semana?", CARO).rows
    assert {row["account"][-1] for row in this_week} == {"A"}  # the other has until next week


def test_the_month_s_report_is_filed_also_with_zeros(app: App) -> None:
    empty = number(app, "reporte REDECO de octubre", CARO)
    assert {row["complaints"] for row in empty.rows} == {0}
    lines = empty.files[0].make().decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(empty.rows)
    assert all("sin quejas en el mes" in line for line in lines[1:])
    case(app.engine, "A", "complaints", date(2026, 10, 5), "=cmd()", channel="REDECO", status="Cerrado")
    told = number(app, "reporte REDECO de octubre", CARO)
    assert sum(int(str(row["complaints"])) for row in told.rows) == 1
    (line,) = [each for each in told.files[0].make().decode("utf-8-sig").splitlines() if "REDECO" in each]
    assert "'=cmd()" in line
    assert line.endswith(",no")  # nobody answered it within its term
    assert say(app, "reporte REDECO de octubre", LAURA).outcome == "denied"


READ = [
    ("incumplimientos de ayer", "kpi"),
    ("quejas por vencer", "terms"),
    ("overdue ARCO requests", "terms"),
    ("plazos vencidos", "terms"),
    ("términos de las quejas", "terms"),
    ("¿qué quejas se vencen esta semana?", "terms"),
    ("genera el reporte REDECO de octubre", "redeco"),
    ("incumplimientos abiertos de ayer", "breaches"),
    ("quejas de ayer", "kpi"),
]


@pytest.fixture(scope="module")
def reads() -> Reader:
    return reader(load_catalogue(), Names(()), Settings())


@pytest.mark.parametrize(("text", "intent"), READ)
def test_it_is_read(reads: Reader, text: str, intent: str) -> None:
    assert reads.read(text, now=NOW).intent == intent


# --- once from chat, once from the file --------------------------------------------------------------


def test_a_promise_taken_in_chat_and_brought_by_a_file_counts_once(app: App, tmp_path: Path) -> None:
    fields = {"account": "00C", "amount": "500.00", "date": "2026-11-27"}
    do(app, "record_ptp", fields, ANA)
    before = len(rows(app.engine, facts.promises))
    with reading(app.engine) as connection:
        mine = connection.execute(
            reference.accounts.select().where(reference.accounts.c.id == ACCOUNT["C"])
        ).one()
        code = connection.execute(reference.clients.select().where(reference.clients.c.id == ALAMEDA)).one()
        agent = connection.execute(reference.people.select().where(reference.people.c.id == ANA)).one()
    head = "client_code,account_no,made_at,due_on,amount,agent_employee_no"
    line = f"{code.code},{mine.account_no},2026-11-18 10:31:00,2026-11-27,500.00,{agent.employee_no}"
    other = line.replace("500.00", "501.00")
    path = tmp_path / "promises.csv"
    path.write_text("\n".join([head, line, line, other]) + "\n", encoding="utf-8")
    loaded = apply(app.engine, "promises", path, by="prueba", now=NOW, rejects=tmp_path / "rejects")
    assert (loaded.preview.new, loaded.preview.same, loaded.preview.rejected) == (2, 1, 0)
    assert len(rows(app.engine, facts.promises)) == before + 2
    assert len(rows(app.engine, chat_promises)) == 1


def test_a_breach_is_attended_by_its_buttons_alone(broken: App) -> None:
    with reading(broken.engine) as connection:
        one = connection.execute(breaches.select().where(breaches.c.agent_id == ANA)).one()
    asked = ask(broken, "attend_breach", {"breach": one.id}, CARO)
    assert (asked.outcome, asked.about) == ("clarify", "slot:state")
    why = ask(broken, "attend_breach", dict(asked.choices[0].fields), CARO, minutes=1)
    assert (why.outcome, why.about) == ("clarify", "slot:reason")
    shown = ask(broken, "attend_breach", dict(why.choices[0].fields), CARO, minutes=2)
    assert press(broken, shown, "confirm", CARO, 3).outcome == "done"
    typed = say(broken, f"atiende el incumplimiento {one.id + 1}", CARO, minutes=5)
    assert typed.about in ("slot:reason", "breach")


# --- the book itself ---------------------------------------------------------------------------------


def test_a_fault_in_the_rule_book_is_found_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(check.rules()) == []
    real = load_book()
    alone = Book({**real.rules, "R99": real.rules["R01"]})
    monkeypatch.setattr("db.law.book.load_book", lambda: alone)
    assert [(fault.key, fault.file) for fault in check.rules()] == [("R99", "db/rules.yaml")] * 2

    def broken() -> Book:
        raise ValueError("R01: two versions at once on 2026-01-01")

    monkeypatch.setattr("db.law.book.load_book", broken)
    assert [fault.problem for fault in check.rules()] == ["R01: two versions at once on 2026-01-01"]
