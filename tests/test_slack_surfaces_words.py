"""What follows /cartera and the shortcut on a message: sub-commands, what is nearly one, and questions."""

import asyncio

import pytest

from bot.slack.forms.options import catalogue
from bot.slack.subcommands import WORDS, Sub, metric_called, parse
from db.metrics import Metric, Planned
from tests.slack_world import (
    ANA,
    AWAY,
    CLIENTE,
    EXTERNAL,
    FLOOR,
    GLORIA,
    JSON,
    LAURA,
    MARCO,
    World,
    labels,
    shown,
)
from tests.surface_hands import Hands

pytest_plugins = ("tests.slack_fixtures",)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", Sub("help")),
        ("  ", Sub("help")),
        ("ayuda", Sub("help")),
        ("AYUDA.", Sub("help")),
        ("help", Sub("help")),
        ("define roll rate", Sub("define", "roll rate")),
        ("definición TMO", Sub("define", "TMO")),
        ("define ¿qué?", Sub("question", "define ¿qué?")),
        ("cuenta 4001234567", Sub("account", "4001234567")),
        ("account 00A", Sub("account", "00A")),
        ("buscar 12-3/4", Sub("account", "12-3/4")),
        ("cuenta", Sub("search")),
        ("buscar", Sub("search")),
        ("search", Sub("search")),
        ("preguntar", Sub("ask")),
        ("ask", Sub("ask")),
        ("inicio", Sub("home")),
        ("home", Sub("home")),
        ("números", Sub("numbers")),
        ("numbers", Sub("numbers")),
        ("ayda", Sub("near", "ayuda", "ayda")),
        ("cuneta 4001", Sub("near", "cuenta 4001", "cuneta 4001")),
        ("numerso", Sub("near", "numeros", "numerso")),
        ("acount 00A", Sub("near", "account 00A", "acount 00A")),
    ],
)
def test_read_as(text: str, meant: Sub) -> None:
    assert parse(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "¿roll rate esta semana por campaña?",
        "ayuda con el roll rate",
        "números de Laura de este mes",
        "numbers of my team",
        "cuenta cuántas promesas hay",
        "cuentas",
        "cuentas por cliente",
        "cuánta recuperación",
        "ask how much we recovered",
        "inicio de mes por campaña",
        "define la meta de Laura",
        "home office",
        "contacto hoy",
        "TMO",
        "meta",
        "hola",
        "qué onda",
    ],
)
def test_a_question_is_never_swallowed(text: str) -> None:
    assert parse(text).kind == "question"


def every_metric() -> list[Metric | Planned]:
    return [*catalogue().metrics.values(), *catalogue().planned.values()]


def test_no_word_for_a_kpi_is_taken_for_a_sub_command() -> None:
    phrases = [phrase for metric in every_metric() for phrase in (*metric.words.es, *metric.words.en)]
    assert [phrase for phrase in phrases if parse(phrase).kind != "question"] == []


def test_every_kpi_can_be_defined_by_its_name() -> None:
    for metric in every_metric():
        assert metric_called(metric.label.es) is not None
        assert metric_called(metric.label.en) is not None
    assert metric_called("no existe") is None


def test_every_word_means_something() -> None:
    assert {parse(f"{word} {rest}".strip()).kind for word in WORDS for rest in ("", "7", "tmo")} == {
        "help",
        "define",
        "account",
        "search",
        "ask",
        "home",
        "numbers",
        "question",
    }


# --- Done over real sockets -------------------------------------------------------------------------------


async def told(slack: World, user: str, text: str, channel: str = FLOOR, n: int = 1) -> JSON:
    """The word that only she sees."""
    await Hands(slack, user).slash(text, channel)
    async with asyncio.timeout(10):
        while len(found := [m for m in await slack.messages(channel, user) if m["ephemeral"]]) < n:
            await asyncio.sleep(0.02)
    assert await slack.messages(channel, GLORIA if user != GLORIA else LAURA) == []
    return found[-1]


