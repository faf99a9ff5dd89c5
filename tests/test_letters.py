"""Messages that Slack would not take: seen, tried again, given up, by those who may, on both databases."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from bot import outbox
from bot.outbox import Settled
from db import letters
from db.engine import reading, writing
from db.tables.house import audit
from db.tables.house import outbox as rows
from tests.slack_mail import parcel
from tests.slack_world import GLORIA, LAURA, Clock, World, shown

pytest_plugins = ("tests.slack_fixtures",)
CLOCK = Clock()


def died(engine: Engine, *keys: str, error: str = "not_in_channel", **more: str) -> list[int]:
    with writing(engine) as connection:
        made = [outbox.put(connection, parcel(key, **more), "a", CLOCK()) for key in keys]  # type: ignore[arg-type]
        ids = [due.id for due in made if due is not None]
        outbox.settle(connection, [Settled(n, "dead", error=error) for n in ids], "a", CLOCK())
    return ids


def test_a_dead_letter_is_due_again_and_looked_for_first(engine: Engine) -> None:
    one, other = died(engine, "k1", "k2")
    with writing(engine) as connection:
        assert outbox.claim(connection, "b", CLOCK() + timedelta(hours=1)) == []
        assert letters.revive(connection, [one], CLOCK()) == 1
        assert letters.revive(connection, [one], CLOCK()) == 0
        (due,) = outbox.claim(connection, "b", CLOCK())
        assert (due.id, due.parcel.key, due.doubtful) == (one, "k1", True)
        assert [each.id for each in letters.dead(connection)] == [other]


def test_what_is_given_up_forgets_what_it_said(engine: Engine) -> None:
    (one,) = died(engine, "k1")
    with writing(engine) as connection:
        assert letters.drop(connection, [one]) == 1
        assert letters.dead(connection) == []
        row = connection.execute(select(rows)).one()
    assert (row.state, row.body) == ("deleted", None)


def test_what_waits_counts_from_when_it_could_have_gone(engine: Engine) -> None:
    died(engine, "dead")
    with writing(engine) as connection:
        outbox.put(connection, parcel("k1"), "a", CLOCK())
        later = outbox.put(connection, parcel("k2"), "a", CLOCK())
        assert later is not None
        values = {"next_at": CLOCK() + timedelta(days=999), "lease_until": None}
        connection.execute(rows.update().where(rows.c.id == later.id).values(**values))
        stands = letters.standing(connection, CLOCK())
    assert (stands.waiting, stands.oldest, stands.dead) == (1, CLOCK(), 1)


# --- from chat ---------------------------------------------------------------------------------------


async def test_a_manager_sees_why_and_tries_again(slack: World) -> None:
    (one,) = died(slack.engine, "k1")
    dm = await slack.dm(GLORIA)
    await slack.say(GLORIA, dm, "¿qué mensajes no salieron?")
    (card,) = await slack.settled(dm, 1)
    assert "Cartera no está en el canal" in shown(card)
    assert "texto k1" not in shown(card)
    await slack.click(GLORIA, card, "Reintentar todos")
    *_, said = await slack.settled(dm, 2)
    assert "va de nuevo" in shown(said)
    with reading(slack.engine) as connection:
        assert letters.dead(connection) == []
        noted = connection.execute(select(audit.c.action, audit.c.change).where(audit.c.action.is_not(None)))
        action, change = noted.one()
    assert action == "attend_letters"
    assert str(one) in (change if isinstance(change, str) else json.dumps(change))


async def test_whoever_is_second_is_told_so(slack: World) -> None:
    (one,) = died(slack.engine, "k1")
    dm = await slack.dm(GLORIA)
    await slack.say(GLORIA, dm, f"descarta el mensaje {one}")
    await slack.settled(dm, 1)
    await slack.say(GLORIA, dm, f"reintenta el mensaje {one}")
    *_, said = await slack.settled(dm, 2)
    assert "ya no está pendiente" in shown(said)


@pytest.mark.parametrize("text", ["¿qué mensajes no salieron?", "reintenta los mensajes que no salieron"])
async def test_a_supervisor_may_not(slack: World, text: str) -> None:
    died(slack.engine, "k1")
    dm = await slack.dm(LAURA)
    await slack.say(LAURA, dm, text)
    (said,) = await slack.settled(dm, 1)
    assert "Cartera no está" not in shown(said)
    with reading(slack.engine) as connection:
        assert len(letters.dead(connection)) == 1
    assert slack.audited()[-1][-1] == "denied"
