"""Measures: what a metric divides. Each names its source and the sum over that source's rows.

SQL gives additive numerators, denominators and counts only; Python divides (a ratio in SQL is cast
differently by every engine).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, Literal

from sqlalchemy import ColumnElement, FromClause, and_, case, func, select, true

from db.buckets import CASTIGO_NO
from db.cells.cuts import Cuts
from db.periods import month_of
from db.sources.cohort import SPANS as COHORT_SPANS
from db.sources.sales import VENTA
from db.sources.spans import span_of
from db.sources.window import Window
from db.tables.cells import LATE_DAYS
from db.tables.reference import campaigns

Sum = Callable[[FromClause, str | None], ColumnElement[Any]]
Told = Literal["count", "money", "hours", "points"]
# How many of the facts' units (centavos, seconds, millionths) make one that a person is told.
PER: dict[Told, int] = {"count": 1, "money": 100, "hours": 3600, "points": 1_000_000}


@dataclass(frozen=True)
class Measure:
    """`total` is in the unit of the facts: centavos, seconds, rows. `size` counts what n stands for."""

    source: str
    total: Sum
    size: Sum
    money: bool = False
    where: Callable[[FromClause, Window], ColumnElement[bool]] = lambda rows, window: true()  # noqa: ARG005
    in_cells: Callable[[Window], bool] = lambda window: True  # noqa: ARG005
    told: Told = "count"  # what its sum is told in, where that is not money

    def is_money(self, weight: str | None) -> bool:
        return self.money or weight == "balance"

    def told_in(self, weight: str | None) -> Told:
        return "money" if self.is_money(weight) else self.told


def _sum(name: str) -> Sum:
    return lambda rows, weight: func.sum(rows.c[name])  # noqa: ARG005


def _moved(test: Callable[[FromClause], ColumnElement[bool]] | None = None) -> Sum:
    """Accounts, or opening balance, of the cohort that pass the test."""

    def total(rows: FromClause, weight: str | None) -> ColumnElement[Any]:
        each = rows.c.opening_cents if weight == "balance" else rows.c.accounts
        return func.sum(each if test is None else case((test(rows), each), else_=0))

    return total


def _explained(rows: FromClause, window: Window) -> ColumnElement[bool]:  # noqa: ARG001
    return and_(rows.c.bucket_to_no >= 0, rows.c.bucket_from_no < CASTIGO_NO)


def _month_cohort(window: Window) -> bool:
    """Payment cells know the cohort of their own month's opening cut, and no other."""
    period = window.period
    if period is None or period.end > month_of(period.start).end:
        return False
    return Cuts(window.known).opening(month_of(period.start)) == window.openings


def _of_span(window: Window) -> bool:
    """Cells hold first times from the first day of a day, a week or a month on, and of nothing else."""
    return span_of(window.period) is not None


def _of_opening(window: Window) -> bool:
    """... of the accounts of the cut that opens the span, and of no other."""
    period = window.period
    opened = span_of(period)
    if period is None or opened is None or opened[0] not in COHORT_SPANS:
        return False
    return Cuts(window.known).opening(period) == window.openings


def _mature(rows: FromClause, window: Window) -> ColumnElement[bool]:
    """Only promises whose window closed and whose payment file is in."""
    return rows.c.decide_on <= window.today


def _immature(rows: FromClause, window: Window) -> ColumnElement[bool]:
    return rows.c.decide_on > window.today


def _of_sales_campaigns(rows: FromClause, weight: str | None) -> ColumnElement[Any]:  # noqa: ARG001
    """Right-party contacts of the campaigns that sell."""
    selling = select(campaigns.c.id).where(campaigns.c.kind == VENTA)
    return func.sum(case((rows.c.campaign_id.in_(selling), rows.c.rpcs), else_=0))


def _calls_only(*names: str) -> Sum:
    """The columns added up, of calls alone."""
    return lambda rows, weight: func.sum(  # noqa: ARG005
        case((rows.c.channel == "call", reduce(add, (rows.c[name] for name in names))), else_=0)
    )


def _late(days: int) -> Measure:
    def total(rows: FromClause, weight: str | None) -> ColumnElement[Any]:
        return func.sum(rows.c[f"late{days}_cents" if weight == "balance" else f"late{days}"])

    return Measure("positions", total, _sum(f"late{days}"))


