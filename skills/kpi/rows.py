"""The numbers of a plan: numerators and denominators of each row, now, before and against the target."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from db.goals import targets_to_date
from db.measures import MEASURES, TARGET_TO_DATE
from db.metrics import Metric
from db.numbers import Key, Sum, Summed, sum_up, together
from db.periods import Period
from skills.contract import Context, Value
from skills.kpi.plan import WENT_TO, Plan

_PLACES = 12


@dataclass(frozen=True)
class Line:
    """One row: additive parts in the facts' unit (centavos for money), and n. `den` None = no division."""

    num: Fraction | int
    den: Fraction | int | None
    n: int

    def amount(self, metric: Metric, variant: str | None) -> Decimal | None:
        """The value in the metric's unit; None where it would divide by zero."""
        if self.den is None:
            return quotient(self.num, 100 if money_measure(metric.num, variant) else 1)
        return quotient(self.num, self.den) if self.den else None


@dataclass(frozen=True)
class Lines:
    """Rows by key, with where they were read."""

    by_key: Mapping[Key, Line]
    read: tuple[Summed, ...]

    @property
    def from_cells(self) -> bool:
        return all(s.from_cells for s in self.read)

    @property
    def stale(self) -> bool:
        return any(s.stale for s in self.read)


def money_measure(name: str, variant: str | None) -> bool:
    return name == TARGET_TO_DATE or MEASURES[name].is_money(variant)


def decimal(number: Fraction | int) -> Decimal:
    return quotient(number.numerator, number.denominator)


def quotient(over: Fraction | int, under: Fraction | int) -> Decimal:
    if isinstance(over, int) and isinstance(under, int):
        return round(Decimal(over) / under, _PLACES)
    exact = Fraction(over) / under
    return round(Decimal(exact.numerator) / exact.denominator, _PLACES)


