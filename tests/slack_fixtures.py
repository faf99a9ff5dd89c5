"""The fixtures of the conversations: a company for each test, and the edge talking to localslack."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.engine import open_engine, writing
from db.tables import metadata
from tests.slack_world import World, world
from tests.small import NOW, fill


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small company in a file, once."""
    path = tmp_path_factory.mktemp("talk") / "small.db"
    engine = open_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    with writing(engine) as connection:
        fill(connection)
    refresh(engine, load_calendars(), now=NOW)
    engine.dispose()
    return path


@pytest.fixture
def company(filled: Path, tmp_path: Path) -> Iterator[Engine]:
    """A copy of its own for each test: conversations are remembered and audited."""
    engine = open_engine(f"sqlite:///{shutil.copy(filled, tmp_path / 'cartera.db')}")
    yield engine
    engine.dispose()


@pytest.fixture
async def slack(company: Engine) -> AsyncIterator[World]:
    async with world(company) as built:
        yield built
