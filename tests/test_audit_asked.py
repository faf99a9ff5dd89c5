"""The record as people ask for it, and as a command verifies, exports and retires it."""

import csv
import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update

from bot import check
from bot.__main__ import main
from bot.app import App, build
from bot.desk import Outcome, Place, Who
from bot.settings import Settings, SettingsFault, load_settings
from bot.slack.subcommands import parse
from db.access import people_within
from db.audit import Effect, Entry, record, record_effect
from db.engine import open_engine, reading, writing
from db.migrate import head, version_table
from db.periods import Period
from db.scope import Scope
from db.tables import metadata
from db.tables.guards import guard, unguard
from db.tables.house import audit
from db.tables.reference import memberships, people
from skills.contract import Table
from tests.audit_torture import KEY
from tests.conftest import small_company
from tests.small import ANA, BETO, CARLA, CARO, CLIENTE, GLORIA, LAURA, MARCO, NOW

DM = Place("dm", "D1")
YESTERDAY = NOW - timedelta(days=1)
ADA = 41  # the administrator
# number: who, when, what became of it, the effect
MOVES: dict[int, tuple[int | None, datetime, str, Effect | None]] = {
    1: (
        GLORIA,
        YESTERDAY,
        "done",
        Effect("reassign_accounts", {}, {"accounts": [1, 2, 3]}, (ANA, CARLA), "tok"),
    ),
    2: (MARCO, YESTERDAY, "done", Effect("undo", people=(CARLA,), undoes=1)),
    3: (ANA, NOW, "denied", Effect("set_target")),
    4: (BETO, NOW, "denied", None),  # a question
    5: (ANA, NOW, "answer", None),  # one that was answered
    6: (None, NOW, "denied", None),  # a stranger's
    7: (CARLA, NOW - timedelta(days=40), "done", Effect("add_note")),
}


def entry(person: int | None, at: datetime, outcome: str) -> Entry:
    actor = f"U{person}" if person else "USTRANGER"
    return Entry(at, person, actor, "dm", "D1", "SECRETO", None, outcome, None, rows=0, took_ms=1)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with small_company(request.param, request, tmp_path_factory.mktemp("trail")) as engine:
        ada = {"id": ADA, "employee_no": "E41", "name": "Ada Gil", "role": "admin", "slack_user_id": "U41"}
        with writing(engine) as connection:
            connection.execute(insert(people).values(**ada, language="es", nicknames=""))
            for person, at, outcome, effect in MOVES.values():
                if effect is None:
                    record(connection, entry(person, at, outcome))
                else:
                    record_effect(connection, entry(person, at, outcome), effect)
        yield engine


@pytest.fixture(scope="module")
def app(company: Engine) -> App:
    registered = {"alameda": {"clients": ["ALA"], "finest": "campaign"}}
    return build(Settings.model_validate({"channels": {"registered": registered}}), engine=company)


def asked(app: App, person: int, text: str, place: Place = DM, thread: str | None = None) -> Outcome:
    return app.desk.ask(text, who=Who("slack", f"U{person}"), place=place, thread=thread, now=NOW)


def run(app: App, person: int, **fields: Any) -> Outcome:
    return app.desk.run("audit", fields, who=Who("slack", f"U{person}"), place=DM, thread=None, now=NOW)


def numbers(outcome: Outcome) -> list[int]:
    """The rows of the fixture that are shown; each question asked leaves rows of its own."""
    assert outcome.answer is not None, outcome.message
    return [row["number"] for row in outcome.answer.rows if row["number"] in MOVES]


def table(outcome: Outcome) -> Table:
    assert outcome.answer is not None
    (part,) = outcome.answer.parts
    assert isinstance(part, Table)
    return part


# --- Whose rows -------------------------------------------------------------------------------------

SEEN = {
    CARO: [6, 4, 3, 2, 1],
    GLORIA: [6, 4, 3, 2, 1],
    ADA: [6, 4, 3, 2, 1],
    LAURA: [4, 3, 1],  # her team's, and what touches it
    MARCO: [2, 1],
}


@pytest.mark.parametrize("person", SEEN)
def test_each_role_sees_what_is_its_own(app: App, person: int) -> None:
    assert numbers(asked(app, person, "bitácora")) == SEEN[person]


