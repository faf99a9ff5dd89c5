"""People's metrics of a demo agency against pandas over its raw tables, on both databases."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from sqlalchemy import Engine

from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.demo.build import build_demo
from db.engine import open_engine, reading
from db.periods import Period
from db.tables import metadata
from skills.contract import KpiRequest
from skills.kpi.plan import make_plan
from skills.kpi.rows import lines
from tests.conftest import empty_database
from tests.oracle import Oracle
from tests.people_company import context_on

NOW = datetime(2026, 11, 18, 14, 30, tzinfo=ZoneInfo("America/Mexico_City"))
TODAY = NOW.date()
WEEK = Period(start=date(2026, 11, 16), end=TODAY)
HALF = Period(start=date(2026, 5, 1), end=date(2026, 10, 31))
ODD = Period(start=date(2026, 10, 7), end=date(2026, 11, 4))
TABLES = ("shifts", "evaluations", "trainings", "surveys", "cases", "sales", "people")
COUNTED = (
    "occupancy",
    "utilization",
    "login_hours",
    "calls_per_hour",
    "recovered_per_hour",
    "recovered_per_rpc",
    "quality_score",
    "csat",
    "nps",
    "complaints",
    "placement_sales",
    "training_completion",
)
Told = dict[Any, tuple[int, int]]
# Both sides of these are counted over the days that both files hold.
CONTACTS, PAYMENTS, SHIFTS = ("contacts", "started_on"), ("payments", "paid_on"), ("shifts", "starts_on")
DAILY = {
    "occupancy": (CONTACTS, SHIFTS),
    "calls_per_hour": (CONTACTS, SHIFTS),
    "recovered_per_hour": (PAYMENTS, SHIFTS),
    "recovered_per_rpc": (PAYMENTS, CONTACTS),
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"], name="agency")
def _agency(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with empty_database(request.param, request, tmp_path_factory.mktemp("agency")) as url:
        engine = open_engine(url)
        metadata.create_all(engine)
        build_demo(engine, now=NOW, accounts=600)
        refresh(engine, load_calendars(), now=NOW)
        yield engine
        engine.dispose()


@pytest.fixture(scope="module", name="book")
def _book(agency: Engine) -> Oracle:
    """The oracle's frames, and those of people's records."""
    found = Oracle.of(agency, TODAY)
    for name in TABLES:
        frame = pd.read_sql_table(name, agency)
        for column in frame.columns:
            if column.endswith(("_on", "_at", "valid_to", "active_from", "active_to")):
                frame[column] = pd.to_datetime(frame[column], utc=column.endswith("_at"))
        found.frames[name] = frame
    return found


@pytest.mark.parametrize("period", [WEEK, HALF, ODD], ids=["week", "half a year", "odd"])
@pytest.mark.parametrize("metric", COUNTED)
@pytest.mark.parametrize("dim", ["agent", "supervisor"])
def test_the_product_agrees_with_pandas(
    agency: Engine, book: Oracle, metric: str, period: Period, dim: str
) -> None:
    want = counted(book, metric, period, f"{dim}_id")
    with reading(agency) as connection:
        ctx = context_on(connection, now=NOW)
        plan = make_plan(ctx, KpiRequest(metric=metric, period=period, dims=(dim,)))
        found = lines(ctx, plan, period, (dim,)).by_key
    got = {key[0]: (int(line.num), int(line.den or 0)) for key, line in found.items()}
    assert {k: v for k, v in got.items() if any(v)} == {k: v for k, v in want.items() if any(v)}
    assert want or period != HALF


def counted(book: Oracle, metric: str, period: Period, owner: str) -> Told:
    """What stands above and below the line, by owner, in the facts' own units."""
    days = [book[name][column].agg(["min", "max"]) for name, column in DAILY.get(metric, ())]
    start = max([pd.Timestamp(period.start), *(each["min"] for each in days)])
    end = min([pd.Timestamp(period.end), *(each["max"] for each in days)])
    if ("shifts", "starts_on") in DAILY.get(metric, ()):
        end = min(end, pd.Timestamp(TODAY - timedelta(days=1)))  # today's hours are not known yet
    over, under = _parts(book, metric, start.date(), end.date())
    above, below = _sums(over, owner), _sums(under, owner)
    return {who: (above.get(who, 0), below.get(who, 0)) for who in {*above, *below}}


def _sums(part: pd.DataFrame | None, owner: str) -> dict[int, int]:
    if part is None:
        return {}
    sums = part.groupby(owner, as_index=False).amount.sum()
    return {int(who): int(amount) for who, amount in zip(sums[owner], sums.amount, strict=True)}


