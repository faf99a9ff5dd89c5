"""Who a debtor is, whole: read for one account within reach. Whoever asks is put on record by the caller."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from db.access import accounts_within
from db.scope import Scope
from db.tables.reference import accounts, debtors, phones


@dataclass(frozen=True)
class Debtor:
    name: str | None
    state: str | None
    municipality: str | None
    payment_reference: str | None
    phones: tuple[tuple[str, str], ...]  # whose, and the number


def debtor_of(connection: Connection, scope: Scope, account: int, on: date) -> Debtor | None:
    """None for an account out of reach, as for one that does not exist."""
    row = connection.execute(
        select(debtors.c.name, accounts.c.state, accounts.c.municipality, accounts.c.payment_reference)
        .select_from(accounts.outerjoin(debtors, debtors.c.id == accounts.c.debtor_id))
        .where(accounts.c.id == account, *accounts_within(scope, on))
    ).first()
    if row is None:
        return None
    query = select(phones.c.owner, phones.c.phone).where(phones.c.account_id == account).order_by(phones.c.id)
    return Debtor(*row, tuple((owner, number) for owner, number in connection.execute(query)))
