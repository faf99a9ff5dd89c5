"""A payment that a promise or an agreement covers is its agent's, and changes hands when they change."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select, update

from db.agreements import refresh_agreements
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.credit_rules import CreditRules
from db.credits import payments_affected_by, refresh_credits
from db.dirty import mark_dirty
from db.engine import reading, writing
from db.promises import refresh_promises
from db.tables.agency import agreements
from db.tables.cells import built_days, cell_versions, dirty_days
from tests.promises_floor import Floor
from tests.small import NOW

CALENDARS = load_calendars()
MADE, DUE = date(2026, 11, 17), date(2026, 11, 20)
LAST = date(2026, 11, 24)  # of grace


@pytest.fixture
def floor(engine: Engine) -> Iterator[Floor]:
    with writing(engine) as connection:
        yield Floor(connection)


@pytest.fixture
def people(floor: Floor) -> tuple[int, int, int]:
    return floor.agent("E1"), floor.agent("E2"), floor.agent("E3")


def credited(floor: Floor, rules: CreditRules | None = None) -> dict[int, tuple[int, str]]:
    refresh_promises(floor.connection, CALENDARS)
    refresh_agreements(floor.connection, CALENDARS)
    refresh_credits(floor.connection, None, rules or CreditRules())
    return floor.credited()


@pytest.mark.parametrize(
    ("paid_on", "rule"),
    [
        (MADE - timedelta(days=1), "assigned"),
        (MADE, "covered"),
        (DUE, "covered"),
        (LAST, "covered"),
        (LAST + timedelta(days=1), "last_rpc"),
    ],
)
def test_a_promise_covers_its_window(
    floor: Floor, people: tuple[int, int, int], paid_on: date, rule: str
) -> None:
    ana, beto, carla = people
    account = floor.account(floor.client("B1"), "1")
    floor.assigned(account, carla, date(2026, 1, 1))
    floor.promise(account, MADE, DUE, 1000, ana)
    floor.contact(account, date(2026, 11, 18), beto)  # spoke last, promised nothing
    if rule == "covered" and paid_on < date(2026, 11, 18):
        floor.contact(account, paid_on, beto)
    payment = floor.paid(account, "p", paid_on, 300)
    agent = {"covered": ana, "last_rpc": beto, "assigned": carla}[rule]
    assert credited(floor) == {payment: (agent, rule)}


def test_the_order_decides_and_may_leave_the_rule_out(floor: Floor, people: tuple[int, int, int]) -> None:
    ana, beto, _ = people
    account = floor.account(floor.client("B1"), "1")
    floor.promise(account, MADE, DUE, 1000, ana)
    floor.contact(account, DUE, beto)
    payment = floor.paid(account, "p", DUE, 300)
    assert credited(floor)[payment] == (ana, "covered")
    assert credited(floor, CreditRules(order=("last_rpc", "covered")))[payment] == (beto, "last_rpc")
    assert credited(floor, CreditRules(order=("assigned",)))[payment] == (0, "none")


def test_an_agreement_covers_from_its_day_to_its_last_instalment(
    floor: Floor, people: tuple[int, int, int]
) -> None:
    ana = people[0]
    account = floor.account(floor.client("B1"), "1")
    floor.agreement(account, MADE, DUE, 900, 2, agent=ana)  # 20 November and Mon 21 December
    days = [MADE - timedelta(days=1), MADE, date(2026, 12, 1), date(2026, 12, 23), date(2026, 12, 24)]
    made = [floor.paid(account, f"p{n}", day, 100) for n, day in enumerate(days)]
    found = credited(floor)
    assert [found[each][1] for each in made] == ["none", "covered", "covered", "covered", "none"]


def test_of_a_promise_and_an_agreement_the_one_made_last(floor: Floor, people: tuple[int, int, int]) -> None:
    ana, beto, _ = people
    account = floor.account(floor.client("B1"), "1")
    floor.agreement(account, MADE, DUE, 900, 3, agent=ana)
    floor.promise(account, date(2026, 11, 18), DUE, 300, beto)
    both, after = floor.paid(account, "p1", DUE, 300), floor.paid(account, "p2", date(2026, 12, 1), 300)
    assert credited(floor) == {both: (beto, "covered"), after: (ana, "covered")}


def test_a_renewed_promise_covers_until_the_next_is_made(floor: Floor, people: tuple[int, int, int]) -> None:
    ana, beto, _ = people
    account = floor.account(floor.client("B1"), "1")
    floor.promise(account, MADE, DUE, 1000, ana)
    floor.promise(account, date(2026, 11, 19), date(2026, 11, 19), 1000, beto)  # its window ends on the 23rd
    days = [date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 23), LAST]
    made = [floor.paid(account, f"p{n}", day, 10) for n, day in enumerate(days)]
    found = credited(floor)
    assert [found[each] for each in made] == [
        (ana, "covered"),
        (beto, "covered"),
        (beto, "covered"),
        (0, "none"),  # the first one's window still runs, but it was renewed
    ]


def test_of_a_plan_of_one_day_any_part_covers(floor: Floor, people: tuple[int, int, int]) -> None:
    account = floor.account(floor.client("B1"), "1")
    floor.promise(account, MADE, date(2026, 12, 4), 500, people[0], hour=12)
    floor.promise(account, MADE, DUE, 500, people[0], hour=13)
    payment = floor.paid(account, "p", date(2026, 12, 4), 500)
    assert credited(floor) == {payment: (people[0], "covered")}


@pytest.mark.parametrize("status", ["draft", "to_authorize", "cancelled"])
def test_what_names_nobody_or_is_not_in_force_covers_nothing(
    floor: Floor, people: tuple[int, int, int], status: str
) -> None:
    nameless, off = (floor.account(floor.client(code), "1") for code in ("B1", "B2"))
    floor.promise(nameless, MADE, DUE, 1000)
    floor.agreement(off, MADE, DUE, 1000, agent=people[0], status=status)
    made = [floor.paid(account, f"p{account}", DUE, 10) for account in (nameless, off)]
    assert credited(floor) == dict.fromkeys(made, (0, "none"))


def test_which_payments_a_promise_or_an_agreement_concerns(floor: Floor) -> None:
    client = floor.client("B1")
    account, silent = floor.account(client, "1"), floor.account(client, "2")
    for n, day in enumerate((MADE - timedelta(days=1), MADE, LAST, date(2027, 2, 1))):
        floor.paid(account, f"p{n}", day, 10)
        floor.paid(silent, f"s{n}", day + timedelta(days=2), 10)
    floor.promise(account, MADE, DUE, 1000)
    floor.agreement(account, LAST, LAST, 1000)

    def affected(source: str, *days: date) -> set[date]:
        return payments_affected_by(floor.connection, source, {client: days}).get(client, set())

    # An earlier promise may have covered any later payment: all from then on are looked at again.
    assert affected("promises", MADE) == {MADE, LAST, date(2027, 2, 1)}
    assert affected("agreements", LAST) == {LAST, date(2027, 2, 1)}
    assert affected("promises", DUE) == affected("agreements", MADE) == set()


# --- The whole refresh ----------------------------------------------------------------------------


def done(engine: Engine, rules: CreditRules | None = None) -> dict[int, tuple[int, str]]:
    refresh(engine, CALENDARS, now=NOW, credit=rules or CreditRules())
    with reading(engine) as connection:
        return Floor(connection).credited()


@pytest.fixture
def paid_once(engine: Engine) -> tuple[int, int, int, int, int]:
    """Client, account, two agents, and a payment of the second one's account: all of it built."""
    with writing(engine) as connection:
        floor = Floor(connection)
        client, ana, beto = floor.client("B1"), floor.agent("E1"), floor.agent("E2")
        account = floor.account(client, "1")
        floor.assigned(account, beto, date(2026, 1, 1))
        payment = floor.paid(account, "p", DUE, 300)
        mark_dirty(connection, "payments", client, [DUE], NOW)
    assert done(engine) == {payment: (beto, "assigned")}
    return client, account, ana, beto, payment


