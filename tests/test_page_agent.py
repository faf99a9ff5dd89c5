"""The app's own pane in Chromium, before a small Bolt app: prompts, Stop, its tabs, thumbs, the keyboard."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.localslack_room import until
from tests.page_app import SmallApp, small_app
from tests.page_stage import BOT, LAURA, XIMENA, Stage, composer, message, say, skip_without_chromium

skip_without_chromium()
pytest_plugins = ("tests.page_fixtures",)
pytestmark = [pytest.mark.page, pytest.mark.asyncio(loop_scope="session")]


async def pane(stage: Stage) -> tuple[Page, str]:
    """The app's pane as Laura sees it, and which conversation it is."""
    opened = await stage.room.do("open_dm", user=LAURA, **{"with": BOT})
    dm = str(opened["channel"]["id"])
    return await stage.see(LAURA, dm), dm


async def test_a_prompt_is_asked_its_answer_grows_and_its_thumb_stays_pressed(stage: Stage) -> None:
    async with small_app(stage.room) as app:
        page, _dm = await pane(stage)
        await expect(page.get_by_text("¿Qué quieres saber?")).to_be_visible()
        await page.get_by_role("button", name="Roll rate de la semana").click()
        answer = message(page, "Leyendo")
        await expect(answer.get_by_role("img", name="En curso")).to_be_visible()
        await expect(page.get_by_text("Cartera está trabajando…")).to_be_visible()
        row = page.get_by_role("group", name="¿Qué quieres saber?")
        await expect(row.get_by_role("button")).to_have_count(2)  # above the composer from now on
        app.gate.set()
        await expect(answer).to_contain_text("6.3 % esta semana")
        await expect(answer.get_by_role("img", name="Lista")).to_be_visible()
        await expect(page.get_by_text("está trabajando")).to_have_count(0)
        thumb = answer.get_by_role("button", name="Útil")
        await thumb.click()
        await page.get_by_role("tab", name="Inicio").click()
        await page.get_by_role("tab", name="Mensajes").click()
        await expect(thumb).to_have_attribute("aria-pressed", "true")
        assert app.opinions == ["good"]


async def test_stop_reaches_the_app_and_the_line_goes(stage: Stage) -> None:
    async with small_app(stage.room) as app:
        page, _dm = await pane(stage)
        await say(page, "¿Roll rate?")
        await expect(message(page, "Leyendo").locator(".caret")).to_be_visible()
        await page.get_by_role("button", name="Detener").click()
        await expect(page.get_by_role("button", name="Detener")).to_have_count(0)
        await expect(page.locator(".caret")).to_have_count(0)
        assert len(app.stopped) == 1
        await expect(page.locator("body")).not_to_contain_text("6.3 %")


async def test_an_address_that_ends_in_home_opens_it(stage: Stage) -> None:
    async with small_app(stage.room):
        _page, dm = await pane(stage)
        page = await stage.open(f"#/{LAURA}/{dm}/inicio")
        await expect(page.get_by_text("actualizados 0 veces")).to_be_visible()


async def test_the_home_tab_is_live(stage: Stage) -> None:
    async with small_app(stage.room) as app:
        page, _dm = await pane(stage)
        await page.get_by_role("tab", name="Mensajes").press("ArrowRight")
        await expect(page.get_by_text("actualizados 0 veces")).to_be_visible()
        await page.get_by_role("button", name="Actualizar").click()
        await expect(page.get_by_text("actualizados 1 veces")).to_be_visible()
        assert app.refreshed == 1


async def talk_twice(page: Page, app: SmallApp) -> None:
    app.gate.set()
    await say(page, "¿Cuánto recuperamos?")
    await expect(message(page, "6.3 %")).to_be_visible()
    await page.get_by_role("button", name="Nueva conversación").click()
    await say(page, "¿Y las promesas?")
    await expect(page.locator("article", has_text="6.3 %")).to_have_count(2)


async def test_the_history_names_conversations_renames_and_opens_one(stage: Stage) -> None:
    async with small_app(stage.room) as app:
        page, dm = await pane(stage)
        await talk_twice(page, app)
        await page.get_by_role("tab", name="Historial").click()
        rows = page.locator(".session")
        await expect(rows.first).to_contain_text("¿Y las promesas?")  # the newest first
        await rows.last.get_by_role("button", name="Cambiar el título").click()
        await page.keyboard.type("Recuperación de noviembre")
        await page.keyboard.press("Enter")
        await rows.last.get_by_role("button", name="Recuperación de noviembre").first.click()
        await expect(page.locator(".session-bar")).to_contain_text("Recuperación de noviembre")
        await expect(page.locator("article")).to_have_count(2)
        await say(page, "¿y ayer?")
        await until(lambda: said(stage, dm, "¿y ayer?"))
        sent = next(row for row in await stage.room.messages(dm, LAURA) if row["text"] == "¿y ayer?")
        first = (await stage.room.messages(dm, LAURA))[0]
        assert sent["thread_ts"] == first["ts"]  # it goes on where it was opened, not with the latest
        await page.get_by_role("button", name="Todas las conversaciones").click()
        await expect(page.locator(".session-bar")).to_have_count(0)


