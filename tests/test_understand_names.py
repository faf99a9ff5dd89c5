"""Who is meant: exact forms resolve, near and shared ones are asked, no name is read as a date."""

import pytest

from bot.understand.names import NameIndex
from db.access import Named, Names
from tests.reading_agency import fields, read


@pytest.mark.parametrize(
    ("text", "field", "name"),
    [
        ("TMO de Ana Ruiz", "agent", "Ana Ruiz"),
        ("TMO de ana ruiz", "agent", "Ana Ruiz"),
        ("TMO de Pedro", "agent", "Pedro Gil"),
        ("TMO de Lara", "agent", "Rosa Lara"),
        ("TMO de Karla", "agent", "Karla Mendoza"),
        ("TMO de Carla Méndez", "agent", "Carla Méndez"),
        ("TMO de Maria Jose Lopez", "agent", "María José López"),
        ("TMO de Chío", "supervisor", "Rocío Salgado"),
        ("TMO del equipo de Laura", "supervisor", "Laura Beltrán"),
        ("Laura's team AHT", "supervisor", "Laura Beltrán"),
        ("TMO de la gente de Rocío", "supervisor", "Rocío Salgado"),
        ("roll rate de alameda", "client", "Banco Alameda"),
        ("roll rate de la campaña alameda tardia", "campaign", "Alameda Tardía"),
        ("AHT for E103", "agent", "Luis Guerrero"),
        ("TMO de Sofia Canno", "agent", "Sofía Cano"),
        ("roll rate de Banco Almeda", "client", "Banco Alameda"),
        ("TMO del equipo de Rozio", "supervisor", "Rocío Salgado"),
    ],
)
def test_a_known_form_resolves(text: str, field: str, name: str) -> None:
    assert fields(text)["filters"] == [{"field": field, "op": "eq", "value": name}]


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("TMO de Ana", {"Ana Ruiz", "Ana Torres"}),
        ("TMO de Luis", {"Luis Guerrero", "Luis Ortega"}),
        ("TMO de Karla Mendez", {"Karla Mendoza", "Carla Méndez"}),
        ("TMO de Carla Mendoza", {"Karla Mendoza", "Carla Méndez"}),
        ("TMO de Ana Gil", {"Ana Ruiz", "Ana Torres", "Pedro Gil"}),
        ("TMO de Rosal", {"Rosa Lara"}),
    ],
)
def test_a_shared_or_near_form_is_asked(text: str, candidates: set[str]) -> None:
    got = read(text)
    assert got.outcome == "clarify"
    assert (got.about or "").startswith("entity:")
    assert candidates <= set(got.candidates)


def test_each_candidate_is_a_whole_request() -> None:
    got = read("TMO de Ana por campaña ayer")
    chosen = {c.label: c.fields for c in got.choices}
    assert set(chosen) == {"Ana Ruiz", "Ana Torres"}
    assert chosen["Ana Ruiz"]["metric"] == "aht"
    assert chosen["Ana Ruiz"]["dims"] == ["campaign"]
    assert chosen["Ana Ruiz"]["filters"] == [{"field": "agent", "op": "eq", "value": "Ana Ruiz"}]


def test_an_excluded_name_that_is_shared_offers_exclusions() -> None:
    got = read("recuperado por agente sin Ana")
    assert {c.fields["filters"][0]["op"] for c in got.choices} == {"ne"}


def test_a_persons_name_is_no_month_and_no_state() -> None:
    assert fields("TMO de Abril Domínguez")["period"] is None
    assert fields("recuperado de Abril Domínguez en abril")["period"]["start"] == "2026-04-01"
    assert fields("recuperado en Guerrero")["filters"][0]["value"] == "Guerrero"
    assert read("recuperado de Abril ayer").about == "entity:agent"
    assert fields("recuperación de abril")["filters"] == []


def test_namesakes_with_codes_are_candidates() -> None:
    names = NameIndex(
        Names((Named("agent", 1, "E1", "Ana Ruiz (E1)"), Named("agent", 2, "E2", "Ana Ruiz (E2)")))
    )
    match = names.match(("ana", "ruiz"), 0)
    assert match is not None
    assert len(match.candidates) == 2


def test_a_person_who_leads_and_works_is_asked_unless_the_split_tells() -> None:
    from datetime import UTC, datetime

    from bot.understand import Reader
    from db.metrics import load_catalogue

    both = Names((Named("agent", 1, "E1", "Rita Sosa"), Named("supervisor", 1, "E1", "Rita Sosa")))
    one = Reader(load_catalogue(), both)
    now = datetime(2026, 11, 18, 18, tzinfo=UTC)
    assert one.read("TMO de Rita", now=now).outcome == "clarify"
    split = one.read("TMO por agente de Rita Sosa", now=now)
    assert split.outcome == "question"
    assert split.fields is not None
    assert split.fields["filters"][0]["field"] == "supervisor"
