"""Where a client reads along: what is posted there, who agrees to it, and whose target a number has."""

from typing import Any

import pytest
from sqlalchemy import Engine, update

from bot.app import App, build
from bot.outcome import Outcome, Place, Who
from bot.sections import Channels, ChannelScope
from bot.settings import Settings
from db.engine import writing
from db.tables.facts import targets
from db.tables.reference import people
from tests.small import CARO, GLORIA, LAURA, NOW

ROOM = "banco-alameda"
CHANNELS = Channels(registered={ROOM: ChannelScope(clients=("ALA",), finest="campaign")})
CEIBA = {"field": "client", "op": "eq", "value": "Tiendas La Ceiba"}


@pytest.fixture
def app(small_own: Engine) -> App:
    with writing(small_own) as connection:
        connection.execute(update(people).where(people.c.id == CARO).values(role="director"))
    return build(Settings(channels=CHANNELS), engine=small_own)


def run(app: App, intent: str, fields: dict[str, Any], person: int = GLORIA) -> Outcome:
    place = Place("dm", f"D{person}")
    return app.desk.run(intent, fields, who=Who("slack", f"U{person}"), place=place, thread="t", now=NOW)


def weekly(**more: Any) -> dict[str, Any]:
    return {"report": "weekly", "channel": f"#{ROOM}", **more}


def test_another_clients_report_is_refused_before_anybody_confirms(app: App) -> None:
    refused = run(app, "send_report", weekly(filters=[CEIBA]))
    assert (refused.outcome, refused.about) == ("denied", "scope")
    assert "Tiendas La Ceiba" in refused.text
    plan = {"report": "weekly", "client": "Tiendas La Ceiba", "weekday": "monday", "time": "08:00"}
    assert run(app, "schedule_report", {**plan, "channel": f"#{ROOM}"}).outcome == "denied"
    assert run(app, "schedule_report", {**plan, "channel": "#piso"}).outcome == "preview"


def test_what_the_client_reads_needs_a_second_yes_and_names_client_and_week(app: App) -> None:
    shown = run(app, "send_report", weekly())
    assert shown.outcome == "preview", shown.text
    for said in ("lun 9-nov a dom 15-nov", "Banco Alameda", "lee el cliente"):
        assert said in shown.text
    assert run(app, "confirm", {"proposal": shown.card}).outcome == "pending_approval"
    own = run(app, "send_report", {"report": "weekly", "channel": "#piso"})
    assert run(app, "confirm", {"proposal": own.card}).outcome == "done"


def test_without_a_registered_client_nobody_else_is_asked(small_own: Engine) -> None:
    """The ablation: the channel's register is what tells that a client reads."""
    bare = build(Settings(), engine=small_own)
    shown = run(bare, "send_report", weekly(filters=[CEIBA]))
    assert run(bare, "confirm", {"proposal": shown.card}).outcome == "done"


def test_a_team_that_is_told_apart_more_finely_is_not_posted_there(app: App) -> None:
    assert run(app, "send_report", weekly(), LAURA).outcome == "denied"


def test_of_two_targets_the_answer_says_which(app: App) -> None:
    november = {"period_start": NOW.date().replace(day=1), "period_end": NOW.date().replace(day=30)}
    row = {"metric": "recovered_amount", "scope": "client", "scope_code": "ALA", **november}
    with writing(app.engine) as connection:
        for owner, value in (("INTERNA", 100_000), ("CLIENTE", 90_000)):
            connection.execute(targets.insert().values(**row, owner=owner, value_micros=value * 1_000_000))
    asked = {
        "metric": "recovered_amount",
        "filters": [{"field": "client", "op": "eq", "value": "Banco Alameda"}],
    }
    assert "meta interna" in run(app, "kpi", asked).text
    there = Place("channel", ROOM, ROOM)
    who = Who("slack", f"U{GLORIA}")
    public = app.desk.run("kpi", asked, who=who, place=there, thread="t", now=NOW)
    assert "meta del cliente" in public.text
    assert "interna" not in public.text