@pytest.mark.parametrize("channel", [FLOOR, AWAY])
@pytest.mark.parametrize("text", ["", "ayuda"])
async def test_help_by_example_for_the_asker_alone(slack: World, text: str, channel: str) -> None:
    said = await told(slack, ANA, text, channel)
    assert "`/cartera Mis llamadas de hoy`" in said["text"]
    assert "/cartera cuenta" in said["text"]


async def test_help_speaks_her_language_and_of_her_rights(slack: World) -> None:
    assert "`/cartera AHT today by agent`" in (await told(slack, MARCO, "help"))["text"]
    assert "/cartera cuenta" not in (await told(slack, CLIENTE, "ayuda"))["text"]
    assert EXTERNAL in (await told(slack, EXTERNAL, "ayuda"))["text"]


async def test_every_kpi_from_the_help(slack: World) -> None:
    await slack.click(ANA, await told(slack, ANA, "ayuda"), "Ver todos los indicadores")
    async with asyncio.timeout(10):
        while len(found := await slack.messages(FLOOR, ANA)) < 2:
            await asyncio.sleep(0.02)
    assert "Qué puedes preguntar" in found[1]["text"]
    assert found[1]["ephemeral"]


async def test_a_definition_for_the_asker_alone(slack: World) -> None:
    said = await told(slack, LAURA, "define roll rate")
    assert "bucket peor" in said["text"]


async def test_ones_numbers_for_the_asker_alone(slack: World) -> None:
    said = await told(slack, LAURA, "números")
    assert "Mis números" in shown(said)
    assert "Monto recuperado: $" in said["text"]
    assert (LAURA, "home", LAURA, "answer") in slack.audited()


async def test_where_home_is(slack: World) -> None:
    assert "slack://app?team=T1&id=A" in (await told(slack, LAURA, "inicio"))["text"]


async def test_what_is_nearly_a_sub_command_is_offered_and_can_be_asked_as_it_is(slack: World) -> None:
    said = await told(slack, LAURA, "numerso")
    assert "`/cartera numeros`" in said["text"]
    assert labels(said) == ["Preguntarlo como lo escribí"]
    await slack.click(LAURA, said, labels(said)[0])
    async with asyncio.timeout(10):
        while len(found := await slack.messages(FLOOR, LAURA)) < 2:
            await asyncio.sleep(0.02)
    assert found[1]["ephemeral"]
    assert "¿Qué indicador quieres ver?" in found[1]["text"]


async def test_a_question_is_answered_in_the_channel(slack: World) -> None:
    await Hands(slack, LAURA).slash("TMO de hoy por asesor", FLOOR)
    (answer,) = await slack.settled(FLOOR, 1)
    assert "TMO" in answer["text"]


# --- The shortcut on a message ------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", [FLOOR, AWAY])
async def test_anothers_message_is_answered_to_who_chose_it_alone(slack: World, channel: str) -> None:
    ts = await slack.say(GLORIA, channel, "mis llamadas de hoy")
    where = {"channel": channel, "ts": ts}
    assert (await slack.do("shortcut", user=ANA, callback_id="ask_this", **where))["acked"]
    async with asyncio.timeout(10):
        while not (found := await slack.messages(channel, ANA)):
            await asyncio.sleep(0.02)
    assert found[0]["ephemeral"]
    assert "Llamadas" in found[0]["text"]
    assert await slack.messages(channel, GLORIA) == []


async def test_who_chose_it_is_whose_rights_count(slack: World) -> None:
    ts = await slack.say(GLORIA, FLOOR, "TMO de hoy de Carla Méndez")
    await slack.do("shortcut", user=LAURA, callback_id="ask_this", channel=FLOOR, ts=ts)
    async with asyncio.timeout(10):
        while not (found := await slack.messages(FLOOR, LAURA)):
            await asyncio.sleep(0.02)
    assert "solo puedes ver" in found[0]["text"]
