"""Alerts from a sentence to their end: watched in one's own right, counted once, attended to, escalated."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select

from bot.alerts import Alerts
from bot.app import App, build
from bot.outcome import Outcome, Place, Who
from bot.schedule import To
from bot.settings import Settings
from bot.watched import Alerts as Section
from bot.watched import Watched
from db import alerts
from db.alerts import OPEN, Message, Ticket, Watch
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.dirty import mark_dirty
from db.engine import reading, writing
from db.tables import facts, house
from db.tables.alerts import watch_standings
from skills.alerts.spec import WatchSpec
from tests.small import ACCOUNT, ALAMEDA, ANA, CLIENTE, GLORIA, LAURA, MARCO, NOW

DM = Place("dm", "D1")
ASKED = "avísame si el recuperado pasa de 20 mil"
TODAY = NOW.date()


@pytest.fixture
def engine(small_own: Engine) -> Engine:
    return small_own


@pytest.fixture
def app(engine: Engine) -> App:
    return made(engine, Settings())


def made(engine: Engine, settings: Settings) -> App:
    return build(settings, engine=engine)


def say(app: App, text: str, person: int = LAURA, minutes: int = 0) -> Outcome:
    return app.desk.ask(
        text, who=Who("slack", f"U{person}"), place=DM, thread="t1", now=NOW + timedelta(minutes=minutes)
    )


def press(app: App, intent: str, fields: dict[str, Any], person: int = LAURA, minutes: int = 30) -> Outcome:
    who, now = Who("slack", f"U{person}"), NOW + timedelta(minutes=minutes)
    return app.desk.run(intent, fields, who=who, place=DM, thread="t1", now=now)


def attend(app: App, number: int, do: str, person: int = LAURA, **more: Any) -> Outcome:
    return press(app, "attend_alert", {"alert": number, "do": do, **more}, person)


def watcher(app: App) -> Alerts:
    return Alerts(app.engine, app.desk.watching, app.settings)


def look(app: App, minutes: int = 0) -> None:
    write = watcher(app).look(NOW + timedelta(minutes=minutes))
    with writing(app.engine) as connection:
        write(connection)


def paid(engine: Engine, pesos: int, on: datetime = NOW, letter: str = "A") -> None:
    """A payment comes in."""
    with writing(engine) as connection:
        known = connection.execute(select(func.count()).select_from(facts.payments)).scalar_one()
        row = {"client_id": ALAMEDA, "campaign_id": 1, "account_id": ACCOUNT[letter], "channel": "SPEI"}
        row |= {"payment_ref": f"N{known}", "paid_on": on.date(), "posted_on": on.date()}
        connection.execute(facts.payments.insert().values(**row, amount_cents=pesos * 100))
        mark_dirty(connection, "payments", ALAMEDA, [on.date()], on)
    refresh(engine, load_calendars(), now=on + timedelta(seconds=known))  # no two at the same moment


def found(app: App) -> list[Ticket]:
    with reading(app.engine) as connection:
        return alerts.tickets(connection)


def ask_for(app: App, text: str = ASKED, person: int = LAURA) -> Outcome:
    shown = say(app, text, person)
    assert shown.outcome == "preview", shown.text
    token = {"proposal": shown.choices[0].fields["proposal"]}
    done = press(app, "confirm", token, person, minutes=1)
    assert done.outcome == "done", done.text
    return done


# --- asked for -----------------------------------------------------------------------------------------


def test_a_preview_says_what_it_would_have_done_and_keeps_nothing(app: App) -> None:
    shown = say(app, "avísame si el recuperado pasa de 100 pesos")
    assert shown.outcome == "preview", shown.text
    assert "habría avisado" in shown.text
    assert "mayor que $100" in shown.text
    with reading(app.engine) as connection:
        assert alerts.live_watches(connection) == []


def test_a_yes_keeps_it_and_the_way_back_ends_it(app: App) -> None:
    done = ask_for(app)
    assert [w.spec["metric"] for w in watches(app)] == ["recovered_amount"]
    assert say(app, ASKED, minutes=2).text == "Ya vigilo eso para ti."
    undo = {"proposal": done.choices[0].fields["proposal"]}
    assert press(app, "undo", undo).outcome == "done"
    assert watches(app) == []


def watches(app: App) -> list[Watch]:
    with reading(app.engine) as connection:
        return alerts.live_watches(connection)


@pytest.mark.parametrize(
    ("person", "text", "outcome"),
    [
        (CLIENTE, ASKED, "denied"),
        (ANA, "avísame si las llamadas de Beto bajan de 10", "denied"),
        (LAURA, "avísame si las llamadas de Carla Méndez bajan de 10", "denied"),
        (GLORIA, "avísame si el recuperado de Tiendas La Ceiba pasa de 18 mil", "preview"),
    ],
)
def test_nobody_watches_what_she_may_not_see(app: App, person: int, text: str, outcome: str) -> None:
    shown = say(app, text, person)
    assert shown.outcome == outcome, shown.text


# --- looked at -----------------------------------------------------------------------------------------


def test_it_fires_once_stays_in_one_alert_and_recovers(app: App) -> None:
    ask_for(app)
    look(app)
    assert found(app) == []
    paid(app.engine, 30_000)
    for minutes in (5, 10, 15):
        look(app, minutes)
    (ticket,) = found(app)
    assert (ticket.state, ticket.subject, ticket.watch.person_id) == (OPEN, "", LAURA)
    paid(app.engine, 5_000)
    look(app, 20)
    (again,) = found(app)
    assert again.id == ticket.id
    assert again.reading["row"]["value"] != ticket.reading["row"]["value"]
    # A new day of which nothing is known says nothing; once it begins, it begins low.
    look(app, 24 * 60)
    assert found(app)[0].state == OPEN
    paid(app.engine, 100, NOW + timedelta(days=1))
    look(app, 24 * 60 + 5)
    (over,) = found(app)
    assert over.state == "recovered"


def test_a_total_is_not_low_before_its_day_is_over(app: App) -> None:
    """ "Menos de 50 llamadas" is judged on the last whole day, not at ten in the morning."""
    paid(app.engine, 30_000, NOW - timedelta(days=1))
    ask_for(app, "avísame si el recuperado de Banco Alameda baja de 20 mil")
    look(app)
    assert found(app) == []
    look(app, 24 * 60)  # today, with hardly anything, is over
    assert [t.state for t in found(app)] == [OPEN]


def test_a_watch_sees_what_its_person_sees(app: App) -> None:
    """Marco's team works for Ceiba alone: what comes in for Alameda is not his."""
    ask_for(app, "alert me if recovered amount goes over 20 thousand", MARCO)
    paid(app.engine, 30_000)
    look(app)
    assert found(app) == []


