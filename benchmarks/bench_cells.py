"""What it costs to bring the cells up to date, everything and one new day, beside a plain scan of the rows.

    python -m benchmarks.bench_cells [--size S|M] [--database sqlite|postgresql|both] [--dir FOLDER]

--keep-full: everything is not built again where it is built already.

Floor: the engine's own grouped scan of the rows concerned (positions by bucket, contacts by campaign), by one
statement each in the same run. The new day is a file of every account, with its contacts, payments, promises.
"""

import argparse
import resource
from collections.abc import Iterator
from datetime import date, timedelta
from time import perf_counter

from sqlalchemy import ColumnElement, Engine, Table, delete, func, inspect, select
from sqlalchemy.exc import DatabaseError

from benchmarks.agency import CLIENTS, NOW, TODAY
from benchmarks.stores import KINDS, arguments, engines
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.dirty import mark_dirty
from db.engine import reading, writing
from db.tables import cells, facts, metadata, openings

SOURCES = ("positions", "contacts", "payments", "promises", "promises_due")
CELLS = [t for t in metadata.sorted_tables if t.name.endswith("_cells")]
ACCOUNT_BY_ACCOUNT = (openings.opening_accounts, openings.opening_groups)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep-full", action="store_true", help="only the new day")
    given = arguments(parser)
    with engines(given.dir, given.database) as opened:
        for kind in KINDS if given.database == "both" else (given.database,):
            _bench(opened(kind, given.size), given.size, again=not given.keep_full)


def _bench(engine: Engine, size: str, *, again: bool) -> None:
    print(f"\n{engine.dialect.name}, size {size}")
    if again or not _built(engine):
        seconds = _refreshed(engine, full=True)
        _line("everything", seconds, _floor(engine))
    for what in ("one new day", "the same day again"):
        _forget_day(engine, TODAY)
        seconds = _refreshed(engine)
        _line(what, seconds, _floor(engine, TODAY))
    _sizes(engine)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {'peak memory of this process':<34} {peak:>8,.0f} MB", flush=True)


def _line(what: str, seconds: float, floor: float) -> None:
    ratio = seconds / floor
    print(f"  {what:<34} {seconds:>8.2f} s   floor {floor:>7.2f} s   ratio {ratio:>5.1f}", flush=True)


def _built(engine: Engine) -> bool:
    with reading(engine) as connection:
        return connection.execute(select(cells.built_days.c.day).limit(1)).first() is not None


def _refreshed(engine: Engine, *, full: bool = False) -> float:
    started = perf_counter()
    refresh(engine, load_calendars(), now=NOW, full=full)
    return perf_counter() - started


def _forget_day(engine: Engine, day: date) -> None:
    """The day's facts stay; what was made of them goes, and they are marked as an import marks them."""
    with writing(engine) as connection:
        for table in CELLS:
            on = table.c.closed_on if "closed_on" in table.c else table.c.day
            connection.execute(delete(table).where(on == day))
        paid = select(facts.payments.c.id).where(facts.payments.c.paid_on == day)
        said = select(facts.promises.c.id).where(facts.promises.c.made_on == day)
        credits_, results = cells.payment_credits, cells.promise_results
        connection.execute(delete(credits_).where(credits_.c.payment_id.in_(paid)))
        connection.execute(delete(results).where(results.c.promise_id.in_(said)))
        connection.execute(delete(cells.built_days).where(cells.built_days.c.day == day))
        for client in range(1, CLIENTS + 1):
            for source in SOURCES[:4]:
                mark_dirty(connection, source, client, [day], NOW + timedelta(minutes=1))


def _floor(engine: Engine, day: date | None = None) -> float:
    """Each fact table once, grouped by few columns: what any answer computed from the rows must pay."""
    scans: tuple[tuple[Table, ColumnElement[date], tuple[str, ...], str], ...] = (
        (facts.balances, facts.balances.c.as_of, ("campaign_id", "bucket_no"), "balance_cents"),
        (facts.contacts, facts.contacts.c.started_on, ("campaign_id", "agent_id"), "talk_seconds"),
        (facts.payments, facts.payments.c.paid_on, ("campaign_id",), "amount_cents"),
        (facts.promises, facts.promises.c.made_on, ("campaign_id", "agent_id"), "amount_cents"),
    )
    started = perf_counter()
    with reading(engine) as connection:
        for table, on, key, summed in scans:
            columns = [on, *(table.c[name] for name in key)]
            query = select(*columns, func.count(), func.sum(table.c[summed])).group_by(*columns)
            if day is not None:
                query = query.where(on == day)
            if day is not None and "as_of" in table.c:
                query = query.where(table.c.client_id.in_(range(1, CLIENTS + 1)))
            connection.execute(query).all()
    return perf_counter() - started


def _sizes(engine: Engine) -> None:
    """Rows and bytes of what the refresh writes, and of the facts beside them."""
    known = set(inspect(engine).get_table_names())
    made = (cells.payment_credits, cells.promise_results)
    groups = {"cells": CELLS, "kept openings": ACCOUNT_BY_ACCOUNT, "results": made}
    groups["facts"] = (facts.balances, facts.contacts, facts.payments, facts.promises)
    for name, tables in groups.items():
        found = [t for t in tables if t.name in known]
        rows, size = sum(_rows(engine, t) for t in found), sum(_bytes(engine, found))
        told = f"{size / 2**20:>8,.0f} MB" if size else "       ? MB"
        print(f"  {name:<20} {rows:>12,} rows {told}")


def _rows(engine: Engine, table: Table) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _bytes(engine: Engine, tables: list[Table]) -> Iterator[int]:
    """With their indexes. SQLite tells only where it was compiled to."""
    for table in tables:
        if engine.dialect.name == "postgresql":
            with reading(engine) as connection:
                yield connection.execute(select(func.pg_total_relation_size(table.name))).scalar_one()
            continue
        indexes = [*(str(index.name) for index in table.indexes), f"sqlite_autoindex_{table.name}_1"]
        names = [table.name, *indexes]
        try:
            with engine.connect() as connection:
                marks = ", ".join(f"'{name}'" for name in names)
                sizes = connection.exec_driver_sql(
                    f"SELECT sum(pgsize) FROM dbstat WHERE aggregate AND name IN ({marks})"
                )
                yield sizes.scalar() or 0
        except DatabaseError:
            yield 0


if __name__ == "__main__":
    main()
