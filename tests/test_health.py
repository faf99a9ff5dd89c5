"""Whether it is well: a log that identifies nobody, what the doctor finds, the process's own address."""

import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, create_engine, insert, select

from bot import outbox
from bot.__main__ import main
from bot.app import HOME
from bot.health import checks, door, logs
from bot.health.logs import Json, Plain, scrubbed
from bot.sections import Audit, Operations
from bot.settings import Settings
from bot.slack.reachable import reach
from db import letters
from db.ages import newest
from db.calendars import load_calendars
from db.engine import open_engine, reading, writing
from db.migrate import current, upgrade
from db.tables.clock import ticks
from db.tables.house import audit
from localslack.serve import running
from tests.slack_mail import parcel
from tests.slack_world import LAURA, TEAM, World, world

pytest_plugins = ("tests.slack_fixtures",)
NOW = datetime(2026, 11, 18, 18, tzinfo=UTC)
SECRET = (
    *("55 1234 5678", "+525512345678", "GODE561231GR8", "GODE561231HDFRRN09", "032180000118359719"),
    *("4152 3137 0000 1234", "juan.perez@example.mx", "xoxb-123-abcdefgh", "Bearer abcdefgh12345678"),
)


# --- the log -----------------------------------------------------------------------------------------


def record(message: str, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    raised = (type(error), error, error.__traceback__) if error is not None else None
    return logging.LogRecord("cartera", logging.WARNING, __file__, 1, message, args, raised)


@pytest.mark.parametrize("style", [Plain(), Json()])
@pytest.mark.parametrize("secret", SECRET)
def test_what_identifies_somebody_is_not_in_a_line(style: logging.Formatter, secret: str) -> None:
    assert secret not in style.format(record("no se pudo: %s (ref=12345678)", secret))
    assert "ref=12345678" in style.format(record("no se pudo: %s (ref=12345678)", secret))


@pytest.mark.parametrize("style", [Plain(), Json()])
def test_an_error_is_told_by_its_kind_and_place_never_by_its_words(style: logging.Formatter) -> None:
    try:
        raise ValueError("la deudora Juana Pérez debe 4,500")
    except ValueError as error:
        line = style.format(record("una libreria", error=error))
    assert "ValueError at test_health.py" in line
    assert "Juana" not in line


def test_without_the_scrubbing_it_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "scrubbed", lambda text: text)
    assert SECRET[0] in Plain().format(record("tel %s", SECRET[0]))


def test_figures_days_and_places_stay() -> None:
    plain = "ack 1.25 s, 120,000 cuentas, $4,500.00, 2026-11-18 08:00:00, ref=0A1B2C3D, app.py:104 <- x.py:9"
    assert scrubbed(plain) == plain


def test_a_line_of_json_can_be_searched() -> None:
    line = json.loads(Json().format(record("a parcel failed: ref=%s", "0A1B2C3D")))
    assert (line["level"], line["logger"], line["ref"]) == ("warning", "cartera", "0A1B2C3D")
    assert datetime.fromisoformat(line["at"]).tzinfo is not None


def test_arguments_that_do_not_fit_lose_no_line() -> None:
    assert "%s and %s" in Plain().format(record("%s and %s", "one"))


# --- what the doctor finds ---------------------------------------------------------------------------


def states(found: Any) -> dict[str, str]:
    return {each.name: each.state for each in found}


def test_a_database_that_is_there_and_one_that_is_not(engine: Engine, tmp_path: Path) -> None:
    assert checks.database(engine).state in ("ok", "warn")
    gone = create_engine(f"sqlite:///{tmp_path / 'no' / 'such.db'}")
    assert checks.database(gone).state == "fail"


def test_a_schema_that_lags_behind_is_no_place_to_work(database_url: str) -> None:
    engine = create_engine(database_url)
    assert states(checks.ready(engine))["schema"] == "fail"
    upgrade(engine)
    assert states(checks.ready(engine)) == {"database": "ok", "schema": "ok"}
    engine.dispose()


def test_messages_that_wait_too_long_and_those_that_died(engine: Engine) -> None:
    with writing(engine) as connection:
        old = outbox.put(connection, parcel("k1"), "a", NOW)
        assert states(checks.mail(connection, NOW + timedelta(minutes=9), 10))["outbox"] == "ok"
        assert states(checks.mail(connection, NOW + timedelta(minutes=10), 10))["outbox"] == "fail"
        assert old is not None
        outbox.settle(connection, [outbox.Settled(old.id, "dead", error="x")], "a", NOW)
        assert states(checks.mail(connection, NOW, 10)) == {"outbox": "ok", "dead_letters": "warn"}


def test_a_bot_that_stands_still(engine: Engine) -> None:
    tick = {"name": "alerts", "fire_at": NOW, "outcome": "done", "at": NOW, "owner": "p"}
    with writing(engine) as connection:
        assert checks.ticking(connection, NOW).key == "doctor.never_ran"
        connection.execute(insert(ticks).values(**tick))
        assert checks.ticking(connection, NOW + timedelta(minutes=14)).state == "ok"
        assert checks.ticking(connection, NOW + timedelta(minutes=16)).key == "doctor.silent"


def test_data_older_than_it_promises(company: Engine) -> None:
    """Business days: a weekend makes nothing late."""
    with reading(company) as connection:
        last = newest(connection, date(2026, 11, 18))["payments"]
        assert last is not None
        promised = {"positions": 60, "payments": 1, "contacts": 60, "promises": 60}
        fresh, late = (datetime.combine(last + timedelta(days=n), NOW.time(), UTC) for n in (0, 10))
        calendars = load_calendars()
        assert states(checks.data(connection, calendars, fresh, promised))["data_payments"] == "ok"
        assert states(checks.data(connection, calendars, late, promised))["data_payments"] == "warn"


