"""Alerts in sentences: what names no bound, what is done about one, in a channel; no reading without need."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select

from bot.app import App
from bot.outcome import Outcome
from bot.schedule import To
from bot.sections import Channels, ChannelScope
from bot.settings import Settings
from bot.watched import Alerts as Section
from bot.watched import Watched
from db import alerts
from db.alert_looks import NAME
from db.alerts import OPEN
from db.engine import reading, writing
from db.tables.alerts import watch_standings
from db.tables.house import settings as kept
from skills.alerts.spec import WatchSpec
from tests.reading_agency import read
from tests.small import ANA, GLORIA, LAURA, MARCO, NOW
from tests.test_alerts import ask_for, found, look, made, paid, press, say, watches

OVER = WatchSpec(metric="recovered_amount", op="gt", threshold=Decimal(20_000))


@pytest.fixture
def engine(small_own: Engine) -> Engine:
    return small_own


@pytest.fixture
def app(engine: Engine) -> App:
    return made(engine, Settings())


@pytest.fixture
def fired(app: App) -> App:
    ask_for(app)
    paid(app.engine, 30_000)
    look(app)
    return app


# --- read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("silencia la alerta 3 por 2 horas", {"do": "snooze", "hours": 2}),
        ("pon en pausa la alerta 3 por un día", {"do": "snooze", "hours": 24}),
        ("pospon la alerta 3 hasta las 5", {"do": "snooze", "until": "2026-11-18T17:00:00-06:00"}),
        ("mute alert 3 until tomorrow at 10", {"do": "snooze", "until": "2026-11-19T10:00:00-06:00"}),
        ("quita la pausa de la alerta 3", {"do": "wake"}),
        ("reconozco la alerta 3", {"do": "acknowledge"}),
        ("enterada de la alerta #3, gracias", {"do": "acknowledge"}),
        ("me encargo de la alerta 3", {"do": "acknowledge"}),
        ("acknowledge alert 3", {"do": "acknowledge"}),
        ("cierra la alerta 3: ya hablé con el banco", {"do": "resolve", "note": "ya hablé con el banco"}),
        ("asigna la alerta 3 a Ana Ruiz", {"do": "assign", "to": "Ana Ruiz"}),
        ("marca la alerta 3 como ruido", {"do": "useless"}),
        ("marca la alerta 3 como útil", {"do": "useful"}),
    ],
)
def test_what_is_done_about_an_alert_is_read(text: str, fields: dict[str, Any]) -> None:
    got = read(text)
    assert (got.outcome, got.intent, got.fields) == ("action", "attend_alert", {"alert": 3, **fields})


@pytest.mark.parametrize(
    ("text", "about"),
    [("pausa la alerta 3", "slot:hours"), ("asígnale la alerta 3 a Ana", "entity:to_agent")],
)
def test_what_is_missing_is_asked(text: str, about: str) -> None:
    assert (read(text).outcome, read(text).about) == ("clarify", about)


def test_a_pause_that_is_forbidden_is_no_order() -> None:
    assert read("no silencies la alerta 3").outcome == "none"
    assert read("no cierres la alerta 3").outcome == "none"


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("avísame si no llegan los pagos", {"kind": "data", "source": "payments"}),
        ("avísame cuando falten las gestiones", {"kind": "data", "source": "contacts"}),
        ("alert me if payments don't arrive", {"kind": "data", "source": "payments"}),
        ("avísame si hay algo raro", {"kind": "anomaly"}),
        ("avísame si vamos abajo de la meta", {"kind": "pace", "op": "lt", "threshold": 1}),
        ("avísame si no vamos a llegar a la meta", {"kind": "close", "op": "lt", "threshold": 1}),
        (
            "avísame si el roll rate de hoy pasa de 18 %",
            {"op": "gt", "metric": "roll_rate", "threshold": 0.18},
        ),
        (
            "avísame si el recuperado del mes pasa de 5 millones",
            {"op": "gt", "span": "to_date", "metric": "recovered_amount", "threshold": 5_000_000},
        ),
        ("avísame si las llamadas no llegan a 50", {"op": "lt", "metric": "calls", "threshold": 50}),
    ],
)
def test_a_watch_is_read_with_its_kind_and_days(text: str, fields: dict[str, Any]) -> None:
    got = read(text)
    assert (got.outcome, got.intent, got.fields) == ("action", "create_alert", fields)


def test_a_watch_for_one_day_alone_is_asked_about() -> None:
    assert read("avísame hoy si el recuperado pasa de 100 mil").outcome == "clarify"


@pytest.mark.parametrize("text", ["mis alertas", "alertas abiertas", "my alerts", "¿qué estás vigilando?"])
def test_the_list_is_asked_for_in_few_words(text: str) -> None:
    assert (read(text).outcome, read(text).intent) == ("list", "alerts")


# --- kept ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "spec", "said"),
    [
        (
            "avísame si no llegan los pagos",
            {"kind": "data", "source": "payments"},
            "más de un día hábil",
        ),
        ("avísame si hay algo raro", {"kind": "anomaly", "threshold": "2"}, "más de 2 cifras"),
        (
            "avísame si vamos abajo de la meta",
            {"kind": "pace", "op": "lt", "threshold": "1"},
            "avance menor que 100",
        ),
    ],
)
def test_what_names_no_bound_is_shown_with_its_own_and_kept(
    app: App, text: str, spec: dict[str, Any], said: str
) -> None:
    paid(app.engine, 100)
    assert said in say(app, text, GLORIA).text
    ask_for(app, text, GLORIA)
    assert [dict(each.spec) for each in watches(app)] == [spec]


def test_which_data_is_asked_with_buttons_and_a_team_has_none_of_its_own(app: App) -> None:
    asked = say(app, "avísame si no llegan los datos", GLORIA)
    assert [each.label for each in asked.choices] == ["Saldos", "Pagos", "Gestiones", "Promesas"]
    refused = say(app, "avísame si no llegan los pagos del equipo de Laura Ibáñez", GLORIA)
    assert refused.about == "filter"


def test_mine_is_kept_by_name_for_others_are_told_of_it_too(app: App) -> None:
    ask_for(app, "avísame si la contactabilidad de mi equipo baja de 20 %")
    assert watches(app)[0].spec["filters"] == [{"field": "supervisor", "op": "eq", "value": "Laura Ibáñez"}]


def test_now_is_of_the_days_that_are_looked_at(app: App) -> None:
    """The month so far says nothing of a limit for the day so far."""
    paid(app.engine, 700)
    shown = say(app, "avísame si el recuperado de hoy pasa de 20 mil")
    assert "Ahora: $500" in shown.text or "mié 18-nov" in shown.text


def test_what_it_would_have_done_is_worked_out_only_where_it_is_shown(app: App) -> None:
    """The yes is taken in a transaction: nothing is replayed in it."""
    action = app.desk._writing.actions["create_alert"]
    told: list[str] = []

    def counted(ctx: Any, request: Any) -> Any:
        preview = action.preview(ctx, request)
        more = preview.more

        def watched() -> Any:
            told.append("replayed")
            return more() if more else ()

        return replace(preview, more=watched)

    app.desk._writing.actions = {
        **app.desk._writing.actions,
        "create_alert": replace(action, preview=counted),
    }
    shown = say(app, "avísame si el recuperado pasa de 100 pesos")
    assert told == ["replayed"]
    assert "habría avisado" in shown.text
    token = {"proposal": shown.choices[0].fields["proposal"]}
    assert press(app, "confirm", token, minutes=1).outcome == "done"
    assert told == ["replayed"]


# --- attended to in words ------------------------------------------------------------------------------


def test_a_pause_in_words_ends_when_it_says(fired: App) -> None:
    done = say(fired, "silencia la alerta 1 por 2 horas", minutes=10)
    assert done.outcome == "done", done.text
    (ticket,) = found(fired)
    assert ticket.snoozed_until == NOW + timedelta(minutes=10, hours=2)
    assert say(fired, "quita la pausa de la alerta 1", minutes=11).outcome == "done"
    assert found(fired)[0].snoozed_until is None


def test_a_pause_without_an_end_offers_some(fired: App) -> None:
    asked = say(fired, "pausa la alerta 1", minutes=10)
    assert (asked.outcome, [each.label for each in asked.choices]) == (
        "clarify",
        ["1 hora", "4 horas", "24 horas"],
    )
    chosen = asked.choices[1]
    assert press(fired, chosen.intent, dict(chosen.fields)).outcome == "done"
    assert found(fired)[0].snoozed_until == NOW + timedelta(minutes=30, hours=4)


def test_a_pause_always_ends_and_later_than_now(fired: App) -> None:
    far = NOW + timedelta(days=8)
    for until in (far, NOW - timedelta(hours=1)):
        fields = {"alert": 1, "do": "snooze", "until": until.isoformat()}
        assert press(fired, "attend_alert", fields).about == "slot:hours"
    assert found(fired)[0].snoozed_until is None


def test_a_remark_is_kept_as_it_was_typed(fired: App) -> None:
    assert say(fired, "cierra la alerta 1: ya hablé con el banco", minutes=10).outcome == "done"
    (ticket,) = found(fired)
    assert (ticket.state, ticket.note) == ("resolved", "ya hablé con el banco")


@pytest.mark.parametrize("person", [MARCO, ANA])
def test_of_anothers_alert_it_is_not_even_said_that_there_is_one(fired: App, person: int) -> None:
    assert say(fired, "cierra la alerta 1", person, minutes=10).about == "alert"
    assert found(fired)[0].state == OPEN


# --- in a channel --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "value"),
    [(ChannelScope(finest="campaign"), "29800.00"), (ChannelScope(clients=("CEI",)), None)],
)
def test_a_channel_is_told_no_more_than_it_may_show(
    engine: Engine, scope: ChannelScope, value: str | None
) -> None:
    """In Gloria's right, who sees everything, and of that what the channel's scope leaves."""
    watch = Watched(look=OVER, to=To(channel="#direccion"), by=f"E{GLORIA}")
    registered = Channels(registered={"#direccion": scope})
    app = made(engine, Settings(channels=registered, alerts=Section(watch={"one": watch})))
    look(app)
    paid(engine, 30_000)
    look(app, 5)
    seen = [(t.watch.channel, t.watch.person_id, t.reading["row"]["value"]) for t in found(app)]
    assert seen == ([] if value is None else [("#direccion", GLORIA, value)])


def test_where_a_channel_may_show_nothing_nothing_is_read(engine: Engine) -> None:
    watch = Watched(look=OVER, to=To(channel="#otro"), by=f"E{GLORIA}")
    app = made(
        engine, Settings(channels=Channels(unregistered="refuse"), alerts=Section(watch={"one": watch}))
    )
    look(app)
    paid(engine, 30_000)
    look(app, 5)
    assert found(app) == []
    assert seen_at(app) == []


# --- no reading without need ---------------------------------------------------------------------------


def seen_at(app: App) -> list[datetime]:
    with reading(app.engine) as connection:
        return list(connection.execute(select(watch_standings.c.seen_at)).scalars())


def test_what_has_not_changed_is_not_read_again(app: App) -> None:
    ask_for(app)
    paid(app.engine, 100)
    look(app, 5)
    assert seen_at(app) == [NOW + timedelta(minutes=5)]
    for minutes in (10, 15, 20):
        look(app, minutes)
    assert seen_at(app) == [NOW + timedelta(minutes=5)]
    paid(app.engine, 200)
    look(app, 25)
    assert seen_at(app) == [NOW + timedelta(minutes=25)]
    look(app, 65)  # another hour
    assert seen_at(app) == [NOW + timedelta(minutes=65)]


def test_without_that_mark_every_look_reads_everything(app: App) -> None:
    ask_for(app)
    paid(app.engine, 100)
    look(app, 5)
    with writing(app.engine) as connection:
        connection.execute(kept.delete().where(kept.c.name == NAME))
    look(app, 10)
    assert seen_at(app) == [NOW + timedelta(minutes=10)]


def test_a_new_watch_is_read_at_the_next_look_all_the_same(app: App) -> None:
    paid(app.engine, 30_000)
    look(app, 0)
    ask_for(app)
    look(app, 5)
    assert len(found(app)) == 1


def test_a_look_of_which_a_part_failed_is_made_again(app: App) -> None:
    """A watch that cannot be read keeps no other from it, and is not passed over as unchanged."""
    ask_for(app)
    paid(app.engine, 100)
    with writing(app.engine) as connection:
        alerts.keep_watch(connection, f"chat:{LAURA}:odd", LAURA, {"kind": "no such"}, NOW)
    look(app, 5)
    look(app, 10)
    assert seen_at(app) == [NOW + timedelta(minutes=10)]


def test_a_watch_that_was_ended_and_asked_for_again_is_read(app: App) -> None:
    done: Outcome = ask_for(app)
    paid(app.engine, 30_000)
    press(app, "undo", {"proposal": done.choices[0].fields["proposal"]}, LAURA, minutes=2)
    look(app, 3)
    with writing(app.engine) as connection:
        alerts.keep_watch(connection, f"chat:{LAURA}:again", LAURA, OVER.wire(), NOW + timedelta(minutes=4))
    look(app, 5)
    assert len(found(app)) == 1
