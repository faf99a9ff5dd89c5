"""Messages of the app: what is too long, what changes keep, what may be deleted, and what is for later."""

import time
from typing import Any

import pytest

from tests.localslack_room import JSON, Room, bolt, room, until
from tests.test_localslack_blockkit import mrkdwn, section

LATER = int(time.time()) + 3600


async def said(place: Room, **args: Any) -> str:
    answer = await place.api("chat.postMessage", channel="C1", **args)
    assert answer["ok"], answer
    return str(answer["ts"])


# --- length and shape ---
async def test_long_text_is_cut_and_long_markdown_refused() -> None:
    async with room() as place:
        await said(place, text="x" * 40_001)
        assert [len(text) for text in await place.texts("general", "ana")] == [40_000]
        assert (await place.api("chat.postMessage", channel="C1", markdown_text="x" * 12_000))["ok"]
        refused = await place.api("chat.postMessage", channel="C1", markdown_text="x" * 12_001)
        assert refused["error"] == "msg_too_long"


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ("no", "invalid_metadata_format"),
        ({"event_payload": {}}, "invalid_metadata_format"),
        ({"event_type": "", "event_payload": {}}, "invalid_metadata_format"),
        ({"event_type": "x", "event_payload": [1]}, "invalid_metadata_schema"),
        ({"event_type": "x", "event_payload": {"y": "z" * 8000}}, "metadata_too_large"),
        ({"event_type": "x", "event_payload": {"y": 1}}, None),
        ({"entities": [{"entity_type": "slack#/entities/task"}]}, None),
    ],
)
async def test_metadata_has_a_type_and_a_payload(metadata: Any, error: str | None) -> None:
    async with room() as place:
        answer = await place.api("chat.postMessage", channel="C1", text="x", metadata=metadata)
        assert answer.get("error") == error


# --- changing ---
async def test_what_an_update_does_not_name_stays() -> None:
    metadata = {"event_type": "x", "event_payload": {"y": 1}}
    async with room() as place:
        ts = await said(place, text="uno", blocks=[section()], metadata=metadata)

        async def update(**args: Any) -> JSON:
            answer = await place.api("chat.update", channel="C1", ts=ts, **args)
            found: JSON = answer["message"]
            return found

        only_blocks = await update(blocks=[section(text=mrkdwn("dos"))], text="dos")
        assert ("edited" in only_blocks, only_blocks["metadata"]) == (False, metadata)
        attached = await update(attachments=[{"text": "nota"}])
        assert (attached["text"], attached["blocks"][0]["text"]["text"]) == ("dos", "dos")
        text = await update(text="tres", metadata={})
        assert ("blocks" in text, "metadata" in text, text["edited"]["user"]) == (False, False, "UBOT")
        markdown = await update(markdown_text="x" * 5000)
        assert markdown["blocks"][0]["type"] == "markdown"


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"text": "x" * 4001}, "msg_too_long"),
        ({"text": "x", "channel": "U1"}, "channel_not_found"),
        ({}, "no_text"),
    ],
)
async def test_an_update_slack_refuses(args: JSON, error: str) -> None:
    async with room() as place:
        ts = await said(place, text="uno")
        assert (await place.api("chat.update", **{"channel": "C1", "ts": ts, **args}))["error"] == error
        assert await place.texts("general", "ana") == ["uno"]


async def test_an_ephemeral_message_is_beyond_change() -> None:
    async with room() as place:
        sent = await place.api("chat.postEphemeral", channel="C1", user="U1", text="solo tú")
        for method in ("update", "delete"):
            refused = await place.api(f"chat.{method}", channel="C1", ts=sent["message_ts"], text="x")
            assert refused["error"] == "message_not_found"


# --- for later ---
async def test_a_scheduled_message_waits_for_its_time() -> None:
    async with bolt(lambda app: None) as (place, app):
        now = time.time()
        later = await app.client.chat_scheduleMessage(channel="C1", text="cierre", post_at=int(now) + 3600)
        soon = await app.client.chat_scheduleMessage(channel="G1", text="antes", post_at=int(now) + 60)
        listed = await app.client.chat_scheduledMessages_list()
        assert [row["text"] for row in listed["scheduled_messages"]] == ["antes", "cierre"]
        await place.do("clock", advance=120)
        assert await place.texts("gerencia", "ana") == ["antes"]
        assert await place.texts("general", "ana") == []
        wrong = await place.api(
            "chat.deleteScheduledMessage", channel="G1", scheduled_message_id=soon["scheduled_message_id"]
        )
        assert wrong["error"] == "invalid_scheduled_message_id"
        await app.client.chat_deleteScheduledMessage(
            channel="C1", scheduled_message_id=later["scheduled_message_id"]
        )
        await place.do("clock", advance=7200)
        assert await place.texts("general", "ana") == []


