"""Fee tables: rates, tiers and validities that never say two things of one peso."""

from datetime import date
from pathlib import Path

import polars as pl
from sqlalchemy import Engine, select

from db.engine import reading
from db.loading.planners.fees import _overlapping
from db.loading.table import LINE
from db.tables.agency import fees
from db.tables.cells import built_days, dirty_days
from tests.loading_agency import NOW, load
from tests.test_loading_agency import FEES, marked, reasons, rows, seen


def test_tiers_and_buckets_of_a_creditor(agency: Engine, tmp_path: Path) -> None:
    sent = FEES + (
        "ALA,12%,,,,1000000,2026-01-01,\nALA,0.15,,,1000000,,2026-01-01,\n"  # tiers that touch do not overlap
        "ala,0.2, 1 - 30 ,,,,2026-01-01,\nALA,100%,CASTIGO,,,,,\n"
    )
    done = load(agency, "fees", sent, tmp_path).preview
    assert (done.new, done.rejected) == (4, 0)
    assert (done.totals.first_on, done.totals.last_on) == (date(2026, 1, 1), date(2026, 1, 1))
    columns = ("rate_micros", "bucket", "product", "from_cents", "to_cents", "valid_from", "valid_to")
    assert rows(agency, fees, *columns) == [
        (120_000, "", "", 0, 100_000_000, date(2026, 1, 1), None),
        (150_000, "", "", 100_000_000, None, date(2026, 1, 1), None),
        (200_000, "1-30", "", 0, None, date(2026, 1, 1), None),
        (1_000_000, "castigo", "", 0, None, date(1900, 1, 1), None),
    ]


BESIDE: dict[str, list[str]] = {
    "ALA,0.2,,,500000,2000000,2026-06-01,": ["tiers_overlap"],  # the same money on the same days
    "ALA,0.2,,,999999.99,,2026-01-02,": ["tiers_overlap"],  # by a centavo
    "ALA,0.2,,,1000000,,2026-01-01,": [],
    "ALA,0.2,,,,,2025-01-01,2025-12-31": [],
    "ALA,0.2,,,,,2025-01-01,2026-01-01": ["tiers_overlap"],  # by a day
    "ALA,0.2,,,,,2027-01-01,": [],
    "ALA,0.2,,Oro,,,2026-01-01,": [],  # a product of its own
    "ALA,0.2,31-60,,,,2026-01-01,": [],
    "SUR,0.2,,,,,2026-01-01,": [],
}


def test_no_peso_has_two_rates(agency: Engine, tmp_path: Path) -> None:
    """Whether they come in one file or the second later."""
    first = "ALA,0.1,,,0,1000000,2026-01-01,2026-12-31\n"
    for second, why in BESIDE.items():
        assert reasons(seen(agency, "fees", f"{FEES}{first}{second}\n", tmp_path)) == why, second
    assert reasons(seen(agency, "fees", FEES + first + first, tmp_path)) == ["repeated"]
    load(agency, "fees", FEES + first, tmp_path)
    for second, why in BESIDE.items():
        assert reasons(seen(agency, "fees", f"{FEES}{second}\n", tmp_path)) == why, second


def test_a_new_table_closes_the_old_one_in_the_same_file(agency: Engine, tmp_path: Path) -> None:
    load(agency, "fees", FEES + "ALA,0.1,,,,,2026-01-01,\n", tmp_path)
    new = FEES + "ALA,0.1,,,,,2026-01-01,2026-06-30\nALA,0.12,,,,,2026-07-01,\n"
    done = load(agency, "fees", new, tmp_path, name="f2.csv").preview
    assert (done.new, done.changed, done.rejected) == (1, 1, 0)


def test_a_refused_row_replaces_nothing(agency: Engine, tmp_path: Path) -> None:
    """The row that would shorten the first tier is refused, so the tier beside it has no place either."""
    stands, later = "ALA,0.1,,,0,1000,2026-01-01,2026-03-31\n", "ALA,0.2,,,0,500,2026-07-01,\n"
    shorter, beside = "ALA,0.1,,,0,500,2026-01-01,\n", "ALA,0.3,,,500,1000,2026-01-01,2026-03-31\n"
    load(agency, "fees", FEES + stands, tmp_path)
    found = seen(agency, "fees", FEES + shorter + beside, tmp_path)
    assert (found.changed, found.new, found.rejected) == (1, 1, 0)
    load(agency, "fees", FEES + later, tmp_path, name="f2.csv")
    found = seen(agency, "fees", FEES + shorter + beside, tmp_path)
    assert (found.rejected, reasons(found)) == (2, ["tiers_overlap"])


