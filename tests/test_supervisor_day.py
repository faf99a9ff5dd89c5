"""A supervisor's day of acting, as a hostile user found it: each case was wrong once and is not any more."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError

from bot.app import App, build
from bot.outcome import Outcome, Place, Who
from bot.sections import Approval, Writes
from bot.settings import Settings
from db import moves, portfolio
from db.engine import writing
from db.moves import Move, holders, move_accounts
from db.tables import reference
from skills.agree.request import AgreementRequest
from skills.agree.terms import total_of
from tests.agree_floor import CLABE, PARTS
from tests.slack_world import ANA as U_ANA
from tests.slack_world import FLOOR, GLORIA, JSON, LAURA, World, labels, shown, world
from tests.small import ACCOUNT, ALAMEDA, ANA, BETO, NOW, fill
from tests.small import GLORIA as MANAGER
from tests.small import LAURA as LEADER
from tests.surface_hands import Hands, said

pytest_plugins = ("tests.slack_fixtures",)
DM = Place("dm", "D1")
PROMISE = "registra una promesa de {} en la 45512000003 para el 27 de noviembre"


@pytest.fixture
def app(engine: Engine) -> App:
    with writing(engine) as connection:
        fill(connection)
        account = update(reference.accounts).where(reference.accounts.c.id == ACCOUNT["C"])
        connection.execute(account.values(account_no="45512000003"))
    return build(Settings(), engine=engine)


def say(app: App, text: str, person: int = LEADER, minutes: int = 0, thread: str = "t1") -> Outcome:
    who, now = Who("slack", f"U{person}"), NOW + timedelta(minutes=minutes)
    return app.desk.ask(text, who=who, place=DM, thread=thread, now=now)


def press(app: App, outcome: Outcome, step: str, person: int = LEADER, minutes: int = 1) -> Outcome:
    option = next(each for each in outcome.choices if each.intent == step)
    who, now = Who("slack", f"U{person}"), NOW + timedelta(minutes=minutes)
    return app.desk.run(step, dict(option.fields), who=who, place=DM, thread="t1", now=now)


# --- A clock that stands still ------------------------------------------------------------------------


def back_and_forth(engine: Engine) -> list[bool]:
    """C goes from Ana to Beto, and back within the same moment."""
    with writing(engine) as connection:
        fill(connection)
        went = []
        for giver, to in ((ANA, BETO), (BETO, ANA)):
            row, _ = holders(connection, [ACCOUNT["C"]])[ACCOUNT["C"]]
            begun = move_accounts(connection, [Move(ACCOUNT["C"], row, giver, to)], None, NOW)
            went.append(begun is not None)
        return went


def test_what_began_this_moment_does_not_end_in_it(engine: Engine) -> None:
    assert back_and_forth(engine) == [True, False]


def test_without_that_the_database_would_break(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ablation."""
    monkeypatch.setattr(moves, "begun_before", lambda _now: reference.assignments.c.id > 0)
    with pytest.raises(IntegrityError):
        back_and_forth(engine)


# --- Taken back on the same day -----------------------------------------------------------------------

MOVED = "pasa 2 cuentas de Ana Ruiz a Beto"


def undone_and_again(app: App) -> Outcome:
    done = press(app, say(app, MOVED), "confirm")
    assert press(app, done, "undo", minutes=3).outcome == "done"
    return say(app, MOVED, minutes=4)


def test_what_was_taken_back_may_be_done_again(app: App) -> None:
    again = undone_and_again(app)
    assert again.outcome == "preview", again.text
    assert "Cuentas: 2" in again.text


