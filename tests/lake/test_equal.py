"""Whoever sums the facts, every table of totals is the same, row by row, and every answer in the chat."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine

from bot.app import App, build
from bot.outcome import Place, Who
from bot.settings import Settings
from tests.conftest import empty_database
from tests.lake.agencies import AFTER, BUILDERS, NOW, builder, correct, fill
from tests.lake.tables import cell_tables, differing

ACCOUNTS = 600
PLACE = Place("cli", "cli")
Tables = dict[str, list[tuple[Any, ...]]]
QUESTIONS = (
    "recuperado este mes",
    "recuperado por día los últimos 14 días",
    "recuperado este mes por asesor",
    "recuperado este mes por campaña",
    "recuperado esta semana vs la semana pasada por cliente",
    "tasa de recuperación este mes",
    "pagos este mes por supervisor",
    "roll rate esta semana por campaña",
    "roll rate este mes por bucket",
    "tasa de cura este mes",
    "contención este mes por cliente",
    "saldo por bucket",
    "cuentas por campaña",
    "cartera por supervisor",
    "llamadas de esta semana por hora",
    "tasa de contacto este mes por supervisor",
    "rpc este mes por asesor",
    "aht de esta semana por agente",
    "intensidad este mes por campaña",
    "promesas generadas este mes por asesor",
    "cumplimiento de promesas este mes",
    "monto prometido este mes por campaña",
    "top 5 agentes por promesas generadas este mes",
    "roll rate de Ceiba Motos por semana",
)


@dataclass
class Built:
    """A database after its first refresh, and after corrections and a second one."""

    engine: Engine
    first: Tables
    second: Tables


@pytest.fixture(scope="module")
def agencies(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sail: str
) -> Iterator[dict[tuple[str, str], Built]]:
    found = {}
    with ExitStack() as stack:
        for kind, summed_by in BUILDERS:
            folder = tmp_path_factory.mktemp(f"{kind}-{summed_by}")
            engine = fill(stack.enter_context(empty_database(kind, request, folder)), ACCOUNTS)
            stack.callback(engine.dispose)
            with builder(summed_by, folder / "lake", sail) as bring_up_to_date:
                bring_up_to_date(engine, NOW)
                first = cell_tables(engine)
                correct(engine, seed=7)
                bring_up_to_date(engine, AFTER)
            found[kind, summed_by] = Built(engine, first, cell_tables(engine))
        yield found


@pytest.mark.parametrize("which", BUILDERS[1:], ids=" ".join)
def test_every_table_is_the_same(agencies: dict[tuple[str, str], Built], which: tuple[str, str]) -> None:
    base, other = agencies[BUILDERS[0]], agencies[which]
    assert differing(base.first, other.first) == {}
    assert differing(base.second, other.second) == {}


def test_there_is_something_to_compare(agencies: dict[tuple[str, str], Built]) -> None:
    base = agencies[BUILDERS[0]]
    filled = {name for name, rows in base.second.items() if rows}
    wanted = {"contact_cells", "payment_cells", "promise_cells", "position_cells", "migration_cells"}
    assert wanted | {"payment_credits", "promise_results", "promise_due_cells"} <= filled
    assert len(base.second["migration_cells"]) > 1_000
    changed = set(differing(base.first, base.second))
    assert wanted | {"payment_credits", "promise_results"} <= changed  # the corrections reached every source


def test_a_wrong_row_would_show(agencies: dict[tuple[str, str], Built]) -> None:
    base = agencies[BUILDERS[0]].second
    rows = base["payment_cells"]
    one_off = {**base, "payment_cells": [*rows[:-1], (*rows[-1][:-1], rows[-1][-1] + 1)]}
    assert list(differing(base, one_off)) == ["payment_cells"]
    assert list(differing(base, {**base, "payment_cells": rows + rows[:1]})) == ["payment_cells"]


def answers(app: App) -> dict[str, Any]:
    """As JSON, but for the number under which each is kept in the record."""
    found = {}
    for text in QUESTIONS:
        outcome = app.desk.ask(text, who=Who("cli", "admin"), place=PLACE, thread=None, now=AFTER)
        found[text] = {key: value for key, value in outcome.json().items() if key != "audit"}
    return found


def test_the_chat_says_the_same(agencies: dict[tuple[str, str], Built]) -> None:
    said = {}
    for which, built in agencies.items():
        said[which] = answers(build(Settings(), engine=built.engine))
    base = said[BUILDERS[0]]
    answered = [text for text, answer in base.items() if answer["outcome"] == "answer"]
    assert len(answered) >= 20, {t: (a["outcome"], a.get("message")) for t, a in base.items()}
    assert sum(len(base[text]["answer"]["rows"]) for text in answered) > 60
    for which in BUILDERS[1:]:
        assert said[which] == base, which
