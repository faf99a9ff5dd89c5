"""What a lake holds and when it is old; the cells' selects as plain SQL. Needs no optional package."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Engine, Select, func, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import CompileError
from sqlalchemy.sql import visitors

from bot.commands.common import Stop
from bot.commands.lake import lake_faults
from db.bulk import Row
from db.calendars import load_calendars
from db.cells import build
from db.cells.refresh import refresh
from db.dirty import mark_dirty
from db.engine import reading, writing
from db.lake.faults import LakeFault, StaleLake
from db.lake.manifest import Manifest, Part, read_manifest, sweep, write_manifest
from db.lake.shape import BY_NAME, DERIVED, HELD, PERSONAL, shape
from db.lake.state import digests, more_than, state_of, sums_of
from db.lake.statement import statement, tables_of
from db.tables import facts, metadata, reference
from db.tables.cells import dirty_days
from tests.lake.tables import cell_tables
from tests.small import ACCOUNT, ALAMEDA, ANA, BETO, NOW, at, fill
from tests.test_house_cli import Shell, shell  # noqa: F401  (fixture)

CALENDARS = load_calendars()
DAY = date(2026, 11, 6)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def built(engine: Engine) -> Engine:
    with writing(engine) as connection:
        fill(connection)
    refresh(engine, CALENDARS, now=NOW)
    return engine


@dataclass
class Listening:
    """The database's own reader, that keeps what it was asked."""

    inner: build.FromDatabase
    asked: list[Select[Any]] = field(default_factory=list)

    def rows(self, query: Select[Any]) -> list[Row]:
        self.asked.append(query)
        return self.inner.rows(query)


@dataclass
class InWords:
    """Runs what an engine of a lake would be given: PostgreSQL's SQL, without parameters."""

    engine: Engine

    def rows(self, query: Select[Any]) -> list[Row]:
        with reading(self.engine) as connection:
            driver: Any = connection.connection.driver_connection
            with driver.cursor() as cursor:
                return build.stored_rows(cursor.execute(statement(query)).fetchall())


def test_the_lake_holds_whatever_a_cell_is_summed_from(built: Engine) -> None:
    """A select that reads more fails here, and not at an owner's cluster."""
    listening = Listening(build.FromDatabase(built))
    refresh(built, CALENDARS, now=LATER, full=True, reader=listening)
    assert len(listening.asked) > 20
    read = {
        (column.table.name, column.name)
        for query in listening.asked
        for element in visitors.iterate(query)
        if isinstance(element, Column)
        for column in element.base_columns
        if isinstance(column, Column) and column.table.name in metadata.tables
    }
    held = {(each.name, column.name) for each in HELD for column in each.columns}
    assert ("balances", "as_of") in read
    assert read - held == set()
    assert set().union(*map(tables_of, listening.asked)) <= BY_NAME.keys()


def test_what_stands_at_a_cut_is_summed_before_money_is_settled(built: Engine) -> None:
    """The reader looks once at each table that a refresh works out: no earlier sum may read one."""
    positions = build.positions(NOW.date(), [ALAMEDA])
    matrices = build.matrices(date(2026, 10, 31), [NOW.date()], [ALAMEDA])
    assert (tables_of(positions) | tables_of(matrices)) & DERIVED == set()


def test_nobody_is_named_in_a_lake() -> None:
    names = {column.name for held in HELD for column in held.columns}
    assert names & PERSONAL == set()
    assert {held.name for held in HELD} & {"debtors", "people", "phones", "addresses"} == set()
    assert {"phone", "note", "account_no"} <= PERSONAL


def test_selects_in_words_give_the_same_cells(built: Engine) -> None:
    if built.dialect.name != "postgresql":
        pytest.skip("the words are PostgreSQL's")
    refresh(built, CALENDARS, now=NOW, full=True)
    before = cell_tables(built)
    refresh(built, CALENDARS, now=LATER, full=True, reader=InWords(built))
    assert cell_tables(built) == before
    assert sum(map(len, before.values())) > 50


