"""A KPI over time: one line a day, week or month of the period, each measured on its own."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Any

from db.periods import Period, day, month_of, week_of
from skills.contract import Cell, Context, KpiRequest, Refused, Table, Trend, Value
from skills.kpi.draw import Measured, json_line
from skills.kpi.plan import Plan
from skills.kpi.rows import Line, decimal, lines, ordered, value
from skills.kpi.wording import Wording

MOST_POINTS = 62
MOST_SERIES = 6
_UNIT = {"day": day, "week": week_of, "month": month_of}

Budgets = Mapping[Period, Fraction]
Point = tuple[Period, dict[tuple[Any, ...], Line]]


def steps(period: Period, grain: str) -> Iterator[Period]:
    """The days, weeks or months of the period, the first and last cut to it."""
    at = period.start
    while at <= period.end:
        whole = _UNIT[grain](at)
        yield Period(start=max(whole.start, period.start), end=min(whole.end, period.end))
        at = whole.end + timedelta(days=1)


def points(ctx: Context, plan: Plan, grain: str, dims: tuple[str, ...]) -> list[Point]:
    """Each step's lines. Steps without a cut of their own (a day with no file) are left out."""
    spans = list(steps(plan.period, grain))
    if len(spans) > MOST_POINTS:
        raise Refused("kpi.too_many_points", about="period", n=len(spans))
    found: list[Point] = []
    for span in spans:
        if plan.at_cuts and not plan.window(span).cuts:
            continue
        found.append((span, dict(lines(ctx, plan, span, dims).by_key)))
    return found


def kept_series(plan: Plan, request: KpiRequest, found: list[Point]) -> tuple[list[tuple[Any, ...]], int]:
    """The series drawn, best placed first in the order asked, and how many there were."""
    whole: dict[tuple[Any, ...], Line] = {}
    for _, by_key in found:
        for key, line in by_key.items():
            held = whole.get(key, Line(0, None if line.den is None else 0, 0))
            den = None if line.den is None else (held.den or 0) + line.den
            whole[key] = Line(held.num + line.num, den, held.n + line.n)
    ranked = [key for key, line in ordered(plan, whole, request.order, plan.dims) if line.n or line.num]
    return ranked[: min(request.limit or MOST_SERIES, MOST_SERIES)], len(ranked)


def rows(
    words: Wording, found: list[Point], grain: str, dims: tuple[str, ...], budgets: Budgets
) -> tuple[dict[str, Any], ...]:
    out = []
    for span, by_key in found:
        budget = {(): budgets[span]} if span in budgets else {}
        empty = Measured(dims, (), {}, {}, None, None, None, planned=budget)
        for key, line in sorted(by_key.items(), key=lambda x: str(x[0])):
            row = {grain: span.start.isoformat(), f"{grain}_end": span.end.isoformat()}
            row |= words.keyed(dims, key) | json_line(words, line, empty, key)
            del row["previous"]
            out.append(row)
    return tuple(out)


def drawn(
    words: Wording,
    found: list[Point],
    request: KpiRequest,
    dims: tuple[str, ...],
    keys: list[tuple[Any, ...]],
    budgets: Budgets,
) -> tuple[Any, ...]:
    """The line chart and its table; beside the metric, its budgets where they were asked for."""
    grain = request.grain or "day"
    metric, variant, unit = words.plan.metric, words.plan.variant, words.plan.parts.unit
    labels = tuple(_label(words, span, grain) for span, _ in found)
    series = tuple(
        (
            words.label(dims[0], key[0]) if dims else words.metric(),
            tuple(value(metric, by_key.get(key), variant).amount for _, by_key in found),
        )
        for key in keys
    )
    if budgets:
        due = tuple(decimal(budgets[span]) if span in budgets else None for span, _ in found)
        series = (*series, (words.say("kpi.column.budget"), due))
    heads = (words.dim(grain).capitalize(), *(name for name, _ in series))
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (label, *(Value(amounts[n], unit) for _, amounts in series)) for n, label in enumerate(labels)
    )
    chart = Trend(
        title=f"{words.metric()} {words.say(f'kpi.by_grain.{grain}')}",
        kind="bar" if request.chart == "bar" else "line",
        unit=unit,
        labels=labels,
        series=series,
    )
    return (chart, Table(title=words.metric(), columns=heads, rows=cells))


def _label(words: Wording, span: Period, grain: str) -> str:
    label = words.period(month_of(span.start)) if grain == "month" else words.day(span.start)
    return f"{label} *" if runs(words, span, grain) else label


def runs(words: Wording, span: Period, grain: str) -> bool:
    """Whether a week or month is only begun."""
    return grain != "day" and span.end == words.plan.today and span != _UNIT[grain](span.start)
