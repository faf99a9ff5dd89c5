"""One account in a sentence: its card, its marks and holds, whose target it is; and what is asked."""

from typing import Any

import pytest

from tests.reading_agency import read

CARDS = (
    "cuenta 4471",
    "¿cómo está la 4471?",
    "ficha de la cuenta 4471",
    "muéstrame la cuenta 4471",
    "show me account 4471",
    "how is account 4471 doing?",
)
ORDERS: list[tuple[str, str, dict[str, Any]]] = [
    ("marca la 4471 como especial", "flag_special", {"account": "4471", "value": True}),
    ("no llamen a la 4471", "set_do_not_call", {"account": "4471", "value": True}),
    ("quita la 4471 de no llamar", "set_do_not_call", {"account": "4471", "value": False}),
    ("anota en la 4471: llamar por la tarde", "add_note", {"account": "4471", "text": "llamar por la tarde"}),
    ("retén la 4471", "add_hold", {"account": "4471"}),
    ("pon en pausa la 4471 por ARCO", "add_hold", {"account": "4471", "kind": "arco"}),
    ("registra una queja en la cuenta 4471", "add_hold", {"account": "4471", "kind": "complaint"}),
    ("libera la 4471", "release_hold", {"account": "4471"}),
    ("quita la queja de la 4471", "release_hold", {"account": "4471"}),
]


@pytest.mark.parametrize("text", CARDS)
def test_an_account_alone_is_its_card(text: str) -> None:
    got = read(text)
    assert (got.outcome, got.intent, got.fields) == ("question", "account", {"account": "4471"})


@pytest.mark.parametrize("text", ["cuenta 4471 y 4472", "cuenta 4471 sin promesas", "cuentas por bucket"])
def test_anything_more_is_no_card(text: str) -> None:
    assert read(text).intent != "account"


@pytest.mark.parametrize(("text", "intent", "slots"), ORDERS)
def test_a_mark_is_read_by_the_number_alone(text: str, intent: str, slots: dict[str, Any]) -> None:
    got = read(text)
    assert (got.outcome, got.intent, got.fields, got.unread) == ("action", intent, slots, ())


def test_what_is_forbidden_does_nothing() -> None:
    assert read("no marques la cuenta 4471 como especial").outcome == "none"
    assert read("no retengas la cuenta 4471").outcome == "none"


def test_two_reasons_or_none_that_is_known_are_asked() -> None:
    both = read("retén la cuenta 4471 por fraude y queja")
    assert (both.outcome, both.about) == ("clarify", "slot:kind")
    assert read("retén la cuenta 4471 por capricho").about == "unknown_term"


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("pon la meta del cliente de recuperación de Banco Alameda en 850 mil", "CLIENTE"),
        ("set the client's target of recovered amount for Banco Alameda at 850k", "CLIENTE"),
        ("pon la meta interna de recuperación de Banco Alameda en 850 mil", "INTERNA"),
        ("pon la meta del cliente Banco Alameda de recuperación en 850 mil", None),
        ("pon la meta de recuperación de Banco Alameda en 850 mil", None),
    ],
)
def test_whose_promise_a_target_is(text: str, owner: str | None) -> None:
    got = read(text)
    assert (got.outcome, got.intent) == ("action", "set_target")
    assert got.fields is not None
    assert got.fields.get("owner") == owner
    assert got.fields["client"] == "Banco Alameda"


def test_a_budget_is_no_target() -> None:
    got = read("pon el presupuesto de costo de Banco Alameda en 200 mil para diciembre")
    assert got.outcome == "action"
    assert got.fields == {
        "plan": "budget",
        "metric": "cost",
        "client": "Banco Alameda",
        "period": {"start": "2026-12-01", "end": "2026-12-31"},
        "value": "200000.00",
    }
