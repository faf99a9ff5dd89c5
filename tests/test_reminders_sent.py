"""Messages to debtors as they leave: judged again, each once or in doubt, and among the contacts."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, update

from bot.app import App, build
from bot.duties import Tick
from bot.reminders import Messenger
from bot.settings import Settings
from db import reminders as queue
from db.calendars import load_calendars
from db.engine import reading, writing
from db.law import Planned, looked_at
from db.tables import facts, reference
from db.tables.cells import promise_results
from db.tables.out import reminder_batches, reminders
from tests.floor_hands import do, rows
from tests.reminders_hands import (
    ALL,
    DUE,
    DUE_THEN,
    FRIDAY,
    SALDO,
    TEN,
    TODAY,
    case,
    filled,
    left,
    nothing_against,
    sends,
    settings,
    states,
)
from tests.small import ACCOUNT, GLORIA

# What is no matter of the database is tried on one of them.
ONE_KIND = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def app(engine: Engine, tmp_path: Path) -> App:
    return filled(engine, tmp_path)


# --- sent --------------------------------------------------------------------------------------------


def test_at_its_hour_it_leaves_once_and_stands_among_the_contacts(app: App) -> None:
    before = len(rows(app.engine, facts.contacts))
    do(app, "schedule_reminder", DUE_THEN, GLORIA)
    sends(app, TEN - timedelta(minutes=1))
    assert left(app) == []
    sends(app, TEN)
    sends(app, TEN + timedelta(minutes=1))
    (line,) = left(app)
    assert line.startswith("5512340001,")
    assert "su pago de $100 vence el vie 20-nov. Pague solo en las cuentas de Banco Alameda." in line
    contact = rows(app.engine, facts.contacts)[-1]
    assert len(rows(app.engine, facts.contacts)) == before + 1
    assert (contact.channel, contact.result_code, contact.account_id) == ("sms", "ENV", ACCOUNT["A"])
    assert (contact.started_on, contact.started_hour, contact.human) == (FRIDAY, 10, False)
    assert states(app)["A"][0] == "sent"
    (batch,) = rows(app.engine, reminder_batches)
    with reading(app.engine) as connection:
        (told,) = queue.untold(connection, TEN)
    assert (told.id, dict(told.states)) == (batch.id, {"sent": 1})
    # What counts attempts has seen it: a second one that day is one too many for a client's cap of one.
    capped = Settings.model_validate({"law": {"attempts_a_day": 1}})
    with reading(app.engine) as connection:
        planned = Planned("contact", TEN + timedelta(hours=1), "sms")
        against = looked_at(connection, load_calendars(), capped.law, planned, [ACCOUNT["A"]])
    assert [block.rule for block in against[ACCOUNT["A"]]] == ["R35"]


CHANGES: dict[str, tuple[Callable[[App], Any], str]] = {
    "held": (lambda app: case(app.engine, "A", "holds", "Fraude"), "law:R23"),
    "recalled": (
        lambda app: _changed(app, reference.accounts, ACCOUNT["A"], recalled_on=TODAY),
        "gone|law:R22",
    ),
    "asked not to": (lambda app: case(app.engine, "A", "opt_outs", "SMS"), "law:P01"),
    "taken back": (lambda app: _withdrawn(app), "promise"),
    "paid": (lambda app: _paid(app), "promise"),
}


def _changed(app: App, table: Any, number: int, **values: Any) -> None:
    with writing(app.engine) as connection:
        connection.execute(update(table).where(table.c.id == number).values(**values))


def _withdrawn(app: App) -> None:
    with writing(app.engine) as connection:
        connection.execute(delete(facts.promises).where(facts.promises.c.id == 4))


def _paid(app: App) -> None:
    row = {"promise_id": 4, "status": "kept", "allocated_cents": 10_000, "corrected": 0}
    with writing(app.engine) as connection:
        days = {"window_ends_on": FRIDAY, "decide_on": FRIDAY + timedelta(days=4)}
        connection.execute(insert(promise_results).values(**row, **days))


@ONE_KIND
@pytest.mark.parametrize("change", CHANGES)
def test_what_is_no_longer_lawful_or_true_does_not_leave(
    app: App, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(app, "schedule_reminder", DUE_THEN, GLORIA)
    happens, why = CHANGES[change]
    happens(app)
    sends(app, TEN)
    assert left(app) == []
    state, said = states(app)["A"]
    assert state == "held"
    assert str(said) in why.split("|")
    if change == "held":  # without the second look it leaves
        with writing(app.engine) as connection:
            connection.execute(update(reminders).values(state="waiting"))
        monkeypatch.setattr("skills.reminders.fit.best_ways", nothing_against)
        sends(app, TEN + timedelta(minutes=1))
        assert len(left(app)) == 1


@ONE_KIND
def test_a_text_that_changed_and_a_day_gone_by_hold_it(app: App) -> None:
    do(app, "schedule_reminder", DUE_THEN, GLORIA)
    newer = {"ALA": [DUE, SALDO, DUE | {"version": 2}]}
    sends(app, TEN, templates=newer)
    assert states(app)["A"] == ("held", "text_changed")
    with writing(app.engine) as connection:
        connection.execute(update(reminders).values(state="waiting"))
    sends(app, TEN + timedelta(days=1))
    assert states(app)["A"] == ("held", "late")
    assert left(app) == []


@ONE_KIND
def test_at_the_stroke_of_ten_at_night_nothing_leaves(app: App) -> None:
    do(app, "schedule_reminder", DUE_THEN | {"time": "21:00"}, GLORIA)
    sends(app, TEN.replace(hour=21, minute=59, second=45))  # judged now, it might leave after the hour
    assert states(app)["A"] == ("held", "law:R04")
    assert left(app) == []


@ONE_KIND
def test_a_folder_that_is_not_there_is_tried_again_and_then_given_up(app: App) -> None:
    do(app, "schedule_reminder", DUE_THEN, GLORIA)
    moment = TEN
    for _ in range(5):
        sends(app, moment, root="/nowhere")
        moment += timedelta(hours=1)
    assert states(app)["A"][0] == "failed"
    assert left(app) == []


def test_a_writer_that_dies_leaves_a_file_a_second_try_or_a_doubt(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(app, "schedule_reminder", ALL, GLORIA)
    after = TEN + timedelta(minutes=30)

    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bot.reminders.gateways.as_file", dies)
    with pytest.raises(KeyboardInterrupt):
        sends(app, TEN)
    monkeypatch.undo()
    sends(app, TEN + timedelta(minutes=1))
    assert left(app) == []  # another process may be at it still
    folder = Path(str(app.settings.reminders.root)) / "sms"
    folder.mkdir()
    name = str(rows(app.engine, reminders)[0].parcel)
    (folder / f".{name}.part").write_text("half")
    sends(app, after)  # it never got its name: it is due again, and leaves
    sends(app, after + timedelta(minutes=2))
    assert {state for state, _ in states(app).values()} == {"sent"}
    assert len(left(app)) == 4
    with writing(
        app.engine
    ) as connection:  # died after it lay there whole; and after it may have been fetched
        connection.execute(update(reminders).values(state="sending"))
    sends(app, after + timedelta(hours=1))
    assert {state for state, _ in states(app).values()} == {"sent"}
    with writing(app.engine) as connection:
        connection.execute(update(reminders).values(state="sending"))
    for each in folder.glob("*.csv"):
        each.unlink()
    sends(app, after + timedelta(hours=2))
    assert {state for state, _ in states(app).values()} == {"doubtful"}
    assert left(app) == []


# --- through a gateway -------------------------------------------------------------------------------


@contextmanager
def gateway(*answers: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server that answers so, then 202; 0 takes the message and hangs up."""
    heard: list[dict[str, Any]] = []
    codes = list(answers)

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            heard.append({**body, "head": self.headers["Idempotency-Key"]})
            heard[-1]["auth"] = self.headers["Authorization"]
            code = codes.pop(0) if codes else 202
            if code:
                self.send_response(code)
                self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Taker)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/out", heard
    finally:
        server.shutdown()
        server.server_close()


