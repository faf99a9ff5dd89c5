"""Brings a database to the newest schema, once, however many processes start together.

The usual case, already there, costs one select: Alembic is imported only when there is work to do.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, func, inspect, select
from sqlalchemy.exc import DBAPIError

from db.engine import reading, writing

HOME = Path(__file__).parent.parent
VERSIONS = HOME / "migrations" / "versions"
LOCK = 0x43A57E4A  # any number of our own: PostgreSQL's advisory lock

version_table = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
_REVISION = re.compile(r'^(revision|down_revision)\s*=\s*["\']([^"\']+)', re.MULTILINE)


class SchemaFault(Exception):
    """The database cannot be brought up to date: `key` says why."""

    def __init__(self, key: str, **slots: Any) -> None:
        super().__init__(key, slots)
        self.key, self.slots = key, slots


def upgrade(engine: Engine) -> bool:
    """To the newest schema; True if anything was done. Raises SchemaFault."""
    newest = head()
    with reading(engine) as connection:
        if current(connection) == newest:
            return False
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
        at = current(connection)
        if at == newest:  # another process did it while this one waited
            return False
        _refuse_strangers(connection, at)
        _alembic(connection, "upgrade", "head")
    return True


def current(connection: Connection) -> str | None:
    """The database's revision; None where no table says."""
    if not inspect(connection).has_table(version_table.name):
        return None
    return connection.execute(select(version_table.c.version_num)).scalar()


def drift(connection: Connection) -> list[str]:
    """What `alembic check` finds: differences between the migrated schema and db/tables."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from db.tables import metadata

    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [_named(difference) for difference in compare_metadata(context, metadata)]


def _named(difference: Any) -> str:
    """`add_column balances.overdue_cents` out of Alembic's tuple of objects."""
    if isinstance(difference, list):
        return ", ".join(map(_named, difference))
    what, *parts = difference
    names = (getattr(part, "name", part) for part in parts)
    return " ".join([str(what), *(name for name in names if isinstance(name, str))])


@cache
def head() -> str:
    """The newest revision, read from the files' own lines: importing Alembic for it costs 0.3 s."""
    revisions, parents = _chain()
    (newest,) = revisions - parents
    return newest


def make_revision(connection: Connection, what: str, revision: str | None = None) -> None:
    """Write a migration from the difference between this database and db/tables."""
    _alembic(connection, "revision", message=what, autogenerate=True, rev_id=revision or _next())


def _next() -> str:
    return f"{len(_chain()[0]) + 1:04}"


def _chain() -> tuple[set[str], set[str]]:
    found: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for path in VERSIONS.glob("*.py"):
        for kind, value in _REVISION.findall(path.read_text(encoding="utf-8")):
            found[kind].add(value)
    return found["revision"], found["down_revision"]


def _refuse_strangers(connection: Connection, at: str | None) -> None:
    """A schema newer than this program, or somebody else's tables, are left alone."""
    if at is not None and at not in _chain()[0]:
        raise SchemaFault("schema_newer", revision=at)
    if at is None and (tables := inspect(connection).get_table_names()):
        raise SchemaFault("schema_foreign", tables=", ".join(sorted(tables)[:5]))


def _alembic(connection: Connection, command: str, *arguments: Any, **options: Any) -> None:
    from alembic import command as commands
    from alembic.config import Config

    config = Config(str(HOME / "alembic.ini"))
    config.attributes["connection"] = connection
    try:
        getattr(commands, command)(config, *arguments, **options)
    except DBAPIError as error:
        raise SchemaFault("schema_failed", reason=type(error.orig).__name__) from error
