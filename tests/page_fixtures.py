"""The fixtures of the page's tests: one Chromium for all of them, a fresh workspace for each."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import BrowserContext, async_playwright

from localslack.delivery import Timing
from tests.localslack_room import room
from tests.page_stage import CHROMIUM, DESK, FLAGS, TEAM, Stage


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[BrowserContext]:
    """One Chromium for all."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        context = await started.new_context(
            viewport={"width": DESK[0], "height": DESK[1]}, locale="es-MX", reduced_motion="reduce"
        )
        context.set_default_timeout(5_000)
        yield context
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(browser: BrowserContext) -> AsyncIterator[Stage]:
    """A fresh workspace; afterwards, no page may have complained."""
    async with room(TEAM, Timing(ack_seconds=0.4, retry_delays=())) as opened:
        built = Stage(opened, browser)
        yield built
        await built.close()
        assert built.trouble == []
