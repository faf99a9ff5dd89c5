"""A thousand of the worst answers a model can give, each through the whole turn: nothing comes of them."""

import json
import random
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.desk import Outcome
from db.engine import reading
from db.tables import metadata
from tests.llm_desk import Floor, ask, floor
from tests.llm_malice import MESSAGES, worst
from tests.llm_server import Said, always, metric, plan
from tests.small import ANA, CARO, CLIENTE, GLORIA, LAURA

RECORDED = ("audit", "audit_head", "threads")  # where each question leaves its line, whoever read it
SAID = {"answer", "clarify", "refuse", "denied", "help", "smalltalk", "none"}
# Whose rows a person must never be shown.
HIDDEN = {
    LAURA: ("Carla Méndez", "Marco Rey", "Ceiba Crédito", "Tiendas La Ceiba"),
    ANA: ("Carla Méndez", "Alberto Núñez", "Marco Rey", "Ceiba Crédito", "Tiendas La Ceiba"),
    CLIENTE: ("Carla Méndez", "Ana Ruiz", "Marco Rey", "Ceiba Crédito", "Tiendas La Ceiba"),
    GLORIA: (),
    CARO: (),
}
LEAKS = ("You read one message", "not_understood", "collections call centre", "evil.example", "drop table")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Floor:
    return floor(tmp_path_factory.mktemp("malice"))


def contents(here: Floor) -> dict[str, list[tuple[object, ...]]]:
    kept = [table for table in metadata.sorted_tables if table.name not in RECORDED]
    with reading(here.engine) as connection:
        return {t.name: [tuple(row) for row in connection.execute(select(t))] for t in kept}


def shown(outcome: Outcome) -> Iterator[str]:
    """Everything that is not the asker's own words: rows, sentences of the answer, buttons."""
    if outcome.answer is not None:
        yield json.dumps(outcome.json()["answer"], ensure_ascii=False, default=str)
    for option in outcome.choices:
        yield option.label + json.dumps(option.fields, ensure_ascii=False, default=str)


@pytest.mark.parametrize("readings", ["answer", "confirm"])
@pytest.mark.parametrize(("mode", "seed"), [("residue", 1), ("always", 2)])
def test_nothing_comes_of_a_malicious_model(here: Floor, mode: str, readings: str, seed: int) -> None:
    dice, before, first = random.Random(seed), contents(here), len(here.records())
    how = {"mode": mode, "readings": readings}
    with here.with_model(lambda said: worst(dice, said), **how) as (app, fake):
        for _ in range(250):
            text, person = dice.choice(MESSAGES), dice.choice(list(HIDDEN))
            outcome = ask(app, text, person)
            assert outcome.outcome in SAID
            assert set(outcome.request or {}) <= {"kpi"}
            assert {option.intent for option in outcome.choices} <= {"kpi"}
            for said in shown(outcome):
                assert not [name for name in HIDDEN[person] if name in said], (text, person)
                assert not [leak for leak in LEAKS if leak in said], (text, person)
    assert contents(here) == before
    assert len(fake.bodies) >= 150
    decided = Counter(row.outcome for row in here.records()[first:] if row.entrance == "model")
    believed = "won" if readings == "answer" else "offered"
    assert min(decided[each] for each in ("dropped", "failed", believed)) > 5, decided


def test_a_model_that_never_answers_costs_a_moment(here: Floor) -> None:
    with here.with_model(lambda _said: Said("{}", wait=2.0), timeout=0.1) as (app, _):
        outcomes = {ask(app, "guajolotes de este mes", LAURA).outcome for _ in range(8)}
    assert outcomes == {"clarify"}


def test_the_rights_stand_behind_whatever_is_read(here: Floor) -> None:
    """One reading, fair in itself: who may see Carla sees her row, who leads another team does not."""
    text = "guajolotes de Carla Méndez este mes"
    said = plan(
        metrics=metric("recovered_amount", "guajolotes"),
        filters=[{"field": "agent", "op": "eq", "words": "AGENT_1"}],
        period="este mes",
    )
    with here.with_model(always(said), readings="answer") as (app, _):
        seen, denied = ask(app, text, GLORIA), ask(app, text, LAURA)
    assert (seen.outcome, denied.outcome) == ("answer", "denied")
    assert any("Carla Méndez" in each for each in shown(seen))
    assert list(shown(denied)) == []