def through(engine: Engine, root: Path, url: str, **more: Any) -> App:
    made = settings(root, gateways={"sms": {"url": url, **more}}, token="s3cret")
    return build(made, engine=engine)


@ONE_KIND
@pytest.mark.parametrize(
    ("answers", "again", "state", "posts"),
    [
        ((202,), True, "sent", 1),
        ((429, 202), True, "sent", 2),  # not taken: later
        ((400,), True, "failed", 1),
        ((0, 202), True, "sent", 2),  # perhaps taken: the same key once more
        ((500, 202), True, "sent", 2),
        ((0,), False, "doubtful", 1),  # a gateway that knows no keys is not asked twice
        ((0, 400), True, "doubtful", 2),
    ],
)
def test_each_once_under_its_key_or_in_doubt(
    app: App, tmp_path: Path, answers: tuple[int, ...], again: bool, state: str, posts: int
) -> None:
    with gateway(*answers) as (url, heard):
        own = through(app.engine, tmp_path, url, again=again)
        do(own, "schedule_reminder", DUE_THEN, GLORIA)
        for minutes in (0, 1, 2, 3):
            sends(own, TEN + timedelta(minutes=minutes))
    assert states(own)["A"][0] == state
    assert len(heard) == posts
    assert {each["head"] for each in heard} == {heard[0]["key"]}
    assert heard[0]["auth"] == "Bearer s3cret"
    sent = [row for row in rows(own.engine, facts.contacts) if row.channel == "sms"]
    assert len(sent) == (state == "sent")


@ONE_KIND
def test_in_doubt_once_it_is_never_called_held(app: App, tmp_path: Path) -> None:
    with gateway(0) as (url, heard):
        own = through(app.engine, tmp_path, url)
        do(own, "schedule_reminder", DUE_THEN, GLORIA)
        sends(own, TEN)
        case(own.engine, "A", "holds", "Fraude")
        sends(own, TEN + timedelta(minutes=2))
    assert (states(own)["A"][0], len(heard)) == ("doubtful", 1)


@ONE_KIND
def test_what_was_judged_too_long_ago_waits_for_the_next_look(app: App, tmp_path: Path) -> None:
    with gateway() as (url, heard):
        own = through(app.engine, tmp_path, url)
        do(own, "schedule_reminder", ALL, GLORIA)
        moments = iter([TEN, TEN, TEN, TEN, *[TEN + timedelta(hours=12)] * 40])
        messenger = Messenger(own.engine, own.settings, load_calendars(), lambda: next(moments))
        messenger.work(Tick("reminders", TEN, TEN, "test"))
    assert len(heard) < 4  # by then it was night, and the rest was judged again
    assert {state for state, _ in states(own).values()} <= {"sent", "held", "waiting"}
