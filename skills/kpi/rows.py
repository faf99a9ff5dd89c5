"""The numbers of a plan: numerators and denominators of each row, now, before and against the target."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache

from db.measures import MEASURES, PER, Told
from db.metrics import Metric, Parts
from db.numbers import Derived, Key, Sum, Summed, sum_up, together
from db.periods import Period
from skills.contract import Context, Value
from skills.kpi.computed import COMPUTED
from skills.kpi.freshness import shared_days
from skills.kpi.intervals import SMALL_N
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
        over, under = _scale(metric.parts(variant), divided=self.den is not None)
        if self.den is None:
            return quotient(self.num * over, under)
        return quotient(self.num * over, self.den * under) if self.den else None


@cache
def _scale(parts: Parts, *, divided: bool) -> tuple[int, int]:
    """What a row's sum is multiplied and divided by; the same for every row of a definition."""
    over = Fraction(parts.scale, PER[told_in(parts.num, parts.weight)])
    if divided:
        over *= PER[told_in(parts.den or (), parts.weight)]
    return over.numerator, over.denominator


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


Row = tuple[Key, Line]


def is_money(terms: tuple[str, ...], weight: str | None) -> bool:
    """Whether a sum of measures is in centavos."""
    return told_in(terms, weight) == "money"


def told_in(terms: tuple[str, ...], weight: str | None) -> Told:
    """What a sum of measures is told in; its parts are all alike."""
    for name in (term.removeprefix("-") for term in terms):
        one = COMPUTED.get(name)
        told = MEASURES[name].told_in(weight) if one is None else "money" if one.money else one.told
        if told != "count":
            return told
    return "count"


def decimal(number: Fraction | int) -> Decimal:
    return quotient(number.numerator, number.denominator)


def quotient(over: Fraction | int, under: Fraction | int) -> Decimal:
    if isinstance(over, int) and isinstance(under, int):
        return round(Decimal(over) / under, _PLACES)
    exact = Fraction(over) / under
    return round(Decimal(exact.numerator) / exact.denominator, _PLACES)


