"""Reports in Slack: what waits for a yes stands on Home and can be decided there; what left is said."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from bot.app import build
from bot.settings import Settings
from db.engine import reading, writing
from db.tables.reference import people
from db.tables.reports import deliveries
from skills.rules import Recipient, Reporting
from tests.slack_world import CARO, FLOOR, GLORIA, World, shown, world
from tests.small import CARO as CARO_ID
from tests.surface_hands import Hands, said

ASKED = {
    "filters": [{"field": "client", "op": "eq", "value": "Tiendas La Ceiba"}],
    "report": "pack",
    "to": "client",
}


@pytest.fixture
def engine(small_own: Engine) -> Engine:
    return small_own


@asynccontextmanager
async def office(engine: Engine, root: Path) -> AsyncIterator[World]:
    with writing(engine) as connection:
        connection.execute(update(people).where(people.c.id == CARO_ID).values(role="director"))
    reports = Reporting(recipients={"ceiba": Recipient(client="CEI", folder="in")}, root=str(root))
    settings = Settings(reports=reports)
    async with world(engine, desk=build(settings, engine=engine).desk, reconcile=0.2) as built:
        await built.stop()
        built.edge.settings = built.edge.settings.model_copy(update={"reports": reports})
        built._stop.clear()
        await built.start()
        yield built


async def test_home_puts_what_waits_first_and_what_left_is_said(engine: Engine, tmp_path: Path) -> None:
    async with office(engine, tmp_path) as slack:
        room = await slack.dm(GLORIA)
        await slack.say(GLORIA, room, "manda el paquete semanal de Tiendas La Ceiba al cliente")
        (card,) = await slack.answers(room)
        assert "ceiba (carpeta in)" in shown(card)
        await slack.say(GLORIA, room, "sí", card["ts"])
        hands = Hands(slack, CARO)
        home = await hands.home("Espera tu decisión: 1")
        assert "paquete semanal del cliente" in said(home)
        assert "Lo pide Gloria Sosa" in said(home)
        buttons = [e for b in home["blocks"] if b["type"] == "actions" for e in b["elements"]]
        (approve,) = [e for e in buttons if "approve" in e.get("value", "")]
        assert states(engine) == []
        await hands.press(home, approve["action_id"])
        (file,) = await arrived(tmp_path / "in")
        assert file.name.startswith("cei_semanal_")
        async with asyncio.timeout(10):
            while not any("Salió tu reporte para ceiba" in m["text"] for m in await slack.messages(room)):
                await asyncio.sleep(0.1)
        assert states(engine) == ["sent"]
        async with asyncio.timeout(10):
            while "Espera tu decisión" in said(await hands.home("Mis números")):
                await asyncio.sleep(0.1)


async def test_a_report_is_posted_in_a_channel_once_and_logged(engine: Engine, tmp_path: Path) -> None:
    async with office(engine, tmp_path) as slack:
        room = await slack.dm(GLORIA)
        await slack.say(GLORIA, room, "manda el reporte ejecutivo a #cobranza ahora")
        (card,) = await slack.answers(room)
        await slack.say(GLORIA, room, "sí", card["ts"])
        async with asyncio.timeout(15):
            while states(engine) != ["sent"]:
                await asyncio.sleep(0.1)
        await asyncio.sleep(0.5)
        posted = [m for m in await slack.messages(FLOOR) if "Reporte ejecutivo" in shown(m)]
        assert len(posted) == 1


async def arrived(folder: Path) -> list[Path]:
    async with asyncio.timeout(20):
        while not (
            folder.is_dir() and (found := [each for each in folder.iterdir() if each.suffix == ".xlsx"])
        ):
            await asyncio.sleep(0.1)
    return found


def states(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(deliveries.c.state)).scalars())