def test_otherwise_they_would_have_to_rest(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ablation."""
    monkeypatch.setattr(portfolio, "_COUNTS", ())
    assert undone_and_again(app).outcome == "refuse"


def test_the_preview_names_the_accounts_by_their_endings(app: App) -> None:
    shown_ = say(app, MOVED).text
    assert "Cuentas que cambian" in shown_
    assert all(ending in shown_ for ending in ("…0003", "…00G"))


# --- Neither yes nor no -------------------------------------------------------------------------------


def test_what_is_no_answer_leaves_the_proposal_with_its_buttons(app: App) -> None:
    say(app, MOVED)
    unread = say(app, "sí, pero nomás 20", minutes=1)
    assert unread.outcome == "clarify"
    assert [each.label for each in unread.choices] == ["Confirmar", "Descartar"]
    assert press(app, unread, "confirm", minutes=2).outcome == "done"


def test_an_order_that_begins_with_a_no_is_an_order(app: App) -> None:
    first = press(app, say(app, PROMISE.format(500)), "confirm")
    assert first.outcome == "done", first.text
    say(app, PROMISE.format(700), minutes=2)
    cancelled = say(app, "cancela la promesa de la cuenta 45512000003", minutes=3)
    assert cancelled.outcome == "preview", cancelled.text
    assert "Cancelar la promesa de $500" in cancelled.text


def test_an_order_with_a_question_mark_is_offered_as_a_button(app: App) -> None:
    asked = say(app, f"{MOVED}?")
    assert asked.outcome == "clarify", asked.text
    (offered,) = asked.choices
    assert (offered.label, offered.intent) == ("Sí: reasignar cuentas", "reassign_accounts")


def test_who_asked_hears_what_was_not_approved(engine: Engine) -> None:
    with writing(engine) as connection:
        fill(connection)
    limit = Approval(accounts=1, amount=Decimal(10**9), by=("manager",))
    app = build(Settings(writes=Writes(approvals={"reassign_accounts": limit})), engine=engine)
    waits = press(app, say(app, MOVED), "confirm")
    (card,) = [each.outcome for each in waits.notices if each.person_id == MANAGER]
    (told,) = press(app, card, "reject", MANAGER, 2).notices
    assert "Reasignar a Alberto Núñez. Cuentas: 2" in told.outcome.message


# --- Promises -----------------------------------------------------------------------------------------


def test_a_second_promise_says_what_it_came_to_beside(app: App) -> None:
    """Both were shown before either was recorded: the second is shown anew, as a plan of two."""
    first, second = (say(app, PROMISE.format(pesos), thread=f"t{pesos}") for pesos in (500, 700))
    assert press(app, first, "confirm").outcome == "done"
    again = press(app, second, "confirm", minutes=2)
    assert again.outcome == "preview", again.text
    assert "un plan de 2 pagos por $1,200" in again.text


def test_centavos_that_are_promised_are_shown(app: App) -> None:
    assert "Promesa de $1,500.50 para" in say(app, PROMISE.format("1,500.50")).text


@pytest.mark.parametrize(
    ("text", "said_"),
    [
        (PROMISE.format("1500.555"), "¿De cuánto es la promesa"),
        ("promesa de 500 en la 45512000003 para el 31 de noviembre", "¿Para qué día es la promesa"),
        ("promesa de 500 en la 45512000003 para el 30 de febrero", "¿Para qué día es la promesa"),
        ("promesa de 500 en la 45512000003 para el 16 de noviembre", "Entendí el mar 16-nov-2027"),
    ],
)
def test_what_cannot_be_meant_is_asked(app: App, text: str, said_: str) -> None:
    assert said_ in say(app, text).text


# --- Agreements ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", range(100_001, 100_021))
def test_a_discount_never_comes_to_more_than_was_said(base: int) -> None:
    """Rounded the other way, "20 %" would be beyond what the creditor offers."""
    asked = AgreementRequest(account="1", discount=Decimal("0.2"), first_date=date(2026, 11, 20))
    total, _ = total_of(asked, base)
    assert Decimal(base - total) / base <= Decimal("0.2")


@pytest_asyncio.fixture
async def slack(company: Engine) -> AsyncIterator[World]:
    """Agreements can be made of account A."""
    with writing(company) as connection:
        paid_at = update(reference.clients).where(reference.clients.c.id == ALAMEDA)
        connection.execute(paid_at.values(pay_accounts=CLABE))
        account = update(reference.accounts).where(reference.accounts.c.id == ACCOUNT["A"])
        named = {"account_no": "45512000001", "payment_reference": "REF-A"}
        connection.execute(account.values(**PARTS, **named))
    async with world(company) as built:
        yield built


AGREED = "convenio en la cuenta 45512000001 por 800 en 2 semanas desde el viernes"


async def whispered(slack: World, user: str, n: int = 0) -> list[JSON]:
    """What only this person sees in the channel, once there are so many."""
    async with asyncio.timeout(10):
        while len(found := [m for m in await slack.messages(FLOOR, user) if m.get("ephemeral")]) < n:
            await asyncio.sleep(0.02)
    return found


async def test_a_sensitive_preview_in_a_channel_is_for_the_asker_alone(slack: World) -> None:
    await slack.say(LAURA, FLOOR, f"@cartera {AGREED}")
    (card,) = await whispered(slack, LAURA, 1)
    assert "Solo tú ves esto" in shown(card)
    assert labels(card) == ["Confirmar", "Descartar"]
    assert "thread_ts" not in card  # below a message without answers Slack shows it to nobody
    assert await whispered(slack, GLORIA) == []
    await slack.click(LAURA, card, "Confirmar")
    *_, done = await whispered(slack, LAURA, 2)
    assert "Convenio registrado" in shown(done)
    others = [shown(each) for each in await slack.messages(FLOOR, GLORIA)]
    assert not any("Convenio" in each for each in others)


async def test_a_list_in_a_channel_points_to_the_direct_message(slack: World) -> None:
    await slack.say(LAURA, FLOOR, "@cartera lista las cuentas de Banco Alameda")
    (word,) = await slack.answers(FLOOR, 1)
    assert "pregúntamelo por mensaje directo" in shown(word)


async def test_what_the_form_proposes_stands_where_it_was_opened(slack: World) -> None:
    """Once it opened a conversation of its own, and nobody found its buttons."""
    dm = await slack.dm(U_ANA)
    asked = await slack.say(U_ANA, dm, "registra un convenio en la cuenta 45512000001")
    (card,) = await slack.settled(dm, 1)
    await slack.click(U_ANA, card, "Armar convenio")
    hands = Hands(slack, U_ANA)
    view = await hands.view("Monto total")
    assert "Cuenta …0001 ·" not in said(view)
    chosen: dict[str, Any] = {"amount": "800", "first_date": "2026-11-20", "installments": "1"}
    await hands.submit(view, **{f"agreement_change:{name}": value for name, value in chosen.items()})
    *_, preview = await slack.settled(dm, 2)
    assert labels(preview) == ["Confirmar", "Descartar"]
    assert preview["thread_ts"] == asked