async def test_what_arrives_over_another_tab_is_counted_until_messages_is_opened(stage: Stage) -> None:
    async with small_app(stage.room):
        page, dm = await pane(stage)
        tab, line = page.get_by_role("tab", name="Mensajes"), page.locator(".sidebar .line.on")
        for other in ("Historial", "Inicio"):
            await page.get_by_role("tab", name=other).click()
            for text in ("Tu reporte", "Tu aviso"):
                await stage.post(dm, text=f"{text} sobre {other}")
            await expect(tab).to_have_accessible_name("Mensajes, 2 mensajes sin leer")
            await expect(tab.locator(".count")).to_have_text("2")
            await expect(line.locator(".count")).to_have_text("2")
            await tab.click()
            await expect(page.locator(".new-line")).to_be_visible()
            await expect(page.locator(".count")).to_have_count(0)
        assert (await stage.room.see("state", viewer=LAURA))["dms"][0]["unread"] == 0


async def test_the_history_counts_the_apps_answers_alone(stage: Stage) -> None:
    page, dm = await pane(stage)
    asked = str((await stage.room.do("say", user=LAURA, channel=dm, text="¿Y las promesas?"))["ts"])
    await stage.post(dm, text="Van 12", thread_ts=asked)
    await stage.room.do("say", user=LAURA, channel=dm, text="¿y ayer?", thread_ts=asked)
    await stage.room.api("chat.postEphemeral", channel=dm, user=LAURA, text="un momento", thread_ts=asked)
    own = await stage.post(dm, text="Tu reporte del día")
    await page.get_by_role("tab", name="Historial").click()
    row = page.locator(".session", has_text="¿Y las promesas?")
    await expect(row).to_contain_text(re.compile(r"· 1 respuesta$"))
    report = page.locator(".session", has_text="Tu reporte del día")
    await expect(report).to_contain_text(re.compile("· respuesta de Cartera$"))
    await stage.post(dm, text="y su detalle", thread_ts=own)
    await expect(report).to_contain_text(re.compile("· respuesta de Cartera y 1 más$"))


async def test_a_link_to_the_apps_tab_opens_it_and_no_other_scheme_is_a_link(stage: Stage) -> None:
    async with small_app(stage.room):
        app = (await stage.room.see("state", viewer=LAURA))["bot"]["app_id"]
        deep = f"<slack://app?team=T1&amp;id={app}&amp;tab=home|ábrela aquí>"
        other = "<slack://app?team=T1&amp;id=AOTHER&amp;tab=home|la otra> <javascript:alert(1)|aquí no>"
        await stage.post(text=f"Tu página: {deep}, {other}")
        page = await stage.see(LAURA)
        row = message(page, "Tu página")
        await expect(row.locator(".message-text, .para").first).to_contain_text("la otra <javascript:")
        await expect(row.locator("a:not(.side-time)").filter(has_text="aquí")).to_have_count(0)
        await row.get_by_role("button", name="ábrela aquí").click()
        await expect(page.get_by_role("tab", name="Inicio")).to_have_attribute("aria-selected", "true")
        await expect(page.get_by_text("actualizados 0 veces")).to_be_visible()


async def said(stage: Stage, channel: str, text: str) -> bool:
    return text in await stage.room.texts(channel, LAURA)


async def test_messages_are_walked_and_worked_by_keyboard(stage: Stage) -> None:
    await stage.post(text="primero")
    await stage.post(text="segundo")
    page = await stage.see(LAURA)
    await expect(message(page, "segundo")).to_be_visible()
    await page.locator(".list").focus()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await expect(message(page, "primero")).to_be_focused()
    await page.keyboard.press("m")
    await expect(page.get_by_role("menuitem", name="Agregar una reacción")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("menuitem", name="Responder en un hilo")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("menu")).to_have_count(0)
    await page.locator("article").first.focus()
    await page.keyboard.press("r")
    await page.keyboard.type("tada")
    await page.keyboard.press("Enter")
    await expect(message(page, "primero").locator(".reaction")).to_contain_text("1")
    await page.locator("article").first.focus()
    await page.keyboard.press("t")
    await expect(composer(page, "thread")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator(".thread")).to_have_count(0)


async def test_ones_own_reply_is_jumped_to_and_the_thread_is_listed(stage: Stage) -> None:
    ts = await stage.post(text="Corte de las 18:00")
    for n in range(40):
        await stage.room.do("say", user=XIMENA, channel="C1", text=f"respuesta {n}", thread_ts=ts)
    page = await stage.open(f"#/{LAURA}/C1/{ts}")
    thread = page.locator(".thread .list")
    await expect(thread).to_contain_text("respuesta 39")
    await thread.evaluate("list => list.scrollTo(0, 0)")
    await say(page, "entendido", "thread")
    await expect(message(page, "entendido")).to_be_in_viewport()
    await page.get_by_role("button", name="Hilos").click()
    await page.get_by_role("button", name=re.compile("Corte de las 18:00")).click()
    await expect(page.locator(".thread .sought")).to_contain_text("entendido")
