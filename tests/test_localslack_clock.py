"""The clock that can be moved: what takes its time from it, and what runs out when it is."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from localslack.clock import Clock
from tests.localslack_http import listening
from tests.localslack_room import JSON, Room, room
from tests.test_localslack_http import MODAL, wired

DAY = 86_400


async def now(place: Room) -> datetime:
    return datetime.fromisoformat((await place.see("clock"))["now"])


async def asked(place: Room) -> str:
    """A question in Ana's DM with the app, by its ts; the channel is `@cartera` to her."""
    return str((await place.do("say", user="ana", channel="@cartera", text="¿cómo vamos?"))["ts"])


async def dm(place: Room) -> str:
    return str((await place.do("open_dm", user="ana", **{"with": "cartera"}))["channel"]["id"])


async def status(place: Room) -> list[str]:
    return [row["status"] for row in (await place.see("state", viewer="ana"))["statuses"]]


# --- moving ---
async def test_the_clock_goes_ahead_back_and_home() -> None:
    async with room() as place:
        real = datetime.now(UTC)
        moved = await place.do("clock", advance=DAY)
        assert moved["offset"] == DAY
        assert (
            timedelta(milliseconds=-1)  # the answer is in whole milliseconds
            <= datetime.fromisoformat(moved["now"]) - real - timedelta(days=1)
            < timedelta(minutes=1)
        )
        await place.do("clock", at="2026-02-01T09:00:00-06:00")
        assert (await now(place)).replace(second=0, microsecond=0) == datetime(2026, 2, 1, 15, 0, tzinfo=UTC)
        await place.do("clock", at="2026-02-01T09:00:00")
        assert (await now(place)).hour == 9
        assert (await place.do("clock", reset=True))["offset"] == 0
        assert (await place.see("state"))["clock"]["offset"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"advance": "mucho"},
        {"advance": []},
        {"advance": 1e300},
        {"advance": "nan"},
        {"at": "ayer"},
        {"at": 7},
        {"at": "0001-01-01T00:00:00+14:00"},
    ],
)
async def test_a_time_that_is_none_is_refused_and_moves_nothing(body: JSON) -> None:
    async with room() as place:
        status_, refused = await place.try_("clock", **body)
        assert (status_, refused["error"]) == (400, "invalid_arguments")
        assert (await place.see("clock"))["offset"] == 0


async def test_messages_and_events_take_their_time_from_it() -> None:
    async with wired() as (place, app):
        await place.do("clock", at="2027-01-04T08:00:00+00:00")
        ts = (await place.do("say", user="ana", channel="general", text="lunes"))["ts"]
        [sent] = await app.got(1)
        monday = datetime(2027, 1, 4, 8, tzinfo=UTC).timestamp()
        for stamp in (ts, sent.json()["event_time"], sent.json()["event"]["event_ts"]):
            assert monday <= float(stamp) < monday + 60


async def test_a_message_is_never_older_than_the_one_before() -> None:
    async with room() as place:
        first = (await place.do("say", user="ana", channel="general", text="uno"))["ts"]
        await place.do("clock", advance=-DAY)
        second = (await place.do("say", user="ana", channel="general", text="dos"))["ts"]
        assert float(second) > float(first)


async def test_the_pages_hear_of_it_and_a_reset_brings_it_home() -> None:
    async with room() as place:
        url = f"{place.server.url}/control/stream"
        async with place.http.get(url, params={"viewer": "ana"}) as stream:
            await stream.content.readuntil(b"\n\n")
            await place.do("clock", advance=60)
            assert b'"kind": "clock"' in await stream.content.readuntil(b"\n\n")
        await place.do("reset")
        assert (await place.see("clock"))["offset"] == 0


# --- what runs out ---
async def test_a_trigger_and_a_response_url_run_out() -> None:
    async with wired() as (place, app):
        command = {"user": "ana", "channel": "general", "command": "/cartera"}
        trigger = (await place.do("slash", **command))["trigger_id"]
        await place.do("clock", advance=4)
        late = await place.api("views.open", trigger_id=trigger, view=MODAL)
        assert late["error"] == "expired_trigger_id"
        answer_at = app.seen[0].form()["response_url"]
        for seconds, expected in ((1790, 200), (20, 404)):
            await place.do("clock", advance=seconds)
            async with place.http.post(answer_at, json={"text": "aquí"}) as response:
                assert response.status == expected


