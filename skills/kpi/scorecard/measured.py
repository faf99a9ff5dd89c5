"""The numbers of a scorecard: each metric over its periods, whole and by owner. Knows no layout.

A metric that cannot be told says so by its name; it is never left out in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from db.cutoffs import kind_of
from db.numbers import Key
from db.periods import Period
from skills.contract import Compare, Context, Filter, KpiRequest, Refused, Value
from skills.kpi.alike import comparable
from skills.kpi.computed import target_lines
from skills.kpi.draw import target
from skills.kpi.freshness import as_of, late_sources, reaches_back, require_reach
from skills.kpi.plan import Plan, make_plan
from skills.kpi.rows import Line, Lines, lines, summed, value
from skills.kpi.searched import searched_before
from skills.kpi.skill import adds_up
from skills.kpi.wording import Wording

NOTHING = Lines({}, ())


@dataclass(frozen=True)
class Spans:
    """What a card is about: a period, the one it is set against, and (of a running month) its last day."""

    main: Period
    before: Period
    day: Period | None


@dataclass(frozen=True)
class Number:
    """One metric, whole or of one owner."""

    words: Wording
    now: Line | None
    before: Line | None
    day: Line | None
    due: Fraction | None

    @property
    def plan(self) -> Plan:
        return self.words.plan

    def told(self, line: Line | None) -> Value:
        return value(self.plan.metric, line, self.plan.variant)

    @property
    def target(self) -> Value | None:
        return None if self.due is None else target(self.words, self.due)

    @property
    def reached(self) -> Value | None:
        """The part of what is due: of amounts only, a rate has no part."""
        aim, now = self.target, self.told(self.now)
        if aim is None or not aim.amount or now.amount is None or now.unit == "rate":
            return None
        return Value(round(Decimal(now.amount) / aim.amount, 6), "rate")


@dataclass(frozen=True)
class Metric:
    """One metric of a card: the whole, and each owner where it is split."""

    whole: Number
    by_owner: Mapping[Key, Number]


@dataclass(frozen=True)
class Untold:
    """A metric without a number: its name and why."""

    label: str
    why: str


def measured(
    ctx: Context,
    metric: str,
    filters: tuple[Filter, ...],
    spans: Spans,
    split: str | None,
    owners: Sequence[int] = (),
) -> Metric | Untold | None:
    """None for what is not computed here, or not for this person to see. `owners` have their row in the split
    whether there is anything to tell of them or not."""
    known = ctx.metrics.metrics.get(metric)
    if known is None or not ctx.actor.may_ask(known):
        return None
    try:
        plan = _plan(ctx, metric, filters, spans)
        require_reach(ctx, plan, plan.period)
        return _metric(ctx, plan, spans, split, owners)
    except Refused as no:
        return Untold(known.label.in_(ctx.actor.language), ctx.say(no.key, **no.slots))


def _plan(ctx: Context, metric: str, filters: tuple[Filter, ...], spans: Spans) -> Plan:
    compare = Compare(to="period", period=spans.before)
    return make_plan(ctx, KpiRequest(metric=metric, filters=filters, period=spans.main, compare=compare))


def _metric(ctx: Context, plan: Plan, spans: Spans, split: str | None, owners: Sequence[int]) -> Metric:
    words, dims = Wording(ctx, plan), (split,) if split and split in plan.metric.dims else ()
    parts = _read(ctx, plan, spans, dims) if dims else None
    told = _numbers(ctx, words, parts, dims) if parts else {}
    if parts is not None and adds_up(replace(plan, dims=dims)):
        whole = _numbers(ctx, words, parts.whole(ctx, plan), ())
    else:
        whole = _numbers(ctx, words, _read(ctx, plan, spans, ()), ())
    none = Number(words, None, None, None, None)
    idle = {(owner,): none for owner in owners if (owner,) not in told}
    return Metric(whole.get(()) or none, {**told, **idle})


@dataclass(frozen=True)
class _Read:
    """The rows of a metric over the three spans of a card."""

    now: Lines
    before: Lines
    day: Lines

    def whole(self, ctx: Context, plan: Plan) -> "_Read":
        """What they add up to, without asking again."""
        before = self.before if comparable(ctx, plan, ()) else NOTHING
        return _Read(*(_total(plan, each) for each in (self.now, before, self.day)))


def _total(plan: Plan, rows: Lines) -> Lines:
    whole = summed(plan, rows)
    return Lines({} if whole is None else {(): whole}, rows.read)


def _read(ctx: Context, plan: Plan, spans: Spans, dims: tuple[str, ...]) -> _Read:
    now = lines(ctx, plan, spans.main, dims)
    return _Read(now, _before(ctx, plan, spans.before, dims, now), _of_day(ctx, plan, spans.day, dims))


def _numbers(ctx: Context, words: Wording, read: _Read, dims: tuple[str, ...]) -> dict[Key, Number]:
    now, before, day = read.now.by_key, read.before.by_key, read.day.by_key
    due = _due(ctx, words.plan, dims)
    keys = [key for key in {**now, **due} if None not in key and 0 not in key]
    return {key: Number(words, now.get(key), before.get(key), day.get(key), due.get(key)) for key in keys}


def _before(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...], now: Lines) -> Lines:
    alike = comparable(ctx, plan, dims) if reaches_back(ctx, plan, period) else None
    if alike is None:
        return NOTHING
    return searched_before(ctx, plan, period, lines(ctx, alike, period, dims), now.by_key)


def _of_day(ctx: Context, plan: Plan, day: Period | None, dims: tuple[str, ...]) -> Lines:
    """A migration is told from cut to cut, not of one day."""
    return NOTHING if day is None or plan.metric.kind != "flow" else lines(ctx, plan, day, dims)


def _due(ctx: Context, plan: Plan, dims: tuple[str, ...]) -> Mapping[Key, Fraction]:
    whole = kind_of(plan.period, plan.period.end).kind in ("month", "quarter")
    if plan.metric.id == "goal_attainment" or (plan.metric.kind == "migration" and not whole):
        return {}
    return target_lines(ctx, plan, plan.metric.id, plan.period, dims)


def ages(ctx: Context, found: list[Metric]) -> tuple[dict[str, date], dict[str, date]]:
    """How far each source reaches, and those that are older than they promise."""
    every: dict[str, date] = {}
    late: dict[str, date] = {}
    for one in found:
        every |= as_of(ctx, one.whole.plan)
        late |= late_sources(ctx, one.whole.plan)
    return every, late
