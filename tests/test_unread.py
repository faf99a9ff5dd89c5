"""Words that nobody could read: counted, by language, with nobody's name and no number in sight."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.__main__ import main
from bot.unread import Unread, unread_words
from db.audit import Entry, record
from db.engine import open_engine, reading, writing
from db.migrate import upgrade
from db.tables.reference import people
from tests import house_rows
from tests.reading_agency import NOW, reader

tables, engine = house_rows.tables, house_rows.engine


def people_of(engine: Engine) -> None:
    with writing(engine) as connection:
        for n, language in ((7, "es"), (8, "en"), (9, "es")):
            row = {"id": n, "employee_no": f"E{n}", "name": f"P{n}", "role": "manager"}
            connection.execute(people.insert().values(**row, language=language, nicknames=""))


def asked(engine: Engine, said: str, person: int = 7, outcome: str = "clarify", days: int = 0) -> None:
    at = NOW - timedelta(days=days)
    entry = Entry(at, person, f"U{person}", "dm", "D1", said, None, outcome, "unknown_term", 0, 1)
    with writing(engine) as connection:
        record(connection, entry)


def told(engine: Engine, days: int | None = None) -> list[Unread]:
    since = None if days is None else (NOW - timedelta(days=days)).date()
    with reading(engine) as connection:
        return unread_words(connection, reader(), since)


def test_a_word_is_counted_by_language_with_a_covered_example(engine: Engine) -> None:
    people_of(engine)
    asked(engine, "recuperado chiripa de Ana Ruiz ayer con 4471 cuentas", days=3)
    asked(engine, "tmo chiripa por campaña")
    asked(engine, "calls bonanza yesterday", person=8)
    asked(engine, "recuperado chiripa", outcome="answer")
    first, second = told(engine)
    assert (first.word, first.language, first.count, first.last) == ("chiripa", "es", 2, NOW.date())
    assert first.example == "recuperado chiripa de … ayer con … cuentas"
    assert (second.word, second.language, second.count) == ("bonanza", "en", 1)
    assert [each.count for each in told(engine, days=1) if each.word == "chiripa"] == [1]


@pytest.mark.parametrize(
    "said",
    [
        "recuperado de Zutano Mengueche ayer",  # written as names are
        "recuperado de zutano ayer",  # stands where a name stands, and one person typed it
        "recuperado de guadalupe mengueche ayer",  # beside a name
        "cuenta AB44719 chidísima9 ayer",  # digits
        "recuperado de 5512345678",
    ],
)
def test_no_name_and_no_number_is_listed(engine: Engine, said: str) -> None:
    people_of(engine)
    asked(engine, said)
    assert told(engine) == []


def test_where_a_name_may_stand_it_takes_two_people(engine: Engine) -> None:
    people_of(engine)
    asked(engine, "recuperado de chiripa", person=7)
    assert told(engine) == []
    asked(engine, "tmo de chiripa", person=9)
    assert [(each.word, each.count) for each in told(engine)] == [("chiripa", 2)]


def test_a_word_learnt_since_is_gone(engine: Engine) -> None:
    people_of(engine)
    asked(engine, "rodamiento por campaña ayer")  # not known when it was asked back
    assert told(engine) == []


def test_the_command_lists_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'cartera.db'}"
    engine = open_engine(url)
    upgrade(engine)
    monkeypatch.setenv("DATABASE_URL", url)
    assert main(["unread", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    people_of(engine)
    asked(engine, "recuperado chiripa ayer")
    engine.dispose()
    assert main(["unread", "--json", "--since", "2026-11-01"]) == 0
    (word,) = json.loads(capsys.readouterr().out)
    assert (word["word"], word["count"], word["last"]) == ("chiripa", 1, "2026-11-18")
    assert main(["unread"]) == 0
    assert "recuperado chiripa ayer" in capsys.readouterr().out
    assert main(["unread", "--since", "2026-11-19"]) == 0
    assert "chiripa" not in capsys.readouterr().out
    assert main(["unread", "--since", "pronto"]) == 2
