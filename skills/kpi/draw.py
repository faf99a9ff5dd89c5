"""Draws a measured plan as a neutral Answer: headline figures, table, chart, and the JSON rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from db.apportion import rounded
from db.measures import PER, Told
from db.numbers import Key
from skills.contract import Cell, Figure, Table, Trend, Unit, Value
from skills.kpi import planned
from skills.kpi.aims import target_label
from skills.kpi.intervals import SMALL_N, wilson
from skills.kpi.nouns import noun
from skills.kpi.rows import Line, decimal, quotient, told_in, value
from skills.kpi.wording import Wording

CHART_BARS = 20  # as many points as Slack draws
TABLE_ROWS = 20_000  # a workbook's; a message shows what fits, and says so
_UNIT: dict[Told, Unit] = {"count": "number", "money": "money", "hours": "hours", "points": "number"}


@dataclass(frozen=True)
class Measured:
    """What was summed: rows in the order shown, their comparison, their targets, and the total line."""

    dims: tuple[str, ...]
    rows: Sequence[tuple[Key, Line]]
    before: Mapping[Key, Line]
    targets: Mapping[Key, Fraction]
    total: Line | None
    total_before: Line | None
    total_target: Fraction | None
    unplaced: int = 0  # rows of too few cases to be ranked among the others
    planned: Mapping[Key, Fraction] = field(default_factory=dict)  # budgets, where they were asked for
    total_planned: Fraction | None = None


def figure(words: Wording, label: str, now: Line | None, before: Line | None, **more: Any) -> Figure:
    """A headline: value, what it was at the comparison, and whether the change helps."""
    metric, variant = words.plan.metric, more.pop("variant", words.plan.variant)
    current = value(metric, now, variant)
    previous = value(metric, before, variant) if before else None
    return Figure(
        label=label,
        value=current,
        previous=previous,
        previous_label=more.pop("previous_label", words.period(words.plan.previous)),
        detail=_with_aim(words, detail(words, now, variant)),
        target_label=whose_target(words) if more.get("target") is not None else "",
        good=None if _day_still_runs(words) else _good(metric.better, current, previous),
        **more,
    )


def whose_target(words: Wording) -> str:
    return target_label(words.ctx, words.plan.metric.id, words.plan.period)


def _with_aim(words: Wording, told: str) -> str:
    """An attainment's target stands in its own detail: "$485,000 de $831,966 · meta interna"."""
    whose = whose_target(words) if words.plan.metric.id == "goal_attainment" else ""
    return f"{told} · {whose.lower()}" if told and whose else told


def _day_still_runs(words: Wording) -> bool:
    """Half a day's calls are no fall beside a whole day's."""
    plan = words.plan
    return plan.partial and plan.period.days == 1 and plan.parts.den is None and plan.metric.kind == "flow"


def _good(better: str, current: Value, previous: Value | None) -> bool | None:
    if better == "none" or previous is None or current.amount is None or previous.amount is None:
        return None
    if current.amount == previous.amount:
        return None
    return (current.amount > previous.amount) == (better == "up")


def detail(words: Wording, line: Line | None, variant: str | None) -> str:
    """The numerator and denominator in words ("412 de 2,240 cuentas")."""
    metric = words.plan.metric
    parts = metric.parts(variant)
    if line is None or line.den is None or parts.den is None:
        return ""
    counted = noun(parts)
    counts = words.say(f"kpi.n.{counted}").lower()
    if parts.unit == "seconds":
        return words.say("kpi.detail_n", den=words.number(Value(Decimal(line.n), "count")), noun=counts)
    num, den = (
        words.number(part(terms, amount, parts.weight))
        for terms, amount in ((parts.num, line.num), (parts.den, line.den))
    )
    told = told_in(parts.den, parts.weight)
    if told == "points":
        return words.say("kpi.detail_points", num=num, den=den, cases=line.n, noun=counts)
    if told != "count":
        return words.say("kpi.detail" if parts.unit == "rate" else "kpi.detail_over_bare", num=num, den=den)
    share = parts.unit == "rate" and told_in(parts.num, parts.weight) == "count"
    return words.say("kpi.detail_counted" if share else "kpi.detail_over", num=num, den=den, noun=counts)


