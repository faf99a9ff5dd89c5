"""Takes somebody's words out of every table: those of his accounts row by row, all others by what they say.

A table nobody named here is searched: only what describes the agency itself is left out.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    String,
    Table,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from db.erasure.files import names_him
from db.erasure.words import Words
from db.tables import metadata
from db.tables.agency import cases
from db.tables.facts import contacts
from db.tables.floor import account_notes
from db.tables.house import audit, outbox
from db.tables.reference import accounts, addresses, debtors, phones
from db.trail.cuts import CUT, cut_rows

# The agency's own: no debtor is spoken of there.
AGENCY = frozenset(
    {
        *("clients", "campaigns", "people", "memberships", "person_campaigns", "person_clients"),
        *("installations", "oauth_states", "ticks", "suppressions", "searched_days", "searched_counts"),
    }
)
REMOVED = (phones, account_notes)  # rows that are nothing but personal data
EMPTIED = {contacts: ("phone", "note", "dialer_id"), cases: ("note",)}
WORDS = 16  # a shorter column holds codes
REF = 20  # letters of an answer's key, with which its parcels' keys begin


def sweep(connection: Connection, words: Words, ids: Sequence[int], now: datetime) -> Counter[str]:
    """How many rows of which table were touched."""
    found = Counter({"documents": _documents(connection, words)})  # first: the record tells what they are of
    for table in REMOVED:
        found[table.name] += connection.execute(delete(table).where(table.c.account_id.in_(ids))).rowcount
    for table, names in EMPTIED.items():
        said = or_(*(table.c[name].is_not(None) for name in names))
        emptied = update(table).where(table.c.account_id.in_(ids), said)
        found[table.name] += connection.execute(emptied.values(dict.fromkeys(names))).rowcount
    for table in metadata.sorted_tables:
        if table is audit:
            found[table.name] += _cut_record(connection, words, now)
        elif table not in (accounts, debtors, addresses) and table.name not in AGENCY:
            found[table.name] += _cut(connection, table, words, ids)
    return +found


def wordy(table: Table) -> list[Column[Any]]:
    """The columns that may hold what somebody wrote: neither a key nor a code."""
    return [
        column
        for column in table.columns
        if isinstance(column.type, String)
        and not (column.primary_key or column.foreign_keys)
        and (column.type.length is None or column.type.length >= WORDS)
    ]


def _cut(connection: Connection, table: Table, words: Words, ids: Sequence[int]) -> int:
    columns, keys = wordy(table), list(table.primary_key.columns)
    if not columns or not keys:
        return 0
    changed = []
    for row in _rows(connection, table, columns, words, ids):
        new = {c.name: words.without(row[c.name]) for c in columns if row[c.name] is not None}
        if any(new[name] != row[name] for name in new):
            whole = {f"new_{c.name}": new.get(c.name) for c in columns}
            changed.append({**whole, **{f"old_{k.name}": row[k.name] for k in keys}})
    if changed:
        here = [key == bindparam(f"old_{key.name}") for key in keys]
        values: dict[str, Any] = {c.name: bindparam(f"new_{c.name}") for c in columns}
        connection.execute(update(table).where(*here).values(values), changed)
    return len(changed)


def _rows(
    connection: Connection, table: Table, columns: Sequence[Column[Any]], words: Words, ids: Sequence[int]
) -> Iterator[dict[str, Any]]:
    """Of his own accounts every row; elsewhere those that may hold one of the words."""
    query = select(*table.primary_key.columns, *columns)
    if "account_id" in table.c:
        query = query.where(table.c.account_id.in_(ids))
    elif words.likes:
        query = query.where(or_(*(c.ilike(like) for c in columns for like in words.likes)))
    else:
        return
    for row in connection.execute(query).all():
        yield dict(row._mapping)


def _cut_record(connection: Connection, words: Words, now: datetime) -> int:
    """The sealed rows: what was typed or named goes, the chain goes on."""
    columns = [audit.c[name] for name in CUT]
    cuts = {}
    for row in _rows(connection, audit, columns, words, ()):
        said = {name: words.without(row[name]) for name in CUT if row[name] is not None}
        changed = {name: text for name, text in said.items() if text != row[name]}
        if changed:
            cuts[int(row["id"])] = changed
    cut_rows(connection, cuts, now)
    return len(cuts)


def _documents(connection: Connection, words: Words) -> int:
    """A document on its way that names him does not go out. A letter cannot be searched: what it was asked by
    tells whose it is."""
    held = select(outbox.c.id, outbox.c.content, audit.c.request, audit.c.said)
    asked = held.outerjoin(audit, audit.c.ref == func.substr(outbox.c.key, 1, REF))
    waiting = connection.execute(asked.where(outbox.c.content.is_not(None))).all()
    gone = {
        row.id
        for row in waiting
        if names_him(row.content, words) or any(words.found_in(said) for said in row[2:] if said)
    }
    for number in sorted(gone):
        dropped = update(outbox).where(outbox.c.id == number)
        connection.execute(dropped.values(content=None, state="deleted", error="erased"))
    return len(gone)


def binary_columns() -> list[Column[Any]]:
    """Where bytes are kept at all: each has to be looked into above."""
    return [c for table in metadata.sorted_tables for c in table.columns if isinstance(c.type, LargeBinary)]
