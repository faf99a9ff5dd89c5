"""A tiny agency written as files, for the loading tests: two clients, five people, four accounts."""

import shutil
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text

from db.engine import open_engine
from db.loading import Loaded, apply
from db.tables import metadata
from db.tables.cells import dirty_days

# As the command line gives it: in the agency's own zone.
NOW = datetime(2026, 11, 18, 14, 30, tzinfo=ZoneInfo("America/Mexico_City"))

FILES = {
    "clients": "code,name\nALA,Banco Alameda\nSUR,Tienda Sur\n",
    "campaigns": "code,client_code,name\nA1,ALA,Temprana\nS1,SUR,Tardía\n",
    "people": (
        "employee_no,name,role,team,supervisor_employee_no\n"
        "S01,Laura Peña,supervisor,Norte,\nS02,Raúl Díaz,supervisor,Sur,\n"
        "E01,Ana Ruiz,asesor,Norte,S01\nE02,Omar Gil,asesor,Norte,S01\nE03,Eva Sol,asesor,Sur,S02\n"
    ),
    "accounts": (
        "client_code,campaign_code,account_no,balance,dpd,placed_on,debtor_id,debtor_name,state,phone,agent_employee_no\n"
        "ALA,A1,00001,1000.00,0,2026-10-01,D1,José Ñuño,Edo. de México,5512345678,E01\n"
        'ALA,A1,00002,"2,000.00",31,01/10/2026,D1,José Ñuño,Edo. de México,,E01\n'
        "ALA,A1,0010,(50.00),10,2026-10-05,,,,,\n"
        "SUR,S1,00001,$ 300.50,200,2026-10-01,D9,Ana Paz,cdmx,,E03\n"
    ),
}


def load(
    engine: Engine,
    kind: str,
    content: str | bytes,
    folder: Path,
    *,
    name: str | None = None,
    layout: str | None = None,
    client: str | None = None,
    now: datetime = NOW,
) -> Loaded:
    """Write the content to a file and load it."""
    path = write(folder, name or f"{kind}.csv", content)
    return apply(
        engine, kind, path, layout=layout, client=client, by="prueba", now=now, rejects=folder / "rejects"
    )


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.fixture(scope="session")
def loaded_once() -> dict[str, str]:
    """What each kind of database copies its agency from, once built."""
    return {}


@pytest.fixture(params=["sqlite", "postgresql"])
def agency(request: pytest.FixtureRequest, tmp_path: Path, loaded_once: dict[str, str]) -> Iterator[Engine]:
    """A fresh copy of the agency, loaded from its files once a session."""
    if request.param == "sqlite":
        if "sqlite" not in loaded_once:
            loaded_once["sqlite"] = _built_sqlite(
                request.getfixturevalue("tmp_path_factory").mktemp("agency")
            )
        shutil.copy(loaded_once["sqlite"], tmp_path / "agency.db")
        engine = open_engine(f"sqlite:///{tmp_path / 'agency.db'}")
        yield engine
        engine.dispose()
        return
    yield from _copied_postgres(request.getfixturevalue("postgres_url"), tmp_path, loaded_once)


def _built_sqlite(folder: Path) -> str:
    engine = open_engine(f"sqlite:///{folder / 'agency.db'}")
    metadata.create_all(engine)
    _fill(engine, folder)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return str(folder / "agency.db")


def _copied_postgres(url: str, folder: Path, loaded_once: dict[str, str]) -> Iterator[Engine]:
    admin = open_engine(url).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        if "postgresql" not in loaded_once:
            loaded_once["postgresql"] = f"t_agency_{uuid.uuid4().hex[:8]}"
            connection.execute(text(f"create database {loaded_once['postgresql']}"))
            first = open_engine(url.replace("/postgres?", f"/{loaded_once['postgresql']}?"))
            metadata.create_all(first)
            _fill(first, folder)
            first.dispose()
        name = f"t_{uuid.uuid4().hex[:12]}"
        connection.execute(text(f"create database {name} template {loaded_once['postgresql']}"))
    engine = open_engine(url.replace("/postgres?", f"/{name}?"))
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"drop database {name} with (force)"))
    admin.dispose()


def _fill(engine: Engine, folder: Path) -> None:
    for kind, content in FILES.items():
        load(engine, kind, content, folder)
    with engine.begin() as connection:  # so that a test sees its own marks only
        connection.execute(dirty_days.delete())
