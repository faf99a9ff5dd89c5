"""What compliance and quality ask of the house itself is read whole, or left to others."""

from typing import Any

import pytest

from tests.reading_agency import read

ASKED: list[tuple[str, str, dict[str, Any]]] = [
    ("retención de datos", "retention", {}),
    ("¿qué datos se van a borrar?", "retention", {}),
    ("data retention policy", "retention", {}),
    ("revisión de accesos", "access_review", {}),
    ("¿quién tiene acceso?", "access_review", {}),
    ("who has access to what?", "access_review", {}),
    ("no conformidades abiertas", "nonconformities", {"only": "open"}),
    ("¿qué no conformidades hay?", "nonconformities", {}),
    ("overdue nonconformities", "nonconformities", {"only": "late"}),
    ("mejoras", "nonconformities", {"kind": "improvement"}),
    ("reporte semanal de cumplimiento", "compliance_week", {}),
    ("cumplimiento por cliente", "compliance_week", {}),
    ("weekly compliance report", "compliance_week", {}),
]


@pytest.mark.parametrize(("text", "intent", "fields"), ASKED)
def test_it_is_read_whole(text: str, intent: str, fields: dict[str, Any]) -> None:
    got = read(text)
    assert (got.outcome, got.intent, got.fields) == ("question", intent, fields)


@pytest.mark.parametrize(
    "text",
    [
        "levanta la retención de la cuenta 10023",
        "reporte semanal",
        "cumplimiento de promesas por cliente",
        "mejora el contacto",
        "muéstrame los datos personales de la cuenta 10023",
        "borra los mensajes de ayer",
    ],
)
def test_what_is_only_like_it_is_not_taken_for_it(text: str) -> None:
    house = {intent for _, intent, _ in ASKED} | {"erase_debtor"}
    assert read(text).intent not in house
