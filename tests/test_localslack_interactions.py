"""Commands, buttons, modals and response URLs, through a real Bolt app on the socket."""

from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp

from localslack.delivery import Timing
from tests.localslack_room import QUICK, Room, bolt, until

BUTTON = {
    "type": "actions",
    "block_id": "b",
    "elements": [
        {
            "type": "button",
            "action_id": "split",
            "value": "campaign",
            "text": {"type": "plain_text", "text": "Por campaña"},
        },
        {
            "type": "static_select",
            "action_id": "pick",
            "options": [
                {"text": {"type": "plain_text", "text": "Equipo A"}, "value": "a"},
                {"text": {"type": "plain_text", "text": "Equipo B"}, "value": "b"},
            ],
        },
    ],
}


def modal(title: str = "Motivo", **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "why",
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": "Enviar"},
        "blocks": [
            {
                "type": "input",
                "block_id": "reason",
                "label": {"type": "plain_text", "text": "¿Por qué?"},
                "element": {"type": "plain_text_input", "action_id": "text"},
            },
            {
                "type": "input",
                "block_id": "due",
                "optional": True,
                "label": {"type": "plain_text", "text": "¿Cuándo?"},
                "element": {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-22"},
            },
        ],
        **more,
    }


async def _post(place: Room) -> str:
    answer = await place.api("chat.postMessage", channel="C1", text="hola", blocks=[BUTTON])
    return str(answer["ts"])


async def _said(place: Room, text: str, viewer: str = "ana") -> dict[str, Any]:
    async def found() -> dict[str, Any] | None:
        return next((m for m in await place.messages("general", viewer) if m["text"] == text), None)

    message: dict[str, Any] = await until(found)
    return message


# --- slash commands ---
async def test_a_commands_ack_text_is_for_the_person_alone() -> None:
    seen: list[dict[str, Any]] = []

    def build(app: AsyncApp) -> None:
        @app.command("/cartera")
        async def command(ack: Any, command: Any) -> None:
            seen.append(command)
            await ack(f"leí: {command['text']}")

    async with bolt(build) as (place, _app):
        answer = await place.do("slash", user="ana", channel="general", command="/cartera", text="aging hoy")
        assert answer["acked"]
        assert await place.texts("general", "ana") == ["leí: aging hoy"]
        assert await place.texts("general", "beto") == []
        assert (seen[0]["user_id"], seen[0]["channel_id"], seen[0]["user_name"]) == ("U1", "C1", "ana")


async def test_a_command_can_answer_later_and_to_everybody() -> None:
    def build(app: AsyncApp) -> None:
        @app.command("/cartera")
        async def command(ack: Any, respond: Any) -> None:
            await ack()
            await respond("para todos", response_type="in_channel")

    async with bolt(build) as (place, _app):
        await place.do("slash", user="ana", channel="general", command="/cartera", text="")
        assert not (await _said(place, "para todos", "beto"))["ephemeral"]


async def test_a_command_without_ack_fails_before_the_persons_eyes() -> None:
    def build(app: AsyncApp) -> None:
        @app.command("/cartera")
        async def command(ack: Any) -> None:
            """Never acks."""

    async with bolt(build, Timing(ack_seconds=0.2)) as (place, _app):
        answer = await place.do("slash", user="ana", channel="general", command="/cartera", text="")
        assert (answer["acked"], answer["error"]) == (False, "operation_timeout")
        [message] = await place.messages("general", "ana")
        assert (message["user"], message["ephemeral"]) == ("USLACKBOT", True)
        assert "operation_timeout" in message["text"]


async def test_an_unknown_command_is_refused() -> None:
    async with bolt(lambda app: None) as (place, _app):
        status, answer = await place.try_("slash", user="ana", channel="general", command="/otra", text="")
        assert (status, answer["error"]) == (400, "unknown_command")


# --- buttons ---
async def test_a_click_carries_where_it_was_and_can_be_answered() -> None:
    bodies: list[dict[str, Any]] = []

    def build(app: AsyncApp) -> None:
        @app.action("split")
        async def split(ack: Any, body: Any, respond: Any, client: Any) -> None:
            await ack()
            bodies.append(body)
            await respond("solo tú", replace_original=False)
            await client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text="cambiado")

    async with bolt(build) as (place, _app):
        ts = await _post(place)
        assert await place.do("click", user="ana", channel="general", ts=ts, action_id="split")
        changed = await _said(place, "cambiado", "beto")
        assert "blocks" not in changed
        assert changed["edited"]["user"] == "UBOT"
        assert (await _said(place, "solo tú"))["ephemeral"]
        assert await place.texts("general", "beto") == ["cambiado"]
        [body] = bodies
        assert body["container"]["message_ts"] == ts
        [action] = body["actions"]
        assert (action["block_id"], action["action_id"], action["value"]) == ("b", "split", "campaign")


