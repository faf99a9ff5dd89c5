"""The agent a portfolio row names: given from the placement, moved from today, never guessed."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import Engine, select

from db.engine import reading
from db.loading import preview
from db.tables.reference import accounts, assignments, people
from tests.loading_agency import FILES, NOW, load, write

HEAD = "client_code,campaign_code,account_no,balance,dpd,placed_on,agent_employee_no\n"
TWO = HEAD + "ALA,A1,00001,100,15,2026-10-01,E01\nALA,A1,00002,100,15,2026-10-03,E02\n"


@pytest.fixture
def empty(engine: Engine, tmp_path: Path) -> Engine:
    """Clients, campaigns and people, and not one account."""
    for kind in ("clients", "campaigns", "people"):
        load(engine, kind, FILES[kind], tmp_path)
    return engine


def held(engine: Engine) -> list[tuple[object, ...]]:
    query = (
        select(accounts.c.account_no, people.c.employee_no, assignments.c.from_on, assignments.c.to_on)
        .join(assignments, assignments.c.account_id == accounts.c.id)
        .join(people, people.c.id == assignments.c.agent_id)
        .order_by(accounts.c.account_no, assignments.c.from_at)
    )
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_a_first_portfolio_gives_each_account_from_its_placement(empty: Engine, tmp_path: Path) -> None:
    assert preview(empty, "accounts", write(tmp_path, "a.csv", TWO), now=NOW).new == 2
    assert load(empty, "accounts", TWO, tmp_path).preview.new == 2
    assert held(empty) == [
        ("00001", "E01", date(2026, 10, 1), None),
        ("00002", "E02", date(2026, 10, 3), None),
    ]


def test_the_file_again_with_another_agent_is_history_of_that_account(empty: Engine, tmp_path: Path) -> None:
    load(empty, "accounts", TWO, tmp_path)
    moved = TWO.replace("10-01,E01", "10-01,E03")
    seen = preview(empty, "accounts", write(tmp_path, "b.csv", moved), now=NOW)
    done = load(empty, "accounts", moved, tmp_path, name="b.csv").preview
    assert (seen.changed, seen.same) == (done.changed, done.same) == (1, 1)
    assert held(empty) == [
        ("00001", "E01", date(2026, 10, 1), date(2026, 11, 18)),
        ("00001", "E03", date(2026, 11, 18), None),
        ("00002", "E02", date(2026, 10, 3), None),
    ]


@pytest.mark.parametrize("cells", [("E01", ""), ("", "")])
def test_a_blank_agent_is_nobody(empty: Engine, tmp_path: Path, cells: tuple[str, str]) -> None:
    rows = [f"ALA,A1,0000{n},100,15,2026-10-01,{who}\n" for n, who in enumerate(cells, 1)]
    done = load(empty, "accounts", HEAD + "".join(rows), tmp_path).preview
    assert (done.new, done.rejected) == (2, 0)
    assert [row[1] for row in held(empty)] == [who for who in cells if who]


def test_a_blank_agent_takes_no_account_away(empty: Engine, tmp_path: Path) -> None:
    load(empty, "accounts", TWO, tmp_path)
    silent = TWO.replace("E01", "").replace("E02", "")
    done = load(empty, "accounts", silent, tmp_path, name="b.csv").preview
    assert (done.same, len(held(empty))) == (2, 2)


def test_an_agent_nobody_knows_is_an_orphan_and_the_rest_go_in(empty: Engine, tmp_path: Path) -> None:
    done = load(empty, "accounts", TWO.replace("E02", "E77"), tmp_path).preview
    assert (done.new, done.rejected, done.orphans) == (1, 1, 1)
    assert held(empty) == [("00001", "E01", date(2026, 10, 1), None)]


def test_the_bank_s_gestor_is_the_agent_too(empty: Engine, tmp_path: Path) -> None:
    sent = "NUM_CUENTA,SALDO_TOTAL,DIAS_ATRASO,FECHA_ASIGNACION,GESTOR\n00009,100,15,01/10/2026,E01\n"
    load(empty, "accounts", sent, tmp_path, layout="banco_mx", client="ALA")
    assert held(empty) == [("00009", "E01", date(2026, 10, 1), None)]


def test_a_moment_in_another_zone_is_what_broke_it() -> None:
    """Taken as it comes, the office's own time cannot be compared with a column in UTC."""
    column = pl.DataFrame({"at": [datetime(2026, 11, 18, tzinfo=UTC)]})
    with pytest.raises(pl.exceptions.SchemaError):
        column.filter(pl.col("at") <= NOW)
    assert column.filter(pl.col("at") <= NOW.astimezone(UTC)).height == 1