def part(terms: tuple[str, ...], amount: Fraction | int, weight: str | None) -> Value:
    """A numerator or denominator with its own unit."""
    told = told_in(terms, weight)
    if told == "count" and Fraction(amount).denominator == 1:
        return Value(Decimal(int(amount)), "count")
    return Value(quotient(amount, PER[told]), _UNIT[told])


def target(words: Wording, due: Fraction) -> Value:
    """In the unit of the definition asked; of what is counted, a whole number."""
    unit = words.plan.parts.unit
    return Value(Decimal(rounded(due)) if unit == "count" else decimal(due), unit)


# --- JSON ------------------------------------------------------------------------------------------


def json_rows(words: Wording, measured: Measured) -> tuple[dict[str, Any], ...]:
    return tuple(
        words.keyed(measured.dims, key) | json_line(words, line, measured, key) for key, line in measured.rows
    )


def json_line(words: Wording, line: Line, measured: Measured, key: Key) -> dict[str, Any]:
    metric, variant = words.plan.metric, words.plan.variant
    parts = metric.parts(variant)
    row: dict[str, Any] = {
        "value": plain(value(metric, line, variant)),
        "numerator": plain(part(parts.num, line.num, parts.weight)),
        "denominator": plain(part(parts.den, line.den, parts.weight))
        if parts.den and line.den is not None
        else None,
        "n": line.n,
    }
    before = measured.before.get(key)
    row["previous"] = plain(value(metric, before, variant)) if before else None
    if spread_over(words, measured) and measured.total and measured.total.num:
        row["share"] = float(quotient(line.num, measured.total.num))
    if spread := interval(words, line):
        row["low"], row["high"] = (float(round(end, 4)) for end in spread)
    if key in measured.targets:
        row["target"] = plain(target(words, measured.targets[key]))
    if key in measured.planned:
        row["budget"] = plain(Value(decimal(measured.planned[key]), parts.unit))
    return row


def plain(number: Value) -> Any:
    """Money as a decimal string, counts as whole numbers, rates and seconds as fractions."""
    if number.amount is None:
        return None
    if number.unit == "money":
        fine = abs(number.amount) < 1 and number.amount * 100 % 1  # what a peso costs
        return f"{number.amount:.{4 if fine else 2}f}"
    return int(number.amount) if number.unit == "count" else float(number.amount)


# --- table and chart -------------------------------------------------------------------------------


def table(words: Wording, measured: Measured) -> Table:
    """One row a key: value, comparison, target where there is one, and n."""
    metric, variant = words.plan.metric, words.plan.variant
    shown = measured.rows[:TABLE_ROWS]
    has_before = any(key in measured.before for key, _ in shown)
    has_target = any(key in measured.targets for key, _ in shown)
    heads = [words.dim(d).capitalize() for d in measured.dims] + [words.metric()]
    whole = measured.total.num if spread_over(words, measured) and measured.total else None
    heads += [words.say("kpi.column.share")] if whole else []
    heads += [words.period(words.plan.previous)] if has_before else []
    heads += [whose_target(words) or words.say("kpi.column.target")] if has_target else []
    heads += planned.heads(words) if measured.planned else []
    counted = metric.parts(variant).den is not None and metric.id != "goal_attainment"
    cases = noun(metric.parts(variant))
    heads += [words.say(f"kpi.n.{cases}")] if counted else []
    spreads = [interval(words, line) for _, line in shown]
    heads += [words.say("kpi.column.interval")] if any(spreads) else []
    against_target = metric.id == "goal_attainment"
    heads += [words.say("kpi.column.reached"), words.say("kpi.column.due")] if against_target else []
    rows: list[tuple[Cell, ...]] = []
    for (key, line), spread in zip(shown, spreads, strict=True):
        cells: list[Cell] = [words.label(d, p) for d, p in zip(measured.dims, key, strict=True)]
        if small(words, line):
            cells[-1] = f"{cells[-1]} *"
        cells.append(value(metric, line, variant))
        if whole:
            cells.append(Value(quotient(line.num, whole), "rate"))
        if has_before:
            cells.append(value(metric, measured.before.get(key), variant))
        if has_target:
            due = measured.targets.get(key)
            cells.append(target(words, due) if due is not None else None)
        if measured.planned:
            budget = measured.planned.get(key)
            each = planned.beside(words, line, budget) if budget is not None else None
            cells += planned.cells(each, words)
        if counted:
            cells.append(Value(Decimal(line.n), "count"))
        if any(spreads):
            cells.append(between(words, spread) or (f"n = {line.n}" if small(words, line) else ""))
        if against_target:
            cells += [Value(quotient(side, PER["money"]), "money") for side in (line.num, line.den or 0)]
        rows.append(tuple(cells))
    note = []
    if len(measured.rows) > len(shown):
        note.append(words.say("kpi.shown", n=len(shown), total=len(measured.rows)))
    if any(small(words, line) for _, line in shown):
        note.append(words.say("kpi.small"))
    return Table(title=words.metric(), columns=tuple(heads), rows=tuple(rows), note=" ".join(note))


