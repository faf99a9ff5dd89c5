"""The inspector and the laboratory in Chromium, and the page's looks: both themes, a phone's width, focus."""

import asyncio
import json
import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.localslack_room import until
from tests.page_app import small_app
from tests.page_samples import CHART, PAGED, TABLE, section
from tests.page_stage import BOT, LAURA, MARTIN, PHONE, XIMENA, Stage, message, say, skip_without_chromium

skip_without_chromium()
pytest_plugins = ("tests.page_fixtures",)
pytestmark = [pytest.mark.page, pytest.mark.asyncio(loop_scope="session")]
LONG = "UnNombreQueNoSeParteEnNingunaPantallaPorqueNoTieneEspacios" * 3


async def inspect(page: Page, tab: str = "Inspector") -> None:
    await page.keyboard.press("Alt+i")
    await page.get_by_role("tab", name=tab).click()


async def test_the_inspector_shows_each_payload_as_it_passes(stage: Stage) -> None:
    page = await stage.see(LAURA)
    await inspect(page)
    rows = page.locator(".log-row")
    await stage.post(text="recuperación del día")
    posted = rows.filter(has_text="chat.postMessage")
    await expect(posted.locator("time")).to_have_text(re.compile(r"\d\d:\d\d:\d\d\.\d{3}"))
    await expect(posted.locator(".log-ms")).to_contain_text("ms")
    await posted.click()
    detail = page.get_by_role("region", name="Contenido")
    await expect(detail).to_contain_text('text: "recuperación del día"')
    await page.get_by_role("button", name="Pausar").click()
    await stage.post(text="mientras tanto")
    await expect(page.get_by_text(re.compile("en pausa, [1-9] por mostrar"))).to_be_visible()
    await expect(posted).to_have_count(1)
    await page.get_by_role("button", name="Reanudar").click()
    await expect(posted).to_have_count(2)
    await page.get_by_label("Filtrar por texto").fill("mientras")
    await expect(rows).to_have_count(2)  # the call, and the event that told the app of it
    await page.get_by_label("Filtrar por texto").fill("")
    await page.get_by_label("Tipo").select_option("control")
    await expect(posted).to_have_count(0)
    await page.get_by_role("button", name="Limpiar la lista").click()
    await expect(rows).to_have_count(0)
    await page.keyboard.press("Alt+i")
    await expect(page.get_by_role("complementary", name="Inspector")).to_have_count(0)


async def test_an_answer_to_a_response_url_has_a_word_and_a_name(stage: Stage) -> None:
    page = await stage.see(LAURA)
    await inspect(page)
    url = f"{stage.room.server.url}/actions/T1/1/gone"
    async with stage.room.http.post(url, json={"text": "tarde"}) as answer:
        assert answer.status == 404
    row = page.locator(".log-row", has_text="response_url")
    await expect(row.locator(".log-kind")).to_have_text("Respuesta")
    await row.click()
    await expect(page.get_by_role("region", name="Detalle de response_url")).to_contain_text("tarde")


@pytest.mark.parametrize("width", [1280, 1400])
async def test_a_thread_beside_the_inspector_leaves_the_channel_its_room(stage: Stage, width: int) -> None:
    ts = await stage.post(text="Corte de las 18:00")
    await stage.post(text="de acuerdo", thread_ts=ts)
    page = await stage.see(LAURA, f"C1/{ts}", size=(width, 900))
    await inspect(page)
    for part, least in ((".pane", 440), (".thread", 320), (".lab", 360)):
        assert await page.locator(part).evaluate("one => one.offsetWidth") >= least, part
    await page.get_by_role("button", name="Cerrar el hilo").click()
    await expect(page.locator(".sidebar")).to_be_visible()


async def test_what_the_inspector_copies_is_json(stage: Stage) -> None:
    page = await stage.see(LAURA)
    await stage.browser.grant_permissions(["clipboard-read", "clipboard-write"])
    await inspect(page)
    await stage.post(text="uno")
    await page.get_by_label("Tipo").select_option("api")
    await expect(page.locator(".log-row")).to_have_count(1)
    await page.get_by_role("button", name="Copiar lo filtrado como JSON").click()
    await expect(page.get_by_text("JSON copiado")).to_be_visible()
    copied = json.loads(await page.evaluate("navigator.clipboard.readText()"))
    assert [(entry["name"], entry["payload"]["text"]) for entry in copied] == [("chat.postMessage", "uno")]


