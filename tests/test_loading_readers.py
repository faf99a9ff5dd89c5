"""One cell's text: what it means, and what is refused rather than guessed."""

from datetime import UTC, date, datetime

import pytest

from db.buckets import DEFAULT_EDGES, bucket_of, edges_of, labels_of
from db.loading import readers
from db.result_codes import load_result_codes
from db.states import state_names, state_of


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1234.56", 123456),
        ("1,234.56", 123456),
        ("1.234,56", 123456),
        ("1.234.567", 123456700),
        ("1234,5", 123450),
        ("$ 1,234.56", 123456),
        ("$1,234.56 MXN", 123456),
        ("(500.00)", -50000),
        ("-500", -50000),
        ("500.00-", -50000),
        ("−5", -500),
        ("$-5.00", -500),
        (".5", 50),
        ("0.005", 1),
        ("1,234", 123400),
        ("12,34,567", None),
        ("1.234,567", None),
        ("1e5", None),
        ("(-5)", None),
        ("abc", None),
        ("1 2 x", None),
        ("٣", None),
        ("99999999999999999999", None),
    ],
)
def test_amounts(text: str, cents: int | None) -> None:
    assert readers.read_cents(text) == cents


def test_a_point_and_three_digits_is_ambiguous() -> None:
    assert readers.is_ambiguous("1.234")
    assert readers.is_ambiguous("$ (12.345)")
    assert not readers.is_ambiguous("1234.567")
    assert not readers.is_ambiguous("0.123")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-03", date(2026, 11, 3)),
        ("2026-11-03 23:59:00", date(2026, 11, 3)),
        ("2026-11-03T05:00:00Z", date(2026, 11, 3)),  # a day is never shifted between zones
        ("03/11/2026", date(2026, 11, 3)),
        ("3-11-26", date(2026, 11, 3)),
        ("03.11.2026", date(2026, 11, 3)),
        ("20261103", date(2026, 11, 3)),
        ("3-nov-2026", date(2026, 11, 3)),
        ("3 de agosto de 2026", date(2026, 8, 3)),
        ("46329", date(2026, 11, 3)),
        ("11/25/2026", None),
        ("31/02/2026", None),
        ("2026-13-01", None),
        ("03/11/0026", None),
        ("ayer", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert readers.read_day(text) == day


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-18 14:30", datetime(2026, 11, 18, 20, 30, tzinfo=UTC)),
        ("2026-11-18T14:30:05", datetime(2026, 11, 18, 20, 30, 5, tzinfo=UTC)),
        ("2026-11-18T14:30:05.250Z", datetime(2026, 11, 18, 14, 30, 5, tzinfo=UTC)),
        ("2026-11-18T14:30-05:00", datetime(2026, 11, 18, 19, 30, tzinfo=UTC)),
        ("18/11/2026 2:30 p.m.", datetime(2026, 11, 18, 20, 30, tzinfo=UTC)),
        ("18/11/2026 12:05 AM", datetime(2026, 11, 18, 6, 5, tzinfo=UTC)),
        ("2022-07-01 10:00", datetime(2022, 7, 1, 15, 0, tzinfo=UTC)),  # summer time still was
        ("46344.604166667", datetime(2026, 11, 18, 20, 30, tzinfo=UTC)),
        ("2026-11-18", datetime(2026, 11, 18, 6, 0, tzinfo=UTC)),
        ("2026-11-18 25:00", None),
        ("2026-11-18 14:30 +99:00", None),
        ("14:30", None),
    ],
)
def test_instants(text: str, at: datetime | None) -> None:
    assert readers.read_instant(text) == at


def test_a_birth_year_of_two_digits_is_not_in_the_future() -> None:
    assert readers.read_birth_day("03/11/55") == date(1955, 11, 3)
    assert readers.read_birth_day("03/11/1955") == date(1955, 11, 3)
    assert readers.read_birth_day("03/11/01") == date(2001, 11, 3)


@pytest.mark.parametrize("text", ["2026-11", "11/2026", "2026-11-30", "15/11/2026"])
def test_months(text: str) -> None:
    assert readers.read_month(text) == date(2026, 11, 1)


@pytest.mark.parametrize(
    "text",
    ["5512345678", "55 1234-5678", "+52 55 1234 5678", "5215512345678", "0445512345678", "015512345678"],
)
def test_phones_keep_ten_digits(text: str) -> None:
    assert readers.read_phone(text) == "5512345678"


@pytest.mark.parametrize("text", ["12345", "0000000000", "55123456789", "abc"])
def test_what_is_no_phone(text: str) -> None:
    assert readers.read_phone(text) is None


def test_micros_read_amounts_and_rates() -> None:
    assert readers.read_micros("85%") == readers.read_micros("0.85") == 850_000
    assert readers.read_micros("850,000.00") == 850_000_000_000


def test_flags() -> None:
    assert [readers.read_flag(t) for t in ("Sí", "X", "1", "NO", "falso", "quizá")] == [
        True, True, True, False, False, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("dpd", "status", "bucket"),
    [
        (-3, None, ("0", 0)),
        (0, None, ("0", 0)),
        (1, None, ("1-30", 1)),
        (30, None, ("1-30", 1)),
        (31, None, ("31-60", 2)),
        (180, None, ("151-180", 6)),
        (181, None, ("181+", 7)),
        (5, "CASTIGADA", ("castigo", 99)),
        (5, "Castigo", ("castigo", 99)),
        (5, "LIQUIDADA", ("1-30", 1)),
    ],
)
def test_buckets(dpd: int, status: str | None, bucket: tuple[str, int]) -> None:
    assert bucket_of(dpd, edges_of(DEFAULT_EDGES), status) == bucket


def test_a_clients_own_edges() -> None:
    assert labels_of(edges_of("15|45")) == ("0", "1-15", "16-45", "46+")
    for wrong in ("30|30", "0|30", "a|b", ""):
        with pytest.raises(ValueError):
            edges_of(wrong)


def test_states_by_their_common_name() -> None:
    assert len(state_names()) == 32
    written = [
        "Distrito Federal",
        "Ciudad de México",
        "CDMX",
        "Edo. de México",
        "nuevo leon",
        "N.L.",
        "Narnia",
    ]
    assert [state_of(w) for w in written] == [
        "CDMX", "CDMX", "CDMX", "Estado de México", "Nuevo León", "Nuevo León", None,
    ]  # fmt: skip


def test_result_codes_say_contact_and_right_party() -> None:
    codes = load_result_codes()
    assert len(codes) == 21
    assert codes["ABA"].outcome(None) == (False, False, None)  # a dropped call reached no agent
    assert codes["ABA"].outcome("TITULAR") == (False, False, "TITULAR")
    assert codes["PDP"].outcome(None) == (True, True, "TITULAR")
    assert codes["TER"].outcome(None) == (True, False, "TERCERO")
    assert codes["QJA"].outcome(None) == (True, False, None)  # the right party only where the file says so
    assert codes["CBK"].outcome("TITULAR") == (True, True, "TITULAR")
    assert codes["PDP"].outcome("AVAL") == (True, False, "AVAL")