def test_without_the_reach_a_supervisor_would_see_everybody(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skills.trail.skill.people_within", lambda *_: None)
    assert numbers(asked(app, LAURA, "bitácora")) == SEEN[CARO]


@pytest.mark.parametrize("person", [ANA, CLIENTE])
def test_others_are_denied(app: App, person: int) -> None:
    assert asked(app, person, "bitácora").outcome == "denied"
    assert run(app, person).outcome == "denied"


def test_a_team_is_a_supervisors_for_the_days_it_was_hers(app: App, company: Engine) -> None:
    """Beto leaves Laura's team today: what he was denied today is Marco's to see."""
    with writing(company) as connection:
        connection.execute(
            update(memberships).where(memberships.c.person_id == BETO).values(to_on=NOW.date())
        )
        moved = {"person_id": BETO, "team": None, "supervisor_id": MARCO, "from_on": NOW.date()}
        connection.execute(insert(memberships).values(**moved))
    assert 4 not in numbers(asked(app, LAURA, "bitácora"))
    assert 4 in numbers(asked(app, MARCO, "bitácora"))
    with writing(company) as connection:
        connection.execute(
            memberships.delete().where(memberships.c.person_id == BETO, memberships.c.supervisor_id == MARCO)
        )
        connection.execute(update(memberships).where(memberships.c.person_id == BETO).values(to_on=None))


def test_reach_by_scope(company: Engine) -> None:
    over = Period(start=NOW.date(), end=NOW.date())

    def reach(scope: Scope) -> set[int] | None:
        with reading(company) as connection:
            found = people_within(connection, scope, over)
        return None if found is None else {each[0] for each in found}

    assert reach(Scope()) is None
    assert reach(Scope(agents=frozenset({ANA}))) == {ANA}
    assert reach(Scope(supervisors=frozenset({LAURA}))) == {LAURA, ANA, BETO}
    assert reach(Scope(clients=frozenset({2}))) == {CARLA}  # whoever holds accounts of it
    assert reach(Scope(supervisors=frozenset({LAURA}), clients=frozenset({2}))) == {LAURA}
    assert reach(Scope(finest="campaign")) == set()


def test_a_channel_that_names_nobody_shows_no_record(app: App) -> None:
    outcome = asked(app, GLORIA, "bitácora", Place("channel", "C1", "alameda"))
    assert (outcome.outcome, outcome.answer) == ("denied", None)
    assert "mensaje directo" in outcome.message


# --- What is asked -----------------------------------------------------------------------------------


def test_who_reassigned_accounts_yesterday(app: App) -> None:
    outcome = asked(app, CARO, "¿quién reasignó cuentas ayer?")
    assert table(outcome).rows == (
        (
            "1",
            "mar 17-nov 10:30",
            "Gloria Sosa",
            "reasignó cuentas",
            "hecho",
            "3 cuentas · Ana Ruiz · Carla Méndez · deshecho por el 2",
        ),
    )
    assert outcome.answer is not None
    assert outcome.answer.echo == "mar 17-nov · reasignó cuentas"
    english = table(asked(app, MARCO, "who reassigned accounts yesterday"))
    assert english.rows[0][3:] == ("reassigned accounts", "done", "3 accounts · Carla Méndez · undone by 2")


def test_what_was_typed_is_not_shown(app: App) -> None:
    outcome = run(app, CARO, filters=[{"field": "action", "op": "eq", "value": "question"}], limit=200)
    assert {4, 5, 6} <= set(numbers(outcome))
    assert "SECRETO" not in json.dumps(outcome.json(), ensure_ascii=False, default=str)


def test_narrowed_ordered_and_cut(app: App) -> None:
    def of(field: str, value: str) -> dict[str, Any]:
        return {"filters": [{"field": field, "op": "eq", "value": value}]}

    assert numbers(run(app, CARO, **of("agent", "Ana Ruiz"))) == [3, 1]
    assert numbers(run(app, CARO, **of("supervisor", "Laura Ibáñez"))) == [4, 3, 1]
    assert numbers(run(app, CARO, **of("status", "done"))) == [2, 1]
    assert numbers(run(app, CARO, order="date asc"))[:2] == [1, 2]
    assert numbers(run(app, CARO, period={"start": "2026-10-01", "end": "2026-10-31"})) == [7]
    assert numbers(run(app, CARO, order="date asc", limit=1)) == [1]
    first = run(app, CARO, order="date asc", limit=1)
    assert "Se muestran 1 de" in table(first).note


@pytest.mark.parametrize(
    ("fields", "about"),
    [
        ({"filters": [{"field": "client", "op": "eq", "value": "Banco Alameda"}]}, "filter"),
        ({"filters": [{"field": "agent", "op": "ne", "value": "Ana Ruiz"}]}, "filter"),
        ({"order": "balance"}, "bad_request"),
        ({"limit": 0}, "bad_request"),
        ({"limit": 201}, "bad_request"),
        ({"said": "x"}, "bad_request"),
    ],
)
def test_what_it_cannot_be_asked_is_refused(app: App, fields: dict[str, Any], about: str) -> None:
    outcome = run(app, CARO, **fields)
    assert (outcome.outcome, outcome.about) == ("refuse", about)


def test_somebody_elses_agent_is_denied_by_name(app: App) -> None:
    assert asked(app, MARCO, "¿quién reasignó las cuentas de Ana Ruiz?").outcome == "denied"


def test_the_thread_goes_on_after_it(app: App) -> None:
    assert asked(app, CARO, "bitácora", thread="t").outcome == "answer"
    assert asked(app, CARO, "recuperado este mes por campaña", thread="t").outcome == "answer"


def test_the_slash_command_asks_it() -> None:
    assert parse("bitácora") == ("question", "bitácora", "")


# --- The command ---------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An installation with three rows; the third would be a formula."""
    (tmp_path / "config.yaml").write_text("audit: {anchor: other/anchor.jsonl}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    engine = open_engine(f"sqlite:///{tmp_path / 'var' / 'cartera.db'}")
    metadata.create_all(engine)
    version_table.create(engine)
    with writing(engine) as connection:
        connection.execute(insert(version_table).values(version_num=head()))
        for n in range(3):
            row = entry(None, NOW + timedelta(days=n), "answer")
            record(connection, replace(row, said="=1+1" if n == 2 else "hola"))
    return engine


def test_the_command_verifies(home: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify"]) == 0
    assert "3 movimientos" in capsys.readouterr().out
    with writing(home) as connection:
        unguard(connection)
        connection.execute(update(audit).where(audit.c.id == 2).values(actor="otra"))
        guard(connection)
    assert main(["audit", "verify"]) == 1
    assert capsys.readouterr().out == "El movimiento 2 fue modificado después de registrarse.\n"
    assert main(["audit", "verify", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["outcome"], told["broken"]) == ("failed", {"kind": "changed", "row": 2})


def test_the_command_exports_and_is_itself_on_record(home: Engine, tmp_path: Path) -> None:
    day = (NOW + timedelta(days=1)).date().isoformat()
    lines, sheet = tmp_path / "out.jsonl", tmp_path / "out.csv"
    assert main(["audit", "export", "--since", day, "--out", str(lines)]) == 0
    rows = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows[:2]] == [2, 3]
    assert all(len(row["mac"]) == 64 for row in rows)
    assert rows[1]["said"] == "=1+1"
    assert stat.S_IMODE(lines.stat().st_mode) == 0o600
    assert main(["audit", "export", "--since", day, "--out", str(sheet)]) == 0
    with sheet.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert found[1]["said"] == "'=1+1"
    assert "export_audit" in {row["action"] for row in found}
    assert main(["audit", "verify"]) == 0


def test_the_command_retires_only_when_told_to(
    home: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = ["audit", "retire", "--before", (NOW + timedelta(days=2)).date().isoformat()]
    assert main(before) == 0
    assert main(["audit", "verify"]) == 0
    assert "3 movimientos" in capsys.readouterr().out
    assert main([*before, "--yes"]) == 0
    assert "2 movimientos retirados" in capsys.readouterr().out
    assert main(["audit", "verify"]) == 0
    assert "Retirados por antigüedad: 2." in capsys.readouterr().out
    assert (tmp_path / "other" / "anchor.jsonl").exists()


@pytest.mark.parametrize("day", ["ayer", "2026-13-01"])
def test_a_day_that_is_none(home: Engine, day: str) -> None:
    assert main(["audit", "export", "--since", day, "--out", "x.csv"]) == 2


# --- What `check` says -----------------------------------------------------------------------------------


def test_check_asks_for_a_key_of_ones_own_in_production(tmp_path: Path) -> None:
    def faults(**given: Any) -> list[str]:
        return [fault.key for fault in check.record(Settings.model_validate(given))]

    assert faults() == []
    assert faults(environment="production") == ["CARTERA_AUDIT_KEYS"]
    assert faults(environment="production", audit={"keys": KEY}) == []
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert faults(audit={"anchor": tmp_path / "file" / "x"}) == ["audit.anchor"]


def test_a_key_that_is_none_is_told_without_being_shown(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("agency: {name: X}\n", encoding="utf-8")
    with pytest.raises(SettingsFault) as fault:
        load_settings(tmp_path, {"CARTERA_AUDIT_KEYS": "hunter2"})
    assert "CARTERA_AUDIT_KEYS" in str(fault.value)
    assert "hunter2" not in str(fault.value)
    (tmp_path / "config.yaml").write_text(f"audit: {{keys: {KEY}}}\n", encoding="utf-8")
    with pytest.raises(SettingsFault, match=r"audit.keys: a secret"):
        load_settings(tmp_path, {})
