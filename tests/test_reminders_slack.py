"""Messages to debtors in Slack: planned by a sentence and a yes, sent by the clock, told once through."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.app import build
from tests.reminders_hands import left, phones, settings
from tests.slack_world import GLORIA, World, shown, world

ASKED = "manda recordatorio por sms a las cuentas de Banco Alameda hoy a las 11"


@pytest.fixture
def engine(small_own: Engine) -> Engine:
    phones(small_own, "A")
    return small_own


@asynccontextmanager
async def office(engine: Engine, root: Path) -> AsyncIterator[World]:
    known = settings(root)
    async with world(engine, desk=build(known, engine=engine).desk, reconcile=0.2) as built:
        await built.stop()
        built.edge.settings = built.edge.settings.model_copy(update={"reminders": known.reminders})
        built._stop.clear()
        await built.start()
        yield built


async def test_planned_sent_by_the_clock_and_said_once(engine: Engine, tmp_path: Path) -> None:
    app = build(settings(tmp_path), engine=engine)
    async with office(engine, tmp_path) as slack:
        room = await slack.dm(GLORIA)
        await slack.say(GLORIA, room, ASKED)
        (card,) = await slack.answers(room)
        assert "Salen" in shown(card)
        await slack.say(GLORIA, room, "sí", card["ts"])
        async with asyncio.timeout(15):
            while not any("Programado. Sale" in shown(m) for m in await slack.messages(room)):
                await asyncio.sleep(0.1)
        assert left(app) == []
        slack.clock.advance(minutes=31)
        async with asyncio.timeout(20):
            while not await told(slack, room):
                await asyncio.sleep(0.1)
        slack.clock.advance(minutes=2)
        await asyncio.sleep(0.5)
        (said,) = await told(slack, room)
        assert "enviados: 1" in said
    assert len(left(app)) == 1


async def told(slack: World, room: str) -> list[str]:
    return [shown(m) for m in await slack.messages(room) if "terminaron" in shown(m)]
