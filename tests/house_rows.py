"""An engine on each database for tests of the bot's own records: made once a file, emptied for each test."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, delete

from db.engine import open_engine, writing
from db.tables import metadata
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
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
