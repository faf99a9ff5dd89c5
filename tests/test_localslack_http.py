"""Signed HTTP delivery: how requests look, what counts as an ack, what is sent again, and who is refused."""

import asyncio
import copy
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from localslack.errors import SlackError
from localslack.signed import SignedHttp
from localslack.team import TeamError, read_team
from tests.localslack_http import Answer, Listener, Sent, echo, listening
from tests.localslack_room import JSON, QUICK, TEAM, Room, room, until
from tests.test_localslack_interactions import BUTTON

SECRET = TEAM["bot"]["signing_secret"]
MODAL: JSON = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Forma"},
    "submit": {"type": "plain_text", "text": "Enviar"},
    "blocks": [
        {
            "type": "input",
            "block_id": "b",
            "label": {"type": "plain_text", "text": "Monto"},
            "element": {"type": "plain_text_input", "action_id": "amount"},
        }
    ],
}


@asynccontextmanager
async def wired(answer: Answer = echo) -> AsyncIterator[tuple[Room, Listener]]:
    """A server that delivers to a listener of ours."""
    async with room() as place, listening(answer) as app:
        switched = await place.do("app", request_url=app.url)
        assert switched == {"ok": True, "request_url": app.url, "verified": True}
        yield place, app


def answering(response: dict[str, Any]) -> Answer:
    """An app that gives every request but the challenge this response."""

    async def answer(sent: Sent) -> web.Response:
        return await echo(sent) if b'"url_verification"' in sent.body else web.Response(**response)

    return answer


def verified(sent: Sent, secret: str = SECRET) -> bool:
    return SignatureVerifier(secret).is_valid_request(sent.body, sent.headers)


async def slash(place: Room) -> JSON:
    return await place.do("slash", user="ana", channel="general", command="/cartera", text="aging & más")


# --- the switch ---
async def test_the_switch_takes_an_address_whose_app_answers_the_challenge() -> None:
    async with wired() as (place, app):
        state = await place.see("state", viewer="ana")
        assert state["delivery"] == {"mode": "http", "url": app.url}
        assert state["connected"]
        back = await place.do("app", request_url=None)
        assert back == {"ok": True, "request_url": None, "verified": False}
        state = await place.see("state", viewer="ana")
        assert (state["delivery"], state["connected"]) == ({"mode": "socket"}, False)


async def slow(_sent: Sent) -> web.Response:
    await asyncio.sleep(5)
    return web.Response()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (slow, "http_timeout"),
        (lambda _sent: _at_once(web.Response(status=401)), "http_error"),
        (lambda _sent: _at_once(web.Response(status=302, headers={"Location": "/"})), "http_error"),
        (lambda _sent: _at_once(web.json_response({"challenge": "otra"})), "challenge_failed"),
        (lambda _sent: _at_once(web.Response(text="hola")), "challenge_failed"),
    ],
)
async def test_an_app_that_fails_the_challenge_is_not_delivered_to(answer: Answer, error: str) -> None:
    async with room() as place, listening(answer) as app:
        await place.do("faults", timing={"ack_seconds": 0.2})
        refused = await place.do("app", request_url=app.url)
        assert refused == {"ok": True, "request_url": None, "verified": False, "error": error}
        assert (await place.see("state"))["delivery"] == {"mode": "socket"}


async def _at_once(response: web.Response) -> web.Response:
    return response


async def test_nobody_at_the_address_is_said() -> None:
    async with room() as place, listening() as app:
        gone = app.url.replace("/slack/events", "").rsplit(":", 1)[0] + ":9"
        assert (await place.do("app", request_url=gone))["error"] == "connection_failed"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/slack/events",
        "http://127.0.0.1@example.com/",
        "http://127.0.0.1.example.com/",
        "https://127.0.0.1/",
        "http://10.0.0.1/",
        "http://[::1",
        "file:///etc/passwd",
        7,
        ["http://127.0.0.1/"],
    ],
)
async def test_no_address_outside_this_machine_is_taken(url: Any) -> None:
    async with room() as place:
        status, refused = await place.try_("app", request_url=url)
        assert (status, refused["error"]) == (400, "invalid_arguments")
    team = copy.deepcopy(TEAM)
    team["bot"]["request_url"] = url
    with pytest.raises(TeamError, match="not on this machine"):
        read_team(team)


async def test_unguarded_a_signed_request_would_go_to_any_address() -> None:
    """0.0.0.0 stands for every address of the machine, the ones others can reach included."""
    async with listening() as app:
        url = app.url.replace("127.0.0.1", "0.0.0.0")
        guarded = SignedHttp(read_team(TEAM).bot)
        with pytest.raises(SlackError, match="invalid_arguments"):
            await guarded.verify(url, 1)
        unguarded = SignedHttp(read_team(TEAM).bot, allowed=lambda _url: True)
        assert await unguarded.verify(url, 1) is None
        await unguarded.close()


