"""Shortcuts of the app, in the menu of a message and anywhere; Slackbot's words when it does not answer."""

from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp

from localslack.delivery import Timing
from tests.localslack_room import JSON, TEAM, bolt, room, until

VIEW = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Consulta"},
    "blocks": [{"type": "divider"}],
}


def with_shortcuts(app: AsyncApp, seen: list[JSON]) -> None:
    @app.global_shortcut("ask")
    async def ask(ack: Any, body: Any, client: Any) -> None:
        await ack()
        seen.append(body)
        await client.views_open(trigger_id=body["trigger_id"], view=VIEW)

    @app.message_shortcut("explain")
    async def explain(ack: Any, body: Any, respond: Any) -> None:
        await ack()
        seen.append(body)
        await respond("es la cartera vencida")


async def test_a_global_shortcut_opens_a_view_and_knows_no_channel() -> None:
    seen: list[JSON] = []
    async with bolt(lambda app: with_shortcuts(app, seen)) as (place, _app):
        answer = await place.do("shortcut", user="ana", callback_id="ask")
        assert answer["acked"]

        async def opened() -> Any:
            return (await place.see("views", user="ana"))["views"]

        assert (await until(opened))[0]["title"]["text"] == "Consulta"
        [body] = seen
        assert (body["type"], body["callback_id"], body["user"]["id"]) == ("shortcut", "ask", "U1")
        assert body.keys().isdisjoint({"channel", "message", "response_url"})


async def test_a_message_shortcut_carries_the_message_and_can_be_answered() -> None:
    seen: list[JSON] = []
    async with bolt(lambda app: with_shortcuts(app, seen)) as (place, _app):
        # Also where the app is not: what it is shown is this message alone.
        ts = (await place.do("say", user="beto", channel="sin-bot", text="¿qué es CV?"))["ts"]
        await place.do("shortcut", user="ana", callback_id="explain", channel="sin-bot", ts=ts)

        async def answered() -> bool:
            return "es la cartera vencida" in await place.texts("sin-bot", "ana")

        await until(answered)
        assert await place.texts("sin-bot", "beto") == ["¿qué es CV?"]
        [body] = seen
        assert (body["type"], body["message_ts"], body["channel"]["id"]) == ("message_action", ts, "C2")
        assert (body["message"]["user"], body["message"]["text"]) == ("U2", "¿qué es CV?")


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"callback_id": "otra"}, 400, "unknown_shortcut"),
        ({"callback_id": "explain"}, 400, "invalid_arguments"),
        ({"callback_id": "explain", "channel": "general", "ts": "1.1"}, 404, "message_not_found"),
        ({"callback_id": "ask", "user": "nadie"}, 404, "user_not_found"),
    ],
)
async def test_a_shortcut_that_is_not_there_is_refused(body: JSON, status: int, error: str) -> None:
    async with room() as place:
        got, answer = await place.try_("shortcut", **{"user": "ana", **body})
        assert (got, answer["error"]) == (status, error)


async def test_an_ephemeral_message_has_no_shortcuts() -> None:
    async with room() as place:
        sent = await place.api("chat.postEphemeral", channel="C1", user="U1", text="solo tú")
        where = {"channel": "general", "ts": sent["message_ts"]}
        status, answer = await place.try_("shortcut", user="ana", callback_id="explain", **where)
        assert (status, answer["error"]) == (404, "message_not_found")


async def test_a_shortcut_without_ack_times_out() -> None:
    def build(app: AsyncApp) -> None:
        @app.shortcut("ask")
        async def ask(ack: Any) -> None:
            """Never acks."""

    async with bolt(build, Timing(ack_seconds=0.1)) as (place, _app):
        answer = await place.do("shortcut", user="ana", callback_id="ask")
        assert (answer["acked"], answer["error"]) == (False, "operation_timeout")


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("es-MX", "/cartera falló con el error «dispatch_failed»"),
        ("en-US", '/cartera failed with the error "dispatch_failed"'),
    ],
)
async def test_slackbot_speaks_the_persons_language(locale: str, words: str) -> None:
    ana = {**TEAM["users"][0], "locale": locale}
    async with room({**TEAM, "users": [ana, *TEAM["users"][1:]]}) as place:
        await place.do("slash", user="ana", channel="general", command="/cartera", text="")
        assert await place.texts("general", "ana") == [words]
