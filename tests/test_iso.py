"""What an auditor is shown: accesses and their use, nonconformities from breach to effect, a week."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update

from bot.app import App, build, text_files
from bot.outcome import Outcome
from bot.settings import Settings
from db.audit import Entry, record
from db.engine import writing
from db.tables import agency
from db.tables.iso import nonconformities, nonconformity_steps
from db.tables.law import breaches, searched_counts, searched_days
from db.tables.reference import people
from skills import all_skills
from skills.contract import Table, Value
from skills.text import load_texts
from tests.floor_hands import press, rows, say
from tests.small import ACCOUNT, ALAMEDA, ANA, BETO, CARO, CEIBA, GLORIA, LAURA, MARCO, NOW

LAST_WEEK = date(2026, 11, 11)


@pytest.fixture
def app(small_own: Engine) -> App:
    return build(Settings(), engine=small_own)


def breach(engine: Engine, rule: str = "R01", client: int = ALAMEDA, **more: Any) -> int:
    row = {"rule": rule, "version": 1, "severity": "critical", "record": "contact", "client_id": client}
    row |= {"campaign_id": client, "supervisor_id": LAURA if client == ALAMEDA else MARCO, "agent_id": ANA}
    row |= {"account_id": ACCOUNT["A"], "channel": "call", "happened_at": NOW, "happened_on": LAST_WEEK}
    row |= {"evidence": "{}", "state": "open", "owner_id": 0, "found_at": NOW}
    with writing(engine) as connection:
        number = len(connection.execute(breaches.select()).all()) + 1
        connection.execute(insert(breaches).values(**{**row, "id": number, "record_id": number, **more}))
    return number


def done(app: App, text: str, person: int, minutes: int = 0) -> Outcome:
    shown = say(app, text, person, minutes=minutes)
    assert shown.outcome == "preview", shown.text
    return press(app, shown, "confirm", person, minutes + 1)


def tables(outcome: Outcome) -> list[Table]:
    assert outcome.answer is not None, outcome.text
    return [part for part in outcome.answer.parts if isinstance(part, Table)]


# --- Accesses --------------------------------------------------------------------------------------


def test_the_review_finds_who_left_and_who_does_not_use_it(app: App) -> None:
    with writing(app.engine) as connection:
        left = update(people).where(people.c.id == BETO)
        connection.execute(left.values(active_to=date(2026, 11, 1)))
        for person, days in ((BETO, 3), (ANA, 2), (GLORIA, 200)):
            at = NOW - timedelta(days=days)
            record(
                connection,
                Entry(at, person, "x", "dm", "D", None, None, "denied", None, rows=0, took_ms=1),
            )
    shown = say(app, "revisión de accesos", CARO)
    assert shown.answer is not None, shown.text
    doubts = {row["who"]: row["doubt"] for row in shown.answer.rows}
    assert doubts[f"E{BETO}"] == "used_after_leaving"
    assert doubts[f"E{GLORIA}"] == "unused"
    assert doubts[f"E{ANA}"] == ""
    staff, rights = tables(shown)
    assert staff.whole is not None
    assert len(staff.whole()) == 8
    assert rights.whole is not None
    erases = next(row for row in rights.whole() if row[0] == "suprimir datos personales")
    assert erases[1:].count("✓") == 3


def test_accesses_are_not_for_everybody(app: App) -> None:
    assert say(app, "quién tiene acceso", LAURA).outcome == "denied"


def test_every_action_has_its_words() -> None:
    texts = load_texts(*text_files())
    actions = [each.name for skill in all_skills() for each in skill.actions]
    assert [name for name in actions if f"trail.action.{name}" not in texts] == []


# --- Nonconformities -------------------------------------------------------------------------------


def test_from_a_breach_to_its_effect(app: App) -> None:
    number = breach(app.engine)
    opened = done(app, f"abre una no conformidad por el incumplimiento {number}", CARO)
    assert opened.outcome == "done", opened.text
    assert [notice.person_id for notice in opened.notices] == [LAURA]
    assert "ya tiene la no conformidad 1" in say(app, f"open a nonconformity for breach {number}", CARO).text
    early = say(app, "cierra la no conformidad 1: eficaz", LAURA, minutes=2)
    assert "causa y acción" in early.text
    done(app, "anota la causa de la no conformidad 1: faltó el guion", LAURA, 3)
    done(app, "anota la acción de la no conformidad 1: curso CONDUSEF", LAURA, 5)
    waits = done(app, "cierra la no conformidad 1: eficaz", LAURA, 7)
    assert waits.outcome == "pending_approval", waits.text
    press(app, waits.notices[0].outcome, "approve", waits.notices[0].person_id, minutes=9)
    (kept,) = rows(app.engine, nonconformities)
    assert (kept.state, kept.effective, kept.cause, kept.remedy) == (
        *("closed", "yes"),
        *("faltó el guion", "curso CONDUSEF"),
    )
    steps = [(step.field, step.after) for step in rows(app.engine, nonconformity_steps)]
    assert ("cause", "faltó el guion") in steps
    assert ("state", "closed") in steps


def test_what_did_not_work_goes_on(app: App) -> None:
    done(app, "abre una no conformidad: el archivo llegó tarde", CARO)
    done(app, "anota la causa de la no conformidad 1: un solo responsable", CARO, 2)
    done(app, "anota la acción de la no conformidad 1: nombrar suplente", CARO, 4)
    asked = say(app, "cierra la no conformidad 1", GLORIA, minutes=6)
    assert [dict(each.fields)["effective"] for each in asked.choices] == ["yes", "no"], asked.text
    done(app, "cierra la no conformidad 1: no fue eficaz, volvió a pasar", GLORIA, 7)
    (kept,) = rows(app.engine, nonconformities)
    assert (kept.state, kept.effective) == ("acting", "no")


def test_it_is_listed_late_and_taken_back(app: App) -> None:
    shown = done(app, "registra una mejora: avisar antes de las 7", CARO)
    listed = say(app, "mejoras", CARO, minutes=2)
    assert listed.answer is not None
    assert listed.answer.rows == ({"number": 1, "state": "open", "late": False},)
    with writing(app.engine) as connection:
        connection.execute(update(nonconformities).values(due_on=date(2026, 11, 17)))
    late = say(app, "no conformidades vencidas", CARO, minutes=3)
    assert late.answer is not None
    assert [row["number"] for row in late.answer.rows] == [1]
    press(app, shown, "undo", CARO, 4)
    assert rows(app.engine, nonconformities) == []


def test_a_supervisor_sees_and_moves_her_own_alone(app: App) -> None:
    done(app, "abre una no conformidad: el archivo llegó tarde", CARO)
    listed = say(app, "no conformidades", LAURA, minutes=2)
    assert listed.answer is not None
    assert listed.answer.rows == ()
    refused = say(app, "anota la causa de la no conformidad 1: no sé", LAURA, minutes=3)
    assert "entre las que te tocan" in refused.text
    assert say(app, "abre una no conformidad: algo pasó", ANA, minutes=4).outcome == "denied"


def test_nothing_sensitive_is_written_down(app: App) -> None:
    refused = say(app, "abre una no conformidad: el titular tiene cáncer", CARO)
    assert refused.outcome == "refuse", refused.text
    assert rows(app.engine, nonconformities) == []


# --- The week --------------------------------------------------------------------------------------


def test_a_week_by_client_counts_what_happened_in_it(app: App) -> None:
    breach(app.engine)
    breach(app.engine, state="attended")
    breach(app.engine, "R05", CEIBA, severity="high", state="false_positive")
    breach(app.engine, happened_on=date(2026, 11, 8))  # the Sunday before
    with writing(app.engine) as connection:
        case = {"register": "complaints", "client_id": CEIBA, "campaign_id": 2, "account_id": ACCOUNT["J"]}
        late = {"received_at": NOW - timedelta(days=30), "received_on": date(2026, 10, 19), "kind": "Trato"}
        connection.execute(insert(agency.cases).values(**case, **late))
        fresh = {"received_at": NOW, "received_on": LAST_WEEK, "kind": "Amenazas"}
        connection.execute(insert(agency.cases).values(**case, **fresh))
        searched = {"day": LAST_WEEK, "rows": 4, "top_id": 4, "digest": "x", "searched_at": NOW}
        connection.execute(insert(searched_days).values(**searched))
        judged = {"day": LAST_WEEK, "client_id": CEIBA, "rule": "R05", "contacts": 4, "unknown": 1}
        connection.execute(insert(searched_counts).values(**judged))
    shown = say(app, "reporte semanal de cumplimiento", GLORIA)
    by_client, by_rule = tables(shown)
    numbers = {row[0]: [cell.amount for cell in row[2:] if isinstance(cell, Value)] for row in by_client.rows}
    #            found, critical, attended, false, waiting, blind, complaints, late, ARCO, late
    assert numbers["Banco Alameda"] == [2, 2, 1, 0, 1, None, 0, 0, 0, 0]
    assert [str(n) for n in numbers["Tiendas La Ceiba"]] == [*"10010", "0.25", *"1100"]
    assert [row[0] for row in by_rule.rows] == ["R01", "R05"]
    assert shown.answer is not None
    assert not shown.answer.sensitive  # so that the clock may send it as a workbook
