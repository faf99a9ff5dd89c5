"""A row on a period's edge, moved by a day, changes the number just as the count in words says.

What these tests are worth shows at the end: with the product's windows a day off, they are red.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Date, Engine, and_, func, or_
from sqlalchemy.sql import ColumnElement

from db import goals, measures
from db.fees import Rate
from db.periods import Period
from db.sources import (
    agreements,
    cohort,
    costs,
    fees,
    flows,
    migrations,
    people,
    positions,
    sales,
    source,
    voice,
)
from db.sources.window import Window
from db.tables import agency, facts, metadata, reference
from skills.kpi.plan import Plan
from tests.edge_asking import Both, ask_both, red, world
from tests.edge_cases import CASES
from tests.edge_world import SPAN

DAY = timedelta(days=1)
DATABASES = ("sqlite", "postgresql")
# Dates that no number depends on, and what they are kept for.
NO_NUMBER = {
    "accounts.first_default_on": "shown on the account's card",
    "addresses.valid_from": "the latest one is written to",
    "campaigns.starts_on": "told",
    "campaigns.ends_on": "told",
    "cases.closed_on": "when a case was answered: no indicator of it yet",
    "debtors.birth_date": "who may not be called",
    "file_loads.first_on": "what a file spoke of",
    "file_loads.last_on": "what a file spoke of",
    "trainings.due_on": "when a course should be passed: no indicator of it yet",
}
# Their days are checked elsewhere, by name.
ELSEWHERE = {
    "targets.period_start": "tests/test_kpi_small.py",
    "targets.period_end": "tests/test_kpi_small.py",
}
Engines = tuple[Engine, Engine]


@pytest.fixture(scope="module", params=DATABASES)
def engines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    folder = tmp_path_factory.mktemp("edges")
    with (
        world(request.param, request, folder / "in", CASES, outside=False) as inside,
        world(request.param, request, folder / "out", CASES, outside=True) as outside,
    ):
        yield inside, outside


@pytest.fixture(scope="module")
def seen(engines: Engines) -> Both:
    return ask_both(engines, CASES)


@pytest.mark.parametrize("case", [str(case) for case in CASES])
def test_a_day_more_or_less_counts_as_words_say(seen: Both, case: str) -> None:
    inside, outside = seen[case]
    assert inside.product == inside.plain
    assert outside.product == outside.plain
    assert inside.product != outside.product


def test_every_date_has_its_case() -> None:
    tables = {
        table.name
        for module in (facts, agency, reference)
        for table in vars(module).values()
        if getattr(table, "metadata", None) is metadata
    }
    dates = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        if table.name in tables
        for column in table.columns
        if isinstance(column.type, Date)
    }
    tried = {column.split()[0] for case in CASES for column in case.columns}
    assert dates == {name for name in tried if name.split(".")[0] in tables} | {*NO_NUMBER, *ELSEWHERE}


# --- what the tests are worth --------------------------------------------------------------------------

Patch = pytest.MonkeyPatch


def _columns(*names: str, at: date | None = None) -> set[str]:
    """The cases of these columns; of that day alone, where one is given."""
    some = (case for case in CASES if at in (None, case.inside))
    return {str(case) for case in some if any(f"{c} ".startswith(names) for c in case.columns)}


def _shorter(period: Period | None) -> Period | None:
    """Without its first day and its last."""
    if period is None or period.days < 3:
        return period
    return Period(start=period.start + DAY, end=period.end - DAY)


def _facts_alone(patch: Patch) -> None:
    patch.setattr(source.Source, "cells_for", lambda self, needs: None)


def facts_shorter(patch: Patch) -> None:
    """Every source's own window, where the facts answer."""
    _facts_alone(patch)
    whole = flows.within

    def within(column: ColumnElement[Any], window: Window) -> ColumnElement[bool]:
        return whole(column, replace(window, period=_shorter(window.period)))

    for module in (flows, agreements, cohort, costs, fees, people, sales, voice):
        patch.setattr(module, "within", within)


def cells_shorter(patch: Patch) -> None:
    whole = source.Source._picked

    def picked(self: source.Source, table: Any, window: Window) -> ColumnElement[bool]:
        return whole(self, table, replace(window, period=_shorter(window.period)))

    patch.setattr(source.Source, "_picked", picked)


def _windows(patch: Patch, other: Callable[[Window], Window]) -> None:
    whole = Plan.window
    patch.setattr(Plan, "window", lambda self, period: other(whole(self, period)))


def cuts_end_early(patch: Patch) -> None:
    """The closing cut is looked for up to the day before."""
    at = Plan.window
    patch.setattr(Plan, "window", lambda self, period: replace(
        at(self, period), cuts=at(self, Period(start=period.start - DAY, end=period.end - DAY)).cuts
    ))  # fmt: skip


def openings_late(patch: Patch) -> None:
    """The opening cut may be of the period's first day."""
    at = Plan.window
    patch.setattr(Plan, "window", lambda self, period: replace(
        at(self, period), openings=self.cuts.at(period.start)
    ))  # fmt: skip