async def test_a_click_in_an_ephemeral_message_replaces_it_for_its_viewer() -> None:
    def build(app: AsyncApp) -> None:
        @app.action("split")
        async def split(ack: Any, body: Any, respond: Any) -> None:
            assert "message" not in body
            await ack()
            await respond(text="hecho", replace_original=True)

    async with bolt(build) as (place, _app):
        sent = await place.api("chat.postEphemeral", channel="C1", user="U1", text="?", blocks=[BUTTON])
        ts = sent["message_ts"]
        status, _ = await place.try_("click", user="beto", channel="general", ts=ts, action_id="split")
        assert status == 404
        await place.do("click", user="ana", channel="general", ts=ts, action_id="split")
        await _said(place, "hecho")
        assert await place.texts("general", "ana") == ["hecho"]


async def test_a_choice_is_in_the_action_and_in_the_state() -> None:
    bodies: list[dict[str, Any]] = []

    def build(app: AsyncApp) -> None:
        @app.action("pick")
        async def pick(ack: Any, body: Any) -> None:
            bodies.append(body)
            await ack()

    async with bolt(build) as (place, _app):
        ts = await _post(place)
        await place.do("click", user="ana", channel="general", ts=ts, action_id="pick", value="b")
        [body] = bodies
        assert body["actions"][0]["selected_option"]["text"]["text"] == "Equipo B"
        assert body["state"]["values"]["b"]["pick"]["selected_option"]["value"] == "b"
        [mine], [theirs] = await place.messages("C1", "ana"), await place.messages("C1", "beto")
        assert mine["state"] == body["state"]
        assert "state" not in theirs


async def test_a_response_url_runs_out() -> None:
    urls: list[str] = []

    def build(app: AsyncApp) -> None:
        @app.action("split")
        async def split(ack: Any, body: Any) -> None:
            urls.append(body["response_url"])
            await ack()

    async with bolt(build) as (place, _app):
        await place.do("click", user="ana", channel="general", ts=await _post(place), action_id="split")
        statuses = []
        for number in range(6):
            async with place.http.post(urls[0], json={"text": f"n{number}"}) as response:
                statuses.append((response.status, await response.text()))
        assert [status for status, _ in statuses] == [200] * 5 + [404]
        assert "used_url" in statuses[-1][1]
        async with place.http.post(f"{place.server.url}/actions/T1/nada", json={"text": "x"}) as response:
            assert response.status == 404


# --- modals ---
def with_modal(app: AsyncApp, answer: dict[str, Any] | None, seen: list[dict[str, Any]]) -> None:
    @app.action("split")
    async def split(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal())

    @app.view("why")
    async def submitted(ack: Any, view: Any) -> None:
        seen.append(view)
        await ack(**(answer or {}))


async def _open(place: Room) -> dict[str, Any]:
    await place.do("click", user="ana", channel="general", ts=await _post(place), action_id="split")

    async def shown() -> list[dict[str, Any]]:
        views: list[dict[str, Any]] = (await place.see("views", user="ana"))["views"]
        return views

    view: dict[str, Any] = (await until(shown))[0]
    return view


async def test_a_modal_opens_is_filled_and_closes() -> None:
    seen: list[dict[str, Any]] = []
    async with bolt(lambda app: with_modal(app, None, seen)) as (place, _app):
        view = await _open(place)
        assert (await place.see("views", user="beto"))["views"] == []
        values = {"reason": {"text": "no localizado"}}
        answer = await place.do("submit", user="ana", view_id=view["id"], values=values)
        assert (answer["response_action"], answer["views"]) == (None, [])
        kept = seen[0]["state"]["values"]
        assert kept["reason"]["text"] == {"type": "plain_text_input", "value": "no localizado"}
        assert kept["due"]["day"] == {"type": "datepicker", "selected_date": "2026-11-22"}


async def test_a_required_input_left_empty_never_reaches_the_app() -> None:
    seen: list[dict[str, Any]] = []
    async with bolt(lambda app: with_modal(app, None, seen)) as (place, _app):
        view = await _open(place)
        answer = await place.do("submit", user="ana", view_id=view["id"], values={"day": "2026-12-01"})
        assert (answer["response_action"], answer["required"]) == ("errors", ["reason"])
        assert seen == []
        assert len(answer["views"]) == 1