@pytest.mark.parametrize("kind", ["promises", "agreements"])
def test_a_new_promise_or_agreement_moves_the_credit(
    engine: Engine, paid_once: tuple[int, int, int, int, int], kind: str
) -> None:
    client, account, ana, beto, payment = paid_once
    with writing(engine) as connection:
        floor = Floor(connection)
        if kind == "promises":
            floor.promise(account, MADE, DUE, 300, ana)
        else:
            floor.agreement(account, MADE, DUE, 300, agent=ana)
        mark_dirty(connection, kind, client, [MADE], NOW)
    assert done(engine) == {payment: (ana, "covered")}
    with reading(engine) as connection:
        assert connection.execute(select(dirty_days)).all() == []
        built = select(built_days.c.day).where(built_days.c.source == kind)
        assert connection.execute(built).scalars().all() == [MADE]
        settled = Floor(connection).agreed()
    assert [s[:2] for s in settled.values()] == ([] if kind == "promises" else [("fulfilled", 30_000)])
    if kind == "agreements":  # a later file of it
        with writing(engine) as connection:
            connection.execute(update(agreements).values(status="cancelled"))
            mark_dirty(connection, kind, client, [MADE], NOW)
        assert done(engine) == {payment: (beto, "assigned")}


def test_a_payment_settles_an_agreement_at_the_next_refresh(
    engine: Engine, paid_once: tuple[int, int, int, int, int]
) -> None:
    client, account, ana, _, _ = paid_once
    with writing(engine) as connection:
        made = Floor(connection).agreement(account, MADE, DUE, 500, agent=ana)
        mark_dirty(connection, "agreements", client, [MADE], NOW)
    done(engine)
    with writing(engine) as connection:
        assert Floor(connection).agreed()[made][:2] == ("broken", 30_000)
        Floor(connection).paid(account, "q", LAST, 200)
        mark_dirty(connection, "payments", client, [LAST], NOW)
    done(engine)
    with reading(engine) as connection:
        assert Floor(connection).agreed()[made] == ("fulfilled", 50_000, LAST)


