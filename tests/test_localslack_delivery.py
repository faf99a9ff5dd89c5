"""Acks, retries and faults: what an app meets on a bad day, and the log that shows it."""

import asyncio
import time
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler

from tests.localslack_room import JSON, Room, bolt, room, until


async def connect(place: Room) -> aiohttp.ClientWebSocketResponse:
    """A bare Socket Mode client, past its hello."""
    opened = await place.api("apps.connections.open", token="xapp-test")
    socket = await place.http.ws_connect(opened["url"])
    hello = await socket.receive_json(timeout=2)
    assert (hello["type"], hello["connection_info"]["app_id"]) == ("hello", "ABOT")
    return socket


async def next_envelope(socket: aiohttp.ClientWebSocketResponse) -> JSON:
    envelope: JSON = await socket.receive_json(timeout=3)
    return envelope


async def _drain(socket: aiohttp.ClientWebSocketResponse) -> int:
    """Acks what waits on a connection, closes it, and says how many there were."""
    count = 0
    try:
        while envelope := await socket.receive_json(timeout=0.1):
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
            count += 1
    except TimeoutError:
        await socket.close()
    return count


def listen(app: AsyncApp, seen: list[JSON]) -> None:
    @app.event("message")
    async def said(event: Any, body: Any, request: Any) -> None:
        seen.append({"event_id": body["event_id"], "retry": request.headers.get("x-slack-retry-num")})


async def test_an_event_without_ack_comes_again_with_the_same_id() -> None:
    async with room() as place:
        socket = await connect(place)
        await place.do("faults", timing={"ack_seconds": 0.1})
        await place.do("say", user="ana", channel="general", text="hola")
        first, second = await next_envelope(socket), await next_envelope(socket)
        await socket.send_json({"envelope_id": second["envelope_id"]})
        assert "retry_attempt" not in first
        assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")
        assert first["payload"]["event_id"] == second["payload"]["event_id"]
        assert first["envelope_id"] != second["envelope_id"]
        with pytest.raises(TimeoutError):
            await socket.receive_json(timeout=0.25)
        await socket.close()


async def test_an_app_that_never_acks_is_given_up() -> None:
    async with room() as place:
        socket = await connect(place)
        await place.do("faults", timing={"ack_seconds": 0.05, "retry_delays": [0, 0]})
        await place.do("say", user="ana", channel="general", text="hola")
        attempts = [(await next_envelope(socket)).get("retry_attempt") for _ in range(3)]
        assert attempts == [None, 1, 2]
        with pytest.raises(TimeoutError):
            await socket.receive_json(timeout=0.3)
        await socket.close()


@pytest.mark.parametrize(("fault", "retries"), [("lose_ack", [None, ["1"]]), ("duplicate", [None, None])])
async def test_a_lost_ack_and_a_duplicate_reach_a_bolt_listener_twice(fault: str, retries: list[Any]) -> None:
    seen: list[JSON] = []
    async with bolt(lambda app: listen(app, seen)) as (place, _app):
        await place.do("faults", **{fault: 1})
        await place.do("say", user="ana", channel="general", text="hola")

        async def twice() -> bool:
            return len(seen) == 2

        await until(twice)
        assert len({each["event_id"] for each in seen}) == 1
        assert [each["retry"] for each in seen] == retries


async def test_each_envelope_goes_to_one_of_several_connections() -> None:
    async with room() as place:
        sockets = [await connect(place) for _ in range(3)]
        for number in range(30):
            await place.do("say", user="ana", channel="general", text=str(number))
        counts = [await _drain(socket) for socket in sockets]
        assert sum(counts) == 30
        assert sum(count > 0 for count in counts) > 1


async def test_the_eleventh_connection_is_turned_away() -> None:
    async with room() as place:
        sockets = [await connect(place) for _ in range(10)]
        opened = await place.api("apps.connections.open", token="xapp-test")
        async with place.http.ws_connect(opened["url"]) as extra:
            assert (await extra.receive_json(timeout=2))["reason"] == "too_many_websockets"
        for socket in sockets:
            await socket.close()


async def test_a_ticket_admits_once() -> None:
    async with room() as place:
        opened = await place.api("apps.connections.open", token="xapp-test")
        async with place.http.ws_connect(opened["url"]):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await place.http.ws_connect(opened["url"])


async def test_an_event_waits_for_an_app_that_is_reconnecting() -> None:
    async with room() as place:
        await place.do("say", user="ana", channel="general", text="hola")
        socket = await connect(place)
        envelope = await next_envelope(socket)
        assert envelope["payload"]["event"]["text"] == "hola"
        await socket.close()


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
async def test_a_bolt_app_survives_a_disconnect(reason: str) -> None:
    seen: list[JSON] = []
    async with bolt(lambda app: listen(app, seen)) as (place, _app):
        await place.do("faults", disconnect=reason)

        async def again() -> bool:
            entries = (await place.see("log"))["entries"]
            return [entry["name"] for entry in entries].count("apps.connections.open") == 2

        await until(again)
        await place.do("say", user="ana", channel="general", text="hola")

        async def heard() -> bool:
            return bool(seen)

        await until(heard)
        assert len(seen) == 1