async def test_the_clock_moves_and_today_moves_with_it(stage: Stage) -> None:
    await stage.post(text="dicho antes")
    page = await stage.see(LAURA)
    await expect(page.locator(".day-line")).to_have_text("Hoy")
    await inspect(page, "Laboratorio")
    await page.get_by_role("button", name="+1 día").click()
    await expect(page.locator(".lab-clock")).to_have_attribute("data-offset", "86400")
    await expect(page.locator(".moved-clock")).to_be_visible()
    await say(page, "dicho mañana")
    await expect(page.locator(".day-line").last).to_have_text("Hoy")
    await expect(page.locator(".day-line").first).to_have_text("Ayer")
    await page.get_by_role("button", name="Volver a la hora real").click()
    await expect(page.locator(".moved-clock")).to_have_count(0)


async def test_faults_are_provoked_seen_in_force_and_taken_away(stage: Stage) -> None:
    page = await stage.see(LAURA)
    await inspect(page, "Laboratorio")
    await page.get_by_label("Cuántas veces").fill("2")
    await page.get_by_label("Método").select_option("chat.postMessage")
    await page.get_by_role("button", name="Provocar: Error del servidor (500)").click()
    force = page.locator(".lab-force")
    await expect(force).to_contain_text("Error del servidor (500): chat.postMessage, 2 veces")
    await expect(page.locator(".fault-mark")).to_be_visible()
    assert (await stage.room.do("faults"))["faults"]["error_500"] == [
        {"method": "chat.postMessage", "times": 2}
    ]
    await page.get_by_role("button", name="Quitar todas las fallas").click()
    await expect(force).to_contain_text("Ninguna falla activa.")


async def test_an_address_that_does_not_answer_the_challenge_changes_nothing(stage: Stage) -> None:
    page = await stage.see(LAURA)
    await inspect(page, "Laboratorio")
    await page.get_by_label("HTTP firmado").check()
    url, apply = page.get_by_label("URL de la app"), page.get_by_role("button", name="Aplicar")
    said = page.get_by_role("region", name="Entrega de eventos").get_by_role("status")
    await apply.click()
    await expect(said).to_contain_text("Escribe la URL en la que escucha la app")
    await url.fill(f"{stage.room.server.url}/nowhere")
    await apply.click()
    await expect(said).to_contain_text("La app no respondió bien el reto")
    await url.fill("http://127.0.0.1:1/slack/events")  # where nobody listens
    await apply.click()
    await expect(said).to_contain_text("Nadie responde en http://127.0.0.1:1/slack/events")
    await expect(said).to_contain_text("slack.mode: http")
    state = await stage.room.see("state")
    assert state["delivery"]["mode"] == "socket"


async def test_who_is_deactivated_or_a_guest_is_marked_and_signed_out(stage: Stage) -> None:
    page, martin = await stage.see(LAURA), await stage.see(MARTIN)
    await inspect(page, "Laboratorio")
    await page.get_by_label("Persona", exact=True).select_option(XIMENA)
    await page.get_by_label("Invitada de un solo canal").check()
    await expect(page.get_by_label("Invitada (varios canales)")).to_be_checked()
    await page.get_by_label("Persona", exact=True).select_option(MARTIN)
    await page.get_by_label("Cuenta desactivada").check()
    await expect(martin.get_by_role("heading", name="¿Quién eres hoy?")).to_be_visible()
    await expect(martin.get_by_role("option", name="Ximena Duarte")).to_contain_text("Invitada de un canal")


