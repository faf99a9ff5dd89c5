"""Where engines part ways: typed days, instants, whole centavos, groups; on DuckDB and on Sail."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import BigInteger, Column, Date, MetaData, Select, String, Table, case, func, literal, select

from db.cells.build import stored
from db.lake.arrow import MOMENT, stored_rows
from db.lake.engines import Summing, summing, worded
from db.lake.faults import LakeFault
from db.lake.statement import statement
from db.tables.types import Instant

PAID = Table(
    "paid",
    MetaData(),
    Column("day", Date),
    Column("at", Instant),
    Column("cents", BigInteger),
    Column("agent", BigInteger),
    Column("reason", String(20)),
)
OCT_31, NOV_1 = date(2026, 10, 31), date(2026, 11, 1)
# Midnight in Mexico City is six in the morning in UTC.
LAST, FIRST = datetime(2026, 11, 1, 5, 59, 59, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)
LARGE = 9_007_199_254_740_993  # 2^53 + 1: a float would lose the last centavo
ROWS = [
    (OCT_31, LAST, LARGE, None, "CASTIGO 100%"),
    (NOV_1, FIRST, LARGE, 7, None),
    (NOV_1, FIRST, -1, 7, "RETIRO"),
]


@pytest.fixture(scope="module", params=["duckdb", "spark"])
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sail: str
) -> Iterator[Summing]:
    path = tmp_path_factory.mktemp("paid") / "paid.parquet"
    types = (pa.date32(), MOMENT, pa.int64(), pa.int64(), pa.string())
    arrays = [pa.array(column, kind) for column, kind in zip(zip(*ROWS, strict=True), types, strict=True)]
    pq.write_table(pa.Table.from_arrays(arrays, names=list(PAID.c.keys())), path)
    with summing(request.param, sail) as found:
        found.show("paid", [path])
        yield found


def rows(engine: Summing, query: Select[Any]) -> list[Any]:
    return sorted(stored_rows(engine.run(worded(statement(query), engine.dialect))), key=repr)


def test_a_day_in_a_select_is_a_day(engine: Summing) -> None:
    """As text it would be compared letter by letter, or not at all."""
    cut = select(literal(OCT_31, Date).label("cut")).subquery()
    assert rows(engine, select(cut.c.cut)) == [("2026-10-31",)]
    sql = worded(statement(select(cut.c.cut)), engine.dialect)
    assert pa.types.is_date(engine.run(sql).column(0).type)
    bare = engine.run(worded("SELECT '2026-10-31' AS cut", engine.dialect))
    assert not pa.types.is_date(bare.column(0).type)  # the trap
    later = select(func.count()).select_from(PAID.join(cut, PAID.c.day > cut.c.cut))
    assert rows(engine, later) == [(2,)]


def test_an_instant_is_a_moment_and_not_a_wall_clock(engine: Summing) -> None:
    assert rows(engine, select(func.count()).where(PAID.c.at >= FIRST)) == [(2,)]
    assert rows(engine, select(func.count()).where(PAID.c.at < FIRST)) == [(1,)]
    local = FIRST.astimezone(datetime.fromisoformat("2026-11-01T00:00:00-06:00").tzinfo)
    assert rows(engine, select(func.count()).where(PAID.c.at >= local)) == [(2,)]


def test_centavos_stay_whole_however_many(engine: Summing) -> None:
    assert rows(engine, select(func.sum(PAID.c.cents))) == [(2 * LARGE - 1,)]
    doubled = select(func.sum(PAID.c.cents * case((PAID.c.agent == 7, 1), else_=0)))
    assert rows(engine, doubled) == [(LARGE - 1,)]


def test_a_part_of_a_centavo_is_refused() -> None:
    half = pa.table({"cents": pa.array(["1.50"]).cast(pa.decimal128(20, 2))})
    with pytest.raises(pa.ArrowInvalid):
        stored_rows(half)
    with pytest.raises(TypeError, match="double"):
        stored_rows(pa.table({"cents": pa.array([1.5])}))


def test_nobody_is_grouped_with_nobody(engine: Summing) -> None:
    """coalesce stands inside, under a name of its own: outside, PostgreSQL would not know it again."""
    each = select(func.coalesce(PAID.c.agent, 0).label("agent"), PAID.c.cents).subquery()
    query = select(each.c.agent, func.coalesce(func.sum(each.c.cents), 0)).group_by(each.c.agent)
    assert rows(engine, query) == [(0, LARGE), (7, LARGE - 1)]


def test_a_like_keeps_its_sign(engine: Summing) -> None:
    assert rows(engine, select(func.count()).where(func.upper(PAID.c.reason).like("CASTIG%"))) == [(1,)]
    assert rows(engine, select(PAID.c.reason).where(PAID.c.reason.like("%100%"))) == [("CASTIGO 100%",)]


def test_an_order_inside_is_a_hint(engine: Summing) -> None:
    """Spark knows no table in the order of what DISTINCT left; and nothing depends on that order."""
    agents = select(PAID.c.agent).distinct().order_by(PAID.c.agent).subquery()
    query = select(func.count()).select_from(PAID.join(agents, agents.c.agent == PAID.c.agent))
    assert "ORDER BY" in statement(query)
    assert rows(engine, query) == [(2,)]
    first = select(PAID.c.cents).order_by(PAID.c.cents).limit(1).subquery()  # this one says which row
    assert rows(engine, select(first.c.cents)) == [(-1,)]
    running = func.sum(PAID.c.cents).over(order_by=PAID.c.cents.asc(), partition_by=PAID.c.agent)
    assert rows(engine, select(running).where(PAID.c.agent == 7)) == [(-1,), (LARGE - 1,)]


def test_nothing_summed_is_nothing_and_no_rows_are_no_rows(engine: Summing) -> None:
    none = select(PAID.c.agent, func.sum(PAID.c.cents)).where(PAID.c.day > NOV_1).group_by(PAID.c.agent)
    assert rows(engine, none) == []
    assert rows(engine, select(func.sum(PAID.c.cents)).where(PAID.c.day > NOV_1)) == [(None,)]


def test_rows_come_in_the_form_the_database_gives_them() -> None:
    made = pa.table(
        {
            "day": pa.array([OCT_31, None], pa.date32()),
            "human": pa.array([True, False]),
            "sum": pa.array([LARGE, None]).cast(pa.decimal128(38, 0)),
            "small": pa.array([1, 2], pa.int16()),
            "bucket": pa.array(["1-30", None]),
            "never": pa.nulls(2),
        }
    )
    assert stored_rows(made) == [stored(row.values()) for row in made.to_pylist()]


def test_nobody_listens(tmp_path: Path) -> None:
    for url in ("sc://127.0.0.1:9", "sc://", "sc://127.0.0.1:port"):
        with pytest.raises(LakeFault, match="lake_no_spark"), summing("spark", url):
            raise AssertionError("something listened")
