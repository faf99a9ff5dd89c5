# ruff: noqa: E501 (a row is easier to read in one piece)
"""Lists and reports: which rows, over which days, in what order; and amounts as people say them."""

from decimal import Decimal
from typing import Any

import pytest

from bot.understand.deeds.numbers import numbers
from tests.reading_agency import read


def _filters(text: str) -> list[tuple[str, str, Any]]:
    got = read(text)
    assert got.outcome in ("list", "report"), got
    assert got.fields is not None
    return [(f["field"], f["op"], f["value"]) for f in got.fields["filters"]]


@pytest.mark.parametrize(
    ("text", "intent", "fields"),
    [
        (
            "cuentas con más de 60 días sin contacto de Alameda ordenadas por saldo",
            "accounts",
            {"order": "balance", "limit": None, "period": None},
        ),
        (
            "promesas que vencen mañana del equipo de Rocío",
            "promises",
            {"period": {"start": "2026-11-19", "end": "2026-11-19"}, "order": None},
        ),
        ("top 20 cuentas por saldo", "accounts", {"order": "balance", "limit": 20, "filters": []}),
        ("dame las 10 cuentas con menor saldo", "accounts", {"order": "balance asc", "limit": 10}),
        ("list accounts in Jalisco sorted by days past due", "accounts", {"order": "days_past_due"}),
        ("lista las promesas que vencen esta semana", "promises", {"period": {"start": "2026-11-16", "end": "2026-11-22"}}),
        ("bitácora de ayer", "audit", {"period": {"start": "2026-11-17", "end": "2026-11-17"}}),
        ("qué alertas siguen abiertas", "alerts", {"period": None}),
        ("qué pagos entraron ayer", "payments", {"filters": []}),
    ],
)  # fmt: skip
def test_a_list_is_read(text: str, intent: str, fields: dict[str, Any]) -> None:
    got = read(text)
    assert (got.outcome, got.intent) == ("list", intent)
    assert got.fields is not None
    assert {name: got.fields[name] for name in fields} == fields
    assert list(got.fields) == ["filters", "period", "order", "limit"]


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        (
            "cuentas con más de 60 días sin contacto de Alameda ordenadas por saldo",
            [("client", "eq", "Banco Alameda"), ("last_contact", "not_in_period", 60)],
        ),
        ("lista las cuentas sin castigos de Tienda Sur", [("bucket", "ne", "castigo"), ("client", "eq", "Tienda Sur")]),
        ("qué promesas se cayeron ayer", [("status", "eq", "broken")]),
        ("lista los convenios activos de Rocío", [("supervisor", "eq", "Rocío Salgado"), ("status", "eq", "active")]),
        ("lista los incumplimientos de la regla R01", [("rule", "eq", "R01")]),
        ("lista las promesas de más de 10 mil que vencen mañana", [("amount", "gt", 10_000)]),
        ("lista las cuentas de mi equipo", [("supervisor", "eq", "@me")]),
        ("saca un listado de las cuentas en 91-120", [("bucket", "eq", "91-120")]),
        ("saca el reporte semanal de Tienda Sur", [("client", "eq", "Tienda Sur")]),
    ],
)  # fmt: skip
def test_its_rows_are_those_asked_for(text: str, filters: list[tuple[str, str, Any]]) -> None:
    assert _filters(text) == filters


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("scorecard de Ana Ruiz", "scorecard"),
        ("mándame el reporte semanal de Banco Alameda", "weekly"),
        ("monthly report for Tienda Sur", "monthly"),
        ("resumen ejecutivo de octubre", "executive"),
        ("el reporte de gestiones de ayer", "contacts"),
    ],
)
def test_a_report_asked_for_by_name(text: str, intent: str) -> None:
    got = read(text)
    assert (got.outcome, got.intent) == ("report", intent)
    assert set(got.fields or {}) == {"filters", "period"}


@pytest.mark.parametrize(
    "text",
    [
        "lista las cuentas con sobregiro",
        "lista las cuentas de Ana Ruiz con promesa dudosa",
        "lista las cuentas de zutano",
        "lista las cuentas que no tienen promesa",
        "cuentas de Alameda ordenadas por zutano",
        "resumen ejecutivo de zutano",
    ],
)
def test_a_word_nobody_reads_is_asked_about(text: str) -> None:
    got = read(text)
    assert (got.outcome, got.about) == ("clarify", "unknown_term")
    assert got.unread


@pytest.mark.parametrize(
    "text",
    [
        *("cuántas cuentas hay en 61-90", "cuentas por cliente", "promesas que vencen mañana por agente"),
        *("promesas para mañana", "qué agente tiene más cuentas", "reporte de recuperación por agente"),
    ],
)
def test_a_number_is_still_a_question(text: str) -> None:
    assert read(text).outcome == "question"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12 mil 500", "12500"),
        ("medio millon", "500000"),
        ("half a million", "500000"),
        ("12.5k", "12500"),
        ("doce mil quinientos", "12500"),
        ("dos millones y medio", "2500000"),
        ("$4,500.50", "4500.50"),
        ("mil quinientos", "1500"),
        ("six thousand", "6000"),
        ("five hundred", "500"),
        ("treinta y cinco", "35"),
        ("1.5 mdp", "1500000"),
        ("cuatro mil doscientos treinta y uno", "4231"),
        ("un millon doscientos mil", "1200000"),
    ],
)
def test_an_amount_in_words_is_the_amount(text: str, value: str) -> None:
    found = list(numbers(text))
    assert [n.value for n in found] == [Decimal(value)]
    assert (found[0].start, found[0].end) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "count"), [("5,000 6,000", 2), ("la cuenta a-4471", 0), ("10 y 20", 2), ("uno de ellos", 0)]
)
def test_two_numbers_are_not_one(text: str, count: int) -> None:
    assert len(list(numbers(text))) == count
