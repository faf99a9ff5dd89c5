"""What the database itself refuses: to change the record of what was done, or to take any of it away.

Rows up to the head's `base` may go: whoever moves it without the key breaks the head's seal. What was typed
may be taken out of a row that audit_cuts names: whoever does so without the key breaks that row's seal.
"""

from typing import Any

from sqlalchemy import Connection, Table, event, inspect

from db.tables.erasure import audit_cuts
from db.tables.house import audit, audit_head

_KEPT = [column.name for column in audit.c if column.name not in ("said", "request", "change")]
_SAME = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _KEPT)
_SAME_ROW = ", ".join(f"OLD.{name}" for name in _KEPT)
_NEW_ROW = ", ".join(f"NEW.{name}" for name in _KEPT)
_CUT_SQLITE = f"""CREATE TRIGGER audit_keeps_rows BEFORE UPDATE ON audit
WHEN NOT EXISTS (SELECT 1 FROM audit_cuts WHERE row_id = OLD.id) OR {_SAME}
BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END"""  # noqa: S608 (our own columns)
_CUT_POSTGRESQL = f"""CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'audit' AND TG_OP = 'DELETE' THEN
    IF OLD.id <= coalesce((SELECT max(base) FROM audit_head), 0) THEN RETURN OLD; END IF;
  END IF;
  IF TG_TABLE_NAME = 'audit' AND TG_OP = 'UPDATE' THEN
    IF EXISTS (SELECT 1 FROM audit_cuts WHERE row_id = OLD.id)
      AND ROW({_NEW_ROW}) IS NOT DISTINCT FROM ROW({_SAME_ROW}) THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION 'the record is append-only';
END $$"""  # noqa: S608
_SQLITE = (
    """CREATE TRIGGER audit_keeps_rows BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END""",
    """CREATE TRIGGER audit_keeps_all BEFORE DELETE ON audit
WHEN OLD.id > coalesce((SELECT max(base) FROM audit_head), 0)
BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END""",
    # INSERT OR REPLACE deletes without asking the trigger above.
    """CREATE TRIGGER audit_replaces_none BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END""",
    """CREATE TRIGGER audit_head_keeps BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END""",
    """CREATE TRIGGER audit_head_grows BEFORE UPDATE ON audit_head
WHEN NEW.seq < OLD.seq OR NEW.base < OLD.base OR NEW.id <> OLD.id
BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END""",
)
_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'audit' AND TG_OP = 'DELETE' THEN
    IF OLD.id <= coalesce((SELECT max(base) FROM audit_head), 0) THEN RETURN OLD; END IF;
  END IF;
  RAISE EXCEPTION 'the record is append-only';
END $$""",
    """CREATE TRIGGER audit_keeps_rows BEFORE UPDATE OR DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
    """CREATE TRIGGER audit_keeps_all BEFORE TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
    """CREATE TRIGGER audit_head_keeps BEFORE DELETE ON audit_head
FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
    """CREATE TRIGGER audit_head_keeps_all BEFORE TRUNCATE ON audit_head
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
    """CREATE TRIGGER audit_head_grows BEFORE UPDATE ON audit_head
FOR EACH ROW WHEN (NEW.seq < OLD.seq OR NEW.base < OLD.base OR NEW.id <> OLD.id)
EXECUTE FUNCTION audit_refuse()""",
)
_DROP = {
    "sqlite": tuple(
        f"DROP TRIGGER IF EXISTS {name}"
        for name in (
            *("audit_keeps_rows", "audit_keeps_all", "audit_replaces_none"),
            *("audit_head_keeps", "audit_head_grows"),
        )
    ),
    "postgresql": ("DROP FUNCTION IF EXISTS audit_refuse() CASCADE",),
}


def guard(connection: Connection) -> None:
    """Sets the triggers. Once both tables are there, by create_all or by a migration; before there was
    anything that names cuts, none is let through."""
    lite = connection.dialect.name == "sqlite"
    statements = list(_SQLITE if lite else _POSTGRESQL)
    if inspect(connection).has_table(audit_cuts.name):
        statements[0] = _CUT_SQLITE if lite else _CUT_POSTGRESQL
    for statement in statements:
        connection.exec_driver_sql(statement)


def unguard(connection: Connection) -> None:
    """Takes them away, for a migration that must rebuild the table."""
    for statement in _DROP[connection.dialect.name]:
        connection.exec_driver_sql(statement)


audit_head.add_is_dependent_on(audit)
audit_head.add_is_dependent_on(audit_cuts)


@event.listens_for(audit_head, "after_create")
def _guarded(_table: Table, connection: Connection, **_: Any) -> None:
    guard(connection)