@pytest.mark.parametrize(
    ("ack", "titles"),
    [
        ({"response_action": "errors", "errors": {"reason": "muy corto"}}, ["Motivo"]),
        ({"response_action": "update", "view": modal("Otro")}, ["Otro"]),
        ({"response_action": "push", "view": modal("Encima")}, ["Motivo", "Encima"]),
        ({"response_action": "clear"}, []),
    ],
)
async def test_a_submission_does_what_the_ack_says(ack: dict[str, Any], titles: list[str]) -> None:
    async with bolt(lambda app: with_modal(app, ack, [])) as (place, _app):
        view = await _open(place)
        answer = await place.do("submit", user="ana", view_id=view["id"], values={"text": "x"})
        assert answer["response_action"] == ack["response_action"]
        assert answer.get("errors") == ack.get("errors")
        assert [each["title"]["text"] for each in answer["views"]] == titles
        assert titles != ["Otro"] or answer["views"][0]["id"] == view["id"]


async def test_an_invalid_view_in_an_ack_is_shown_as_an_error() -> None:
    bad = {"response_action": "update", "view": modal("x" * 25)}
    async with bolt(lambda app: with_modal(app, bad, [])) as (place, _app):
        view = await _open(place)
        _status, answer = await place.try_("submit", user="ana", view_id=view["id"], values={"text": "x"})
        assert answer["error"] == "invalid_arguments"
        assert "/title/text" in str(answer["response_metadata"])


async def test_closing_tells_the_app_that_asked() -> None:
    closed: list[dict[str, Any]] = []

    def build(app: AsyncApp) -> None:
        @app.command("/cartera")
        async def command(ack: Any, command: Any, client: Any) -> None:
            await ack()
            await client.views_open(trigger_id=command["trigger_id"], view=modal(notify_on_close=True))

        @app.view_closed("why")
        async def gone(ack: Any, body: Any) -> None:
            closed.append(body)
            await ack()

    async with bolt(build) as (place, _app):
        await place.do("slash", user="ana", channel="general", command="/cartera", text="")

        async def shown() -> Any:
            return (await place.see("views", user="ana"))["views"]

        await until(shown)
        assert (await place.do("close", user="ana"))["views"] == []

        async def told() -> bool:
            return bool(closed)

        await until(told)
        assert closed[0]["is_cleared"] is False


async def test_an_external_select_asks_the_app_for_options() -> None:
    select = {"type": "external_select", "action_id": "who", "min_query_length": 1}
    options = [{"text": {"type": "plain_text", "text": "Beto"}, "value": "2"}]

    def build(app: AsyncApp) -> None:
        @app.options("who")
        async def who(ack: Any, payload: Any) -> None:
            await ack(options=options if payload["value"] == "be" else [])

    async with bolt(build) as (place, _app):
        blocks = [{"type": "actions", "elements": [select]}]
        ts = (await place.api("chat.postMessage", channel="C1", text="?", blocks=blocks))["ts"]
        found = await place.do("options", user="ana", channel="general", ts=ts, action_id="who", value="be")
        assert found["options"] == options


@pytest.mark.parametrize(
    ("seconds", "uses", "error"),
    [(3.0, 1, None), (3.0, 2, "exchanged_trigger_id"), (0.0, 1, "expired_trigger_id")],
)
async def test_a_trigger_opens_one_view_in_time(seconds: float, uses: int, error: str | None) -> None:
    triggers: list[str] = []

    def build(app: AsyncApp) -> None:
        @app.command("/cartera")
        async def command(ack: Any, command: Any) -> None:
            triggers.append(command["trigger_id"])
            await ack()

    async with bolt(build, Timing(**{**vars(QUICK), "trigger_seconds": seconds})) as (place, _app):
        await place.do("slash", user="ana", channel="general", command="/cartera", text="")
        for _ in range(uses):
            answer = await place.api("views.open", trigger_id=triggers[0], view=modal())
        assert answer.get("error") == error


async def test_home_is_published_updated_and_guarded_by_its_hash() -> None:
    home = {"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "uno"}}]}
    async with bolt(lambda app: None) as (place, app):
        first = await app.client.views_publish(user_id="U1", view=home)
        assert (await place.see("views", user="ana"))["home"]["id"] == first["view"]["id"]
        second = await app.client.views_publish(user_id="U1", view=home, hash=first["view"]["hash"])
        assert second["view"]["id"] == first["view"]["id"]
        late = await place.api("views.publish", user_id="U1", view=home, hash=first["view"]["hash"])
        assert late["error"] == "hash_conflict"
        assert (await place.see("views", user="beto"))["home"] is None
