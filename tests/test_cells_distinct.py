"""Different accounts: cells, records and pandas agree, and a refresh builds what all of it would be."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from db.calendars import load_calendars
from db.cells import distinct, follow
from db.cells.cuts import load_cuts
from db.cells.marks import Days
from db.cells.refresh import refresh
from db.engine import open_engine, reading, writing
from db.numbers import Condition, load_waiting, sum_up
from db.periods import Period, month_of, week_of
from db.scope import Scope
from db.sources import Window
from db.tables import metadata
from db.tables.cells import cohort_cells, cure_results, reach_cells
from tests.conftest import empty_database
from tests.reach_count import Count
from tests.reach_random import CHANGES, LAST, fill, some_day
from tests.small import NOW

CALENDARS = load_calendars()
TABLES = (reach_cells, cohort_cells, cure_results)
COLUMN = {
    "client": "client_id",
    "campaign": "campaign_id",
    "supervisor": "supervisor_id",
    "agent": "agent_id",
}
REACH_DIMS: tuple[tuple[str, ...], ...] = (
    (),
    ("client",),
    ("supervisor",),
    ("agent",),
    ("supervisor", "agent"),
    ("campaign", "agent"),
)
COHORT_DIMS = (*REACH_DIMS, ("bucket",), ("client", "bucket"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def floor(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Read it, never write to it."""
    with empty_database(request.param, request, tmp_path_factory.mktemp("random")) as url:
        engine = open_engine(url)
        metadata.create_all(engine)
        filled(engine, Random(7))
        yield engine
        engine.dispose()


@pytest.fixture(scope="module")
def count(floor: Engine) -> Count:
    return Count(floor)


def filled(engine: Engine, random: Random) -> None:
    with writing(engine) as connection:
        fill(connection, random)
    refresh(engine, CALENDARS, now=NOW)


def periods(random: Random) -> Iterator[Period]:
    """Of a day, from a Monday on, from a first of the month on, and any."""
    for _ in range(5):
        day = some_day(random, last=LAST - timedelta(days=31))
        yield Period(start=day, end=day)
        for span in (week_of(day), month_of(day)):
            yield Period(start=span.start, end=some_day(random, span.start, span.end))
        yield Period(start=day, end=some_day(random, day))


def window_of(connection: Any, period: Period) -> Window:
    cuts = load_cuts(connection)
    return Window(
        today=NOW.date(),
        period=period,
        cuts=cuts.at(period.end),
        openings=cuts.opening(period),
        known=cuts.days,
        waiting=load_waiting(connection),
    )


def told(
    engine: Engine, measure: str, period: Period, dims: tuple[str, ...], **more: Any
) -> tuple[dict[Any, int], bool]:
    with reading(engine) as connection:
        window = window_of(connection, period)
        found = sum_up(connection, (measure,), dims=dims, scope=Scope(), window=window, **more)
    return {key: int(sums[0].total) for key, sums in found.by_key.items() if sums[0].total}, found.from_cells


def agree(engine: Engine, measure: str, period: Period, dims: tuple[str, ...], want: Any) -> bool:
    """Whether the cells answered; they, the records and pandas say the same."""
    (from_cells, kept), (from_records, _) = (
        told(engine, measure, period, dims, raw=r) for r in (False, True)
    )
    assert from_cells == from_records == want
    return kept


@pytest.mark.parametrize("dims", REACH_DIMS, ids="-".join)
def test_reach_is_the_same_however_it_is_counted(floor: Engine, count: Count, dims: tuple[str, ...]) -> None:
    columns, kept = [COLUMN[d] for d in dims], []
    for period in periods(Random(3)):
        span = period.start, period.end
        kept.append(agree(floor, "accounts_worked", period, dims, count.reach(*span, columns)))
        agree(floor, "accounts_contacted", period, dims, count.reach(*span, columns, "human"))
        assert agree(floor, "days_reached", period, dims, count.days("contacts", *span, columns))
        assert agree(floor, "days_promised", period, dims, count.days("promises", *span, columns))
    assert any(kept) and not all(kept)  # noqa: PT018  (both ways were tried)


def test_finer_reach_and_filters_are_counted_from_the_records(floor: Engine, count: Count) -> None:
    period = Period(start=date(2026, 10, 1), end=date(2026, 10, 25))
    agree(floor, "accounts_worked", period, ("channel",), count.reach(period.start, period.end, ["channel"]))
    both = (Condition("agent", "in", (21, 22)),)
    agents = count.reach(period.start, period.end, ["account_id", "campaign_id", "agent_id"])
    want = {(account, campaign) for account, campaign, agent in agents if agent in (21, 22)}
    assert told(floor, "accounts_worked", period, (), conditions=both) == ({(): len(want)}, False)


