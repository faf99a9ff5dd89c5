"""A list by clicking, over real sockets: rows are chosen, something is done with them, all as a file."""

import pytest
from sqlalchemy import Engine, select

from bot.slack.choosing import CHOOSE, CHOSEN, chosen
from db.engine import reading
from db.tables.reference import assignments
from tests.hostile_cells import opened
from tests.slack_world import FLOOR, JSON, LAURA, World, labels, shown
from tests.small import ACCOUNT
from tests.small import BETO as BETO_ID

pytest_plugins = ("tests.slack_fixtures",)
ASKED = "lista las cuentas de Banco Alameda"


def held_by_beto(engine: Engine) -> set[str]:
    table, letters = assignments, {n: letter for letter, n in ACCOUNT.items()}
    mine = select(table.c.account_id).where(table.c.agent_id == BETO_ID, table.c.to_at.is_(None))
    with reading(engine) as connection:
        return {letters[n] for n in connection.execute(mine).scalars() if n in letters}


async def listed(slack: World, dm: str, *picks: str) -> JSON:
    """The list, with these rows chosen in it."""
    await slack.say(LAURA, dm, ASKED)
    (card,) = await slack.settled(dm, 1)
    (menu,) = [block["accessory"] for block in card["blocks"] if block.get("block_id") == CHOOSE]
    values = [option["value"] for option in menu["options"] if option["value"][-1] in picks]
    if values:
        await slack.do("click", user=LAURA, channel=dm, ts=card["ts"], action_id=CHOSEN, value=values)
    return card


async def test_the_rows_chosen_are_moved(slack: World) -> None:
    dm = await slack.dm(LAURA)
    before = held_by_beto(slack.engine)
    card = await listed(slack, dm, "C")
    assert "Reasignar todas (4)" in labels(card)
    await slack.click(LAURA, card, "Reasignar las elegidas")
    *_, asks = await slack.settled(dm, 2)
    assert "¿A quién se le pasan? Cuentas: 1" in shown(asks)
    await slack.click(LAURA, asks, "Alberto Núñez: 0")
    *_, preview = await slack.settled(dm, 3)
    assert "Reasignar a Alberto Núñez. Cuentas: 1" in shown(preview)
    await slack.click(LAURA, preview, "Confirmar")
    await slack.settled(dm, 4)
    assert held_by_beto(slack.engine) == before | {"C"}


async def test_all_of_them_are_moved_by_what_they_have_in_common(slack: World) -> None:
    dm = await slack.dm(LAURA)
    await slack.click(LAURA, await listed(slack, dm), "Reasignar todas (4)")
    *_, asks = await slack.settled(dm, 2)
    await slack.click(LAURA, asks, "Alberto Núñez: 0")
    *_, preview = await slack.settled(dm, 3)
    assert "Cuentas: 2" in shown(preview)  # A has a promise due, B is special
    assert "especiales: 1" in shown(preview)


async def test_with_nothing_chosen_it_is_said(slack: World) -> None:
    dm = await slack.dm(LAURA)
    await slack.click(LAURA, await listed(slack, dm), "Reasignar las elegidas")
    *_, no = await slack.settled(dm, 2)
    assert "Primero elige" in shown(no)


async def test_a_promise_is_recorded_for_the_one_row_chosen(slack: World) -> None:
    dm = await slack.dm(LAURA)
    await slack.click(LAURA, await listed(slack, dm, "C"), "Registrar promesa")
    *_, much = await slack.settled(dm, 2)
    await slack.click(LAURA, much, "$1,500")
    *_, when = await slack.settled(dm, 3)
    await slack.click(LAURA, when, "vie 20-nov")
    *_, preview = await slack.settled(dm, 4)
    assert "Promesa de $1,500 para el vie 20-nov" in shown(preview)
    await slack.click(LAURA, preview, "Confirmar")
    *_, done = await slack.settled(dm, 5)
    assert "Promesa registrada" in shown(done)


async def test_of_two_rows_no_promise_is_recorded(slack: World) -> None:
    dm = await slack.dm(LAURA)
    await slack.click(LAURA, await listed(slack, dm, "C", "G"), "Registrar promesa")
    *_, no = await slack.settled(dm, 2)
    assert "elige una sola" in shown(no)


async def test_the_whole_list_is_a_file_in_her_direct_message(slack: World) -> None:
    dm = await slack.dm(LAURA)
    await slack.say(LAURA, dm, "top 2 cuentas por saldo")
    (card,) = await slack.settled(dm, 1)
    assert "2 de 4" in shown(card)
    await slack.click(LAURA, card, "Excel")
    *_, message = await slack.settled(dm, 2)
    book = opened(await slack.file(message["files"][0]["id"], LAURA))
    numbers = [row[0].value for row in book.worksheets[0].iter_rows(min_row=2)]
    assert numbers == ["00C", "00B", "00A", "00G"]


async def test_a_list_is_not_shown_in_a_channel(slack: World) -> None:
    await slack.say(LAURA, FLOOR, f"@cartera {ASKED}")
    (word,) = await slack.answers(FLOOR, 1, LAURA)
    assert "00C" not in shown(word)


@pytest.mark.parametrize(
    "body",
    [{}, {"state": {}}, {"state": {"values": []}}, {"state": {"values": {CHOOSE: {}}}}],
)
def test_where_nothing_was_chosen_nothing_is_read(body: JSON) -> None:
    assert chosen(body) == []
