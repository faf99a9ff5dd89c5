"""From a request to what must be summed: period, comparison, cuts, resolved filters. Sums nothing itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, select

from db import periods
from db.access import Names, resolve
from db.cells.cuts import Cuts, load_cuts
from db.cutoffs import Kind, kind_of, previous_same_cutoff, previous_year
from db.metrics import Metric
from db.numbers import Condition, load_waiting
from db.periods import Period
from db.scope import Scope
from db.sources import Window
from db.tables.reference import campaigns
from skills.contract import Context, Filter, KpiRequest, Refused

WENT_TO = "bucket_to"
OWNERS = ("client", "campaign", "supervisor", "agent")
# A cut this many days older than a past day asked for still answers for it, with its date said.
STALE_CUT_DAYS = 7
# How far a trend reaches back when no period is said.
WEEKS_BACK, MONTHS_BACK = 7, 5


@dataclass(frozen=True)
class Plan:
    """A question made definite. `kind` is the calendar unit meant, where one was."""

    metric: Metric
    dims: tuple[str, ...]
    conditions: tuple[Condition, ...]
    thresholds: tuple[Filter, ...]
    period: Period
    partial: bool
    said_period: bool
    previous: Period
    compared: bool  # the asker named what to compare with
    variant: str | None
    cuts: Cuts
    clients: frozenset[int] | None  # the creditors in reach, None = all
    waiting: Mapping[str, Period]  # days that changed and are not consolidated yet, by source
    today: date

    def cohort(self, dims: tuple[str, ...], *, under: bool = False) -> tuple[Condition, ...]:
        """The filters asked and the metric's own cohort; `under` the line, not where the accounts went.

        Accounts current at the opening cannot be cured and are not in the total of a roll; a split by bucket
        shows them in a row of their own.
        """
        if self.metric.kind != "migration":
            return self.conditions
        asked = tuple(c for c in self.conditions if not (under and c.dim == WENT_TO))
        opened = {"bucket", "bucket_from"} & {*dims, *(c.dim for c in self.conditions)}
        if opened and self.metric.id != "cure_rate":
            return asked
        return (*asked, Condition("bucket_from_no", "ge", (1,)))

    def asks_where_to(self, dims: tuple[str, ...]) -> bool:
        return WENT_TO in dims or any(c.dim == WENT_TO for c in self.conditions)

    def window(self, period: Period) -> Window:
        """The rows of one period: its closing cut, and the opening one before its first day."""
        closing = self.cuts.at(min(period.end, self.today))
        opening = self.cuts.opening(period)
        if self.metric.kind == "migration":
            closing = {c: d for c, d in closing.items() if d >= period.start}
            opening = {c: d for c, d in opening.items() if c in closing}
            closing = {c: d for c, d in closing.items() if c in opening}
        elif self.metric.kind == "stock":
            oldest = self._oldest_cut(period)
            closing = {c: d for c, d in closing.items() if oldest is None or d >= oldest}
        return Window(
            today=self.today,
            period=period,
            cuts=closing,
            openings=opening,
            known=self.cuts.days,
            waiting=self.waiting,
        )

    def _oldest_cut(self, period: Period) -> date | None:
        """None: any age will do, since the question is about now and the answer says the cut's date."""
        if period.end >= self.today:
            return None
        return min(period.start, period.end - timedelta(days=STALE_CUT_DAYS))


def make_plan(ctx: Context, request: KpiRequest) -> Plan:
    """Raises Refused where the metric, a dimension or a name cannot be answered."""
    metric = _metric(ctx, request)
    today = ctx.now.date()
    if request.compare and request.compare.to == "budget":
        raise Refused("kpi.no_budget", about="unsupported:budget")
    period = _period(metric, request, today)
    conditions, thresholds = _filters(ctx, metric, request.filters)
    dims = _dims(ctx, metric, request)
    calendar = ctx.calendars.working
    meant: Kind | None = (
        None if request.period or request.grain else ("month" if metric.kind != "stock" else "day")
    )
    clients = _clients(ctx.session, conditions, ctx.actor.scope)
    return Plan(
        metric=metric,
        dims=dims,
        conditions=conditions,
        thresholds=thresholds,
        period=period,
        partial=_running(period, today),
        said_period=request.period is not None,
        previous=_previous(request, period, today, calendar, meant),
        compared=request.compare is not None and request.compare.to in ("period", "previous_year"),
        variant=request.variant or (metric.variants[0] if metric.variants else None),
        cuts=load_cuts(ctx.session, clients),
        clients=clients,
        waiting=load_waiting(ctx.session),
        today=today,
    )


