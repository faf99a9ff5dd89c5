"""An old lake is refused or brought up to date, never summed in silence; an export writes what changed."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, Select, select

from db.bulk import Row
from db.calendars import load_calendars
from db.cells.build import Reader
from db.cells.refresh import Refreshed, refresh
from db.dirty import mark_dirty
from db.engine import reading, writing
from db.lake import reader as reading_lake
from db.lake.engines import InDuckDb, summing
from db.lake.export import Exported, export_lake
from db.lake.faults import LakeFault, StaleLake
from db.lake.manifest import read_manifest
from db.lake.reader import FromLake, refresh_from_lake
from db.tables.cells import dirty_days, payment_cells
from db.tables.facts import payments
from db.tables.reference import assignments
from tests.lake.tables import cell_tables, differing
from tests.small import ACCOUNT, ALAMEDA, BETO, NOW, fill

CALENDARS = load_calendars()
LATE = date(2026, 11, 6)
HOUR = timedelta(hours=1)


@pytest.fixture
def built(engine: Engine) -> Engine:
    with writing(engine) as connection:
        fill(connection)
    refresh(engine, CALENDARS, now=NOW)
    return engine


@pytest.fixture
def duck() -> Iterator[InDuckDb]:
    with summing("duckdb") as engine:
        assert isinstance(engine, InDuckDb)
        yield engine


def pay_late(engine: Engine, ref: str = "LATE", minutes: int = 5, mark: bool = True) -> None:
    values = {"paid_on": LATE, "posted_on": LATE, "amount_cents": 100_000, "payment_ref": ref}
    with writing(engine) as connection:
        row = payments.insert().values(client_id=ALAMEDA, campaign_id=1, account_id=ACCOUNT["C"], **values)
        connection.execute(row)
        for source in ("payments", "posted") if mark else ():
            mark_dirty(connection, source, ALAMEDA, [LATE], NOW + timedelta(minutes=minutes))


def from_lake(
    engine: Engine, folder: Path, duck: InDuckDb, hours: int = 1, export: bool = False, full: bool = False
) -> Refreshed:
    now = NOW + hours * HOUR

    def summed(by: Reader) -> Refreshed:
        return refresh(engine, CALENDARS, now=now, full=full, reader=by)

    return refresh_from_lake(engine, folder, duck, summed, now=now, export=export)


def paid(engine: Engine) -> int:
    table = payment_cells
    with reading(engine) as connection:
        return sum(connection.execute(select(table.c.amount_cents).where(table.c.day == LATE)).scalars())


def test_an_old_lake_is_refused_and_nothing_changes(built: Engine, tmp_path: Path, duck: InDuckDb) -> None:
    export_lake(built, tmp_path, now=NOW)
    before = cell_tables(built)
    pay_late(built)
    with pytest.raises(StaleLake) as refusal:
        from_lake(built, tmp_path, duck)
    assert refusal.value.slots == {"folder": str(tmp_path)}
    assert cell_tables(built) == before
    with reading(built) as connection:
        assert connection.execute(select(dirty_days.c.day)).first() is not None
    from_lake(built, tmp_path, duck, export=True)
    assert paid(built) == 100_000


def test_without_the_guard_the_old_sum_would_stand(
    built: Engine, tmp_path: Path, duck: InDuckDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard off: the payment is lost, and no mark is left to say so."""
    export_lake(built, tmp_path, now=NOW)
    pay_late(built)
    monkeypatch.setattr(reading_lake, "more_than", lambda *_, **__: False)
    monkeypatch.setattr(reading_lake, "restamp", lambda *_: None)
    from_lake(built, tmp_path, duck)
    assert paid(built) == 0
    with reading(built) as connection:
        assert connection.execute(select(dirty_days.c.day)).first() is None


def test_no_lake_and_a_refreshed_one(built: Engine, tmp_path: Path, duck: InDuckDb) -> None:
    with pytest.raises(LakeFault, match="lake_absent"):
        from_lake(built, tmp_path / "none", duck)
    export_lake(built, tmp_path, now=NOW)
    from_lake(built, tmp_path, duck, full=True)
    assert from_lake(built, tmp_path, duck, hours=2).days == {}  # still fresh: the refresh itself is no news


def test_another_owner_is_news_without_any_mark(built: Engine, tmp_path: Path, duck: InDuckDb) -> None:
    export_lake(built, tmp_path, now=NOW)
    with writing(built) as connection:
        on = NOW.date()
        closed = assignments.update().where(assignments.c.account_id == ACCOUNT["A"])
        connection.execute(closed.values(to_on=on, to_at=NOW))
    with pytest.raises(StaleLake):
        from_lake(built, tmp_path, duck)


