"""People and a real Bolt app talking: mentions, direct messages, threads, and who may see what."""

from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp

from tests.localslack_room import TEAM, Room, bolt, room, until


def echo(app: AsyncApp) -> None:
    """Answers mentions and direct messages in their thread."""

    @app.event("app_mention")
    async def mentioned(event: Any, say: Any) -> None:
        await say(text=f"mención: {event['text']}", thread_ts=event.get("thread_ts") or event["ts"])

    @app.message()
    async def said(message: Any, say: Any) -> None:
        if message["channel_type"] == "im":
            await say(text=f"directo: {message['text']}", thread_ts=message.get("thread_ts") or message["ts"])


async def _answers(place: Room, channel: str, viewer: str, count: int) -> list[dict[str, Any]]:
    async def enough() -> list[dict[str, Any]]:
        found = [m for m in await place.messages(channel, viewer) if m["user"] == "UBOT"]
        return found if len(found) >= count else []

    answers: list[dict[str, Any]] = await until(enough)
    return answers


async def test_a_mention_is_answered_in_its_thread() -> None:
    async with bolt(echo) as (place, _app):
        ts = (await place.do("say", user="ana", channel="#general", text="@cartera ¿roll rate?"))["ts"]
        [answer] = await _answers(place, "general", "beto", 1)
        assert answer["text"] == "mención: <@UBOT> ¿roll rate?"
        assert answer["thread_ts"] == ts
        root = (await place.messages("C1", "U1", thread_ts=ts))[0]
        assert (root["reply_count"], root["reply_users"], root["latest_reply"]) == (1, ["UBOT"], answer["ts"])


async def test_a_mention_is_two_events_as_in_slack() -> None:
    async with bolt(echo) as (place, _app):
        ts = (await place.do("say", user="ana", channel="general", text="<@UBOT> hola"))["ts"]
        await _answers(place, "general", "ana", 1)
        sent = [
            e["payload"]["payload"] for e in (await place.see("log"))["entries"] if e["kind"] == "envelope"
        ]
        about = [(p["event"]["type"], p["event_id"]) for p in sent if p["event"]["ts"] == ts]
        assert sorted(kind for kind, _ in about) == ["app_mention", "message"]
        assert len({event_id for _, event_id in about}) == 2
        assert {p["event"].get("channel_type") for p in sent if p["event"]["type"] == "message"} == {
            "channel"
        }


async def test_a_follow_up_stays_in_the_thread() -> None:
    async with bolt(echo) as (place, _app):
        ts = (await place.do("say", user="ana", channel="@cartera", text="hola"))["ts"]
        [first] = await _answers(place, "@cartera", "ana", 1)
        await place.do("say", user="ana", channel="@cartera", text="¿y por equipo?", thread_ts=first["ts"])
        answers = await _answers(place, "@cartera", "ana", 2)
        assert [a["text"] for a in answers] == ["directo: hola", "directo: ¿y por equipo?"]
        assert {a["thread_ts"] for a in answers} == {ts}


async def test_opening_the_dm_tells_the_app() -> None:
    opened: list[dict[str, Any]] = []

    def build(app: AsyncApp) -> None:
        @app.event("app_home_opened")
        async def home(event: Any) -> None:
            opened.append(event)

    async with bolt(build) as (place, _app):
        channel = (await place.do("open_dm", user="ana", **{"with": "cartera"}))["channel"]
        await place.do("home", user="ana")

        async def both() -> bool:
            return len(opened) == 2

        await until(both)
        assert channel["is_im"]
        assert channel["user"] == "UBOT"
        assert {event["channel"] for event in opened} == {channel["id"]}
        assert sorted(event["tab"] for event in opened) == ["home", "messages"]


async def test_the_app_hears_nothing_where_it_is_not_and_slackbot_says_so() -> None:
    async with bolt(echo) as (place, _app):
        await place.do("say", user="ana", channel="sin-bot", text="@cartera hola")
        kinds = [entry["kind"] for entry in (await place.see("log"))["entries"]]
        assert "envelope" not in kinds
        mine = await place.messages("sin-bot", "ana")
        assert [(m["user"], m["ephemeral"]) for m in mine] == [("U1", False), ("USLACKBOT", True)]
        assert len(await place.messages("sin-bot", "beto")) == 1


