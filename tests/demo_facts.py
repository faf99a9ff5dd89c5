"""A small demo agency and its facts as plain rows, for the tests that hold it to its rules."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Table, select

from db.demo import build_demo
from db.demo.timeline import AGENCY_ZONE
from db.engine import reading
from db.tables import metadata
from db.tables.facts import payments

SUNDAY = datetime(2026, 11, 22, 15, 30, tzinfo=AGENCY_ZONE)
FRIDAY = datetime(2026, 11, 20, 12, 40, tzinfo=AGENCY_ZONE)
SMALL = 400


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AGENCY_ZONE)


def small_demo(engine: Engine, now: datetime = FRIDAY, accounts: int = SMALL, **options: Any) -> None:
    build_demo(engine, now=now, accounts=accounts, **options)


def rows(engine: Engine, *columns: Any, where: Any = None) -> list[tuple[Any, ...]]:
    query = select(*columns)
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(query if where is None else query.where(where))]


class Money(NamedTuple):
    on: date
    cents: int


def money_by_account(engine: Engine) -> dict[int, list[Money]]:
    found: dict[int, list[Money]] = defaultdict(list)
    for account, on, cents in rows(
        engine, payments.c.account_id, payments.c.paid_on, payments.c.amount_cents
    ):
        found[account].append(Money(on, cents))
    return found


def paid(money: Iterable[Money], after: date, until: date) -> int:
    """Net cents after one day, up to and with another."""
    return sum(m.cents for m in money if after < m.on <= until)


def checksums(engine: Engine, without: Sequence[str] = ()) -> dict[str, str]:
    """Every table that has rows, in the order of its key; equal on both engines when the rows are."""
    with reading(engine) as connection:
        found = {t.name: _checksum(connection, t) for t in metadata.sorted_tables if t.name not in without}
    return {name: digest for name, digest in found.items() if digest}


def _checksum(connection: Connection, table: Table) -> str:
    ordered = sorted(tuple(map(str, row)) for row in connection.execute(select(table)))
    return hashlib.sha256(repr(ordered).encode()).hexdigest() if ordered else ""
