"""What people think of answers: kept once a person, by the answer's own key; the bad ones become cases."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from bot.__main__ import main
from bot.judged import COMMENT, Judgement, candidates, judge
from bot.sections import Channels, ChannelScope
from db.audit import Entry, record
from db.engine import open_engine, writing
from db.migrate import upgrade
from db.tables.house import feedback
from db.tables.reference import people
from tests import house_rows
from tests.slack_world import EXTERNAL, FLOOR, GLORIA, JSON, LAURA, World, shown, world
from tests.small import NOW
from tests.surface_hands import Hands

pytest_plugins = ("tests.slack_fixtures",)
tables, engine = house_rows.tables, house_rows.engine
QUESTION = "¿roll rate esta semana?"
REQUEST = {"kpi": {"metric": "roll_rate"}}


def asked(engine: Engine, ref: str, outcome: str = "answer") -> None:
    entry = Entry(NOW, None, "U7", "dm", "D1", QUESTION, REQUEST, outcome, None, rows=1, took_ms=1, ref=ref)
    with writing(engine) as connection:
        record(connection, entry)


@pytest.fixture
def agency(engine: Engine) -> Engine:
    """Two people and an answer."""
    shared = {"role": "agent", "language": "es", "nicknames": ""}
    with writing(engine) as connection:
        for n in (7, 8):
            row = {"id": n, "employee_no": f"E{n}", "name": f"P{n}", "slack_user_id": f"U{n}", **shared}
            connection.execute(people.insert().values(**row))
    asked(engine, "r1")
    return engine


def marks(engine: Engine) -> list[tuple[Any, ...]]:
    columns = (feedback.c.ref, feedback.c.person_id, feedback.c.good, feedback.c.reason, feedback.c.comment)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(feedback.c.person_id))]


def test_good_then_bad_then_why_is_one_mark(agency: Engine) -> None:
    assert judge(agency, Judgement("r1", "U7", None, True), NOW)
    assert list(candidates(agency)) == []
    assert judge(agency, Judgement("r1", "U7", None, False), NOW)
    assert judge(agency, Judgement("r1", "U7", None, False, "number", "faltan\x00 dos" + "x" * 2_000), NOW)
    ((ref, person, good, reason, comment),) = marks(agency)
    assert (ref, person, good, reason) == ("r1", 7, False, "number")
    assert comment.startswith("faltan dos")
    assert len(comment) == COMMENT
    assert judge(agency, Judgement("r1", "U7", None, True), NOW)  # and she changes her mind
    assert marks(agency) == [("r1", 7, True, None, None)]
    assert list(candidates(agency)) == []


def test_each_person_has_a_mark_of_her_own(agency: Engine) -> None:
    judge(agency, Judgement("r1", "U7", None, True), NOW)
    judge(agency, Judgement("r1", "U8", None, False, "meaning"), NOW + timedelta(minutes=1))
    assert [row[1:4] for row in marks(agency)] == [(7, True, None), (8, False, "meaning")]
    (case,) = candidates(agency)
    assert case["text"] == QUESTION
    assert case["got"] == {"outcome": "answer", "request": REQUEST}
    assert (case["reason"], case["comment"]) == ("meaning", None)
    assert "U8" not in json.dumps(case)


@pytest.mark.parametrize(("ref", "user"), [("r1", "U99"), ("nobody", "U7"), ("", "U7"), ("r1", "")])
def test_a_stranger_or_an_answer_that_never_was_leaves_nothing(agency: Engine, ref: str, user: str) -> None:
    assert judge(agency, Judgement(ref, user, None, False), NOW) is False
    assert marks(agency) == []


def test_an_answer_on_record_twice_is_one_case(agency: Engine) -> None:
    """Refused in the channel, then shown to the asker alone, under one key."""
    asked(agency, "r2", "denied")
    asked(agency, "r2", "answer")
    judge(agency, Judgement("r2", "U7", None, False), NOW)
    (case,) = candidates(agency)
    assert case["got"]["outcome"] == "answer"


def test_the_command_prints_the_cases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'cartera.db'}"
    engine = open_engine(url)
    upgrade(engine)
    shared = {"role": "agent", "language": "es", "nicknames": ""}
    with writing(engine) as connection:
        row = {"id": 7, "employee_no": "E7", "name": "P7", "slack_user_id": "U7", **shared}
        connection.execute(people.insert().values(**row))
    asked(engine, "r1")
    judge(engine, Judgement("r1", "U7", None, False, "number", "son 3"), NOW)
    engine.dispose()
    monkeypatch.setenv("DATABASE_URL", url)
    assert main(["candidates"]) == 0
    (case,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (case["text"], case["reason"], case["comment"]) == (QUESTION, "number", "son 3")


# --- in Slack ------------------------------------------------------------------------------------


async def thumb(slack: World, user: str, message: JSON, value: str) -> None:
    where = {"channel": message["channel"], "ts": message["ts"], "action_id": "feedback"}
    await slack.do("click", user=user, **where, value=value)


async def test_thumbs_under_an_answer(slack: World) -> None:
    await slack.say(GLORIA, FLOOR, f"@cartera {QUESTION}")
    (answer,) = await slack.answers(FLOOR, 1)
    await thumb(slack, LAURA, answer, "positive_button")
    await thumb(slack, EXTERNAL, answer, "negative_button")  # somebody the agency does not know
    await thumb(slack, GLORIA, answer, "negative_button")
    hands = Hands(slack, GLORIA)
    form = await hands.view("Motivo")
    assert [row[1:3] for row in marks(slack.engine)] == [(11, True), (31, False)]  # kept already
    refused = await hands.submit(form, reason={"form_reason": "other"})
    assert "comment" in refused["errors"]
    told = await hands.submit(form, reason={"form_reason": "number"}, comment={"form_comment": "eran 3"})
    assert told.get("errors") is None
    (case,) = candidates(slack.engine)
    assert (case["text"], case["reason"], case["comment"]) == (QUESTION, "number", "eran 3")


async def test_what_the_agency_could_not_show_in_the_channel_is_one_case(company: Engine) -> None:
    narrow = Channels(registered={"#cobranza": ChannelScope(finest="supervisor")})
    async with world(company, channels=narrow) as slack:
        await slack.say(GLORIA, FLOOR, "@cartera llamadas de este mes por asesor")
        (answer,) = await slack.answers(FLOOR, 1, viewer=GLORIA)
        assert "Me sirvió" in shown(answer)
        await thumb(slack, GLORIA, answer, "negative_button")
        (case,) = candidates(slack.engine)
        assert case["got"]["outcome"] == "answer"
