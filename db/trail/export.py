"""Gives the record's rows out as they stand, with what seals them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from db.tables.house import audit

COLUMNS = tuple(column.name for column in audit.c)
FETCHED = 2_000


def rows_since(connection: Connection, since: datetime) -> Iterator[dict[str, Any]]:
    """In the order of the chain; moments in UTC, to the microsecond, as the seal has them."""
    query = select(audit).where(audit.c.at >= since).order_by(audit.c.id)
    with connection.execute(query.execution_options(yield_per=FETCHED)) as found:
        for row in found:
            yield {**row._mapping, "at": row.at.isoformat(timespec="microseconds")}
