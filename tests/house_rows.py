"""An engine on each database for tests of the bot's own records: made once a file, emptied for each test."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, Table, delete

from db.engine import open_engine, writing
from db.tables import metadata
from db.tables.guards import guard, unguard
from db.tables.house import audit, audit_head
from tests.conftest import empty_database


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def tables(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with empty_database(request.param, request, tmp_path_factory.mktemp("rows")) as url:
        engine = open_engine(url)
        metadata.create_all(engine)
        yield engine
        engine.dispose()


@pytest.fixture
def engine(tables: Engine) -> Iterator[Engine]:
    yield tables
    with writing(tables) as connection:
        emptied(connection, *reversed(metadata.sorted_tables))


def emptied(connection: Connection, *tables: Table) -> None:
    """Also the record, which the database itself would keep."""
    unguard(connection)
    for table in tables or (audit, audit_head):
        connection.execute(delete(table))
    guard(connection)