def windows_shorter(patch: Patch) -> None:
    _windows(patch, lambda window: replace(window, period=_shorter(window.period)))


def yesterday(patch: Patch) -> None:
    _windows(patch, lambda window: replace(window, today=window.today - DAY))


def owners_late(patch: Patch) -> None:
    """Whoever takes over is the owner from the day after only."""

    def supervisor(rows: Any, agent: Any, day: Any) -> Any:
        held = reference.memberships.alias()
        on = and_(held.c.person_id == agent, held.c.from_on < day, _until(held, day))
        return rows.outerjoin(held, on), func.coalesce(held.c.supervisor_id, 0)

    def assignment(rows: Any, account: Any, day: Any) -> Any:
        held = reference.assignments.alias()
        return rows.outerjoin(
            held, and_(held.c.account_id == account, held.c.from_on < day, _until(held, day))
        ), held

    _facts_alone(patch)
    for module in (flows, positions):
        patch.setattr(module, "with_supervisor", supervisor)
    patch.setattr(positions, "with_assignment", assignment)


def _until(held: Any, day: Any) -> ColumnElement[bool]:
    return or_(held.c.to_on.is_(None), day <= held.c.to_on)


def recalls_late(patch: Patch) -> None:
    """An account taken back is out of the cuts after that day only."""
    _facts_alone(patch)
    gone, taken = positions._recalled_by, migrations.recalled_between
    patch.setattr(positions, "_recalled_by", lambda cut, clients: gone(cut - DAY, clients))
    patch.setattr(migrations, "recalled_between", lambda t0, t1, clients: taken(t0, t1 - DAY, clients))


def told_too_late(patch: Patch) -> None:
    """An outcome is told the day after its payment file only."""
    late = lambda rows, window: rows.c.decide_on < window.today  # noqa: E731
    for name, measure in measures.MEASURES.items():
        if measure.where is measures._mature:
            patch.setitem(measures.MEASURES, name, replace(measure, where=late))


def rates_shorter(patch: Patch) -> None:
    """A rate holds from the day after its first one to the day before its last."""
    whole = fees.load_rates

    def cut(rate: Rate) -> Rate:
        last = rate.valid_to and rate.valid_to - DAY
        return replace(rate, valid_from=rate.valid_from + DAY, valid_to=last)

    patch.setattr(
        "skills.kpi.fees.load_rates", lambda connection: tuple(cut(rate) for rate in whole(connection))
    )


def budgets_long(patch: Patch) -> None:
    """A budget is spread over a day more at each end."""
    whole = goals._by_business_days
    patch.setattr(goals, "_by_business_days", lambda calendar, span, period: whole(
        calendar, Period(start=span.start - DAY, end=span.end + DAY), period
    ))  # fmt: skip


HAPPENED = (
    *("contacts.", "payments.paid_on", "payments.posted_on", "promises.", "agreements."),
    *(
        "installment_results.due_on",
        "shifts.",
        "evaluations.",
        "surveys.",
        "cases.",
        "sales.sold_on",
        "costs.",
    ),
)
IN_CELLS = ("contacts.", "payments.paid_on", "payments.posted_on", "promises.", "cure_results.")
# Different accounts of a period that begins neither a week nor a month are in no cell.
OF_SPANS = ("account_contact_rate", "penetration", "paying_accounts_rate")
FACTS_ALONE = {str(case) for case in CASES if case.asks in OF_SPANS and case.period == SPAN}
ABLATIONS: dict[str, tuple[Callable[[Patch], None], set[str]]] = {
    "facts": (facts_shorter, _columns(*HAPPENED) - _columns("payments.paid_on cover")),
    "cells": (cells_shorter, _columns(*IN_CELLS) - _columns("payments.paid_on cover") - FACTS_ALONE),
    "closing cuts": (cuts_end_early, _columns("balances.as_of ", at=SPAN.end)),
    "opening cuts": (openings_late, _columns("balances.as_of ", at=SPAN.start - DAY)),
    "courses": (windows_shorter, _columns("trainings.", "people.")),
    "recalls": (recalls_late, _columns("accounts.recalled_on")),
    "today": (yesterday, _columns("sales.cancelled_on", "sales.activated_on")),
    "owners": (owners_late, _columns("memberships.", "assignments.")),
    "maturity": (told_too_late, _columns("promise_results.", "installment_results.decide_on")),
    "rates": (rates_shorter, _columns("fees.")),
    "budgets": (budgets_long, _columns("budgets.")),
}


@pytest.mark.parametrize("name", ABLATIONS)
def test_a_window_one_day_off_would_be_red(engines: Engines, name: str, monkeypatch: Patch) -> None:
    off, expected = ABLATIONS[name]
    assert expected
    off(monkeypatch)
    assert expected <= red(ask_both(engines, CASES))
