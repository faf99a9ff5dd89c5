"""Answers that leave as files, over real sockets: what a message could not hold, and what was clicked."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests.hostile_cells import opened
from tests.slack_lists import Floor, file_of, floor
from tests.slack_world import FLOOR, GLORIA, LAURA, labels, shown
from tests.small import NOW

pytest_plugins = ("tests.slack_fixtures",)


@pytest.fixture
async def slack(company: Engine) -> AsyncIterator[Floor]:
    async with floor(company) as built:
        yield built


async def test_what_a_message_cannot_hold_comes_whole_beside_it(slack: Floor) -> None:
    message = await slack.offered(GLORIA, rows=150, points=40)
    await slack.click(GLORIA, message, "ask:0")
    answer, book, image = await slack.said(message, 3, GLORIA)
    assert "Se muestran 99 de 150 filas." in shown(answer)
    assert [each["thread_ts"] for each in (answer, book, image)] == [message["ts"]] * 3
    assert file_of(book)["name"] == "roll-rate_2026-11-16_2026-11-22.xlsx"
    sheet = opened(await slack.file(file_of(book)["id"], GLORIA))["Cumplidas"]
    assert sheet.max_row == 151
    assert [cell.value for cell in sheet[151]] == ["Asesora 149", 0.149]
    assert file_of(image)["mimetype"] == "image/png"
    assert (await slack.file(file_of(image)["id"], GLORIA)).startswith(b"\x89PNG")


async def test_a_short_answer_brings_no_file_but_a_button(slack: Floor) -> None:
    message = await slack.offered(GLORIA, rows=5, points=5)
    await slack.click(GLORIA, message, "ask:0")
    (answer,) = await slack.said(message, 1, GLORIA)
    assert [each for each in labels(answer) if each in ("Excel", "Imagen")] == ["Excel"]
    assert len(await slack.settled(message["channel"], 2)) == 2


async def test_a_chart_that_was_cut_has_a_button_for_its_picture(slack: Floor) -> None:
    message = await slack.offered(GLORIA, points=40)
    await slack.click(GLORIA, message, "ask:0")
    answer, _ = await slack.said(message, 2, GLORIA)
    assert [each for each in labels(answer) if each in ("Excel", "Imagen")] == ["Imagen"]
    await slack.click(GLORIA, answer, "Imagen")
    *_, image = await slack.said(message, 3, GLORIA)
    assert file_of(image)["name"] == "roll-rate_2026-11-16_2026-11-22.png"


async def test_excel_of_a_real_question_in_a_channel(slack: Floor) -> None:
    await slack.say(GLORIA, FLOOR, "@cartera ¿roll rate este mes por campaña?")
    (answer,) = await slack.answers(FLOOR, 1)
    await slack.click(LAURA, answer, "Excel")
    _, message = await slack.answers(FLOOR, 2)
    assert message["thread_ts"] == answer["thread_ts"]
    assert message["text"].startswith("Roll rate · ")
    found = opened(await slack.file(file_of(message)["id"], GLORIA))
    lines = {row[0].value: row[1].value for row in found["Definición"].iter_rows()}
    assert any(str(label).startswith("Cartera lo preparó para Laura Ibáñez") for label in lines)
    assert "Laura" in lines["Alcance"] or "equipo" in lines["Alcance"]
    assert slack.audited()[-1] == (LAURA, "button", FLOOR, "answer")


async def test_two_clicks_give_one_file(slack: Floor) -> None:
    message = await slack.offered(GLORIA, rows=5)
    await asyncio.gather(*(slack.click(GLORIA, message, "excel") for _ in range(5)))
    assert len(await slack.settled(message["channel"], 2)) == 2
    assert len(await slack.calls("files.completeUploadExternal")) == 1


async def test_a_later_click_gives_another_file(slack: Floor) -> None:
    message = await slack.offered(GLORIA, rows=5)
    for n in (1, 2):
        slack.clock.now += timedelta(minutes=1)
        await slack.click(GLORIA, message, "excel")
        found = await slack.said(message, n, GLORIA)
    assert len({file_of(each)["id"] for each in found}) == 2


async def test_who_may_not_ask_gets_a_word_and_no_file(slack: Floor) -> None:
    message = await slack.offered("U21", rows=5)
    await slack.click("U21", message, "excel")
    (word,) = await slack.said(message, 1, "U21")
    assert word["ephemeral"] is True
    assert await slack.calls("files.getUploadURLExternal") == []


async def test_a_file_goes_when_its_time_is_over(slack: Floor) -> None:
    message = await slack.offered(GLORIA, rows=5)
    await slack.click(GLORIA, message, "excel")
    (posted,) = await slack.said(message, 1, GLORIA)
    await slack.settled(message["channel"], 2)
    slack.clock.now = NOW + timedelta(hours=169)
    async with asyncio.timeout(20):
        while not await slack.calls("files.delete"):
            await asyncio.sleep(0.05)
    (call,) = await slack.calls("files.delete")
    assert call["payload"]["file"] == file_of(posted)["id"]
