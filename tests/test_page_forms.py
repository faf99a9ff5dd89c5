"""Forms, shortcuts and files in Chromium: what is filled in, shared, fetched, and refused."""

from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import FilePayload, Locator, expect

from tests.localslack_room import JSON, until
from tests.page_app import small_app
from tests.page_samples import PIXEL, buttons, section, words
from tests.page_stage import (
    LAURA,
    MARTIN,
    XIMENA,
    App,
    Stage,
    composer,
    message,
    say,
    skip_without_chromium,
)

skip_without_chromium()
pytest_plugins = ("tests.page_fixtures",)
pytestmark = [pytest.mark.page, pytest.mark.asyncio(loop_scope="session")]
SHEET: FilePayload = {"name": "Promesas ñ.csv", "mimeType": "text/csv", "buffer": b"cuenta,monto\n1,20\n"}
PICTURE: FilePayload = {"name": "tablero.png", "mimeType": "image/png", "buffer": PIXEL}


async def test_a_shortcut_opens_a_form_that_says_what_is_wrong_and_goes_when_right(stage: Stage) -> None:
    async with small_app(stage.room) as app:
        page = await stage.see(LAURA)
        await page.get_by_role("button", name="Atajos de la app").click()
        await page.get_by_role("menuitem", name="Pedir un reporte").click()
        form = page.get_by_role("dialog", name="Pedir un reporte")
        await form.get_by_label("Nombre").fill("abc")
        await choose_accounts(form)
        await page.set_input_files(".file-input input", files=[SHEET])
        await expect(form.get_by_text("Promesas ñ.csv")).to_be_visible()
        await form.get_by_role("button", name="Pedir").click()
        await expect(form.locator('[data-block-id="name"]')).to_contain_text("Escribe un nombre más largo")
        await expect(form.get_by_label("Nombre")).to_be_focused()
        await form.get_by_label("Nombre").fill("Cierre de mes")
        await form.get_by_role("button", name="Pedir").click()
        await expect(form).to_have_count(0)
        values = app.submitted[0]
        chosen = values["accounts"]["found"]["selected_options"]
        assert [one["text"]["text"] for one in chosen] == ["Bodegas Unidas"]
        assert [file["name"] for file in values["proof"]["files"]["files"]] == ["Promesas ñ.csv"]


async def test_a_lookup_that_was_wrong_shows_its_error_and_keeps_what_was_typed(stage: Stage) -> None:
    async with small_app(stage.room) as app:
        page = await stage.see(LAURA)
        await page.get_by_role("button", name="Atajos de la app").click()
        await page.get_by_role("menuitem", name="Pedir un reporte").click()
        form = page.get_by_role("dialog", name="Pedir un reporte")
        await form.get_by_label("Nombre").fill("Cierre de mes")
        box, send = form.get_by_label("Cuentas"), form.get_by_role("button", name="Pedir")
        await box.fill("centro")
        await expect(form.get_by_role("option")).to_have_count(1)
        await send.click()
        wrong = form.locator('[data-block-id="accounts"] .input-error')
        await expect(wrong).to_have_text("Elige una opción de la lista o borra lo que escribiste.")
        await expect(box).to_have_value("centro")
        await box.press("ArrowDown")
        await form.get_by_role("option", name="Bodegas del Centro").click()
        await expect(box).to_have_value("")
        await send.click()
        await expect(wrong).to_have_text("Esa cuenta está cerrada")
        await expect(box).to_be_focused()
        await expect(form.get_by_role("listbox")).to_have_count(0)
        await expect(form.locator(".picked-chip")).to_contain_text("Bodegas del Centro")
        assert app.submitted == []


async def choose_accounts(form: Locator) -> None:
    """Two are found by typing and chosen by keyboard; one is taken back."""
    await form.get_by_label("Cuentas").fill("a")
    await expect(form.get_by_text("Escribe al menos 2 letras")).to_be_visible()
    for typed, found in (("ace", "Aceros del Norte"), ("bod", "Bodegas Unidas")):
        await form.get_by_label("Cuentas").fill(typed)
        await expect(form.get_by_role("option").first).to_contain_text(found)
        await form.get_by_label("Cuentas").press("Enter")
        await expect(form.locator(".picked-chip", has_text=found)).to_be_visible()
    await form.get_by_role("button", name="Quitar Aceros del Norte").click()