def test_days_and_instants_say_their_type() -> None:
    table = facts.contacts
    query = select(func.count()).where(table.c.started_on == DAY, table.c.started_at < at(DAY))
    assert statement(query).split("WHERE ")[1] == (
        "contacts.started_on = DATE '2026-11-06' AND "
        "contacts.started_at < TIMESTAMP WITH TIME ZONE '2026-11-06 16:00:00+00:00'"
    )


def test_without_it_a_day_would_be_text() -> None:
    """The guard off: what SQLAlchemy's own PostgreSQL words say, and a LIKE with its sign doubled."""
    usual: Dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]
    query = build.matrices(date(2026, 10, 31), [NOW.date()], [ALAMEDA])
    bare = str(query.compile(dialect=usual, compile_kwargs={"literal_binds": True}))
    assert "'2026-10-31' AS opened_on" in bare
    assert "LIKE 'CASTIG%%'" in bare
    assert "DATE '2026-10-31' AS opened_on" in statement(query)
    assert "LIKE 'CASTIG%'" in statement(query)


def test_nothing_is_ordered_by_position_and_no_ratio_is_left_to_an_engine(built: Engine) -> None:
    listening = Listening(build.FromDatabase(built))
    refresh(built, CALENDARS, now=LATER, full=True, reader=listening)
    said = {statement(query) for query in listening.asked}
    assert not [sql for sql in said if "ORDER BY 1" in sql or " / " in sql or "NUMERIC" in sql]


def test_one_more_of_anything_makes_a_lake_old(built: Engine) -> None:
    with reading(built) as connection:
        held = state_of(connection)
        assert not more_than(connection, held)
    with writing(built) as connection:
        mark_dirty(connection, "payments", ALAMEDA, [DAY], LATER)
    with reading(built) as connection:
        assert more_than(connection, held)
        assert not more_than(connection, held, own=LATER)  # the refresh's own marks are not news
        held = state_of(connection)
        assert not more_than(connection, held)
    with writing(built) as connection:  # the same day again, after the snapshot
        mark_dirty(connection, "payments", ALAMEDA, [DAY], LATER + timedelta(minutes=1))
    with reading(built) as connection:
        assert more_than(connection, held)
        held = state_of(connection)
    with writing(built) as connection:
        connection.execute(dirty_days.delete())
        connection.execute(facts.file_loads.insert(), [_load()])
    with reading(built) as connection:
        assert more_than(connection, held)


def _load() -> dict[str, Any]:
    rows = dict.fromkeys(("rows_read", "rows_new", "rows_changed", "rows_same", "rows_rejected"), 0)
    names = {"kind": "payments", "layout": "x", "file_name": "x", "sha256": "x", "control_totals": "{}"}
    return rows | names | {"loaded_at": LATER, "loaded_by": "x"}


def test_a_new_owner_shows_though_no_day_was_marked(built: Engine) -> None:
    table = reference.assignments
    with reading(built) as connection:
        held, sums = state_of(connection), sums_of(connection, BY_NAME["assignments"])
    with writing(built) as connection:
        rows = {"account_id": ACCOUNT["A"], "agent_id": BETO, "from_at": LATER, "from_on": LATER.date()}
        connection.execute(table.insert(), [rows])
    with reading(built) as connection:
        assert more_than(connection, held)
    with writing(built) as connection:
        connection.execute(table.delete().where(table.c.from_at == LATER))
        closed = table.c.agent_id == ANA
        connection.execute(table.update().where(closed).values(to_on=NOW.date(), to_at=NOW))
    with reading(built) as connection:
        assert not more_than(connection, held)  # in place: only its sums say so
        assert sums_of(connection, BY_NAME["assignments"]) != sums


def test_a_rebuilt_day_changes_the_digest_of_its_part_alone(built: Engine) -> None:
    contacts = BY_NAME["contacts"]
    with reading(built) as connection:
        before = digests(connection, contacts, NOW.date())
        day = min(before)
    with writing(built) as connection:
        mark_dirty(connection, "contacts", ALAMEDA, [date.fromisoformat(day)], LATER)
    refresh(built, CALENDARS, now=LATER)
    with reading(built) as connection:
        after = digests(connection, contacts, NOW.date())
    assert {part for part in before if before[part] != after[part]} == {day}


