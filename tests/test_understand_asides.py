"""Asides, lists asked for at the end, orders after who is away: read whole, or asked about."""

from typing import Any

import pytest

from bot.understand import reading
from bot.understand.asides import without_asides
from tests.reading_agency import read

ASIDES = (
    ("anula el convenio de la cuenta 66120, el documento salió mal", "cancel_agreement"),
    ("the debtor backed out, cancel the agreement on account 50991", "cancel_agreement"),
    ("El titular pidió no ser contactado: marca la cuenta 10023 como no llamar.", "set_do_not_call"),
    ("stay rate by product for September, I need it for a slide", "kpi"),
)


@pytest.mark.parametrize(("text", "intent"), ASIDES)
def test_a_known_aside_takes_nothing_from_the_request(text: str, intent: str) -> None:
    got = read(text)
    assert (got.outcome, got.intent) == ("question" if intent == "kpi" else "action", intent)


@pytest.mark.parametrize(("text", "intent"), ASIDES)
def test_without_the_list_of_asides_it_is_asked(
    text: str, intent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def untouched(said: str) -> str:
        return said

    monkeypatch.setattr(reading, "without_asides", untouched)
    assert read(text).outcome == "clarify", intent


@pytest.mark.parametrize(
    "text",
    [
        "el documento no salió mal, anula el convenio de la cuenta 66120",
        "anula el convenio de la cuenta 66120, el documento salió mal en la 66121",
        "anula el convenio de la cuenta 66120 que el documento salió mal",
        "the debtor backed out of 2 agreements, cancel the agreement on account 50991",
        "roll rate by bucket, I need it for a slide about Ana Ruiz",
        "El titular pidió no ser contactado: quita la cuenta 10023 de no llamar.",
        "El titular pidió que le llamen: marca la cuenta 10023 como no llamar",
    ],
)
def test_an_aside_that_says_more_stays_and_is_asked_about(text: str) -> None:
    assert without_asides(text) == text
    assert read(text).outcome == "clarify"


def test_what_is_noted_is_no_aside() -> None:
    got = read("pon una nota en la 66120: el documento salió mal")
    assert (got.fields or {})["text"] == "el documento salió mal"
    assert without_asides("cierra el incumplimiento 12, el documento salió mal").endswith("mal")


@pytest.mark.parametrize(
    ("text", "outcome", "intent"),
    [
        ("mis cuentas de 31-60, muéstramelas", "list", "accounts"),
        ("pagos de ayer, muéstramelos", "list", "payments"),
        ("hay convenios por autorizar? pásame la lista", "list", "agreements"),
        ("Liste por favor las cuentas especiales", "list", "accounts"),
        ("cuántas cuentas tengo, muéstramelas por bucket", "question", "kpi"),
        ("cuántas promesas rotas hubo ayer, dámelas por agente", "question", "kpi"),
        ("las cuentas de Pedro Gil, pásalas", "clarify", "reassign_accounts"),
    ],
)
def test_a_list_asked_for_at_the_end(text: str, outcome: str, intent: str) -> None:
    got = read(text)
    assert (got.outcome, got.intent) == (outcome, intent)


AWAY: dict[str, Any] = {"to_agents": ["Ana Torres", "Jorge Ramírez"], "scope": "all"}


def test_whose_accounts_are_given_away() -> None:
    got = read("Omar Mora no vino, reparte sus cuentas entre Ana Torres y Jorge Ramírez")
    assert (got.outcome, got.fields) == ("action", {"from_agent": "Omar Mora Díaz", **AWAY})


@pytest.mark.parametrize(
    "text",
    [
        "Omar Mora no vino, reparte las cuentas de Rosa Lara entre Ana Torres y Jorge Ramírez",
        "Luis no vino, reparte sus cuentas entre Ana Torres y Jorge Ramírez",
    ],
)
def test_of_two_who_may_be_meant_none_is_taken(text: str) -> None:
    assert read(text).outcome == "clarify"


@pytest.mark.parametrize(
    "text",
    [
        "ojo: no marques la cuenta 10023 como no llamar",
        "a Omar Mora no le asignes el curso CONDUSEF",
        "Omar Mora no vino, no repartas sus cuentas entre Ana Torres y Jorge Ramírez",
        "the debtor backed out, do not cancel the agreement on account 50991",
    ],
)
def test_a_no_does_nothing(text: str) -> None:
    assert read(text).outcome == "none"


@pytest.mark.parametrize(
    "text",
    [
        "would you share Ana Ruiz's portfolio with Pedro Gil",
        "recuperado de Ana Ruiz, o sea Pedro Gil",
        "how much land did we recover",
        "AHT of agents logged in today",
        "La cuenta 77310 no debe quedar marcada como especial; márquela",
        "a quién no le asignaron cuentas ayer",
        "necesito que me dé 10 cuentas de Pedro Gil a Rosa Lara",
    ],
)
def test_what_only_looks_like_it_is_asked(text: str) -> None:
    assert read(text).outcome == "clarify"
