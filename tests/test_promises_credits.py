"""A payment goes to the agent the rule names, on both databases, and only the days that changed are told."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, update

from db.credit_rules import CreditRules
from db.credits import credit_changes, payments_affected_by, refresh_credits
from db.engine import reading, writing
from db.tables.facts import payments
from tests.promises_floor import Floor

PAID = date(2026, 11, 20)


@pytest.fixture
def floor(engine: Engine) -> Iterator[Floor]:
    with writing(engine) as connection:
        yield Floor(connection)


@pytest.fixture
def people(floor: Floor) -> tuple[int, int, int]:
    return floor.agent("E1"), floor.agent("E2"), floor.agent("E3")


def test_each_rule_in_its_order(floor: Floor, people: tuple[int, int, int]) -> None:
    ana, beto, carla = people
    client = floor.client("B1")
    spoken, owned, nobody = (floor.account(client, n) for n in "123")
    for account in (spoken, owned):
        floor.assigned(account, carla, date(2026, 1, 1))
    floor.contact(spoken, date(2026, 11, 10), ana)
    floor.contact(spoken, date(2026, 11, 18), beto)
    floor.contact(spoken, date(2026, 11, 19), ana, rpc=False)  # nobody was reached
    floor.contact(spoken, date(2026, 11, 19), None)  # nobody of ours
    floor.contact(spoken, date(2026, 11, 21), ana)  # after the payment
    a, b, c = (floor.paid(x, f"p{x}", PAID, 100) for x in (spoken, owned, nobody))
    assert refresh_credits(floor.connection, None) == {client: {PAID}}
    assert floor.credited() == {a: (beto, "last_rpc"), b: (carla, "assigned"), c: (0, "none")}


@pytest.mark.parametrize(
    ("days_before", "rule"), [(0, "last_rpc"), (30, "last_rpc"), (31, "assigned"), (-1, "assigned")]
)
def test_a_contact_counts_for_thirty_days(
    floor: Floor, people: tuple[int, int, int], days_before: int, rule: str
) -> None:
    client = floor.client("B1")
    account = floor.account(client, "1")
    floor.assigned(account, people[0], date(2026, 1, 1))
    floor.contact(account, PAID - timedelta(days=days_before), people[1], hour=20)
    payment = floor.paid(account, "p", PAID, 100)
    refresh_credits(floor.connection, None)
    assert floor.credited()[payment][1] == rule


def test_the_last_contact_of_the_day_wins(floor: Floor, people: tuple[int, int, int]) -> None:
    account = floor.account(floor.client("B1"), "1")
    floor.contact(account, PAID, people[1], hour=18)
    floor.contact(account, PAID, people[0], hour=9)
    payment = floor.paid(account, "p", PAID, 100)
    refresh_credits(floor.connection, None)
    assert floor.credited() == {payment: (people[1], "last_rpc")}


def test_the_agent_of_that_day_not_of_today(floor: Floor, people: tuple[int, int, int]) -> None:
    ana, beto, _ = people
    account = floor.account(floor.client("B1"), "1")
    floor.assigned(account, ana, date(2026, 1, 1), PAID)
    floor.assigned(account, beto, PAID)
    eve = floor.paid(account, "eve", PAID - timedelta(days=1), 100)
    day = floor.paid(account, "day", PAID, 100)
    before = floor.paid(account, "before", date(2025, 12, 31), 100)
    returned = floor.account(floor.client("B2"), "2")  # to nobody, from that day on
    floor.assigned(returned, ana, date(2026, 1, 1), PAID)
    after = floor.paid(returned, "after", PAID, 100)
    refresh_credits(floor.connection, None)
    assert floor.credited() == {
        eve: (ana, "assigned"),
        day: (beto, "assigned"),
        before: (0, "none"),
        after: (0, "none"),
    }


def test_the_order_is_configuration(floor: Floor, people: tuple[int, int, int]) -> None:
    ana, beto, _ = people
    account = floor.account(floor.client("B1"), "1")
    floor.assigned(account, ana, date(2026, 1, 1))
    floor.contact(account, PAID - timedelta(days=9), beto)
    payment = floor.paid(account, "p", PAID, 100)

    def credit(rules: CreditRules) -> tuple[int, str]:
        refresh_credits(floor.connection, None, rules)
        return floor.credited()[payment]

    assert credit(CreditRules()) == (beto, "last_rpc")
    assert credit(CreditRules(order=("assigned", "last_rpc"))) == (ana, "assigned")
    assert credit(CreditRules(rpc_days=7)) == (ana, "assigned")
    assert credit(CreditRules(order=())) == (0, "none")


# --- Reversals -----------------------------------------------------------------------------------


def test_a_reversal_follows_what_it_takes_back(floor: Floor, people: tuple[int, int, int]) -> None:
    ana, beto, _ = people
    client = floor.client("B1")
    account = floor.account(client, "1")
    floor.contact(account, date(2026, 11, 18), ana)
    paid = floor.paid(account, "p", PAID, 100)
    floor.contact(account, date(2026, 12, 1), beto)
    back = floor.paid(account, "r", date(2026, 12, 3), -100, "p")
    again = floor.paid(account, "rr", date(2026, 12, 4), 100, "r")  # the reversal was itself a mistake
    unnamed = floor.paid(account, "u", date(2026, 12, 5), -100)
    unknown = floor.paid(account, "x", date(2026, 12, 5), -100, "never sent")
    refresh_credits(floor.connection, None)
    assert floor.credited() == {
        paid: (ana, "last_rpc"),
        back: (ana, "reversal"),
        again: (ana, "reversal"),
        unnamed: (beto, "last_rpc"),
        unknown: (beto, "last_rpc"),
    }


def test_references_are_the_clients_own(floor: Floor, people: tuple[int, int, int]) -> None:
    back = {}
    for code, agent in (("B1", people[0]), ("B2", people[1])):
        account = floor.account(floor.client(code), "1")
        floor.contact(account, PAID, agent)
        floor.paid(account, "p", PAID, 100)
        back[floor.paid(account, "r", PAID, -100, "p")] = (agent, "reversal")
    refresh_credits(floor.connection, None)
    found = floor.credited()
    assert {payment: found[payment] for payment in back} == back


def test_a_reversal_changes_with_its_original(floor: Floor, people: tuple[int, int, int]) -> None:
    ana, beto, _ = people
    client = floor.client("B1")
    account = floor.account(client, "1")
    floor.assigned(account, ana, date(2026, 1, 1))
    paid, back = floor.paid(account, "p", PAID, 100), floor.paid(account, "r", date(2026, 12, 3), -100, "p")
    refresh_credits(floor.connection, None)
    floor.contact(account, PAID, beto)  # a contact file that came late
    touched = refresh_credits(floor.connection, {client: {PAID}})
    assert touched == {client: {PAID, date(2026, 12, 3)}}
    assert floor.credited() == {paid: (beto, "last_rpc"), back: (beto, "reversal")}


def test_a_reversal_loaded_first_finds_its_original(floor: Floor, people: tuple[int, int, int]) -> None:
    client = floor.client("B1")
    account = floor.account(client, "1")
    floor.contact(account, PAID, people[0])
    floor.paid(account, "p", PAID, 100)
    back = floor.paid(account, "r", date(2026, 12, 3), -100, "p")
    touched = refresh_credits(floor.connection, {client: {date(2026, 12, 3)}})
    assert touched == {client: {PAID, date(2026, 12, 3)}}
    assert floor.credited()[back] == (people[0], "reversal")


def test_payments_that_take_back_each_other_or_themselves_end(floor: Floor) -> None:
    client = floor.client("B1")
    account = floor.account(client, "1")
    rows = [("a", "b"), ("b", "a"), ("c", "c")]
    a, b, c = (floor.paid(account, ref, PAID, -100, other) for ref, other in rows)
    refresh_credits(floor.connection, None)
    assert floor.credited() == {a: (0, "reversal"), b: (0, "reversal"), c: (0, "none")}
    assert refresh_credits(floor.connection, None) == {}


# --- Only what changed ---------------------------------------------------------------------------


def test_only_the_days_asked_and_only_what_changed(floor: Floor, people: tuple[int, int, int]) -> None:
    client, other = floor.client("B1"), floor.client("B2")
    account, foreign = floor.account(client, "1"), floor.account(other, "1")
    early, late = date(2026, 10, 30), date(2026, 11, 2)
    floor.paid(account, "p1", early, 100)
    floor.paid(account, "p2", late, 100)
    floor.paid(foreign, "p3", early, 100)
    assert refresh_credits(floor.connection, {client: [early]}) == {client: {early}}
    assert len(floor.credited()) == 1
    assert refresh_credits(floor.connection, None) == {client: {late}, other: {early}}
    assert refresh_credits(floor.connection, None) == {}
    floor.contact(account, early, people[0])
    assert refresh_credits(floor.connection, {client: [early, late], other: [early]}) == {
        client: {early, late}
    }
    assert refresh_credits(floor.connection, {}) == {}


def test_a_payment_moved_to_another_account_changes_hands(floor: Floor, people: tuple[int, int, int]) -> None:
    client = floor.client("B1")
    one, two = floor.account(client, "1"), floor.account(client, "2")
    floor.contact(one, PAID, people[0])
    floor.contact(two, PAID, people[1])
    payment = floor.paid(one, "p", PAID, 100)
    refresh_credits(floor.connection, None)
    floor.connection.execute(update(payments).values(account_id=two))
    assert refresh_credits(floor.connection, {client: {PAID}}) == {client: {PAID}}
    assert floor.credited() == {payment: (people[1], "last_rpc")}


def test_which_payments_a_late_file_concerns(floor: Floor, people: tuple[int, int, int]) -> None:
    client = floor.client("B1")
    account, silent = floor.account(client, "1"), floor.account(client, "2")
    called = date(2026, 11, 2)
    paid = [called + timedelta(days=n) for n in (-1, 0, 30, 31)]
    for n, on in enumerate(paid):
        floor.paid(account, f"p{n}", on, 100)
        floor.paid(silent, f"s{n}", on + timedelta(days=1), 100)
    floor.contact(account, called, people[0])
    floor.contact(silent, called, people[0], rpc=False)
    floor.assigned(account, people[0], called)

    def affected(source: str, *days: date) -> set[date]:
        return payments_affected_by(floor.connection, source, {client: days}).get(client, set())

    assert affected("contacts", called) == set(paid[1:3])
    assert affected("contacts", paid[0]) == set()
    assert affected("assignments", called) == set(paid[1:])
    assert affected("payments", called) == {called}
    assert affected("positions", called) == set()
    assert affected("contacts") == set()


def test_after_a_large_change_every_day_with_payments_is_done_again(
    floor: Floor, people: tuple[int, int, int]
) -> None:
    client = floor.client("B1")
    account = floor.account(client, "1")
    called = [date(2026, 9, 1) + timedelta(days=n) for n in range(40)]
    paid = [called[0] - timedelta(days=1), called[20], called[-1] + timedelta(days=30)]
    for n, on in enumerate([*paid, called[-1] + timedelta(days=31)]):
        floor.paid(account, f"p{n}", on, 100)
    for on in called:
        floor.contact(account, on, people[0])
    assert payments_affected_by(floor.connection, "contacts", {client: called}) == {client: set(paid[1:])}


def test_widened_days_bring_the_same_credits_as_everything(
    floor: Floor, people: tuple[int, int, int]
) -> None:
    client = floor.client("B1")
    account = floor.account(client, "1")
    for n in range(60):
        floor.paid(account, f"p{n}", date(2026, 9, 1) + timedelta(days=n), 100)
    refresh_credits(floor.connection, None)
    late = {client: [date(2026, 9, 10), date(2026, 9, 25)]}
    for agent, day in zip(people, late[client], strict=False):
        floor.contact(account, day, agent)
    touched = refresh_credits(floor.connection, payments_affected_by(floor.connection, "contacts", late))
    assert touched == {client: {date(2026, 9, 10) + timedelta(days=n) for n in range(46)}}
    assert refresh_credits(floor.connection, None) == {}


def test_reading_the_changes_writes_nothing(engine: Engine) -> None:
    with writing(engine) as connection:
        floor = Floor(connection)
        floor.paid(floor.account(floor.client("B1"), "1"), "p", PAID, 100)
    with reading(engine) as connection:
        assert len(credit_changes(connection, None).credits) == 1
        assert Floor(connection).credited() == {}
