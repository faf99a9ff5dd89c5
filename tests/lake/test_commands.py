"""`lake` and `refresh --engine` as they are typed."""

from datetime import date
from pathlib import Path

import pytest

from db.engine import open_engine, writing
from db.migrate import upgrade
from db.tables import metadata
from db.tables.facts import payments
from tests.lake.tables import cell_tables, differing
from tests.small import ACCOUNT, ALAMEDA, fill
from tests.test_house_cli import Shell, shell  # noqa: F401  (fixture)


@pytest.fixture
def company(shell: Shell) -> Shell:  # noqa: F811
    engine = open_engine(shell.url)
    upgrade(engine)
    metadata.create_all(engine)
    with writing(engine) as connection:
        fill(connection)
    engine.dispose()
    return shell


def lake(shell: Shell) -> Path:  # noqa: F811
    return shell.folder / "lake"


def pay(shell: Shell) -> None:  # noqa: F811
    engine, on = open_engine(shell.url), date(2026, 11, 6)
    with writing(engine) as connection:
        values = {"paid_on": on, "posted_on": on, "amount_cents": 5, "payment_ref": "LATE"}
        row = payments.insert().values(client_id=ALAMEDA, campaign_id=1, account_id=ACCOUNT["C"], **values)
        connection.execute(row)
    engine.dispose()


def test_from_the_files_and_from_the_database(company: Shell) -> None:
    folder = str(lake(company))
    code, found = company.json("lake", folder)
    assert (code, found["rows"]["balances"], found["kept"]) == (0, 22, 0)
    code, done = company.json("refresh", "--engine", "duckdb", "--lake", folder)
    assert code == 0
    assert done["days"]["payments"] > 0
    engine = open_engine(company.url)
    by_lake = cell_tables(engine)
    assert company.run("refresh", "--full")[0] == 0
    assert company.run("refresh", "--full", "--engine", "duckdb", "--lake", folder, "--export")[0] == 0
    full = cell_tables(engine)
    assert company.run("refresh", "--full")[0] == 0
    assert differing(full, cell_tables(engine)) == {}
    assert by_lake["payment_cells"] == full["payment_cells"]
    engine.dispose()


def test_an_old_lake_says_what_to_do(company: Shell) -> None:
    folder = str(lake(company))
    code, found = company.json("refresh", "--engine", "duckdb", "--lake", folder)
    assert (code, found["about"]) == (1, "cli.lake_absent")
    assert company.run("lake", folder)[0] == 0
    pay(company)
    code, found = company.json("refresh", "--engine", "duckdb", "--lake", folder)
    assert (code, found["about"]) == (3, "cli.lake_stale")
    assert "--export" in found["message"]
    code, _, err = company.run("refresh", "--engine", "spark", "--url", "sc://127.0.0.1:9", "--lake", folder)
    assert (code, "sc://127.0.0.1:9" in err) == (1, True)


def test_spark_by_its_address(company: Shell, sail: str) -> None:
    arguments = ("--engine", "spark", "--url", sail, "--lake", str(lake(company)), "--export")
    code, done = company.json("refresh", *arguments)
    assert (code, done["days"]["contacts"] > 0) == (0, True)
