"""What waits for somebody's decision, asked for in words, and decided from there."""

from decimal import Decimal

import pytest
from sqlalchemy import Engine

from bot.app import App, build
from bot.outcome import Outcome, Place, Who
from bot.sections import Approval, Writes
from bot.settings import Settings
from db import proposals
from db.engine import writing
from tests.small import BETO, GLORIA, LAURA, NOW

ASKED = "pasa 2 cuentas de Ana Ruiz a Beto"
LIMIT = Approval(accounts=1, amount=Decimal(10**9), by=("manager",))
OPEN = Place("channel", "C1", open=True)


@pytest.fixture
def app(small_own: Engine) -> App:
    return build(Settings(writes=Writes(approvals={"reassign_accounts": LIMIT})), engine=small_own)


def dm(person: int) -> Place:
    return Place("dm", f"D{person}")


def say(app: App, text: str, person: int, place: Place | None = None) -> Outcome:
    who = Who("slack", f"U{person}")
    return app.desk.ask(text, who=who, place=place or dm(person), thread="t1", now=NOW)


def press(app: App, step: str, token: str, person: int) -> Outcome:
    who = Who("slack", f"U{person}")
    return app.desk.run(step, {"proposal": token}, who=who, place=dm(person), thread="t1", now=NOW)


def put_before_gloria(app: App, engine: Engine) -> str:
    """Laura asks for more than she may alone; the card lies before the manager."""
    shown = say(app, ASKED, LAURA)
    token = str(shown.choices[0].fields["proposal"])
    press(app, "confirm", token, LAURA)
    with writing(engine) as connection:
        card = proposals.Card("k1", "T1", f"U{GLORIA}", "Pasar 2 cuentas de Ana a Beto", "[]")
        proposals.hang(connection, token, card)
    return token


def test_what_waits_is_shown_and_decided(app: App, small_own: Engine) -> None:
    token = put_before_gloria(app, small_own)
    asked = say(app, "¿qué tengo por aprobar?", GLORIA)
    assert asked.answer is not None
    assert [row["who"] for row in asked.answer.rows] == ["Laura Ibáñez"]
    assert [(o.intent, o.fields["proposal"]) for o in asked.answer.next] == [
        ("approve", token),
        ("reject", token),
    ]
    assert press(app, "approve", token, GLORIA).outcome == "done"
    after = say(app, "what's waiting for my approval", GLORIA)
    assert after.answer is not None
    assert (after.answer.rows, after.answer.next) == ((), ())


def test_nobody_sees_what_waits_for_another(app: App, small_own: Engine) -> None:
    put_before_gloria(app, small_own)
    for person in (LAURA, BETO):
        asked = say(app, "qué está pendiente de mi autorización", person)
        assert asked.answer is not None
        assert asked.answer.rows == ()


def test_it_is_not_told_in_an_open_channel(app: App, small_own: Engine) -> None:
    put_before_gloria(app, small_own)
    assert say(app, "mis aprobaciones pendientes", GLORIA, OPEN).outcome == "denied"
