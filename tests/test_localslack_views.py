"""Modals and homes: what Slack refuses of them, what an ack may ask for, what inputs must hold."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from string import Formatter
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp

from localslack.words import SENTENCES, sentences
from tests.localslack_room import JSON, Room, bolt, room, until
from tests.test_localslack_blockkit import plain, section
from tests.test_localslack_files import upload
from tests.test_localslack_interactions import modal


class Doctor:
    """An app whose every ack and opening the test decides, and what it was told."""

    def __init__(self) -> None:
        self.ack: JSON = {}
        self.bodies: list[JSON] = []
        self.triggers: list[str] = []
        self.before_ack: Any = None

    def build(self, app: AsyncApp) -> None:
        @app.command("/cartera")
        async def command(ack: Any, body: Any) -> None:
            self.triggers.append(body["trigger_id"])
            await ack()

        @app.action("go")
        async def go(ack: Any, body: Any) -> None:
            self.triggers.append(body["trigger_id"])
            await ack()

        @app.view("why")
        async def submitted(ack: Any, body: Any, client: Any) -> None:
            self.bodies.append(body)
            if self.before_ack is not None:
                await self.before_ack(body, client)
            await ack(**self.ack)

        @app.view_closed("why")
        async def closed(ack: Any, body: Any) -> None:
            self.bodies.append(body)
            await ack()


@asynccontextmanager
async def surgery() -> AsyncIterator[tuple[Room, Doctor]]:
    doctor = Doctor()
    async with bolt(doctor.build) as (place, _app):
        yield place, doctor


async def trigger(place: Room, doctor: Doctor) -> str:
    await place.do("slash", user="ana", channel="general", command="/cartera", text="")
    return doctor.triggers[-1]


async def opened(place: Room, doctor: Doctor, view: JSON) -> JSON:
    answer = await place.api("views.open", trigger_id=await trigger(place, doctor), view=view)
    assert answer["ok"], answer
    found: JSON = answer["view"]
    return found


def field(element: JSON, block_id: str = "b", **more: Any) -> JSON:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(),
        "element": {"action_id": "a", **element},
        **more,
    }


def form(*blocks: JSON, **more: Any) -> JSON:
    return {**modal(), "blocks": list(blocks), **more}


GO = {"type": "actions", "elements": [{"type": "button", "action_id": "go", "text": plain()}]}
HOME = {"type": "home", "blocks": [section()]}


# --- what the app asks for ---
@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("open", {"view": {**modal(), "private_metadata": "x" * 250_000}}, "view_too_large"),
        ("open", {"view": {**modal(), "title": None}}, "invalid_arguments"),
        ("open", {"view": HOME}, "invalid_arguments"),
        ("open", {"view": {**modal(), "colour": "red"}}, "invalid_arguments"),
        ("open", {"view": {**modal(), "external_id": "one"}}, "duplicate_external_id"),
        ("push", {"view": modal()}, "invalid_trigger_id"),
    ],
)
async def test_what_is_no_view_is_not_opened(method: str, args: JSON, error: str) -> None:
    async with surgery() as (place, doctor):
        await place.api("views.publish", user_id="U2", view={**HOME, "external_id": "one"})
        trigger_id = await trigger(place, doctor)
        answer = await place.api(f"views.{method}", trigger_id=trigger_id, **args)
        assert answer["error"] == error
        assert (await place.see("views", user="ana"))["views"] == []


async def test_a_view_keeps_its_external_id_when_it_is_updated_by_it() -> None:
    async with surgery() as (place, doctor):
        view = await opened(place, doctor, {**modal(), "external_id": "one"})
        answer = await place.api(
            "views.update", external_id="one", view={**modal("Otro"), "external_id": "one"}
        )
        assert (answer["view"]["id"], answer["view"]["title"]["text"]) == (view["id"], "Otro")
        late = await place.api("views.update", view_id=view["id"], hash=view["hash"], view=modal())
        assert late["error"] == "hash_conflict"
        assert (await place.api("views.update", external_id="dos", view=modal()))["error"] == "not_found"


async def test_three_modals_stack_and_no_fourth() -> None:
    async with surgery() as (place, doctor):
        view = await opened(place, doctor, form(GO, close=plain()))
        for number in (2, 3, 4):
            await place.do("click", user="ana", view_id=view["id"], action_id="go")
            answer = await place.api(
                "views.push", trigger_id=doctor.triggers[-1], view=form(GO, callback_id=str(number))
            )
            if answer["ok"]:
                view = answer["view"]
        assert answer["error"] == "push_limit_reached"
        first, _second, third = (await place.see("views", user="ana"))["views"]
        assert third["root_view_id"] == first["id"]


async def test_a_modals_image_must_be_a_file_the_app_sees() -> None:
    async with surgery() as (place, doctor):
        image = {"type": "image", "alt_text": "x", "slack_file": {"id": "F0NADA"}}
        answer = await place.api("views.open", trigger_id=await trigger(place, doctor), view=form(image))
        assert "/blocks/0/slack_file" in str(answer["response_metadata"])


# --- what an ack says ---
@pytest.mark.parametrize(
    ("ack", "error"),
    [
        ({"response_action": "errors", "errors": {"reason": "corto", "nada": "x"}}, "invalid_arguments"),
        ({"response_action": "errors", "errors": {"reason": 7}}, "invalid_arguments"),
        ({"response_action": "close"}, "invalid_arguments"),
        ({"response_action": "update", "view": modal("x" * 25)}, "invalid_arguments"),
        ({"response_action": "push"}, "invalid_arguments"),
    ],
)
async def test_an_ack_slack_cannot_follow_leaves_the_modal_open(ack: JSON, error: str) -> None:
    async with surgery() as (place, doctor):
        doctor.ack = ack
        view = await opened(place, doctor, modal())
        _status, answer = await place.try_("submit", user="ana", view_id=view["id"], values={"text": "x"})
        assert (answer["ok"], answer["error"]) == (False, error)
        assert [each["id"] for each in answer["views"]] == [view["id"]]


async def test_an_update_beside_the_ack_does_not_disturb_it() -> None:
    """The app changes the view by views.update while its submission is still to be acked."""

    async def meanwhile(body: JSON, client: Any) -> None:
        await client.views_update(view_id=body["view"]["id"], view=modal("Un momento"))

    async with surgery() as (place, doctor):
        doctor.before_ack, doctor.ack = meanwhile, {"response_action": "update", "view": modal("Listo")}
        view = await opened(place, doctor, modal())
        answer = await place.do("submit", user="ana", view_id=view["id"], values={"text": "x"})
        assert [each["title"]["text"] for each in answer["views"]] == ["Listo"]
        doctor.ack = {}
        answer = await place.do("submit", user="ana", view_id=view["id"], values={"text": "x"})
        assert answer["views"] == []


async def test_closing_one_that_clears_closes_all() -> None:
    async with surgery() as (place, doctor):
        view = await opened(place, doctor, form(GO, notify_on_close=True))
        await place.do("click", user="ana", view_id=view["id"], action_id="go")
        top = form(section(), clear_on_close=True, notify_on_close=True)
        await place.api("views.push", trigger_id=doctor.triggers[-1], view=top)
        assert (await place.do("close", user="ana"))["views"] == []

        async def told() -> bool:
            return len(doctor.bodies) == 2

        await until(told)
        assert [body["is_cleared"] for body in doctor.bodies] == [True, True]


async def test_a_chosen_conversation_brings_an_address_to_answer_at() -> None:
    element = {"type": "conversations_select", "response_url_enabled": True}
    async with surgery() as (place, doctor):
        view = await opened(place, doctor, form(field(element)))
        await place.do("submit", user="ana", view_id=view["id"], values={"a": "C1"})
        [address] = doctor.bodies[0]["response_urls"]
        assert (address["channel_id"], address["block_id"], address["action_id"]) == ("C1", "b", "a")
        async with place.http.post(address["response_url"], json={"text": "guardado"}) as response:
            assert response.status == 200
        assert await place.texts("general", "ana") == ["guardado"]


# --- what inputs must hold ---
TEXT = {"type": "plain_text_input", "min_length": 2, "max_length": 4}
NUMBER = {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "9"}
DECIMAL = {"type": "number_input", "is_decimal_allowed": True}
EMAIL, URL = {"type": "email_text_input"}, {"type": "url_text_input"}
OPTIONS = [{"text": plain(v), "value": v} for v in "xyz"]
SEVERAL = {"type": "multi_static_select", "options": OPTIONS, "max_selected_items": 2}


@pytest.mark.parametrize(
    ("element", "value", "key"),
    [
        (TEXT, "", "fill_in"),
        (TEXT, "x", "too_short"),
        (TEXT, "xxxxx", "too_long"),
        (TEXT, "xx", None),
        (NUMBER, "uno", "no_number"),
        (NUMBER, "NaN", "no_number"),
        (NUMBER, "1.5", "no_whole_number"),
        (NUMBER, "0", "number_too_small"),
        (NUMBER, "10", "number_too_large"),
        (NUMBER, "9", None),
        (DECIMAL, "-1.5", None),
        (EMAIL, "ana@", "no_email"),
        (EMAIL, "ana@a.example", None),
        (URL, "a.example", "no_url"),
        (URL, "https://a.example/x", None),
        (SEVERAL, ["x", "y", "z"], "too_many_chosen"),
        (SEVERAL, ["x", "y"], None),
    ],
)
async def test_slacks_own_client_looks_first(element: JSON, value: Any, key: str | None) -> None:
    async with surgery() as (place, doctor):
        view = await opened(place, doctor, form(field(element)))
        answer = await place.do("submit", user="ana", view_id=view["id"], values={"a": value})
        begin = sentences()[key]["es"].partition("{")[0] if key else ""
        assert (answer["response_action"] == "errors") is (key is not None)
        assert answer.get("errors", {}).get("b", "").startswith(begin)
        assert len(doctor.bodies) == (key is None)


async def test_a_static_menu_takes_only_what_it_offers() -> None:
    async with surgery() as (place, doctor):
        view = await opened(place, doctor, form(field(SEVERAL)))
        values = {"a": ["x", "otra"]}
        status, answer = await place.try_("submit", user="ana", view_id=view["id"], values=values)
        assert (status, answer["error"]) == (400, "option_not_found")


def test_every_sentence_is_said_somewhere_in_both_languages() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in SENTENCES.parent.rglob("*.py"))
    assert [key for key in sentences() if f'"{key}"' not in code] == []
    for sentence in sentences().values():
        es, en = ({name for _, name, _, _ in Formatter().parse(sentence[each])} for each in ("es", "en"))
        assert es == en


# --- files in a form ---
FILES = {"type": "file_input", "filetypes": ["csv"], "max_files": 1}


async def test_files_added_to_a_form_reach_the_app_with_its_submission() -> None:
    async with surgery() as (place, doctor):
        view = await opened(place, doctor, form(field(FILES)))
        _, answer = await upload(place, ("pagos.csv", b"a;b\n"), view_id=view["id"])
        [file] = answer["files"]
        assert (await place.see("messages", viewer="ana"))["messages"] == []
        assert (await place.api("files.info", file=file["id"]))["error"] == "file_not_found"
        await place.do("submit", user="ana", view_id=view["id"], values={"a": [file["id"]]})
        [given] = doctor.bodies[0]["view"]["state"]["values"]["b"]["a"]["files"]
        assert (given["id"], given["name"]) == (file["id"], "pagos.csv")
        bearer = {"Authorization": "Bearer xoxb-test"}
        async with place.http.get(given["url_private"], headers=bearer) as response:
            assert await response.read() == b"a;b\n"


@pytest.mark.parametrize(
    ("names", "key"),
    [(["a.txt"], "wrong_filetype"), (["a.csv", "b.csv"], "too_many_files"), ([], "fill_in")],
)
async def test_a_form_takes_the_files_it_asks_for(names: list[str], key: str) -> None:
    async with surgery() as (place, doctor):
        view = await opened(place, doctor, form(field(FILES)))
        ids = []
        for name in names:
            _, answer = await upload(place, (name, b"x"), view_id=view["id"])
            ids.append(answer["files"][0]["id"])
        answer = await place.do("submit", user="ana", view_id=view["id"], values={"a": ids})
        assert answer["errors"]["b"].startswith(sentences()[key]["es"].partition("{")[0])
        assert doctor.bodies == []


async def test_a_form_takes_no_file_of_somebody_else() -> None:
    async with surgery() as (place, doctor):
        view = await opened(place, doctor, form(field(FILES)))
        _, theirs = await upload(place, ("a.csv", b"x"), user="beto")
        values = {"a": [theirs["files"][0]["id"]]}
        status, answer = await place.try_("submit", user="ana", view_id=view["id"], values=values)
        assert (status, answer["error"]) == (404, "file_not_found")


# --- menus the app fills ---
def option(value: str = "v", text: str = "x") -> JSON:
    return {"text": plain(text), "value": value}


@pytest.mark.parametrize(
    ("typed", "ack", "found"),
    [
        ("be", {"options": [option()]}, {"options": [], "asked": False}),
        ("beto", {"options": [option()]}, {"options": [option()]}),
        ("beto", {"options": [option()] * 100}, {"options": [option()] * 100}),
        ("beto", {"options": [option()] * 101}, {"options": [], "error": "invalid_options"}),
        ("beto", {"options": [option(text="x" * 76)]}, {"options": [], "error": "invalid_options"}),
        (
            "beto",
            {"option_groups": [{"label": plain(), "options": [option()]}]},
            {"options": [], "option_groups": [{"label": plain(), "options": [option()]}]},
        ),
        (
            "beto",
            {"option_groups": [{"label": plain("x" * 76), "options": []}]},
            {"options": [], "error": "invalid_options"},
        ),
    ],
)
async def test_a_menu_shows_what_the_app_may_offer(typed: str, ack: JSON, found: JSON) -> None:
    def build(app: AsyncApp) -> None:
        @app.options("who")
        async def who(ack: Any) -> None:
            await ack(**offered)

    offered = ack
    async with bolt(build) as (place, _app):
        blocks = [{"type": "actions", "elements": [{"type": "external_select", "action_id": "who"}]}]
        ts = (await place.api("chat.postMessage", channel="C1", text="?", blocks=blocks))["ts"]
        _status, answer = await place.try_(
            "options", user="ana", channel="general", ts=ts, action_id="who", value=typed
        )
        assert {key: answer[key] for key in found} == found


async def test_a_menu_without_answer_is_empty() -> None:
    async with room() as place:
        await place.do("faults", timing={"ack_seconds": 0.01})
        blocks = [{"type": "actions", "elements": [{"type": "external_select", "action_id": "who"}]}]
        ts = (await place.api("chat.postMessage", channel="C1", text="?", blocks=blocks))["ts"]
        where = {"channel": "general", "ts": ts, "action_id": "who"}
        answer = await asyncio.wait_for(place.do("options", user="ana", value="beto", **where), 3)
        assert (answer["options"], answer["error"]) == ([], "dispatch_failed")
