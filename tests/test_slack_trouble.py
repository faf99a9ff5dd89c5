"""What goes wrong between Slack and the bot: lost acks, limits, broken lines, wrong tokens, a stop."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Engine

from bot.outcome import Outcome
from bot.settings import Channels, ChannelScope, Settings, Slack
from bot.slack.app import TEXT_FILE, build_slack
from bot.slack.faults import CannotServe
from bot.slack.message import Message
from bot.slack.post import Poster
from bot.slack.rooms import Room, Rooms
from localslack.serve import running
from skills.contract import Option
from skills.text import load_texts
from tests.slack_samples import SAMPLES, renderer
from tests.slack_world import FLOOR, GLORIA, TEAM, World, reaching, world

pytest_plugins = ("tests.slack_fixtures",)
QUESTION = "¿roll rate esta semana?"
TEXTS = load_texts(TEXT_FILE)


OPEN = Channels(registered={"#cobranza": ChannelScope(clients=("ALA",), finest="supervisor")})


class SharedRooms(Rooms):
    """Slack Connect: localslack has no second company."""

    async def of(self, channel: str) -> Room:
        return replace(await super().of(channel), shared=True)


class Slow:
    """A desk that takes its time and counts what it is asked."""

    def __init__(self, seconds: float = 0.7) -> None:
        self.seconds, self.asked = seconds, 0

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


async def test_with_the_librarys_own_retries_it_would_be_posted_twice() -> None:
    """The ablation of retry_handlers=[]."""
    async with running(TEAM) as server, aiohttp.ClientSession() as session:
        client = AsyncWebClient(token="xoxb-t", base_url=server.api_url, session=session)
        server.workspace.faults.switch({"drop_after_accept": {"method": "chat.postMessage", "times": 1}})
        await Poster(client).post(FLOOR, Message("hola"))
        assert len(server.workspace.store.channels[FLOOR].messages) == 2


async def test_nobody_is_answered_unchecked(slack: World) -> None:
    room = await slack.dm(GLORIA)
    await slack.do("faults", error_500={"method": "users.info", "times": 1})
    await slack.say(GLORIA, room, QUESTION)
    (answer,) = await slack.answers(room, 1)
    assert "no puedo comprobar quién eres" in answer["text"]
    assert slack.audited() == [(GLORIA, "dm", room, "denied")]


async def test_channel_nobody_can_name_shows_nothing(slack: World) -> None:
    """Its limits go by name: without one it must not pass for a channel without limits."""
    await slack.do("faults", error_500={"method": "conversations.info", "times": 1})
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


async def test_what_slack_will_not_draw_is_sent_simpler() -> None:
    message = renderer().outcome(SAMPLES["by_campaign"]())
    (chart,) = [block for block in message.blocks if block["type"] == "data_visualization"]
    too_many = Message(message.text, [*message.blocks, chart, chart])
    undrawable = Message(message.text, [{"type": "section"}, *message.blocks])
    async with running(TEAM) as server, aiohttp.ClientSession() as session:
        client = AsyncWebClient("xoxb-t", server.api_url, session=session, retry_handlers=[])
        for each in (message, too_many, undrawable):
            await Poster(client).post(FLOOR, each)
        sent = [m.body for m in server.workspace.store.channels[FLOOR].messages.values()]
    kinds = [{block["type"] for block in body.get("blocks", [])} for body in sent]
    assert "data_visualization" in kinds[0]
    assert "data_visualization" not in kinds[1]
    assert "table" in kinds[1]
    assert kinds[2] == set()
    assert [body["text"] for body in sent] == [message.text] * 3


async def test_slow_answer_shows_that_it_is_coming(company: Engine) -> None:
    async with world(company, desk=Slow()) as slack:
        room = await slack.dm(GLORIA)
        ts = await slack.say(GLORIA, room, QUESTION)
        await slack.answers(room, 1)
        await asyncio.sleep(0.1)
        said = [call["payload"] for call in await slack.calls("assistant.threads.setStatus")]
    assert [(each["thread_ts"], bool(each["status"])) for each in said] == [(ts, True), (ts, False)]


async def test_impatient_person_is_told_to_wait(company: Engine) -> None:
    async with world(company, desk=Slow(0.3)) as slack:
        room = await slack.dm(GLORIA)
        for _ in range(9):
            await slack.say(GLORIA, room, QUESTION)
        said = [each["text"] for each in await slack.answers(room, 9)]
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


async def test_stop_lets_the_answer_under_way_finish(company: Engine) -> None:
    async with world(company, desk=Slow()) as slack:
        room = await slack.dm(GLORIA)
        await slack.say(GLORIA, room, QUESTION)
        await asyncio.sleep(0.2)
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
    for slack, said in ((Slack(mode="http"), "modo http"), (Slack(), "SLACK_BOT_TOKEN")):
        with pytest.raises(CannotServe, match=said):
            build_slack(Settings(slack=slack), Slow(), company, TEXTS)
