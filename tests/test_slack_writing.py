"""An action by clicking, over real sockets: the card, the yes, the approver's card, and what others hear."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import Engine, select

from bot.sections import Approval, Writes
from bot.settings import Settings
from db.engine import reading
from db.tables.reference import assignments
from tests.slack_world import ANA, FLOOR, GLORIA, JSON, LAURA, World, labels, shown, world
from tests.small import ACCOUNT
from tests.small import BETO as BETO_ID

pytest_plugins = ("tests.slack_fixtures",)
ASKED = "pasa 2 cuentas de Ana Ruiz a Beto"


def beto_holds(engine: Engine) -> int:
    mine = select(assignments.c.id).where(
        assignments.c.agent_id == BETO_ID,
        assignments.c.to_at.is_(None),
        assignments.c.account_id.in_(ACCOUNT.values()),
    )
    with reading(engine) as connection:
        return len(connection.execute(mine).all())


async def bare(world: World, channel: str, nth: int) -> JSON:
    """That message of the channel, once nothing is left to press on it."""
    async with asyncio.timeout(10):
        while labels(found := (await world.messages(channel))[nth]):
            await asyncio.sleep(0.02)
    return found


async def test_a_reassignment_by_clicking_and_its_way_back(slack: World) -> None:
    dm = await slack.dm(LAURA)
    before = beto_holds(slack.engine)
    await slack.say(LAURA, dm, ASKED)
    (card,) = await slack.settled(dm, 1)
    assert "Nada cambia hasta que confirmes" in shown(card)
    assert labels(card)[:2] == ["Confirmar", "Descartar"]
    assert beto_holds(slack.engine) == before
    await slack.click(LAURA, card, "Confirmar")
    *_, done = await slack.settled(dm, 2)
    assert "Cuentas reasignadas: 2" in shown(done)
    assert beto_holds(slack.engine) == before + 2
    slack.clock.advance(minutes=5)
    await slack.click(LAURA, done, "Deshacer")
    *_, undone = await slack.settled(dm, 3)
    assert "Deshecho" in shown(undone)
    assert beto_holds(slack.engine) == before
    assert [outcome for *_, outcome in slack.audited()] == ["preview", "done", "done"]


async def test_a_card_is_drawn_anew_where_it_stands(slack: World) -> None:
    """Once it is decided there is nothing left to press on it, and it says what became of it."""
    dm = await slack.dm(LAURA)
    await slack.say(LAURA, dm, ASKED)
    (card,) = await slack.settled(dm, 1)
    await slack.click(LAURA, card, "Confirmar")
    _, done = await slack.settled(dm, 2)
    card = await bare(slack, dm, 0)
    assert "lo confirmó Laura Ibáñez a las" in shown(card)
    assert "Nada cambia hasta que confirmes" not in shown(card)
    slack.clock.advance(minutes=5)
    await slack.click(LAURA, done, "Deshacer")
    assert "Laura Ibáñez lo deshizo" in shown(await bare(slack, dm, 1))


async def test_one_that_was_not_hung_keeps_its_buttons(slack: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ablation; and whoever presses a button that is left over is told what became of it."""
    monkeypatch.setattr("bot.slack.conversation.hung", lambda *_: None)
    dm = await slack.dm(LAURA)
    await slack.say(LAURA, dm, ASKED)
    (card,) = await slack.settled(dm, 1)
    await slack.click(LAURA, card, "Confirmar")
    card, _ = await slack.settled(dm, 2)
    slack.clock.advance(minutes=5)
    await slack.click(LAURA, card, "Confirmar")
    *_, again = await slack.settled(dm, 3)
    assert "no se hizo dos veces" in shown(again)


async def test_those_whose_accounts_come_and_go_hear_of_it(slack: World) -> None:
    dm = await slack.dm(LAURA)
    await slack.say(LAURA, dm, ASKED)
    (card,) = await slack.settled(dm, 1)
    await slack.click(LAURA, card, "Confirmar")
    await slack.settled(dm, 2)
    (told,) = await slack.answers(await slack.dm(ANA), 1)
    assert "Laura Ibáñez reasignó cuentas tuyas a otro asesor: 2." in shown(told)


@pytest.mark.parametrize("inside", [True, False])
async def test_a_yes_may_be_typed_in_the_thread_or_below_it(slack: World, inside: bool) -> None:
    dm = await slack.dm(LAURA)
    before = beto_holds(slack.engine)
    ts = await slack.say(LAURA, dm, ASKED)
    await slack.settled(dm, 1)
    await slack.say(LAURA, dm, "sí", ts if inside else None)
    *_, done = await slack.settled(dm, 2)
    assert "Cuentas reasignadas: 2" in shown(done)
    assert beto_holds(slack.engine) == before + 2


async def test_others_do_not_confirm_for_her(slack: World) -> None:
    await slack.say(LAURA, FLOOR, f"@cartera {ASKED}")
    (card,) = await slack.settled(FLOOR, 1)
    before = beto_holds(slack.engine)
    await slack.click(GLORIA, card, "Confirmar")
    *_, no = await slack.settled(FLOOR, 2)
    assert "Solo quien lo pidió" in shown(no)
    assert beto_holds(slack.engine) == before


@pytest_asyncio.fixture
async def strict(company: Engine) -> AsyncIterator[World]:
    """More than one account needs a manager."""
    limit = Approval(accounts=1, amount=0, by=("manager",))  # type: ignore[arg-type]
    settings = Settings(writes=Writes(approvals={"reassign_accounts": limit}))
    async with world(company, writes=settings.writes) as built:
        yield built


async def test_a_large_one_goes_to_a_manager_and_back(strict: World) -> None:
    dm, hers = await strict.dm(LAURA), await strict.dm(GLORIA)
    before = beto_holds(strict.engine)
    await strict.say(LAURA, dm, ASKED)
    (card,) = await strict.settled(dm, 1)
    await strict.click(LAURA, card, "Confirmar")
    *_, waits = await strict.settled(dm, 2)
    assert "en espera de aprobación de: Gloria Sosa" in shown(waits)
    (asks,) = await strict.answers(hers, 1)
    assert "Laura Ibáñez pide tu aprobación" in shown(asks)
    assert beto_holds(strict.engine) == before
    await strict.click(GLORIA, asks, "Aprobar")
    await strict.settled(hers, 2)
    assert "lo aprobó Gloria Sosa a las" in shown(await bare(strict, hers, 0))
    *_, told = await strict.answers(dm, 3)
    assert labels(told) == ["Deshacer"]
    assert "lo aprobó Gloria Sosa a las" in shown(await bare(strict, dm, 1))
    assert "Gloria Sosa lo aprobó" in shown(told)
    assert beto_holds(strict.engine) == before + 2