async def test_without_a_signing_secret_nothing_can_be_signed() -> None:
    team = copy.deepcopy(TEAM)
    team["bot"]["signing_secret"] = ""
    async with room(team) as place:
        status, refused = await place.try_("app", request_url="http://127.0.0.1:1/")
        assert (status, refused["error"]) == (400, "invalid_arguments")
    team["bot"]["request_url"] = "http://127.0.0.1:1/"
    with pytest.raises(TeamError, match="signing_secret"):
        read_team(team)


# --- how requests look ---
async def test_an_event_is_signed_json() -> None:
    async with wired() as (place, app):
        await place.do("say", user="ana", channel="general", text="¿cómo vamos?")
        [sent] = await app.got(1)
        assert verified(sent)
        assert not verified(sent, "otro secreto")
        assert not verified(Sent(sent.body + b" ", sent.headers))
        assert sent.headers["Content-Type"] == "application/json"
        assert sent.headers["User-Agent"].startswith("Slackbot")
        assert "X-Slack-Retry-Num" not in sent.headers
        body = sent.json()
        assert (body["type"], body["event"]["text"]) == ("event_callback", "¿cómo vamos?")


async def test_a_command_is_a_form_and_an_interaction_a_payload_in_one() -> None:
    async with wired() as (place, app):
        assert (await slash(place))["acked"]
        ts = (await place.api("chat.postMessage", channel="C1", text="x", blocks=[BUTTON]))["ts"]
        await place.do("click", user="ana", channel="general", ts=ts, action_id="pick")
        forms = [each for each in await app.got(3) if "form" in each.headers["Content-Type"]]
        assert [each.headers["Content-Type"] for each in forms] == ["application/x-www-form-urlencoded"] * 2
        assert all(verified(each) for each in forms)
        command, click = (each.form() for each in forms)
        assert (command["command"], command["text"]) == ("/cartera", "aging & más")
        assert command["response_url"].startswith(place.server.url)
        assert click.keys() == {"payload"}
        assert json.loads(click["payload"])["type"] == "block_actions"


async def test_the_signature_bears_the_machines_time_however_the_clock_is_moved() -> None:
    async with wired() as (place, app):
        await place.do("clock", advance=86_400)
        await place.do("say", user="ana", channel="general", text="mañana")
        [sent] = await app.got(1)
        assert verified(sent)


# --- what is an ack ---
async def test_plain_words_and_json_are_a_commands_answer() -> None:
    async with wired(answering({"text": "listo"})) as (place, app):
        await slash(place)
        app.answer = answering({"text": '{"text": "de nuevo"}', "content_type": "application/json"})
        await slash(place)
        app.answer = echo
        await slash(place)
        assert await place.texts("general", "ana") == ["listo", "de nuevo"]


@pytest.mark.parametrize(
    ("answer", "error"), [(slow, "operation_timeout"), (answering({"status": 500}), "dispatch_failed")]
)
async def test_a_command_the_app_does_not_take_is_said_to_have_failed(answer: Answer, error: str) -> None:
    async with wired() as (place, app):
        app.answer = answer
        await place.do("faults", timing={"ack_seconds": 0.2})
        failed = await slash(place)
        assert (failed["acked"], failed["error"]) == (False, error)
        [said] = await place.messages("general", "ana")
        assert (said["user"], error in said["text"]) == ("USLACKBOT", True)


async def test_a_form_is_answered_with_json_or_nothing() -> None:
    async with wired() as (place, app):
        trigger = (await slash(place))["trigger_id"]
        view = (await place.api("views.open", trigger_id=trigger, view=MODAL))["view"]["id"]
        filled = {"user": "ana", "view_id": view, "values": {"amount": "7"}}
        app.answer = answering({"text": "gracias"})
        assert (await place.do("submit", **filled))["error"] == "dispatch_failed"
        app.answer = answering(
            {
                "text": json.dumps({"response_action": "errors", "errors": {"b": "poco"}}),
                "content_type": "application/json",
            }
        )
        assert (await place.do("submit", **filled))["errors"] == {"b": "poco"}
        app.answer = echo
        assert (await place.do("submit", **filled))["views"] == []


# --- what is sent again ---
@pytest.mark.parametrize(
    ("answer", "reason"), [(slow, "http_timeout"), (answering({"status": 503}), "http_error")]
)
async def test_an_event_not_taken_comes_again_and_says_why(answer: Answer, reason: str) -> None:
    async with wired() as (place, app):
        app.answer = answer
        await place.do("faults", timing={"ack_seconds": 0.1})
        await place.do("say", user="ana", channel="general", text="hola")
        sent = await app.got(3)
        again = [
            (each.headers.get("X-Slack-Retry-Num"), each.headers.get("X-Slack-Retry-Reason")) for each in sent
        ]
        assert again == [(None, None), ("1", reason), ("2", reason)]
        assert len({each.json()["event_id"] for each in sent}) == 1
        assert all(verified(each) for each in sent)


