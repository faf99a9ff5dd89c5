"""The consent page in a real browser: its own policy must let a person answer, by pointer or by keyboard."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, async_playwright

from tests.localslack_room import Room, room
from tests.page_stage import CHROMIUM, FLAGS, PHONE, skip_without_chromium
from tests.test_localslack_oauth import ASKED, NORTH, SOUTH, TEAMS, exchange

skip_without_chromium()


async def welcome(request: web.Request) -> web.Response:
    """The app's end: where the browser comes back to."""
    return web.Response(text=request.query_string)


@asynccontextmanager
async def asked(place: Room) -> AsyncIterator[tuple[Page, str]]:
    """The page, and the address the person should come back to."""
    app = web.Application()
    app.router.add_get("/back", welcome)
    async with TestServer(app) as server, async_playwright() as playwright:
        back = str(server.make_url("/back"))
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = await browser.new_page(viewport={"width": PHONE[0], "height": PHONE[1]})
        query = urlencode({**ASKED, "redirect_uri": back})
        await page.goto(f"{place.server.url}/oauth/v2/authorize?{query}")
        yield page, back
        await browser.close()


@pytest.mark.parametrize("by_keyboard", [False, True])
async def test_a_person_lets_the_app_into_the_workspace_they_choose(by_keyboard: bool) -> None:
    async with room(TEAMS) as place, asked(place) as (page, back):
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        await page.get_by_label("Espacio de trabajo").select_option(SOUTH)
        allow = page.get_by_role("button", name="Permitir")
        if by_keyboard:
            await allow.focus()
            await page.keyboard.press("Enter")
        else:
            await allow.click()
        await page.wait_for_url(f"{back}?**")
        code = page.url.split("code=")[1].split("&")[0]
        assert (await exchange(place, code, redirect_uri=back))["team"]["id"] == SOUTH
        assert [text for text in complaints if "Content Security Policy" in text] == []


async def test_a_person_says_no() -> None:
    async with room(TEAMS) as place, asked(place) as (page, back):
        await page.get_by_label("Espacio de trabajo").select_option(NORTH)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.get_by_role("button", name="Cancelar").click()
        await page.wait_for_url(f"{back}?error=access_denied&state=s%261")
