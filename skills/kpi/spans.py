"""Which days a question is about, whether they still run, and which they are set against. Sums nothing."""

from datetime import date, timedelta
from typing import Any

from db import periods
from db.cutoffs import Kind, is_begun, kind_of, previous_same_cutoff, previous_year
from db.metrics import Metric
from db.periods import Period
from skills.contract import KpiRequest, Refused

CLOSE = "forecast_to_close"  # told of the running month, whatever part of it is asked about
# How far a trend reaches back when no period is said.
WEEKS_BACK, MONTHS_BACK = 7, 5


def asked_about(metric: Metric, request: KpiRequest, today: date) -> Period:
    """Flows and rates default to the month to date, stocks to today's cut, a trend to what makes a line."""
    said = request.period
    if metric.id == CLOSE:
        return _to_close(request, today)
    if said is None and request.grain in ("week", "month"):
        back = timedelta(weeks=WEEKS_BACK) if request.grain == "week" else timedelta(days=30 * MONTHS_BACK)
        first = periods.week_of(today - back) if request.grain == "week" else periods.month_of(today - back)
        return Period(start=first.start, end=today)
    if said is None and request.grain == "day":
        return Period(start=today.replace(day=1), end=today)
    if said is None:
        return periods.day(today) if metric.kind == "stock" else Period(start=today.replace(day=1), end=today)
    if metric.ahead:
        return said
    if said.start > today:
        raise Refused("kpi.future", about="period", start=said.start)
    return said if said.end <= today else Period(start=said.start, end=today)


def _to_close(request: KpiRequest, today: date) -> Period:
    month, said = periods.month_of(today), request.period
    if request.grain or (said and not (month.holds(said.start) and month.holds(said.end))):
        raise Refused("kpi.forecast_month", about="period")
    return month


def meant_as(metric: Metric, request: KpiRequest, period: Period) -> Kind | None:
    """Which unit the days are of, where it was said, or shows in the default or in what it is set against."""
    if not (request.period or request.grain):
        return "day" if metric.kind == "stock" else "month"
    against = request.compare.period if request.compare else None
    said: Kind | None = request.unit or (kind_of(against).kind if against else None)
    return said if request.unit or (said and is_begun(said, period)) else None


def runs(period: Period, today: date, meant: Kind | None) -> bool:
    """Today itself, and any unit begun and not ended, still run."""
    if period.start > today:
        return False
    if meant and period.end >= today and is_begun(meant, period):
        return True
    shape = kind_of(period, today)
    return period.end >= today and (shape.partial or shape.kind == "day")


def compared_with(
    request: KpiRequest, period: Period, today: date, calendar: Any, meant: Kind | None
) -> Period:
    compare = request.compare
    if compare and compare.to == "period" and compare.period:
        return compare.period
    if compare and compare.to == "previous_year":
        return previous_year(period, calendar)
    if request.metric == CLOSE:
        return periods.month_of(period.start - timedelta(days=1))
    return previous_same_cutoff(period, today, calendar, kind=meant)