async def test_an_app_that_was_away_is_told_that_the_connection_failed() -> None:
    team = copy.deepcopy(TEAM)
    async with listening() as app:
        team["bot"]["request_url"] = app.url.replace("/slack/events", "/nadie").rsplit(":", 1)[0] + ":9/"
        async with room(team) as place:
            place.server.app.timing.retry_delays = (0.1,)
            await place.do("say", user="ana", channel="general", text="hola")

            async def failed() -> bool:
                return not (await place.see("state"))["connected"]

            await until(failed)
            place.server.app.http.url = app.url
            [sent] = await app.got(1)
            assert sent.headers["X-Slack-Retry-Reason"] == "connection_failed"

            async def there() -> bool:
                return bool((await place.see("state"))["connected"])

            await until(there)


async def test_an_app_may_ask_for_no_retry() -> None:
    async with wired() as (place, app):
        app.answer = answering({"status": 500, "headers": {"X-Slack-No-Retry": "1"}})
        await place.do("say", user="ana", channel="general", text="hola")
        await app.got(1)
        await asyncio.sleep(0.2)
        assert len(app.seen) == 1


async def test_a_lost_ack_brings_the_event_again_over_http_too() -> None:
    async with wired() as (place, app):
        await place.do("faults", lose_ack=1)
        await place.do("say", user="ana", channel="general", text="hola")
        first, second = await app.got(2)
        assert first.json()["event_id"] == second.json()["event_id"]
        assert second.headers["X-Slack-Retry-Num"] == "1"


# --- Bolt, as it is ---
def _build(app: AsyncApp, seen: list[str]) -> None:
    @app.event("message")
    async def said(event: Any, say: Any) -> None:
        seen.append(event["text"])

    @app.command("/cartera")
    async def command(ack: Any, body: Any, client: Any) -> None:
        await ack("va")
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.action("pick")
    async def picked(ack: Any, respond: Any) -> None:
        await ack()
        await respond("elegido", replace_original=False)

    @app.view("form")
    async def form(ack: Any, view: Any) -> None:
        amount = view["state"]["values"]["b"]["amount"]["value"]
        await (ack() if amount == "7" else ack(response_action="errors", errors={"b": "poco"}))


@asynccontextmanager
async def bolt_over_http(place: Room, seen: list[str], secret: str = SECRET) -> AsyncIterator[str]:
    """The address of a Bolt app as it would run behind a public URL."""
    client = AsyncWebClient(token="xoxb-test", base_url=place.server.api_url)
    app = AsyncApp(client=client, signing_secret=secret)
    _build(app, seen)
    async with TestServer(app.web_app("/slack/events")) as server:
        yield str(server.make_url("/slack/events"))


async def test_a_bolt_app_lives_behind_signed_http() -> None:
    seen: list[str] = []
    async with room() as place, bolt_over_http(place, seen) as url:
        assert (await place.do("app", request_url=url))["verified"]
        await place.do("say", user="ana", channel="general", text="hola")
        assert (await slash(place))["acked"]

        async def opened() -> Any:
            return (await place.see("views", user="ana"))["views"]

        [view] = await until(opened)
        submit = {"user": "ana", "view_id": view["id"]}
        assert (await place.do("submit", **submit, values={"amount": "1"}))["errors"] == {"b": "poco"}
        assert (await place.do("submit", **submit, values={"amount": "7"}))["views"] == []
        ts = (await place.api("chat.postMessage", channel="C1", text="x", blocks=[BUTTON]))["ts"]
        assert (await place.do("click", user="ana", channel="general", ts=ts, action_id="pick"))["acked"]
        await place.do("wait", channel="general", viewer="ana", text="elegido")
        assert "hola" in seen


async def test_a_bolt_app_with_another_secret_refuses_us() -> None:
    seen: list[str] = []
    async with room() as place, bolt_over_http(place, seen, "otro") as url:
        assert (await place.do("app", request_url=url))["error"] == "http_error"


async def test_the_delivery_of_the_team_file_is_signed_http_from_the_start() -> None:
    async with listening() as app:
        team = copy.deepcopy(TEAM)
        team["bot"]["request_url"] = app.url
        async with room(team, QUICK) as place:
            assert (await place.see("state"))["delivery"] == {"mode": "http", "url": app.url}
            await place.do("say", user="ana", channel="general", text="hola")
            assert (await app.got(1))[0].json()["event"]["text"] == "hola"
