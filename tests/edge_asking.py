"""Asks the product and the plain count about each case of an edge world. Knows no case."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db.cells.marks import mark_everything
from db.cells.refresh import refresh
from db.engine import open_engine, reading, writing
from db.tables import metadata
from skills.contract import Filter, KpiRequest
from skills.kpi.plan import make_plan
from skills.kpi.rows import lines
from tests.conftest import empty_database
from tests.edge_world import NOW, SHARED, TODAY, Case, build
from tests.numbers_beside import CALENDARS, CATALOGUE, context
from tests.plain_floor import Floor
from tests.plain_metrics import METRICS
from tests.plain_parts import Told, grouped


@dataclass(frozen=True)
class Seen:
    """What the product told of a case, and what the plain count did."""

    product: Told
    plain: Told


Both = dict[str, tuple[Seen, Seen]]  # by case: its rows on the edge, and a day outside it


@contextmanager
def world(
    kind: str, request: pytest.FixtureRequest, folder: Path, cases: tuple[Case, ...], *, outside: bool
) -> Iterator[Engine]:
    """The cases in a database of their own, cells built."""
    folder.mkdir()
    with empty_database(kind, request, folder) as url:
        engine = open_engine(url)
        try:
            metadata.create_all(engine)
            with writing(engine) as connection:
                build(cases, outside=outside).write(connection)
                mark_everything(connection, NOW)
            refresh(engine, CALENDARS, now=NOW)
            yield engine
        finally:
            engine.dispose()


def ask(engine: Engine, cases: Iterable[Case]) -> list[Seen]:
    with reading(engine) as connection:
        floor, ctx = Floor(connection, TODAY), context(connection)
        found = []
        for number, case in enumerate(cases, start=SHARED + 1):
            ctx.memo.clear()
            name, _, variant = case.asks.partition("/")
            dim = "campaign" if "campaign" in CATALOGUE.metrics[name].dims else "agent"
            own = number if dim == "campaign" else 1_000 + number
            said = f"Campaña {own}" if dim == "campaign" else f"Persona {own}"
            request = KpiRequest(
                metric=name,
                variant=variant or None,
                period=case.period,
                dims=case.by,
                filters=(Filter(field=dim, op="eq", value=said),),
            )
            plan = make_plan(ctx, request)
            told = lines(ctx, plan, plan.period, case.by).by_key
            product = {key: (Fraction(line.num), Fraction(line.den or 0)) for key, line in told.items()}
            parts = METRICS[case.asks](floor, case.period.start, case.period.end)
            plain = grouped([part for part in parts if part.dims[dim] == own], case.by)
            found.append(Seen({k: v for k, v in product.items() if any(v)}, plain))
        return found


def ask_both(engines: tuple[Engine, Engine], cases: tuple[Case, ...]) -> Both:
    inside, outside = (ask(engine, cases) for engine in engines)
    return {str(case): pair for case, *pair in zip(cases, inside, outside, strict=True)}  # type: ignore[misc]


def red(seen: Both) -> set[str]:
    """The cases a test would fail on: another number than the plain one, or the same on both days."""
    return {
        case
        for case, (inside, outside) in seen.items()
        if inside.product != inside.plain
        or outside.product != outside.plain
        or inside.product == outside.product
    }