async def test_the_person_is_changed_by_keyboard_and_the_last_ones_come_first(stage: Stage) -> None:
    page = await stage.see(LAURA)
    who = page.get_by_role("button", name="Eres")
    for typed, shown in (("martin", "Martín Olvera — Gerente"), ("ximena", "Ximena Duarte — Agente")):
        await page.keyboard.press("Alt+u")
        await page.keyboard.type(typed)
        await page.keyboard.press("Enter")
        await expect(who).to_contain_text(shown)
    await page.keyboard.press("Alt+u")
    await expect(page.locator(".picklist-group").first).to_have_text("Recientes")
    await expect(page.get_by_role("option").first).to_contain_text("Martín Olvera")


@pytest.mark.parametrize("slow", ["state", "messages"])
async def test_who_was_passed_over_while_loading_leaves_nothing(stage: Stage, slow: str) -> None:
    """Another person is chosen before the page of the one before has come."""
    page = await stage.see(LAURA)
    await stage.post("G1", text="solo para gerencia")
    passed = asyncio.Event()

    async def late(route: Route) -> None:
        await asyncio.sleep(0.5)
        await route.continue_()
        passed.set()

    await page.route(lambda url: f"/{slow}?" in url and MARTIN in url, late)
    async with page.expect_request(lambda request: f"/{slow}?" in request.url and MARTIN in request.url):
        await page.goto(f"{stage.room.server.url}/#/{MARTIN}/G1")
    await page.goto(f"{stage.room.server.url}/#/{XIMENA}/C1")
    await passed.wait()
    await asyncio.sleep(0.3)
    await expect(page.get_by_role("button", name="Eres")).to_contain_text("Ximena Duarte — Agente")
    await expect(page.get_by_text("gerencia")).to_have_count(0)


# --- looks -------------------------------------------------------------------------------------------


async def furnished(stage: Stage) -> str:
    """A channel with everything wide, and the app's pane with an answer; its conversation."""
    await stage.post(text="x", blocks=[section(f"*{LONG}* :tada:"), TABLE, CHART, PAGED])
    await stage.room.do("say", user=XIMENA, channel="C1", text="\n".join(f"{n} {LONG}" for n in range(40)))
    opened = await stage.room.do("open_dm", user=LAURA, **{"with": BOT})
    return str(opened["channel"]["id"])


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_nothing_overflows_on_a_phone_in_either_theme(stage: Stage, theme: str) -> None:
    async with small_app(stage.room) as app:
        app.gate.set()
        dm = await furnished(stage)
        page = await stage.see(LAURA, dm, size=PHONE)
        await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        await expect(page.locator("html")).to_have_attribute("data-theme", theme)
        await say(page, LONG)
        await expect(message(page, "6.3 %")).to_be_visible()
        for place in ("", "/historial", "/inicio"):
            await fits(page, f"#/{LAURA}/{dm}{place}")
        await fits(page, f"#/{LAURA}/C1")
        await page.get_by_role("button", name="Inspector").click()
        await page.locator(".log-row").first.click()
        await fits(page, f"#/{LAURA}/C1")
        await page.get_by_role("tab", name="Laboratorio").click()
        await fits(page, f"#/{LAURA}/C1")


PARTS = ".app, .pane, .head, .list, .home, .lab, .lab-parts, .log-trees, .topbar"


async def fits(page: Page, place: str) -> None:
    await page.evaluate("place => { location.hash = place }", place)
    await expect(page.locator(".pane")).to_be_visible()
    wide = await page.evaluate(
        "parts => [...document.querySelectorAll(parts)]"
        ".filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.className)",
        PARTS,
    )
    assert wide == []
    assert await page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [390, 390]


async def test_the_theme_follows_the_machine_until_one_chooses(stage: Stage) -> None:
    page = await stage.see(LAURA)
    html, button = page.locator("html"), page.get_by_role("button", name=re.compile("^Tema"))
    await page.emulate_media(color_scheme="dark")
    await expect(html).to_have_attribute("data-theme", "dark")
    await button.click()
    await expect(html).to_have_attribute("data-theme", "light")
    await button.click()
    await page.emulate_media(color_scheme="light")
    await page.reload()
    await expect(html).to_have_attribute("data-theme", "dark")
    await button.click()
    await until(lambda: page.evaluate("localStorage.getItem('localslack.theme') === 'auto'"))
