"""Cells brought up to date change by change are, row by row, those built from nothing."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, Table, delete, select, update

from db.calendars import load_calendars
from db.cells import build, openings, stand
from db.cells.refresh import refresh
from db.dirty import mark_dirty
from db.engine import reading, writing
from db.tables import cells
from db.tables.facts import balances
from db.tables.openings import kept_openings, opening_accounts, opening_groups
from tests.changing_agency import ChangingAgency
from tests.small import ALAMEDA, CEIBA, NOV_15, NOV_18, NOW, fill

CALENDARS = load_calendars()
KEPT = (kept_openings, opening_groups, opening_accounts)
# What a refresh writes; when it wrote is not part of it.
BUILT: tuple[Table, ...] = (
    cells.position_cells,
    cells.position_campaign_cells,
    cells.migration_cells,
    cells.migration_campaign_cells,
    cells.contact_cells,
    cells.contact_hour_cells,
    cells.payment_cells,
    cells.payment_campaign_cells,
    cells.promise_cells,
    cells.promise_due_cells,
    cells.promise_results,
    cells.payment_credits,
)
Snapshot = dict[str, list[tuple[object, ...]]]


def snapshot(engine: Engine) -> Snapshot:
    with reading(engine) as connection:
        return {t.name: sorted(map(tuple, connection.execute(select(*t.c)))) for t in BUILT}


def rebuilt(engine: Engine) -> Snapshot:
    """Everything thrown away and built again."""
    with writing(engine) as connection:
        for table in (*BUILT, *KEPT, cells.built_days, cells.dirty_days):
            connection.execute(delete(table))
    refresh(engine, CALENDARS, now=NOW, full=True)
    return snapshot(engine)


def differing(
    one: Snapshot, other: Snapshot
) -> dict[str, tuple[list[tuple[object, ...]], list[tuple[object, ...]]]]:
    """By table, the rows only the first has and those only the other has."""
    found = {}
    for name in one:
        left, right = set(one[name]), set(other[name])
        if left != right or len(one[name]) != len(other[name]):
            found[name] = (sorted(left - right, key=str)[:3], sorted(right - left, key=str)[:3])
    return found


@pytest.mark.parametrize("seed", range(2))
def test_after_any_changes_the_cells_are_those_of_a_full_build(engine: Engine, seed: int) -> None:
    agency = ChangingAgency(seed)
    with writing(engine) as connection:
        agency.begin(connection)
    refresh(engine, CALENDARS, now=NOW)
    for _ in range(4):
        with writing(engine) as connection:
            agency.step(connection)
        refresh(engine, CALENDARS, now=NOW)
    assert differing(snapshot(engine), rebuilt(engine)) == {}


Company = tuple[Engine, list[dict[str, object]]]
LAST_CUT = (balances.c.as_of == NOV_18,)


@pytest.fixture
def company(engine: Engine) -> Company:
    """The small company up to the cut of 15 November, and the rows of the cut of the 18th, yet to come."""
    with writing(engine) as connection:
        fill(connection)
        rows = [dict(row._mapping) for row in connection.execute(select(balances).where(*LAST_CUT))]
        connection.execute(delete(balances).where(*LAST_CUT))
        marks = cells.dirty_days
        connection.execute(delete(marks).where(marks.c.source == "positions", marks.c.day == NOV_18))
        for client in (ALAMEDA, CEIBA):
            mark_dirty(connection, "positions", client, [date(2026, 10, 1)], NOW)  # the placements
    refresh(engine, CALENDARS, now=NOW)
    return engine, rows


def new_cut(engine: Engine, rows: list[dict[str, object]]) -> None:
    with writing(engine) as connection:
        connection.execute(balances.insert(), rows)
        for client in (ALAMEDA, CEIBA):
            mark_dirty(connection, "positions", client, [NOV_18], NOW + timedelta(minutes=1))


def test_a_new_cut_is_compared_with_the_kept_openings(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The matrices of the new day come from one scan each, and not from its openings' own facts."""
    built, rows = company
    with reading(built) as connection:
        assert set(openings.load_kept(connection)[ALAMEDA].values()) == {date(2026, 10, 31), NOV_15}
    new_cut(built, rows)
    with monkeypatch.context() as patched:
        patched.delattr(build, "matrices")
        refresh(built, CALENDARS, now=NOW)
    assert differing(snapshot(built), rebuilt(built)) == {}


@pytest.mark.parametrize("guarded", [True, False])
def test_a_corrected_opening_is_not_read_from_what_was_kept(
    company: Company, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the guard off, this is the wrong matrix it prevents."""
    built, rows = company
    with writing(built) as connection:
        which = (balances.c.client_id == ALAMEDA, balances.c.as_of == NOV_15, balances.c.account_id == 1)
        connection.execute(update(balances).where(*which).values(bucket="0", bucket_no=0, dpd=0))
        mark_dirty(connection, "positions", ALAMEDA, [NOV_15], NOW + timedelta(minutes=1))
    if not guarded:
        monkeypatch.setattr(stand, "drop_changed", lambda connection, kept, changed: kept)
    new_cut(built, rows)
    refresh(built, CALENDARS, now=NOW)
    monkeypatch.undo()
    wrong = differing(snapshot(built), rebuilt(built))
    assert set(wrong) == (set() if guarded else {"migration_cells", "migration_campaign_cells"})