async def test_a_rate_limit_says_when_and_holds_until_then() -> None:
    async with room() as place:
        await place.do("faults", rate_limit={"method": "chat.postMessage", "times": 1, "retry_after": 0.3})
        url = place.server.api_url + "chat.postMessage"
        headers = {"Authorization": "Bearer xoxb-test"}
        started = time.monotonic()
        for _early in range(2):
            async with place.http.post(url, json={"channel": "C1", "text": "x"}, headers=headers) as response:
                assert response.status == 429
                assert response.headers["Retry-After"] == "1"
                assert (await response.json())["error"] == "ratelimited"
        assert (await place.api("conversations.list"))["ok"]
        await asyncio.sleep(max(0.0, 0.35 - (time.monotonic() - started)))
        assert (await place.api("chat.postMessage", channel="C1", text="x"))["ok"]


async def test_the_sdks_retry_handler_waits_and_gets_through() -> None:
    async with bolt(lambda app: None) as (place, app):
        app.client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
        await place.do("faults", rate_limit={"method": "chat.postMessage", "times": 1, "retry_after": 1})
        started = time.monotonic()
        assert (await app.client.chat_postMessage(channel="C1", text="tarde"))["ok"]
        assert time.monotonic() - started >= 1
        assert await place.texts("general", "ana") == ["tarde"]


async def test_a_drop_after_accept_has_done_the_work() -> None:
    async with room() as place:
        await place.do("faults", drop_after_accept={"method": "chat.postMessage"})
        with pytest.raises(aiohttp.ClientError):
            await place.api("chat.postMessage", channel="C1", text="dicho")
        assert await place.texts("general", "ana") == ["dicho"]
        assert (await place.api("auth.test"))["ok"]


async def test_an_error_500_strikes_as_often_as_told_and_does_nothing() -> None:
    async with room() as place:
        await place.do("faults", error_500={"method": "*", "times": 2})
        for expected in (500, 500, 200):
            url = place.server.api_url + "chat.postMessage"
            async with place.http.post(
                url, json={"token": "xoxb-test", "channel": "C1", "text": "x"}
            ) as response:
                assert response.status == expected
        assert await place.texts("general", "ana") == ["x"]


async def test_a_delay_is_felt_and_cleared() -> None:
    async with room() as place:
        await place.do("faults", delay_ms=120)
        started = time.monotonic()
        await place.api("auth.test")
        assert time.monotonic() - started >= 0.12
        cleared = await place.do("faults", clear=True)
        assert cleared["faults"]["delay_ms"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"nonsense": 1},
        {"rate_limit": {"metod": "x"}},
        {"delay_ms": "mucho"},
        {"timing": 3},
        {"timing": {"ack": 3}},
    ],
)
async def test_a_fault_that_is_not_one_is_refused(body: dict[str, Any]) -> None:
    async with room() as place:
        assert (await place.try_("faults", **body))[0] == 400


async def test_the_log_has_every_payload_both_ways_with_times() -> None:
    def build(app: AsyncApp) -> None:
        @app.command("/cartera")
        async def command(ack: Any) -> None:
            await ack("listo")

    async with bolt(build) as (place, _app):
        await place.do("slash", user="ana", channel="general", command="/cartera", text="x")
        entries = (await place.see("log"))["entries"]
        kinds = [(e["direction"], e["kind"], e["name"]) for e in entries]
        assert ("in", "api", "apps.connections.open") in kinds
        assert ("in", "control", "slash") in kinds
        envelope = next(e for e in entries if e["kind"] == "envelope")
        assert envelope["direction"] == "out"
        assert envelope["response"] == {"ack": {"text": "listo"}}
        assert envelope["ms"] >= 0
        assert any(e["kind"] == "ack" for e in entries)
        assert [e["n"] for e in entries] == sorted(e["n"] for e in entries)
        last = entries[-1]["n"]
        assert (await place.see("log", after=last))["entries"] == []
        assert "xoxb-test" not in str(entries)


async def test_reset_forgets_all_but_the_team() -> None:
    async with room() as place:
        await place.do("say", user="ana", channel="general", text="hola")
        await place.do("faults", delay_ms=500)
        await place.do("reset")
        assert (await place.see("messages"))["messages"] == []
        assert [e["name"] for e in (await place.see("log"))["entries"]] == []
        state = await place.see("state", viewer="ana")
        assert [c["name"] for c in state["channels"]] == ["general", "sin-bot", "gerencia", "secreto"]
        assert (await place.do("faults"))["faults"]["delay_ms"] == 0