def _parts(book: Oracle, metric: str, start: date, end: date) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    shifts = _dated(book, "shifts", "starts_on", start, end)
    shifts = shifts[shifts.attended.astype(bool)]
    paid = _amount(shifts, (shifts.ends_at - shifts.starts_at).dt.total_seconds())
    spoken = book.spoken(start, end)
    match metric:
        case "login_hours":
            return paid, None
        case "utilization":
            return _amount(shifts, shifts.productive_seconds), paid
        case "occupancy":
            talked = spoken[(spoken.talk_seconds > 0) & spoken.agent_id.isin(shifts.agent_id)]
            busy = _amount(talked, talked.talk_seconds + talked.wrap_seconds)
            return busy, pd.concat([busy, _amount(shifts, shifts.available_seconds)])
        case "calls_per_hour":
            return _amount(spoken, spoken.channel == "call"), paid
        case "recovered_per_hour":
            money = book.paid(start, end)
            return _amount(money, money.amount_cents), paid
        case "recovered_per_rpc":
            money = book.paid(start, end)
            return _amount(money, money.amount_cents), _amount(spoken, spoken.rpc)
    return _of_records(book, metric, start, end)


def _of_records(
    book: Oracle, metric: str, start: date, end: date
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    match metric:
        case "quality_score":
            rows = _dated(book, "evaluations", "evaluated_on", start, end)
            points = rows.points_micros.where(~rows.critical_error.astype(bool), 0)
            return _amount(rows, points), _amount(rows, rows.possible_micros)
        case "csat":
            rows = _dated(book, "surveys", "answered_on", start, end)
            rows = rows[rows.scale == "csat5"]
            return _amount(rows, rows.score >= 4), _amount(rows, 1)
        case "nps":
            rows = _dated(book, "surveys", "answered_on", start, end)
            rows = rows[rows.scale == "nps"]
            net = (rows.score >= 9).astype(int) - (rows.score <= 6).astype(int)
            return _amount(rows, net), _amount(rows, 1)
        case "complaints":
            return _complaints(book, start, end), None
        case "placement_sales":
            rows = _dated(book, "sales", "sold_on", start, end)
            stands = rows.cancelled_on.isna() | (rows.cancelled_on > pd.Timestamp(TODAY))
            return _amount(rows, stands), None
    return _courses(book, end)


def _complaints(book: Oracle, start: date, end: date) -> pd.DataFrame:
    rows = book["cases"]
    rows = rows[
        (rows.register == "complaints") & rows.received_on.between(pd.Timestamp(start), pd.Timestamp(end))
    ]
    held = rows.merge(book["assignments"][["account_id", "agent_id", "from_on", "to_on"]], on="account_id")
    held = held[(held.from_on <= held.received_on) & (held.to_on.isna() | (held.received_on < held.to_on))]
    agent = rows.id.map(held.set_index("id").agent_id).fillna(0).astype(int)
    rows = rows.assign(agent_id=agent, supervisor_id=book.supervisor(agent, rows.received_on))
    return _amount(rows, 1)


def _courses(book: Oracle, end: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    day = pd.Timestamp(end)
    rows = book["trainings"].merge(book["people"], left_on="agent_id", right_on="id", suffixes=("", "_of"))
    here = (rows.active_from.isna() | (rows.active_from <= day)) & (
        rows.active_to.isna() | (rows.active_to >= day)
    )
    rows = rows[here & (rows.assigned_on <= day)]
    holds = (rows.passed_on <= day) & (rows.valid_to.isna() | (rows.valid_to >= day))
    each = pd.DataFrame(
        rows.assign(holds=holds.astype(int)).groupby(["agent_id", "course"]).holds.max()
    ).reset_index()
    each["supervisor_id"] = book.supervisor(each.agent_id, pd.Series(day, index=each.index))
    return _amount(each, each.holds), _amount(each, 1)


def _dated(book: Oracle, table: str, column: str, start: date, end: date) -> pd.DataFrame:
    rows = book[table]
    rows = rows[rows[column].between(pd.Timestamp(start), pd.Timestamp(end))].copy()
    rows["supervisor_id"] = book.supervisor(rows.agent_id, rows[column])
    return rows


def _amount(rows: pd.DataFrame, amount: Any) -> pd.DataFrame:
    return rows[["agent_id", "supervisor_id"]].assign(
        amount=pd.Series(amount, index=rows.index).astype("int64")
    )
