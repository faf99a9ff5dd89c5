"""The fixtures of the HTTP door: one that is open, and who hears what comes through it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from db.engine import open_engine
from db.tables.house import inbox
from tests.slack_door import Door, Heard, opened


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def door(tmp_path: Path, heard: Heard) -> AsyncIterator[Door]:
    """On a file of its own; what the two databases could do otherwise is tried on both."""
    database = open_engine(f"sqlite:///{tmp_path / 'door.db'}")
    inbox.create(database)
    async with opened(heard.app(), database) as open_door:
        yield open_door
    database.dispose()
