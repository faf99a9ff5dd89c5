"""The grammar of periods, said on Wednesday 18 November 2026."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understand.period import find, parse_period
from db.periods import Period

TODAY = date(2026, 11, 18)
SAID = {
    "el día de hoy": "2026-11-18",
    "antes de ayer": "2026-11-16",
    "day before yesterday": "2026-11-16",
    "semana en curso": "2026-11-16..2026-11-18",
    "the week before last": "2026-11-02..2026-11-08",
    "el mes antepasado": "2026-09-01..2026-09-30",
    "la quincena antepasada": "2026-10-16..2026-10-31",
    "lo que llevamos de la semana": "2026-11-16..2026-11-18",
    "acumulado del mes": "2026-11-01..2026-11-18",
    "QTD": "2026-10-01..2026-11-18",
    "2ª quincena de septiembre de 2025": "2025-09-16..2025-09-30",
    "primera quincena del mes pasado": "2026-10-01..2026-10-15",
    "segunda quincena": "2026-11-16..2026-11-18",
    "del 28 al 5": "2026-10-28..2026-11-05",
    "del 20 al 30": "2026-10-20..2026-10-30",
    "del 3 al 9 de agosto": "2026-08-03..2026-08-09",
    "del 1 al 10 del mes pasado": "2026-10-01..2026-10-10",
    "between October 5 and October 9": "2026-10-05..2026-10-09",
    "del 15 de diciembre al 10 de enero de 2026": "2025-12-15..2026-01-10",
    "de agosto a octubre": "2026-08-01..2026-10-31",
    "enero-marzo": "2026-01-01..2026-03-31",
    "desde octubre": "2026-10-01..2026-11-18",
    "a partir del 5 de noviembre": "2026-11-05..2026-11-18",
    "este mes hasta ayer": "2026-11-01..2026-11-17",
    "enero a la fecha": "2026-01-01..2026-11-18",
    "diciembre": "2025-12-01..2025-12-31",
    "diciembre de 2024": "2024-12-01..2024-12-31",
    "oct 2025": "2025-10-01..2025-10-31",
    "octubre del año pasado": "2025-10-01..2025-10-31",
    "T2 2025": "2025-04-01..2025-06-30",
    "cuarto trimestre": "2026-10-01..2026-11-18",
    "H1 2026": "2026-01-01..2026-06-30",
    "semana 2": "2026-01-05..2026-01-11",
    "week 46 of 2025": "2025-11-10..2025-11-16",
    "la semana del 5 de octubre": "2026-10-05..2026-10-11",
    "el lunes": "2026-11-16",
    "este lunes": "2026-11-16",
    "lunes pasado": "2026-11-16",
    "miércoles pasado": "2026-11-11",
    "el martes de la semana pasada": "2026-11-10",
    "el fin de semana": "2026-11-14..2026-11-15",
    "hace una semana": "2026-11-09..2026-11-15",
    "two months ago": "2026-09-01..2026-09-30",
    "past 14 days": "2026-11-05..2026-11-18",
    "primeros 10 días de octubre": "2026-10-01..2026-10-10",
    "cierre del mes pasado": "2026-10-01..2026-10-31",
    "as of October 31": "2026-10-31",
    "2026-11-05": "2026-11-05",
    "5/11": "2026-11-05",
    "01.10.2026": "2026-10-01",
    "Nov 3rd, 2026": "2026-11-03",
    "1ro de noviembre": "2026-11-01",
    "el 17": "2026-11-17",
    "mañana": "2026-11-19",
    "pasado mañana": "2026-11-20",
    "próxima semana": "2026-11-23..2026-11-29",
    "próximos 7 días": "2026-11-18..2026-11-24",
    "el próximo viernes": "2026-11-20",
}  # fmt: skip


def _period(text: str) -> Period:
    start, _, end = text.partition("..")
    return Period(start=date.fromisoformat(start), end=date.fromisoformat(end or start))


@pytest.mark.parametrize(("said", "meant"), SAID.items())
def test_a_period_is_read(said: str, meant: str) -> None:
    assert parse_period(said, TODAY) == _period(meant)


@pytest.mark.parametrize(
    "said",
    [
        "la última semana",
        "último mes",
        "el 25",
        "el 30 de noviembre",
        "31/06/2026",
        "05/13/2026",
        "el miércoles",
    ],
)
def test_an_unclear_date_is_asked_not_guessed(said: str) -> None:
    found = find(said.replace("ú", "u").replace("é", "e"), TODAY)
    assert [f.mode for f in found] == ["ask"]
    assert found[0].period is None


@pytest.mark.parametrize(
    "said",
    [
        "de 61 a 90",
        "1-30",
        "por mes",
        "al mes",
        "may i see",
        "20 por ciento",
        "bucket 3",
        "3 pagos",
        "de la mañana",
    ],
)
def test_what_is_no_date_is_left_alone(said: str) -> None:
    assert find(said.replace("ñ", "n"), TODAY) == []


def test_what_is_due_is_still_to_come() -> None:
    assert parse_period("el viernes", TODAY, future=True) == _period("2026-11-20")
    assert parse_period("el 25", TODAY, future=True) == _period("2026-11-25")
    assert parse_period("esta semana", TODAY, future=True) == _period("2026-11-16..2026-11-22")
    assert parse_period("diciembre", TODAY, future=True) == _period("2026-12-01..2026-12-31")


DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@settings(max_examples=60, deadline=None)
@given(DAYS, st.sampled_from(sorted(SAID)))
def test_a_past_period_never_ends_after_today(today: date, said: str) -> None:
    period = parse_period(said, today)
    running = said.startswith(("esta", "semana en", "lo que", "acumulado", "QTD", "el mes ante", "desde"))
    if period is not None and running and "octubre" not in said:
        assert period.end <= today


@settings(max_examples=40, deadline=None)
@given(DAYS)
def test_last_week_ends_the_day_before_this_one_begins(today: date) -> None:
    last, this = parse_period("la semana pasada", today), parse_period("esta semana", today)
    assert last is not None
    assert this is not None
    assert last.end + timedelta(days=1) == this.start
    assert last.days == 7
    assert this.start.weekday() == 0


@settings(max_examples=40, deadline=None)
@given(DAYS, st.integers(1, 120))
def test_the_last_n_days_are_n_and_end_today(today: date, count: int) -> None:
    period = parse_period(f"últimos {count} días", today)
    assert period is not None
    assert (period.days, period.end) == (count, today)
