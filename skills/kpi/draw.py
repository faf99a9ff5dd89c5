"""Draws a measured plan as a neutral Answer: headline figures, table, chart, and the JSON rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from db.numbers import Key
from skills.contract import Cell, Figure, Table, Trend, Value
from skills.kpi.rows import Line, decimal, money_measure, quotient, value
from skills.kpi.wording import Wording

SMALL_N = 30
CHART_BARS = 20  # as many points as Slack draws
TABLE_ROWS = 20_000  # a workbook's; a message shows what fits, and says so


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
        detail=detail(words, now, variant),
        good=_good(metric.better, current, previous),
        **more,
    )


def _good(better: str, current: Value, previous: Value | None) -> bool | None:
    if better == "none" or previous is None or current.amount is None or previous.amount is None:
        return None
    if current.amount == previous.amount:
        return None
    return (current.amount > previous.amount) == (better == "up")


def detail(words: Wording, line: Line | None, variant: str | None) -> str:
    """The numerator and denominator in words ("412 de 2,240 cuentas")."""
    metric = words.plan.metric
    if line is None or line.den is None or metric.den is None:
        return ""
    if metric.unit == "seconds":
        return words.say("kpi.detail_n", den=words.number(Value(Decimal(line.n), "count")))
    num, den = (
        words.number(part(name, amount, variant))
        for name, amount in ((metric.num, line.num), (metric.den, line.den))
    )
    key = "kpi.detail"
    if metric.kind == "migration" and variant != "balance":
        key = "kpi.detail_accounts"
    elif metric.id == "ptp_kept_rate":
        key = "kpi.detail_promises"
    return words.say(key, num=num, den=den)


def part(name: str, amount: Fraction | int, variant: str | None) -> Value:
    """A numerator or denominator with its own unit."""
    money = money_measure(name, variant)
    return Value(quotient(amount, 100) if money else Decimal(int(amount)), "money" if money else "count")


# --- JSON ------------------------------------------------------------------------------------------


def json_rows(words: Wording, measured: Measured) -> tuple[dict[str, Any], ...]:
    return tuple(
        words.keyed(measured.dims, key) | json_line(words, line, measured, key) for key, line in measured.rows
    )


def json_line(words: Wording, line: Line, measured: Measured, key: Key) -> dict[str, Any]:
    metric, variant = words.plan.metric, words.plan.variant
    row: dict[str, Any] = {
        "value": plain(Value(line.amount(metric, variant), metric.unit)),
        "numerator": plain(part(metric.num, line.num, variant)),
        "denominator": plain(part(metric.den, line.den, variant))
        if metric.den and line.den is not None
        else None,
        "n": line.n,
    }
    before = measured.before.get(key)
    row["previous"] = plain(value(metric, before, variant)) if before else None
    if spread_over(words, measured) and measured.total and measured.total.num:
        row["share"] = float(quotient(line.num, measured.total.num))
    if key in measured.targets:
        row["target"] = plain(Value(decimal(measured.targets[key]), metric.unit))
    return row


def plain(number: Value) -> Any:
    """Money as a decimal string, counts as whole numbers, rates and seconds as fractions."""
    if number.amount is None:
        return None
    if number.unit == "money":
        return f"{number.amount:.2f}"
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
    heads += [words.say("kpi.column.target")] if has_target else []
    counted = metric.den is not None and metric.id != "goal_attainment"
    n_of = "migration" if metric.kind == "migration" else metric.id
    heads += [words.say(f"kpi.n.{n_of}")] if counted else []
    rows: list[tuple[Cell, ...]] = []
    for key, line in shown:
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
            cells.append(Value(decimal(due), metric.unit) if due is not None else None)
        if counted:
            cells.append(Value(Decimal(line.n), "count"))
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
    return words.plan.metric.unit == "rate" and line.n < SMALL_N


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
        unit=metric.unit,
        labels=tuple(words.label(dim, key[0]) for key, _ in rows),
        series=tuple(series),
    )
