"""The whole product in the page, step by step, as a manager uses it; with a folder, each step is a picture.

`python -m tests.page_tour FOLDER` takes the tour in both themes, at a desk's width and a phone's.
"""

import argparse
import asyncio
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Locator, Page, async_playwright, expect
from sqlalchemy import Engine

from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.engine import open_engine, writing
from db.tables import metadata
from tests.page_stage import CHROMIUM, DESK, FLAGS, PHONE, composer, message, say
from tests.slack_world import GLORIA, World, world
from tests.small import NOW, fill


@dataclass
class Tour:
    page: Page
    slack: World
    folder: Path | None = None
    name: str = ""
    _taken: int = 0

    async def go(self) -> None:
        dm = await self.slack.dm(GLORIA)
        await self.page.goto(f"{self.slack.server.url}/#/{GLORIA}/{dm}")
        await composer(self.page).wait_for()
        await self.ask_and_follow_up()
        await self.download()
        await self.stop()
        await self.form()
        await self.home()

    async def ask_and_follow_up(self) -> None:
        await self.shot("preguntas-sugeridas")
        await say(self.page, "¿roll rate esta semana?")
        await expect(self.last()).to_contain_text("20.0 %")
        await self.shot("respuesta")
        await say(self.page, "¿y por supervisor?")
        await expect(self.last()).to_contain_text("Laura Ibáñez")
        await self.shot("seguimiento")

    async def download(self) -> None:
        """The table as a workbook."""
        await self.last().get_by_role("button", name="Excel").click()
        card = self.page.locator("article", has_text="Hoja de cálculo").last
        await expect(card).to_be_visible()
        async with self.page.expect_download() as fetched:
            await card.locator('a[href*="/control/file"]').first.click()
        assert (await (await fetched.value).path()).read_bytes()[:2] == b"PK"
        await self.shot("archivo")

    async def stop(self) -> None:
        """A question that would run for ever."""
        await say(self.page, "cuenta")
        button = self.page.get_by_role("button", name="Detener")
        await expect(button).to_be_visible()
        await asyncio.sleep(2.5)
        await self.shot("trabajando")
        await button.click()
        await expect(message(self.page, "detuve la consulta")).to_be_visible()
        await self.shot("detenida")

    async def form(self) -> None:
        """The shortcut, an error in its place, then the answer."""
        await self.page.get_by_role("button", name="Atajos de la app").click()
        await self.page.get_by_role("menuitem", name="Preguntar a Cartera").click()
        window = self.page.get_by_role("dialog")
        await expect(window).to_contain_text("Indicador")
        await self.shot("ventana")
        await window.get_by_role("button", name="Preguntar").click()
        await expect(window.get_by_role("alert").first).to_be_visible()
        await self.shot("error")
        await self.pick(window)
        await window.get_by_role("button", name="Preguntar").click()
        await expect(window).to_have_count(0)
        await expect(message(self.page, "Tasa de contacto")).to_be_visible()
        await self.shot("enviada")

    async def pick(self, window: Locator) -> None:
        await window.get_by_role("combobox").first.fill("contacto")
        await self.page.get_by_role("option", name="Tasa de contacto").first.click()

    async def home(self) -> None:
        await self.page.get_by_role("tab", name="Inicio").click()
        await expect(self.page.get_by_text("Mis números")).to_be_visible()
        await self.shot("inicio")
        await self.page.get_by_role("tab", name="Historial").click()
        await self.shot("historial")

    def last(self) -> Locator:
        return self.page.locator("article").last

    async def shot(self, what: str) -> None:
        wide = await self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{what}: the page is {wide} px too wide"
        if self.folder is not None:
            self._taken += 1
            await asyncio.sleep(0.4)
            await self.page.screenshot(path=self.folder / f"{self.name}-{self._taken:02}-{what}.png")


async def screenshots(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        with tempfile.TemporaryDirectory() as kept:
            whole = company(Path(kept) / "whole.db")
            for scheme in ("light", "dark"):
                for size in (DESK, PHONE):
                    copy = shutil.copy(whole, Path(kept) / f"{scheme}{size[0]}.db")
                    context = await browser.new_context(
                        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, locale="es-MX"
                    )
                    async with world(open_engine(f"sqlite:///{copy}")) as slack:
                        page = await context.new_page()
                        await Tour(page, slack, folder, f"{scheme}-{size[0]}").go()
                    await context.close()
        await browser.close()


def company(path: Path) -> Path:
    engine: Engine = open_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    with writing(engine) as connection:
        fill(connection)
    refresh(engine, load_calendars(), now=NOW)
    engine.dispose()
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    asyncio.run(screenshots(parser.parse_args().folder))