async def test_a_message_scheduled_with_metadata_is_never_posted() -> None:
    """So Slack's own reference warns."""
    async with room() as place:
        args: JSON = {"channel": "C1", "text": "x", "metadata": {"event_type": "x", "event_payload": {}}}
        assert (await place.api("chat.scheduleMessage", post_at=LATER, **args))["ok"]
        await place.do("clock", advance=7200)
        assert await place.texts("general", "ana") == []
        assert (await place.api("chat.scheduledMessages.list"))["scheduled_messages"] == []


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"post_at": 1}, "time_in_past"),
        ({"post_at": LATER + 120 * 24 * 3600}, "time_too_far"),
        ({"post_at": "mañana"}, "invalid_time"),
        ({"channel": "C2"}, "not_in_channel"),
        ({"text": ""}, "no_text"),
    ],
)
async def test_what_cannot_be_scheduled(args: JSON, error: str) -> None:
    async with room() as place:
        whole = {"channel": "C1", "text": "x", "post_at": LATER, **args}
        assert (await place.api("chat.scheduleMessage", **whole))["error"] == error


async def test_not_more_than_thirty_in_five_minutes() -> None:
    async with room() as place:
        for _ in range(30):
            assert (await place.api("chat.scheduleMessage", channel="C1", text="x", post_at=LATER))["ok"]
        refused = await place.api("chat.scheduleMessage", channel="C1", text="x", post_at=LATER + 299)
        assert refused["error"] == "restricted_too_many"
        assert (await place.api("chat.scheduleMessage", channel="C1", text="x", post_at=LATER + 300))["ok"]
        assert (await place.api("chat.scheduleMessage", channel="G1", text="x", post_at=LATER))["ok"]


# --- channels and reactions ---
@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("invite", {"channel": "G1"}, "no_user"),
        ("invite", {"channel": "G1", "users": "U9"}, "user_not_found"),
        ("invite", {"channel": "G1", "users": "U1"}, "already_in_channel"),
        ("invite", {"channel": "G1", "users": "UBOT"}, "cant_invite_self"),
        ("invite", {"channel": "C2", "users": "U1"}, "not_in_channel"),
        ("invite", {"channel": "U1", "users": "U2"}, "method_not_supported_for_channel_type"),
        ("leave", {"channel": "G2"}, "channel_not_found"),
        ("join", {"channel": "G1"}, "method_not_supported_for_channel_type"),
    ],
)
async def test_who_cannot_come_or_go(method: str, args: JSON, error: str) -> None:
    async with room() as place:
        assert (await place.api(f"conversations.{method}", **args))["error"] == error


async def test_the_app_invites_and_leaves() -> None:
    async with bolt(lambda app: None) as (place, app):
        await app.client.conversations_invite(channel="G1", users=["U2", "U1"], force=True)
        assert (await app.client.conversations_members(channel="G1"))["members"] == ["U1", "UBOT", "U2"]
        await app.client.conversations_leave(channel="C1")
        assert (await app.client.conversations_leave(channel="C1"))["not_in_channel"]
        assert (await place.api("chat.postMessage", channel="C1", text="x"))["error"] == "not_in_channel"


async def test_reactions_are_read_back() -> None:
    async with bolt(lambda app: None) as (place, app):
        ts = await said(place, text="x")
        await app.client.reactions_add(channel="C1", timestamp=ts, name="eyes")
        got = await app.client.reactions_get(channel="C1", timestamp=ts)
        assert got["message"]["reactions"][0]["name"] == "eyes"
        listed = await app.client.reactions_list()
        assert [row["message"]["ts"] for row in listed["items"]] == [ts]
        assert (await app.client.reactions_list(user="U1"))["items"] == []
        assert (await app.client.emoji_list())["emoji"] == {}


async def test_a_guest_sees_only_where_they_are() -> None:
    async with room() as place:
        await said(place, text="para todos")
        await place.do("user", user="beto", is_restricted=True)

        async def names() -> list[str]:
            state = await place.see("state", viewer="beto")
            return [channel["name"] for channel in state["channels"]]

        assert await until(names) == ["general", "sin-bot"]
