"""From a request to what must be summed: period, comparison, cuts, resolved filters. Sums nothing itself."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy import Connection, select

from db.access import Names, resolve
from db.cells.cuts import Cuts, load_cuts
from db.cutoffs import previous_same_cutoff
from db.measures import MEASURES
from db.metrics import Metric, Parts
from db.numbers import Condition, load_waiting
from db.periods import Period
from db.scope import Scope
from db.sources import SOURCES, Window
from db.tables.reference import campaigns
from skills.contract import Context, Filter, KpiRequest, Option, Refused
from skills.kpi.spans import CLOSE, asked_about, compared_with, meant_as, runs

_T = TypeVar("_T")
WENT_TO = "bucket_to"
# What an account is one of, whoever works it and when.
OF_ACCOUNT = frozenset({"client", "campaign", "bucket", "product", "state", "special"})
WEIGHTS = frozenset(("accounts", "balance"))
DUE = "due"  # the variant that goes by the day something falls due
OWNERS = ("client", "campaign", "supervisor", "agent")
# A cut this many days older than a past day asked for still answers for it, with its date said.
STALE_CUT_DAYS = 7


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
    same_cutoff: bool  # ... and it is what would have been taken anyway
    variant: str | None
    cuts: Cuts
    clients: frozenset[int] | None  # the creditors in reach, None = all
    waiting: Mapping[str, Period]  # days that changed and are not consolidated yet, by source
    today: date
    asked: KpiRequest  # as it came: what a button changes one thing of

    @property
    def parts(self) -> Parts:
        return self.metric.parts(self.variant)

    @property
    def counts_cases(self) -> bool:
        """Whether few cases make it shaky: a share or a mean of them. Time is neither, nor is a ratio of two
        stocks, nor what was reached of a target.
        """
        if self.parts.den is None or self.metric.id == "goal_attainment":
            return False
        share = self.metric.kind != "migration" or self.follows_moves
        return self.metric.weighting != "time" and share

    @property
    def at_cuts(self) -> bool:
        """Whether it stands at the clients' cuts: no flow, nor what is known of any day (certificates)."""
        picked = {SOURCES[MEASURES[term].source].picks for term in self.parts.terms if term in MEASURES}
        return self.metric.kind != "flow" and picked != {"day"}

    def counts_in_each(self, dims: tuple[str, ...]) -> bool:
        """Whether the rows tell apart what was done, so that one account may be in several of them."""
        units = (SOURCES[MEASURES[term].source].unit for term in self.parts.terms if term in MEASURES)
        return any(units) and not OF_ACCOUNT.issuperset(dims)

    @property
    def follows_moves(self) -> bool:
        """Whether the same accounts are followed from cut to cut, and not two stocks compared."""
        return all(term in MEASURES and MEASURES[term].source == "migrations" for term in self.parts.terms)

    def cohort(self, dims: tuple[str, ...], *, under: bool = False) -> tuple[Condition, ...]:
        """The filters asked and the metric's own cohort; `under` the line, not where the accounts went.

        Accounts current at the opening cannot be cured and are not in the total of a roll; a split by bucket
        shows them in a row of their own.
        """
        if not self.follows_moves:
            return self.conditions
        asked = tuple(c for c in self.conditions if not (under and c.dim == WENT_TO))
        opened = {"bucket", "bucket_from"} & {*dims, *(c.dim for c in self.conditions)}
        if self.metric.cohort == "all" or (opened and self.metric.id != "cure_rate"):
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
    if not ctx.actor.may_ask(metric):
        label = metric.label.in_(ctx.actor.language)
        raise Refused("kpi.denied_metric", about="role", denied=True, metric=label)
    _refuse_mixed(ctx, metric)
    today = ctx.now.date()
    period = asked_about(metric, request, today)
    conditions, thresholds = _filters(ctx, metric, request.filters)
    dims = _dims(ctx, metric, request)
    # Accounts move buckets by the days of the calendar: a migration stops at the same date, not business day.
    calendar = None if metric.kind == "migration" else ctx.calendars.working
    meant = meant_as(metric, request, period)
    clients = _clients(ctx.session, conditions, ctx.actor.scope)
    previous = compared_with(request, period, today, calendar, meant)
    variant = _past_days(metric, _variant(ctx, metric, request, period, clients), request)
    _refuse_unknown(ctx, metric, variant, (*dims, *(c.dim for c in conditions)))
    return Plan(
        metric=metric,
        dims=dims,
        conditions=conditions,
        thresholds=thresholds,
        period=period,
        partial=runs(period, today, meant),
        said_period=request.period is not None or metric.id == CLOSE,
        previous=previous,
        same_cutoff=previous == previous_same_cutoff(period, today, calendar, kind=meant),
        compared=request.compare is not None and request.compare.to in ("period", "previous_year"),
        variant=variant,
        cuts=_once(ctx, ("cuts", clients), lambda: load_cuts(ctx.session, clients)),
        clients=clients,
        waiting=_once(ctx, "waiting", lambda: load_waiting(ctx.session)),
        today=today,
        asked=request,
    )


def _once(ctx: Context, key: Hashable, read: Callable[[], _T]) -> _T:
    """What every number of one question stands on is read once: a scorecard has twenty."""
    if key not in ctx.memo:
        ctx.memo[key] = read()
    found: _T = ctx.memo[key]
    return found


