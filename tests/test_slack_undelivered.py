"""Who hears of messages that Slack would not take: whoever runs it of all, whoever asked of her own, once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import Engine, select

from bot import outbox
from bot.outbox import Settled
from db import letters
from db.engine import reading, writing
from db.tables.house import outbox as rows
from tests.slack_mail import parcel
from tests.slack_world import ANA, GLORIA, LAURA, World, shown, world
from tests.small import NOW

pytest_plugins = ("tests.slack_fixtures",)


@pytest_asyncio.fixture
async def slack(company: Engine) -> AsyncIterator[World]:
    async with world(company, reconcile=0.1) as built:
        yield built


def died(engine: Engine, *keys: str, asker: str = LAURA, error: str = "is_archived") -> list[int]:
    """Messages of hers that are given up on."""
    with writing(engine) as connection:
        made = [
            outbox.put(connection, parcel(key, body={"text": "t", "asker": asker}), "a", NOW) for key in keys
        ]
        ids = [due.id for due in made if due is not None]
        outbox.settle(connection, [Settled(n, "dead", error=error) for n in ids], "a", NOW)
    return ids


async def told(slack: World, room: str, n: int) -> list[str]:
    slack.clock.advance(minutes=5)
    return [shown(each) for each in await slack.settled(room, n)]


async def test_many_deaths_are_one_word_to_each_and_no_second(slack: World) -> None:
    hers, runs, other = await slack.dm(LAURA), await slack.dm(GLORIA), await slack.dm(ANA)
    died(slack.engine, "k1", "k2")
    died(slack.engine, "k3", asker="U999", error="channel_not_found")
    (word,) = await told(slack, runs, 1)
    assert "no aceptó 3 mensajes" in word
    assert "2 × el canal está archivado" in word
    (own,) = await told(slack, hers, 1)
    assert "2 respuestas tuyas no llegaron" in own
    assert "texto" not in own
    assert await told(slack, runs, 1) == [word]
    assert await slack.messages(other) == []


async def test_one_that_dies_again_is_told_again(slack: World) -> None:
    runs = await slack.dm(GLORIA)
    (number,) = died(slack.engine, "k1")
    assert len(await told(slack, runs, 1)) == 1
    with writing(slack.engine) as connection:
        letters.revive(connection, [number], NOW)
        claimed = outbox.claim(connection, "a", NOW + timedelta(hours=1))
        assert [due.id for due in claimed] == [number]
        outbox.settle(
            connection, [Settled(number, "dead", error="is_archived")], "a", NOW + timedelta(hours=1)
        )
    assert len(await told(slack, runs, 2)) == 2


async def test_nobody_is_woken_for_it(slack: World) -> None:
    runs = await slack.dm(GLORIA)
    slack.clock.advance(hours=12)
    died(slack.engine, "k1")
    slack.clock.advance(minutes=5)
    await asyncio.sleep(0.5)
    assert await slack.messages(runs) == []


def test_the_death_of_the_word_itself_is_not_told(company: Engine) -> None:
    died(company, f"{letters.TOLD}202611181000:31", "k1")
    with reading(company) as connection:
        assert len(letters.dead(connection)) == 2
        keys = select(rows.c.key).where(rows.c.id.in_([each.id for each in letters.untold(connection)]))
        assert connection.execute(keys).scalars().all() == ["k1"]


def test_of_two_processes_one_tells(company: Engine) -> None:
    ids = died(company, "k1", "k2")
    with reading(company) as connection:
        found = letters.untold(connection)
    with writing(company) as connection:
        assert letters.note_told(connection, found, NOW) == frozenset(ids)
    with writing(company) as connection:
        assert letters.note_told(connection, found, NOW) == frozenset()
        assert letters.untold(connection) == []


async def test_without_the_note_it_would_be_told_at_every_look(
    slack: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard off."""
    monkeypatch.setattr(letters, "note_told", lambda _, some, now: frozenset(each.id for each in some))
    runs = await slack.dm(GLORIA)
    died(slack.engine, "k1")
    assert len(await told(slack, runs, 1)) == 1
    assert len(await told(slack, runs, 2)) == 2
