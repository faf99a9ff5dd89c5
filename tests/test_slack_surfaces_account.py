"""The account form and its card over real sockets: found by number within reach, shown to one person only."""

import json

import pytest
from sqlalchemy import select, update

from bot.app import text_files
from bot.outcome import Outcome
from bot.slack.forms.account import account_in, card_view
from bot.slack.forms.finding import AccountForm
from db.access import Named, Names
from db.engine import writing
from db.tables.reference import accounts, debtors, people
from localslack.blockkit import check_view
from skills.contract import Answer, Table
from skills.text import load_texts
from tests.slack_world import ANA, CARO, CLIENTE, EXTERNAL, FLOOR, GLORIA, JSON, LAURA, MARCO, World, shown
from tests.small import ACCOUNT, ALAMEDA, NOW
from tests.surface_hands import Hands, said, shown_texts

pytest_plugins = ("tests.slack_fixtures",)
EVERY = "ABCDEFGHJK"


async def form(slack: World, user: str, holding: str = "form_account") -> tuple[Hands, JSON]:
    hands = Hands(slack, user)
    return hands, await hands.shortcut("find_account", holding)


def numbers(options: list[JSON]) -> str:
    return "".join(text.split(" ")[0].removeprefix("00") for text in shown_texts(options))


# --- Finding --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "own"), [(ANA, "ABCDG"), (LAURA, "ABCDEFGH"), (MARCO, "JK"), (GLORIA, EVERY), (CARO, EVERY)]
)
async def test_only_ones_own_accounts_are_offered(slack: World, user: str, own: str) -> None:
    hands, view = await form(slack, user)
    assert numbers(await hands.options(view, "form_account", "00")) == own


async def test_the_client_narrows_it_down(slack: World) -> None:
    hands, view = await form(slack, GLORIA)
    await hands.press(view, "form_client", "CEI")
    assert numbers(await hands.options(view, "form_account", "00")) == "JK"


async def test_never_by_a_debtors_name(slack: World) -> None:
    with writing(slack.engine) as connection:
        row = {"id": 1, "client_id": ALAMEDA, "debtor_ref": "D1", "name": "Fulana Pérez", "birth_date": None}
        connection.execute(debtors.insert().values(**row))
        connection.execute(update(accounts).where(accounts.c.id == ACCOUNT["A"]).values(debtor_id=1))
    hands, view = await form(slack, GLORIA)
    assert await hands.options(view, "form_account", "Fulana") == []
    await hands.submit(view, form_account=f"{ALAMEDA}:00A")
    card = said(await hands.view("Cuenta 00A"))
    assert "F. P." in card
    assert "Fulana" not in card


@pytest.mark.parametrize("user", [CLIENTE, EXTERNAL])
async def test_who_may_not_is_told_and_offered_nothing(slack: World, user: str) -> None:
    """Even with a form of somebody else's open: what is offered goes by who asks."""
    words = "no tiene acceso" if user == CLIENTE else EXTERNAL
    _, view = await form(slack, user, words)
    assert not view.get("submit")
    hands = Hands(slack, user)
    await hands.slash("cuenta 00A", FLOOR)
    card = await hands.view(words)
    assert "1,000" not in said(card)


# --- The card -----------------------------------------------------------------------------------------------


async def test_the_card_is_shown_in_the_modal_and_nowhere_else(slack: World) -> None:
    hands, view = await form(slack, ANA)
    (option,) = await hands.options(view, "form_account", "00A")
    done = await hands.submit(view, form_account=option)
    assert done["response_action"] == "update"
    card = await hands.view("Cuenta 00A")
    for words in ("$1,000", "Banco Alameda", "Ana Ruiz", "promesa de pago", "vie 20-nov"):
        assert words in said(card)
    assert not await slack.messages(FLOOR)
    assert not await slack.messages(await slack.dm(ANA))
    assert (ANA, "modal", ANA, "answer") in slack.audited()


async def test_another_can_be_looked_for_from_the_card(slack: World) -> None:
    hands = Hands(slack, ANA)
    await hands.slash("cuenta 00B", FLOOR)
    card = await hands.view("Cuenta 00B")
    await hands.press(card, "account_again")
    assert (await hands.view("form_account"))["callback_id"] == "account_form"


