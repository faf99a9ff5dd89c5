"""The Web API: tokens, bodies, answers and errors, as the SDK and plain requests meet them."""

from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from tests.localslack_room import JSON, bolt, room

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hola"}}


@pytest.mark.parametrize(
    ("method", "token", "error"),
    [
        ("auth.test", "", "not_authed"),
        ("auth.test", "xoxb-otro", "invalid_auth"),
        ("auth.test", "xapp-test", "not_allowed_token_type"),
        ("apps.connections.open", "xoxb-test", "not_allowed_token_type"),
        ("no.existe", "xoxb-test", "unknown_method"),
        ("auth.test", "xoxb-test", None),
        ("api.test", "", None),
    ],
)
async def test_tokens_open_what_is_theirs(method: str, token: str, error: str | None) -> None:
    async with room() as place:
        answer = await place.api(method, token=token)
        assert (answer["ok"], answer.get("error")) == (error is None, error)
        assert any(e["name"] == method for e in (await place.see("log"))["entries"])


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "C9", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "G2", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C2", "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": "C1"}, "no_text"),
        ("chat.postMessage", {"channel": "C1", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ("chat.postMessage", {"channel": "C1", "blocks": "no"}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": "C1", "blocks": [{"type": "x"}]}, "invalid_blocks"),
        ("chat.postMessage", {"channel": "C1", "markdown_text": "a", "text": "b"}, "markdown_text_conflict"),
        ("chat.postEphemeral", {"channel": "G1", "user": "U2", "text": "x"}, "user_not_in_channel"),
        ("chat.postEphemeral", {"channel": "C1", "user": "U7", "text": "x"}, "user_not_found"),
        ("chat.update", {"channel": "C1", "ts": "1.000001", "text": "x"}, "message_not_found"),
        ("chat.delete", {"channel": "C1", "ts": "1.000001"}, "message_not_found"),
        ("conversations.info", {"channel": "G2"}, "channel_not_found"),
        ("conversations.history", {"channel": "C2"}, "not_in_channel"),
        ("conversations.replies", {"channel": "C1", "ts": "1.000001"}, "thread_not_found"),
        ("conversations.list", {"cursor": "???"}, "invalid_cursor"),
        ("conversations.open", {"users": "U1,U2"}, "too_many_users"),
        ("users.info", {"user": "U7"}, "user_not_found"),
        ("users.lookupByEmail", {"email": "nadie@a.example"}, "users_not_found"),
        ("views.open", {"trigger_id": "1.2.3", "view": {}}, "invalid_trigger_id"),
        ("views.update", {"view_id": "V1", "view": {}}, "not_found"),
        ("views.publish", {"user_id": "U1", "view": {"type": "home"}}, "invalid_arguments"),
        ("reactions.add", {"channel": "C1", "timestamp": "1.000001", "name": "ok"}, "message_not_found"),
        ("agents.sessions.setStatus", {"channel_id": "C1", "status": "x"}, "invalid_arguments"),
        ("bots.info", {"bot": "B9"}, "bot_not_found"),
    ],
)
async def test_errors_have_slacks_names(method: str, args: JSON, error: str) -> None:
    async with room() as place:
        answer = await place.api(method, **args)
        assert (answer["ok"], answer["error"]) == (False, error)


async def test_forms_json_and_queries_are_read_alike() -> None:
    async with room() as place:
        url = place.server.api_url + "chat.postMessage"
        blocks = '[{"type": "divider"}]'
        form = {"token": "xoxb-test", "channel": "general", "text": "uno", "blocks": blocks}
        async with place.http.post(url, data=form) as response:
            assert (await response.json())["message"]["blocks"][0]["type"] == "divider"
        params = {"token": "xoxb-test", "channel": "C1", "text": "dos"}
        async with place.http.get(url, params=params) as response:
            assert (await response.json())["ok"]
        async with place.http.post(url, data="{", headers={"Content-Type": "application/json"}) as response:
            assert (await response.json())["error"] == "invalid_json"
        assert await place.texts("general", "ana") == ["uno", "dos"]


async def test_a_message_posted_updated_and_read_back() -> None:
    metadata = {"event_type": "answer", "event_payload": {"id": 7}}
    async with bolt(lambda app: None) as (place, app):
        posted = await app.client.chat_postMessage(
            channel="C1", text="uno", blocks=[SECTION], metadata=metadata
        )
        assert posted["message"]["blocks"][0]["block_id"]
        plain = await app.client.conversations_history(channel="C1")
        assert "metadata" not in plain["messages"][0]
        full = await app.client.conversations_history(channel="C1", include_all_metadata=True)
        assert full["messages"][0]["metadata"] == metadata
        await app.client.chat_update(channel="C1", ts=posted["ts"], text="dos")
        [message] = await place.messages("general", "ana")
        assert message["text"] == "dos"
        assert "blocks" not in message
        with pytest.raises(SlackApiError) as refused:
            await app.client.chat_update(channel="C1", ts=posted["ts"], text="x" * 4001)
        assert refused.value.response["error"] == "msg_too_long"
        link = await app.client.chat_getPermalink(channel="C1", message_ts=posted["ts"])
        assert link["permalink"].endswith(f"/archives/C1/p{posted['ts'].replace('.', '')}")


async def test_only_own_messages_are_changed_or_deleted() -> None:
    async with room() as place:
        ts = (await place.do("say", user="ana", channel="general", text="mío"))["ts"]
        update = await place.api("chat.update", channel="C1", ts=ts, text="x")
        delete = await place.api("chat.delete", channel="C1", ts=ts)
        assert (update["error"], delete["error"]) == ("cant_update_message", "cant_delete_message")
        assert await place.texts("general", "ana") == ["mío"]


async def test_history_and_replies_page_and_hide_ephemerals() -> None:
    async with bolt(lambda app: None) as (place, app):
        stamps = [(await place.do("say", user="ana", channel="general", text=str(n)))["ts"] for n in range(5)]
        await place.do("say", user="beto", channel="general", text="respuesta", thread_ts=stamps[0])
        await app.client.chat_postEphemeral(channel="C1", user="U1", text="oculto")
        history = await app.client.conversations_history(channel="C1", limit=2)
        pages = [[m["text"] for m in page["messages"]] async for page in history]
        assert pages == [["4", "3"], ["2", "1"], ["0"]]
        newer = await app.client.conversations_history(channel="C1", oldest=stamps[3], inclusive=True)
        assert [m["text"] for m in newer["messages"]] == ["4", "3"]
        thread = await app.client.conversations_replies(channel="C1", ts=stamps[0])
        assert [m["text"] for m in thread["messages"]] == ["0", "respuesta"]


async def test_a_users_id_as_channel_is_the_dm_with_them() -> None:
    async with bolt(lambda app: None) as (place, app):
        opened = await app.client.conversations_open(users="U2")
        posted = await app.client.chat_postMessage(channel="U2", text="hola")
        assert posted["channel"] == opened["channel"]["id"]
        assert await place.texts("@cartera", "beto") == ["hola"]
        listed = await app.client.conversations_list(types="im,private_channel")
        assert sorted(c["id"] for c in listed["channels"]) == sorted(["G1", posted["channel"]])


async def test_people_are_found_by_id_and_email() -> None:
    async with bolt(lambda app: None) as (_place, app):
        info = await app.client.users_info(user="U2", include_locale=True)
        assert (info["user"]["locale"], info["user"]["profile"]["email"]) == ("es-MX", "beto@a.example")
        found = await app.client.users_lookupByEmail(email="ANA@a.example")
        assert found["user"]["id"] == "U1"
        listed = await app.client.users_list(limit=3)
        assert [user["id"] for user in listed["members"]] == ["U1", "U2", "UBOT"]
        members = await app.client.conversations_members(channel="G1")
        assert members["members"] == ["U1", "UBOT"]


async def test_reactions_count_and_tell_the_app() -> None:
    seen: list[Any] = []

    def build(app: AsyncApp) -> None:
        @app.event("reaction_added")
        async def reacted(event: Any) -> None:
            seen.append(event)

    async with bolt(build) as (place, app):
        ts = (await app.client.chat_postMessage(channel="C1", text="x"))["ts"]
        await app.client.reactions_add(channel="C1", timestamp=ts, name="eyes")
        answer = await place.do("react", user="ana", channel="general", ts=ts, name="eyes")
        assert answer["message"]["reactions"] == [{"name": "eyes", "users": ["UBOT", "U1"], "count": 2}]
        status, again = await place.try_("react", user="ana", channel="general", ts=ts, name="eyes")
        assert (status, again["error"]) == (400, "already_reacted")
        await app.client.reactions_remove(channel="C1", timestamp=ts, name="eyes")
        await place.do("react", user="ana", channel="general", ts=ts, name="eyes", remove=True)
        assert "reactions" not in (await place.messages("general", "ana"))[0]
        assert [event["user"] for event in seen] == ["U1"]


async def test_a_stream_grows_stops_and_takes_no_more() -> None:
    async with bolt(lambda app: None) as (place, app):
        root = (await place.do("say", user="ana", channel="@cartera", text="¿cómo vamos?"))["ts"]
        dm = (await place.do("open_dm", user="ana", **{"with": "cartera"}))["channel"]["id"]
        stream = await app.client.chat_stream(channel=dm, thread_ts=root, buffer_size=1)
        await stream.append(markdown_text="**uno** ")
        [growing] = [m for m in await place.messages(dm, "ana") if m.get("streaming")]
        assert growing["blocks"] == [{"type": "markdown", "text": "**uno** "}]
        await stream.append(markdown_text="dos")
        await stream.stop(blocks=[SECTION])
        [done] = [m for m in await place.messages(dm, "ana") if m["user"] == "UBOT"]
        assert "streaming" not in done
        assert [block["type"] for block in done["blocks"]] == ["markdown", "section"]
        assert done["text"] == "**uno** dos"
        late = await place.api("chat.appendStream", channel=dm, ts=done["ts"], markdown_text="x")
        assert late["error"] == "message_not_in_streaming_state"


async def test_a_status_line_goes_when_the_app_answers_and_prompts_stay() -> None:
    async with bolt(lambda app: None) as (place, app):
        root = (await place.do("say", user="ana", channel="@cartera", text="hola"))["ts"]
        dm = (await place.do("open_dm", user="ana", **{"with": "cartera"}))["channel"]["id"]
        await app.client.assistant_threads_setStatus(channel_id=dm, thread_ts=root, status="calculando…")
        prompts = [{"title": "Aging", "message": "aging de hoy"}]
        await app.client.assistant_threads_setSuggestedPrompts(channel_id=dm, prompts=prompts)
        state = await place.see("state", viewer="ana")
        assert [row["status"] for row in state["statuses"]] == ["calculando…"]
        assert state["prompts"][dm]["prompts"] == prompts
        assert (await place.see("state", viewer="beto"))["prompts"] == {}
        await app.client.chat_postMessage(channel=dm, thread_ts=root, text="listo")
        assert (await place.see("state", viewer="ana"))["statuses"] == []
        await app.client.agents_sessions_setStatus(
            channel_id=dm, thread_ts=root, status="active", title="Aging"
        )
        state = await place.see("state", viewer="ana")
        assert state["titles"] == [{"channel": dm, "thread_ts": root, "title": "Aging"}]
        assert state["statuses"][0]["status"] == "active"
