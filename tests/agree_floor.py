"""The company of tests/small.py with an account whose debt is told by its parts: agreements can be made."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, insert, select, update

from bot.app import App, build
from bot.outcome import Outcome, Place, Who
from bot.settings import Settings
from db.engine import reading, writing
from db.tables import facts, reference
from db.tables.agency import agreements, cases
from db.tables.agree import agreement_letters, agreement_terms
from tests.small import ACCOUNT, ALAMEDA, ANA, LAURA, NOW, fill

DM = Place("dm", "D1")
CLABE = "012180000118359713"
FRIDAY = date(2026, 11, 20)
# Of an account that owes 1,000: the placement's parts.
PARTS = {
    "principal_cents": 60_000,
    "interest_cents": 20_000,
    "late_interest_cents": 15_000,
    "fees_cents": 5_000,
}


def furnish(engine: Engine, **client: Any) -> None:
    """Account 00A owes 1,000 pesos, 600 of them principal; Alameda says where it is paid."""
    with writing(engine) as connection:
        fill(connection)
        terms = {"pay_accounts": CLABE, **client}
        connection.execute(update(reference.clients).where(reference.clients.c.id == ALAMEDA).values(**terms))
        person = {
            "id": 1,
            "client_id": ALAMEDA,
            "debtor_ref": "D1",
            "name": "Íñigo Núñez",
            "birth_date": None,
        }
        connection.execute(insert(reference.debtors).values(**person))
    known = {**PARTS, "payment_reference": "REF-A", "debtor_id": 1}
    of_account(engine, "A", account_no="45512000001", **known)


def of_account(engine: Engine, letter: str, **values: Any) -> None:
    table = reference.accounts
    with writing(engine) as connection:
        connection.execute(update(table).where(table.c.id == ACCOUNT[letter]).values(**values))


def hold(engine: Engine, letter: str, register: str = "holds") -> None:
    row = {"register": register, "client_id": ALAMEDA, "campaign_id": 1, "account_id": ACCOUNT[letter]}
    when = {"received_at": NOW, "received_on": NOW.date(), "kind": "x"}
    with writing(engine) as connection:
        connection.execute(insert(cases).values(**row, **when))


def pay(engine: Engine, letter: str, ref: str, day: date, pesos: int) -> None:
    row = {"client_id": ALAMEDA, "campaign_id": 1, "account_id": ACCOUNT[letter], "payment_ref": ref}
    with writing(engine) as connection:
        connection.execute(
            insert(facts.payments).values(**row, paid_on=day, posted_on=day, amount_cents=pesos * 100)
        )


def house(engine: Engine, **client: Any) -> App:
    furnish(engine, **client)
    return build(Settings(), engine=engine)


class Floor:
    """Somebody at the desk."""

    def __init__(self, app: App) -> None:
        self.app, self.engine, self.thread = app, app.engine, "t1"

    def run(self, intent: str, person: int = LAURA, days: float = 0, **fields: Any) -> Outcome:
        who, now = Who("slack", f"U{person}"), NOW + timedelta(days=days)
        return self.app.desk.run(intent, fields, who=who, place=DM, thread=self.thread, now=now)

    def say(self, text: str, person: int = LAURA) -> Outcome:
        return self.app.desk.ask(text, who=Who("slack", f"U{person}"), place=DM, thread=self.thread, now=NOW)

    def propose(self, person: int = LAURA, days: float = 0, **fields: Any) -> Outcome:
        """Three weekly payments of account 00A from Friday, unless more is said; why, if any is waived."""
        asked = {"account": "45512000001", "amount": "800", "installments": 3, "frequency": "semanal"}
        asked |= {"first_date": "2026-11-20", "reason": "income"}
        return self.run("record_agreement", person, days, **(asked | fields))

    def press(self, outcome: Outcome, step: str, person: int = LAURA, days: float = 0) -> Outcome:
        option = next(o for o in outcome.choices if o.intent == step)
        return self.run(step, person, days, **option.fields)

    def agreed(self, person: int = ANA, days: float = 0, **fields: Any) -> Outcome:
        done = self.press(self.propose(person, days, **fields), "confirm", person, days)
        assert done.outcome == "done", done.text
        return done

    def issued(self, days: float = 0, **fields: Any) -> Outcome:
        shown = self.run("issue_letter", LAURA, days, account="45512000001", **fields)
        done = self.press(shown, "confirm", LAURA, days)
        assert done.outcome == "done", done.text
        return done

    def rows(self, table: Any = agreements) -> list[Any]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(table)))

    def states(self) -> list[str]:
        return [row.status for row in self.rows()]

    def terms(self) -> Any:
        return self.rows(agreement_terms)[-1]

    def letters(self) -> list[Any]:
        return self.rows(agreement_letters)


def pesos(amount: str) -> Decimal:
    return Decimal(amount)
