"""Being named before one's team: by one's own yes, to one's own team, once the target is reached."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert

from bot.app import App, build
from bot.outcome import Outcome, Place, Who
from bot.settings import Settings
from db.engine import reading, writing
from db.recognition import willing
from db.tables.facts import targets
from tests.reading_agency import read
from tests.small import ANA, BETO, CARLA, GLORIA, LAURA, NOW

DM = Place("dm", "D1")


@pytest.fixture
def app(small_own: Engine) -> App:
    """Ana has reached hers, Carla has not; of Beto nothing came in."""
    with writing(small_own) as connection:
        connection.execute(delete(targets).where(targets.c.scope == "agent"))
        for code, pesos in (("E21", 100), ("E22", 100), ("E23", 1_000_000)):
            row = {"metric": "recovered_amount", "scope": "agent", "scope_code": code, "owner": "INTERNA"}
            span = {"period_start": date(2026, 11, 1), "period_end": date(2026, 11, 30)}
            connection.execute(insert(targets).values(**row, **span, value_micros=pesos * 1_000_000))
    return build(Settings(), engine=small_own)


def say(app: App, text: str, person: int) -> Outcome:
    return app.desk.ask(text, who=Who("slack", f"U{person}"), place=DM, thread=None, now=NOW)


def card(app: App, person: int) -> str:
    found = app.desk.run("scorecard", {}, who=Who("slack", f"U{person}"), place=DM, thread=None, now=NOW)
    assert found.outcome == "answer", found.text
    _, _, named = found.text.partition("Reconocimiento")
    return named.partition("Para hoy")[0]


def test_nobody_is_named_who_did_not_say_yes(app: App) -> None:
    assert card(app, LAURA) == ""
    assert card(app, BETO) == ""


def test_a_yes_is_read_done_at_once_and_taken_back(app: App) -> None:
    assert "tu equipo lo verá" in say(app, "sí quiero que me reconozcan", ANA).text
    assert "Ya habías aceptado" in say(app, "quiero que me reconozcan", ANA).text
    assert "Ana Ruiz ya lleva" in card(app, LAURA)
    assert "Alberto" not in card(app, LAURA)
    assert "ya no apareces" in say(app, "ya no quiero que me reconozcan", ANA).text
    assert card(app, LAURA) == ""


def test_her_team_reads_of_her_and_of_nobody_else(app: App) -> None:
    """Beto reads that Ana reached hers, by her leave; of her numbers he is told nothing else."""
    say(app, "sí quiero que me reconozcan", ANA)
    assert "Ana Ruiz ya lleva" in card(app, BETO)
    assert card(app, CARLA) == ""  # of another team
    assert card(app, GLORIA) == ""  # a floor is told by campaign
    rows = app.desk.run("scorecard", {}, who=Who("slack", f"U{BETO}"), place=DM, thread=None, now=NOW).answer
    assert rows is not None
    assert not any("agent" in row for row in rows.rows)


def test_without_asking_who_is_willing_she_would_be_named(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard off."""
    monkeypatch.setattr("skills.kpi.scorecard.recognised.willing", lambda _, people: frozenset(people))
    assert "Ana Ruiz ya lleva" in card(app, LAURA)


def test_who_has_not_reached_it_is_not_named(app: App) -> None:
    say(app, "sí quiero que me reconozcan", CARLA)
    assert card(app, CARLA) == ""


def test_without_targets_who_has_most_is_named_among_a_few_that_said_yes(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(app.engine) as connection:
        connection.execute(delete(targets).where(targets.c.scope == "agent"))
    for person in (ANA, BETO):
        say(app, "sí quiero que me reconozcan", person)
    assert card(app, LAURA) == ""
    monkeypatch.setattr("skills.kpi.scorecard.recognised.FEW", 2)
    assert "Ana Ruiz es quien más lleva" in card(app, LAURA)
    assert "Ana Ruiz es quien más lleva" in card(app, BETO)


def test_nobody_says_it_for_another_and_only_agents_are_asked(app: App) -> None:
    assert say(app, "sí quiero que me reconozcan", LAURA).outcome == "denied"
    with reading(app.engine) as connection:
        assert willing(connection, [LAURA, ANA]) == frozenset()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("sí quiero que me reconozcan", True),
        ("Sí, acepto que me reconozcan cuando alcance mi meta", True),
        ("quiero que me reconozcan en público", True),
        ("yes, I want to be recognised", True),
        ("no quiero que me nombren", False),
        ("no, ya no quiero que me reconozcan", None),
        ("ya no quiero que me reconozcan", False),
        ("i don't want to be recognized any more", False),
        ("no me menciones por favor", False),
        ("quiero que me mandes el scorecard", None),
        ("¿quién quiere que lo reconozcan?", None),
    ],
)
def test_it_is_read_whole_or_not_at_all(text: str, wanted: bool | None) -> None:
    got = read(text)
    said: dict[str, Any] = dict(got.fields or {}) if got.intent == "set_recognition" else {}
    assert said.get("wanted") is wanted
