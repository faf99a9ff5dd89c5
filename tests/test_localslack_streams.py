"""Streamed messages: what grows, in which order, what a chunk may be, and when a stream is over."""

from typing import Any

import pytest

from tests.localslack_room import JSON, Room, bolt, room
from tests.test_localslack_blockkit import section

TASK = {"type": "task_update", "id": "1", "title": "Calculo", "status": "in_progress"}
DIVIDER = {"type": "divider"}


async def started(place: Room, **args: Any) -> JSON:
    """A stream in ana's DM, growing."""
    root = (await place.do("say", user="ana", channel="@cartera", text="¿cómo vamos?"))["ts"]
    dm = (await place.do("open_dm", user="ana", **{"with": "cartera"}))["channel"]["id"]
    answer = await place.api("chat.startStream", channel=dm, thread_ts=root, **args)
    assert answer["ok"], answer
    return {"channel": dm, "ts": answer["ts"]}


async def streamed(place: Room, where: JSON) -> JSON:
    rows = await place.messages(where["channel"], "ana")
    return next(message for message in rows if message["ts"] == where["ts"])


async def test_text_tasks_and_blocks_stay_in_their_order() -> None:
    async with room() as place:
        where = await started(place, markdown_text="Primero. ")
        await place.api("chat.appendStream", chunks=[TASK], **where)
        await place.api("chat.appendStream", markdown_text="Luego.", **where)
        done = {**TASK, "status": "complete", "output": "12 cuentas"}
        await place.api("chat.appendStream", chunks=[done, {"type": "blocks", "blocks": [DIVIDER]}], **where)
        message = await streamed(place, where)
        assert [b["type"] for b in message["blocks"]] == ["markdown", "task_card", "markdown", "divider"]
        card = message["blocks"][1]
        assert (card["status"], card["output"]["type"]) == ("complete", "rich_text")
        assert message["text"] == "Primero. Luego."
        answer = await place.api("chat.stopStream", blocks=[section()], session_status="suspended", **where)
        assert [b["type"] for b in answer["message"]["blocks"]][-1] == "section"
        [row] = (await place.see("state", viewer="ana"))["statuses"]
        assert row["status"] == "suspended"


@pytest.mark.parametrize(
    ("start", "chunks", "title"),
    [
        ({"task_display_mode": "plan"}, [TASK], "Calculo"),
        ({}, [{"type": "plan_update", "title": "Mi plan"}, TASK], "Mi plan"),
    ],
)
async def test_a_plan_holds_all_tasks_where_the_first_one_came(
    start: JSON, chunks: list[JSON], title: str
) -> None:
    async with room() as place:
        where = await started(place, markdown_text="Veamos. ", **start)
        second = {**TASK, "id": "2", "title": "Dibujo", "status": "pending"}
        await place.api("chat.appendStream", chunks=[*chunks, second], markdown_text="Ya casi.", **where)
        message = await streamed(place, where)
        [plan] = [block for block in message["blocks"] if block["type"] == "plan"]
        assert (plan["title"], [task["status"] for task in plan["tasks"]]) == (
            title,
            ["in_progress", "pending"],
        )


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({}, "no_text"),
        ({"chunks": "no"}, "invalid_chunks"),
        ({"chunks": [{"type": "dance"}]}, "invalid_chunks"),
        ({"chunks": [{"type": "markdown_text"}]}, "invalid_chunks"),
        ({"chunks": [{**TASK, "status": "late"}]}, "invalid_chunks"),
        ({"chunks": [{**TASK, "title": ""}]}, "invalid_chunks"),
        ({"chunks": [{**TASK, "details": "x" * 257}]}, "invalid_chunks"),
        ({"chunks": [{"type": "plan_update"}]}, "invalid_chunks"),
        ({"chunks": [{"type": "blocks", "blocks": [{"type": "x"}]}]}, "invalid_blocks"),
        ({"chunks": [{"type": "blocks", "blocks": [DIVIDER] * 50}] * 2}, "msg_blocks_too_many"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"markdown_text": "x", "ts": "1.1"}, "message_not_found"),
    ],
)
async def test_what_a_stream_does_not_take(args: JSON, error: str) -> None:
    async with room() as place:
        where = await started(place, markdown_text="uno")
        assert (await place.api("chat.appendStream", **{**where, **args}))["error"] == error
        assert (await streamed(place, where))["text"] == "uno"


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({}, "missing_recipient_user_id"),
        ({"recipient_user_id": "U1"}, "missing_recipient_team_id"),
        ({"recipient_user_id": "U9", "recipient_team_id": "T1"}, "user_not_found"),
        (
            {"recipient_user_id": "U1", "recipient_team_id": "T1", "task_display_mode": "x"},
            "invalid_arguments",
        ),
        ({"recipient_user_id": "U1", "recipient_team_id": "T1", "thread_ts": "1.1"}, "thread_not_found"),
    ],
)
async def test_a_stream_in_a_channel_says_for_whom(args: JSON, error: str) -> None:
    async with room() as place:
        root = (await place.do("say", user="ana", channel="general", text="hola"))["ts"]
        whole = {"channel": "C1", "thread_ts": root, "markdown_text": "x", **args}
        assert (await place.api("chat.startStream", **whole))["error"] == error


async def test_five_quiet_minutes_end_a_stream() -> None:
    async with room() as place:
        where = await started(place, markdown_text="uno ")
        await place.do("clock", advance=299)
        assert (await place.api("chat.appendStream", markdown_text="dos", **where))["ok"]
        await place.do("clock", advance=299)
        assert (await streamed(place, where))["streaming"]
        await place.do("clock", advance=2)
        assert "streaming" not in await streamed(place, where)
        for method in ("appendStream", "stopStream"):
            late = await place.api(f"chat.{method}", markdown_text="tres", **where)
            assert late["error"] == "message_not_in_streaming_state"
        assert (await place.api("chat.update", text="entero", **where))["ok"]


async def test_while_it_streams_nobody_else_changes_it_and_a_person_may_stop_it() -> None:
    async with bolt(lambda app: None) as (place, app):
        where = await started(place, markdown_text="uno")
        conflict = await place.api("chat.update", text="x", **where)
        assert conflict["error"] == "streaming_state_conflict"
        theirs = await place.api("chat.appendStream", **{**where, "markdown_text": "x", "ts": "1.1"})
        assert theirs["error"] == "message_not_found"
        thread = (await streamed(place, where))["thread_ts"]
        await place.do("stop", user="ana", channel=where["channel"], thread_ts=thread)
        refused = await place.api("chat.appendStream", markdown_text="dos", **where)
        assert refused["error"] == "stopped_by_user"
        assert (await app.client.chat_stopStream(**where))["ok"]
        assert (await streamed(place, where))["text"] == "uno"


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"session_status": "asleep"}, "invalid_arguments"),
        ({"blocks": [{"type": "x"}]}, "invalid_blocks"),
        ({"metadata": {"event_type": 5}}, "invalid_metadata_format"),
    ],
)
async def test_a_stream_does_not_stop_in_just_any_way(args: JSON, error: str) -> None:
    async with room() as place:
        where = await started(place, markdown_text="uno")
        assert (await place.api("chat.stopStream", **where, **args))["error"] == error
        assert (await streamed(place, where))["streaming"]


async def test_a_persons_message_is_no_stream() -> None:
    async with room() as place:
        ts = (await place.do("say", user="ana", channel="general", text="hola"))["ts"]
        refused = await place.api("chat.appendStream", channel="C1", ts=ts, markdown_text="x")
        assert refused["error"] == "message_not_owned_by_app"