def lines(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> Lines:
    """Ratio of sums over one period, split by `dims`; over the days that both its sides are known for."""
    parts = plan.parts
    shared = shared_days(ctx, plan, period)
    if shared is None:
        return Lines({}, ())
    period = shared
    if parts.den is not None and plan.follows_moves and plan.asks_where_to(dims):
        return _where_to(ctx, plan, parts, period, dims)
    told, read = _terms(ctx, plan, parts.terms, period, dims)
    num = _added(told, parts.num)
    if parts.den is None:
        return Lines({k: Line(s.total, None, s.size) for k, s in num.items()}, read)
    den = _added(told, parts.den)
    bounded = any(term in COMPUTED and COMPUTED[term].bounds for term in parts.den)
    keys = set(den) if bounded else set(den) | {k for k, s in num.items() if s.total}
    # Where the line beneath is no count of cases (money due, hours), n is what stands above it.
    sized = num if bounded else den
    found = {k: _ratio(num.get(k), den.get(k), sized.get(k)) for k in sorted(keys, key=str)}
    return Lines(found, read)


def _terms(
    ctx: Context, plan: Plan, names: tuple[str, ...], period: Period, dims: tuple[str, ...]
) -> tuple[dict[str, Mapping[Key, Sum]], tuple[Summed, ...]]:
    """Each measure's sums by key; measures of the same rows are read in one query."""
    told: dict[str, Mapping[Key, Sum]] = {}
    read: list[Summed] = []
    left = []
    for name in names:
        if name in COMPUTED:
            worked = COMPUTED[name].sums(ctx, plan, period, dims)
            read += worked.read if isinstance(worked, Derived) else ()
            told[name] = worked
        else:
            left.append(name)
    while left:
        group = tuple(name for name in left if together(left[0], name))
        found = _sums(ctx, plan, group, period, dims)
        read.append(found)
        for n, name in enumerate(group):
            told[name] = {key: sums[n] for key, sums in found.by_key.items()}
        left = [name for name in left if name not in group]
    return told, tuple(read)


def _added(told: Mapping[str, Mapping[Key, Sum]], terms: tuple[str, ...]) -> Mapping[Key, Sum]:
    """The terms added up, "-" taken away; n is the first one's."""
    if terms == (terms[0].removeprefix("-"),):
        return told[terms[0]]
    added: dict[Key, Sum] = {}
    for term in terms:
        sign = -1 if term.startswith("-") else 1
        for key, one in told[term.removeprefix("-")].items():
            held = added.get(key, Sum(0, 0))
            added[key] = Sum(held.total + sign * one.total, held.size or one.size)
    return added


def _where_to(ctx: Context, plan: Plan, parts: Parts, period: Period, dims: tuple[str, ...]) -> Lines:
    """A move to one bucket is over all the accounts that could have made it, wherever they went."""
    num = _sums(ctx, plan, parts.num, period, dims)
    opened = tuple(dim for dim in dims if dim != WENT_TO)
    whole = _sums(ctx, plan, parts.den or (), period, opened, under=True)

    def cohort(key: Key) -> Key:
        return tuple(part for dim, part in zip(dims, key, strict=True) if dim != WENT_TO)

    keys = set(num.by_key) if WENT_TO in dims else set(whole.by_key)
    found = {}
    for key in sorted(keys, key=str):
        under = _one(whole, cohort(key))
        found[key] = _ratio(_one(num, key), under, under)
    return Lines(found, (num, whole))


def summed(plan: Plan, found: Lines) -> Line | None:
    """The total of additive rows, so that the headline needs no query of its own."""
    if not found.by_key:
        return None
    rows = found.by_key.values()
    divided = plan.parts.den is not None
    return Line(
        num=_total(r.num for r in rows),
        den=_total(r.den or 0 for r in rows) if divided else None,
        n=sum(r.n for r in rows),
    )


def _total(parts: Iterable[int | Fraction]) -> int | Fraction:
    whole: int | Fraction = 0
    for part in parts:
        whole += part
    return whole


def _one(found: Summed, key: Key) -> Sum | None:
    return found.by_key[key][0] if key in found.by_key else None


def _ratio(num: Sum | None, den: Sum | None, sized: Sum | None) -> Line:
    return Line(num.total if num else 0, den.total if den else 0, sized.size if sized else 0)


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
        weight=plan.parts.weight,
    )


def left_out(ctx: Context, plan: Plan, *measures: str) -> tuple[int, ...]:
    """How much of something a rule keeps out of the number, over the plan's period; 0s where nothing is."""
    found = _sums(ctx, plan, measures, plan.period, ()).by_key.get(())
    return tuple(int(s.total) for s in found) if found else (0,) * len(measures)


def recalled(ctx: Context, plan: Plan) -> tuple[int, int]:
    """The accounts a migration does not follow because they were taken back, and their opening centavos."""
    found = _sums(ctx, plan, ("recalled", "recalled_cents"), plan.period, (), under=True).by_key.get(())
    return (int(found[0].total), int(found[1].total)) if found else (0, 0)


def value(metric: Metric, line: Line | None, variant: str | None) -> Value:
    return Value(line.amount(metric, variant) if line else None, metric.parts(variant).unit)


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


def ranked(plan: Plan, rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Those that may be ranked, and agents with too few cases to be: four calls make nobody first or last.

    Where everybody has few, nobody is ranked: they stand by how many cases they have.
    """
    if plan.dims != ("agent",) or not plan.counts_cases:
        return rows, []
    enough = [row for row in rows if row[1].n >= SMALL_N]
    few = [row for row in rows if row[1].n < SMALL_N]
    return enough, few if enough else sorted(few, key=lambda row: (-row[1].n, str(row[0])))


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
