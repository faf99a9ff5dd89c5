"""A name that nobody in the agency bears is asked about as typed: never mended, dropped or guessed at."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.understand import Reader
from bot.understand.names import akin
from bot.understand.normalise import key_of
from db.access import Named, Names
from tests.reading_agency import NOW, agency, read, reader


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("llamadas de Arturo ayer", "Arturo"),
        ("TMO de Arturo", "Arturo"),
        ("TMO de arturo", "arturo"),
        ("LLAMADAS DE ARTURO", "ARTURO"),
        ("recuperado de Dario ayer", "Dario"),
        ("recuperado de Tomas ayer", "Tomas"),
        ("llamadas de Carlos ayer", "Carlos"),
        ("recuperado para Cayero ayer", "Cayero"),
        ("promesas generadas de Ayerdi", "Ayerdi"),
        ("llamadas del equipo de Arturo ayer", "Arturo"),
        ("¿quién faltó ayer?", "faltó"),
    ],
)
def test_a_stranger_is_asked_about_as_typed(text: str, word: str) -> None:
    got = read(text)
    assert got.outcome == "clarify"
    assert got.unread == (word,)
    assert (got.about or "").startswith(("entity:", "unknown_term"))
    assert got.repairs == ()


@pytest.mark.parametrize("text", ["TMO de Marta", "TMO de marta", "LLAMADAS DE MARTA"])
def test_a_name_is_not_a_weekday(text: str) -> None:
    """Marta was read as "martes", and answered for that day."""
    got = read(text)
    assert (got.outcome, got.about, got.candidates) == ("clarify", "entity:agent", ("María José López",))


def _without_pedro() -> Names:
    return Names(tuple(n for n in agency().entries if "Pedro" not in n.display))


@pytest.mark.parametrize("text", ["llamadas de Pedro ayer", "llamadas de pedro ayer", "llamadas de Pedro"])
def test_a_name_of_nobody_is_not_a_filler_word(text: str) -> None:
    """Nobody called Pedro: one letter from "pero", and the whole agency's calls were answered."""
    got = Reader(reader().catalogue, _without_pedro()).read(text, now=NOW)
    assert got.outcome == "clarify"
    assert [w.casefold() for w in got.unread] == ["pedro"]


def test_no_repair_leads_to_a_filler_word() -> None:
    lexicon = reader().lexicon
    stops = {keys[0] for keys, entry in lexicon.phrases.items() if len(keys) == 1 and entry.kind == "stop"}
    assert key_of("pero") in stops
    assert not {key_of("pero"), key_of("cargo"), key_of("falta")} & set(lexicon.vocabulary)


def test_with_filler_words_to_mend_toward_a_word_is_lost() -> None:
    """What the rule prevents: "perro" taken for "pero", and the question answered without it."""
    careless = Reader(reader().catalogue, _without_pedro())
    words: Mapping[str, str] = {**careless.lexicon.vocabulary, "pero": "pero"}
    careless.lexicon = replace(
        careless.lexicon, vocabulary=words, sounds={"pero": "pero"}, common=frozenset({"pero"})
    )
    text = "llamadas perro ayer"
    assert careless.read(text, now=NOW).outcome == "question"
    assert read(text).unread == ("perro",)


@pytest.mark.parametrize(
    ("typed", "known", "alike"),
    [
        ("rita", "orta", False),
        ("mariana", "adrian", False),
        ("mariana", "marisol", False),
        ("nora", "mora", False),
        ("celia", "ceiba", False),
        ("clara", "carla", True),
        ("carla", "karla", True),
        ("canno", "cano", True),
        ("mendez", "mendoza", True),
        ("rozio", "rocio", True),
        ("gonzales", "gonzalez", True),
    ],
)
def test_names_are_alike_to_a_person(typed: str, known: str, alike: bool) -> None:
    assert akin(typed, known) is alike


def test_absurd_candidates_are_not_offered() -> None:
    people = ("Damián Esquivel Orta", "Adrián Manríquez Sosa", "Concepción Maldonado Aranda", "Citlali Mora")
    small = Reader(
        reader().catalogue, Names(tuple(Named("agent", n, f"E{n}", p) for n, p in enumerate(people, 1)))
    )
    for name in ("Rita", "Mariana", "Nora", "Marta"):
        got = small.read(f"TMO de {name}", now=NOW)
        assert (got.outcome, got.candidates, got.unread) == ("clarify", (), (name,))


def test_a_name_of_its_own_is_no_slip_for_another() -> None:
    one = Reader(reader().catalogue, Names((Named("agent", 1, "E1", "Daniela Quezada"),)))
    got = one.read("TMO de Daniel", now=NOW)
    assert (got.outcome, got.about, got.candidates) == ("clarify", "entity:agent", ("Daniela Quezada",))


@pytest.mark.parametrize(
    "text", ["recuperado de otubre", "saldo de la catera por cliente", "rekuperado ayer"]
)
def test_plain_slips_are_still_mended(text: str) -> None:
    got = read(text)
    assert got.outcome == "question"
    assert got.repairs