async def test_windows_lie_on_one_another_and_are_left_one_by_one_or_all(stage: Stage) -> None:
    await stage.post(text="x", blocks=[section("hola"), buttons("Abrir")])
    async with stage.app() as app:
        page = await stage.see(LAURA)
        await page.get_by_role("button", name="Abrir").click()
        await open_view(stage, app, "views.open", "Uno")
        for method, title in (("views.push", "Dos"), ("views.push", "Tres")):
            await page.get_by_role("dialog").get_by_role("button", name="Más").click()
            await open_view(stage, app, method, title)
            await expect(page.get_by_role("dialog", name=title)).to_be_visible()
        await page.get_by_role("button", name="Volver").click()
        await expect(page.get_by_role("dialog", name="Dos")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog", name="Uno")).to_be_visible()
        await expect(page.get_by_role("button", name="Volver")).to_have_count(0)
        await page.get_by_role("dialog").get_by_role("button", name="Más").click()
        await open_view(stage, app, "views.push", "Otra")
        await page.get_by_role("dialog", name="Otra").get_by_role("button", name="Cerrar").first.click()
        await expect(page.get_by_role("dialog")).to_have_count(0)


async def open_view(stage: Stage, app: App, method: str, title: str) -> None:
    """A window with one button, by the trigger of the latest press."""
    before = app.taken
    await until(lambda: pressed_since(app, before))
    app.taken = len(app.seen)
    trigger = app.seen[-1]["payload"]["trigger_id"]
    view = {"type": "modal", "title": words(title), "blocks": [section(title), buttons("Más")]}
    answer = await stage.room.api(method, trigger_id=trigger, view=view)
    assert answer["ok"], answer


async def pressed_since(app: App, before: int) -> bool:
    return any(envelope["type"] == "interactive" for envelope in app.seen[before:])


async def test_the_menu_of_a_message_has_the_apps_shortcuts(stage: Stage) -> None:
    await stage.room.do("say", user=XIMENA, channel="C1", text="paga el viernes")
    async with small_app(stage.room):
        page = await stage.see(LAURA)
        row = message(page, "paga el viernes")
        await row.hover()
        await row.get_by_role("button", name="Más acciones").click()
        await page.get_by_role("menuitem", name="Guardar el mensaje").click()
        await expect(message(page, "Guardado: paga el viernes")).to_contain_text("Solo visible para ti")


async def test_what_fails_is_said_as_slack_says_it(stage: Stage) -> None:
    await stage.post(text="x", blocks=[section("hola"), buttons("Por agente")])
    page = await stage.see(LAURA)
    await page.get_by_role("button", name="Por agente").click()
    triangle = page.get_by_role("alert")
    await expect(triangle).to_contain_text("La aplicación no está conectada")
    words = triangle.locator(".problem-words")
    assert await words.evaluate("one => getComputedStyle(one).opacity") == "0"
    await triangle.hover()
    await expect(words).to_have_css("opacity", "1")
    await say(page, "/cartera roll rate")
    failed = message(page, "/cartera")
    await expect(failed).to_contain_text("Solo visible para ti")
    await expect(failed).to_contain_text("dispatch_failed")


async def test_files_are_shared_seen_fetched_and_gone_when_deleted(stage: Stage, tmp_path: Path) -> None:
    laura, martin = await stage.see(LAURA), await stage.see(MARTIN)
    await laura.set_input_files("[data-attach]", files=[SHEET, PICTURE])
    await expect(laura.locator(".chip")).to_have_count(2)
    await composer(laura).fill("el corte de hoy")
    await composer(laura).press("Enter")
    await expect(laura.locator(".chip")).to_have_count(0)
    shared = message(martin, "el corte de hoy")
    await expect(shared.locator(".file")).to_contain_text("Hoja de cálculo · 18 bytes")
    async with martin.expect_download() as fetched:
        await shared.get_by_role("link", name="Descargar Promesas ñ.csv").click()
    await (await fetched.value).save_as(tmp_path / "copy.csv")
    assert (tmp_path / "copy.csv").read_bytes() == SHEET["buffer"]
    await shared.get_by_role("button", name="Ver tablero.png en grande").click()
    large = martin.get_by_role("dialog", name="tablero.png").get_by_role("img")
    assert await large.evaluate("image => image.naturalWidth") == 1
    await martin.keyboard.press("Escape")
    await stage.room.api("files.delete", file=await file_id(stage))
    await expect(shared).to_contain_text("Este archivo se eliminó.")
    await expect(shared.locator(".file-mark")).to_have_count(0)


async def file_id(stage: Stage) -> str:
    """The sheet's. The app deletes its own files only, so it is made the app's for this."""
    file: JSON = (await stage.room.messages("C1", LAURA))[-1]["files"][0]
    stage.room.server.workspace.files.find(file["id"], LAURA).user = "UBOT"
    return str(file["id"])


async def test_dropped_files_go_with_the_next_message(stage: Stage) -> None:
    page = await stage.see(LAURA)
    data = await page.evaluate_handle(
        "() => { const moved = new DataTransfer();"
        " moved.items.add(new File(['x'], 'nota.txt')); return moved }"
    )
    await page.dispatch_event(".list", "dragover", {"dataTransfer": data})
    await expect(page.get_by_text("Suelta para compartir en #cobranza")).to_be_visible()
    await page.dispatch_event(".list", "drop", {"dataTransfer": data})
    await page.get_by_role("button", name="Enviar", exact=True).click()
    await expect(page.locator("article .file")).to_contain_text("nota.txt")


async def test_a_file_is_only_for_those_who_see_its_channel(stage: Stage) -> None:
    form = aiohttp.FormData({"user": MARTIN, "channel": "G1"})
    form.add_field("file", b"bonos", filename="bonos.txt")
    url = f"{stage.room.server.url}/control"
    async with stage.room.http.post(f"{url}/upload", data=form) as answer:
        file = (await answer.json())["files"][0]["id"]
    for viewer, status in ((MARTIN, 200), (LAURA, 404)):
        async with stage.room.http.get(f"{url}/file", params={"id": file, "viewer": viewer}) as answer:
            assert answer.status == status
