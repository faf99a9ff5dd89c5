"""PostgreSQL databases that are emptied and lent again: to make one takes longer than most tests do."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from db.engine import open_engine
from db.tables import metadata
from db.trail.seal import HOME

# What a test may have changed of the tables themselves: such a database is not lent again.
_SHAPE = """
select md5(string_agg(part, ';' order by part)) from (
  select c.relname || string_agg(format('%s %s %s', attname, atttypid, attnotnull), ',' order by attnum)
  from pg_class c join pg_attribute a on attrelid = c.oid and attnum > 0
  where c.relnamespace = 'public'::regnamespace group by c.oid, c.relname
  union all
  select format('%s %s %s', tgname, tgrelid::regclass, tgenabled) from pg_trigger where not tgisinternal
) as parts(part)
"""
_RESTART = "select setval(format('%I.%I', schemaname, sequencename), start_value, false) from pg_sequences"
_ALONE = "select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"


@contextmanager
def admin(url: str) -> Iterator[Connection]:
    """A connection that is in no transaction."""
    engine = open_engine(url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


class Spares:
    def __init__(self, url: str) -> None:
        self._url, self._free, self._shape = url, list[str](), ""

    def lent(self) -> Iterator[str]:
        name = self._free.pop() if self._free else self._made()
        yield self._of(name)
        for left in HOME.glob(f"{name}.*"):  # its anchor
            left.unlink()
        with admin(self._url) as connection:
            connection.execute(text(_ALONE), {"name": name})
        if self._emptied(name):
            self._free.append(name)
        else:
            self._dropped(name)

    def drop(self) -> None:
        for name in self._free:
            self._dropped(name)

    def _of(self, name: str) -> str:
        return self._url.replace("/postgres?", f"/{name}?")

    def _made(self) -> str:
        name = f"t_{uuid.uuid4().hex[:12]}"
        with admin(self._url) as connection:
            connection.execute(text(f"create database {name}"))
        engine = open_engine(self._of(name))
        metadata.create_all(engine)
        engine.dispose()
        if not self._shape:
            with admin(self._of(name)) as connection:
                self._shape = str(connection.execute(text(_SHAPE)).scalar())
        return name

    def _emptied(self, name: str) -> bool:
        with admin(self._of(name)) as connection:
            if str(connection.execute(text(_SHAPE)).scalar()) != self._shape:
                return False
            tables = [table.name for table in metadata.sorted_tables]
            held = " union all ".join(f"select '{each}' where exists (select from {each})" for each in tables)
            full = connection.execute(text(held)).scalars().all()
            connection.execute(text("set session_replication_role = replica"))  # the trail is append-only
            if full:
                connection.execute(text(f"truncate {', '.join(full)} cascade"))
            connection.execute(text(_RESTART))
        return True

    def _dropped(self, name: str) -> None:
        with admin(self._url) as connection:
            connection.execute(text(f"drop database {name} with (force)"))
