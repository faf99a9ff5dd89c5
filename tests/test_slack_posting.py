"""A post that may or may not have worked: looked for before it is sent again, never twice, never lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.faults import slack_code
from bot.slack.message import Message
from bot.slack.post import Poster
from bot.slack.workspaces import Credentials, Workspaces
from localslack.serve import Server, running
from tests.slack_mail import POST, SOON, parcel, workspaces_at
from tests.slack_samples import SAMPLES, renderer
from tests.slack_world import BOT, FLOOR, GLORIA, TEAM, World, shown

pytest_plugins = ("tests.slack_fixtures",)
QUESTION = "¿roll rate esta semana?"
NONE: list[Any] = []


@asynccontextmanager
async def posting(
    looks: tuple[float, ...] = SOON, handlers: list[Any] | None = NONE, **faults: Any
) -> AsyncIterator[tuple[Server, Poster]]:
    """`handlers`: of the client's own retries; None: those that the library brings."""
    async with running(TEAM) as server, aiohttp.ClientSession() as session:
        server.workspace.faults.switch(faults)
        yield server, Poster(workspaces_at(server, session, handlers), looks)


def posted(server: Server) -> list[str]:
    return list(server.workspace.store.channels[FLOOR].messages)


@pytest.mark.parametrize("fault", ["error_500", "drop_after_accept"])
@pytest.mark.parametrize("threaded", [False, True])
async def test_one_failure_makes_exactly_one_message(fault: str, threaded: bool) -> None:
    async with posting() as (server, poster):
        thread = await poster.deliver(parcel("antes")) if threaded else None
        server.workspace.faults.switch({fault: {"method": POST, "times": 1}})
        ts = await poster.deliver(parcel("k", thread=thread))
        assert posted(server) == [*([thread] if thread else []), ts]


async def test_a_look_that_fails_sends_nothing_again() -> None:
    """Posted, the line broken, and the first look broken too: still one message."""
    once = {"times": 1}
    faults: dict[str, Any] = {
        "drop_after_accept": {"method": POST, **once},
        "error_500": {"method": "conversations.history", **once},
    }
    async with posting(**faults) as (server, poster):
        assert posted(server) == []
        ts = await poster.deliver(parcel("k"))
        assert posted(server) == [ts]


async def test_without_looking_a_broken_line_loses_the_answer() -> None:
    """The ablation: no looks. What was posted passes for lost, and what was not is lost."""
    async with posting(looks=(), error_500={"method": POST, "times": 1}) as (server, poster):
        with pytest.raises(SlackApiError) as caught:
            await poster.deliver(parcel("k"))
        assert posted(server) == []
        assert slack_code(caught.value) == "SlackApiError"  # the body of a 500 is text


async def test_with_the_librarys_own_retries_it_would_be_posted_twice() -> None:
    """The ablation of retry_handlers=[]."""
    dropped: dict[str, Any] = {"drop_after_accept": {"method": POST, "times": 1}}
    async with posting(handlers=None, **dropped) as (server, poster):
        await poster.deliver(parcel("k"))
        assert len(posted(server)) == 2


async def test_at_most_three_tries() -> None:
    async with posting(error_500={"method": POST, "times": 9}) as (server, poster):
        with pytest.raises(SlackApiError):
            await poster.deliver(parcel("k"))
        assert server.workspace.faults.as_json()["error_500"] == [{"method": POST, "times": 6}]


@pytest.mark.parametrize("fault", ["error_500", "drop_after_accept"])
async def test_a_question_is_answered_once_all_the_same(slack: World, fault: str) -> None:
    room = await slack.dm(GLORIA)
    await slack.do("faults", **{fault: {"method": POST, "times": 1}})
    await slack.say(GLORIA, room, QUESTION)
    await slack.answers(room, 1)
    (answer,) = await slack.settled(room, 1)
    assert "Roll rate" in answer["text"]


async def test_an_answer_that_cannot_be_posted_is_said_and_logged(
    slack: World, caplog: pytest.LogCaptureFixture
) -> None:
    """The question was deleted while its answer was being made: there is no thread to answer in."""
    gate = slack.gates.hold("a")
    ts = await slack.say(GLORIA, FLOOR, "@cartera espera a")
    await asyncio.to_thread(slack.gates.at.acquire)
    workspace = slack.server.workspace
    workspace.posting.remove(workspace.store.channels[FLOOR].messages[ts])
    gate.set()
    (sorry,) = await slack.answers(FLOOR, 1, viewer=GLORIA)
    assert sorry["ephemeral"]
    assert "no me dejó publicar" in sorry["text"]
    assert f"ref={sorry['text'].split()[-1]}" in caplog.text
    await slack.say(GLORIA, FLOOR, f"@cartera {QUESTION}")  # and the bot is alive
    found = await slack.answers(FLOOR, 2, viewer=GLORIA)
    assert not found[1].get("ephemeral")