def test_a_file_that_says_no_end_leaves_it(agency: Engine, tmp_path: Path) -> None:
    load(agency, "fees", FEES + "ALA,0.1,,,0,1000,,2026-12-31\nALA,0.2,,,1000,,,\n", tmp_path)
    raised = "client_code,rate,from_amount\nALA,0.11,0\nALA,0.21,1000\n"
    done = load(agency, "fees", raised, tmp_path, name="f2.csv").preview
    assert (done.changed, done.rejected) == (2, 0)
    assert rows(agency, fees, "rate_micros", "to_cents", "valid_to") == [
        (110_000, 100_000, date(2026, 12, 31)),
        (210_000, None, None),
    ]


def test_a_product_takes_the_portfolios_spelling(agency: Engine, tmp_path: Path) -> None:
    head = "client_code,campaign_code,account_no,balance,dpd,placed_on,product\n"
    load(agency, "accounts", head + "ALA,A1,00077,10,1,2026-10-01,Crédito Nómina\n", tmp_path, name="a2.csv")
    sent = FEES + "ALA,0.1,,credito nomina,,,,\nALA,0.2,,Tarjeta Oro,,,,\n"
    done = load(agency, "fees", sent, tmp_path).preview
    assert [(n.key, n.slots) for n in done.notes] == [
        ("load_unknown_products", {"n": 1, "names": "Tarjeta Oro"})
    ]
    with reading(agency) as connection:
        found = connection.execute(select(fees.c.product).order_by(fees.c.id)).scalars().all()
    assert found == ["Crédito Nómina", "Tarjeta Oro"]


def test_what_a_fee_hangs_on_is_marked(agency: Engine, tmp_path: Path) -> None:
    """The day money was posted on, where a correction leaves it; and all that was posted of an account whose
    product changes."""
    head = "client_code,account_no,payment_ref,paid_on,amount,posted_on\n"
    load(agency, "payments", head + "ALA,00001,7,2026-11-03,100,2026-11-05\n", tmp_path)
    with agency.begin() as connection:
        connection.execute(dirty_days.delete())
        built = {"client_id": 1, "source": "posted", "rows": 1, "built_at": NOW}
        days = [date(2026, 9, 30), date(2026, 10, 1), date(2026, 11, 5)]
        connection.execute(built_days.insert(), [built | {"day": day} for day in days])
    load(agency, "payments", head + "ALA,00001,7,2026-11-03,100,2026-11-06\n", tmp_path, name="p2.csv")
    assert marked(agency) == {("payments", 1, date(2026, 11, 3)), ("posted", 1, date(2026, 11, 5))}
    with agency.begin() as connection:
        connection.execute(dirty_days.delete())
    placed = (
        "client_code,campaign_code,account_no,balance,dpd,placed_on,product\nALA,A1,00001,1000,0,2026-10-01,"
    )
    load(agency, "accounts", placed + "Tarjeta\n", tmp_path, name="a2.csv")
    assert marked(agency) == {("posted", 1, day) for day in days[1:]}


def test_without_the_second_look_two_rates_would_stand(agency: Engine, tmp_path: Path) -> None:
    """What the loop over refused rows is for, row by row."""
    tier = {"client_id": 1, "bucket": "", "product": "", "valid_from": date(2026, 1, 1), "valid_to": None}
    shortened = {**tier, LINE: 2, "from_cents": 0, "to_cents": 500}
    beside = {**tier, LINE: 3, "from_cents": 500, "to_cents": None}
    stands = {**tier, LINE: 0, "from_cents": 0, "to_cents": 1000}
    schema = {"valid_to": pl.Date}
    both = pl.DataFrame([shortened, beside], schema_overrides=schema)
    alone = pl.DataFrame([beside], schema_overrides=schema)
    assert _overlapping(both, both).to_list() == []
    assert _overlapping(
        alone, pl.concat([pl.DataFrame([stands], schema_overrides=schema), alone])
    ).to_list() == [3]
