"""The results of agreements follow the facts, on both databases; in parts they come out as all at once."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, delete, select, update

from db.agreements import agreement_changes, refresh_agreements
from db.calendars import load_calendars
from db.engine import reading, writing
from db.tables.agency import agreements
from db.tables.cells import agreement_results, installment_results
from db.tables.facts import payments
from db.tables.reference import clients
from tests.promises_floor import Floor

CALENDARS = load_calendars()
AGREED, FIRST = date(2026, 11, 3), date(2026, 11, 10)
DUE = {FIRST, date(2026, 12, 10), date(2027, 1, 11)}
THIRD = 333_333


@pytest.fixture
def floor(engine: Engine) -> Iterator[Floor]:
    with writing(engine) as connection:
        yield Floor(connection)


def test_what_is_stored_of_an_agreement(floor: Floor) -> None:
    client = floor.client("B1")
    account = floor.account(client, "1")
    made = floor.agreement(account, AGREED, FIRST, 10_000, 3)
    floor.paid(account, "a", FIRST, 3_400)
    assert refresh_agreements(floor.connection, CALENDARS) == {client: DUE}
    assert floor.agreed() == {made: ("broken", 340_000, date(2026, 12, 16))}
    rows = floor.connection.execute(select(installment_results).order_by(installment_results.c.number)).all()
    assert [tuple(row) for row in rows] == [
        (made, 1, FIRST, THIRD, THIRD, "kept", date(2026, 11, 12), date(2026, 11, 14)),
        (made, 2, date(2026, 12, 10), THIRD, 6_667, "partial", date(2026, 12, 14), date(2026, 12, 16)),
        (made, 3, date(2027, 1, 11), THIRD + 1, 0, "broken", date(2027, 1, 13), date(2027, 1, 15)),
    ]
    ends_on = floor.connection.execute(select(agreement_results.c.window_ends_on)).scalar_one()
    assert ends_on == date(2027, 1, 13)
    assert refresh_agreements(floor.connection, CALENDARS) == {}


def test_a_payment_changes_its_account_and_no_other(floor: Floor) -> None:
    client, other = floor.client("B1"), floor.client("B2")
    account, silent, foreign = (
        floor.account(client, "1"),
        floor.account(client, "2"),
        floor.account(other, "1"),
    )
    mine = floor.agreement(account, AGREED, FIRST, 100)
    left = floor.agreement(silent, AGREED, FIRST, 100)
    theirs = floor.agreement(foreign, AGREED, FIRST, 100)
    refresh_agreements(floor.connection, CALENDARS)
    for each in (account, foreign):
        floor.paid(each, "a", FIRST, 100)
    assert refresh_agreements(floor.connection, CALENDARS, payments={client: {FIRST}}) == {client: {FIRST}}
    assert {k: v[0] for k, v in floor.agreed().items()} == {
        mine: "fulfilled",
        left: "expired",
        theirs: "expired",
    }
    assert refresh_agreements(floor.connection, CALENDARS, payments={client: {AGREED}}) == {}


def test_a_new_agreement_and_a_later_file_of_it(floor: Floor) -> None:
    client = floor.client("B1")
    account = floor.account(client, "1")
    first = floor.agreement(account, AGREED, FIRST, 10_000, 3)
    refresh_agreements(floor.connection, CALENDARS, agreements={client: {AGREED}})
    second = floor.agreement(account, date(2026, 11, 9), date(2026, 11, 20), 500, status="to_authorize")
    later = {client: {date(2026, 11, 9)}}
    assert refresh_agreements(floor.connection, CALENDARS, agreements=later) == {}
    assert floor.agreed()[second] == ("to_authorize", 0, None)
    in_force = update(agreements).where(agreements.c.id == second).values(status="active")
    floor.connection.execute(in_force)
    # The first one's instalments leave the count, the new one's comes in.
    found = refresh_agreements(floor.connection, CALENDARS, agreements=later)
    assert found == {client: {*DUE, date(2026, 11, 20)}}
    assert {k: v[0] for k, v in floor.agreed().items()} == {first: "renewed", second: "expired"}
    assert floor.installments() == {(second, 1): ("broken", 0)}
    floor.connection.execute(update(agreements).where(agreements.c.id == second).values(status="cancelled"))
    assert refresh_agreements(floor.connection, CALENDARS, agreements=later) == found
    assert {k: v[0] for k, v in floor.agreed().items()} == {first: "expired", second: "cancelled"}


def test_each_client_has_its_own_terms(floor: Floor) -> None:
    strict, patient = floor.client("B1"), floor.client("B2", grace=5, threshold=50, lag=0)
    late = date(2026, 11, 18)  # the fifth business day after the 10th, for the 16th is a holiday
    made = []
    for client in (strict, patient):
        account = floor.account(client, "1")
        made.append(floor.agreement(account, AGREED, FIRST, 1000))
        floor.paid(account, f"a{client}", late, 500)
    refresh_agreements(floor.connection, CALENDARS)
    assert [floor.agreed()[each][0] for each in made] == ["expired", "fulfilled"]
    floor.connection.execute(update(clients).where(clients.c.id == strict).values(promise_grace_days=5))
    assert refresh_agreements(floor.connection, CALENDARS) == {strict: {FIRST}}
    assert floor.agreed()[made[0]] == ("broken", 50_000, date(2026, 11, 20))


def test_reading_the_changes_writes_nothing(engine: Engine) -> None:
    with writing(engine) as connection:
        floor = Floor(connection)
        floor.agreement(floor.account(floor.client("B1"), "1"), AGREED, FIRST, 100)
    with reading(engine) as connection:
        changes = agreement_changes(connection, CALENDARS)
        assert [each.result.status for each in changes.judged] == ["expired"]
        assert Floor(connection).agreed() == {}


# --- In parts as all at once ----------------------------------------------------------------------

START = date(2026, 9, 1)
FREQUENCIES = ("semanal", "quincenal", "mensual")


class Life:
    """Random days on a few accounts; what each step changed, as a load would mark it."""

    def __init__(self, floor: Floor, seed: int) -> None:
        self.floor, self.chance = floor, random.Random(seed)
        self.clients = [floor.client("B1"), floor.client("B2", grace=4, threshold=90, lag=1)]
        self.accounts = [(c, floor.account(c, f"{c}-{n}")) for c in self.clients for n in range(4)]
        self.refs: dict[int, list[str]] = {c: [] for c in self.clients}

    def _day(self) -> date:
        return START + timedelta(days=self.chance.randint(0, 120))

    def step(self) -> tuple[dict[int, set[date]], dict[int, set[date]]]:
        """Days paid and days agreed."""
        client, account = self.chance.choice(self.accounts)
        kind = self.chance.choice(("agree", "pay", "pay", "reverse", "status", "amend"))
        if kind == "agree":
            return {}, {client: {self._agree(account)}}
        if kind in ("pay", "reverse"):
            return {client: {self._pay(client, account, back=kind == "reverse")}}, {}
        if kind == "status":
            return {}, self._status()
        return self._amend(), {}

    def _agree(self, account: int) -> date:
        day, hour = self._day(), self.chance.randint(0, 23)
        taken = select(agreements.c.id).where(
            agreements.c.account_id == account, agreements.c.agreed_on == day
        )
        if self.floor.connection.execute(taken).first() is None:
            first = day + timedelta(days=self.chance.randint(0, 20))
            pesos, count = self.chance.randint(100, 9_000), self.chance.randint(1, 6)
            how = self.chance.choice(FREQUENCIES)
            self.floor.agreement(account, day, first, pesos, count, frequency=how, hour=hour)
        return day

    def _pay(self, client: int, account: int, *, back: bool) -> date:
        day, refs = self._day(), self.refs[client]
        ref = f"p{len(refs)}"
        reverses = self.chance.choice([*refs, None]) if back and refs else None
        pesos = self.chance.randint(50, 4_000)
        self.floor.paid(account, ref, day, -pesos if back else pesos, reverses)
        refs.append(ref)
        return day

    def _status(self) -> dict[int, set[date]]:
        rows = self.floor.connection.execute(select(agreements)).all()
        if not rows:
            return {}
        row = self.chance.choice(sorted(rows, key=lambda r: r.id))
        status = self.chance.choice(("active", "cancelled", "to_authorize", "formalized"))
        self.floor.connection.execute(
            update(agreements).where(agreements.c.id == row.id).values(status=status)
        )
        return {row.client_id: {row.agreed_on}}

    def _amend(self) -> dict[int, set[date]]:
        """The creditor corrects the day of a payment: both days are marked."""
        rows = self.floor.connection.execute(select(payments)).all()
        if not rows:
            return {}
        row, day = self.chance.choice(sorted(rows, key=lambda r: r.id)), self._day()
        self.floor.connection.execute(update(payments).where(payments.c.id == row.id).values(paid_on=day))
        return {row.client_id: {row.paid_on, day}}


def stored(floor: Floor) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for table in (agreement_results, installment_results):
        rows = floor.connection.execute(select(table).order_by(*table.primary_key)).all()
        found += [tuple(row) for row in rows]
    return found


@pytest.mark.parametrize("seed", range(4))
def test_in_parts_as_all_at_once(floor: Floor, seed: int) -> None:
    life = Life(floor, seed)
    for _ in range(100):
        paid, agreed = life.step()
        refresh_agreements(floor.connection, CALENDARS, payments=paid, agreements=agreed)
    in_parts = stored(floor)
    assert len(in_parts) > 15
    assert refresh_agreements(floor.connection, CALENDARS) == {}
    for table in (agreement_results, installment_results):
        floor.connection.execute(delete(table))
    refresh_agreements(floor.connection, CALENDARS)
    assert stored(floor) == in_parts


def test_without_the_days_paid_the_results_would_stay_behind(floor: Floor) -> None:
    """The ablation of the marks: what a payment changed is not looked at."""
    life = Life(floor, seed=0)
    for _ in range(100):
        _, agreed = life.step()
        refresh_agreements(floor.connection, CALENDARS, payments={}, agreements=agreed)
    assert refresh_agreements(floor.connection, CALENDARS) != {}
