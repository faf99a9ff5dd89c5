"""The schema: migrations make what db/tables says, once, and leave strangers alone."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table

from db.engine import open_engine, reading, writing
from db.migrate import SchemaFault, current, drift, head, upgrade, version_table
from db.tables import metadata

UPGRADE = "import sys; from db.engine import open_engine; from db.migrate import upgrade; "
UPGRADE += "print(upgrade(open_engine(sys.argv[1])))"


@pytest.fixture
def blank(database_url: str) -> Engine:
    return open_engine(database_url)


def test_the_migrated_schema_is_the_one_of_the_tables(blank: Engine) -> None:
    assert upgrade(blank) is True
    with reading(blank) as connection:
        assert current(connection) == head()
        assert drift(connection) == []
    assert upgrade(blank) is False
    blank.dispose()


def test_a_table_nobody_migrated_is_noticed(blank: Engine) -> None:
    upgrade(blank)
    extra = Table("forgotten", MetaData(), Column("id", Integer, primary_key=True))
    with writing(blank) as connection:
        extra.create(connection)
    with reading(blank) as connection:
        assert "forgotten" in str(drift(connection))
    blank.dispose()


def test_sqlite_gets_the_very_same_tables(tmp_path: Path) -> None:
    """What `alembic check` does not compare: WITHOUT ROWID, constraints, the order of a key."""
    migrated, made = tmp_path / "migrated.db", tmp_path / "made.db"
    upgrade(open_engine(f"sqlite:///{migrated}"))
    metadata.create_all(open_engine(f"sqlite:///{made}"))
    assert _statements(migrated) == _statements(made)


def _statements(path: Path) -> dict[str, list[str]]:
    """Each table's parts, whatever their order: a column added later stands at the end."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("select name, sql from sqlite_master where sql is not null").fetchall()
    connection.close()
    return {name: _parts(sql) for name, sql in rows if name != version_table.name}


def _parts(sql: str) -> list[str]:
    head, _, rest = " ".join(sql.replace('"', "").split()).partition("(")
    body, _, end = rest.rpartition(")")
    return sorted([head.strip(), end.strip(), *map(str.strip, re.split(r",(?![^(]*\))", body))])


def test_three_processes_at_once_migrate_once(database_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADE, database_url], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    said = [process.communicate(timeout=60) for process in processes]
    assert sorted(out.decode().strip() for out, _ in said) == ["False", "False", "True"], said


def test_a_newer_schema_is_left_alone(blank: Engine) -> None:
    upgrade(blank)
    with writing(blank) as connection:
        connection.execute(version_table.update().values(version_num="9999"))
    with pytest.raises(SchemaFault, match="schema_newer"):
        upgrade(blank)
    blank.dispose()


def test_somebody_elses_tables_are_left_alone(blank: Engine) -> None:
    stranger = Table("wp_posts", MetaData(), Column("id", Integer, primary_key=True))
    with writing(blank) as connection:
        stranger.create(connection)
    with pytest.raises(SchemaFault, match="schema_foreign"):
        upgrade(blank)
    with reading(blank) as connection:
        assert current(connection) is None
    blank.dispose()
