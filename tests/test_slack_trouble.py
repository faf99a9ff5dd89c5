"""What goes wrong between Slack and the bot: lost acks, limits, broken lines, wrong tokens, a stop."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from bot import desk
from bot.app import text_files
from bot.outcome import Outcome
from bot.sections import Channels, ChannelScope, Slack
from bot.settings import Settings
from bot.slack.app import build_slack
from bot.slack.conversation import Delivery
from bot.slack.faults import CannotServe
from bot.slack.records import Records, Taken
from bot.slack.rooms import Room, Rooms
from bot.slack.works import Job
from db.engine import writing
from localslack.serve import running
from skills.contract import Option
from skills.text import load_texts
from tests.slack_world import FLOOR, GLORIA, TEAM, World, reaching, world
from tests.small import NOW

pytest_plugins = ("tests.slack_fixtures",)
QUESTION = "¿roll rate esta semana?"
TEXTS = load_texts(*text_files())


OPEN = Channels(registered={"#cobranza": ChannelScope(clients=("ALA",), finest="supervisor")})


class SharedRooms(Rooms):
    """Slack Connect: localslack has no second company."""

    async def of(self, channel: str) -> Room:
        return replace(await super().of(channel), shared=True)


class Slow:
    """A desk that takes its time and counts what it is asked."""

    def __init__(self, seconds: float = 0.3) -> None:
        self.seconds, self.asked = seconds, 0
        self.follows: list[Any] = []

    def watching(self, *_: Any) -> None:
        """It sees nothing for anybody."""

    def ask(self, text: str, **_: Any) -> Outcome:
        self.asked += 1
        time.sleep(self.seconds)
        return Outcome("help", "es", message=f"Listo: {text}", choices=(Option("Otra", "kpi", {}),))

    def run(self, intent: str, fields: Any, **_: Any) -> Outcome:
        return self.ask(intent)


async def test_failure_is_a_sentence_with_a_reference(slack: World, caplog: pytest.LogCaptureFixture) -> None:
    room = await slack.dm(GLORIA)
    await slack.say(GLORIA, room, "revienta")
    (answer,) = await slack.answers(room, 1)
    assert "No pude responder" in answer["text"]
    assert "Traceback" not in answer["text"]
    reference = answer["text"].split()[-1]
    assert reference in caplog.text
    assert "secreto" not in caplog.text
    assert slack.audited()[0][3] == "failed"


async def test_a_question_that_waited_too_long_gets_a_word(company: Engine) -> None:
    """Left by a process that died a while ago: the next one says so instead of answering out of the blue."""
    job = Job("ask", "T1", GLORIA, FLOOR, "channel", "ask:old", text=QUESTION, ref="r1")
    left = Taken(json.dumps(asdict(job)), FLOOR, "ask:old", "somebody gone")
    assert Records(company).claim(["message:old"], NOW - timedelta(minutes=20), left)
    async with world(company) as slack:
        (word,) = await slack.settled(FLOOR, 1)
        assert "No alcancé a responder" in word["text"]


async def test_lost_ack_and_redelivery_make_one_answer(slack: World) -> None:
    room = await slack.dm(GLORIA)
    await slack.do("faults", lose_ack=1, duplicate=1)
    await slack.say(GLORIA, room, QUESTION)
    assert len(await slack.settled(room, 1)) == 1
    assert len(await slack.delivered("message")) == 3  # the copy and the retry both arrived


async def test_without_the_inbox_each_delivery_is_answered(company: Engine) -> None:
    """The ablation: a key that never repeats."""
    ticks = iter(range(99))
    async with world(company, keys=lambda _body, _event: [f"event:{next(ticks)}"]) as slack:
        room = await slack.dm(GLORIA)
        await slack.do("faults", lose_ack=1, duplicate=1)
        await slack.say(GLORIA, room, QUESTION)
        assert len(await slack.settled(room, 3)) == 3


async def test_new_connection_when_slack_asks_for_it(slack: World) -> None:
    await slack.do("faults", disconnect="refresh_requested")
    await asyncio.sleep(0.3)
    room = await slack.dm(GLORIA)
    await slack.say(GLORIA, room, QUESTION)
    assert len(await slack.settled(room, 1)) == 1


async def test_rate_limit_is_waited_out(slack: World) -> None:
    room = await slack.dm(GLORIA)
    await slack.do("faults", rate_limit={"method": "chat.postMessage", "times": 1, "retry_after": 1})
    started = time.monotonic()
    await slack.say(GLORIA, room, QUESTION)
    assert len(await slack.settled(room, 1)) == 1
    assert time.monotonic() - started > 1


async def test_broken_line_after_the_post_makes_no_second_post(slack: World) -> None:
    room = await slack.dm(GLORIA)
    await slack.do("faults", drop_after_accept={"method": "chat.postMessage", "times": 1})
    await slack.say(GLORIA, room, QUESTION)
    assert len(await slack.settled(room, 1)) == 1


@pytest.mark.parametrize("method", ["users.info", "conversations.info"])
@pytest.mark.parametrize("fault", ["error_500", "rate_limit"])
async def test_what_only_looks_is_asked_again(slack: World, method: str, fault: str) -> None:
    await slack.do("faults", **{fault: {"method": method, "times": 1, "retry_after": 0.2}})
    await slack.say(GLORIA, FLOOR, f"@cartera {QUESTION}")
    (answer,) = await slack.settled(FLOOR, 1)
    assert "20.0 %" in answer["text"]


async def test_nobody_is_answered_unchecked(slack: World) -> None:
    await slack.do("faults", error_500={"method": "users.info", "times": 3})
    await slack.say(GLORIA, FLOOR, f"@cartera {QUESTION}")
    (answer,) = await slack.answers(FLOOR, 1)
    assert "no puedo comprobar quién eres" in answer["text"]
    assert slack.audited() == [(GLORIA, "channel", FLOOR, "denied")]


async def test_channel_nobody_can_name_shows_nothing(slack: World) -> None:
    """Its limits go by name: without one it must not pass for a channel without limits."""
    await slack.do("faults", error_500={"method": "conversations.info", "times": 3})
    await slack.say(GLORIA, FLOOR, f"@cartera {QUESTION}")
    (answer,) = await slack.answers(FLOOR, 1)
    assert "No pude responder" in answer["text"]


@pytest.mark.parametrize(("registered", "shows"), [(Channels(), False), (OPEN, True)])
async def test_channel_shared_with_another_company(
    company: Engine, registered: Channels, shows: bool
) -> None:
    async with world(company, channels=registered, rooms=SharedRooms) as slack:
        await slack.say(GLORIA, FLOOR, f"@cartera {QUESTION}")
        (answer,) = await slack.answers(FLOOR, 1)
    assert ("se comparte con otra empresa" in answer["text"]) is not shows
    assert ("%" in answer["text"]) is shows


async def test_impatient_person_is_told_to_wait(company: Engine) -> None:
    async with world(company, desk=Slow(0.3)) as slack:
        room = await slack.dm(GLORIA)
        for n in range(9):
            await slack.say(GLORIA, room if n % 2 else FLOOR, f"@cartera {QUESTION}")
        said = [each["text"] for each in (*await slack.answers(room, 4), *await slack.answers(FLOOR, 5))]
    assert sum("Todavía estoy" in text for text in said) == 2
    assert sum("Listo" in text for text in said) == 7


async def test_double_click_runs_once(company: Engine) -> None:
    slow = Slow()
    async with world(company, desk=slow) as slack:
        room = await slack.dm(GLORIA)
        await slack.say(GLORIA, room, QUESTION)
        (answer,) = await slack.answers(room, 1)
        for _ in range(2):
            await slack.click(GLORIA, answer, "Otra")
        assert len(await slack.settled(room, 2)) == 2
        assert slow.asked == 2
        slack.clock.advance(seconds=11)  # now it is meant
        await slack.click(GLORIA, answer, "Otra")
        assert len(await slack.settled(room, 3)) == 3


@pytest.mark.parametrize("undone", [True, False])
async def test_an_answer_that_is_not_on_record_is_not_sent(
    slack: World, undone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ablation goes by what was put, though its transaction never came to be."""

    @contextmanager
    def busy_at_commit(engine: Engine) -> Iterator[Connection]:
        locked = sqlite3.OperationalError()
        locked.sqlite_errorcode = sqlite3.SQLITE_BUSY
        with writing(engine) as connection:
            yield connection
            raise OperationalError("commit", None, locked)

    monkeypatch.setattr(desk, "writing", busy_at_commit)
    if not undone:
        monkeypatch.setattr(Delivery, "came_of", lambda *_: None)
    await slack.say(GLORIA, FLOOR, f"@cartera {QUESTION}")
    (answer,) = await slack.settled(FLOOR, 1)
    assert ("ocupada" in answer["text"]) is undone
    assert slack.audited() == []