async def test_an_agent_that_never_finishes_is_active_again_after_an_hour() -> None:
    async with room() as place:
        session = {"thread_ts": await asked(place), "channel_id": await dm(place)}
        await place.api("agents.sessions.setStatus", **session, status="processing")
        await place.do("clock", advance=3500)
        await place.api("agents.sessions.setStatus", **session, status="processing")
        await place.do("clock", advance=3500)
        assert await status(place) == ["processing"]
        await place.do("clock", advance=101)
        assert await status(place) == ["active"]
        await place.api("agents.sessions.setStatus", **session, status="suspended")
        await place.do("clock", advance=DAY)
        assert await status(place) == ["suspended"]


async def test_a_status_line_goes_after_two_minutes() -> None:
    async with room() as place:
        line = {"thread_ts": await asked(place), "channel_id": await dm(place), "status": "pensando…"}
        await place.api("assistant.threads.setStatus", **line)
        await place.do("clock", advance=119)
        assert await status(place) == ["pensando…"]
        await place.do("clock", advance=2)
        assert await status(place) == []


async def test_a_stream_nobody_feeds_times_out_and_its_session_is_active() -> None:
    async with room() as place:
        root, channel = await asked(place), await dm(place)
        ts = (await place.api("chat.startStream", channel=channel, thread_ts=root, markdown_text="uno"))["ts"]
        await place.do("clock", advance=200)
        grown = await place.api("chat.appendStream", channel=channel, ts=ts, markdown_text=" dos")
        await place.do("clock", advance=200)
        assert (grown["ok"], await status(place)) == (True, ["processing"])
        await place.do("clock", advance=301)
        late = await place.api("chat.appendStream", channel=channel, ts=ts, markdown_text=" tres")
        assert late["error"] == "message_not_in_streaming_state"
        assert await status(place) == ["active"]
        assert (await place.texts(channel, "ana"))[-1] == "uno dos"
        assert (await place.api("chat.update", channel=channel, ts=ts, text="completo"))["ok"]


# --- the clock itself ---
async def test_timers_ring_by_waiting_too_in_the_order_of_time() -> None:
    clock, rung = Clock(), []
    moment = clock.now()
    clock.set_timer("b", moment + 0.06, lambda: rung.append("b"))
    clock.set_timer("a", moment + 0.03, lambda: rung.append("a"))
    clock.set_timer("c", moment + 0.02, lambda: rung.append("never"))
    clock.drop_timer("c")
    clock.set_timer("d", moment + 0.01, lambda: rung.append("replaced"))
    clock.set_timer("d", moment + 3600, lambda: rung.append("d"))
    async with asyncio.timeout(3):
        while len(rung) < 2:
            await asyncio.sleep(0.01)
    assert rung == ["a", "b"]
    clock.advance(3600)
    assert rung == ["a", "b", "d"]
    clock.set_timer("e", clock.now() + 60, lambda: rung.append("e"))
    clock.clear()
    clock.advance(DAY)
    assert rung == ["a", "b", "d"]
    clock.close()


async def test_a_timer_may_set_the_next_one() -> None:
    clock, rung = Clock(), []

    def tick() -> None:
        rung.append(clock.now())
        if len(rung) < 3:
            clock.set_timer("tick", clock.now() - 1, tick)

    clock.set_timer("tick", clock.now() + 60, tick)
    clock.advance(61)
    assert len(rung) == 3
    clock.close()


async def test_waiting_stays_real() -> None:
    """A moved clock makes no retry come sooner: only what is held against it moves."""
    async with room() as place, listening() as app:
        await place.do("app", request_url=app.url)
        app.answer = _refusing
        await place.do("faults", timing={"retry_delays": [0.3]})
        started = time.monotonic()
        await place.do("say", user="ana", channel="general", text="hola")
        await app.got(1)
        await place.do("clock", advance=3600)
        await app.got(2)
        assert time.monotonic() - started >= 0.3


async def _refusing(_sent: Any) -> Any:
    raise RuntimeError("no")
