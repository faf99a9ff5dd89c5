"""The two things done with a file: `preview` says what it would do, `apply` does it whole or not at all."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import yaml
from rapidfuzz import process
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from db.engine import reading, writing
from db.loading.faults import LoadingRefused
from db.loading.files import read_bytes, read_table
from db.loading.known import Job
from db.loading.layouts import choose, kinds, known_headers
from db.loading.mapping import Typed, type_table
from db.loading.moments import believable
from db.loading.plan import Plan, perform
from db.loading.planners import PLANNERS
from db.loading.readers import ZONE, plain
from db.loading.rejects import write_rejects
from db.loading.report import Loaded, Preview, report
from db.tables.facts import file_loads
from db.tables.reference import clients

REJECTS = Path("var/rejects")
_TEXTS = Path(__file__).with_name("text.yaml")
_IMPORTS_LOCK = 0x0CA7E7A  # one import at a time on PostgreSQL; SQLite has one writer anyway


@dataclass(frozen=True)
class _Read:
    typed: Typed
    sha256: str
    file_name: str


def preview(
    engine: Engine,
    kind: str,
    path: Path,
    *,
    layout: str | None = None,
    client: str | None = None,
    now: datetime | None = None,
    rejects: Path = REJECTS,
) -> Preview:
    """Reads all, writes nothing but the rejects file."""
    read = _read(kind, path, layout, client)
    with reading(engine) as connection, _private_faults(engine):
        _refuse_repeat(connection, kind, read.sha256)
        _known_client(connection, client)
        job = Job(connection, now or datetime.now(UTC), writes=False)
        read = replace(read, typed=believable(read.typed, job.today))
        plan = PLANNERS[kind](job, read.typed)
    return _reported(plan, read, rejects)


def apply(
    engine: Engine,
    kind: str,
    path: Path,
    *,
    layout: str | None = None,
    client: str | None = None,
    by: str,
    now: datetime,
    rejects: Path = REJECTS,
    reached: Callable[[str], None] | None = None,
) -> Loaded:
    """All of it in one transaction. `reached` hears each point: planned, recorded, written, committed."""
    reached = reached or _pass
    read = _read(kind, path, layout, client)
    with writing(engine) as connection, _private_faults(engine):
        _one_at_a_time(connection)
        _refuse_repeat(connection, kind, read.sha256)
        client_id = _known_client(connection, client)
        job = Job(connection, now, writes=True)
        read = replace(read, typed=believable(read.typed, job.today))
        plan = PLANNERS[kind](job, read.typed)
        done = _reported(plan, read, rejects)
        reached("planned")
        if done.rows == done.rejected:
            raise LoadingRefused("load_all_rejected", n=done.rejected, path=str(done.rejects_file))
        load_id = _record(connection, done, client_id, by, now)
        reached("recorded")
        perform(connection, plan, load_id, now)
        reached("written")
    reached("committed")
    return Loaded(done, load_id, now, by)


def _pass(point: str) -> None:
    """Nobody watches the points of this load."""


def _read(kind: str, path: Path, layout: str | None, client: str | None) -> _Read:
    if kind not in kinds():
        raise LoadingRefused("load_unknown_kind", kind=kind, kinds=", ".join(kinds()))
    known = known_headers(kind)
    data = read_bytes(path)
    table = read_table(data, path.name, lambda headers: len({plain(header) for header in headers} & known))
    choice = choose(kind, table.headers, layout, client)
    return _Read(type_table(table, choice, client), hashlib.sha256(data).hexdigest(), path.name)


def _refuse_repeat(connection: Connection, kind: str, sha256: str) -> None:
    query = select(file_loads).where(file_loads.c.kind == kind, file_loads.c.sha256 == sha256)
    before = connection.execute(query).first()
    if before is not None:
        raise LoadingRefused(
            "load_already", file=before.file_name, when=_local(before.loaded_at), by=before.loaded_by
        )


def _local(moment: datetime) -> str:
    """The agency's own day and time, as its papers have them: 22-nov-2026 11:04."""
    here = moment.astimezone(ZONE)
    months = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))["load_months"]["es"].split()
    return f"{here.day:02}-{months[here.month - 1]}-{here.year} {here:%H:%M}"


def _known_client(connection: Connection, client: str | None) -> int | None:
    if client is None:
        return None
    found = connection.execute(
        select(clients.c.id).where(func.upper(clients.c.code) == client.upper())
    ).scalar()
    if found is None:
        codes = list(connection.execute(select(clients.c.code).order_by(clients.c.code)).scalars())
        close = process.extractOne(client, codes, processor=plain, score_cutoff=60)
        key = "load_unknown_client_guess" if close else "load_unknown_client"
        raise LoadingRefused(key, client=client, guess=str(close[0]) if close else "")
    return int(found)


def _one_at_a_time(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_IMPORTS_LOCK)))


@contextmanager
def _private_faults(engine: Engine) -> Iterator[None]:
    """A driver's error quotes the row it fell on: a debtor's data must reach no log, so its name only."""
    try:
        yield
    except (DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
        raise LoadingRefused("load_database_fault", fault=type(error).__name__) from None


def _reported(plan: Plan, read: _Read, folder: Path) -> Preview:
    name = f"{Path(read.file_name).stem}.{read.sha256[:8]}.rechazos.csv"
    file = write_rejects(plan.rows, read.typed.raw, read.typed.choice, folder / name)
    return report(plan, read.typed, read.sha256, read.file_name, file)


def _record(connection: Connection, done: Preview, client_id: int | None, by: str, now: datetime) -> int:
    row = {
        "kind": done.kind,
        "layout": done.layout,
        "client_id": client_id,
        "file_name": done.file_name[:255],
        "sha256": done.sha256,
        "rows_read": done.rows,
        "rows_new": done.new,
        "rows_changed": done.changed,
        "rows_same": done.same,
        "rows_rejected": done.rejected,
        "control_totals": json.dumps(done.totals.json()),
        "first_on": done.totals.first_on,
        "last_on": done.totals.last_on,
        "loaded_at": now,
        "loaded_by": by[:80],
    }
    result = connection.execute(file_loads.insert().values(row).returning(file_loads.c.id))
    return int(result.scalar_one())
