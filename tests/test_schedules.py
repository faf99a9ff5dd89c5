"""What people have sent to them: read, previewed, kept, listed, stopped; from config.yaml, too."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine

from bot.app import App, build
from bot.outcome import Outcome, Place, Who
from bot.schedule import Schedule
from bot.scheduled import sendings
from bot.settings import Settings
from db import schedules
from db.engine import reading, writing
from db.moving import MOVING, moving_as
from db.periods import Period
from db.ticks import take
from skills import all_skills
from skills.schedules.request import OF_ROLES
from tests.small import ANA, CLIENTE, GLORIA, LAURA, MARCO, NOW, fill

DM = Place("dm", "D1")


@pytest.fixture
def app(engine: Engine) -> App:
    with writing(engine) as connection:
        fill(connection)
    return build(Settings(), engine=engine)


def say(app: App, text: str, person: int = LAURA, minutes: int = 0) -> Outcome:
    now = NOW + timedelta(minutes=minutes)
    return app.desk.ask(text, who=Who("slack", f"U{person}"), place=DM, thread="t1", now=now)


def agreed(app: App, text: str, person: int = LAURA, minutes: int = 0) -> Outcome:
    shown = say(app, text, person, minutes)
    assert shown.outcome == "preview", shown.text
    return say(app, "sí", person, minutes + 1)


def kept(app: App, person: int = LAURA) -> list[schedules.Kept]:
    with reading(app.engine) as connection:
        return schedules.of_person(connection, person)


# --- from chat ----------------------------------------------------------------------------------------


def test_a_report_is_put_on_the_clock_after_a_yes(app: App) -> None:
    shown = say(app, "mándame el scorecard todos los lunes a las 8")
    assert shown.outcome == "preview"
    for said in ("Scorecard", "cada lunes a las 08:00", "tu mensaje directo", "lun 23-nov"):
        assert said in shown.text
    assert kept(app) == []
    assert say(app, "sí", minutes=1).outcome == "done"
    (one,) = kept(app)
    assert (dict(one.request), one.days) == ({"scorecard": {"filters": []}}, frozenset({0}))
    assert (one.zone, one.channel) == ("America/Mexico_City", None)


def test_this_is_what_the_thread_last_spoke_of_and_its_period_moves_on(app: App) -> None:
    say(app, "tasa de contacto por asesor la semana pasada")
    agreed(app, "mándame esto todos los martes a las 9", minutes=1)
    (one,) = kept(app)
    assert one.request["kpi"]["metric"] == "contact_rate"
    assert one.request["kpi"]["dims"] == ["agent"]
    assert one.moving == "last_week"
    with reading(app.engine) as connection:
        (sending,) = sendings(connection, app.settings, NOW + timedelta(days=7))
    assert sending.fields["period"] == {"start": "2026-11-16", "end": "2026-11-22"}


def test_this_of_nothing_is_asked_back(app: App) -> None:
    assert say(app, "mándame esto todos los martes a las 9").outcome == "clarify"


def test_a_whole_question_may_be_put_on_the_clock(app: App) -> None:
    agreed(app, "mándame la tasa de contacto de Banco Alameda todos los días a las 9")
    (one,) = kept(app)
    assert one.days == frozenset(range(6))
    assert one.request["kpi"]["filters"] == [{"field": "client", "op": "eq", "value": "Banco Alameda"}]


def test_no_hour_is_asked_back_and_an_order_is_never_put_on_the_clock(app: App) -> None:
    assert say(app, "mándame el scorecard todos los lunes").about == "slot:time"
    order = {"reassign_accounts": {"from_agent": "Ana Ruiz", "to_agent": "Beto"}}
    fields: dict[str, Any] = {"request": order, "weekday": "monday", "time": "08:00"}
    who = Who("slack", f"U{LAURA}")
    refused = app.desk.run("schedule_report", fields, who=who, place=DM, thread="t", now=NOW)
    assert (refused.outcome, refused.about) == ("refuse", "unsupported:schedule")


def test_the_same_twice_is_said_and_a_channel_is_not_for_everybody(app: App) -> None:
    agreed(app, "mándame el scorecard todos los lunes a las 8")
    assert say(app, "mándame el scorecard todos los lunes a las 8", minutes=5).about == "unchanged"
    assert say(app, "manda el scorecard a #piso todos los lunes a las 8", ANA).outcome == "denied"
    assert say(app, "manda el scorecard a #piso todos los lunes a las 8", GLORIA).outcome == "preview"


def test_they_are_listed_and_stopped_and_only_ones_own(app: App) -> None:
    agreed(app, "mándame el scorecard todos los lunes a las 8")
    listed = say(app, "mis envíos programados", minutes=5)
    assert listed.outcome == "answer"
    assert "cada lunes a las 08:00" in listed.text
    assert say(app, "deja de mandarme el scorecard", MARCO, 6).outcome == "refuse"
    assert agreed(app, "deja de mandarme el scorecard", minutes=7).outcome == "done"
    assert kept(app) == []
    who, now = Who("slack", f"U{LAURA}"), NOW + timedelta(minutes=10)
    app.desk.run("undo", {"target": "last_action"}, who=who, place=DM, thread="t1", now=now)
    (one,) = kept(app)
    assert one.made_at == now


def test_of_several_it_is_asked_which(app: App) -> None:
    agreed(app, "mándame el scorecard todos los lunes a las 8")
    agreed(app, "mándame la tasa de contacto todos los lunes a las 9", minutes=5)
    asked = say(app, "cancela el envío de los lunes", minutes=10)
    assert asked.outcome == "clarify", asked.text
    assert len(asked.choices) == 2
    agreed(app, "deja de mandarme todo", minutes=11)
    assert kept(app) == []


def test_what_a_leaver_had_sent_is_sent_no_more(app: App) -> None:
    agreed(app, "mándame el scorecard todos los lunes a las 8", ANA)
    with reading(app.engine) as connection:
        assert len(sendings(connection, app.settings, NOW)) == 1
    from db.tables.reference import people

    with writing(app.engine) as connection:
        gone = people.update().where(people.c.id == ANA).values(active_to=NOW.date() - timedelta(days=1))
        connection.execute(gone)
        assert sendings(connection, app.settings, NOW) == []


# --- from config.yaml ---------------------------------------------------------------------------------


def test_a_role_is_everybody_of_it_by_name(app: App) -> None:
    plan = Schedule.model_validate({"ask": {"scorecard": {}}, "to": {"role": "supervisor"}, "at": "08:00"})
    with reading(app.engine) as connection:
        found = sendings(connection, Settings(schedules={"day": plan}), NOW)
        later = sendings(
            connection, Settings(schedules={"day": plan.model_copy(update={"rest": False})}), NOW
        )
    assert [each.person_id for each in found] == [LAURA, MARCO]
    assert len({each.name for each in found}) == 2
    assert {each.name for each in found}.isdisjoint({each.name for each in later})


@pytest.mark.parametrize(
    "wrong",
    [
        {"ask": {}, "to": {"role": "agent"}, "at": "08:00"},
        {"ask": {"scorecard": {}}, "to": {}, "at": "08:00"},
        {"ask": {"scorecard": {}}, "to": {"channel": "#piso"}, "at": "08:00"},
        {"ask": {"scorecard": {}}, "to": {"role": "agent"}, "by": "E1", "at": "08:00"},
        {"ask": {"scorecard": {}}, "to": {"role": "agent"}, "at": "25:00"},
        {"ask": {"scorecard": {}}, "to": {"role": "agent"}, "at": "08:00", "zone": "America/Tecate"},
        {"ask": {"scorecard": {}}, "to": {"role": "agent"}, "at": "08:00", "days": []},
    ],
)
def test_a_faulty_schedule_is_a_fault(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Schedule.model_validate(wrong)


def test_an_unquoted_hour_that_yaml_takes_for_minutes_is_still_that_hour() -> None:
    plan = Schedule.model_validate({"ask": {"scorecard": {}}, "to": {"role": "agent"}, "at": 13 * 60 + 5})
    assert f"{plan.at:%H:%M}" == "13:05"


def test_what_config_sends_her_is_listed_beside_her_own_and_stopped_there(engine: Engine) -> None:
    plans = {
        "day": {"ask": {"scorecard": {}}, "to": {"role": "supervisor"}, "at": "08:00"},
        "all": {"ask": {"kpi": {"metric": "calls"}}, "to": {"channel": "#piso"}, "by": "E31", "at": "13:00"},
    }
    with writing(engine) as connection:
        fill(connection)
    app = build(Settings(schedules={k: Schedule.model_validate(v) for k, v in plans.items()}), engine=engine)
    mine = say(app, "mis envíos programados")
    assert "Los que manda tu agencia" in mine.text
    assert "de lunes a sábado a las 08:00" in mine.text
    assert "#piso" not in mine.text
    assert "#piso" in say(app, "mis envíos programados", GLORIA).text
    assert "agencia" not in say(app, "mis envíos programados", ANA).text
    assert say(app, "deja de mandarme el scorecard", minutes=1).about == "config"
    twice = say(app, "mándame el scorecard todos los lunes a las 9", minutes=2)
    assert "te llegaría dos veces" in twice.text


def test_the_list_says_when_what_config_sends_was_last_sent(engine: Engine) -> None:
    plan = Schedule.model_validate({"ask": {"scorecard": {}}, "to": {"role": "supervisor"}, "at": "08:00"})
    with writing(engine) as connection:
        fill(connection)
        name = sendings(connection, Settings(schedules={"day": plan}), NOW)[0].name
        earlier = NOW - timedelta(days=1)
        take(connection, name, earlier, owner="test", now=earlier, outcome="seen")
        take(connection, name, NOW, owner="test", now=NOW)
    app = build(Settings(schedules={"day": plan}), engine=engine)
    assert f"enviado mié 18-nov {NOW:%H:%M}" in say(app, "mis envíos programados").text


def test_two_of_a_kind_are_told_apart_on_their_buttons(app: App) -> None:
    agreed(app, "programa el scorecard todos los días a las 8")
    agreed(app, "mándame el scorecard todos los lunes a las 9", minutes=5)
    asked = say(app, "deja de mandarme el scorecard", minutes=10)
    assert len({each.label for each in asked.choices}) == 2


def test_an_hour_without_days_is_no_scorecard_of_that_hour(app: App) -> None:
    asked = say(app, "mándame el scorecard a las 8")
    assert (asked.outcome, asked.about) == ("clarify", "slot:weekday")


# --- periods that move --------------------------------------------------------------------------------


@pytest.mark.parametrize("today", [date(2026, 11, 18), date(2026, 11, 1), date(2026, 3, 31)])
def test_each_moving_period_is_taken_for_itself_or_for_the_same_days(today: date) -> None:
    for name, of in MOVING.items():
        taken = moving_as(of(today), today)
        assert taken is not None
        assert MOVING[taken](today) == of(today), name


def test_a_period_that_goes_with_nothing_stands_still() -> None:
    assert moving_as(Period(start=date(2026, 9, 3), end=date(2026, 9, 9)), date(2026, 11, 18)) is None


def test_the_viewer_of_a_client_may_have_her_own_numbers_sent(app: App) -> None:
    agreed(app, "mándame la tasa de contacto todos los lunes a las 8", CLIENTE)
    (one,) = kept(app, CLIENTE)
    assert one.name.startswith("asked:")


def test_the_executive_report_is_put_on_the_clock_by_those_who_may_ask_for_it(app: App) -> None:
    asked = "mándame el reporte ejecutivo todos los lunes a las 7:30"
    assert "Reporte ejecutivo" in say(app, asked, GLORIA).text
    say(app, "sí", GLORIA, 1)
    (one,) = kept(app, GLORIA)
    assert dict(one.request) == {"executive": {"filters": []}}
    assert say(app, asked, ANA).outcome == "denied"
    for skill in all_skills():
        for question in skill.questions:
            assert OF_ROLES.get(question.name, question.roles) == question.roles