@pytest.mark.parametrize("dims", COHORT_DIMS, ids="-".join)
def test_the_cohort_is_the_same_however_it_is_counted(
    floor: Engine, count: Count, dims: tuple[str, ...]
) -> None:
    columns, kept = [COLUMN.get(d, d) for d in dims], []
    for period in periods(Random(5)):
        span = period.start, period.end
        kept.append(agree(floor, "worked_of_opening", period, dims, count.worked(*span, columns)))
        agree(floor, "paying_of_opening", period, dims, count.paying(*span, columns))
    assert any(kept) and not all(kept)  # noqa: PT018


def test_cures_are_the_same_however_they_are_counted(floor: Engine, count: Count) -> None:
    seen = 0
    for period in (month_of(date(2026, month, 1)) for month in (10, 11)):
        period = Period(start=period.start, end=min(period.end, LAST))
        relapsed, cured = count.cures(period.start, period.end)
        assert agree(floor, "cures", period, (), {(): cured} if cured else {})
        assert agree(floor, "relapses", period, (), {(): relapsed} if relapsed else {})
        seen += relapsed
    assert seen


# --- incremental -----------------------------------------------------------------------------------------


def rows(engine: Engine) -> dict[str, list[Any]]:
    with reading(engine) as connection:
        return {t.name: sorted(map(tuple, connection.execute(select(t))), key=str) for t in TABLES}


@pytest.mark.parametrize("seed", range(1))
def test_refreshes_after_late_changes_give_what_a_whole_one_gives(engine: Engine, seed: int) -> None:
    """Every kind of change, in any order, a few at a time."""
    random = Random(seed)
    filled(engine, random)
    waiting = random.sample(CHANGES, len(CHANGES))
    while waiting:
        now, waiting = waiting[:3], waiting[3:]
        with writing(engine) as connection:
            for change in now:
                change(connection, random)
        refresh(engine, CALENDARS, now=NOW)
    after = rows(engine)
    refresh(engine, CALENDARS, now=NOW, full=True)
    whole = rows(engine)
    assert after == whole
    assert all(whole.values())


# --- the guards taken away ---------------------------------------------------------------------------------


def test_adding_up_days_counts_an_account_again_and_again(floor: Engine, count: Count) -> None:
    """Each day's own count, added up, is the wrong number that first days prevent."""
    month = Period(start=date(2026, 10, 1), end=date(2026, 10, 31))
    (want,) = count.reach(month.start, month.end, []).values()
    level = reach_cells.c.level == "campaign", reach_cells.c.day.between(month.start, month.end)
    sums = {span: func.sum(reach_cells.c[f"worked_{span}"]) for span in ("day", "month")}
    with reading(floor) as connection:
        sums = {
            span: connection.execute(select(sum_).where(*level)).scalar_one() for span, sum_ in sums.items()
        }
    assert sums["month"] == want
    assert sums["day"] > want


def test_agents_added_up_are_more_accounts_than_the_team_has(floor: Engine) -> None:
    month = Period(start=date(2026, 10, 1), end=date(2026, 10, 31))
    by_agent, _ = told(floor, "accounts_worked", month, ("agent",))
    (team,) = told(floor, "accounts_worked", month, ())[0].values()
    assert sum(by_agent.values()) > team


def test_without_the_later_days_a_late_contact_would_count_twice(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(engine, Random(1))
    monkeypatch.setattr(follow, "touched_by", lambda changed, held: set())
    random = Random(2)
    with writing(engine) as connection:
        for _ in range(20):
            CHANGES[0](connection, random)
    refresh(engine, CALENDARS, now=NOW)
    wrong = rows(engine)
    monkeypatch.undo()
    refresh(engine, CALENDARS, now=NOW, full=True)
    assert wrong["reach_cells"] != rows(engine)["reach_cells"]


def test_without_its_mark_a_new_opening_cut_would_leave_the_old_cohort(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(engine, Random(1))
    monkeypatch.setattr("db.cells.stand.after_cuts", lambda connection, days, now: None)
    random = Random(4)
    with writing(engine) as connection:
        for _ in range(6):
            next(c for c in CHANGES if c.__name__ == "_late_cut")(connection, random)
    refresh(engine, CALENDARS, now=NOW)
    wrong = rows(engine)
    monkeypatch.undo()
    refresh(engine, CALENDARS, now=NOW, full=True)
    right = rows(engine)
    assert wrong["cohort_cells"] != right["cohort_cells"]
    assert wrong["cure_results"] != right["cure_results"]


def test_only_the_touched_days_are_rebuilt(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(engine, Random(1))
    built: list[date] = []
    reached = distinct._reached

    def seen(days: Days, found: Any) -> Any:
        built.extend(day for some in days.values() for day in some)
        return reached(days, found)

    monkeypatch.setattr(distinct, "_reached", seen)
    random = Random(9)
    with writing(engine) as connection:
        CHANGES[0](connection, random)
    refresh(engine, CALENDARS, now=NOW)
    first = min(built)
    assert all(week_of(first).holds(d) or month_of(first).holds(d) for d in built)
    assert len(built) < 40