async def test_what_slack_will_not_draw_is_sent_simpler() -> None:
    message = renderer().outcome(SAMPLES["by_campaign"]())
    (chart,) = [block for block in message.blocks if block["type"] == "data_visualization"]
    too_many = Message(message.text, [*message.blocks, chart, chart])
    undrawable = Message(message.text, [{"type": "section"}, *message.blocks])
    async with posting() as (server, poster):
        for key, each in (("a", message), ("b", too_many), ("c", undrawable)):
            await poster.deliver(parcel(key, body={"text": each.text, "blocks": each.blocks}))
        sent = [m.body for m in server.workspace.store.channels[FLOOR].messages.values()]
    kinds = [{block["type"] for block in body.get("blocks", [])} for body in sent]
    assert "data_visualization" in kinds[0]
    assert "data_visualization" not in kinds[1]
    assert "table" in kinds[1]
    assert kinds[2] == set()
    assert [body["text"] for body in sent] == [message.text] * 3


# --- an answer that goes into a message that grows -----------------------------------------------


async def opened(server: Server) -> tuple[str, str]:
    """A question and the stream that was opened under it."""
    workspace = server.workspace
    asked = workspace.posting.by_person(GLORIA, workspace.store.channels[FLOOR], "hola")
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient("xoxb-t", server.api_url, session=session, retry_handlers=[])
        to = {"recipient_user_id": GLORIA, "recipient_team_id": "T1"}
        begun = await client.api_call(
            "chat.startStream", json={"channel": FLOOR, "thread_ts": asked.ts, **to}
        )
    return asked.ts, str(begun["ts"])


SECTION = {"type": "section", "text": {"type": "plain_text", "text": "la respuesta"}}


@pytest.mark.parametrize("state", ["growing", "ended", "gone", "undrawable", "twice"])
async def test_an_answer_finds_its_message_whatever_became_of_it(state: str) -> None:
    async with posting() as (server, poster):
        thread, ts = await opened(server)
        channel = server.workspace.store.channels[FLOOR]
        if state == "ended":  # Slack ends what has grown no more for some minutes
            server.workspace.posting.change(channel.messages[ts], {"streaming": None}, mark=False)
        if state == "gone":
            server.workspace.posting.remove(channel.messages[ts])
        blocks = [SECTION, {"type": "section"}] if state == "undrawable" else [SECTION]
        body = {"stream": ts, "blocks": blocks, "text": "la respuesta"}
        for _ in range(2 if state == "twice" else 1):
            last = await poster.deliver(parcel("k", "finish", body=body, thread=thread))
        found = [m for m in channel.messages.values() if m.author == BOT]
        assert [m.ts for m in found] == [last]
        assert (last == ts) is (state != "gone")
        assert "la respuesta" in shown(found[0].body) + found[0].body["text"]
        assert not found[0].body.get("streaming")


# --- Slack's answer addresses --------------------------------------------------------------------


@asynccontextmanager
async def answering(status: int, **headers: str) -> AsyncIterator[tuple[str, list[Any]]]:
    """An answer address that says no, or elsewhere; and what it was told."""
    told: list[Any] = []

    async def take(request: web.Request) -> web.Response:
        told.append(await request.json())
        return web.Response(status=status, text="expired_url", headers=headers)

    app = web.Application()
    app.router.add_post("/actions/1", take)
    async with TestServer(app) as server:
        yield str(server.make_url("/actions/1")), told


def poster_to(url: str, session: aiohttp.ClientSession) -> Poster:
    """Whose Slack is the host of that address."""

    async def find(_team: str) -> Credentials:
        return Credentials("xoxb-t", BOT)

    base = url.replace("/actions/1", "/api/")
    return Poster(Workspaces(find, lambda t: AsyncWebClient(t, base, session=session, retry_handlers=[])))


async def test_an_answer_address_that_points_elsewhere_is_not_followed() -> None:
    async with (
        answering(200) as (catcher, caught),
        answering(307, Location=catcher) as (url, told),
        aiohttp.ClientSession() as session,
    ):
        with pytest.raises(SlackApiError):
            await poster_to(url, session).deliver(parcel("k", "respond", body={"url": url}))
        assert (len(told), caught) == (1, [])
        # The ablation: the library's own client goes on to wherever it is sent.
        await AsyncWebhookClient(url, session=session).send(text="figuras")
        assert len(caught) == 1


@pytest.mark.parametrize(("status", "tries"), [(404, 1), (500, 1), (400, 2)])
async def test_an_answer_address_that_refuses_is_no_delivery(status: int, tries: int) -> None:
    """A 400 may be the blocks': the words alone are tried. Nothing passes for sent that was not."""
    async with answering(status) as (url, told), aiohttp.ClientSession() as session:
        to = parcel("k", "respond", body={"url": url, "blocks": [SECTION]})
        with pytest.raises(SlackApiError) as caught:
            await poster_to(url, session).deliver(to)
    assert len(told) == tries
    assert caught.value.response.status_code == status


async def test_an_answer_address_of_nobodys_is_not_called() -> None:
    async with answering(200) as (catcher, caught), posting() as (_server, poster):
        with pytest.raises(ValueError, match="not Slack's"):
            await poster.deliver(parcel("k", "respond", body={"url": catcher}))
        assert caught == []
