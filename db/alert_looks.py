"""How the data stood when all that is watched was last looked at: what has not changed is not read again."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from db.tables.cells import built_days, dirty_days
from db.tables.desk import proposals
from db.tables.facts import file_loads
from db.tables.house import settings

NAME = "alerts.looked"


@dataclass(frozen=True)
class Looked:
    """`mark`: what the numbers came of; `at`: when they were read."""

    mark: str
    at: datetime


NEVER = Looked("", datetime.min.replace(tzinfo=UTC))


def data_mark(connection: Connection) -> str:
    """Another one whenever a file came in, cells were built, or something was done from chat."""
    built = select(func.count(), func.sum(built_days.c.rows), func.max(built_days.c.built_at))
    dirty = select(func.count(), func.max(dirty_days.c.since))
    done = select(func.max(proposals.c.done_at))
    loads = select(func.max(file_loads.c.id))
    found = [value for query in (built, dirty, done, loads) for value in connection.execute(query).one()]
    return "|".join(str(value) for value in found)


def last_look(connection: Connection) -> Looked:
    kept = connection.execute(select(settings.c.value).where(settings.c.name == NAME)).scalar()
    if kept is None:
        return NEVER
    at, _, mark = kept.partition(" ")
    return Looked(mark, datetime.fromisoformat(at))


def note_look(connection: Connection, looked: Looked) -> None:
    dialect = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    value = f"{looked.at.isoformat()} {looked.mark}"
    kept = dialect(settings).values(name=NAME, value=value)
    connection.execute(kept.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
