"""Measures: what a metric divides. Each names its source and the sum over that source's rows.

SQL gives additive numerators, denominators and counts only; Python divides (a ratio in SQL is cast
differently by every engine).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, func, true

from db.buckets import CASTIGO_NO
from db.cells.cuts import Cuts
from db.periods import month_of
from db.sources.window import Window

Sum = Callable[[FromClause, str | None], ColumnElement[Any]]


@dataclass(frozen=True)
class Measure:
    """`total` is in the unit of the facts: centavos, seconds, rows. `size` counts what n stands for."""

    source: str
    total: Sum
    size: Sum
    money: bool = False
    where: Callable[[FromClause, Window], ColumnElement[bool]] = lambda rows, window: true()  # noqa: ARG005
    in_cells: Callable[[Window], bool] = lambda window: True  # noqa: ARG005

    def is_money(self, variant: str | None) -> bool:
        return self.money or variant == "balance"


def _sum(name: str) -> Sum:
    return lambda rows, variant: func.sum(rows.c[name])  # noqa: ARG005


def _moved(test: Callable[[FromClause], ColumnElement[bool]] | None = None) -> Sum:
    """Accounts, or opening balance, of the cohort that pass the test."""

    def total(rows: FromClause, variant: str | None) -> ColumnElement[Any]:
        weight = rows.c.opening_cents if variant == "balance" else rows.c.accounts
        return func.sum(weight if test is None else case((test(rows), weight), else_=0))

    return total


def _explained(rows: FromClause, window: Window) -> ColumnElement[bool]:  # noqa: ARG001
    return and_(rows.c.bucket_to_no >= 0, rows.c.bucket_from_no < CASTIGO_NO)


def _month_cohort(window: Window) -> bool:
    """Payment cells know the cohort of their own month's opening cut, and no other."""
    period = window.period
    if period is None or period.end > month_of(period.start).end:
        return False
    return Cuts(window.known).opening(month_of(period.start)) == window.openings


def _mature(rows: FromClause, window: Window) -> ColumnElement[bool]:
    """Only promises whose window closed and whose payment file is in."""
    return rows.c.decide_on <= window.today


def _calls_only(name: str) -> Sum:
    return lambda rows, variant: func.sum(  # noqa: ARG005
        case((rows.c.channel == "call", rows.c[name]), else_=0)
    )


def _migration(test: Callable[[FromClause], ColumnElement[bool]] | None = None) -> Measure:
    return Measure("migrations", _moved(test), _sum("accounts"), where=_explained)


MEASURES: dict[str, Measure] = {
    "cohort": _migration(),
    "rolled": _migration(lambda r: r.c.bucket_to_no > r.c.bucket_from_no),
    "contained": _migration(lambda r: r.c.bucket_to_no <= r.c.bucket_from_no),
    "cured": _migration(lambda r: r.c.bucket_to_no == 0),
    "balance": Measure("positions", _sum("balance_cents"), _sum("accounts"), money=True),
    "accounts": Measure("positions", _sum("accounts"), _sum("accounts")),
    "opening_balance": Measure("openings", _sum("balance_cents"), _sum("accounts"), money=True),
    "paid": Measure("payments", _sum("amount_cents"), _sum("payments"), money=True),
    "paid_by_cohort": Measure(
        "payments", _sum("cohort_cents"), _sum("payments"), money=True, in_cells=_month_cohort
    ),
    "attempts": Measure("contacts", _sum("attempts"), _sum("attempts")),
    "call_attempts": Measure("contacts", _calls_only("attempts"), _calls_only("attempts")),
    "humans": Measure("contacts", _sum("humans"), _sum("humans")),
    "rpcs": Measure("contacts", _sum("rpcs"), _sum("rpcs")),
    "handled": Measure("contacts", _sum("handled"), _sum("handled")),
    "handle_seconds": Measure("contacts", _sum("handle_seconds"), _sum("handled")),
    "promises": Measure("promises", _sum("promises"), _sum("promises")),
    "kept": Measure("promises_due", _sum("kept"), _sum("closed"), where=_mature),
    "closed": Measure("promises_due", _sum("closed"), _sum("closed"), where=_mature),
}
# Told in a note beside the number: what the rule keeps out of it.
LEFT_OUT: dict[str, Measure] = {
    "unexplained": Measure(
        "migrations",
        _sum("accounts"),
        _sum("accounts"),
        where=lambda r, w: r.c.bucket_to_no < 0,  # noqa: ARG005
    ),
    "immature": Measure(
        "promises_due", _sum("closed"), _sum("closed"), where=lambda r, w: r.c.decide_on > w.today
    ),
}
MEASURES |= LEFT_OUT
# Not a sum of rows: db/goals.py reads it from the targets and the calendar.
TARGET_TO_DATE = "target_to_date"
