"""An agreement by clicking, over real sockets: the form, its live schedule, the letter as a file in a DM."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import Engine, select, update

from bot.slack.forms.agreeing import opens_form
from db.engine import reading, writing
from db.tables import reference
from db.tables.agency import agreements
from tests.agree_floor import CLABE, PARTS
from tests.slack_world import ANA, CARO, FLOOR, JSON, LAURA, World, labels, shown, world
from tests.small import ACCOUNT, ALAMEDA
from tests.surface_hands import Hands, said

pytest_plugins = ("tests.slack_fixtures",)


@pytest_asyncio.fixture
async def slack(company: Engine) -> AsyncIterator[World]:
    with writing(company) as connection:
        paid_at = update(reference.clients).where(reference.clients.c.id == ALAMEDA)
        connection.execute(paid_at.values(pay_accounts=CLABE))
        account = update(reference.accounts).where(reference.accounts.c.id == ACCOUNT["A"])
        named = {"account_no": "45512000001", "payment_reference": "REF-A"}
        connection.execute(account.values(**PARTS, **named))
    async with world(company) as built:
        yield built


async def opened(
    slack: World, user: str, asked: str = "registra un convenio en la cuenta 45512000001"
) -> JSON:
    """The form, by its button under what is missing."""
    dm = await slack.dm(user)
    await slack.say(user, dm, asked)
    (card,) = await slack.settled(dm, 1)
    await slack.click(user, card, "Armar convenio")
    return await Hands(slack, user).view("Monto total")


async def submitted(slack: World, view: JSON, **chosen: str) -> JSON:
    return await Hands(slack, ANA).submit(
        view, **{f"agreement_change:{name}": value for name, value in chosen.items()}
    )


def written(engine: Engine) -> list[tuple[int, int, str]]:
    columns = agreements.c.total_cents, agreements.c.installments, agreements.c.status
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(select(*columns))]


async def test_the_form_shows_what_would_come_of_it_at_each_choice(slack: World) -> None:
    view, hands = await opened(slack, ANA), Hands(slack, ANA)
    assert "…0001" in said(view)
    assert "45512000001" not in said(view)
    assert "¿Cuánto va a pagar en total?" in said(view)
    await hands.press(view, "agreement_change:amount", "100")
    view = await hands.view("¿Cuándo es el primer pago?")
    await hands.press(view, "agreement_change:installments", "3")
    await hands.press(view, "agreement_change:first_date", "2026-11-20")
    view = await hands.view("$33.34")
    for words in ("vie 20-nov", "$33.33", "Está dentro de tu autoridad"):
        assert words in said(view)
    assert written(slack.engine) == []


async def test_it_becomes_a_proposal_in_her_direct_message(slack: World) -> None:
    view = await opened(slack, ANA)
    chosen = {"amount": "800", "installments": "2", "frequency": "semanal", "first_date": "2026-11-20"}
    done = await submitted(slack, view, kind="partial", **chosen)
    assert done.get("response_action") != "errors", done
    dm = await slack.dm(ANA)
    *_, card = await slack.settled(dm, 2)
    assert "$400.00" in shown(card)
    await slack.click(ANA, card, "Confirmar")
    *_, done = await slack.settled(dm, 3)
    assert "Convenio registrado" in shown(done)
    assert written(slack.engine) == [(80_000, 2, "authorized")]


@pytest.mark.parametrize(
    ("chosen", "block"),
    [
        ({"amount": "5000", "first_date": "2026-11-20"}, "amount"),
        ({"amount": "800", "first_date": "2026-11-02"}, "first_date"),
        ({"discount": "99", "first_date": "2026-11-20"}, "discount"),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field(
    slack: World, chosen: dict[str, str], block: str
) -> None:
    view = await opened(slack, ANA)
    done = await submitted(slack, view, installments="1", kind="partial", **chosen)
    assert done["response_action"] == "errors"
    assert set(done["errors"]) == {block}
    assert written(slack.engine) == []


async def test_an_account_is_found_in_the_form(slack: World) -> None:
    view, hands = await opened(slack, ANA, "registra un convenio"), Hands(slack, ANA)
    (option,) = await hands.options(view, "agreement_account", "4551")
    await hands.press(view, "agreement_account", option)
    assert "¿Cuánto va a pagar en total?" in said(await hands.view("¿Cuánto"))


async def test_who_may_not_make_one_gets_no_form(slack: World) -> None:
    dm = await slack.dm(CARO)
    await slack.say(CARO, dm, "registra un convenio en la cuenta 45512000001")
    (card,) = await slack.settled(dm, 1)
    await slack.click(CARO, card, "Armar convenio")
    view = await Hands(slack, CARO).view("acceso")
    assert not view.get("submit")


async def test_the_letter_comes_as_a_file_to_a_direct_message_and_to_no_channel(slack: World) -> None:
    dm = await slack.dm(LAURA)
    asked = "convenio en la cuenta 45512000001 por 800 en 2 pagos semanales desde el viernes"
    await slack.say(LAURA, dm, asked)
    (card,) = await slack.settled(dm, 1)
    await slack.click(LAURA, card, "Confirmar")
    *_, done = await slack.settled(dm, 2)
    await slack.click(LAURA, done, "Ver el convenio")
    *_, shown_card = await slack.settled(dm, 3)
    await slack.click(LAURA, shown_card, "Emitir carta")
    *_, preview = await slack.settled(dm, 4)
    await slack.click(LAURA, preview, "Confirmar")
    found = await slack.settled(dm, 6)
    assert "Poner vigente" in {label for each in found for label in labels(each)}
    (file,) = [each for message in found for each in message.get("files", ())]
    assert file["name"] == "CC-000001.pdf"
    assert (await slack.file(file["id"], LAURA)).startswith(b"%PDF-")
    assert written(slack.engine) == [(80_000, 2, "formalized")]
    assert not [each for each in await slack.messages(FLOOR) if each.get("files")]


@pytest.mark.parametrize(
    ("fields", "opens"),
    [
        ({}, True),
        ({"account": "1"}, True),
        ({"account": "1", "amount": "5"}, True),
        ({"account": "1", "amount": "5", "first_date": "2026-11-20"}, False),
        ({"account": "1", "discount": "0.1", "first_date": "2026-11-20", "installments": 2}, True),
        ({"account": "1", "amount": "junk"}, False),
    ],
)
def test_only_what_is_incomplete_opens_the_form(fields: dict[str, str], opens: bool) -> None:
    assert opens_form("record_agreement", fields) is opens
    assert not opens_form("cancel_agreement", fields)


async def test_for_the_creditors_leave_the_form_opens_with_all_that_was_said(slack: World) -> None:
    dm, hands = await slack.dm(LAURA), Hands(slack, LAURA)
    asked = "convenio en la cuenta 45512000001 con 45 % de descuento en 2 pagos semanales desde el viernes"
    await slack.say(LAURA, dm, asked)
    (no,) = await slack.settled(dm, 1)
    assert "Pide su folio" in shown(no)
    await slack.click(LAURA, no, "Armar convenio")
    view = await hands.view("Pide su folio")
    filled = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    assert filled["discount"]["initial_value"] == "45"
    assert filled["first_date"]["initial_date"] == "2026-11-20"
    await hands.press(view, "agreement_change:reason", "offer")
    await hands.press(view, "agreement_change:creditor_folio", "AUT-77")
    view = await hands.view("$550.00")
    assert "gerencia o dirección" in said(view)
    assert "Oferta del cliente" in said(view)
