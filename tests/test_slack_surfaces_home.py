"""Home and the pinned questions of every role, and of those who have none."""

import asyncio
import json
import re
from typing import Any, get_args

import pytest
from sqlalchemy import Engine, select, update

from bot.app import build
from bot.desk import Place, Who
from bot.settings import Settings
from bot.slack.numbers import OF_ROLE
from bot.slack.prompts import MOST, prompts_for
from db.engine import writing
from db.tables.house import audit
from db.tables.reference import people
from skills.contract import Language, Role
from skills.text import LANGUAGES
from tests.slack_world import ANA, CARO, CLIENTE, EXTERNAL, GLORIA, LAURA, MARCO, World
from tests.small import NOW
from tests.surface_hands import Hands, said

pytest_plugins = ("tests.slack_fixtures",)
ROLES: dict[Role, str] = {
    "agent": ANA,
    "supervisor": LAURA,
    "manager": GLORIA,
    "compliance": CARO,
    "quality": CARO,
    "admin": GLORIA,
    "director": GLORIA,
    "client_viewer": CLIENTE,
}


def become(engine: Engine, user: str, role: str) -> None:
    with writing(engine) as connection:
        connection.execute(update(people).where(people.c.slack_user_id == user).values(role=role))


# --- Home ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", get_args(Role))
async def test_home_of_each_role(slack: World, role: Role) -> None:
    become(slack.engine, ROLES[role], role)
    home = await Hands(slack, ROLES[role]).home("Mis números")
    numbers = [
        b for b in home["blocks"] if (b.get("accessory") or {}).get("action_id", "").startswith("home_see")
    ]
    assert 3 <= len(numbers) <= len(OF_ROLE[role]) <= 6
    for each in numbers:
        assert re.match(r"(🔴 |🟢 )?\*[^:]+: \$?[\d,.:]+", each["text"]["text"]), each
        assert json.loads(each["accessory"]["value"])["kpi"]["metric"] in OF_ROLE[role]
    buttons = [e["action_id"] for b in home["blocks"] if b["type"] == "actions" for e in b["elements"]]
    assert ("home_find" in buttons) == (role != "client_viewer")


async def test_a_number_says_target_before_and_whether_it_is_good(slack: World) -> None:
    home = said(await Hands(slack, GLORIA).home("Mis números"))
    assert "Meta $" in home
    assert "🔴 *Monto recuperado: $5,450*" in home
    assert "por abajo" in home
    assert "pagos al" in home
    assert "toda la agencia" in home


async def test_one_number_that_cannot_be_had_does_not_spoil_the_rest(slack: World) -> None:
    """Marco has no target: his Home says so, beside the numbers he has. In English, as he chose."""
    home = await Hands(slack, MARCO).home("My numbers")
    assert "There is no target loaded" in said(home)
    assert sum(1 for b in home["blocks"] if b.get("accessory")) >= 3


@pytest.mark.parametrize("user", [EXTERNAL, "guest", "left"])
async def test_no_number_for_strangers_guests_and_leavers(slack: World, user: str) -> None:
    if user == "guest":
        user = LAURA
        await slack.do("user", user=user, is_restricted=True)
    elif user == "left":
        user = LAURA
        with writing(slack.engine) as connection:
            yesterday = NOW.date().replace(day=17)
            connection.execute(
                update(people).where(people.c.slack_user_id == user).values(active_to=yesterday)
            )
    home = await Hands(slack, user).home("acceso")
    assert "$" not in said(home)
    assert "%" not in said(home)
    assert not any(block.get("accessory") or block["type"] == "actions" for block in home["blocks"])


async def test_a_number_opens_its_answer_in_the_direct_message(slack: World) -> None:
    hands = Hands(slack, ANA)
    home = await hands.home("Mis números")
    assert (await hands.press(home, "home_see:0"))["acked"]
    (answer,) = await slack.settled(await slack.dm(ANA), 1)
    assert "Monto recuperado" in answer["text"]
    assert not answer.get("thread_ts") or answer["thread_ts"] == answer["ts"]