def test_everything_marked_brings_the_agreements_back(
    engine: Engine, paid_once: tuple[int, int, int, int, int]
) -> None:
    with writing(engine) as connection:
        floor = Floor(connection)
        made = floor.agreement(paid_once[1], MADE, DUE, 300, agent=paid_once[2])
    assert done(engine)[paid_once[4]][1] == "assigned"  # the ablation: an agreement nobody marked
    refresh(engine, CALENDARS, now=NOW, full=True)
    with reading(engine) as connection:
        assert Floor(connection).agreed()[made][0] == "fulfilled"
        assert Floor(connection).credited()[paid_once[4]][1] == "covered"


def test_another_rule_credits_everything_anew(
    engine: Engine, paid_once: tuple[int, int, int, int, int]
) -> None:
    beto, payment = paid_once[3:]
    nobody = CreditRules(order=("covered", "last_rpc"))
    assert done(engine, nobody) == {payment: (0, "none")}  # nothing was marked
    assert done(engine, nobody) == {payment: (0, "none")}
    assert done(engine) == {payment: (beto, "assigned")}
    with reading(engine) as connection:
        kept = select(cell_versions.c.version).where(cell_versions.c.name == "credit")
        assert connection.execute(kept).scalar_one() == "covered,last_rpc,assigned 30"
        assert connection.execute(select(dirty_days)).all() == []


def test_without_its_text_another_rule_would_change_nothing(
    engine: Engine, paid_once: tuple[int, int, int, int, int]
) -> None:
    """The ablation: the stored text says the new rule is the old one."""
    rules = CreditRules(order=())
    with writing(engine) as connection:
        same = update(cell_versions).where(cell_versions.c.name == "credit").values(version=rules.text())
        connection.execute(same)
    assert done(engine, rules)[paid_once[4]][1] == "assigned"
