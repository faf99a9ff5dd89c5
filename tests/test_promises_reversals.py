"""Reversals that give back more than came in are counted; those in order are not."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, func, select

from db.calendars import load_calendars
from db.engine import writing
from db.promises import refresh_promises
from db.reversals import odd_reversals
from db.tables.facts import payments
from tests.promises_floor import Floor

PAID = date(2026, 11, 20)


@pytest.fixture
def floor(engine: Engine) -> Iterator[Floor]:
    with writing(engine) as connection:
        yield Floor(connection)


@pytest.mark.parametrize(
    ("back", "odd"),
    [
        ([-1000], 0),
        ([-400, -600], 0),
        ([-1000, -1000], 1),
        ([-1500], 1),
        ([-600, -600, -10], 2),
        ([], 0),
    ],
)
def test_a_reversal_beyond_what_came_in_is_counted(floor: Floor, back: list[int], odd: int) -> None:
    account = floor.account(floor.client("B1"), "1")
    floor.paid(account, "a", PAID, 1000)
    for n, pesos in enumerate(back):
        floor.paid(account, f"r{n}", PAID + timedelta(days=n), pesos, "a")
    floor.paid(account, "lone", PAID, -50)
    floor.paid(account, "lost", PAID, -50, "never sent")
    assert odd_reversals(floor.connection) == odd


def test_taking_back_a_reversal_is_odd(floor: Floor) -> None:
    account = floor.account(floor.client("B1"), "1")
    floor.paid(account, "a", PAID, 1000)
    floor.paid(account, "r", PAID, -1000, "a")
    floor.paid(account, "rr", PAID, -1000, "r")
    assert odd_reversals(floor.connection) == 1


def test_references_are_the_clients_own(floor: Floor) -> None:
    one, two = floor.client("B1"), floor.client("B2")
    for client in (one, two):
        account = floor.account(client, "1")
        floor.paid(account, "a", PAID, 1000)
        floor.paid(account, "r", PAID, -1000, "a")
    floor.paid(floor.account(two, "2"), "r2", PAID, -1, "a")
    assert [odd_reversals(floor.connection, client) for client in (None, one, two)] == [1, 0, 1]


def test_the_money_is_as_the_rows_say_and_the_promise_is_not_touched(floor: Floor) -> None:
    client = floor.client("B1")
    account = floor.account(client, "1")
    made = floor.promise(account, date(2026, 11, 17), PAID, 500)
    floor.paid(account, "a", date(2026, 11, 18), 1000)
    floor.paid(account, "b", date(2026, 11, 19), 500)
    for ref in ("r1", "r2"):
        floor.paid(account, ref, PAID, -1000, "a")
    refresh_promises(floor.connection, load_calendars())
    assert floor.statuses()[made][:2] == ("kept", 500)
    assert floor.connection.execute(select(func.sum(payments.c.amount_cents))).scalar_one() == -50_000
    assert odd_reversals(floor.connection) == 1