class Interrupted:
    """A lake's reader, with a payment that comes in while the first sums are made."""

    def __init__(self, inner: Reader, engine: Engine, mark: bool = True) -> None:
        self.inner, self.engine, self.asked, self.mark = inner, engine, 0, mark

    def rows(self, query: Select[Any]) -> list[Row]:
        self.asked += 1
        if self.asked == 2:
            pay_late(self.engine, "MEANWHILE", minutes=10, mark=self.mark)
        return self.inner.rows(query)


def interrupted(built: Engine, folder: Path, duck: InDuckDb) -> None:
    now = NOW + HOUR
    inner = FromLake.opened(built, folder, duck, now)
    refresh(built, CALENDARS, now=now, full=True, reader=Interrupted(inner, built))


def test_what_comes_in_meanwhile_is_summed_by_the_database(
    built: Engine, tmp_path: Path, duck: InDuckDb
) -> None:
    """Its day's flow is built after it came, and its mark settled with the others: it has to be in."""
    export_lake(built, tmp_path, now=NOW)
    interrupted(built, tmp_path, duck)
    assert paid(built) == 100_000
    now = cell_tables(built)
    refresh(built, CALENDARS, now=NOW + 2 * HOUR, full=True)
    assert differing(cell_tables(built), now) == {}


def test_without_that_guard_it_would_be_lost(
    built: Engine, tmp_path: Path, duck: InDuckDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_lake(built, tmp_path, now=NOW)
    monkeypatch.setattr(reading_lake, "more_than", lambda *_, **__: False)
    interrupted(built, tmp_path, duck)
    assert paid(built) == 0


def written(folder: Path, done: Exported) -> set[str]:
    manifest = read_manifest(folder)
    assert manifest is not None
    number = f".{manifest.number}.parquet"
    found = {f for name in manifest.tables for f in manifest.files(name) if f.endswith(number)}
    assert len(found) == done.written
    return {file.removesuffix(number) for file in found}


def dated(files: set[str]) -> set[str]:
    return {file for file in files if file.split("/")[0] in ("balances", "contacts", "payments", "promises")}


def test_only_the_days_that_changed_are_written_again(built: Engine, tmp_path: Path, duck: InDuckDb) -> None:
    first = written(tmp_path, export_lake(built, tmp_path, now=NOW))
    assert {"balances/2026-10-31", "balances/2026-11-18", "accounts/00000"} <= first
    assert dated(written(tmp_path, export_lake(built, tmp_path, now=NOW))) == set()
    pay_late(built)
    assert dated(written(tmp_path, export_lake(built, tmp_path, now=NOW))) == {"payments/2026-11-06"}
    from_lake(built, tmp_path, duck, full=True)
    assert dated(written(tmp_path, export_lake(built, tmp_path, now=NOW))) == set()  # built is not changed
    pay_late(built, "UNMARKED", mark=False)
    assert dated(written(tmp_path, export_lake(built, tmp_path, now=NOW))) == {"payments/2026-11-06"}


def test_a_crash_half_way_leaves_the_lake_as_it_was(
    built: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_lake(built, tmp_path, now=NOW)
    before = read_manifest(tmp_path)
    assert before is not None
    pay_late(built)

    def full_disk(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(pq.ParquetWriter, "write_table", full_disk)
        with pytest.raises(OSError, match="no space"):
            export_lake(built, tmp_path, now=NOW)
    assert read_manifest(tmp_path) == before
    for name in before.tables:
        for file in before.files(name):
            pq.read_table(tmp_path / file)
    export_lake(built, tmp_path, now=NOW)
    assert list(tmp_path.glob("*/*.part")) == []


def test_files_are_typed_and_counted(built: Engine, tmp_path: Path) -> None:
    done = export_lake(built, tmp_path, now=NOW)
    manifest = read_manifest(tmp_path)
    assert manifest is not None
    assert manifest.rows() == done.rows
    types = {}
    for name in manifest.tables:
        files = [pq.read_table(tmp_path / file) for file in manifest.files(name)]
        assert sum(table.num_rows for table in files) == done.rows[name]
        assert len({table.schema for table in files}) == 1
        types[name] = {field.name: str(field.type) for field in files[0].schema}
    assert types["payments"]["paid_on"] == "date32[day]"
    assert types["payments"]["amount_cents"] == "int64"
    assert types["contacts"]["started_at"] == "timestamp[us, tz=UTC]"
    assert types["contacts"]["human"] == "bool"
    assert "note" not in types["contacts"]
    rows = pq.read_table(tmp_path / manifest.files("assignments")[0]).to_pylist()
    assert rows[0]["from_at"].isoformat() == "2026-10-01T16:00:00+00:00"
    assert {row["agent_id"] for row in rows} >= {BETO}


def test_an_empty_agency(engine: Engine, tmp_path: Path, duck: InDuckDb) -> None:
    assert from_lake(engine, tmp_path, duck, export=True, full=True).days == {}
    manifest = read_manifest(tmp_path)
    assert manifest is not None
    assert set(manifest.rows().values()) == {0}
