"""The totals from a real cluster: a Spark master and two workers, each a process of its own, on loopback."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import Engine

from db.cells.refresh import refresh
from db.engine import open_engine, writing
from db.tables import metadata
from tests.lake import cluster
from tests.lake.agencies import CALENDARS, builder
from tests.lake.tables import cell_tables, differing
from tests.small import NOW, fill

pytestmark = pytest.mark.skipif(bool(cluster.unavailable()), reason=cluster.unavailable())


@pytest.fixture(scope="module")
def spark() -> Iterator[cluster.Cluster]:
    with cluster.running() as found:
        yield found


def company(folder: Path, name: str) -> Engine:
    engine = open_engine(f"sqlite:///{folder / name}.db")
    metadata.create_all(engine)
    with writing(engine) as connection:
        fill(connection)
    return engine


def test_two_workers_give_the_same_tables(spark: cluster.Cluster, tmp_path: Path) -> None:
    ours, theirs = company(tmp_path, "ours"), company(tmp_path, "theirs")
    refresh(ours, CALENDARS, now=NOW)
    with builder("spark", tmp_path / "lake", spark.url) as bring_up_to_date:
        bring_up_to_date(theirs, NOW)
        with urlopen(spark.page) as page:
            known = json.load(page)
    assert differing(cell_tables(ours), cell_tables(theirs)) == {}
    assert sum(map(len, cell_tables(theirs).values())) > 50
    # The master's own word for it: two workers, both at work for us.
    assert [(worker["state"], worker["coresused"]) for worker in known["workers"]] == [("ALIVE", 1)] * 2
    for engine in (ours, theirs):
        engine.dispose()
