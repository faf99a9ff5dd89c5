"""What moved a number past its bound, in the alert itself: as "why" tells it, within what its person sees."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from bot.app import App, build
from bot.outcome import Place, Who
from bot.settings import Settings
from db import alerts
from db.engine import writing
from db.metrics import load_catalogue
from skills.alerts.card import Words
from skills.alerts.spec import WatchSpec
from skills.contract import Filter, Text
from tests.small import GLORIA, NOW
from tests.test_alerts import found, look, paid

TODAY = WatchSpec(metric="recovered_amount", op="gt", threshold=Decimal(20_000), span="today")


@pytest.fixture
def app(small_own: Engine) -> App:
    return build(Settings(), engine=small_own)


def fired(app: App, spec: WatchSpec, person: int = GLORIA) -> dict[str, Any]:
    with writing(app.engine) as connection:
        alerts.keep_watch(connection, f"chat:{person}:x", person, spec.wire(), NOW - timedelta(days=1))
    for letter, pesos, days in (("A", 100, 7), ("E", 900, 7), ("E", 400, 0), ("A", 30_000, 0)):
        paid(app.engine, pesos, NOW - timedelta(days=days), letter)
    look(app)
    (ticket,) = found(app)
    return dict(ticket.reading)


def words(app: App, language: Any) -> Words:
    say = app.texts.say
    return Words(lambda key, **slots: say(language, key, **slots), language, load_catalogue(), NOW)


def test_an_alert_says_what_moved_it(app: App) -> None:
    """An account of that bucket brought it in: as it was and is, in each reader's language."""
    held = fired(app, TODAY)
    rows = held["causes"]["rows"]
    assert [(row["name"], row["before"], row["now"]) for row in rows] == [("31-60", "0.00", "30000.00")]
    (ticket,) = found(app)
    spanish, english = (
        " ".join(part.body for part in words(app, language).card(ticket, {}).parts if isinstance(part, Text))
        for language in ("es", "en")
    )
    assert "lo que más lo mueve contra" in spanish
    assert rows[0]["name"] in spanish
    assert "what moved it most against" in english


def test_it_is_the_question_why_s_own_answer(app: App) -> None:
    held = fired(app, TODAY)
    asked = {**held["asked"], "metric": "recovered_amount"}
    who, place = Who("slack", f"U{GLORIA}"), Place("dm", "D1")
    said = app.desk.run("why", asked, who=who, place=place, thread=None, now=NOW).answer
    assert said is not None
    first, *_ = said.rows
    cause = held["causes"]["rows"][0]
    assert (str(first["previous"]), str(first["value"])) == (cause["before"], cause["now"])


def test_a_number_that_moved_the_other_way_has_no_cause(app: App) -> None:
    """Below its bound, and more than the week before: nothing made it fall."""
    low = WatchSpec(metric="recovered_amount", op="lt", threshold=Decimal(10**9), span="today")
    assert "causes" not in fired(app, low)


def test_what_cannot_be_split_is_told_without_a_cause(app: App) -> None:
    one = Filter(field="agent", op="eq", value="Ana Ruiz")
    held = fired(app, TODAY.model_copy(update={"filters": (one,)}))
    assert Decimal(held["row"]["value"]) > 20_000


def test_within_the_bound_nothing_is_asked(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def noticed(*args: Any) -> dict[str, Any]:
        asked.append(args)
        return {}

    monkeypatch.setattr("skills.alerts.look.causes_of", noticed)
    with writing(app.engine) as connection:
        alerts.keep_watch(connection, "chat:31:x", GLORIA, TODAY.wire(), NOW - timedelta(days=1))
    look(app)
    assert asked == []