def _metric(ctx: Context, request: KpiRequest) -> Metric:
    if not isinstance(request.metric, str):
        raise TypeError("one metric at a time: the desk splits a list")
    if request.metric in ctx.metrics.planned:
        label = ctx.metrics.label(request.metric, ctx.actor.language)
        lacks = ctx.metrics.planned[request.metric].lacks.in_(ctx.actor.language)
        raise Refused("kpi.lacks", about="unsupported:metric", metric=label, lacks=lacks)
    if request.metric not in ctx.metrics.metrics:
        raise Refused("kpi.unknown_metric", about="metric", metric=request.metric)
    metric: Metric = ctx.metrics.metrics[request.metric]
    return metric


def _refuse_mixed(ctx: Context, metric: Metric) -> None:
    """What knows no creditor (an agent's shift) is not shown to whoever may see only some of them."""
    scope = ctx.actor.scope
    apart = "client" in metric.dims and not metric.agency_wide
    if not apart and (scope.clients is not None or scope.campaigns is not None):
        key = (
            "kpi.rests_on_agency" if metric.agency_wide and "client" in metric.dims else "kpi.knows_no_client"
        )
        raise Refused(key, denied=True, metric=metric.label.in_(ctx.actor.language))


def _variant(
    ctx: Context, metric: Metric, request: KpiRequest, period: Period, clients: frozenset[int] | None
) -> str | None:
    """The definition asked for, else the metric's own; of what is still to come, the one by due day."""
    if request.variant is None and period.start > ctx.now.date() and DUE in metric.variants:
        return DUE
    if not metric.variants:
        return None
    said = request.variant and metric.variant_said(request.variant)
    if metric.id == CLOSE and request.variant and not said and request.variant in ctx.metrics.ids:
        raise _cannot_project(ctx, metric, request.variant)
    if request.variant not in (None, said, *WEIGHTS):
        language = ctx.actor.language
        known = ", ".join(v.label.in_(language) for v in metric.variants.values())
        raise Refused(
            "kpi.unknown_variant", about="variant", metric=metric.label.in_(language), possible=known
        )
    return said or _agreed(ctx, metric, request, clients)


def _cannot_project(ctx: Context, metric: Metric, asked: str) -> Refused:
    language = ctx.actor.language
    known = ", ".join(v.label.in_(language) for v in metric.variants.values())
    name = ctx.metrics.label(asked, language)
    return Refused("kpi.cannot_project", about="variant", metric=name, possible=known)


def _agreed(ctx: Context, metric: Metric, request: KpiRequest, clients: frozenset[int] | None) -> str | None:
    """What the agency calls so; where creditors in reach differ, which one is meant is asked."""
    chosen = ctx.rules.definitions
    within = [n for n in ctx.names.of("client") if clients is None or n.id in clients]
    told = {chosen.of(metric.id, each.code) or metric.default_variant for each in within}
    if len(told) < 2:
        return next(iter(told), None) or chosen.of(metric.id) or metric.default_variant
    language = ctx.actor.language
    options = [
        Option(
            metric.variants[v].label.in_(language),
            "kpi",
            request.model_copy(update={"variant": v}).fields(),
        )
        for v in metric.variants
        if v in told
    ]
    raise Refused(
        "kpi.which_definition", about="variant", asks=True, choices=options, metric=metric.label.in_(language)
    )


def _dims(ctx: Context, metric: Metric, request: KpiRequest) -> tuple[str, ...]:
    dims = list(request.dims)
    if request.grain == "hour" and "hour" not in dims:
        dims.append("hour")
    if metric.base_dim and metric.base_dim not in dims:
        dims.append(metric.base_dim)
    for dim in dims:
        if dim not in metric.dims:
            raise _no_dimension(ctx, metric, metric.label.in_(ctx.actor.language), dim)
    return tuple(dict.fromkeys(dims))


def _no_dimension(ctx: Context, metric: Metric, name: str, dim: str) -> Refused:
    return Refused(
        "kpi.no_dimension",
        about="unsupported:dimension",
        metric=name,
        dimension=ctx.say(f"kpi.dim.{dim}"),
        possible=", ".join(ctx.say(f"kpi.dim.{d}") for d in metric.splits),
    )


def _refuse_unknown(ctx: Context, metric: Metric, variant: str | None, dims: tuple[str, ...]) -> None:
    """A definition of a metric may know less than the others."""
    chosen = metric.variants.get(variant or "")
    for dim in dims:
        if chosen and dim in chosen.without:
            language = ctx.actor.language
            name = f"{metric.label.in_(language)} ({chosen.label.in_(language)})"
            raise _no_dimension(ctx, metric, name, dim)


def _filters(
    ctx: Context, metric: Metric, filters: tuple[Filter, ...]
) -> tuple[tuple[Condition, ...], tuple[Filter, ...]]:
    conditions, thresholds = [], []
    for one in filters:
        if _chooses_days(metric, one):
            continue
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


def _chooses_days(metric: Metric, one: Filter) -> bool:
    """ "Mora a más de 60 días" names a definition; as a filter it would leave only late accounts."""
    days = {v.past for v in metric.variants.values() if v.past}
    return bool(days) and one.field == "days_past_due" and one.op in ("gt", "ge") and one.value in days


def _past_days(metric: Metric, variant: str | None, request: KpiRequest) -> str | None:
    asked = next((one.value for one in request.filters if _chooses_days(metric, one)), None)
    if asked is None or variant is None:
        return variant
    weight = metric.variants[variant].weight
    fitting = (v for v, one in metric.variants.items() if one.past == asked and one.weight == weight)
    return next(fitting, variant)


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
