"""The demo is the same at every run and on both engines, all or nothing, and ends on the day asked for."""

import sqlite3
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.exc import DBAPIError

from db.bulk import checked_at_end, insert_rows
from db.demo import NotEmpty
from db.demo.timeline import AGENCY_ZONE
from db.engine import open_engine, reading, writing
from db.periods import add_months
from db.tables import metadata
from db.tables.agency import agreements
from db.tables.cells import dirty_days
from db.tables.facts import balances, contacts, file_loads, payments, promises
from db.tables.reference import clients, people
from tests.demo_facts import FRIDAY, at, checksums, rows, small_demo

# The bulk path speaks to the driver, whose own error comes up on SQLite; PostgreSQL's comes at the check.
DRIVER_FAULTS = (sqlite3.IntegrityError, DBAPIError)
# The last 31st of a long month, a holiday, a leap day, a Monday the 1st that is a holiday, a Monday the 1st.
AWKWARD = ("2026-08-31T19:00", "2026-09-16T11:00", "2028-02-29T10:00", "2027-02-01T10:00", "2026-06-01T09:30")


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return checksums(_fresh(tmp_path_factory.mktemp("demo") / "reference.db", FRIDAY))


def _fresh(path: Path, now: datetime, accounts: int = 400) -> Engine:
    engine = open_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    small_demo(engine, now, accounts)
    return engine


def test_same_rows_at_every_run_and_on_both_engines(engine: Engine, reference: dict[str, str]) -> None:
    small_demo(engine)
    assert len(reference) >= 18
    assert checksums(engine) == reference


def test_another_seed_is_another_agency(tmp_path: Path, reference: dict[str, str]) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'other.db'}")
    metadata.create_all(engine)
    small_demo(engine, seed=7)
    assert checksums(engine)["payments"] != reference["payments"]


def test_an_hour_later_history_is_the_same(tmp_path: Path) -> None:
    early, late = (
        _fresh(tmp_path / "early.db", at("2026-11-20T10:00")),
        _fresh(tmp_path / "late.db", at("2026-11-20T18:00")),
    )

    def before(engine: Engine) -> list[tuple[object, ...]]:
        with reading(engine) as connection:
            columns = [c for c in contacts.c if c.name not in ("load_id", "id", "dialer_id")]
            found = connection.execute(select(*columns).where(contacts.c.started_on < date(2026, 11, 20)))
            return sorted(tuple(map(str, row)) for row in found)

    def of_today(engine: Engine) -> int:
        with reading(engine) as connection:
            query = select(func.count()).where(contacts.c.started_on == date(2026, 11, 20))
            return int(connection.execute(query).scalar_one())

    assert before(early) == before(late)
    assert 0 < of_today(early) < of_today(late)


@pytest.mark.parametrize("now", AWKWARD)
def test_ends_today_whatever_the_day(tmp_path: Path, now: str) -> None:
    moment = at(now)
    today, engine = moment.date(), _fresh(tmp_path / "day.db", moment, 250)
    with reading(engine) as connection:
        last_cuts = connection.execute(
            select(balances.c.client_id, func.max(balances.c.as_of), func.min(balances.c.as_of))
            .group_by(balances.c.client_id)
            .order_by(balances.c.client_id)
        ).all()
        last = {
            table.name: connection.execute(select(func.max(column))).scalar_one()
            for table, column in (
                (contacts, contacts.c.started_at),
                (promises, promises.c.made_at),
                (file_loads, file_loads.c.loaded_at),
            )
        }
        newest_payment = connection.execute(select(func.max(payments.c.posted_on))).scalar_one()
    first = add_months(today.replace(day=1), -6) - timedelta(days=1)
    yesterday = today - timedelta(days=1)
    assert [tuple(row) for row in last_cuts] == [(1, today, first), (2, yesterday, first), (3, today, first)]
    assert max(last.values()) <= moment
    assert today - timedelta(days=6) <= newest_payment <= today  # so few accounts pay now and then
    works = today.weekday() < 6 and now not in ("2026-09-16T11:00", "2027-02-01T10:00")
    assert (last["contacts"].astimezone(AGENCY_ZONE).date() == today) == works


