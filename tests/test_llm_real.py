"""A real model, where there is one: CARTERA_TEST_LLM_URL names a server that speaks OpenAI's protocol."""

import json
import os

import pytest

from tests.llm_measure import OWN, measured, rows_of, second_at
from tests.llm_server import Said, plan, serving
from tests.reading_agency import read

URL = os.environ.get("CARTERA_TEST_LLM_URL", "")
MODEL = os.environ.get("CARTERA_TEST_LLM_MODEL", "local")


def _stretches() -> dict[str, str]:
    """From the first unread word of each message to the last, as it was typed."""
    found = {}
    for row in rows_of([OWN]):
        text, left = row["text"], read(row["text"]).unread
        if left and left[0] in text and left[-1] in text:
            found[text] = text[text.index(left[0]) : text.index(left[-1]) + len(left[-1])]
    return found


@pytest.mark.skipif(not URL, reason="CARTERA_TEST_LLM_URL names no server")
def test_a_real_model_makes_it_kinder_and_no_riskier() -> None:
    found = measured(second_at(URL, MODEL, 60, "confirm"), rows_of([OWN]))
    assert sum(found.marks.values()) >= 30
    assert found.marks["WRONG"] == 0
    assert found.marks["button"] > 0
    assert found.decisions["failed TimeoutError"] <= 2


def test_what_is_measured_is_what_came_of_it() -> None:
    """One who knows, and one who takes every unknown word for money: the marks tell them apart."""
    right = {row["text"]: row["expected"] for row in rows_of([OWN])}

    def knows(said: str) -> Said:
        wanted = right.get(said, {}).get("fields")
        if wanted is None or said not in unread:
            return Said(plan())
        return Said(plan(metrics=[{"id": wanted["metric"], "words": unread[said]}]))

    unread = _stretches()
    with serving(knows) as fake:
        found = measured(second_at(fake.url, "fake", 20, "confirm"), rows_of([OWN]))
        assert found.marks["button"] >= 5
        assert found.marks["WRONG"] == found.marks["right"] == 0
        fake.says = lambda said: Said(
            plan(metrics=[{"id": "recovered_amount", "words": unread.get(said, said)}])
        )
        eager = measured(second_at(fake.url, "fake", 20, "answer"), rows_of([OWN]))
    assert eager.marks["WRONG"] > 0
    assert json.loads(json.dumps(eager.json()))["asked"] == sum(eager.marks.values())
