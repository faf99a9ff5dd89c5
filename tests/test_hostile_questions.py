"""Odd questions, and many at once: each gets a sentence, and the same person the same number."""

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select

from bot.app import App, build
from bot.desk import Outcome, Place, Who
from bot.settings import Settings
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.engine import open_engine, reading, writing
from db.tables import metadata
from db.tables.house import audit
from tests.conftest import empty_database
from tests.small import ANA, CLIENTE, GLORIA, LAURA, NOW, fill

DM = Place("dm", "D1")
AT_ONCE = 50
SAID = {"answer", "clarify", "refuse", "denied", "help", "smalltalk", "none"}

# What was typed, and whether a number may come back.
ODD = [
    ("🙂🙂🙂", False),
    ("\u200b\u200b", False),
    ("¿" * 1999, False),
    ("x" * 5000, False),
    ("'; drop table people; --", False),
    ("recuperado ayer'; delete from people where '1'='1", False),
    ("recuperado de ' OR 1=1 --", False),
    ("<!channel> recuperado ayer", False),
    ("recuperado{0} %s {metric}", False),
    ("recuperado el 31 de noviembre", False),
    ("recuperado del 1 al 31 de febrero", False),
    ("recuperado 2026-13-01", False),
    ("recuperado el 13/14/2026", False),
    ("recuperado 9999-12-31", False),
    ("recuperado semana 60", False),
    ("recuperado en 2027", False),
    ("recuperado de mañana", False),
    ("recuperado por día los últimos 10 años", False),
    ("recuperado últimos 10000000000000000000000 días", False),
    ("top 0 campañas por recuperado", False),
    ("top -5 asesores por recuperado", False),
    ("llamadas a las 25:00", False),
    ("recuperado de Alameda sin Alameda", False),
    ("saldo con más de 99999 días de mora", False),
    ("\u202erecuperado\u202c este mes", True),
    ("recu\u200bperado este mes", True),
    ("\x00recuperado\x00 este mes", True),
    ("recuperado\n\n\neste mes", True),
    ("recuperado top ５ campañas este mes", True),
    ("recuperado el 29 de febrero de 2024", False),
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with empty_database(request.param, request, tmp_path_factory.mktemp("odd")) as url:
        engine: Engine = open_engine(url)
        metadata.create_all(engine)
        with writing(engine) as connection:
            fill(connection)
        refresh(engine, load_calendars(), now=NOW)
        yield build(Settings(), engine=engine)
        engine.dispose()


def ask(app: App, text: str, person: int = GLORIA, thread: str | None = None) -> Outcome:
    return app.desk.ask(text, who=Who("slack", f"U{person}"), place=DM, thread=thread, now=NOW)


@pytest.mark.parametrize(("text", "numbered"), ODD)
def test_an_odd_question_gets_a_sentence(app: App, text: str, numbered: bool) -> None:
    outcome = ask(app, text)
    assert outcome.outcome in SAID
    assert outcome.text.strip()
    assert (outcome.answer is not None and bool(outcome.answer.rows)) is numbered


@pytest.mark.parametrize("text", ["recuperado", "roll rate por campaña", "aging", "TMO", "llamadas por hora"])
def test_an_empty_agency_says_that_nothing_is_loaded(engine: Engine, text: str) -> None:
    outcome = build(Settings(), engine=engine).desk.ask(
        text, who=Who("cli", "x"), place=Place("cli", "cli"), thread=None, now=NOW
    )
    assert (outcome.outcome, outcome.about) == ("refuse", "no_data")


def test_fifty_at_once_get_what_each_would_alone(app: App) -> None:
    asked = [
        (text, person)
        for text in ("recuperado por campaña este mes", "llamadas por asesor este mes")
        for person in (GLORIA, LAURA, ANA, CLIENTE)
    ]
    alone = {each: ask(app, *each).text for each in asked}

    def one(number: int) -> tuple[tuple[str, int], str]:
        text, person = asked[number % len(asked)]
        return (text, person), ask(app, text, person, thread=f"t{number % 7}").text

    with reading(app.engine) as connection:
        before = connection.execute(select(func.count()).select_from(audit)).scalar_one()
    found: dict[tuple[str, int], set[str]] = defaultdict(set)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for each, text in pool.map(one, range(AT_ONCE)):
            found[each].add(text)
    assert found == {each: {text} for each, text in alone.items()}
    with reading(app.engine) as connection:
        after = connection.execute(select(func.count()).select_from(audit)).scalar_one()
    assert after - before == AT_ONCE
