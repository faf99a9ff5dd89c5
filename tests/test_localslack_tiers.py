"""Slack's rate limits: how many calls a method takes in a minute, and what a call too many is told."""

import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from localslack.serve import running
from localslack.tiers import A_MINUTE, MESSAGE_BURST, MESSAGES_A_MINUTE, TIER_1_BURST, Tiers
from localslack.webapi.door import METHODS
from tests.localslack_room import TEAM, Room, room


class Watch:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def let_through(tiers: Tiers, method: str, team: str = "T1", channel: str = "C1") -> int:
    """How many calls pass before one is told to wait."""
    count = 0
    while tiers.retry_after(team, method, channel) is None:
        count += 1
    return count


@asynccontextmanager
async def limited() -> AsyncIterator[Room]:
    async with room({**TEAM, "rate_limits": True}) as place:
        yield place


# --- the buckets ---
def test_every_method_has_its_tier() -> None:
    assert METHODS.keys() - A_MINUTE.keys() == set()


@pytest.mark.parametrize("method", ["users.list", "chat.update", "views.open", "auth.test"])
def test_a_minutes_calls_may_come_at_once_and_then_one_by_one(method: str) -> None:
    now = Watch()
    tiers, a_minute = Tiers(now), A_MINUTE[method]
    assert let_through(tiers, method) == a_minute
    wait = tiers.retry_after("T1", method)
    assert wait is not None
    now.at += wait
    assert tiers.retry_after("T1", method) is None
    now.at += 3600
    assert let_through(tiers, method) == a_minute


def test_a_socket_may_be_opened_once_a_minute_but_ten_at_the_start() -> None:
    now = Watch()
    tiers = Tiers(now)
    assert let_through(tiers, "apps.connections.open") == TIER_1_BURST == 10
    assert tiers.retry_after("T1", "apps.connections.open") == 60


def test_messages_are_counted_by_channel_and_in_all() -> None:
    now = Watch()
    tiers = Tiers(now)
    assert let_through(tiers, "chat.postMessage") == MESSAGE_BURST
    assert tiers.retry_after("T1", "chat.postMessage", "C1") == 1
    assert let_through(tiers, "chat.postMessage", channel="C2") == MESSAGE_BURST
    now.at += 1
    assert let_through(tiers, "chat.postMessage") == 1
    passed = sum(let_through(tiers, "chat.postMessage", channel=f"C{n}") for n in range(3, 200))
    assert passed <= MESSAGES_A_MINUTE


def test_workspaces_and_methods_do_not_count_for_each_other() -> None:
    tiers = Tiers(Watch())
    let_through(tiers, "users.list")
    assert tiers.retry_after("T2", "users.list") is None
    assert tiers.retry_after("T1", "conversations.list") is None


def test_a_method_without_a_tier_is_not_counted() -> None:
    tiers = Tiers(Watch())
    assert {tiers.retry_after("T1", "no.such.method") for _ in range(1000)} == {None}


# --- at the door ---
async def post(place: Room, text: str = "x", channel: str = "C1") -> aiohttp.ClientResponse:
    url = place.server.api_url + "chat.postMessage"
    headers = {"Authorization": "Bearer xoxb-test"}
    return await place.http.post(url, json={"channel": channel, "text": text}, headers=headers)


async def test_the_sixth_message_at_once_is_told_to_wait_and_not_posted() -> None:
    async with limited() as place:
        answers = [await post(place, str(number)) for number in range(MESSAGE_BURST + 1)]
        assert [answer.status for answer in answers] == [200] * MESSAGE_BURST + [429]
        assert answers[-1].headers["Retry-After"] == "1"
        assert (await answers[-1].json()) == {"ok": False, "error": "ratelimited"}
        assert await place.texts("general", "ana") == ["0", "1", "2", "3", "4"]
        assert (await post(place, channel="G1")).status == 200
        logged = [entry.get("response", {}) for entry in (await place.see("log"))["entries"]]
        assert [each["retry_after"] for each in logged if each.get("status") == 429] == [1]


async def test_an_app_that_waits_as_told_gets_through() -> None:
    async with limited() as place:
        client = AsyncWebClient(token="xoxb-test", base_url=place.server.api_url)
        client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
        for number in range(MESSAGE_BURST + 1):
            await client.chat_postMessage(channel="C1", text=str(number))
        assert (await place.texts("general", "ana"))[-1] == str(MESSAGE_BURST)


async def test_another_name_of_the_channel_is_no_way_around() -> None:
    async with limited() as place:
        statuses = [(await post(place, channel=name)).status for name in ["C1", "general", "#general"] * 2]
        assert statuses == [200] * MESSAGE_BURST + [429]


async def test_moving_the_clock_lifts_no_limit() -> None:
    async with limited() as place:
        for _ in range(MESSAGE_BURST):
            await post(place)
        await place.do("clock", advance=3600)
        assert (await post(place)).status == 429


async def test_a_wrong_token_spends_nothing() -> None:
    async with limited() as place:
        for _ in range(MESSAGE_BURST * 2):
            assert (await place.api("chat.postMessage", token="xoxb-no", channel="C1", text="x"))["error"]
        assert (await post(place)).status == 200


async def test_the_limits_are_off_unless_asked_for() -> None:
    async with room() as place:
        assert {(await post(place)).status for _ in range(MESSAGE_BURST * 3)} == {200}
        assert (await place.do("faults", rate_tiers=True))["faults"]["rate_tiers"]
        for _ in range(MESSAGE_BURST):
            await post(place)
        assert (await post(place)).status == 429
        await place.do("faults", rate_tiers=False)
        assert (await post(place)).status == 200


async def test_the_team_file_has_the_last_word_and_clearing_goes_back_to_it() -> None:
    for told, asked, expected in [(None, True, True), (None, False, False), (False, True, False)]:
        team = {**copy.deepcopy(TEAM), "rate_limits": told}
        async with running(team, rate_limits=asked) as server:
            assert server.app.faults.rate_tiers is expected
    async with limited() as place:
        await place.do("faults", rate_tiers=False)
        assert (await place.do("faults", clear=True))["faults"]["rate_tiers"]