@pytest.mark.parametrize("number", ["00J", "00Z"])
async def test_anothers_account_and_none_at_all_are_told_by_one_sentence(slack: World, number: str) -> None:
    hands = Hands(slack, ANA)
    await hands.slash(f"cuenta {number}", FLOOR)
    view = await hands.view(number)
    assert f"No encuentro la cuenta «{number}» entre las que puedes ver" in said(view)
    hands, view = await form(slack, ANA)
    await hands.submit(view, form_account=f"2:{number}")
    assert f"No encuentro la cuenta «{number}»" in said(await hands.view(number))


async def test_two_of_one_number_are_chosen_between(slack: World) -> None:
    with writing(slack.engine) as connection:
        connection.execute(update(accounts).where(accounts.c.id == ACCOUNT["J"]).values(account_no="00A"))
    hands = Hands(slack, GLORIA)
    await hands.slash("cuenta 00a", FLOOR)
    both = await hands.view("account_pick:1")
    await hands.press(both, "account_pick:1")
    assert "Tiendas La Ceiba" in said(await hands.view("Cuenta 00A"))


async def test_who_left_after_opening_sees_no_card(slack: World) -> None:
    hands, view = await form(slack, ANA)
    with writing(slack.engine) as connection:
        gone = NOW.date().replace(day=17)
        connection.execute(update(people).where(people.c.slack_user_id == ANA).values(active_to=gone))
    assert await hands.options(view, "form_account", "00") == []
    await hands.submit(view, form_account=f"{ALAMEDA}:00A")
    card = said(await hands.view(ANA))
    assert "$" not in card


async def test_a_card_that_takes_long_comes_after_the_ack(
    slack: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack waits three seconds; patience of none is the same as a busy database."""
    monkeypatch.setattr(AccountForm, "patience", 0.0)
    hands, view = await form(slack, ANA)
    done = await hands.submit(view, form_account=f"{ALAMEDA}:00A")
    assert "Un momento" in said(done["views"][0])
    assert "$1,000" in said(await hands.view("Cuenta 00A"))


def test_what_was_never_an_option_is_no_account() -> None:
    known = Names((Named("client", 1, "ALA", "Banco Alameda"),))

    def of(value: object) -> object:
        held = {"account": {"form_account": {"selected_option": {"value": value}}}}
        return account_in({"state": {"values": held}}, known)

    assert of("1:00A") == {"account": "00A", "client": "Banco Alameda"}
    for other in ("", "00A", "9:00A", ":00A", "1:", "x:00A", "١:00A", None, {"a": 1}):
        assert of(other) is None


def test_hostile_words_stay_words_in_the_card() -> None:
    evil = "<!channel> *a* `b` <https://x.example|c>"
    cells = ((evil, evil, None), (evil, evil, evil))
    answer = Answer(evil, evil, (Table(evil, (evil, evil, evil), cells),))
    view = card_view(Outcome("answer", "es", answer=answer), load_texts(*text_files()))
    assert check_view(view) == []
    marked = json.dumps([b for b in view["blocks"] if b["type"] != "header"], ensure_ascii=False)
    assert "<!" not in marked
    assert "<https" not in marked


async def test_what_is_done_from_the_card_goes_on_in_her_direct_message(slack: World) -> None:
    dm = await slack.dm(LAURA)
    hands, view = await form(slack, LAURA)
    await hands.submit(view, form_account=f"{ALAMEDA}:00A")
    card = await hands.view("Cuenta 00A")
    assert "Armar convenio" not in said(card)  # a window opens no other window
    marks = next(b for b in card["blocks"][-1]["elements"] if b["text"]["text"] == "Marcar especial")
    await hands.press(card, marks["action_id"], marks["value"])
    await hands.view("Sigue en tu mensaje directo")
    (asked,) = await slack.settled(dm, 1)
    assert "Marcar especial la cuenta" in shown(asked)
    await slack.click(LAURA, asked, "Confirmar")
    await slack.settled(dm, 2)
    with writing(slack.engine) as connection:
        query = select(accounts.c.special).where(accounts.c.id == ACCOUNT["A"])
        assert connection.execute(query).scalar_one() is True