def test_the_same_reading_never_counts_twice(app: App) -> None:
    """Two processes that looked at the same moment: the second write changes nothing."""
    ask_for(app)
    paid(app.engine, 30_000)
    writes = [watcher(app).look(NOW + timedelta(minutes=5)) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda write: _written(app, write), writes))
    assert len(found(app)) == 1
    with reading(app.engine) as connection:
        assert connection.execute(select(func.count()).select_from(watch_standings)).scalar() == 1


def _written(app: App, write: Callable[[Connection], None]) -> None:
    with writing(app.engine) as connection:
        write(connection)


def test_without_the_names_of_readings_it_would_count_twice(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = WatchSpec(metric="recovered_amount", threshold=Decimal(20_000), span="to_date", slips=2)
    with writing(app.engine) as connection:
        alerts.keep_watch(connection, "chat:11:x", LAURA, slow.wire(), NOW)
    paid(app.engine, 30_000)
    for minutes in (0, 5, 10):
        look(app, minutes)
    assert found(app) == []  # one day is one slip, however often it is looked at
    moments = iter(range(9))
    monkeypatch.setattr("skills.alerts.look._key", lambda *_: str(next(moments)))
    look(app, 70)
    assert len(found(app)) == 1


# --- attended to ---------------------------------------------------------------------------------------


@pytest.fixture
def fired(app: App) -> App:
    ask_for(app)
    paid(app.engine, 30_000)
    look(app)
    with writing(app.engine) as connection:
        for each in alerts.to_draw(connection):
            alerts.posted(connection, each, "k", NOW, team="T1", place="D1")
    return app


def test_what_is_done_about_it_is_done_at_once_and_on_record(fired: App) -> None:
    (ticket,) = found(fired)
    done = attend(fired, ticket.id, "acknowledge")
    assert done.outcome == "done", done.text
    (after,) = found(fired)
    assert (after.acked_by, after.version) == (LAURA, ticket.version + 1)
    assert after.acked_until == NOW + timedelta(minutes=30, hours=4)
    with reading(fired.engine) as connection:
        rows = connection.execute(select(house.audit.c.action, house.audit.c.outcome))
        assert ("attend_alert", "done") in {tuple(row) for row in rows}


@pytest.mark.parametrize(
    ("do", "more", "state"),
    [
        ("snooze", {"hours": 4}, "snoozed"),
        ("resolve", {"note": "Ya lo vimos"}, "resolved"),
        ("useful", {}, OPEN),
    ],
)
def test_every_way_to_attend(fired: App, do: str, more: dict[str, Any], state: str) -> None:
    (ticket,) = found(fired)
    assert attend(fired, ticket.id, do, **more).outcome == "done"
    (after,) = found(fired)
    assert (after.state == OPEN) is (state != "resolved")
    assert (after.snoozed_until is not None) is (state == "snoozed")
    assert after.useful is (True if do == "useful" else None)


def test_a_snooze_without_hours_asks_how_long(fired: App) -> None:
    assert "cuántas horas" in attend(fired, 1, "snooze").text


@pytest.mark.parametrize(("person", "outcome"), [(MARCO, "refuse"), (CLIENTE, "denied"), (GLORIA, "done")])
def test_only_who_may_see_an_alert_attends_to_it(fired: App, person: int, outcome: str) -> None:
    (ticket,) = found(fired)
    assert attend(fired, ticket.id, "acknowledge", person).outcome == outcome


def test_it_is_not_given_to_whom_it_would_tell_another_teams_number(fired: App) -> None:
    (ticket,) = found(fired)
    assert attend(fired, ticket.id, "assign", GLORIA, to="Marco Rey").outcome == "denied"
    done = attend(fired, ticket.id, "assign", GLORIA, to="Laura Ibáñez")
    assert done.outcome == "done", done.text
    assert [n.person_id for n in done.notices] == [LAURA]


def test_what_is_over_is_not_attended_to(fired: App) -> None:
    (ticket,) = found(fired)
    attend(fired, ticket.id, "resolve")
    assert "ya terminó" in attend(fired, ticket.id, "acknowledge").text


# --- time passes ---------------------------------------------------------------------------------------


def told(app: App) -> list[Message]:
    with reading(app.engine) as connection:
        return alerts.to_draw(connection)


def test_unattended_it_is_escalated_once_to_who_sees_everything(fired: App) -> None:
    for minutes in (59, 61, 66, 130):
        look(fired, minutes)
    assert {m.person_id for m in told(fired) if m.posted is None} == {GLORIA}
    (ticket,) = found(fired)
    assert ticket.escalated_at == NOW + timedelta(minutes=61)


def test_an_acknowledgement_runs_out_and_she_is_asked_again(fired: App) -> None:
    attend(fired, 1, "acknowledge", hours=1)
    look(fired, 89)
    assert not [m for m in told(fired) if m.asks_again]
    look(fired, 91)
    assert [m.person_id for m in told(fired) if m.asks_again] == [LAURA]
    (ticket,) = found(fired)
    assert ticket.acked_by is None


@pytest.mark.parametrize(("urgent", "escalated"), [(False, False), (True, True)])
def test_in_quiet_hours_nobody_is_waited_for(fired: App, urgent: bool, escalated: bool) -> None:
    if urgent:
        (watch,) = watches(fired)
        with writing(fired.engine) as connection:
            alerts.keep_watch(connection, watch.code, LAURA, {**watch.spec, "urgent": True}, NOW)
    look(fired, 11 * 60)  # half past nine at night
    (ticket,) = found(fired)
    assert (ticket.escalated_at is not None) is escalated


# --- from config.yaml ----------------------------------------------------------------------------------

LATE = WatchSpec(kind="data", source="payments", op="gt", threshold=Decimal(0))
ODD = WatchSpec(kind="anomaly")
PACE = WatchSpec(kind="pace", op="lt", threshold=Decimal(2))


@pytest.mark.parametrize(
    ("spec", "to", "whose"),
    [
        (LATE, To(role="supervisor"), {LAURA, MARCO}),
        (PACE, To(person=f"E{GLORIA}"), {GLORIA}),
        (ODD, To(person="E999"), set()),
    ],
)
def test_what_config_says_is_what_is_watched(
    engine: Engine, spec: WatchSpec, to: To, whose: set[int]
) -> None:
    app = made(engine, Settings(alerts=Section(watch={"one": Watched(look=spec, to=to)})))
    look(app)
    assert {w.person_id for w in watches(app)} == whose
    look(app, 5)
    bare = build(Settings(), engine=engine)
    look(bare, 10)
    assert watches(bare) == []


def test_data_that_does_not_come_is_told_and_that_it_came(engine: Engine) -> None:
    watched = {"late": Watched(look=LATE, to=To(person=f"E{GLORIA}"))}
    app = made(engine, Settings(alerts=Section(watch=watched)))
    paid(engine, 100)
    look(app)
    look(app, 1)
    assert found(app) == []
    later = 3 * 24 * 60  # Saturday: Thursday's and Friday's payments are missing
    look(app, later)
    assert [t.state for t in found(app)] == [OPEN]
    assert found(app)[0].reading["last"] == TODAY.isoformat()
    paid(engine, 100, NOW + timedelta(days=2))
    look(app, later + 5)
    assert [t.state for t in found(app)] == ["recovered"]


def test_the_list_shows_what_fired_and_what_is_watched(fired: App) -> None:
    shown = say(fired, "muéstrame las alertas abiertas", minutes=40)
    assert shown.outcome == "answer", shown.text
    assert "Recuperado mayor que $20,000" in shown.text.replace("\u00a0", " ") or "20,000" in shown.text
    assert shown.answer is not None
    assert [row["alert"] for row in shown.answer.rows] == [1]
    assert {o.intent for o in shown.answer.next} == {"attend_alert", "stop_alert"}
    other = say(fired, "muéstrame las alertas abiertas", MARCO, minutes=41)
    assert other.answer is not None
    assert other.answer.rows == ()


def test_a_watch_is_ended_by_its_words_and_a_closed_alert_is_not_active(fired: App) -> None:
    assert say(fired, "cierra la alerta 1: ya se vio", minutes=40).outcome == "done"
    shown = say(fired, "mis alertas", minutes=41).text
    assert "alerta activa" not in shown
    assert "alerta cerrada" in shown
    asked = say(fired, "deja de vigilar el monto recuperado", minutes=42)
    assert asked.outcome == "preview", asked.text
    none = say(fired, "deja de vigilar la tasa de contacto", minutes=43)
    assert (none.outcome, none.about) == ("refuse", "alert")
