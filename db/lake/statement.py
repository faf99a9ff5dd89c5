"""A Core select as one SQL text without parameters, for engines SQLAlchemy has no dialect for. Runs nothing.

It is PostgreSQL's SQL, as the cells' own selects are compiled for it, but that every day and instant says
its type: as bare text `'2026-11-18' AS day` would be a column of text, and some engines compare no text
with a date.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Date, DateTime, Select, Table
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import visitors


class _Day(Date):
    def literal_processor(self, dialect: Dialect) -> Callable[[date], str]:  # noqa: ARG002
        return lambda day: f"DATE '{day.isoformat()}'"


class _Moment(DateTime):
    def literal_processor(self, dialect: Dialect) -> Callable[[datetime], str]:  # noqa: ARG002
        return lambda at: f"TIMESTAMP WITH TIME ZONE '{at.astimezone(UTC).isoformat(sep=' ')}'"


class LakeDialect(PGDialect):
    """Compiles only. Named parameters: with positional ones every % of a LIKE would come out doubled."""

    supports_statement_cache = False
    default_paramstyle = "named"
    colspecs = {**PGDialect.colspecs, Date: _Day, DateTime: _Moment}  # noqa: RUF012


_DIALECT: Dialect = LakeDialect(paramstyle="named")  # type: ignore[no-untyped-call]


def statement(query: Select[Any]) -> str:
    return str(query.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))


def tables_of(query: Select[Any]) -> set[str]:
    """The names of the tables a select reads, however deep."""
    return {element.name for element in visitors.iterate(query) if isinstance(element, Table)}
