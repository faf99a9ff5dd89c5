"""What Alembic runs. The connection, and its transaction, are the caller's (db/migrate.py)."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from db.tables import metadata
from db.tables.types import Instant


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """A migration must not change when our own column types do."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    compare_type=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
