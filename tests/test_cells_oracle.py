"""The cells, the raw rows and an oracle written apart in pandas agree, metric by metric, on a demo agency."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from db.access import names
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.demo.build import build_demo
from db.engine import open_engine, reading
from db.measures import MEASURES
from db.metrics import load_catalogue
from db.numbers import sum_up
from db.periods import Period
from db.scope import Scope
from db.sources import SOURCES
from db.tables import metadata
from skills.contract import Actor, Context, KpiRequest
from skills.kpi.computed import COMPUTED
from skills.kpi.plan import make_plan
from skills.kpi.rows import lines
from tests.conftest import empty_database
from tests.oracle import Oracle
from tests.plain_metrics import METRICS

NOW = datetime(2026, 11, 18, 14, 30, tzinfo=ZoneInfo("America/Mexico_City"))
CATALOGUE, CALENDARS = load_catalogue(), load_calendars()
MONTH = Period(start=date(2026, 11, 1), end=date(2026, 11, 18))
WEEK = Period(start=date(2026, 11, 16), end=date(2026, 11, 18))
OCTOBER = Period(start=date(2026, 10, 1), end=date(2026, 10, 31))
ODD = Period(start=date(2026, 10, 7), end=date(2026, 11, 4))
# What tests/oracle.py counts; tests/plain_metrics.py counts the rest, and these have a test of their own.
PANDAS = (
    *("roll_rate", "cure_rate", "containment", "portfolio_balance", "aging_balance", "accounts_count"),
    *(
        "aging_accounts",
        "recovered_amount",
        "ptp_count",
        "ptp_kept_rate",
        "calls",
        "contact_rate",
        "rpc_rate",
    ),
    "aht",
)
BY_HAND = {
    "goal_attainment": "tests/test_kpi_small.py",
    "forecast_to_close": "tests/test_forecast.py",
    "agents_required": "tests/test_kpi_people.py",
}
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
@pytest.mark.parametrize("metric", PANDAS)
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


def of_cells() -> list[tuple[str, str]]:
    """The measures that cells keep, each with a metric that is made of it."""
    found = []
    for name, measure in sorted(MEASURES.items()):
        made = [m.id for m in CATALOGUE.metrics.values() if name in m.every_term]
        if SOURCES[measure.source].cells and made:
            found.append((name, made[0]))
    return [*found, ("immature", "ptp_kept_rate"), ("unexplained", "roll_rate")]


@pytest.mark.parametrize(("name", "metric"), of_cells())
def test_cells_equal_raw_rows(agency: Engine, name: str, metric: str) -> None:
    known = CATALOGUE.metrics[metric]
    with reading(agency) as connection:
        ctx = context(connection)
        for period in (MONTH, WEEK, OCTOBER):
            plan = make_plan(ctx, KpiRequest(metric=metric, period=period))
            window = plan.window(period)
            for dims in ((), ("campaign",), ("agent",), ("supervisor", "client")):
                if set(dims) <= set(known.dims):
                    ways = [
                        sum_up(connection, (name,), dims=dims, scope=Scope(), window=window, raw=raw)
                        for raw in (False, True)
                    ]
                    assert ways[0].by_key == ways[1].by_key, (period, dims)
                    assert not ways[1].from_cells


def test_every_definition_is_counted_apart_somewhere() -> None:
    """Each metric, and each definition of it that is not the usual one."""
    others = {
        f"{metric.id}/{variant}"
        for metric in CATALOGUE.metrics.values()
        for variant in metric.variants
        if variant != metric.default_variant and metric.id not in BY_HAND
    }
    assert {*CATALOGUE.metrics, *others} <= {*PANDAS, *METRICS, *BY_HAND}
    assert all(Path(named).exists() for named in BY_HAND.values())


def test_every_measure_of_the_catalogue_is_summed_somewhere() -> None:
    asked = {term for m in CATALOGUE.metrics.values() for term in m.every_term}
    assert asked <= set(MEASURES) | set(COMPUTED)
