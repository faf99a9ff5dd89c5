"""What the clock sends, over real sockets: once, in the receiver's own right, with its file below it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from bot.schedule import Schedule
from bot.sections import Channels, ChannelScope
from bot.slack.told import Told
from db.calendars import load_calendars
from db.engine import reading, writing
from db.rest import rests
from db.tables.clock import ticks
from db.tables.facts import shifts
from db.ticks import take
from tests.slack_world import ANA, FLOOR, LAURA, World, shown, world
from tests.small import ANA as ANA_ID
from tests.small import CARLA, NOW, at

CARD = {"ask": {"scorecard": {}}, "to": {"role": "supervisor"}, "at": "10:30", "rest": False}
YESTERDAY = NOW - timedelta(days=1)


@pytest.fixture
def engine(small_own: Engine) -> Engine:
    return small_own


def known(engine: Engine, *plans: tuple[str, Schedule], people: tuple[str, ...] = ("E11", "E12")) -> None:
    """As if the schedules had been there since yesterday."""
    with writing(engine) as connection:
        for name, plan in plans:
            digest = hashlib.sha256(plan.model_dump_json().encode()).hexdigest()[:6]
            for person in people:
                key = f"{name}:{digest}:{person}"
                take(connection, key, YESTERDAY, owner="test", now=YESTERDAY, outcome="seen")


@asynccontextmanager
async def planned(engine: Engine, plans: dict[str, Schedule], **more: Any) -> AsyncIterator[World]:
    known(engine, *plans.items(), people=more.pop("people", ("E11", "E12")))
    async with world(engine, **more) as built:
        await built.stop()
        built.edge.settings = built.edge.settings.model_copy(update={"schedules": plans})
        built._stop.clear()
        await built.start()
        yield built


async def again(built: World) -> None:
    """Another process, as it were."""
    built._stop.clear()
    await built.start()


def plan(**fields: Any) -> Schedule:
    return Schedule.model_validate({**CARD, **fields})


def outcomes(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        sent = (ticks.c.outcome != "seen", ticks.c.name.contains(":E"))  # and no other duty
        query = select(ticks.c.outcome).where(*sent)
        return sorted(connection.execute(query).scalars())


def test_each_supervisor_has_her_own_card_once_with_its_workbook_below(engine: Engine) -> None:
    async def morning() -> None:
        async with planned(engine, {"day": plan()}) as built:
            room = await built.dm(LAURA)
            (card, *rest) = await built.answers(room)
            assert "Scorecard" in card["text"]
            assert "Envío programado · 10:30" in shown(card)
            assert "Ana Ruiz" in shown(card)
            assert "Carla" not in shown(card)
            async with asyncio.timeout(15):
                while not (below := await files(built, room, card["ts"])):
                    await asyncio.sleep(0.1)
            assert below[0]["files"][0]["name"].endswith(".xlsx")
            assert rest == []
            await built.stop()
            await again(built)
            await asyncio.sleep(0.5)
            assert len(await built.messages(room)) == len([card, *below])

    asyncio.run(morning())
    assert outcomes(engine) == ["done", "done"]


async def files(built: World, room: str, ts: str) -> list[dict[str, Any]]:
    found = await built.messages(room)
    return [each for each in found if each.get("files") and each.get("thread_ts") == ts]


def test_a_reply_below_it_goes_on_from_it(engine: Engine) -> None:
    asked = {"kpi": {"metric": "contact_rate"}}

    async def talk() -> None:
        async with planned(engine, {"rate": plan(ask=asked)}) as built:
            room = await built.dm(LAURA)
            (card, *_) = await built.answers(room)
            await built.heard()
            await asyncio.sleep(0.3)
            await built.say(LAURA, room, "¿y por asesor?", card["ts"])
            async with asyncio.timeout(10):
                while not any("Ana Ruiz" in shown(each) for each in await built.messages(room)):
                    await asyncio.sleep(0.05)

    asyncio.run(talk())


def test_a_channel_hears_no_more_than_it_may(engine: Engine) -> None:
    """In the right of Laura, and of a room that is for campaigns: her team's rows are not for it."""
    posted = plan(
        to={"channel": "#cobranza"}, by="E31", ask={"kpi": {"metric": "contact_rate", "dims": ["agent"]}}
    )
    whole = plan(to={"channel": "#cobranza"}, by="E31", ask={"kpi": {"metric": "contact_rate"}})
    coarse = Channels(registered={"cobranza": ChannelScope(finest="campaign")})

    async def told() -> None:
        plans = {"agents": posted, "whole": whole}
        async with planned(engine, plans, channels=coarse, people=("E31",)) as built:
            (message,) = await built.settled(FLOOR, 1)
            assert "Tasa de contacto" in shown(message)
            assert "Ana Ruiz" not in shown(message)
            own = await built.answers(await built.dm("U31"))
            assert "Ana Ruiz" not in shown(own[0])

    asyncio.run(told())