def test_daily_cuts_since_last_month_then_sundays_and_closes(tmp_path: Path) -> None:
    engine = _fresh(tmp_path / "cuts.db", FRIDAY, 250)
    days = sorted({day for (day,) in rows(engine, balances.c.as_of) if day})
    daily = [day for day in days if day >= date(2026, 10, 1)]
    assert daily == [date(2026, 10, 1) + timedelta(days=n) for n in range(51)]
    assert date(2026, 4, 30) == days[0]
    assert all(
        day.weekday() == 6 or (day + timedelta(days=1)).day == 1 for day in days if day < date(2026, 10, 1)
    )


def test_refuses_anybodys_database(engine: Engine) -> None:
    """A key far from the demo's own: without the guard, the two agencies would live in one database."""
    with writing(engine) as connection:
        connection.execute(
            clients.insert().values(
                id=9001,
                code="MIO",
                name="Mi cliente",
                regime="FINANCIERA",
                bucket_edges="30|60|90",
                promise_grace_days=2,
                promise_threshold_pct=100,
                payment_lag_days=2,
                pay_accounts="",
            )
        )
    before = checksums(engine)
    with pytest.raises(NotEmpty):
        small_demo(engine)
    assert checksums(engine) == before


def test_all_of_it_or_nothing(engine: Engine) -> None:
    """The very last thing written has no table: nothing of what came before stays."""
    dirty_days.drop(engine)
    with pytest.raises(DBAPIError):
        small_demo(engine)
    assert rows(engine, clients.c.id) == []
    assert rows(engine, balances.c.as_of) == []


def test_marks_every_day_that_holds_something(engine: Engine) -> None:
    small_demo(engine)
    marked = {
        tuple(row) for row in rows(engine, dirty_days.c.source, dirty_days.c.client_id, dirty_days.c.day)
    }
    for source, client, day in (
        ("positions", balances.c.client_id, balances.c.as_of),
        ("contacts", contacts.c.client_id, contacts.c.started_on),
        ("payments", payments.c.client_id, payments.c.paid_on),
        ("promises", promises.c.client_id, promises.c.made_on),
        ("agreements", agreements.c.client_id, agreements.c.agreed_on),
    ):
        held = {(source, *row) for row in rows(engine, client, day)}
        assert held
        assert held == {mark for mark in marked if mark[0] == source}


def test_new_rows_get_keys_after_the_demos(engine: Engine) -> None:
    small_demo(engine)
    with writing(engine) as connection:
        key = connection.execute(
            people.insert().values(
                employee_no="N1", name="Nueva Persona", role="agent", language="es", nicknames=""
            )
        ).inserted_primary_key
        highest = connection.execute(select(func.max(people.c.id))).scalar_one()
    assert key is not None
    assert key[0] == highest == 73


def test_references_hold_and_stay_checked(engine: Engine) -> None:
    """The load checks references at its end, and leaves the checks in place."""
    declared = {
        name: len(metadata.tables[name].foreign_key_constraints)
        for name in ("balances", "contacts", "payments")
    }
    small_demo(engine)
    assert {name: len(inspect(engine).get_foreign_keys(name)) for name in declared} == declared
    orphan = (1, "2026-11-20", 999_999, 1, 100, 0, 5, "1-30", 1, "VIGENTE", None)
    columns = [column.name for column in balances.columns]
    before = rows(engine, func.count(balances.c.account_id))
    with (
        pytest.raises(DRIVER_FAULTS, match=r"(?i)foreign key"),
        writing(engine) as connection,
        checked_at_end(connection, balances),
    ):
        insert_rows(connection, balances, columns, [orphan])
    assert rows(engine, func.count(balances.c.account_id)) == before
    assert len(inspect(engine).get_foreign_keys("balances")) == declared["balances"]