def spread_over(words: Wording, measured: Measured) -> bool:
    """A distribution shows each part's share of the whole."""
    return measured.dims == (words.plan.metric.base_dim,)


def small(words: Wording, line: Line) -> bool:
    return words.plan.counts_cases and line.n < SMALL_N


def interval(words: Wording, line: Line) -> tuple[Decimal, Decimal] | None:
    """Of a share of few cases; money over money has none, its pesos are not cases, nor are points."""
    parts = words.plan.parts
    counts = parts.den is not None and told_in((*parts.num, *parts.den), parts.weight) == "count"
    counts = counts and parts.unit == "rate"
    if not (small(words, line) and counts and line.den and 0 <= line.num <= line.den):
        return None
    return wilson(int(line.num), int(line.den))


def between(words: Wording, spread: tuple[Decimal, Decimal] | None) -> str:
    if spread is None:
        return ""
    low, high = (words.number(Value(end, "rate")) for end in spread)
    return words.say("kpi.between", low=low, high=high)


def crossed(words: Wording, measured: Measured) -> Table:
    """Two dimensions as a grid: the first down the side, the second across the top."""
    side, top = measured.dims
    tops: list[Any] = list(dict.fromkeys(key[1] for key, _ in measured.rows))
    sides: list[Any] = list(dict.fromkeys(key[0] for key, _ in measured.rows))
    held = dict(measured.rows)
    metric, variant = words.plan.metric, words.plan.variant
    rows = tuple(
        (
            words.label(side, s),
            *(value(metric, held.get((s, t)), variant) if (s, t) in held else None for t in tops),
        )
        for s in sides[:TABLE_ROWS]
    )
    heads = (words.dim(side).capitalize(), *(words.label(top, t) for t in tops))
    return Table(title=words.metric(), columns=heads, rows=rows)


def bars(words: Wording, measured: Measured, kind: str | None) -> Trend | None:
    """A chart of a single split; none where there is nothing to compare."""
    rows = [r for r in measured.rows if value(words.plan.metric, r[1], words.plan.variant).amount is not None]
    if len(measured.dims) != 1 or len(rows) < 2:
        return None
    every, rows = len(rows), rows[:CHART_BARS]
    dim = measured.dims[0]
    metric, variant = words.plan.metric, words.plan.variant
    series = [(words.say("kpi.chart_now"), tuple(value(metric, line, variant).amount for _, line in rows))]
    if words.plan.compared:
        series.append(
            (
                words.say("kpi.chart_before"),
                tuple(value(metric, measured.before.get(key), variant).amount for key, _ in rows),
            )
        )
    title = words.say("kpi.chart", metric=words.metric(), dim=words.dim(dim))
    title = words.metric() if dim == metric.base_dim else title
    return Trend(
        title=title
        if every == len(rows)
        else words.say("kpi.chart_part", title=title, n=len(rows), total=every),
        kind="line" if kind == "line" else "bar",
        unit=words.plan.parts.unit,
        labels=tuple(words.label(dim, key[0]) for key, _ in rows),
        series=tuple(series),
    )
