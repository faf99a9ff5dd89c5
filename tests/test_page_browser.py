"""The page in Chromium, against the real localslack: what a person sees, types, presses and may not see."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.localslack_room import JSON, until
from tests.page_samples import CHART, HOSTILE, MODAL, PAGED, ROWS, TABLE, buttons, num, raw, section, words
from tests.page_stage import (
    BOT,
    LAURA,
    MARTIN,
    PHONE,
    XIMENA,
    Stage,
    composer,
    message,
    say,
    skip_without_chromium,
)

skip_without_chromium()
pytest_plugins = ("tests.page_fixtures",)
pytestmark = [pytest.mark.page, pytest.mark.asyncio(loop_scope="session")]


async def said(stage: Stage, channel: str = "C1") -> list[str]:
    return [str(row["text"]) for row in (await stage.room.see("messages", channel=channel))["messages"]]


# --- who one is, what one sees -----------------------------------------------------------------------


async def test_one_chooses_whom_to_be_by_role_and_changes_it(stage: Stage) -> None:
    page = await stage.open()
    await page.get_by_placeholder("Buscar por nombre").fill("superv")
    await page.get_by_role("option").click()
    who = page.get_by_role("button", name="Eres")
    await expect(who).to_contain_text("Laura Ríos — Supervisora")
    await who.click()
    await page.keyboard.type("martin")
    await page.keyboard.press("Enter")
    await expect(who).to_contain_text("Martín Olvera — Gerente")
    await expect(page.get_by_role("button", name="Canal privado gerencia")).to_be_visible()


async def test_a_private_channel_does_not_exist_for_others(stage: Stage) -> None:
    await stage.post("G1", text="bono de cierre")
    page = await stage.see(LAURA, "G1")
    await expect(page.get_by_role("heading", name="cobranza", exact=True)).to_be_visible()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("geren")
    await expect(page.get_by_role("option")).to_have_count(1)  # the manager, by his title
    await expect(page.locator("body")).not_to_contain_text("gerencia")
    await expect(page.locator("body")).not_to_contain_text("bono de cierre")


async def test_what_one_person_types_another_sees_at_once(stage: Stage) -> None:
    laura, martin = await stage.see(LAURA), await stage.see(MARTIN, "C3")
    unread = martin.get_by_role("button", name="Canal cobranza")
    await expect(unread).not_to_have_class(re.compile("unread"))
    await composer(laura).fill("Vamos en *18.4 %*")
    await composer(laura).press("Shift+Enter")
    await composer(laura).press_sequentially("segunda línea")
    await composer(laura).press("Enter")
    await expect(composer(laura)).to_have_value("")
    await expect(unread).to_have_class(re.compile("unread"))
    await unread.click()
    seen = message(martin, "Vamos en")
    await expect(seen.locator("b", has_text="18.4 %")).to_be_visible()
    await expect(seen).to_contain_text("segunda línea")
    await expect(seen.locator(".author")).to_have_text("Laura Ríos")
    await expect(martin.locator(".day-line")).to_have_text("Hoy")
    await expect(martin.locator(".new-line")).to_have_text("Nuevos")


async def test_an_ephemeral_message_reaches_one_person(stage: Stage) -> None:
    laura, martin = await stage.see(LAURA), await stage.see(MARTIN)
    await stage.room.api("chat.postEphemeral", channel="C1", user=LAURA, text="tus tres cuentas")
    await stage.post(text="para todos")
    await expect(message(laura, "tus tres cuentas")).to_contain_text("Solo visible para ti")
    await expect(message(martin, "para todos")).to_be_visible()
    await expect(martin.locator("body")).not_to_contain_text("tus tres cuentas")


async def test_a_channel_one_is_not_in_is_read_only_until_joined(stage: Stage) -> None:
    page = await stage.open(f"#/{LAURA}/C3")
    await page.get_by_role("button", name="Unirme al canal").click()
    await say(page, "ya entré")
    await expect(message(page, "ya entré")).to_be_visible()


# --- typing ------------------------------------------------------------------------------------------


async def test_mention_and_channel_are_completed_and_sent_as_such(stage: Stage) -> None:
    page = await stage.see(LAURA)
    await composer(page).press_sequentially("¿@car")
    await expect(page.get_by_role("option").first).to_contain_text("Cartera")
    await composer(page).press("Enter")
    await composer(page).press_sequentially("cuánto va en #equi")
    await composer(page).press("Tab")
    await composer(page).press("Enter")
    await until(lambda: said(stage))
    assert await said(stage) == [f"¿<@{BOT}> cuánto va en <#C2|equipo-norte>"]
    await expect(page.locator("article .mention").first).to_have_text("@Cartera")


async def test_a_command_shows_its_hint_and_an_unknown_one_is_kept(stage: Stage) -> None:
    async with stage.app() as app:
        page = await stage.see(LAURA)
        await composer(page).press_sequentially("/")
        await expect(page.get_by_role("option")).to_contain_text("[pregunta]")
        await composer(page).press("Enter")
        await composer(page).press_sequentially("roll rate")
        await composer(page).press("Enter")
        await expect(composer(page)).to_have_value("")
        await say(page, "/otra cosa")
        await expect(page.get_by_role("alert")).to_contain_text("/otra no es un comando")
        await expect(composer(page)).to_have_value("/otra cosa")
        commands = [e["payload"] for e in app.seen if e["type"] == "slash_commands"]
        assert [(c["command"], c["text"], c["user_id"]) for c in commands] == [
            ("/cartera", "roll rate", LAURA)
        ]


async def test_a_thread_is_opened_answered_and_counted(stage: Stage) -> None:
    ts = await stage.post(text="Corte de las 18:00")
    laura, martin = await stage.see(LAURA), await stage.see(MARTIN)
    await message(laura, "Corte de las 18:00").hover()
    await laura.get_by_role("button", name="Responder en un hilo").click()
    await say(laura, "¿con qué corte?", "thread")
    await expect(laura.locator(".thread .count-line")).to_have_text("1 respuesta")
    await expect(laura.locator(".pane article", has_text="¿con qué corte?")).to_have_count(0)
    await stage.post(text="Al 20 de noviembre", thread_ts=ts)
    await martin.get_by_role("button", name="2 respuestas").click()
    await expect(martin.locator(".thread article")).to_have_count(3)
    await martin.reload()
    await expect(martin.locator(".thread article")).to_have_count(3)
    await martin.get_by_role("button", name="Cerrar el hilo").click()
    await expect(martin.locator(".thread")).to_have_count(0)


async def test_the_answer_to_ones_own_question_opens_by_itself(stage: Stage) -> None:
    laura, martin = await stage.see(LAURA), await stage.see(MARTIN)
    await say(laura, "@Cartera ¿roll rate?")
    ts = (await until(lambda: _messages(stage)))[0]["ts"]
    await stage.post(text="Roll rate: 18.4 %", thread_ts=ts)
    await expect(laura.locator(".thread")).to_contain_text("Roll rate: 18.4 %")
    await expect(martin.get_by_role("button", name="1 respuesta")).to_be_visible()
    await expect(martin.locator(".thread")).to_have_count(0)


async def _messages(stage: Stage) -> list[JSON]:
    return await stage.room.messages("C1", LAURA)


# --- the app's own conversation ----------------------------------------------------------------------


async def test_the_apps_dm_has_prompts_status_stop_and_one_running_conversation(stage: Stage) -> None:
    dm = (await stage.room.api("conversations.open", users=LAURA))["channel"]["id"]
    prompts = [{"title": "Promesas de hoy", "message": "promesas que vencen hoy"}]
    await stage.room.api("assistant.threads.setSuggestedPrompts", channel_id=dm, prompts=prompts)
    async with stage.app() as app:
        page = await stage.see(LAURA, dm)
        await page.get_by_role("button", name="Promesas de hoy").click()
        await expect(message(page, "promesas que vencen hoy")).to_be_visible()
        root = (await stage.room.messages(dm, LAURA))[0]["ts"]
        at = {"channel_id": dm, "thread_ts": root}
        await stage.room.api("agents.sessions.setStatus", status="processing", **at)
        await expect(page.get_by_role("status").filter(has_text="Cartera está trabajando")).to_be_visible()
        await page.get_by_role("button", name="Detener").click()
        await until(lambda: _event(app.seen, "agent_session_stopped"))
        await stage.room.api("agents.sessions.setStatus", status="active", **at)
        await expect(page.get_by_text("está trabajando")).to_have_count(0)
        await stage.post(dm, text="Vencen 12", thread_ts=root)
        await expect(message(page, "Vencen 12")).to_be_visible()
        await say(page, "¿y mañana?")
        await expect(message(page, "¿y mañana?")).to_be_visible()
        assert (await stage.room.messages(dm, LAURA))[-1]["thread_ts"] == root
        await page.get_by_role("button", name="Nueva conversación").click()
        await say(page, "otra pregunta")
        await expect(message(page, "otra pregunta")).to_be_visible()
        assert "thread_ts" not in (await stage.room.messages(dm, LAURA))[-1]


async def _event(seen: list[JSON], kind: str) -> bool:
    return any(e["payload"].get("event", {}).get("type") == kind for e in seen)


async def test_home_shows_what_the_app_published_for_this_person(stage: Stage) -> None:
    page = await stage.see(LAURA)
    await page.get_by_role("button", name="Cartera", exact=True).click()
    await expect(page.get_by_text("La app Cartera no está conectada")).to_be_visible()
    await page.get_by_role("tab", name="Inicio").click()
    await expect(page.get_by_text("todavía no ha publicado")).to_be_visible()
    home = {"type": "home", "blocks": [{"type": "header", "text": words("Buenos días, Laura")}]}
    await stage.room.api("views.publish", user_id=LAURA, view=home)
    await expect(page.get_by_role("heading", name="Buenos días, Laura")).to_be_visible()


# --- blocks ------------------------------------------------------------------------------------------


async def test_table_and_chart_are_drawn_with_their_numbers(stage: Stage) -> None:
    await stage.post(text="Roll rate", blocks=[section("*18.4 %*"), TABLE, CHART])
    page = await stage.see(LAURA)
    cells = page.locator("table.grid tbody tr").first.locator("td")
    assert await cells.all_text_contents() == ["Alameda", "26.2 %", "1,640"]
    aligned = await cells.evaluate_all("cells => cells.map(cell => getComputedStyle(cell).textAlign)")
    assert aligned == ["start", "end", "end"]
    head = page.locator("table.grid th").first
    assert await head.evaluate("th => getComputedStyle(th).position") == "sticky"
    bars = await page.locator("path.mark").evaluate_all("marks => marks.map(m => m.getBBox().height)")
    assert bars == pytest.approx([bars[0] * rate / 26.2 for _name, rate, _count in ROWS], rel=0.01)
    await page.locator(".plot").press("ArrowRight")
    await expect(page.locator(".tip")).to_contain_text("Alameda")
    await expect(page.locator(".tip")).to_contain_text("26.2")
    spoken = page.get_by_role("table", name="Roll rate por campaña").get_by_role("row", name="Sureste")
    await expect(spoken).to_contain_text("9.1")


async def test_a_data_table_pages_and_sorts(stage: Stage) -> None:
    await stage.post(text="Agentes", blocks=[PAGED])
    page = await stage.see(LAURA)
    first = page.locator("tbody tr").first
    await expect(page.locator("tbody tr")).to_have_count(2)
    await page.get_by_role("button", name="Tasa").click()
    await expect(first).to_contain_text("26.2 %")
    await page.get_by_role("button", name="Tasa").click()
    await expect(first).to_contain_text("9.1 %")
    await page.get_by_role("button", name="Página siguiente").click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.locator(".pager")).to_contain_text("3–3 de 3")


async def test_a_type_the_page_does_not_draw_is_named_quietly(stage: Stage) -> None:
    video = {
        "type": "video",
        "title": words("Capacitación"),
        "video_url": "https://video.example/v",
        "thumbnail_url": "https://video.example/t.png",
        "alt_text": "Curso",
    }
    picture = {"type": "image", "image_url": "https://image.example/x.png", "alt_text": "Organigrama"}
    await stage.post(text="Curso", blocks=[video, picture, section("sigue")])
    page = await stage.see(LAURA)
    await expect(page.locator(".unknown")).to_have_text("Bloque de tipo «video»")
    await expect(page.get_by_role("img", name="Organigrama")).to_be_visible()
    await expect(page.get_by_text("sigue")).to_be_visible()


async def test_markup_in_data_stays_text(stage: Stage) -> None:
    evil = '<b onmouseover="window.hit=1">&lt;i&gt;</b> *x* <@U2> <https://evil.example|y>'
    rows = [[raw(evil), raw("n")], [raw(evil), num(1, evil)]]
    blocks = [
        *map(section, HOSTILE),
        {"type": "header", "text": words(evil)},
        {"type": "table", "rows": rows},
    ]
    for text in HOSTILE:
        await stage.post(text=text)
    await stage.post(
        text="x", blocks=[*blocks, {"type": "markdown", "text": "<i>a</i> [x](javascript:hit=1)"}]
    )
    page = await stage.see(LAURA)
    bodies = page.locator("article .body")
    await expect(bodies).to_have_count(6)
    await expect(page.get_by_text("<img src=x onerror='window.hit=1'>").first).to_be_visible()
    await expect(
        page.get_by_text("<@U2> <!channel> <mailto:e@evil.example|aquí> <b>gordo</b>").first
    ).to_be_visible()
    await expect(page.get_by_text("&lt;i&gt;", exact=True).first).to_be_visible()
    await expect(bodies.locator("script, img, iframe, a, i, b, .mention, [onmouseover]")).to_have_count(0)
    assert await page.evaluate("window.hit") is None


# --- pressing and filling in -------------------------------------------------------------------------


async def test_a_button_reaches_the_app_and_one_that_nobody_answers_says_so(stage: Stage) -> None:
    await stage.post(text="x", blocks=[section("hola"), buttons("Por agente")])
    page = await stage.see(LAURA)
    button = page.get_by_role("button", name="Por agente")
    async with stage.app() as app:
        await button.click()
        await until(lambda: _pressed(app.seen))
        payload = next(e["payload"] for e in app.seen if e["type"] == "interactive")
        assert payload["user"]["id"] == LAURA
        assert payload["actions"][0]["value"] == "Por agente"
        await expect(button).to_be_enabled()
    await button.click()
    await expect(page.get_by_role("alert")).to_contain_text("La aplicación")
    controls = [e for e in (await stage.room.see("log"))["entries"] if e["name"] == "click"]
    assert len(controls) == 2


async def _pressed(seen: list[JSON]) -> bool:
    return any(e["type"] == "interactive" for e in seen)


def _checked(payload: JSON) -> JSON | None:
    if payload.get("type") != "view_submission":
        return None
    typed = payload["view"]["state"]["values"]["value"]["typed"]["value"]
    return (
        None if "%" in typed else {"response_action": "errors", "errors": {"value": "Escribe un porcentaje"}}
    )


async def test_a_modal_shows_each_error_at_its_input_and_goes_when_right(stage: Stage) -> None:
    await stage.post(text="x", blocks=[section("hola"), buttons("Meta")])
    async with stage.app() as app:
        app.answer = _checked
        page = await stage.see(LAURA)
        await page.get_by_role("button", name="Meta").click()
        await until(lambda: _pressed(app.seen))
        trigger = app.seen[-1]["payload"]["trigger_id"]
        assert (await stage.room.api("views.open", trigger_id=trigger, view=MODAL))["ok"]
        await _fill_wrong_then_right(page)
        submitted = [e["payload"] for e in app.seen if e["payload"].get("type") == "view_submission"]
    assert len(submitted) == 2
    values = submitted[-1]["view"]["state"]["values"]
    assert values["metric"]["pick"]["selected_option"]["value"] == "roll_rate"
    assert values["value"]["typed"]["value"] == "15 %"
    assert values["day"]["date"]["selected_date"] == "2026-12-01"


async def _fill_wrong_then_right(page: Page) -> None:
    form = page.get_by_role("dialog", name="Fijar una meta")
    send = form.get_by_role("button", name="Guardar")
    await send.click()
    await expect(form.get_by_text("Completa este campo obligatorio.")).to_have_count(2)
    await form.get_by_label("Indicador").select_option("roll_rate")
    await form.get_by_label("Valor").fill("quince")
    await send.click()
    await expect(form.locator('[data-block-id="value"]')).to_contain_text("Escribe un porcentaje")
    await expect(form.get_by_label("Valor")).to_be_focused()
    await form.get_by_label("Valor").fill("15 %")
    await expect(form.get_by_text("Escribe un porcentaje")).to_have_count(0)
    await send.click()
    await expect(form).to_have_count(0)


# --- the line, the small screen ----------------------------------------------------------------------


async def test_a_lost_line_is_said_and_mended_without_losing_a_word(stage: Stage) -> None:
    page = await stage.see(LAURA)
    await stage.post(text="dicho antes")
    await expect(message(page, "dicho antes")).to_be_visible()
    await page.route("**/control/stream*", lambda route: route.abort())
    stage.room.server.workspace.feed.close()
    await expect(page.get_by_role("alert")).to_contain_text("Se perdió la conexión")
    await stage.post(text="dicho mientras tanto")
    await page.unroute_all()
    stage.trouble.clear()  # the console told of each refused connection
    await page.get_by_role("button", name="Reintentar ahora").click()
    await expect(message(page, "dicho mientras tanto")).to_be_visible()
    await expect(page.get_by_text("Se perdió la conexión")).to_have_count(0)


async def test_on_a_phone_the_sidebar_is_a_drawer_and_nothing_overflows(stage: Stage) -> None:
    ts = await stage.post("C2", text="Norte", blocks=[section("*Norte*"), TABLE, CHART])
    await stage.room.do("say", user=XIMENA, channel="C2", text="ya lo vi", thread_ts=ts)
    page = await stage.see(LAURA, size=PHONE)
    await expect(page.get_by_role("navigation")).to_be_hidden()
    await page.get_by_role("button", name="Abrir el menú").click()
    await page.get_by_role("button", name="Canal equipo-norte").click()
    await expect(page.get_by_role("navigation")).to_be_hidden()
    await page.get_by_role("button", name="1 respuesta").click()
    await expect(composer(page)).to_be_hidden()
    await expect(composer(page, "thread")).to_be_visible()
    wide = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide == [390, 390]