def _metric(ctx: Context, request: KpiRequest) -> Metric:
    if not isinstance(request.metric, str):
        raise TypeError("one metric at a time: the desk splits a list")
    if request.metric in ctx.metrics.planned:
        label = ctx.metrics.label(request.metric, ctx.actor.language)
        raise Refused("kpi.planned", about="unsupported:metric", metric=label)
    if request.metric not in ctx.metrics.metrics:
        raise Refused("kpi.unknown_metric", about="metric", metric=request.metric)
    metric: Metric = ctx.metrics.metrics[request.metric]
    return metric


def _period(metric: Metric, request: KpiRequest, today: date) -> Period:
    """Flows and rates default to the month to date, stocks to today's cut, a trend to what makes a line."""
    said = request.period
    if said is None and request.grain in ("week", "month"):
        back = timedelta(weeks=WEEKS_BACK) if request.grain == "week" else timedelta(days=30 * MONTHS_BACK)
        first = periods.week_of(today - back) if request.grain == "week" else periods.month_of(today - back)
        return Period(start=first.start, end=today)
    if said is None and request.grain == "day":
        return Period(start=today.replace(day=1), end=today)
    if said is None:
        return periods.day(today) if metric.kind == "stock" else Period(start=today.replace(day=1), end=today)
    if said.start > today:
        raise Refused("kpi.future", about="period", start=said.start)
    return said if said.end <= today else Period(start=said.start, end=today)


def _running(period: Period, today: date) -> bool:
    """Today itself, and any unit begun and not ended, still run."""
    shape = kind_of(period, today)
    return period.end >= today and (shape.partial or shape.kind == "day")


def _previous(request: KpiRequest, period: Period, today: date, calendar: Any, meant: Kind | None) -> Period:
    compare = request.compare
    if compare and compare.to == "period" and compare.period:
        return compare.period
    if compare and compare.to == "previous_year":
        return previous_year(period, calendar)
    return previous_same_cutoff(period, today, calendar, kind=meant)


def _dims(ctx: Context, metric: Metric, request: KpiRequest) -> tuple[str, ...]:
    dims = list(request.dims)
    if request.grain == "hour" and "hour" not in dims:
        dims.append("hour")
    if metric.base_dim and metric.base_dim not in dims:
        dims.append(metric.base_dim)
    for dim in dims:
        if dim not in metric.dims:
            raise Refused(
                "kpi.no_dimension",
                about="unsupported:dimension",
                metric=metric.label.in_(ctx.actor.language),
                dimension=ctx.say(f"kpi.dim.{dim}"),
                possible=", ".join(ctx.say(f"kpi.dim.{d}") for d in metric.splits),
            )
    return tuple(dict.fromkeys(dims))


def _filters(
    ctx: Context, metric: Metric, filters: tuple[Filter, ...]
) -> tuple[tuple[Condition, ...], tuple[Filter, ...]]:
    conditions, thresholds = [], []
    for one in filters:
        if one.field == metric.id:
            thresholds.append(one)
        elif one.field in metric.dims and one.op != "not_in_period":
            conditions.append(_condition(ctx, one))
        else:
            raise Refused(
                "kpi.no_filter",
                about="unsupported:filter",
                metric=metric.label.in_(ctx.actor.language),
                field=ctx.say(f"kpi.dim.{one.field}"),
            )
    return tuple(conditions), tuple(thresholds)


def _condition(ctx: Context, one: Filter) -> Condition:
    values = one.value if isinstance(one.value, tuple) else (one.value,)
    if one.field in OWNERS:
        values = tuple(_id(ctx, one.field, str(v)) for v in values)
    elif one.field in ("balance", "amount"):
        values = tuple(round(float(v) * 100) for v in values)
    return Condition(one.field, one.op, values)


def _id(ctx: Context, field: str, value: str) -> int:
    if value == "@me":
        return int(ctx.actor.person_id)
    names: Names = ctx.names
    found = resolve(names, field, value)
    if found is None:
        raise Refused("kpi.unknown_name", about=f"entity:{field}", name=value)
    return found


def _clients(
    connection: Connection, conditions: tuple[Condition, ...], scope: Scope
) -> frozenset[int] | None:
    """The creditors whose cuts matter: those asked for, else those in reach; None is every one."""
    wanted = scope.clients
    chosen = scope.campaigns
    for condition in conditions:
        if condition.op not in ("eq", "in"):
            continue
        ids = frozenset(condition.values)
        if condition.dim == "client":
            wanted = ids if wanted is None else wanted & ids
        elif condition.dim == "campaign":
            chosen = ids if chosen is None else chosen & ids
    if chosen is not None:
        owners = select(campaigns.c.client_id).where(campaigns.c.id.in_(chosen))
        of_campaigns = frozenset(connection.execute(owners).scalars())
        wanted = of_campaigns if wanted is None else wanted & of_campaigns
    return wanted