def lines(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> Lines:
    """Ratio of sums over one period, split by `dims`."""
    metric = plan.metric
    if metric.den is None:
        num = _sums(ctx, plan, (metric.num,), period, dims)
        return Lines({k: Line(s.total, None, s.size) for k, (s,) in num.by_key.items()}, (num,))
    if metric.den == TARGET_TO_DATE:
        num = _sums(ctx, plan, (metric.num,), period, dims)
        due = target_lines(ctx, plan, "recovered_amount", period, dims)
        return Lines({k: _over(num.by_key.get(k), v * 100) for k, v in due.items()}, (num,))
    if plan.asks_where_to(dims):
        return _where_to(ctx, plan, metric.den, period, dims)
    if together(metric.num, metric.den):
        both = _sums(ctx, plan, (metric.num, metric.den), period, dims)
        return Lines({k: _ratio(n, d) for k, (n, d) in both.by_key.items()}, (both,))
    num = _sums(ctx, plan, (metric.num,), period, dims)
    den = _sums(ctx, plan, (metric.den,), period, dims)
    keys = sorted(set(den.by_key) | {k for k, (s,) in num.by_key.items() if s.total}, key=str)
    found = {k: _ratio(_one(num, k), _one(den, k)) for k in keys}
    return Lines(found, (num, den))


def _where_to(ctx: Context, plan: Plan, den: str, period: Period, dims: tuple[str, ...]) -> Lines:
    """A move to one bucket is over all the accounts that could have made it, wherever they went."""
    num = _sums(ctx, plan, (plan.metric.num,), period, dims)
    opened = tuple(dim for dim in dims if dim != WENT_TO)
    whole = _sums(ctx, plan, (den,), period, opened, under=True)

    def cohort(key: Key) -> Key:
        return tuple(part for dim, part in zip(dims, key, strict=True) if dim != WENT_TO)

    keys = set(num.by_key) if WENT_TO in dims else set(whole.by_key)
    found = {k: _ratio(_one(num, k), _one(whole, cohort(k))) for k in sorted(keys, key=str)}
    return Lines(found, (num, whole))


def summed(plan: Plan, found: Lines) -> Line | None:
    """The total of additive rows, so that the headline needs no query of its own."""
    if not found.by_key:
        return None
    rows = found.by_key.values()
    divided = plan.metric.den is not None
    return Line(
        num=sum(r.num for r in rows),
        den=sum(r.den or 0 for r in rows) if divided else None,
        n=sum(r.n for r in rows),
    )


def _one(found: Summed, key: Key) -> Sum | None:
    return found.by_key[key][0] if key in found.by_key else None


def _ratio(num: Sum | None, den: Sum | None) -> Line:
    return Line(num.total if num else 0, den.total if den else 0, den.size if den else 0)


def _over(num: tuple[Sum, ...] | None, due_cents: Fraction) -> Line:
    return Line(num[0].total if num else 0, due_cents, num[0].size if num else 0)


def _sums(
    ctx: Context,
    plan: Plan,
    measures: tuple[str, ...],
    period: Period,
    dims: tuple[str, ...],
    *,
    under: bool = False,
) -> Summed:
    return sum_up(
        ctx.session,
        measures,
        dims=dims,
        conditions=plan.cohort(dims, under=under),
        scope=ctx.actor.scope,
        window=plan.window(period),
        variant=plan.variant,
    )


def left_out(ctx: Context, plan: Plan, *measures: str) -> tuple[int, ...]:
    """How much of something a rule keeps out of the number, over the plan's period; 0s where nothing is."""
    found = _sums(ctx, plan, measures, plan.period, ()).by_key.get(())
    return tuple(s.total for s in found) if found else (0,) * len(measures)


def target_lines(
    ctx: Context, plan: Plan, metric: str, period: Period, dims: tuple[str, ...]
) -> dict[Key, Fraction]:
    return targets_to_date(
        ctx.session,
        metric,
        dims=dims,
        conditions=plan.conditions,
        scope=ctx.actor.scope,
        names=ctx.names,
        period=period,
        calendar=ctx.calendars.working,
        # Whoever sees a creditor's aggregates only reads what was agreed with the creditor.
        owner="INTERNA" if ctx.actor.scope.shows("supervisor") else "CLIENTE",
    )


def value(metric: Metric, line: Line | None, variant: str | None) -> Value:
    return Value(line.amount(metric, variant) if line else None, metric.unit)


def ordered(
    plan: Plan, found: Mapping[Key, Line], order: str | None, dims: tuple[str, ...]
) -> list[tuple[Key, Line]]:
    """In the order asked; else buckets and hours as they run, anything else by value, largest first.

    Ties fall by name, so that both databases answer in one order. Rows with no value come last.
    """
    rows = list(found.items())
    if order is None and any(d.startswith("bucket") or d == "hour" for d in dims):
        return sorted(rows, key=lambda r: tuple(_natural(part) for part in r[0]))
    sign = 1 if order == "asc" else -1

    def by_value(row: tuple[Key, Line]) -> tuple[bool, Decimal]:
        amount = row[1].amount(plan.metric, plan.variant)
        return amount is None, sign * (amount or Decimal(0))

    return sorted(sorted(rows, key=lambda r: str(r[0])), key=by_value)


def _natural(part: object) -> tuple[int, int, str]:
    """Buckets by their first day ("0" < "1-30" < "31-60" < "181+" < "castigo"), hours and ids by number."""
    text = str(part)
    digits = text.split("-")[0].rstrip("+")
    return (0, int(digits), text) if digits.isdigit() else (1, 0, text)


def passing(plan: Plan, rows: Iterable[tuple[Key, Line]]) -> list[tuple[Key, Line]]:
    """The rows whose value meets every threshold asked ("con más de 20 %")."""
    return [
        r for r in rows if all(_meets(r[1].amount(plan.metric, plan.variant), t) for t in plan.thresholds)
    ]


def _meets(amount: Decimal | None, threshold: object) -> bool:
    op, asked = threshold.op, threshold.value  # type: ignore[attr-defined]
    if amount is None:
        return False
    bounds = [Decimal(str(v)) for v in (asked if isinstance(asked, tuple) else (asked,))]
    checks = {
        "eq": amount == bounds[0],
        "ne": amount != bounds[0],
        "lt": amount < bounds[0],
        "le": amount <= bounds[0],
        "gt": amount > bounds[0],
        "ge": amount >= bounds[0],
        "between": bounds[0] <= amount <= bounds[-1],
    }
    return checks[op]