async def test_recent_questions_are_ones_own_and_can_be_asked_again(slack: World) -> None:
    dm = await slack.dm(ANA)
    for n, text in enumerate(("mis llamadas de hoy", "hola", "mis llamadas de hoy"), start=1):
        await slack.say(ANA, dm, text)
        await slack.answers(dm, n)
    await slack.say(LAURA, await slack.dm(LAURA), "TMO de hoy por asesor")
    await slack.answers(await slack.dm(LAURA))
    hands = Hands(slack, ANA)
    home = await hands.home("preguntas recientes")
    assert said(home).count("mis llamadas de hoy") == 1
    assert "TMO de hoy por asesor" not in said(home)
    await hands.press(home, "home_again:0")
    assert "Llamadas" in (await slack.answers(dm, 4))[-1]["text"]


async def test_refresh_draws_it_anew_and_home_is_on_record(slack: World) -> None:
    hands = Hands(slack, ANA)
    home = await hands.home("Mis números")
    await slack.say(ANA, await slack.dm(ANA), "mis llamadas de hoy")
    await slack.answers(await slack.dm(ANA))
    await hands.press(home, "home_refresh")
    await hands._until("home", "mis llamadas de hoy")
    with slack.engine.connect() as connection:
        kinds = set(connection.execute(select(audit.c.entrance).where(audit.c.actor == ANA)).scalars())
    assert kinds == {"home", "dm"}


async def test_what_data_says_stays_text_on_home(slack: World) -> None:
    with writing(slack.engine) as connection:
        evil = "<!channel> *Ana* <https://x.example|ver>"
        connection.execute(update(people).where(people.c.slack_user_id == ANA).values(name=evil))
    home = said(await Hands(slack, ANA).home("Mis números"))
    assert "<!channel>" not in home
    assert "<https" not in home


# --- Prompts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", get_args(Role))
def test_every_pinned_question_has_an_answer_for_its_role(
    company: Engine, role: Role, language: Language
) -> None:
    become(company, ROLES[role], role)
    app = build(Settings(), engine=company)
    prompts = prompts_for(role, app.texts, language)
    assert len(prompts) == MOST
    for prompt in prompts:
        who, place = Who("slack", ROLES[role]), Place("dm", "D1")
        outcome = app.desk.ask(prompt["message"], who=who, place=place, thread=None, now=NOW)
        assert outcome.outcome == "answer", (prompt, outcome.message)
        assert len(prompt["title"]) <= 40


async def pinned(slack: World, n: int) -> list[dict[str, Any]]:
    """What the bot pinned, once it has done so `n` times."""
    async with asyncio.timeout(10):
        while len(calls := await slack.calls("assistant.threads.setSuggestedPrompts")) < n:
            await asyncio.sleep(0.02)
    return [call["payload"] for call in calls]


async def test_pinned_once_and_again_only_when_they_changed(slack: World) -> None:
    await slack.do("home", user=ANA, tab="messages")
    (first,) = await pinned(slack, 1)
    assert "thread_ts" not in first
    assert [each["message"] for each in first["prompts"]][2] == "Mis llamadas de hoy"
    await slack.do("home", user=ANA, tab="messages")
    await slack.do("home", user=MARCO, tab="messages")
    _, marcos = await pinned(slack, 2)
    assert marcos["prompts"][3] == {"title": "AHT today by agent", "message": "AHT today by agent"}
    become(slack.engine, ANA, "manager")
    await slack.do("home", user=ANA, tab="messages")
    assert (await pinned(slack, 3))[2]["prompts"][2]["message"] == "Avance de meta por supervisor"


async def test_a_stranger_is_offered_the_way_in(slack: World) -> None:
    dm = await slack.dm(EXTERNAL)
    (offered,) = await pinned(slack, 1)
    assert [each["title"] for each in offered["prompts"]] == ["¿Cómo obtengo acceso?"]
    await slack.say(EXTERNAL, dm, offered["prompts"][0]["message"])
    assert EXTERNAL in (await slack.answers(dm))[0]["text"]
