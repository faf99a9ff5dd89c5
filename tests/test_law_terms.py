"""What is late or too old: complaints, ARCO requests, old defaults and long shifts; each once."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from db.calendars import load_calendars
from db.engine import reading, writing
from db.law.found import keep_breaches
from db.law.policy import Policy
from db.law.terms import search_terms
from db.tables import agency, facts, reference
from db.tables.law import breaches
from tests.law_agency import AGENT, BANK, LEAD, MEXICO, NOW, SHOP, Made, contact, put

CALENDARS = load_calendars()
TODAY = NOW.date()


def before(days: int) -> date:
    """So many business days of the authority ago."""
    return CALENDARS.authority.add_business_days(TODAY, -days)


def case(register: str, received: date, closed: date | None = None, **said: Any) -> dict[str, Any]:
    row = {"register": register, "client_id": BANK, "campaign_id": BANK, "account_id": 1, "kind": "Acceso"}
    at = datetime(received.year, received.month, received.day, 12, tzinfo=MEXICO)
    return {**row, "received_at": at, "received_on": received, "closed_on": closed, **said}


def shift(at: datetime, hours: float) -> dict[str, Any]:
    end = at + timedelta(hours=hours)
    kind = {"shift": "matutino", "attended": True}
    return {"agent_id": AGENT, "starts_at": at, "ends_at": end, "starts_on": at.date(), **kind}


@pytest.fixture
def empty(engine: Engine) -> Engine:
    import random

    made, chance = Made(), random.Random(1)
    contact(made, chance)
    contact(made, chance, client=SHOP)
    with writing(engine) as connection:
        put(connection, made)
    return engine


def found(engine: Engine) -> list[tuple[str, int]]:
    with reading(engine) as connection:
        return [(b.rule, b.record_id) for b in search_terms(connection, CALENDARS, Policy(), NOW)]


ARCO, UNE, OTHER = 20, 30, 10
CASES: list[tuple[dict[str, Any], set[str]]] = [
    (case("arco", before(ARCO + 1)), {"R25"}),
    (case("arco", before(ARCO)), set()),
    (case("arco", before(60), closed=before(60 - ARCO)), set()),
    (case("arco", before(60), closed=before(59 - ARCO)), {"R25"}),
    (case("complaints", before(OTHER + 1), kind="Horario", channel="REDECO"), {"R16"}),
    (case("complaints", before(OTHER), kind="Horario", channel="REDECO"), set()),
    (case("complaints", before(UNE + 1), kind="Horario", channel="UNE"), {"R36"}),
    (case("complaints", before(UNE), kind="Horario", channel="UNE"), set()),
    (
        case("complaints", before(UNE), kind="Horario", channel="UNE", client_id=SHOP, campaign_id=SHOP),
        {"R16"},
    ),
    (case("complaints", before(1), kind="Amenazas"), {"R10"}),
    (case("complaints", before(1), kind="Llamadas a terceros"), set()),
    (case("holds", before(90)), set()),
]


@pytest.mark.parametrize(("row", "rules"), CASES)
def test_a_case_is_late_on_the_day_after_its_term(
    empty: Engine, row: Mapping[str, Any], rules: set[str]
) -> None:
    with writing(empty) as connection:
        connection.execute(agency.cases.insert().values(**row))
    assert {rule for rule, _ in found(empty)} == rules


def test_a_default_is_too_old_after_six_years(empty: Engine) -> None:
    table = reference.accounts
    days = {1: date(2020, 11, 22), 2: date(2020, 11, 23)}
    with writing(empty) as connection:
        for number, day in days.items():
            connection.execute(table.update().where(table.c.id == number).values(first_default_on=day))
    assert found(empty) == [("R26", 1)]
    with writing(empty) as connection:
        connection.execute(table.update().values(recalled_on=TODAY))
    assert found(empty) == []


@pytest.mark.parametrize(
    ("start", "hours", "late"),
    [(8, 8.0, False), (8, 8.1, True), (13.5, 7.6, True), (17, 7.0, False), (17, 7.1, True)],
)
def test_a_shift_is_long_by_the_hours_of_its_kind(
    empty: Engine, start: float, hours: float, late: bool
) -> None:
    at = datetime(2026, 11, 20, tzinfo=MEXICO) + timedelta(hours=start)
    with writing(empty) as connection:
        connection.execute(facts.shifts.insert().values(**shift(at, hours)))
    assert [rule for rule, _ in found(empty)] == (["R39"] if late else [])


def test_what_is_late_is_kept_once_with_its_supervisor(empty: Engine) -> None:
    at = datetime(2026, 11, 20, 8, tzinfo=MEXICO)
    with writing(empty) as connection:
        connection.execute(agency.cases.insert().values(**case("arco", before(ARCO + 1))))
        connection.execute(facts.shifts.insert().values(**shift(at, 9)))
    new = []
    for _ in range(2):
        with writing(empty) as connection:
            late = search_terms(connection, CALENDARS, Policy(), NOW)
            new.append(keep_breaches(connection, late, NOW))
    assert new == [2, 0]
    with reading(empty) as connection:
        kept = {row.rule: row for row in connection.execute(select(breaches))}
    assert (kept["R39"].agent_id, kept["R39"].supervisor_id) == (AGENT, LEAD)
    assert kept["R25"].client_id == BANK
