"""The search for breaches on generated agencies: all that was planted, nothing else, each once."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, func, select

from db.calendars import load_calendars
from db.engine import open_engine, reading, writing
from db.law.accounts import files, homes, read_stops, stops_between
from db.law.book import load_book
from db.law.found import keep
from db.law.judging import AFTER, UNKNOWN, Contact, World, judged
from db.law.policy import ClientPolicy, Policy
from db.law.scan import Searched, _contact, search
from db.law.suspects import Day, everything, read_clients
from db.tables import facts, metadata
from db.tables.law import breaches, searched_counts, searched_days
from db.tables.reference import accounts
from tests import law_agency
from tests.law_agency import MONDAY, NOW, POLICY, Made, made, put

CALENDARS = load_calendars()


def searched(
    connection: Connection, policy: Policy = POLICY, now: datetime = NOW, **how: object
) -> list[Searched]:
    return list(search(connection, CALENDARS, policy, now, **how))  # type: ignore[arg-type]


def scan(engine: Engine, policy: Policy = POLICY, now: datetime = NOW) -> int:
    with writing(engine) as connection:
        return sum(keep(connection, each, now) for each in searched(connection, policy, now))


def found_in(engine: Engine) -> set[tuple[str, int]]:
    with reading(engine) as connection:
        rows = connection.execute(select(breaches.c.rule, breaches.c.record_id)).all()
    assert len(rows) == len(set(rows))
    return {(rule, record) for rule, record in rows}


def filled(engine: Engine, agency: Made) -> None:
    with writing(engine) as connection:
        put(connection, agency)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_that_was_planted_is_found_and_nothing_else(engine: Engine, seed: int) -> None:
    agency = made(seed)
    filled(engine, agency)
    assert scan(engine) == len(agency.planted)
    assert found_in(engine) == agency.planted


@pytest.mark.parametrize("rule", sorted({rule for rule, _ in made(1, each=1).planted}))
def test_without_its_rule_nothing_planted_is_found(small_law: Engine, rule: str) -> None:
    checks = {name: check for name, check in AFTER.items() if name != rule}
    with reading(small_law) as connection:
        left = {each.rule for day in searched(connection, full=True, checks=checks) for each in day.breaches}
        whole = {each.rule for day in searched(connection, full=True) for each in day.breaches}
    assert whole - left == {rule}


@pytest.fixture(scope="module")
def small_law(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('law') / 'law.db'}")
    metadata.create_all(engine)
    filled(engine, made(1, each=1))
    yield engine
    engine.dispose()


def test_what_cannot_be_judged_is_counted_as_the_rules_say_row_by_row(engine: Engine) -> None:
    """The counts that SQL makes are those of every contact judged one by one."""
    filled(engine, made(5))
    scan(engine)
    with reading(engine) as connection:
        known, world = read_clients(connection), World(CALENDARS.labour, POLICY)
        cuts = files(connection, known)
        for day in (date(2026, 11, 21), date(2026, 11, 22), MONDAY):
            expected: Counter[tuple[int, str]] = Counter()
            one = Day(day, 0, known, cuts, world)
            rules = {n: r for n, r in load_book().in_force(day).items() if r.written.after == "contact"}
            for client, contact in _each(connection, one):
                for rule, verdict in judged(contact, rules, world, AFTER).items():
                    expected[client, rule] += verdict == UNKNOWN
            table = searched_counts
            kept = connection.execute(select(table).where(table.c.day == day))
            assert {(r.client_id, r.rule): r.unknown for r in kept} == dict(expected)


def _each(connection: Connection, day: Day) -> Iterator[tuple[int, Contact]]:
    stops = read_stops(connection, stops_between(day.span.start, day.span.end))
    rows = connection.execute(everything(day)).all()
    lives = homes(connection, {row.debtor_id for row in rows}, day.day)
    for row in rows:
        yield row.client_id, _contact(row, day.clients[row.client_id], stops, lives)


def test_a_second_search_has_nothing_to_do(engine: Engine) -> None:
    agency = made(1, each=1)
    filled(engine, agency)
    scan(engine)
    with reading(engine) as connection:
        assert searched(connection) == []
    assert scan(engine) == 0


def test_many_at_once_find_each_once(engine: Engine) -> None:
    agency = made(2, each=1)
    filled(engine, agency)
    with ThreadPoolExecutor(4) as pool:
        new = list(pool.map(lambda _: scan(engine), range(4)))
    assert sum(new) == len(agency.planted)
    assert found_in(engine) == agency.planted
    with reading(engine) as connection:
        counted = connection.execute(
            select(func.sum(searched_counts.c.contacts)).where(searched_counts.c.rule == "R01")
        ).scalar()
        assert counted == connection.execute(select(func.count()).select_from(facts.contacts)).scalar()


def more(engine: Engine, **change: object) -> int:
    """One more contact of the first account, as a later file would bring it."""
    with writing(engine) as connection:
        first = connection.execute(select(facts.contacts).where(facts.contacts.c.id == 1)).one()._mapping
        top = connection.execute(select(func.max(facts.contacts.c.id))).scalar() or 0
        row = {**first, "id": top + 1, **change}
        connection.execute(facts.contacts.insert().values(**row))
        return top + 1


FREE = Policy(clients={"BANK": ClientPolicy(caller_ids=("5555510001",))})  # no number of attempts is agreed


def test_rows_that_come_later_are_searched_alone(engine: Engine) -> None:
    filled(engine, made(3, each=1))
    scan(engine, FREE)
    before = found_in(engine)
    added = more(engine, party="TERCERO", result_code="NEG")
    with reading(engine) as connection:
        (again,) = searched(connection, FREE)
    assert again.above > 0
    assert {(each.rule, each.record_id) for each in again.breaches} == {("R06", added)}
    scan(engine, FREE)
    assert found_in(engine) - before == {("R06", added)}


def test_rows_that_come_in_between_bring_the_whole_day_back(engine: Engine) -> None:
    filled(engine, made(3, each=1))
    with writing(engine) as connection:
        last = connection.execute(select(func.max(facts.contacts.c.id))).scalar() or 0
        row = connection.execute(select(facts.contacts).where(facts.contacts.c.id == last)).one()._mapping
        connection.execute(facts.contacts.delete().where(facts.contacts.c.id == last - 5))
    scan(engine, FREE)
    with writing(engine) as connection:
        late = {**row, "id": last - 5, "started_on": MONDAY, "party": "TERCERO", "result_code": "NEG"}
        connection.execute(facts.contacts.insert().values(**late))
    scan(engine, FREE)
    assert ("R06", last - 5) in found_in(engine)


def test_another_policy_has_the_days_searched_again(engine: Engine) -> None:
    filled(engine, made(1, each=1))
    scan(engine, FREE)
    assert not any(rule == "R35" for rule, _ in found_in(engine))
    scan(engine, POLICY)
    assert any(rule == "R35" for rule, _ in found_in(engine))


def test_an_account_taken_back_by_a_later_file_is_seen(engine: Engine) -> None:
    agency = made(4, each=1)
    filled(engine, agency)
    scan(engine, now=NOW)
    with writing(engine) as connection:
        connection.execute(accounts.update().where(accounts.c.id == 1).values(recalled_on=date(2026, 11, 10)))
    assert scan(engine) == 0  # nobody told of it: no file
    later = NOW + timedelta(hours=1)
    with writing(engine) as connection:
        load = {
            "kind": "recalls",
            "layout": "standard",
            "file_name": "r.csv",
            "sha256": "x",
            "loaded_by": "t",
        }
        counts = dict.fromkeys(("read", "new", "changed", "same", "rejected"), 0)
        rows = {f"rows_{name}": n for name, n in counts.items()}
        told = {"first_on": date(2026, 11, 10), "loaded_at": later, "control_totals": "{}"}
        connection.execute(facts.file_loads.insert().values(**load, **rows, **told))
    assert scan(engine, now=later) == 1
    assert ("R22", 1) in found_in(engine)


def test_the_loser_of_a_race_counts_nothing_twice(engine: Engine) -> None:
    filled(engine, made(1, each=1))
    scan(engine, FREE)
    more(engine)
    with reading(engine) as connection:
        (mine,) = searched(connection, FREE)
    with writing(engine) as connection:
        keep(connection, mine, NOW)
        keep(connection, mine, NOW)  # somebody else's copy of the same search
        whole = connection.execute(
            select(func.sum(searched_counts.c.contacts)).where(searched_counts.c.rule == "R01")
        ).scalar()
        assert whole == connection.execute(select(func.count()).select_from(facts.contacts)).scalar()
        marks = connection.execute(select(searched_days).where(searched_days.c.day == mine.day)).one()
        assert marks.top_id == mine.top_id


def test_the_evidence_holds_no_name_and_no_number(engine: Engine) -> None:
    filled(engine, made(1, each=1))
    scan(engine)
    with reading(engine) as connection:
        kept = connection.execute(select(breaches)).all()
    assert {row.supervisor_id for row in kept} == {law_agency.LEAD}
    for row in kept:
        assert "5512345678" not in row.evidence
        assert "X Y" not in row.evidence
        assert "diabetes" not in row.evidence
        assert '"debtor"' in row.evidence
