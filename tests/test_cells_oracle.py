"""The cells, the raw rows and an oracle written apart in pandas agree, metric by metric, on a demo agency."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from db.access import names
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.demo.build import build_demo
from db.engine import open_engine, reading
from db.measures import MEASURES, TARGET_TO_DATE
from db.metrics import load_catalogue
from db.numbers import sum_up
from db.periods import Period
from db.scope import Scope
from db.tables import metadata
from skills.contract import Actor, Context, KpiRequest
from skills.kpi.plan import make_plan
from skills.kpi.rows import lines
from tests.conftest import empty_database
from tests.oracle import Oracle

NOW = datetime(2026, 11, 18, 14, 30, tzinfo=ZoneInfo("America/Mexico_City"))
CATALOGUE, CALENDARS = load_catalogue(), load_calendars()
MONTH = Period(start=date(2026, 11, 1), end=date(2026, 11, 18))
WEEK = Period(start=date(2026, 11, 16), end=date(2026, 11, 18))
OCTOBER = Period(start=date(2026, 10, 1), end=date(2026, 10, 31))
ODD = Period(start=date(2026, 10, 7), end=date(2026, 11, 4))
DIMS = {"client": "client_id", "campaign": "campaign_id", "supervisor": "supervisor_id", "agent": "agent_id"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def agency(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with empty_database(request.param, request, tmp_path_factory.mktemp("agency")) as url:
        engine = open_engine(url)
        metadata.create_all(engine)
        build_demo(engine, now=NOW, accounts=600)
        refresh(engine, CALENDARS, now=NOW)
        yield engine
        engine.dispose()


@pytest.fixture(scope="module")
def oracle(agency: Engine) -> Oracle:
    return Oracle.of(agency, NOW.date())


def context(connection: Any) -> Context:
    return Context(
        actor=Actor(0, "admin", "admin", "es", Scope()),
        session=connection,
        now=NOW,
        metrics=CATALOGUE,
        names=names(connection),
        calendars=CALENDARS,
        say=lambda key, **slots: key,
    )


@pytest.mark.parametrize("period", [MONTH, WEEK, OCTOBER, ODD], ids=["month", "week", "october", "odd"])
@pytest.mark.parametrize(
    "metric", [m for m in CATALOGUE.metrics if m not in ("goal_attainment", "recovery_rate")]
)
def test_the_product_agrees_with_the_oracle(
    agency: Engine, oracle: Oracle, metric: str, period: Period
) -> None:
    rows, over, under = oracle.metric(metric, period.start, period.end)
    with reading(agency) as connection:
        ctx = context(connection)
        for dim, column in DIMS.items():
            plan = make_plan(ctx, KpiRequest(metric=metric, period=period, dims=(dim,)))
            found = lines(ctx, plan, period, (dim,)).by_key
            want = over.groupby(rows[column]).sum()
            assert {k[0]: v.num for k, v in found.items() if v.num} == {k: v for k, v in want.items() if v}
            if under is not None:
                want = under.groupby(rows[column]).sum()
                assert {k[0]: v.den for k, v in found.items() if v.den} == {
                    k: v for k, v in want.items() if v
                }


@pytest.mark.parametrize("period", [MONTH, OCTOBER, ODD], ids=["month", "october", "odd"])
def test_recovery_rate_keeps_its_cohort(agency: Engine, oracle: Oracle, period: Period) -> None:
    paid, opened = oracle.cohort_paid(period.start, period.end), oracle.opened(period.start)
    with reading(agency) as connection:
        ctx = context(connection)
        plan = make_plan(ctx, KpiRequest(metric="recovery_rate", period=period))
        line = lines(ctx, plan, period, ()).by_key[()]
    assert (line.num, line.den) == (paid.amount_cents.sum(), opened.balance_cents.sum())


@pytest.mark.parametrize("name", sorted(MEASURES))
@pytest.mark.parametrize("dims", [(), ("campaign",), ("agent",), ("supervisor", "client")])
def test_cells_equal_raw_rows(agency: Engine, name: str, dims: tuple[str, ...]) -> None:
    metric = next(
        (m.id for m in CATALOGUE.metrics.values() if name in (m.num, m.den)),
        {"immature": "ptp_kept_rate", "unexplained": "roll_rate"}.get(name, "calls"),
    )
    with reading(agency) as connection:
        ctx = context(connection)
        for period in (MONTH, WEEK, OCTOBER):
            plan = make_plan(ctx, KpiRequest(metric=metric, period=period))
            window = plan.window(period)
            ways = [
                sum_up(connection, (name,), dims=dims, scope=Scope(), window=window, raw=raw)
                for raw in (False, True)
            ]
            assert ways[0].by_key == ways[1].by_key
            assert not ways[1].from_cells


def test_every_measure_of_the_catalogue_is_summed_somewhere() -> None:
    asked = {m.num for m in CATALOGUE.metrics.values()} | {m.den for m in CATALOGUE.metrics.values()}
    assert asked - {None, TARGET_TO_DATE} <= set(MEASURES)
