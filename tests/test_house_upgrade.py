"""A database of the release before: its built days are marked, so that no answer reads an emptied cell."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, column, insert, select, table

from db.engine import open_engine, reading, writing
from db.migrate import _alembic, upgrade
from db.tables.cells import contact_cells, dirty_days

BUILT = datetime(2026, 11, 18, 15, tzinfo=UTC)
DAY = date(2026, 11, 17)
SUMS = ("attempts", "humans", "rpcs", "handled", "handle_seconds")
OWNERS = ("campaign_id", "supervisor_id", "agent_id")


@pytest.fixture
def before(database_url: str) -> Engine:
    """At revision 0002, with one day of contacts built."""
    engine = open_engine(database_url)
    with writing(engine) as connection:
        _alembic(connection, "upgrade", "0002")
        terms = {"promise_grace_days": 2, "promise_threshold_pct": 100, "payment_lag_days": 2}
        named = {"id": 1, "code": "A", "name": "A", "regime": "FINANCIERA"}
        _put(connection, "clients", {"bucket_edges": "30", "pay_accounts": "", **named, **terms})
        day = {"client_id": 1, "day": DAY}
        _put(connection, "built_days", {"source": "contacts", "rows": 1, "built_at": BUILT, **day})
        _put(connection, "contact_cells", {"channel": "call", **day, **dict.fromkeys((*OWNERS, *SUMS), 1)})
    return engine


def _put(connection: Connection, name: str, values: dict[str, Any]) -> None:
    connection.execute(insert(table(name, *map(column, values))).values(values))


def test_what_was_built_waits_for_a_refresh(before: Engine) -> None:
    upgrade(before)
    with reading(before) as connection:
        marked = connection.execute(
            select(dirty_days.c.source, dirty_days.c.client_id, dirty_days.c.day)
        ).all()
        assert {tuple(row) for row in marked} == {("contacts", 1, DAY), ("reach", 1, DAY)}
        assert connection.execute(select(contact_cells)).all() == []
    before.dispose()
