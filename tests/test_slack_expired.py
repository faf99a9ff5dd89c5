"""A proposal nobody decided in time: its card says so, on the click that finds it late and by itself."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import Engine, select

from bot.sections import Approval, Writes
from db import proposals
from db.engine import reading
from db.tables.clock import ticks
from db.tables.desk import proposal_cards
from db.tables.desk import proposals as rows
from tests.slack_world import GLORIA, JSON, LAURA, World, labels, shown, world

pytest_plugins = ("tests.slack_fixtures",)
ASKED = "pasa 2 cuentas de Ana Ruiz a Beto"
LATE = "Venció a las"


def states(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(rows.c.state)).scalars())


def hanging(engine: Engine) -> int:
    with reading(engine) as connection:
        return len(connection.execute(select(proposal_cards.c.key)).all())


async def redrawn(world: World, channel: str, nth: int = 0) -> JSON:
    async with asyncio.timeout(10):
        while labels(found := (await world.messages(channel))[nth]):
            await asyncio.sleep(0.02)
    return found


async def test_the_click_that_finds_it_late_draws_the_card_anew(slack: World) -> None:
    dm = await slack.dm(LAURA)
    await slack.say(LAURA, dm, ASKED)
    (card,) = await slack.settled(dm, 1)
    slack.clock.advance(minutes=31)
    await slack.click(LAURA, card, "Confirmar")
    *_, said = await slack.settled(dm, 2)
    assert "ya venció" in shown(said)
    assert labels(said) == ["Verlo de nuevo"]
    assert LATE in shown(await redrawn(slack, dm))
    assert (states(slack.engine), hanging(slack.engine)) == (["expired"], 0)
    await slack.click(LAURA, said, "Verlo de nuevo")
    *_, fresh = await slack.settled(dm, 3)
    assert labels(fresh)[:2] == ["Confirmar", "Descartar"]


@pytest_asyncio.fixture
async def ticking(company: Engine) -> AsyncIterator[World]:
    """Its clock looks ten times a second; what is large needs a manager."""
    limit = Approval(accounts=1, amount=0, by=("manager",))  # type: ignore[arg-type]
    writes = Writes(approvals={"reassign_accounts": limit})
    async with world(company, writes=writes, reconcile=0.1) as built:
        yield built


async def test_nobody_has_to_click(ticking: World) -> None:
    """Hers, and the approver's, once it waits for one."""
    dm, boss = await ticking.dm(LAURA), await ticking.dm(GLORIA)
    await ticking.say(LAURA, dm, ASKED)
    (card,) = await ticking.settled(dm, 1)
    await ticking.click(LAURA, card, "Confirmar")
    await ticking.settled(dm, 2)
    (asks,) = await ticking.answers(boss, 1)
    assert "Aprobar" in labels(asks)
    ticking.clock.advance(minutes=31)
    assert LATE in shown(await redrawn(ticking, boss))
    assert LATE in shown(await redrawn(ticking, dm, 1))
    assert (states(ticking.engine), hanging(ticking.engine)) == (["expired"], 0)


async def test_an_approver_who_comes_late_decides_nothing(company: Engine) -> None:
    limit = Approval(accounts=1, amount=0, by=("manager",))  # type: ignore[arg-type]
    async with world(company, writes=Writes(approvals={"reassign_accounts": limit})) as slack:
        dm, boss = await slack.dm(LAURA), await slack.dm(GLORIA)
        await slack.say(LAURA, dm, ASKED)
        (card,) = await slack.settled(dm, 1)
        await slack.click(LAURA, card, "Confirmar")
        (asks,) = await slack.answers(boss, 1)
        slack.clock.advance(minutes=31)
        await slack.click(GLORIA, asks, "Aprobar")
        *_, said = await slack.settled(boss, 2)
        assert "ya venció" in shown(said)
        assert labels(said) == []
        assert LATE in shown(await redrawn(slack, boss))


async def test_one_shown_again_meanwhile_is_left_alone(
    ticking: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the writing its time was extended: the writing asks once more."""
    dm = await ticking.dm(LAURA)
    await ticking.say(LAURA, dm, ASKED)
    await ticking.settled(dm, 1)
    seen = asyncio.Event()
    loop = asyncio.get_running_loop()

    def early(connection: object, now: object, most: int = 200) -> list[proposals.Overdue]:
        with reading(ticking.engine) as own:
            found = own.execute(select(rows.c.token, rows.c.expires_at)).all()
        loop.call_soon_threadsafe(seen.set)
        return [proposals.Overdue(token, at, "es") for token, at in found]

    monkeypatch.setattr("bot.slack.cards.proposals.overdue", early)
    ticking.clock.advance(minutes=2)
    async with asyncio.timeout(10):
        await seen.wait()
        while not await _ticked(ticking.engine):
            await asyncio.sleep(0.05)
    assert states(ticking.engine) == ["open"]


async def _ticked(engine: Engine) -> bool:
    with reading(engine) as connection:
        done = ticks.c.name == "expired_proposals", ticks.c.outcome == "done"
        return connection.execute(select(ticks.c.name).where(*done)).first() is not None
