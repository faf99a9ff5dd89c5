"""`python -m bot`: exit codes, one JSON value on stdout, and no traceback for anybody."""

import json
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import OperationalError

from bot.__main__ import main
from bot.app import HOME, build
from bot.commands.common import failed
from bot.outcome import Place, Who
from bot.settings import Settings
from db.engine import open_engine, reading, writing
from db.migrate import upgrade
from db.tables.facts import file_loads
from db.tables.house import audit
from db.tables.reference import people
from tests.small import ANA, GLORIA, fill

AT = "2026-11-18T10:30:00"


@dataclass
class Shell:
    """Types commands in a folder of its own, with its own config and database."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'var' / 'cartera.db'}"

    def run(self, *arguments: str) -> tuple[int, str, str]:
        try:
            code = main(arguments)
        except SystemExit as left:  # argparse
            code = int(left.code or 0)
        out, err = self.capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    def json(self, *arguments: str) -> tuple[int, Any]:
        code, out, _ = self.run(*arguments, "--json")
        return code, json.loads(out)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    shutil.copy(HOME / "config.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return Shell(tmp_path, capsys)


@pytest.fixture
def company(shell: Shell) -> Shell:
    engine = open_engine(shell.url)
    upgrade(engine)
    with writing(engine) as connection:
        fill(connection)
    engine.dispose()
    assert shell.run("refresh")[0] == 0
    return shell


def production(shell: Shell) -> None:
    config = shell.folder / "config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("environment: demo", "environment: production"), encoding="utf-8")


def test_an_empty_agency_says_what_to_do(shell: Shell) -> None:
    code, found = shell.json("ask", "roll rate", "--at", AT)
    assert (code, found["outcome"], found["about"]) == (3, "refuse", "no_data")
    assert found["answer"] is None


def test_ask(company: Shell) -> None:
    code, found = company.json("ask", "llamadas del mes por asesor", "--as", f"U{GLORIA}", "--at", AT)
    assert (code, found["outcome"]) == (0, "answer")
    assert found["request"]["kpi"]["dims"] == ["agent"]
    assert {"agent", "agent_code", "value"} <= set(found["answer"]["rows"][0])
    assert found["answer"]["basis"]["period"] == {"start": "2026-11-01", "end": "2026-11-18", "partial": True}
    code, found = company.json("ask", "llamadas de Carla Méndez", "--as", f"E{ANA}", "--at", AT)
    assert (code, found["outcome"]) == (3, "denied")
    code, found = company.json("ask", "xyzzy de hoy", "--as", f"E{ANA}", "--at", AT)
    assert (code, found["outcome"]) == (0, "clarify")


def test_a_thread_from_the_terminal(company: Shell) -> None:
    company.run("ask", "llamadas del mes", "--at", AT, "--thread", "a")
    _, found = company.json("ask", "y por asesor", "--at", AT, "--thread", "a")
    assert found["request"]["kpi"]["metric"] == "calls"


def test_without_as_it_says_as_whom_it_answers(company: Shell) -> None:
    _, _, err = company.run("ask", "llamadas", "--at", AT)
    assert "--as" in err
    assert "demostración" not in err  # this agency is nobody's demo
    _, _, err = company.run("ask", "llamadas", "--at", AT, "--as", f"E{ANA}")
    assert "--as" not in err


def test_production_asks_who_and_records_the_system_user(company: Shell) -> None:
    production(company)
    code, found = company.json("ask", "llamadas", "--at", AT)
    assert (code, found["outcome"]) == (3, "denied")
    assert company.json("ask", "llamadas del mes", "--at", AT, "--as", f"E{GLORIA}")[0] == 0
    engine = open_engine(company.url)
    with reading(engine) as connection:
        rows = connection.execute(select(audit.c.actor, audit.c.person_id).order_by(audit.c.id)).all()
    engine.dispose()
    assert rows[-1].person_id == GLORIA
    assert rows[-1].actor.endswith(f" as E{GLORIA}")
    assert rows[-1].actor != f" as E{GLORIA}"


def test_read_runs_nothing(company: Shell) -> None:
    code, found = company.json("read", "TMO ayer", "--at", AT)
    assert (code, found["outcome"], found["fields"]["metric"]) == (0, "question", "aht")
    engine = open_engine(company.url)
    with reading(engine) as connection:
        assert connection.execute(select(audit)).first() is None
    engine.dispose()


@pytest.mark.parametrize(
    "arguments",
    [("ask",), ("dance",), (), ("ask", "x", "--at", "yesterday"), ("read",), ("evaluate", "nowhere.jsonl")],
)
def test_wrong_use(shell: Shell, arguments: tuple[str, ...]) -> None:
    assert shell.run(*arguments)[0] == 2


def test_check(shell: Shell) -> None:
    assert shell.json("check") == (0, {"outcome": "done", "faults": []})
    config = shell.folder / "config.yaml"
    config.write_text("agency: {zone: x}\ndatabase: {url: 'oracle://x'}\n", encoding="utf-8")
    code, found = shell.json("check")
    assert code == 1
    assert {(f["file"], f["key"]) for f in found["faults"]} == {
        ("config.yaml", "agency.zone"),
        ("config.yaml", "database.url"),
    }
    code, out, err = shell.run("ask", "x")
    assert code == 1
    assert "agency.zone" in err
    assert out == ""


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@127.0.0.1:1/none", "sqlite:////proc/nowhere/x.db", "sqlite:////dev/null"]
)
def test_a_database_out_of_reach(shell: Shell, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    code, found = shell.json("ask", "roll rate")
    assert (code, found["outcome"]) == (1, "failed")
    assert found["message"]


@pytest.mark.parametrize("fault", ["config is a folder", "env is not text", "env is a folder"])
def test_files_that_cannot_be_read(shell: Shell, fault: str) -> None:
    if fault == "config is a folder":
        (shell.folder / "config.yaml").unlink()
        (shell.folder / "config.yaml").mkdir()
    elif fault == "env is a folder":
        (shell.folder / ".env").mkdir()
    else:
        (shell.folder / ".env").write_bytes(b"DATABASE_URL=sqlite:///\xff\xfe.db")
    for command in (("ask", "roll rate"), ("check",)):
        code, out, err = shell.run(*command)
        assert code == 1
        assert "referencia" not in out + err
        assert ("config.yaml: " if "config" in fault else ".env: ") in out + err


def test_no_record_no_answer(company: Shell) -> None:
    """Somebody else is writing for longer than we wait."""
    engine = open_engine(company.url)
    app = build(Settings.model_validate({"database": {"url": company.url}}), engine=impatient(company.url))
    who, place, now = (
        Who("employee", f"E{GLORIA}"),
        Place("cli", "cli"),
        datetime.fromisoformat(f"{AT}-06:00"),
    )
    with writing(engine) as connection:
        connection.exec_driver_sql("update people set nicknames = nicknames")
        found = app.desk.ask("llamadas del mes", who=who, place=place, thread=None, now=now)
        assert (found.outcome, found.about, found.answer) == ("refuse", "busy", None)
        assert "ocupada" in found.message
    assert app.desk.ask("llamadas del mes", who=who, place=place, thread=None, now=now).outcome == "answer"
    app.close()
    engine.dispose()


def impatient(url: str) -> Engine:
    """A connection that waits for no lock."""
    engine = open_engine(url)
    event.listen(engine, "checkout", lambda raw, _record, _proxy: raw.execute("PRAGMA busy_timeout=50"))
    return engine


def test_a_busy_database_is_no_fault_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    locked = sqlite3.OperationalError("database is locked")
    locked.sqlite_errorcode = sqlite3.SQLITE_BUSY
    assert failed(OperationalError("update", {}, locked), "refresh", as_json=False) == 1
    assert "ocupada" in capsys.readouterr().err
    assert (
        failed(OperationalError("update", {}, sqlite3.OperationalError("no table")), "x", as_json=False) == 1
    )
    assert "ocupada" not in capsys.readouterr().err


def test_a_failure_is_one_sentence_with_a_reference(company: Shell, caplog: pytest.LogCaptureFixture) -> None:
    engine = open_engine(company.url)
    with writing(engine) as connection:
        connection.exec_driver_sql("alter table memberships rename to gone")
    engine.dispose()
    code, out, err = company.run("ask", "llamadas de Ana Ruiz", "--as", f"E{GLORIA}", "--json")
    found = json.loads(out)
    assert (code, found["outcome"]) == (1, "failed")
    reference = found["message"].split()[-1]
    assert f"ref={reference}" in caplog.text
    assert "Ana Ruiz" not in err + caplog.text  # what was asked, and of whom, stays out of the log


def test_import_previews_loads_once_and_refuses_the_same_file(shell: Shell) -> None:
    file = shell.folder / "clientes.csv"
    file.write_text("code,name\nALA,Banco Alameda\n", encoding="utf-8")
    code, found = shell.json("import", "clients", str(file))
    assert (code, found["outcome"], found["new"]) == (0, "preview", 1)
    code, found = shell.json("import", "clients", str(file), "--yes")
    assert (code, found["outcome"], found["new"]) == (0, "done", 1)
    code, found = shell.json("import", "clients", str(file), "--yes")
    assert (code, found["outcome"], found["about"]) == (3, "refuse", "load_already")
    code, found = shell.json("import", "clients", str(shell.folder / "missing.csv"))
    assert (code, found["outcome"]) == (3, "refuse")
    engine = open_engine(shell.url)
    with reading(engine) as connection:
        assert len(connection.execute(select(file_loads)).all()) == 1
    engine.dispose()


def test_not_everybody_loads_files(company: Shell) -> None:
    file = company.folder / "clientes.csv"
    file.write_text("code,name\nALA,Banco Alameda\n", encoding="utf-8")
    code, found = company.json("import", "clients", str(file), "--yes", "--as", f"E{ANA}")
    assert (code, found["about"]) == (3, "cli.import_denied")


def test_as_a_process(tmp_path: Path) -> None:
    """The real thing once: JSON alone on stdout, the notice on stderr, the schema brought up to date."""
    url = f"sqlite:///{tmp_path / 'new' / 'cartera.db'}"
    done = subprocess.run(
        [sys.executable, "-m", "bot", "ask", "ayuda", "--json"],
        cwd=HOME,
        env={"DATABASE_URL": url, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcome"] == "help"
    assert "--as" in done.stderr
    engine = open_engine(url)
    with reading(engine) as connection:
        assert connection.execute(select(people)).first() is None
    engine.dispose()
