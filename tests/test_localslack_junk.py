"""Junk in every argument of every method and control act: a named refusal or an answer, never a crash."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from localslack.control import ACTS
from localslack.webapi.door import METHODS
from tests.localslack_room import JSON, Room, room
from tests.test_localslack_interactions import BUTTON

JUNK: list[Any] = [None, 7, "", "{", [], [None], {}, {"type": 5}, [{"id": 1}]]
API_ARGS: JSON = {
    "channel": "C1",
    "channel_id": "C1",
    "user": "U1",
    "user_id": "U1",
    "users": "U2",
    "email": "ana@a.example",
    "text": "hola",
    "markdown_text": "",
    "blocks": [{"type": "divider"}],
    "attachments": [{"text": "x", "blocks": [{"type": "divider"}]}],
    "metadata": {"event_type": "x", "event_payload": {}},
    "chunks": [{"type": "markdown_text", "text": "x"}],
    "view": {"type": "home", "blocks": [{"type": "divider"}]},
    "prompts": [{"title": "x", "message": "y"}],
    "status": "active",
    "title": "x",
    "name": "eyes",
    "limit": 5,
    "cursor": "",
    "oldest": "1.5",
    "types": "im",
    "files": [{"id": "F1", "title": "x"}],
    "file": "F1",
    "file_ids": ["F1"],
    "filename": "a.csv",
    "length": 5,
    "channels": "C1",
    "initial_comment": "x",
    "post_at": 4102444800,
    "scheduled_message_id": "Q1",
    "recipient_user_id": "U1",
    "recipient_team_id": "T1",
}


async def _statuses(place: Room, url: str, given: JSON, names: Iterator[str]) -> list[tuple[int, str]]:
    """The HTTP status of one call for each junk value in each of the names."""
    found = []
    for name, junk in itertools.product(names, JUNK):
        async with place.http.post(url, json={**given, name: junk}) as response:
            found.append((response.status, f"{url} {name}={junk!r}"))
    return found


@pytest.mark.parametrize("family", sorted({name.split(".")[0] for name in METHODS}))
async def test_no_argument_breaks_a_method(family: str) -> None:
    async with room() as place:
        ts = (await place.api("chat.postMessage", channel="C1", text="x", blocks=[BUTTON]))["ts"]
        stamps = dict.fromkeys(("ts", "thread_ts", "timestamp", "message_ts"), ts)
        given = {**API_ARGS, **stamps, "token": "xoxb-test"}
        for method in (name for name in METHODS if name.split(".")[0] == family):
            found = await _statuses(
                place, place.server.api_url + method, given, iter(given.keys() - {"token"})
            )
            assert [place_of for status, place_of in found if status != 200] == []


@pytest.mark.parametrize("act", sorted(ACTS.keys() - {"faults", "reset", "wait"}))
async def test_no_value_breaks_a_control_act(act: str) -> None:
    """The app is not connected here: what would wait for it gives up at once."""
    async with room() as place:
        await place.do("faults", timing={"ack_seconds": 0.001, "retry_delays": []})
        ts = (await place.api("chat.postMessage", channel="C1", text="x", blocks=[BUTTON]))["ts"]
        given: JSON = {
            "user": "ana",
            "channel": "general",
            "text": "hola",
            "command": "/cartera",
            "ts": ts,
            "action_id": "pick",
            "value": "a",
            "values": {},
            "with": "beto",
            "name": "eyes",
            "thread_ts": ts,
            "block_id": "b",
            "view_id": "V1",
            "tab": "home",
        }
        if act in ("click", "options"):
            del given["view_id"]
        found = await _statuses(place, f"{place.server.url}/control/{act}", given, iter(given))
        assert [place_of for status, place_of in found if status not in (200, 400, 404)] == []


@pytest.mark.parametrize("value", JUNK, ids=repr)
async def test_no_value_breaks_the_faults(value: Any) -> None:
    async with room() as place:
        names = (
            "rate_limit",
            "error_500",
            "lose_ack",
            "delay_ms",
            "timing",
            "timing.retry_delays",
            "disconnect",
        )
        for name in names:
            body = {"timing": {"retry_delays": value}} if "." in name else {name: value}
            status, _ = await place.try_("faults", **{**body, "clear": True})
            assert status in (200, 400)
            await place.do("reset")
