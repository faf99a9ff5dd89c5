"""Sentences by key, and how numbers and dates are worded."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.app import HOME, text_files
from db.periods import Period, month_of
from skills.contract import Unit, Value
from skills.text import LANGUAGES, TextFault, age, change, day, load_texts, number, period, slots_of

TODAY = date(2026, 11, 18)
NOW = datetime(2026, 11, 18, 10, 30, tzinfo=ZoneInfo("America/Mexico_City"))


@pytest.mark.parametrize(
    ("amount", "unit", "es", "en"),
    [
        ("0.1844", "rate", "18.4 %", "18.4%"),
        ("0.18449", "rate", "18.4 %", "18.4%"),
        ("0.1845", "rate", "18.5 %", "18.5%"),  # half up
        ("-0.0001", "rate", "0.0 %", "0.0%"),
        ("12.5", "rate", "1,250.0 %", "1,250.0%"),
        ("1234567.89", "money", "$1,234,568", "$1,234,568"),
        ("999.5", "money", "$999.50", "$999.50"),
        ("999", "money", "$999", "$999"),
        ("-1500", "money", "-$1,500", "-$1,500"),
        ("0", "money", "$0", "$0"),
        ("201", "seconds", "3:21 min", "3:21 min"),
        ("59.6", "seconds", "1:00 min", "1:00 min"),
        ("3725", "seconds", "1:02:05 h", "1:02:05 h"),
        ("12345", "count", "12,345", "12,345"),
        ("3.5", "count", "3.5", "3.5"),
        ("7.5", "hours", "7.5 h", "7.5 h"),
        ("1234", "hours", "1,234.0 h", "1,234.0 h"),
        ("33.24", "number", "33.2", "33.2"),
        ("4.236", "number", "4.24", "4.24"),
        ("-50", "number", "-50", "-50"),
        (None, "rate", "s/d", "n/a"),
    ],
)
def test_numbers(amount: str | None, unit: Unit, es: str, en: str) -> None:
    value = Value(None if amount is None else Decimal(amount), unit)
    assert (number(value, "es"), number(value, "en")) == (es, en)


@pytest.mark.parametrize(
    ("now", "before", "unit", "shown"),
    [
        ("0.196", "0.184", "rate", "+1.2 pp"),
        ("0.180", "0.184", "rate", "-0.4 pp"),
        ("0.1840", "0.18402", "rate", "sin cambio"),
        ("90", "100", "count", "-10.0 %"),
        ("115", "100", "money", "+15.0 %"),
        ("5", "-10", "money", "+150.0 %"),
        ("100", "0", "count", "+100"),  # from nothing: no percentage says it
        ("0.5", "0", "money", "+$0.50"),
        ("0", "0", "count", "sin cambio"),
        ("110", "100", "hours", "+10.0 %"),
        ("25", "-10", "number", "+35"),  # an NPS has no share of itself
        ("12", "11.4", "number", "+0.6"),
        ("10.04", "9.96", "number", "+0.08"),
        ("3.001", "3.0", "number", "sin cambio"),
        (None, "0.1", "rate", "s/d"),
    ],
)
def test_changes(now: str | None, before: str, unit: Unit, shown: str) -> None:
    current = Value(None if now is None else Decimal(now), unit)
    assert change(current, Value(Decimal(before), unit), "es") == shown


def test_days_and_periods() -> None:
    assert day(date(2026, 11, 16), "es", TODAY) == "lun 16-nov"
    assert day(date(2026, 11, 16), "en", TODAY) == "Mon 16 Nov"
    assert day(date(2025, 11, 16), "es", TODAY) == "dom 16-nov-2025"
    week = Period(start=date(2026, 11, 16), end=TODAY)
    assert period(week, "es", TODAY) == "lun 16-nov a mié 18-nov"
    assert period(week, "en", TODAY) == "Mon 16 Nov to Wed 18 Nov"
    assert period(month_of(date(2026, 10, 5)), "es", TODAY) == "octubre"
    assert period(month_of(date(2025, 10, 5)), "en", TODAY) == "October 2025"
    assert period(Period(start=date(2026, 11, 1), end=TODAY), "es", TODAY) == "1-nov a 18-nov"
    assert period(Period(start=TODAY, end=TODAY), "es", TODAY) == "mié 18-nov"


@pytest.mark.parametrize(
    ("then", "es"),
    [
        (TODAY, "hoy"),
        (date(2026, 11, 17), "ayer"),
        (date(2026, 11, 15), "hace 3 días"),
        (date(2026, 11, 20), "en 2 días"),
        (datetime(2026, 11, 18, 3, 0, tzinfo=UTC), "ayer"),  # 21:00 of the day before, in Mexico
    ],
)
def test_ages_go_by_the_agency_calendar(then: date, es: str) -> None:
    assert age(then, NOW, "es") == es


def test_one_is_not_plural(tmp_path: Path) -> None:
    texts = load_texts(
        _file(tmp_path, 'rows: {es: "{n} filas", en: "{n} rows"}\nrows_one: {es: "1 fila", en: "1 row"}')
    )
    assert [texts.say("es", "rows", n=n) for n in (1, 2)] == ["1 fila", "2 filas"]


@pytest.mark.parametrize(
    ("yaml", "fault"),
    [
        ('a: {es: "sí"}', "needs es and en"),
        ('a: {es: "sí", en: "yes", fr: "oui"}', "needs es and en"),
        ('a: {es: "{x}", en: "{y}"}', "slots differ"),
        ('a: {es: "{}", en: "{}"}', "needs a name"),
        ('a: {es: "{x", en: "{x}"}', "slots"),
        ('a: {es: "", en: "x"}', "must be sentences"),
        ('a: {es: "x", en: "x"}\na: {es: "y", en: "y"}', "said twice"),
        ("- a", "expected"),
        ("a: [", "text.yaml"),
    ],
)
def test_a_fault_in_a_text_file_is_named(tmp_path: Path, yaml: str, fault: str) -> None:
    with pytest.raises(TextFault, match=fault):
        load_texts(_file(tmp_path, yaml))


def test_all_faults_at_once(tmp_path: Path) -> None:
    with pytest.raises(TextFault) as raised:
        load_texts(_file(tmp_path, 'a: {es: "x"}\nb: {en: "x"}'), tmp_path / "missing.yaml")
    assert len(raised.value.faults) == 3


def test_every_sentence_is_said_in_both_languages() -> None:
    texts = load_texts(*text_files(HOME))
    for key, entry in texts.sentences.items():
        slots = dict.fromkeys(slots_of(entry["es"]), 7)
        assert all(texts.say(language, key, **slots) for language in LANGUAGES), key


def _file(folder: Path, yaml: str) -> Path:
    path = folder / "text.yaml"
    path.write_text(yaml, encoding="utf-8")
    return path
