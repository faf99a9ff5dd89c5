"""Takes an erased person's words out of sealed rows, so that the chain still holds. Knows no person.

A row keeps its number, its moment and its seal; what it says now is sealed over those. Without the key nobody
can cut a row unseen, and every cut stands in a row of the record as well (the erasure's own).
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from db.tables.erasure import audit_cuts
from db.tables.house import audit
from db.trail.chain import head_of
from db.trail.seal import seal_of

CUT = ("said", "request", "change")  # the only columns that hold what people typed or named


def cuts_of(connection: Connection) -> dict[int, str | None]:
    return {row.row_id: row.seal for row in connection.execute(select(audit_cuts))}


def cut_rows(connection: Connection, rows: Mapping[int, Mapping[str, str | None]], now: datetime) -> None:
    """`rows`: number -> what its columns say from now on."""
    seal, head = seal_of(connection), head_of(connection)
    base, base_mac = (head.base, head.base_mac) if head else (0, "")
    for number, said in sorted(rows.items()):
        if not set(said) <= set(CUT):
            raise ValueError("only what was typed or named is taken out of the record")
        row = dict(connection.execute(select(audit).where(audit.c.id == number)).one()._mapping)
        before = base_mac if number == base + 1 else _mac_of(connection, number - 1)
        sealed = seal.cut(before, {**row, **said}) if number > base and row["mac"] else None
        _keep(connection, number, sealed, now)
        connection.execute(update(audit).where(audit.c.id == number).values(**said))


def _mac_of(connection: Connection, number: int) -> str:
    return connection.execute(select(audit.c.mac).where(audit.c.id == number)).scalar() or ""


def _keep(connection: Connection, number: int, sealed: str | None, now: datetime) -> None:
    """Before the row is changed: the database lets nobody change one that is not named here."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"cut_at": now, "seal": sealed}
    connection.execute(
        insert(audit_cuts)
        .values(row_id=number, **row)
        .on_conflict_do_update(index_elements=["row_id"], set_=row)
    )
