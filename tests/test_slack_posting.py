"""A post that may or may not have worked: looked for before it is sent again, never twice, never lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.faults import slack_code
from bot.slack.message import Message
from bot.slack.post import Poster
from localslack.serve import Server, running
from tests.slack_world import FLOOR, GLORIA, TEAM, World

pytest_plugins = ("tests.slack_fixtures",)
QUESTION = "¿roll rate esta semana?"
POST = "chat.postMessage"
SOON = (0.01, 0.01, 0.01)


@asynccontextmanager
async def posting(**faults: Any) -> AsyncIterator[tuple[Server, Poster]]:
    async with running(TEAM) as server, aiohttp.ClientSession() as session:
        client = AsyncWebClient("xoxb-t", server.api_url, session=session, retry_handlers=[])
        server.workspace.faults.switch(faults)
        yield server, Poster(client, SOON)


def posted(server: Server) -> list[str]:
    return list(server.workspace.store.channels[FLOOR].messages)


@pytest.mark.parametrize("fault", ["error_500", "drop_after_accept"])
@pytest.mark.parametrize("threaded", [False, True])
async def test_one_failure_makes_exactly_one_message(fault: str, threaded: bool) -> None:
    async with posting() as (server, poster):
        thread = await poster.post(FLOOR, Message("antes")) if threaded else None
        server.workspace.faults.switch({fault: {"method": POST, "times": 1}})
        ts = await poster.post(FLOOR, Message("hola"), thread)
        assert posted(server) == [*([thread] if thread else []), ts]


async def test_a_look_that_fails_sends_nothing_again() -> None:
    """Posted, the line broken, and the first look broken too: still one message."""
    once = {"times": 1}
    faults = {
        "drop_after_accept": {"method": POST, **once},
        "error_500": {"method": "conversations.history", **once},
    }
    async with posting(**faults) as (server, poster):
        assert posted(server) == []
        ts = await poster.post(FLOOR, Message("hola"))
        assert posted(server) == [ts]


async def test_without_looking_a_broken_line_loses_the_answer() -> None:
    """The ablation: no looks. What was posted passes for lost, and what was not is lost."""
    async with posting(error_500={"method": POST, "times": 1}) as (server, poster):
        with pytest.raises(SlackApiError) as caught:
            await Poster(poster._client, ()).post(FLOOR, Message("hola"))
        assert posted(server) == []
        assert slack_code(caught.value) == "SlackApiError"  # the body of a 500 is text


async def test_at_most_three_tries() -> None:
    async with posting(error_500={"method": POST, "times": 9}) as (server, poster):
        with pytest.raises(SlackApiError):
            await poster.post(FLOOR, Message("hola"))
        assert server.workspace.faults.as_json()["error_500"] == [{"method": POST, "times": 6}]


@pytest.mark.parametrize("fault", ["error_500", "drop_after_accept"])
async def test_a_question_is_answered_once_all_the_same(slack: World, fault: str) -> None:
    room = await slack.dm(GLORIA)
    await slack.do("faults", **{fault: {"method": POST, "times": 1}})
    await slack.say(GLORIA, room, QUESTION)
    await slack.answers(room, 1)
    await asyncio.sleep(1)
    (answer,) = await slack.messages(room)
    assert "Roll rate" in answer["text"]


async def test_an_answer_that_cannot_be_posted_is_said_and_logged(
    slack: World, caplog: pytest.LogCaptureFixture
) -> None:
    await slack.do("faults", error_500={"method": POST, "times": 3})
    await slack.say(GLORIA, FLOOR, f"@cartera {QUESTION}")
    (sorry,) = await slack.answers(FLOOR, 1, viewer=GLORIA)
    assert sorry["ephemeral"]
    assert "no me dejó publicar" in sorry["text"]
    assert f"ref={sorry['text'].split()[-1]}" in caplog.text
    await slack.say(GLORIA, FLOOR, f"@cartera {QUESTION}")  # and the bot is alive
    found = await slack.answers(FLOOR, 2, viewer=GLORIA)
    assert not found[1].get("ephemeral")
