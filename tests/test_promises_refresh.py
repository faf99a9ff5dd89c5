"""promise_results follow the facts: everything at first, and after that only what a change concerns."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, delete, select, update

from db.calendars import load_calendars
from db.engine import reading, writing
from db.promises import promise_changes, refresh_promises
from db.tables.cells import promise_results
from db.tables.facts import payments
from db.tables.reference import clients
from tests.promises_floor import Floor

CALENDARS = load_calendars()
MADE, DUE = date(2026, 11, 17), date(2026, 11, 20)


@pytest.fixture
def floor(engine: Engine) -> Iterator[Floor]:
    with writing(engine) as connection:
        yield Floor(connection)


def test_the_golden_cases_in_the_database(floor: Floor) -> None:
    client = floor.client("B1")
    cases: dict[str, list[tuple[str, date, int, str | None]]] = {
        "P1": [("1a", DUE, 1000, None)],
        "P2": [("2a", date(2026, 11, 24), 1000, None)],
        "P3": [("3a", date(2026, 11, 25), 1000, None)],
        "P4": [("4a", DUE, 600, None)],
        "P5": [("5a", date(2026, 11, 19), 600, None), ("5b", date(2026, 11, 23), 400, None)],
        "P6": [("6a", date(2026, 11, 15), 1000, None)],
        "P7": [("7a", DUE, 1000, None), ("7b", date(2026, 11, 23), -1000, "7a")],
        "P8": [("8a", DUE, 1000, None), ("8b", date(2026, 12, 1), -1000, "8a")],
    }
    made = {}
    for name, rows in cases.items():
        account = floor.account(client, name)
        made[name] = floor.promise(account, MADE, DUE, 1000)
        for ref, on, pesos, reverses in rows:
            floor.paid(account, ref, on, pesos, reverses)
    assert refresh_promises(floor.connection, CALENDARS) == {client: {DUE}}
    found = floor.statuses()
    assert {name: found[promise] for name, promise in made.items()} == {
        "P1": ("kept", 1000, False),
        "P2": ("kept", 1000, False),
        "P3": ("broken", 0, False),
        "P4": ("partial", 600, False),
        "P5": ("kept", 1000, False),
        "P6": ("broken", 0, False),
        "P7": ("broken", 0, False),
        "P8": ("kept", 1000, True),
    }
    row = floor.connection.execute(select(promise_results)).first()
    assert row is not None
    assert (row.window_ends_on, row.decide_on) == (date(2026, 11, 24), date(2026, 11, 26))


def test_a_late_payment_changes_its_account_and_no_other(floor: Floor) -> None:
    client = floor.client("B1")
    paying, silent = floor.account(client, "1"), floor.account(client, "2")
    kept = floor.promise(paying, MADE, DUE, 1000)
    older = floor.promise(paying, date(2026, 10, 5), date(2026, 10, 7), 300)
    other = floor.promise(silent, MADE, date(2026, 11, 23), 500)
    due = {DUE, date(2026, 10, 7), date(2026, 11, 23)}
    assert refresh_promises(floor.connection, CALENDARS) == {client: due}
    floor.paid(paying, "a", date(2026, 11, 19), 1000)
    touched = refresh_promises(floor.connection, CALENDARS, payments={client: {date(2026, 11, 19)}})
    assert touched == {client: {DUE}}
    assert floor.statuses() == {
        kept: ("kept", 1000, False),
        older: ("broken", 0, False),
        other: ("broken", 0, False),
    }


def test_a_new_promise_renews_the_one_before(floor: Floor) -> None:
    client = floor.client("B1")
    account = floor.account(client, "1")
    old = floor.promise(account, MADE, DUE, 1000)
    refresh_promises(floor.connection, CALENDARS)
    new = floor.promise(account, date(2026, 11, 18), date(2026, 11, 27), 1000)
    touched = refresh_promises(floor.connection, CALENDARS, promises={client: [date(2026, 11, 18)]})
    assert touched == {client: {DUE, date(2026, 11, 27)}}
    assert {k: v[0] for k, v in floor.statuses().items()} == {old: "renewed", new: "broken"}


def test_again_changes_nothing(floor: Floor) -> None:
    client = floor.client("B1")
    account = floor.account(client, "1")
    floor.promise(account, MADE, DUE, 1000)
    floor.paid(account, "a", DUE, 1000)
    refresh_promises(floor.connection, CALENDARS)
    before = floor.statuses()
    assert refresh_promises(floor.connection, CALENDARS) == {}
    assert refresh_promises(floor.connection, CALENDARS, payments={client: {DUE}}) == {}
    assert floor.statuses() == before


def test_no_days_is_nothing_and_no_word_is_everything(floor: Floor) -> None:
    client = floor.client("B1")
    floor.promise(floor.account(client, "1"), MADE, DUE, 1000)
    assert refresh_promises(floor.connection, CALENDARS, payments={}, promises={}) == {}
    assert refresh_promises(floor.connection, CALENDARS, payments={client: set()}) == {}
    assert floor.statuses() == {}
    assert refresh_promises(floor.connection, CALENDARS) == {client: {DUE}}


def test_the_same_days_of_another_client_are_not_touched(floor: Floor) -> None:
    one, two = floor.client("B1"), floor.client("B2")
    accounts = {client: floor.account(client, "1") for client in (one, two)}
    made = {client: floor.promise(accounts[client], MADE, DUE, 1000) for client in (one, two)}
    assert refresh_promises(floor.connection, CALENDARS, promises={one: {MADE}}) == {one: {DUE}}
    assert floor.statuses().keys() == {made[one]}
    for account in accounts.values():
        floor.paid(account, "p", DUE, 1000)
    assert refresh_promises(floor.connection, CALENDARS, payments={one: {DUE}}) == {one: {DUE}}
    assert floor.statuses() == {made[one]: ("kept", 1000, False)}


def test_an_account_whose_payment_went_to_another_is_judged_again(floor: Floor) -> None:
    client = floor.client("B1")
    wrong, right = floor.account(client, "1"), floor.account(client, "2")
    first, second = floor.promise(wrong, MADE, DUE, 1000), floor.promise(right, MADE, DUE, 1000)
    payment = floor.paid(wrong, "a", DUE, 1000)
    refresh_promises(floor.connection, CALENDARS)
    moved = update(payments).where(payments.c.id == payment).values(account_id=right)
    floor.connection.execute(moved)
    refresh_promises(floor.connection, CALENDARS, payments={client: {DUE}}, accounts=[wrong])
    assert {k: v[0] for k, v in floor.statuses().items()} == {first: "broken", second: "kept"}


def test_each_client_has_its_own_terms(floor: Floor) -> None:
    strict, patient = floor.client("B1"), floor.client("B2", grace=5, threshold=50, lag=0)
    late = date(2026, 11, 27)  # the fifth business day after the 20th
    made = []
    for client in (strict, patient):
        account = floor.account(client, "1")
        made.append(floor.promise(account, MADE, DUE, 1000))
        floor.paid(account, f"a{client}", late, 500)
    refresh_promises(floor.connection, CALENDARS)
    assert [floor.statuses()[p] for p in made] == [("broken", 0, False), ("kept", 500, False)]
    floor.connection.execute(update(clients).where(clients.c.id == strict).values(promise_grace_days=5))
    assert refresh_promises(floor.connection, CALENDARS) == {strict: {DUE}}
    assert floor.statuses()[made[0]] == ("partial", 500, False)


def test_reading_the_changes_writes_nothing(engine: Engine) -> None:
    with writing(engine) as connection:
        floor = Floor(connection)
        client = floor.client("B1")
        floor.promise(floor.account(client, "1"), MADE, DUE, 1000)
    with reading(engine) as connection:
        changes = promise_changes(connection, CALENDARS)
        assert [r.status for r in changes.results] == ["broken"]
        assert Floor(connection).statuses() == {}


def test_after_a_lost_table_everything_comes_back(floor: Floor) -> None:
    client = floor.client("B1")
    floor.promise(floor.account(client, "1"), MADE, DUE, 1000)
    refresh_promises(floor.connection, CALENDARS)
    before = floor.statuses()
    floor.connection.execute(delete(promise_results))
    assert refresh_promises(floor.connection, CALENDARS) == {client: {DUE}}
    assert floor.statuses() == before
