"""The whole product in Chromium: ask, go on, download, stop, a form with its error, Home; wide and narrow."""

import shutil
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext

from db.engine import open_engine
from tests.page_stage import DESK, PHONE, skip_without_chromium
from tests.page_tour import Tour, company
from tests.slack_world import world

skip_without_chromium()
pytest_plugins = ("tests.page_fixtures",)
pytestmark = [pytest.mark.page, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return company(tmp_path_factory.mktemp("tour") / "whole.db")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_the_tour(browser: BrowserContext, whole: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    engine = open_engine(f"sqlite:///{shutil.copy(whole, tmp_path / 'cartera.db')}")
    async with world(engine) as slack:
        page = await browser.new_page()
        trouble: list[str] = []
        page.on("pageerror", lambda error: trouble.append(str(error)))
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        await Tour(page, slack).go()
        await page.close()
    engine.dispose()
    assert trouble == []
