"""Erases one debtor: whoever he was goes, what was done with his accounts stays as figures. Decides nothing.

Under his accounts' keys stand the same sums as before, so no cell changes; their numbers are made up.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, update

from db.erasure.files import clean_rejects
from db.erasure.subject import Subject
from db.erasure.suppressed import suppress
from db.erasure.sweep import sweep
from db.erasure.words import Words
from db.marks import close_cases
from db.tables.erasure import erasures
from db.tables.facts import payments
from db.tables.reference import accounts, addresses, debtors

PREFIX = "ARCO"


@dataclass(frozen=True)
class Grounds:
    """Why, on whose word, and who agreed."""

    basis: str  # request | term
    case: int | None
    folio: str | None
    person: int
    approved_by: int | None


def erase(
    connection: Connection, subject: Subject, grounds: Grounds, now: datetime, rejects: Path | None = None
) -> int:
    """The erasure's number. All in the caller's transaction."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")  # what is deleted is overwritten in the file
    number = _begun(connection, subject, grounds, now)
    if grounds.case is not None:
        close_cases(connection, [grounds.case], now)
    known = (*subject.numbers, *subject.references)
    words = replace(subject.words, gone=f"[{PREFIX}-{number}]")
    _rename_payments(connection, words, subject.accounts)
    gone = sweep(connection, words, subject.accounts, now)
    gone.update(_nameless(connection, subject, number))
    if rejects is not None:
        gone["refused rows"] += clean_rejects(rejects, subject.words)
    suppress(connection, subject.client_id, known, number)
    told = json.dumps(dict(sorted((+gone).items())))
    connection.execute(update(erasures).where(erasures.c.id == number).values(gone=told))
    return number


def _begun(connection: Connection, subject: Subject, grounds: Grounds, now: datetime) -> int:
    row = {
        "at": now,
        "client_id": subject.client_id,
        "basis": grounds.basis,
        "case_id": grounds.case,
        "folio": grounds.folio,
        "person_id": grounds.person,
        "approved_by": grounds.approved_by,
        "accounts": len(subject.accounts),
        "gone": "{}",
    }
    return int(connection.execute(insert(erasures).values(**row).returning(erasures.c.id)).scalar_one())


def _rename_payments(connection: Connection, words: Words, ids: Sequence[int]) -> None:
    """A reference that holds his number is another one from now on, in what it is reversed by as well."""
    mine = payments.c.account_id.in_(ids)
    query = select(payments.c.id, payments.c.payment_ref).where(mine)
    for row in connection.execute(query).all():
        if not words.found_in(row.payment_ref):
            continue
        ref = f"{PREFIX}-{row.id}"
        for column in (payments.c.payment_ref, payments.c.reverses_ref):
            same = update(payments).where(mine, column == row.payment_ref)
            connection.execute(same.values({column.name: ref}))


def _nameless(connection: Connection, subject: Subject, number: int) -> Counter[str]:
    """The person and the accounts, under made-up numbers. The state stays: sums are split by it."""
    for n, account in enumerate(subject.accounts, 1):
        bare = {"account_no": f"{PREFIX}-{number}-{n}", "municipality": None, "payment_reference": None}
        connection.execute(update(accounts).where(accounts.c.id == account).values(**bare))
    found = Counter({"accounts": len(subject.accounts)})
    if subject.debtor_id is None:
        return found
    lived = connection.execute(delete(addresses).where(addresses.c.debtor_id == subject.debtor_id))
    bare = {"name": None, "birth_date": None, "debtor_ref": f"{PREFIX}-{number}"}
    person = connection.execute(update(debtors).where(debtors.c.id == subject.debtor_id).values(**bare))
    return found + Counter({"addresses": lived.rowcount, "debtors": person.rowcount})
