"""The debtor's clock: the table of the law of time zones, its edges, and where a debtor is taken to be."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.law.hours import in_hours, local, next_lawful, safe_span
from db.law.zones import everywhere, home_of

MEXICO = ZoneInfo("America/Mexico_City")

# Mexico City's clock, where the debtor lives, the debtor's clock, whether a call is lawful.
GOLDEN = [
    ("2026-11-23 07:15", ("Baja California", "Tijuana"), "05:15", False),
    ("2026-11-23 21:15", ("Quintana Roo", "Cancún"), "22:15", False),
    ("2026-11-23 07:30", ("Chihuahua", "Chihuahua"), "07:30", True),
    ("2026-11-23 07:30", ("Sinaloa", "Mazatlán"), "06:30", False),
    ("2026-07-15 07:15", ("Baja California", "Tijuana"), "06:15", False),
    ("2026-07-15 21:15", ("Tamaulipas", "Matamoros"), "22:15", False),
    ("2026-01-15 21:15", ("Tamaulipas", "Matamoros"), "21:15", True),
    ("2026-07-15 07:30", ("Chihuahua", "Cd. Juárez"), "07:30", True),
    ("2026-11-23 07:00", ("CDMX", "Coyoacán"), "07:00", True),
    ("2026-11-23 21:59", ("CDMX", "Coyoacán"), "21:59", True),
    ("2026-11-23 22:00", ("CDMX", "Coyoacán"), "22:00", False),
    ("2026-11-23 06:45", ("Quintana Roo", "Cancún"), "07:45", True),
]


def agency(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MEXICO)


@pytest.mark.parametrize(("said", "lives", "there", "lawful"), GOLDEN)
def test_the_golden_table(said: str, lives: tuple[str, str], there: str, lawful: bool) -> None:
    home = home_of(*lives)
    assert {f"{local(agency(said), zone):%H:%M}" for zone in home.zones} == {there}
    assert in_hours(agency(said), home.zones) is lawful


def test_a_second_before_ten_is_lawful_and_ten_is_not() -> None:
    zones = home_of("CDMX", None).zones
    assert in_hours(agency("2026-11-23 21:59:59"), zones)
    assert not in_hours(agency("2026-11-23 22:00:00"), zones)
    assert not in_hours(agency("2026-11-23 06:59:59"), zones)


# The border moves its clocks on 8 March and 1 November 2026; the rest of Mexico does not.
@pytest.mark.parametrize(
    ("day", "lives", "offset"),
    [
        ("2026-03-08 07:59", ("Tamaulipas", "Reynosa"), -6),
        ("2026-03-08 08:00", ("Tamaulipas", "Reynosa"), -5),
        ("2026-11-01 06:59", ("Tamaulipas", "Reynosa"), -5),
        ("2026-11-01 07:00", ("Tamaulipas", "Reynosa"), -6),
        ("2026-03-08 08:59", ("Chihuahua", "Juárez"), -7),
        ("2026-03-08 09:00", ("Chihuahua", "Juárez"), -6),
        ("2026-11-01 07:59", ("Chihuahua", "Juárez"), -6),
        ("2026-11-01 08:00", ("Chihuahua", "Juárez"), -7),
        ("2026-03-08 09:59", ("Baja California", "Tijuana"), -8),
        ("2026-03-08 10:00", ("Baja California", "Tijuana"), -7),
        ("2026-11-01 08:59", ("Baja California", "Tijuana"), -7),
        ("2026-11-01 09:00", ("Baja California", "Tijuana"), -8),
        ("2026-07-15 12:00", ("Chihuahua", "Ojinaga"), -5),
        ("2026-07-15 12:00", ("Chihuahua", "Delicias"), -6),
        ("2026-07-15 12:00", ("Nuevo León", "Anáhuac"), -5),
        ("2026-07-15 12:00", ("Nuevo León", "Monterrey"), -6),
        ("2026-07-15 12:00", ("Coahuila", "Acuña"), -5),
        ("2026-07-15 12:00", ("Coahuila", "Matamoros"), -6),
        ("2026-07-15 12:00", ("Nayarit", "Bahía de Banderas"), -6),
        ("2026-07-15 12:00", ("Nayarit", "Tepic"), -7),
        ("2026-07-15 12:00", ("Sonora", "Hermosillo"), -7),
        ("2026-07-15 12:00", ("Quintana Roo", "Cancún"), -5),
    ],
)
def test_the_border_moves_its_clocks(day: str, lives: tuple[str, str], offset: int) -> None:
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    assert {local(at, zone).utcoffset() for zone in home_of(*lives).zones} == {timedelta(hours=offset)}


@pytest.mark.parametrize(
    ("state", "municipality", "phones", "by", "zones"),
    [
        ("Chihuahua", "", (), "state", {"America/Chihuahua", "America/Ciudad_Juarez", "America/Ojinaga"}),
        ("Chihuahua", "Villa Inventada", (), "state", 3),  # not guessed
        ("Tamaulipas", None, ("5512345678",), "state", {"America/Monterrey", "America/Matamoros"}),
        (None, None, ("6141234567",), "area_code", 3),  # Chihuahua, an hour off in the library
        (None, None, ("+52 656 123 4567",), "area_code", {"America/Ciudad_Juarez"}),
        (None, None, ("9981234567",), "area_code", {"America/Cancun"}),
        (None, None, ("5512345678", "6641234567"), "area_code", {"America/Mexico_City", "America/Tijuana"}),
        (None, None, (), "nothing", 8),
        ("Atlantis", None, ("12345",), "nothing", 8),
        ("edomex", None, (), "state", {"America/Mexico_City"}),
    ],
)
def test_where_a_debtor_may_be(
    state: str | None, municipality: str | None, phones: tuple[str, ...], by: str, zones: set[str] | int
) -> None:
    home = home_of(state, municipality, phones)
    assert home.by == by
    assert (len(home.zones) if isinstance(zones, int) else home.zones) == zones


def test_of_an_unknown_municipality_every_zone_must_be_within_hours() -> None:
    """07:30 in Mexico City in winter is 06:30 in Juárez: lawful in the city of Chihuahua only."""
    at = agency("2026-01-15 07:30")
    assert in_hours(at, home_of("Chihuahua", "Chihuahua").zones)
    assert not in_hours(at, home_of("Chihuahua", None).zones)


@pytest.mark.parametrize(("day", "opens"), [(date(2026, 1, 15), "09:00"), (date(2026, 7, 15), "08:00")])
def test_the_hours_that_suit_all_of_mexico(day: date, opens: str) -> None:
    span = safe_span(day, everywhere())
    assert f"{span.start.astimezone(MEXICO):%H:%M}" == opens
    closes = span.end.astimezone(MEXICO)
    assert f"{closes:%H:%M}" == "21:00"


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
SOME_ZONES = st.sets(st.sampled_from(sorted(everywhere())), min_size=1)


@given(MOMENTS, SOME_ZONES)
def test_the_next_lawful_moment_is_lawful_and_the_first(at: datetime, zones: set[str]) -> None:
    found = next_lawful(at, zones, lambda day: day.weekday() < 5)
    assert found is not None
    assert in_hours(found, zones)
    assert all(local(found, zone).weekday() < 5 for zone in zones)
    if found > at:
        before = found - timedelta(seconds=1)
        assert not in_hours(before, zones) or any(local(before, z).weekday() >= 5 for z in zones)


@given(MOMENTS)
def test_the_span_is_where_every_zone_is_within_hours(at: datetime) -> None:
    """For a moment of the agency's day: outside it some zone is not."""
    day = at.astimezone(MEXICO).date()
    span = safe_span(day, everywhere())
    assert (span.start <= at < span.end) is in_hours(at, everywhere())


def test_no_open_day_is_no_moment() -> None:
    assert next_lawful(agency("2026-11-23 23:00"), {"America/Tijuana"}, lambda day: False) is None