async def test_stop_lets_the_answer_under_way_finish(company: Engine) -> None:
    async with world(company, desk=Slow()) as slack:
        room = await slack.dm(GLORIA)
        await slack.say(GLORIA, room, QUESTION)
        await slack.heard()
        assert await slack.messages(room) == []
        await slack.stop()
        assert len(await slack.messages(room)) == 1


async def test_wrong_token_is_said_and_not_tried_for_ever(company: Engine) -> None:
    async with running(TEAM) as server:
        edge = build_slack(Settings(slack=reaching(server, "xoxb-wrong")), Slow(), company, TEXTS)
        with pytest.raises(CannotServe, match="credenciales: invalid_auth"):
            await asyncio.wait_for(edge.serve(asyncio.Event()), 5)


async def test_slack_out_of_reach_is_said(company: Engine) -> None:
    async with running(TEAM) as server:
        gone = Settings(slack=reaching(server))
    with pytest.raises(CannotServe, match="No se puede llegar a Slack"):
        await asyncio.wait_for(build_slack(gone, Slow(), company, TEXTS).serve(asyncio.Event()), 5)


def test_settings_that_do_not_suffice_are_said(company: Engine) -> None:
    for slack, said in ((Slack(mode="http"), "SLACK_SIGNING_SECRET"), (Slack(), "SLACK_BOT_TOKEN")):
        with pytest.raises(CannotServe, match=said):
            build_slack(Settings(slack=slack), Slow(), company, TEXTS)
