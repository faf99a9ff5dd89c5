"""How accounts stand, said beside them: a promise that broke, days without being worked."""

from typing import Any

import pytest

from tests.reading_agency import read

ROTA, TRES = ("status", "eq", "broken"), ("last_contact", "not_in_period", 3)


def said(text: str) -> tuple[str, str | None, list[tuple[str, str, Any]]]:
    got = read(text)
    filters = (got.fields or {}).get("filters") or []
    return got.outcome, got.intent, [(f["field"], f["op"], f["value"]) for f in filters]


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        (
            "¿qué cuentas de 61-90 tienen promesa rota y nadie las ha tocado en 3 días?",
            [("bucket", "eq", "61-90"), ROTA, TRES],
        ),
        ("cuentas de 61-90 con promesa rota sin tocar en 3 días", [("bucket", "eq", "61-90"), ROTA, TRES]),
        ("accounts of 61-90 with broken promise untouched 3 days", [("bucket", "eq", "61-90"), ROTA, TRES]),
        ("lista las cuentas con promesa que vence mañana", [("promise", "eq", "due_tomorrow")]),
        ("lista las cuentas que tienen una promesa de pago vigente", [("status", "eq", "open")]),
        ("cuentas sin promesa vigente en 61-90", [("bucket", "eq", "61-90"), ("status", "ne", "open")]),
        ("lista las cuentas que no se han trabajado en tres días", [TRES]),
        ("list the accounts nobody has called in the last 3 days", [TRES]),
    ],
)  # fmt: skip
def test_it_picks_the_accounts(text: str, filters: list[tuple[str, str, Any]]) -> None:
    assert said(text) == ("list", "accounts", filters)


@pytest.mark.parametrize(
    "text",
    ["cuántas cuentas tienen promesa rota", "promesas rotas de ayer", "promesas rotas por agente"],
)
def test_a_number_is_still_asked_for(text: str) -> None:
    assert said(text)[:2] == ("question", "kpi")


@pytest.mark.parametrize(
    "text", ["cuentas con promesa dudosa", "lista las cuentas sin tocar en varios días", "cuentas sin tocar"]
)
def test_what_is_not_said_exactly_is_asked(text: str) -> None:
    assert said(text)[0] == "clarify"


def test_accounts_are_moved_by_how_they_stand() -> None:
    got = read("reasigna las cuentas de 61-90 con promesa rota a Ana Ruiz")
    assert (got.outcome, got.intent) == ("action", "reassign_accounts")
    assert [f["field"] for f in (got.fields or {})["filters"]] == ["bucket", "status"]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("cancela la promesa de la cuenta 10023", {"account": "10023"}),
        ("borra la promesa de 1500 pesos de la cuenta 10023", {"account": "10023", "amount": "1500.00"}),
        ("cancel the promise on account 10023", {"account": "10023"}),
    ],
)
def test_a_promise_is_cancelled(text: str, fields: dict[str, str]) -> None:
    got = read(text)
    assert (got.outcome, got.intent, got.fields) == ("action", "cancel_ptp", fields)


def test_a_promise_is_not_cancelled_where_it_is_denied() -> None:
    assert read("no canceles la promesa de la cuenta 10023").outcome == "none"