def test_a_month_is_one_file_once_it_is_over() -> None:
    contacts, newest = BY_NAME["contacts"], date(2026, 11, 18)
    assert contacts.part(DAY, newest) == "2026-11-06"
    assert contacts.part(date(2026, 10, 31), newest) == "2026-10"
    assert contacts.part(DAY, date(2026, 12, 1)) == "2026-11"
    assert BY_NAME["balances"].part(date(2026, 10, 31), newest) == "2026-10-31"  # a cut is large enough
    month = contacts.days("2026-11")
    assert (month.start, month.end) == (date(2026, 11, 1), date(2026, 11, 30))
    assert contacts.days("2026-11-06").days == 1


def manifest(engine: Engine, number: int, **files: str) -> Manifest:
    with reading(engine) as connection:
        state = state_of(connection)
    tables = {held.name: {"00000": Part(files.get(held.name, "none"), 3, "")} for held in HELD}
    return Manifest(number, NOW.isoformat(), shape(), state, tables)


def test_a_manifest_is_read_as_it_was_written(built: Engine, tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None
    written = manifest(built, 7)
    write_manifest(tmp_path, written)
    assert read_manifest(tmp_path) == written
    path = tmp_path / "manifest.json"
    path.write_text(path.read_text().replace(shape(), "another"))
    assert read_manifest(tmp_path) is None  # files of another version's columns are nobody's
    path.write_text("{")
    with pytest.raises(LakeFault, match="lake_unreadable"):
        read_manifest(tmp_path)


def test_files_that_the_last_two_manifests_do_not_name_go(built: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "accounts"
    folder.mkdir()
    names = [f"accounts/00000.{n}.parquet" for n in (1, 2, 3)] + ["accounts/00000.4.parquet.part"]
    for name in names:
        (tmp_path / name).touch()
    sweep(tmp_path, manifest(built, 3, accounts=names[2]), manifest(built, 2, accounts=names[1]))
    assert sorted(path.name for path in folder.iterdir()) == ["00000.2.parquet", "00000.3.parquet"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("refresh", "--engine", "duckdb"), 2, "--lake"),
        (("refresh", "--lake", "x"), 2, "--engine"),
        (("refresh", "--engine", "duckdb", "--lake", "x", "--url", "sc://h:1"), 2, "--url"),
        (("lake", "/dev/null/x"), 1, "requirements-lake.txt" if find_spec("duckdb") is None else "/dev/null"),
    ],
)
def test_wrong_use_is_said(shell: Shell, arguments: tuple[str, ...], code: int, said: str) -> None:  # noqa: F811
    found, _, err = shell.run(*arguments)
    assert (found, said in err) == (code, True)


@pytest.mark.skipif(find_spec("duckdb") is not None, reason="the packages are installed")
def test_without_the_packages_it_says_what_to_install(shell: Shell) -> None:  # noqa: F811
    code, found = shell.json("refresh", "--engine", "spark", "--lake", str(shell.folder / "lake"))
    assert (code, found["about"]) == (1, "cli.lake_packages")
    assert "requirements-lake.txt" in found["message"]


def test_a_fault_of_our_own_is_not_blamed_on_a_package() -> None:
    with pytest.raises(ModuleNotFoundError), lake_faults():
        raise ModuleNotFoundError("No module named 'db.nowhere'", name="db.nowhere")
    with pytest.raises(Stop, match="lake_packages"), lake_faults():
        raise ModuleNotFoundError("No module named 'duckdb'", name="duckdb")
    with pytest.raises(Stop) as stop, lake_faults():
        raise StaleLake("x")
    assert (stop.value.code, stop.value.slots) == (3, {"folder": "x"})


def test_an_instant_without_a_zone_has_no_words() -> None:
    with pytest.raises(CompileError, match="literal value"):
        statement(select(func.count()).where(facts.contacts.c.started_at == datetime(2026, 1, 1)))
    aware = datetime(2026, 1, 1, tzinfo=UTC)
    assert "+00:00" in statement(select(func.count()).where(facts.contacts.c.started_at == aware))
