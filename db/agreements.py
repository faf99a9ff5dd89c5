"""Keeps installment_results and agreement_results up to date, re-deciding only what a change concerns.

Knows how to read and write in bulk; what becomes of an agreement is agreement_rules' to say.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, delete, func, select

from db.account_money import Days, accounts_concerned, all_accounts, batches, client_terms, payments_of
from db.agreement_rules import Agreement, AgreementResult, InstallmentResult, Judged, judge
from db.bulk import Row, insert_rows
from db.calendars import Calendars
from db.tables.agency import agreements as agreed
from db.tables.cells import agreement_results, installment_results


@dataclass
class AgreementChanges:
    """Agreements whose results are new or no longer what is stored, and the due days they belong to."""

    judged: list[Judged] = field(default_factory=list)
    touched: dict[int, set[date]] = field(default_factory=lambda: defaultdict(set))  # client -> due days


def refresh_agreements(
    connection: Connection,
    calendars: Calendars,
    *,
    payments: Days | None = None,
    agreements: Days | None = None,
) -> dict[int, set[date]]:
    """Re-decide what a change concerns and write it; gives each client's due days whose sums changed.

    `payments`: days paid of payments loaded or changed. `agreements`: days on which agreements loaded or
    changed were made. None for both: every agreement there is, as after a change of a client's terms.
    """
    changes = agreement_changes(connection, calendars, payments=payments, agreements=agreements)
    write_agreement_results(connection, changes)
    return dict(changes.touched)


def agreements_on(connection: Connection, days: Days) -> dict[tuple[int, date], int]:
    """How many agreements were made on each of these days of a client; 0 where none was."""
    found = {(client, day): 0 for client, some in days.items() for day in some}
    for client, some in days.items():
        query = select(agreed.c.agreed_on, func.count()).where(
            agreed.c.client_id == client, agreed.c.agreed_on.in_(some)
        )
        for day, count in connection.execute(query.group_by(agreed.c.agreed_on)):
            found[client, day] = count
    return found


def agreement_changes(
    connection: Connection,
    calendars: Calendars,
    *,
    payments: Days | None = None,
    agreements: Days | None = None,
) -> AgreementChanges:
    """The reading half of `refresh_agreements`: writes nothing."""
    if payments is None and agreements is None:
        wanted = all_accounts(connection, agreed.c.agreed_on)
    else:
        wanted = accounts_concerned(connection, agreed.c.agreed_on, payments or {}, agreements or {})
    terms = client_terms(connection)
    changes = AgreementChanges()
    for batch in batches(sorted(wanted)):
        money = payments_of(connection, batch)
        stored = _stored(connection, batch)
        for client, account, some in _agreements_of(connection, batch):
            for judged in judge(some, money.get(account, ()), terms[client], calendars.bank):
                _compare(changes, client, stored.get(judged.result.agreement_id), judged)
    return changes


def write_agreement_results(connection: Connection, changes: AgreementChanges) -> None:
    """The writing half: replaces the rows of the agreements that changed."""
    for batch in batches(changes.judged):
        ids = [each.result.agreement_id for each in batch]
        for table in (installment_results, agreement_results):
            connection.execute(delete(table).where(table.c.agreement_id.in_(ids)))
    parts = (part for each in changes.judged for part in each.installments)
    insert_rows(connection, installment_results, InstallmentResult._fields, _rows(parts))
    results = (each.result for each in changes.judged)
    insert_rows(connection, agreement_results, AgreementResult._fields, _rows(results))


def _rows(results: Iterable[tuple[Any, ...]]) -> Iterator[Row]:
    for result in results:
        yield [value.isoformat() if isinstance(value, date) else value for value in result]


def _agreements_of(
    connection: Connection, accounts: Sequence[int]
) -> Iterator[tuple[int, int, list[Agreement]]]:
    """Each account's agreements, with its client."""
    fields = (agreed.c[name] for name in Agreement._fields)
    query = (
        select(agreed.c.client_id, agreed.c.account_id, *fields)
        .where(agreed.c.account_id.in_(accounts))
        .order_by(agreed.c.account_id)
    )
    for (client, account), rows in groupby(connection.execute(query), key=lambda row: (row[0], row[1])):
        yield client, account, [Agreement(*row[2:]) for row in rows]


def _stored(connection: Connection, accounts: Sequence[int]) -> dict[int, Judged]:
    """What is kept of each agreement of these accounts."""
    of_accounts = select(agreed.c.id).where(agreed.c.account_id.in_(accounts))
    parts: dict[int, list[InstallmentResult]] = defaultdict(list)
    table = installment_results
    columns = (table.c[name] for name in InstallmentResult._fields)
    query = select(*columns).where(table.c.agreement_id.in_(of_accounts)).order_by(table.c.number)
    for row in connection.execute(query):
        parts[row.agreement_id].append(InstallmentResult(*row))
    whole = (agreement_results.c[name] for name in AgreementResult._fields)
    rows = connection.execute(select(*whole).where(agreement_results.c.agreement_id.in_(of_accounts)))
    return {row.agreement_id: Judged(AgreementResult(*row), tuple(parts[row.agreement_id])) for row in rows}


def _compare(changes: AgreementChanges, client: int, stored: Judged | None, judged: Judged) -> None:
    if stored == judged:
        return
    changes.judged.append(judged)
    before = set(stored.installments) if stored else set()
    for part in before ^ set(judged.installments):
        changes.touched[client].add(part.due_on)
