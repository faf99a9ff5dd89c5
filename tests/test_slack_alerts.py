"""Alerts in Slack, one message, drawn anew in its place; reminders, digests, quiet hours."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest_asyncio
from sqlalchemy import Engine

from db import alerts
from db.engine import writing
from skills.alerts.spec import WatchSpec
from tests.slack_world import FLOOR, GLORIA, JSON, LAURA, World, labels, shown, world
from tests.small import GLORIA as GLORIA_ID
from tests.small import LAURA as LAURA_ID
from tests.small import NOW
from tests.test_alerts import paid

pytest_plugins = ("tests.slack_fixtures",)
DAY = 24 * 60


@pytest_asyncio.fixture
async def slack(company: Engine) -> AsyncIterator[World]:
    """Its clock is looked at ten times a second, as it would be every half minute."""
    async with world(company, reconcile=0.1) as built:
        yield built


def over(pesos: int) -> WatchSpec:
    return WatchSpec(metric="recovered_amount", op="gt", threshold=Decimal(pesos))


def watched(engine: Engine, *specs: WatchSpec) -> None:
    with writing(engine) as connection:
        for n, spec in enumerate(specs):
            alerts.keep_watch(connection, f"chat:{LAURA_ID}:{n}", LAURA_ID, spec.wire(), NOW)


async def until(slack: World, channel: str, what: str, n: int = 1) -> list[JSON]:
    """The messages there, once there are so many and one of them says this."""
    async with asyncio.timeout(20):
        while True:
            found = await slack.messages(channel)
            if len(found) >= n and any(what in shown(each) for each in found):
                return found
            await asyncio.sleep(0.05)


async def looked(slack: World, minutes: int = 5) -> None:
    """The clock goes on, and the look that falls due is over."""
    slack.clock.advance(minutes=minutes)
    await asyncio.sleep(0.8)


async def test_one_message_from_firing_to_its_end(slack: World) -> None:
    dm = await slack.dm(LAURA)
    watched(slack.engine, over(20_000))
    paid(slack.engine, 30_000)
    await looked(slack)
    (card,) = await until(slack, dm, "activa")
    assert "mayor que $20,000" in shown(card)
    assert labels(card) == [
        "Enterado",
        "Pausar 4 h",
        "Cerrar",
        "Ver el número",
        "¿Por qué?",
        "Útil",
        "Poco útil",
    ]
    paid(slack.engine, 5_000)
    await looked(slack)
    (card,) = await until(slack, dm, "$34,800")
    await slack.click(LAURA, card, "Enterado")
    first, said = await until(slack, dm, "alguien la atiende", 2)
    assert "quedas al tanto" in shown(said)
    assert first["ts"] == card["ts"]
    await looked(slack)
    assert len(await slack.messages(dm)) == 2
    paid(slack.engine, 100, NOW + timedelta(days=1))
    await looked(slack, DAY)
    first, *_ = await until(slack, dm, "recuperada")
    assert first["ts"] == card["ts"]
    assert "Enterado" not in labels(first)


async def test_whoever_said_she_knows_is_asked_again_below_it(slack: World) -> None:
    dm = await slack.dm(LAURA)
    watched(slack.engine, over(20_000))
    paid(slack.engine, 30_000)
    await looked(slack)
    (card,) = await until(slack, dm, "activa")
    await slack.click(LAURA, card, "Enterado")
    await until(slack, dm, "alguien la atiende", 2)
    await looked(slack, 4 * 60 + 5)
    found = await until(slack, dm, "nadie la atiende", 3)
    assert found[-1]["thread_ts"] == card["ts"]
    await looked(slack)
    assert len(await slack.messages(dm)) == 3


async def test_unattended_it_reaches_who_is_above(slack: World) -> None:
    dm, above = await slack.dm(LAURA), await slack.dm(GLORIA)
    watched(slack.engine, over(20_000))
    paid(slack.engine, 30_000)
    await looked(slack)
    await until(slack, dm, "activa")
    assert await slack.messages(above) == []
    await looked(slack, 65)
    (card,) = await until(slack, above, "Escalada")
    await slack.click(GLORIA, card, "Cerrar")
    first, *_ = await until(slack, dm, "La cerró Gloria Sosa")
    assert labels(first) == ["Ver el número", "¿Por qué?", "Útil", "Poco útil"]


async def test_many_at_once_are_told_in_one_message(slack: World) -> None:
    dm = await slack.dm(LAURA)
    watched(slack.engine, *(over(pesos) for pesos in (1_000, 2_000, 3_000, 4_000)))
    paid(slack.engine, 30_000)
    await looked(slack)
    (digest,) = await until(slack, dm, "4 alertas nuevas")
    assert labels(digest) == ["Alertas"]
    await looked(slack)
    assert len(await slack.messages(dm)) == 1


async def test_at_night_nobody_is_told_but_of_what_is_urgent(slack: World) -> None:
    dm = await slack.dm(LAURA)
    watched(slack.engine, over(20_000), over(25_000).model_copy(update={"urgent": True}))
    slack.clock.advance(hours=10)  # half past eight in the evening
    paid(slack.engine, 30_000)
    await looked(slack)
    (urgent,) = await until(slack, dm, "25,000")
    assert "20,000" not in shown(urgent)
    slack.clock.advance(hours=12)
    await until(slack, dm, "20,000", 2)


async def test_in_a_channel_it_is_one_message_there_and_in_nobodys_own(slack: World) -> None:
    dm = await slack.dm(GLORIA)
    with writing(slack.engine) as connection:
        spec, code = over(20_000).wire(), f"chat:{GLORIA_ID}:room"
        alerts.keep_watch(connection, code, GLORIA_ID, spec, NOW, channel="#cobranza")
    paid(slack.engine, 30_000)
    await looked(slack)
    (card,) = await until(slack, FLOOR, "activa")
    assert "mayor que $20,000" in shown(card)
    await slack.click(GLORIA, card, "Enterado")
    found = await until(slack, FLOOR, "alguien la atiende")
    assert found[0]["ts"] == card["ts"]
    paid(slack.engine, 5_000)
    await looked(slack)
    await until(slack, FLOOR, "$34,800")
    assert [each["ts"] for each in await slack.messages(FLOOR) if "Alerta 1 ·" in shown(each)] == [card["ts"]]
    assert await slack.messages(dm) == []