def _standing(rows: FromClause, weight: str | None) -> ColumnElement[Any]:
    """The portfolio without its charge-offs."""
    each = rows.c.balance_cents if weight == "balance" else rows.c.accounts
    return func.sum(case((rows.c.bucket_no < CASTIGO_NO, each), else_=0))


def _migration(test: Callable[[FromClause], ColumnElement[bool]] | None = None) -> Measure:
    return Measure("migrations", _moved(test), _sum("accounts"), where=_explained)


def _accounts(
    source: str,
    name: str,
    in_cells: Callable[[Window], bool] = lambda window: True,  # noqa: ARG005
) -> Measure:
    """Different accounts."""
    return Measure(source, _sum(name), _sum(name), in_cells=in_cells)


MEASURES: dict[str, Measure] = {
    "cohort": _migration(),
    "rolled": _migration(lambda r: r.c.bucket_to_no > r.c.bucket_from_no),
    "contained": _migration(lambda r: r.c.bucket_to_no <= r.c.bucket_from_no),
    "cured": _migration(lambda r: r.c.bucket_to_no == 0),
    "improved": _migration(lambda r: r.c.bucket_to_no < r.c.bucket_from_no),
    "stayed": _migration(lambda r: r.c.bucket_to_no == r.c.bucket_from_no),
    "charged_off": _migration(lambda r: r.c.bucket_to_no == CASTIGO_NO),
    "balance": Measure("positions", _sum("balance_cents"), _sum("accounts"), money=True),
    "accounts": Measure("positions", _sum("accounts"), _sum("accounts")),
    **{f"late{days}": _late(days) for days in LATE_DAYS},
    "standing": Measure("positions", _standing, lambda r, w: _standing(r, None)),  # noqa: ARG005
    "opening_balance": Measure("openings", _sum("balance_cents"), _sum("accounts"), money=True),
    "opening_accounts": Measure("openings", _sum("accounts"), _sum("accounts")),
    "paid": Measure("payments", _sum("amount_cents"), _sum("payments"), money=True),
    "receipts": Measure("payments", _sum("receipts"), _sum("receipts")),
    "paid_by_cohort": Measure(
        "payments", _sum("cohort_cents"), _sum("payments"), money=True, in_cells=_month_cohort
    ),
    "attempts": Measure("contacts", _sum("attempts"), _sum("attempts")),
    "call_attempts": Measure("contacts", _calls_only("attempts"), _calls_only("attempts")),
    "humans": Measure("contacts", _sum("humans"), _sum("humans")),
    "rpcs": Measure("contacts", _sum("rpcs"), _sum("rpcs")),
    "thirds": Measure("contacts", _sum("thirds"), _sum("thirds")),
    "drops": Measure("contacts", _calls_only("drops"), _calls_only("drops")),
    "answered": Measure("contacts", _calls_only("humans", "drops"), _calls_only("humans", "drops")),
    "handled": Measure("contacts", _sum("handled"), _sum("handled")),
    "handle_seconds": Measure("contacts", _sum("handle_seconds"), _sum("handled")),
    "promises": Measure("promises", _sum("promises"), _sum("promises")),
    "promised": Measure("promises", _sum("amount_cents"), _sum("promises"), money=True),
    "kept": Measure("promises_due", _sum("kept"), _sum("closed"), where=_mature),
    "closed": Measure("promises_due", _sum("closed"), _sum("closed"), where=_mature),
    "broken": Measure("promises_due", _sum("broken"), _sum("closed"), where=_mature),
    "partly_kept": Measure("promises_due", _sum("partial"), _sum("closed"), where=_mature),
    "kept_money": Measure("promises_due", _sum("allocated_cents"), _sum("closed"), money=True, where=_mature),
    "due_money": Measure("promises_due", _sum("promised_cents"), _sum("closed"), money=True, where=_mature),
    "paid_time": Measure("shifts", _sum("paid_seconds"), _sum("shifts"), told="hours"),
    "told_time": Measure("shifts", _sum("told_seconds"), _sum("told_shifts"), told="hours"),
    "productive_time": Measure("shifts", _sum("productive_seconds"), _sum("told_shifts"), told="hours"),
    "available_time": Measure("shifts", _sum("available_seconds"), _sum("available_shifts"), told="hours"),
    "points": Measure("evaluations", _sum("points"), _sum("evaluations"), told="points"),
    "plain_points": Measure("evaluations", _sum("plain_points"), _sum("evaluations"), told="points"),
    "possible_points": Measure("evaluations", _sum("possible"), _sum("evaluations"), told="points"),
    "courses": Measure("trainings", _sum("assigned"), _sum("assigned")),
    "courses_held": Measure("trainings", _sum("holding"), _sum("assigned")),
    "csat_answers": Measure("surveys", _sum("csat_answers"), _sum("csat_answers")),
    "csat_satisfied": Measure("surveys", _sum("csat_satisfied"), _sum("csat_answers")),
    "csat_stars": Measure("surveys", _sum("csat_stars"), _sum("csat_answers")),
    "nps_answers": Measure("surveys", _sum("nps_answers"), _sum("nps_answers")),
    "nps_promoters": Measure("surveys", _sum("nps_promoters"), _sum("nps_answers")),
    "nps_detractors": Measure("surveys", _sum("nps_detractors"), _sum("nps_answers")),
    "complaints": Measure("complaints", _sum("complaints"), _sum("complaints")),
    "breaches": Measure("breaches", _sum("breaches"), _sum("breaches")),
    "out_of_hours": Measure("breaches", _sum("out_of_hours"), _sum("out_of_hours")),
    "sales": Measure("sales", _sum("sales"), _sum("sales")),
    "sales_money": Measure("sales", _sum("activated_cents"), _sum("activated"), money=True),
    "campaign_sales": Measure("sales", _sum("of_sales_campaign"), _sum("of_sales_campaign")),
    "campaign_rpcs": Measure("contacts", _of_sales_campaigns, _of_sales_campaigns),
    "agreements": Measure("agreements", _sum("agreements"), _sum("agreements")),
    "agreed": Measure("agreements", _sum("total_cents"), _sum("agreements"), money=True),
    "installments_paid": Measure(
        "installments_due", _sum("allocated_cents"), _sum("installments"), money=True, where=_mature
    ),
    "installments_owed": Measure(
        "installments_due", _sum("due_cents"), _sum("installments"), money=True, where=_mature
    ),
    "firsts": Measure("installments_due", _sum("firsts"), _sum("firsts"), where=_mature),
    "firsts_kept": Measure("installments_due", _sum("firsts_kept"), _sum("firsts"), where=_mature),
    "cost": Measure("costs", _sum("amount_cents"), _sum("entries"), money=True),
    "posted": Measure("posted", _sum("amount_cents"), _sum("payments"), money=True),
    "accounts_worked": _accounts("reach", "worked", _of_span),
    "accounts_contacted": _accounts("reach", "contacted", _of_span),
    "days_reached": _accounts("days_reached", "reached"),
    "days_promised": _accounts("days_promised", "promised"),
    "worked_of_opening": _accounts("worked_of_opening", "worked", _of_opening),
    "paying_of_opening": _accounts("paying_of_opening", "paying", _of_opening),
    "cures": Measure("cures", _sum("cured"), _sum("cured"), where=_mature),
    "relapses": Measure("cures", _sum("relapsed"), _sum("cured"), where=_mature),
    "falling_due": Measure("promises_due", _sum("closed"), _sum("closed")),
    "money_falling_due": Measure("promises_due", _sum("promised_cents"), _sum("closed"), money=True),
}
# Told in a note beside the number: what the rule keeps out of it.
LEFT_OUT: dict[str, Measure] = {
    "unexplained": Measure(
        "migrations",
        _sum("accounts"),
        _sum("accounts"),
        where=lambda r, w: r.c.bucket_to_no < 0,  # noqa: ARG005
    ),
    "recalled": Measure("recalls", _sum("accounts"), _sum("accounts")),
    "recalled_cents": Measure("recalls", _sum("opening_cents"), _sum("accounts"), money=True),
    "immature": Measure("promises_due", _sum("closed"), _sum("closed"), where=_immature),
    "installments_waiting": Measure(
        "installments_due", _sum("installments"), _sum("installments"), where=_immature
    ),
    "firsts_waiting": Measure("installments_due", _sum("firsts"), _sum("firsts"), where=_immature),
}
MEASURES |= LEFT_OUT
