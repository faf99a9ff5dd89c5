"""Breaches found by the clock and told in Slack, each once; terms that run out; the button that attends."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest_asyncio
from sqlalchemy import Engine, insert, select

from db.engine import writing
from db.law import told as tellings
from db.tables import agency, facts
from db.tables.law import breaches
from db.tables.law_told import law_tellings
from tests.slack_world import CARO, JSON, LAURA, World, labels, shown, world
from tests.small import ACCOUNT, ALAMEDA, ANA, NOW, at

pytest_plugins = ("tests.slack_fixtures",)


@pytest_asyncio.fixture
async def slack(company: Engine) -> AsyncIterator[World]:
    async with world(company, reconcile=0.1) as built:
        yield built


def called_early(engine: Engine, letter: str = "A", minute: int = 30) -> None:
    """Half past six in the morning, where the agency and the debtor are."""
    on = NOW.date()
    row: dict[str, Any] = {"client_id": ALAMEDA, "campaign_id": 1, "account_id": ACCOUNT[letter]}
    row |= {"agent_id": ANA}
    row |= {"started_at": at(on, 6, minute), "started_on": on, "started_hour": 6, "channel": "call"}
    row |= {"result_code": "NCO", "human": False, "rpc": False, "talk_seconds": 0, "wrap_seconds": 0}
    with writing(engine) as connection:
        connection.execute(insert(facts.contacts).values(**row))


def complained(engine: Engine, on: date) -> None:
    row = {"register": "complaints", "client_id": ALAMEDA, "campaign_id": 1, "account_id": ACCOUNT["A"]}
    days = {"received_at": at(on, 12), "received_on": on, "kind": "Horario", "channel": "REDECO"}
    with writing(engine) as connection:
        connection.execute(insert(agency.cases).values(**row, **days))


async def looked(slack: World, minutes: int = 15) -> None:
    """The clock goes on, and the search that falls due is over."""
    slack.clock.advance(minutes=minutes)
    await asyncio.sleep(1.2)


async def until(slack: World, channel: str, n: int) -> list[JSON]:
    async with asyncio.timeout(20):
        while len(found := await slack.messages(channel)) < n:
            await asyncio.sleep(0.05)
    return found


async def test_what_is_found_is_told_once_with_its_evidence_and_attended_there(slack: World) -> None:
    dm = await slack.dm(CARO)
    called_early(slack.engine)
    await looked(slack)
    (card,) = await until(slack, dm, 1)
    text = shown(card)
    assert "Un incumplimiento nuevo" in text
    assert "R01" in text
    assert "06:30" in text
    assert "Ana Ruiz" in text
    assert "art. 4" in text
    number = breach_numbers(slack.engine)[0]
    assert labels(card) == [f"Atender el {number}", "Ver los abiertos"]
    await looked(slack)
    await looked(slack)
    assert len(await slack.messages(dm)) == 1
    called_early(slack.engine, minute=40)
    await looked(slack)
    assert "Un incumplimiento nuevo" in shown((await until(slack, dm, 2))[-1])

    await slack.click(CARO, card, f"Atender el {number}")
    asked = (await until(slack, dm, 3))[-1]
    await slack.click(CARO, asked, "Atendido")
    why = (await until(slack, dm, 4))[-1]
    await slack.click(CARO, why, "Se habló con el asesor")
    preview = (await until(slack, dm, 5))[-1]
    await slack.click(CARO, preview, "Confirmar")
    await until(slack, dm, 6)
    with slack.engine.connect() as connection:
        states = connection.execute(select(breaches.c.state).where(breaches.c.id == number)).scalars()
        assert list(states) == ["attended"]


def breach_numbers(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.execute(select(breaches.c.id).order_by(breaches.c.id)).scalars())


async def test_without_what_was_told_it_would_be_told_again(slack: World) -> None:
    dm = await slack.dm(CARO)
    called_early(slack.engine)
    await looked(slack)
    await until(slack, dm, 1)
    with writing(slack.engine) as connection:
        connection.execute(law_tellings.delete())
    called_early(slack.engine, minute=40)
    await looked(slack)
    assert "Incumplimientos nuevos: 2" in shown((await until(slack, dm, 2))[-1])


async def test_nobody_is_told_who_was_not_named(slack: World) -> None:
    laura, caro = await slack.dm(LAURA), await slack.dm(CARO)
    called_early(slack.engine)
    await looked(slack)
    await until(slack, caro, 1)
    assert await slack.messages(laura) == []


async def test_a_term_is_told_before_it_ends_and_when_it_has(slack: World) -> None:
    dm = await slack.dm(CARO)
    complained(slack.engine, NOW.date() - timedelta(days=14))
    await looked(slack)
    (soon,) = await until(slack, dm, 1)
    assert "Un plazo por vencer" in shown(soon)
    await looked(slack)
    assert len(await slack.messages(dm)) == 1
    await looked(slack, 7 * 24 * 60)
    texts = "".join(shown(each) for each in await until(slack, dm, 3))
    assert "Un plazo vencido" in texts
    assert "R16" in texts


def test_of_two_at_once_one_tells(engine: Engine) -> None:
    to = tellings.Receiver(33)
    with writing(engine) as connection:
        assert tellings.tell(connection, "late", [1, 2], to, NOW) == {1, 2}
    with writing(engine) as connection:
        assert tellings.tell(connection, "late", [2, 3], to, NOW) == {3}
        assert tellings.tell(connection, "soon", [2], to, NOW) == {2}
        assert tellings.tell(connection, "late", [2], tellings.Receiver(33, "C1"), NOW) == {2}
        assert tellings.untold(connection, "late", [1, 4], to) == {4}