async def test_ephemeral_messages_reach_one_viewer() -> None:
    async with room() as place:
        await place.api("chat.postEphemeral", channel="C1", user="U1", text="solo para ti")
        assert await place.texts("general", "ana") == ["solo para ti"]
        assert await place.texts("general", "beto") == []
        state = await place.see("state", viewer="beto")
        assert next(c["latest"] for c in state["channels"] if c["id"] == "C1") is None


async def test_private_channels_and_dms_are_invisible_to_others() -> None:
    async with room() as place:
        await place.do("say", user="ana", channel="gerencia", text="reservado")
        await place.do("say", user="ana", channel="@cartera", text="mío")
        theirs = await place.see("state", viewer="beto")
        assert [c["name"] for c in theirs["channels"]] == ["general", "sin-bot"]
        assert theirs["dms"] == []
        assert (await place.see("messages", viewer="beto"))["messages"] == []
        assert (await place.see("messages", viewer="beto", channel="gerencia"))[
            "error"
        ] == "channel_not_found"
        assert len((await place.see("messages", viewer="ana"))["messages"]) == 2


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"user": "nadie", "channel": "general", "text": "x"}, "user_not_found"),
        ({"user": "ana", "channel": "general"}, "invalid_arguments"),
        ({"user": "ana", "channel": "no-hay", "text": "x"}, "channel_not_found"),
        ({"user": "beto", "channel": "secreto", "text": "x"}, "channel_not_found"),
        ({"user": "ana", "channel": "general", "text": "x", "thread_ts": "1.1"}, "thread_not_found"),
    ],
)
async def test_what_cannot_be_said_is_refused(body: dict[str, str], error: str) -> None:
    async with room() as place:
        status, answer = await place.try_("say", **body)
        assert (status in (400, 404), answer["ok"], answer["error"]) == (True, False, error)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("@beto ve #general, por favor.", "<@U2> ve <#C1|general>, por favor."),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("<@U2> y <https://a.example|aquí> <script>", "<@U2> y <https://a.example|aquí> &lt;script&gt;"),
        ("ana@a.example @nadie #secreto", "ana@a.example @nadie #secreto"),
        ("¡@ana!", "¡<@U1>!"),
    ],
)
async def test_typed_text_becomes_slacks_form(typed: str, kept: str) -> None:
    async with room() as place:
        await place.do("say", user="ana", channel="general", text=typed)
        assert await place.texts("general", "ana") == [kept]


async def test_unread_counts_are_each_viewers_own() -> None:
    async with room() as place:
        for text in ("uno", "@beto dos", "tres"):
            await place.do("say", user="ana", channel="general", text=text)
        state = await place.see("state", viewer="beto")
        general = next(c for c in state["channels"] if c["id"] == "C1")
        assert (general["unread"], general["mentions"]) == (3, 1)
        read = (await place.do("read", user="beto", channel="general"))["channel"]
        assert (read["unread"], read["mentions"]) == (0, 0)
        mine = await place.see("state", viewer="ana")
        assert next(c["unread"] for c in mine["channels"] if c["id"] == "C1") == 0


async def test_a_stranger_to_a_channel_joins_before_writing() -> None:
    extra = {"id": "U9", "name": "extra", "real_name": "Extra", "email": ""}
    async with room({**TEAM, "users": [*TEAM["users"], extra]}) as place:
        status, answer = await place.try_("say", user="extra", channel="general", text="hola")
        assert (status, answer["error"]) == (400, "not_in_channel")
        assert (await place.do("join", user="extra", channel="general"))["channel"]["is_member"]
        await place.do("say", user="extra", channel="general", text="hola")
        assert (await place.try_("join", user="extra", channel="gerencia"))[0] == 404


async def test_a_deleted_root_leaves_a_tombstone_until_its_last_reply_goes() -> None:
    async with room() as place:
        root = (await place.api("chat.postMessage", channel="C1", text="raíz"))["ts"]
        reply = (await place.api("chat.postMessage", channel="C1", text="respuesta", thread_ts=root))["ts"]
        assert (await place.api("chat.delete", channel="C1", ts=root))["ok"]
        assert [m.get("subtype") for m in await place.messages("general", "ana")] == ["tombstone", None]
        assert (await place.api("chat.delete", channel="C1", ts=reply))["ok"]
        assert await place.messages("general", "ana") == []