def test_slack_away_over_the_hour_is_told_late_and_once(engine: Engine) -> None:
    async def late() -> None:
        async with planned(engine, {"day": plan(at="10:05")}) as built:
            room = await built.dm(LAURA)
            (card, *_) = await built.answers(room)
            assert "10:05" in shown(card)
            assert "retraso" in shown(card)

    asyncio.run(late())
    assert outcomes(engine) == ["done", "done"]


def test_on_a_day_of_rest_nothing_is_sent(engine: Engine) -> None:
    """Sunday 22 November 2026."""

    async def sunday() -> None:
        async with planned(engine, {"day": plan(rest=True, days=["sunday"])}) as built:
            await built.stop()
            built.clock.now = datetime(2026, 11, 22, 11, 0, tzinfo=NOW.tzinfo)
            await again(built)
            async with asyncio.timeout(10):
                while outcomes(engine) != ["rested", "rested"]:
                    await asyncio.sleep(0.05)
            assert await built.messages(await built.dm(LAURA)) == []

    asyncio.run(sunday())


def test_who_works_on_sundays_does_not_rest_then(engine: Engine) -> None:
    calendars = load_calendars()
    sunday, monday = date(2026, 11, 22), date(2026, 11, 23)
    with writing(engine) as connection:
        for n in range(28):
            day = date(2026, 10, 26) + timedelta(days=n)
            if day.weekday() != 0:
                row = {"agent_id": ANA_ID, "starts_at": at(day), "ends_at": at(day, 18), "starts_on": day}
                connection.execute(shifts.insert().values(**row, shift="matutino", attended=True))
        assert not rests(connection, calendars, ANA_ID, sunday)
        assert rests(connection, calendars, ANA_ID, monday)
        assert rests(connection, calendars, CARLA, sunday)
        assert not rests(connection, calendars, CARLA, monday)


def test_what_follows_a_message_is_not_lost_with_the_process_that_sent_it(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first message went out, and its process died before it let the file go: the next one does."""

    async def unheard(*_: Any) -> None:
        return None

    async def died() -> None:
        with monkeypatch.context() as patched:
            patched.setattr(Told, "sent", unheard)
            async with planned(engine, {"day": plan()}) as built:
                room = await built.dm(LAURA)
                (card, *_) = await built.answers(room)
                await asyncio.sleep(1.0)
                assert await files(built, room, card["ts"]) == []
                await built.stop()
                patched.undo()
                await again(built)
                async with asyncio.timeout(15):
                    while not await files(built, room, card["ts"]):
                        await asyncio.sleep(0.1)

    asyncio.run(died())


def test_an_agent_is_told_of_nobody_else(engine: Engine) -> None:
    async def alone() -> None:
        agents = plan(to={"role": "agent"})
        async with planned(engine, {"own": agents}, people=("E21", "E22", "E23")) as built:
            (card, *_) = await built.answers(await built.dm(ANA))
            assert "Alberto" not in shown(card)
            assert "Beto" not in shown(card)

    asyncio.run(alone())


def test_a_report_comes_with_its_own_documents_and_no_workbook(engine: Engine) -> None:
    async def monday() -> None:
        weekly = plan(ask={"executive": {}}, to={"person": "E31"})
        async with planned(engine, {"board": weekly}, people=("E31",)) as built:
            room = await built.dm("U31")
            (card, *_) = await built.answers(room)
            assert "Reporte ejecutivo" in shown(card)
            async with asyncio.timeout(20):
                while len(below := await files(built, room, card["ts"])) < 2:
                    await asyncio.sleep(0.1)
            names = sorted(each["files"][0]["name"].rpartition(".")[2] for each in below)
            assert names == ["pdf", "pptx"]

    asyncio.run(monday())
