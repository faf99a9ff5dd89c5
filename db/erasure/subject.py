"""Who is to be erased: the debtor behind an account, with every account of his at that creditor."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from db.erasure.words import Words, words_of
from db.law.judging import months_before
from db.law.terms import DEFAULT_MONTHS
from db.tables.reference import accounts, clients, debtors, phones

OWN = "#"  # a reference that we made up of the account's number


@dataclass(frozen=True)
class Subject:
    """`defaulted`: the latest of his accounts' first defaults; None where one of them names none."""

    debtor_id: int | None
    client_id: int
    regime: str
    accounts: tuple[int, ...]
    numbers: tuple[str, ...]
    references: tuple[str, ...]
    defaulted: date | None
    words: Words

    def past_term(self, today: date) -> bool:
        return self.defaulted is not None and self.defaulted < months_before(today, DEFAULT_MONTHS)


def subject_of(connection: Connection, account: int) -> Subject:
    asked = connection.execute(select(accounts).where(accounts.c.id == account)).one()
    mine = accounts.c.id == account
    if asked.debtor_id is not None:
        mine = accounts.c.debtor_id == asked.debtor_id
    held = connection.execute(select(accounts).where(mine).order_by(accounts.c.id)).all()
    ids = [row.id for row in held]
    person = connection.execute(select(debtors).where(debtors.c.id == asked.debtor_id)).first()
    called = connection.execute(select(phones.c.phone).where(phones.c.account_id.in_(ids))).scalars().all()
    reference = person.debtor_ref if person else ""
    numbers = tuple(row.account_no for row in held)
    codes = (*numbers, reference.removeprefix(OWN), *(row.payment_reference for row in held), *called)
    firsts = [row.first_default_on for row in held]
    return Subject(
        debtor_id=asked.debtor_id,
        client_id=asked.client_id,
        regime=connection.execute(
            select(clients.c.regime).where(clients.c.id == asked.client_id)
        ).scalar_one(),
        accounts=tuple(ids),
        numbers=numbers,
        references=(reference,) if reference else (),
        defaulted=None if None in firsts else max(firsts),
        words=words_of([person.name if person else None], codes),
    )
