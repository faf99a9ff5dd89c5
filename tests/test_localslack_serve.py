"""The server itself: how it starts and ends, whom it lets in, the page's files and its stream of events."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from localslack.app import App
from localslack.pages import Pages
from localslack.serve import application, running
from localslack.team import DEFAULT_TEAM, TeamError, load_team, read_team
from tests.localslack_room import JSON, TEAM, Room, room


@asynccontextmanager
async def started(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "localslack",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
async def test_it_says_where_it_listens_and_ends_cleanly_with_a_page_open(
    sign: signal.Signals, tmp_path: Path
) -> None:
    path = tmp_path / "team.json"
    path.write_text(json.dumps(TEAM), encoding="utf-8")
    async with started("--port", "0", "--team", str(path)) as process, aiohttp.ClientSession() as http:
        assert process.stdout is not None
        line = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
        assert line.keys() == {"url", "api_url"}
        assert line["url"].startswith("http://127.0.0.1:")
        assert line["api_url"] == line["url"] + "/api/"
        async with http.post(line["api_url"] + "auth.test", data={"token": "xoxb-test"}) as response:
            assert (await response.json())["user_id"] == "UBOT"
        async with http.get(f"{line['url']}/control/stream", params={"viewer": "ana"}) as stream:
            await stream.content.readline()
            process.send_signal(sign)
            assert await asyncio.wait_for(process.wait(), 10) == 0
        assert await process.stdout.read() == b""


async def test_a_bad_team_file_is_a_sentence_not_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "team.json"
    path.write_text("{", encoding="utf-8")
    async with started("--team", str(path)) as process:
        _out, error = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 1
        assert "team.json" in error.decode()
        assert "Traceback" not in error.decode()


def test_every_fault_of_a_team_file_is_named() -> None:
    with pytest.raises(TeamError) as wrong:
        read_team({"team": {"id": "T"}, "channels": [{"id": "C", "name": "x", "members": ["U9"]}]})
    for part in ("team.name", "bot.user_id", "bot.token", "bot.app_token", "U9 is not a user"):
        assert part in str(wrong.value)
    with pytest.raises(TeamError):
        load_team(Path("/no/hay"))
    assert read_team(DEFAULT_TEAM).bot.commands[0].command == "/cartera"


async def test_a_taken_port_is_refused() -> None:
    async with running(TEAM) as server:
        port = int(server.url.rsplit(":", 1)[1])
        with pytest.raises(OSError, match="address already in use"):
            async with running(TEAM, port=port):
                pass


# --- who may come in ---
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost"}, 200),
        ({"Host": "127.0.0.1:99"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Host": "evil.example:8000"}, 403),
        ({"Host": "[::1"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
async def test_only_this_machines_own_pages_are_served(headers: dict[str, str], status: int) -> None:
    async with room() as place:
        body = {"user": "ana", "channel": "general", "text": "hola"}
        url = f"{place.server.url}/control/say"
        async with place.http.post(url, json=body, headers=headers) as response:
            assert response.status == status
        assert len(await place.messages("general", "ana")) == (status == 200)


async def test_without_the_guard_another_sites_page_could_speak_for_ana() -> None:
    whole = App(read_team(TEAM))
    app = application(whole, Pages(), guarded=False)
    headers = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    async with TestClient(TestServer(app)) as client:
        body = {"user": "ana", "channel": "general", "text": "hola"}
        async with client.post("/control/say", json=body, headers=headers) as response:
            assert response.status == 200
    await whole.close()
    assert [m.body["text"] for m in whole.first.store.listing(None)] == ["hola"]


async def test_the_pages_own_origin_is_welcome_and_the_policy_is_strict() -> None:
    async with room() as place:
        headers = {"Origin": place.server.url, "Sec-Fetch-Site": "same-origin"}
        async with place.http.post(
            f"{place.server.url}/control/faults", json={}, headers=headers
        ) as response:
            assert response.status == 200
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_it_listens_on_loopback_only() -> None:
    async with running(TEAM) as server:
        assert server.url.startswith("http://127.0.0.1:")


# --- the page's files ---
async def test_the_pages_files_are_served_and_nothing_beside_them(tmp_path: Path) -> None:
    folder = tmp_path / "static"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("no")
    (folder / "app.js").write_text("1")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    async with running(TEAM, pages=Pages(folder)) as server, aiohttp.ClientSession() as http:

        async def get(path: str) -> tuple[int, str]:
            async with http.get(server.url + path) as response:
                return response.status, response.content_type

        assert await get("/") == (503, "text/plain")
        (folder / "index.html").write_text("<!doctype html>")
        assert await get("/") == (200, "text/html")
        assert await get("/archives/C1/p1") == (200, "text/html")
        assert await get("/app.js") == (200, "text/javascript")
        for path in ("/nope", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/out.txt", "/assets/"):
            assert (await get(path))[0] == 404


# --- the stream ---
@asynccontextmanager
async def watching(place: Room, viewer: str) -> AsyncIterator[asyncio.Queue[JSON]]:
    """The events one page gets, as they come."""
    queue: asyncio.Queue[JSON] = asyncio.Queue()
    url = f"{place.server.url}/control/stream"
    async with place.http.get(url, params={"viewer": viewer}) as response:
        assert response.content_type == "text/event-stream"

        async def pump() -> None:
            async for line in response.content:
                if line.startswith(b"data: "):
                    queue.put_nowait(json.loads(line[6:]))

        task = asyncio.get_running_loop().create_task(pump())
        assert (await asyncio.wait_for(queue.get(), 2))["kind"] == "hello"
        try:
            yield queue
        finally:
            task.cancel()


async def kinds(queue: asyncio.Queue[JSON]) -> list[str]:
    """All that has come, after letting the server finish."""
    await asyncio.sleep(0.05)
    return [queue.get_nowait()["kind"] for _ in range(queue.qsize())]


async def test_a_page_hears_of_everything_its_viewer_may_see() -> None:
    async with room() as place, watching(place, "ana") as events:
        root = (await place.do("say", user="ana", channel="general", text="hola"))["ts"]
        ts = (await place.api("chat.postMessage", channel="C1", text="uno", thread_ts=root))["ts"]
        assert await kinds(events) == ["message", "message", "message_changed"]
        await place.api("chat.update", channel="C1", ts=ts, text="dos")
        await place.do("react", user="ana", channel="general", ts=ts, name="eyes")
        assert await kinds(events) == ["message_changed", "reaction"]
        await place.api("chat.delete", channel="C1", ts=ts)
        assert await kinds(events) == ["message_deleted", "message_changed"]
        home: Any = {"type": "home", "blocks": [{"type": "divider"}]}
        await place.api("views.publish", user_id="U1", view=home)
        await place.do("open_dm", user="ana", **{"with": "beto"})
        await place.do("reset")
        assert await kinds(events) == ["view", "channel", "reset"]


async def test_a_page_hears_nothing_of_what_is_not_its_viewers() -> None:
    async with room() as place, watching(place, "beto") as events:
        await place.do("say", user="ana", channel="gerencia", text="reservado")
        await place.do("say", user="ana", channel="@cartera", text="privado")
        await place.api("chat.postEphemeral", channel="C1", user="U1", text="solo ana")
        await place.api("views.publish", user_id="U1", view={"type": "home", "blocks": [{"type": "divider"}]})
        dm = (await place.do("open_dm", user="ana", **{"with": "cartera"}))["channel"]["id"]
        prompts = [{"title": "a", "message": "b"}]
        await place.api("assistant.threads.setSuggestedPrompts", channel_id=dm, prompts=prompts)
        assert await kinds(events) == []


async def test_a_stream_needs_a_viewer_and_acts_need_a_name() -> None:
    async with room() as place:
        assert (await place.see("stream"))["error"] == "invalid_arguments"
        assert (await place.try_("fly"))[0] == 404
        for text, error in (("{", "invalid_json"), ("[]", "json_not_object")):
            async with place.http.post(f"{place.server.url}/control/say", data=text) as response:
                assert (response.status, (await response.json())["error"]) == (400, error)
        anybody = await place.see("state")
        assert anybody["me"] is None
        assert {user["name"] for user in anybody["users"]} == {"ana", "beto", "cartera", "slackbot"}
        assert anybody["channels"] == []
