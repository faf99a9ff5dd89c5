"""How accounts stand, said beside them: a promise that broke, days without being worked."""

from typing import Any

import pytest

from tests.reading_agency import read

ESTE_MES = ["2026-11-01", "2026-11-18"]
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
        ("cuentas sin contacto en 3 días", [TRES]),
        ("cuentas con 3 días sin contacto", [TRES]),
        ("accounts without contact in 3 days", [TRES]),
        ("lista las cuentas sin contacto este mes", [("last_contact", "not_in_period", ESTE_MES)]),
        ("cuentas con convenio incumplido", [("agreement", "eq", "broken")]),
        ("cuentas con convenio vigente de 61-90", [("bucket", "eq", "61-90"), ("agreement", "eq", "active")]),
        ("accounts with a broken agreement", [("agreement", "eq", "broken")]),
        ("cuentas sin pago este mes", [("last_payment", "not_in_period", ESTE_MES)]),
        ("cuentas que no han pagado en 45 días", [("last_payment", "not_in_period", 45)]),
        ("accounts that have not paid this month", [("last_payment", "not_in_period", ESTE_MES)]),
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
    "text",
    [
        "cuentas sin pago",
        "cuentas con promesa dudosa",
        "lista las cuentas sin tocar en varios días",
        "cuentas sin tocar",
    ],
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


@pytest.mark.parametrize(
    ("text", "intent", "fields"),
    [
        ("reasigna la 10023 a Ana Ruiz", "reassign_accounts", {"account": "10023", "to_agent": "Ana Ruiz"}),
        ("pasa la 10023 a Ana Ruiz", "reassign_accounts", {"account": "10023", "to_agent": "Ana Ruiz"}),
        (
            "reasigna las cuentas sin pago este mes a Ana Ruiz",
            "reassign_accounts",
            {
                "to_agent": "Ana Ruiz",
                "scope": "all",
                "filters": [{"field": "last_payment", "op": "not_in_period", "value": ESTE_MES}],
            },
        ),
        ("convenio en la 10023 con 15% de quita", "record_agreement", {"account": "10023", "discount": 0.15}),
        (
            "otro convenio en la 10023 por 5,000 en 2 quincenas el viernes",
            "record_agreement",
            {
                "account": "10023",
                "amount": "5000.00",
                "installments": 2,
                "frequency": "quincenal",
                "first_date": "2026-11-20",
            },
        ),
    ],
)  # fmt: skip
def test_it_is_an_order_about_that_one(text: str, intent: str, fields: dict[str, Any]) -> None:
    got = read(text)
    assert (got.outcome, got.intent, got.fields) == ("action", intent, fields)


@pytest.mark.parametrize("text", ["convenio de la cuenta 10023", "ver convenio de la 10023"])
def test_an_account_s_agreement_is_shown(text: str) -> None:
    got = read(text)
    assert (got.outcome, got.intent, got.fields) == ("report", "agreement", {"account": "10023"})


@pytest.mark.parametrize("day", ["31 de noviembre", "30 de febrero", "45 de mayo"])
@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("promesa de 500 en la 10023 para el {}", "slot:date"),
        ("convenio en la 10023 por 5,000 en 2 quincenas desde el {}", "slot:first_date"),
    ],
)
def test_a_day_no_calendar_has_is_asked(text: str, slot: str, day: str) -> None:
    got = read(text.format(day))
    assert (got.outcome, got.about) == ("clarify", slot)