def test_a_full_disk_and_a_clock_that_is_off(engine: Engine) -> None:
    assert checks.disk(engine, 0.0).state == "ok"
    assert checks.disk(engine, 10.0**9).state == "fail"
    assert [checks.clock_skew("slack_clock", off, 5).state for off in (5.0, 5.1)] == ["ok", "fail"]
    with reading(engine) as connection:
        now = datetime.now(UTC)
        kinds = [each.state for each in checks.skew_of_database(connection, now, 60)]
        wrong = [each.state for each in checks.skew_of_database(connection, now + timedelta(hours=1), 60)]
    postgres = engine.dialect.name == "postgresql"
    assert (kinds, wrong) == ((["ok"], ["fail"]) if postgres else ([], []))


def test_secrets_that_others_can_read(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("SLACK_BOT_TOKEN=x\n")
    url = f"sqlite:///{tmp_path / 'cartera.db'}"
    production = Settings(environment="production", database={"url": url}, audit=Audit())  # type: ignore[arg-type]
    for mode, state in ((0o600, "ok"), (0o644, "fail")):
        env.chmod(mode)
        found = states(checks.keys(production, tmp_path))
        assert found["secrets"] == state
        assert found["audit_keys"] == "fail"


async def test_slack_is_asked_who_we_are() -> None:
    async with running(TEAM) as server:
        reached = await reach(server.api_url, TEAM["bot"]["token"])
        wrong = await reach(server.api_url, "xoxb-wrong")
    assert (reached.error, reached.off) == ("", 0.0)
    assert reached.workspace
    assert wrong.error == "invalid_auth"
    assert (await reach(server.api_url, "xoxb-t")).error


@pytest.fixture
def house(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with the house's config, and a database without a table."""
    (tmp_path / "config.yaml").write_text(
        (HOME / "config.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    return tmp_path


def test_the_doctor_says_what_is_wrong_and_mends_nothing(
    house: Path, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "✗ La base está en la migración -" in told
    assert told.rstrip().endswith("Hay algo que arreglar (✗).")
    engine = open_engine(database_url)
    with reading(engine) as connection:
        assert current(connection) is None
    upgrade(engine)
    engine.dispose()
    assert main(["doctor", "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    found = {each["check"]: each["state"] for each in json.loads(line)["findings"]}
    assert found["schema"] == "ok"
    assert found["slack"] == "warn"
    assert main(["doctor"]) == 0
    assert "No hay datos de pagos" in capsys.readouterr().out


def test_dead_letters_at_the_command_line(
    house: Path, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = open_engine(database_url)
    upgrade(engine)
    with writing(engine) as connection:
        due = outbox.put(connection, parcel("k1"), "a", NOW)
        assert due is not None
        outbox.settle(connection, [outbox.Settled(due.id, "dead", error="is_archived")], "a", NOW)
    assert main(["letters"]) == 0
    assert "is_archived" in capsys.readouterr().out
    assert main(["letters", "retry", str(due.id)]) == 0
    assert "va de nuevo" in capsys.readouterr().out
    with reading(engine) as connection:
        assert letters.dead(connection) == []
        assert connection.execute(select(audit.c.action)).scalars().all() == ["attend_letters"]
    assert main(["letters", "drop"]) == 0
    assert "Todo salió" in capsys.readouterr().out
    engine.dispose()


# --- its own address ---------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def watched(company: Engine) -> AsyncIterator[World]:
    async with world(company, operations=Operations(port=0)) as built:
        yield built


async def got(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def test_it_says_how_it_is_on_this_machine_alone(watched: World) -> None:
    dm = await watched.dm(LAURA)
    await watched.say(LAURA, dm, "recuperación de ayer")
    await watched.settled(dm, 1)
    base = watched.edge.watched
    assert base.startswith("http://127.0.0.1:")
    assert (await got(f"{base}/healthz"))[0] == 200
    status, told = await got(f"{base}/readyz")
    # The tables were made without a migration: that is what it says.
    assert (status, json.loads(told)) == (
        503,
        {"ready": False, "checks": {"database": "ok", "schema": "fail"}},
    )
    _, text = await got(f"{base}/metrics")
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert families["cartera_slack_connected"].samples[0].value == 1
    calls = {(s.labels["method"], s.labels["code"]) for s in families["cartera_slack_calls"].samples}
    assert ("chat.postMessage", "ok") in calls or ("chat.startStream", "ok") in calls
    assert {"cartera_outbox_waiting", "cartera_dead_letters", "cartera_answers"} <= set(families)


async def test_no_label_names_anybody(watched: World) -> None:
    """The labels are words of ours and of Slack's: no person, channel or account."""
    dm = await watched.dm(LAURA)
    await watched.say(LAURA, dm, "recuperación de ayer")
    await watched.settled(dm, 1)
    _, text = await got(f"{watched.edge.watched}/metrics")
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            assert set(sample.labels) <= {"outcome", "kind", "state", "method", "code", "le"}
    assert LAURA not in text
    assert dm not in text


async def test_a_second_process_goes_without_one() -> None:
    async def nothing() -> Any:
        return []

    async with door.watched(0, nothing, nothing) as first:
        port = int(first.rsplit(":", 1)[1])
        async with door.watched(port, nothing, nothing) as second:
            assert second == ""
    async with door.watched(None, nothing, nothing) as none:
        assert none == ""
