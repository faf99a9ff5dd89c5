"""The whole turn with a model beside it: the record, the budget, the buttons, the rights, the sentence."""

import json
from collections.abc import Iterator

import pytest

from bot.app import build
from bot.desk import Who
from bot.settings import Settings
from db.audit import recall
from db.engine import reading, writing
from tests.house_rows import emptied
from tests.llm_desk import DM, Floor, ask, floor
from tests.llm_server import Said, always, metric, plan
from tests.small import ANA, GLORIA, LAURA, MARCO, NOW

ASKED = "¿cuántos guajolotes pelones este mes?"
GOOD = plan(metrics=metric("recovered_amount", "guajolotes pelones"), period="este mes")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Floor:
    return floor(tmp_path_factory.mktemp("second"))


@pytest.fixture
def here(made: Floor) -> Iterator[Floor]:
    yield made
    with writing(made.engine) as connection:
        emptied(connection)


def test_a_button_asks_what_the_model_made_of_it(here: Floor) -> None:
    with here.with_model(always(GOOD)) as (app, _):
        asked = ask(app, ASKED, thread="t1")
        assert (asked.outcome, asked.about) == ("clarify", "unknown_term")
        assert "guajolotes" in asked.message
        (option,) = asked.choices
        assert option.label == "Monto recuperado · 1-nov a 18-nov"
        assert ask(app, ASKED, MARCO).choices[0].label.startswith("Amount recovered")
        answer = app.desk.run(
            option.intent, option.fields, who=Who("slack", f"U{GLORIA}"), place=DM, thread="t1", now=NOW
        )
    assert answer.outcome == "answer"
    with reading(here.engine) as connection:
        assert recall(connection, DM.id, "t1") == {"kpi": dict(option.fields)}


def test_an_answer_won_says_what_was_taken_for_what(here: Floor) -> None:
    with here.with_model(always(GOOD), readings="answer") as (app, _):
        spanish, english = ask(app, ASKED), ask(app, ASKED, MARCO)
    assert (spanish.outcome, english.outcome) == ("answer", "answer")
    assert spanish.message == "Leí «guajolotes pelones» como «Monto recuperado»."
    assert english.message == "I read “guajolotes pelones” as “Amount recovered”."


def test_without_a_model_the_same_question_is_asked_back(here: Floor) -> None:
    outcome = ask(build(Settings(), engine=here.engine), ASKED)
    assert (outcome.outcome, outcome.choices) == ("clarify", ())


def test_the_record_holds_which_prompt_and_what_became_of_it(here: Floor) -> None:
    with here.with_model(always(GOOD)) as (app, _):
        ask(app, ASKED)
    call, turn = here.records()
    assert (call.entrance, call.outcome, call.said, turn.entrance) == ("model", "offered", None, "dm")
    kept = json.loads(call.request)["model"]
    assert (kept["task"], kept["model"], kept["prompt"]) == ("reading", "openai:fake", "reading/v1")
    assert (len(kept["sha256"]), kept["tokens"], kept["decision"]) == (64, 100, "offered")
    assert call.took_ms == kept["ms"] > 0
    assert (call.person_id, call.at) == (turn.person_id, turn.at)
    assert "guajolotes" not in call.request


@pytest.mark.parametrize("limit", [{"calls_a_day": 2}, {"tokens_a_day": 200}])
def test_a_days_budget_outlives_the_process(here: Floor, limit: dict[str, int]) -> None:
    for _ in range(2):
        with here.with_model(always(GOOD), **limit) as (app, fake):
            assert ask(app, ASKED).choices
            assert len(fake.bodies) == 1
    with here.with_model(always(GOOD), **limit) as (app, fake):
        outcome = ask(app, ASKED)
    assert (outcome.outcome, outcome.choices, fake.bodies) == ("clarify", (), [])


def test_a_call_that_failed_counts(here: Floor) -> None:
    with here.with_model(always("", status=500), calls_a_day=1) as (app, fake):
        ask(app, ASKED)
        ask(app, ASKED)
    assert len(fake.bodies) == 1
    assert [row.outcome for row in here.records()] == ["failed", "clarify", "clarify"]


def test_a_choice_beyond_the_askers_reach_is_not_offered(here: Floor) -> None:
    """Laura may not see Carla, whatever a model makes of the sentence."""
    made = plan(
        metrics=metric("recovered_amount", "guajolotes"),
        filters=[{"field": "agent", "op": "eq", "words": "AGENT_1"}],
    )
    with here.with_model(always(made), readings="answer") as (app, fake):
        assert ask(app, "guajolotes de Carla Méndez", GLORIA).outcome == "answer"
        assert ask(app, "guajolotes de Carla Méndez", LAURA).outcome == "denied"
        assert ask(app, "guajolotes de Carla Méndez", ANA).outcome == "denied"
    assert all("Carla" not in body for body in fake.bodies)
    with here.with_model(always(made)) as (app, _):
        assert ask(app, "guajolotes de Carla Méndez", LAURA).choices == ()


def test_a_question_understood_goes_to_no_model(here: Floor) -> None:
    with here.with_model(always(GOOD)) as (app, fake):
        assert ask(app, "recuperado este mes").outcome == "answer"
        assert ask(app, "¿cómo vamos?").outcome == "clarify"
    assert fake.bodies == []
    assert [row.entrance for row in here.records()] == ["dm", "dm"]


def test_two_readings_are_both_in_words(here: Floor) -> None:
    said = plan(metrics=metric("ptp_count", "promesas"), period="para mañana")
    with here.with_model(always(said), mode="always") as (app, _):
        asked = ask(app, "promesas para mañana")
    assert (asked.outcome, asked.about) == ("clarify", "confirm_reading")
    assert len({each.label for each in asked.choices}) == 2
    assert all(each.label for each in asked.choices)


def test_a_slow_model_costs_its_time_and_no_more(here: Floor) -> None:
    with here.with_model(lambda _said: Said(GOOD, wait=1.0), timeout=0.2) as (app, _):
        assert ask(app, ASKED).outcome == "clarify"
    assert [row.outcome for row in here.records()] == ["failed", "clarify"]
