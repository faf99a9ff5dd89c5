"""Asks the product for every indicator, period and split of a random agency, and the plain count beside it.

tests/test_numbers_random.py asks a sample of it; tests/numbers_torture.py asks all.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from random import Random
from typing import Any

from sqlalchemy import Connection, Engine

from db.access import names
from db.calendars import load_calendars
from db.cells.marks import mark_everything
from db.cells.refresh import refresh
from db.engine import writing
from db.measures import MEASURES
from db.metrics import Metric, load_catalogue
from db.numbers import sum_up, together
from db.periods import Period
from db.scope import Scope
from db.tables import metadata
from skills.contract import Actor, Context, Filter, KpiRequest, Op
from skills.kpi.plan import Plan, make_plan
from skills.kpi.rows import lines
from skills.rules import Rules
from tests.plain_floor import Floor
from tests.plain_metrics import METRICS
from tests.plain_parts import Count, Part, Told, grouped
from tests.random_rows import AGENTS, NOW, SUPERVISORS, TODAY, Agency

CATALOGUE, CALENDARS = load_catalogue(), load_calendars()
PERIODS = {
    "day": Period(start=date(2026, 4, 1), end=date(2026, 4, 1)),  # the eve of Maundy Thursday
    "today": Period(start=TODAY, end=TODAY),
    "week": Period(start=date(2026, 4, 13), end=date(2026, 4, 19)),
    "week over two months": Period(start=date(2026, 3, 30), end=date(2026, 4, 5)),
    "quincena": Period(start=date(2026, 3, 16), end=date(2026, 3, 31)),
    "month": Period(start=date(2026, 2, 1), end=date(2026, 2, 28)),
    "month to date": Period(start=date(2026, 4, 1), end=TODAY),
    "any range": Period(start=date(2026, 3, 10), end=date(2026, 4, 7)),
    "quarter": Period(start=date(2026, 1, 1), end=date(2026, 3, 31)),
    "year to date": Period(start=date(2026, 1, 1), end=TODAY),
    "days to come": Period(start=TODAY + timedelta(days=1), end=date(2026, 5, 10)),
}
WENT_TO = "bucket_to"
EVERYTHING = Scope()
Where = tuple[str, Op, Any]  # dimension, operator, value as the product's ids or labels
CELLS_CHECKED = 3  # one question in three: cells against the raw rows under them
_TESTS = {"eq": eq, "ne": ne, "gt": gt, "ge": ge, "lt": lt, "le": le}
_THRESHOLDS = {"balance": 2_000_000, "days_past_due": 45}  # centavos, days


@dataclass(frozen=True)
class Question:
    """`name` is the plain count's: the metric, or "metric/variant"."""

    name: str
    period: str
    dims: tuple[str, ...] = ()
    where: tuple[Where, ...] = ()
    scope: Scope = EVERYTHING

    @property
    def metric(self) -> Metric:
        return CATALOGUE.metrics[self.name.partition("/")[0]]

    @property
    def variant(self) -> str | None:
        return self.name.partition("/")[2] or self.metric.default_variant

    def __str__(self) -> str:
        parts = [self.name, self.period]
        parts += [f"by {', '.join(self.dims)}"] if self.dims else []
        parts += [f"where {dim} {op} {value}" for dim, op, value in self.where]
        limits = [f"{k}={set(v)}" for k, v in vars(self.scope).items() if isinstance(v, frozenset)]
        return " · ".join(parts + [f"scope {', '.join(limits)}"] * bool(limits))


# --- what may be asked -------------------------------------------------------------------------------


def dims_of(name: str) -> list[str]:
    metric_id, _, variant = name.partition("/")
    metric = CATALOGUE.metrics[metric_id]
    without = metric.variants[variant].without if variant else ()
    if metric_id == "budget_variance":
        without = ("client",)  # the budgets here are the campaigns' own: none is a creditor's
    return [dim for dim in metric.dims if dim not in without]


def periods_of(metric: Metric) -> list[str]:
    """Costs are known by whole months alone; only what is `ahead` may be asked of days to come."""
    whole = ("month", "quarter") if metric.months else tuple(PERIODS)
    return [title for title in whole if metric.ahead or title != "days to come"]


def every_question() -> Iterator[Question]:
    """All indicators, in all their definitions, x all their splits x all kinds of period."""
    for name in METRICS:
        metric = Question(name, "day").metric
        for period in periods_of(metric):
            for dims in ((), *((dim,) for dim in dims_of(name))):
                if dims or not metric.base_dim:
                    yield Question(name, period, dims)


def odd_questions(rnd: Random, n: int) -> Iterator[Question]:
    """Two splits at once, filters, and askers who may see a part only."""
    while n:
        name = rnd.choice(sorted(METRICS))
        metric, known = Question(name, "day").metric, [d for d in dims_of(name) if d != WENT_TO]
        dims = tuple(rnd.sample(known, min(rnd.choice((0, 1, 1, 2)), len(known))))
        if metric.base_dim and metric.base_dim not in dims:
            dims += (metric.base_dim,)
        if metric.months:
            dims, known = dims[:1], []
        where = tuple(_some(rnd, dim) for dim in rnd.sample(known, min(rnd.choice((0, 1, 1, 2)), len(known))))
        yield Question(name, rnd.choice(periods_of(metric)), dims, where, _scope(rnd, metric))
        n -= 1


def _some(rnd: Random, dim: str) -> Where:
    values: dict[str, tuple[Any, ...]] = {
        "client": (1, 2),
        "campaign": (1, 2, 3),
        "supervisor": SUPERVISORS,
        "agent": AGENTS,
        "bucket": ("0", "1-30", "31-60", "46-90"),
        "bucket_from": ("1-30", "16-45"),
        "product": ("TDC", "NOMINA"),
        "state": ("Jalisco", "CDMX"),
        "special": (True, False),
        "channel": ("call", "sms"),
        "hour": (0, 9, 23),
        "rule": ("R01", "R39"),
        "shift": ("matutino", "nocturno"),
        "dial_mode": ("manual", "predictivo"),
    }
    if dim in _THRESHOLDS:
        return dim, rnd.choice(("gt", "ge", "lt", "le")), _THRESHOLDS[dim]
    # "Not X" of something that tells different accounts apart, or of one that may be unknown, keeps the rest.
    return dim, rnd.choice(("eq", "eq", "ne")), rnd.choice(values[dim])


def _scope(rnd: Random, metric: Metric) -> Scope:
    apart = "client" in metric.dims and not metric.agency_wide
    some: list[Scope] = [Scope(), Scope()]
    if "supervisor" in metric.dims:
        some.append(Scope(supervisors=frozenset({rnd.choice(SUPERVISORS)})))
        some.append(Scope(agents=frozenset({rnd.choice(AGENTS)})))
    if apart and not metric.months:
        some.append(Scope(clients=frozenset({rnd.choice((1, 2))})))
        some.append(Scope(campaigns=frozenset({rnd.choice((1, 2, 3))})))
    return rnd.choice(some)


# --- asking both -------------------------------------------------------------------------------------


def store(engine: Engine, agency: Agency) -> None:
    """Writes the agency and builds its cells."""
    metadata.create_all(engine)
    with writing(engine) as connection:
        agency.write(connection)
        mark_everything(connection, NOW)
    refresh(engine, CALENDARS, now=NOW)


def context(connection: Connection, rules: Rules | None = None) -> Context:
    return Context(
        actor=Actor(0, "admin", "admin", "es", EVERYTHING),
        session=connection,
        now=NOW,
        metrics=CATALOGUE,
        names=names(connection),
        calendars=CALENDARS,
        say=lambda key, **slots: key,
        rules=rules or Rules(),
    )


def differences(
    connection: Connection,
    questions: Iterable[Question],
    *,
    counts: dict[str, Count] = METRICS,
    rules: Rules | None = None,
) -> Iterator[str]:
    """What the product and the plain count say differently, and what cells and raw rows do."""
    floor, shown = Floor(connection, TODAY), context(connection, rules)
    for n, question in enumerate(questions):
        if not costed(floor, question):
            continue
        ctx = replace(shown, actor=replace(shown.actor, scope=question.scope), memo={})
        want = plain(floor, question, counts)
        plan = planned(ctx, question)
        got = told(ctx, plan, question.dims)
        if want != got:
            yield f"{question}: {_apart(got, want)}"
        if n % CELLS_CHECKED == 0:
            yield from (f"{question}: {line}" for line in cells_apart(ctx, plan, question.dims))


def _apart(got: Told, want: Told) -> str:
    def said(pair: tuple[Any, Any] | None) -> str:
        return "nothing" if pair is None else f"{pair[0]}/{pair[1]}"

    wrong = sorted((key for key in {*want, *got} if want.get(key) != got.get(key)), key=str)
    return ", ".join(f"{key}: {said(got.get(key))} not {said(want.get(key))}" for key in wrong[:3])


def costed(floor: Floor, question: Question) -> bool:
    """A month without any cost is refused, whatever is asked of it by whole months."""
    known = {row["month"] for row in floor["costs"]}
    months = PERIODS[question.period].each_month() if question.metric.months else ()
    return all(month.start in known for month in months)


def planned(ctx: Context, question: Question) -> Plan:
    request = KpiRequest(
        metric=question.metric.id,
        period=PERIODS[question.period],
        dims=question.dims,
        variant=question.variant,
        filters=tuple(_filter(one) for one in question.where),
    )
    return make_plan(ctx, request)


def _filter(where: Where) -> Filter:
    """As a person would say it: owners by name, money in pesos."""
    dim, op, value = where
    said = {"client": "Cliente", "campaign": "Campaña", "supervisor": "Persona", "agent": "Persona"}
    if dim in said:
        value = f"{said[dim]} {value}"
    return Filter(field=dim, op=op, value=value // 100 if dim == "balance" else value)


def told(ctx: Context, plan: Plan, dims: tuple[str, ...]) -> Told:
    if plan.clients == frozenset() and "fees" in str(plan.parts.terms):
        return {}  # nobody's rates: refused before anything is summed
    found = lines(ctx, plan, plan.period, dims).by_key
    numbers = {key: (Fraction(line.num), Fraction(line.den or 0)) for key, line in found.items()}
    return {key: value for key, value in numbers.items() if any(value)}


def plain(floor: Floor, question: Question, counts: dict[str, Count]) -> Told:
    period = PERIODS[question.period]
    floor.reach = _clients(floor, question)
    parts = [part for part in counts[question.name](floor, period.start, period.end) if _seen(part, question)]
    asked = any(dim in ("bucket", "bucket_from") for dim, _, _ in question.where)
    if question.dims == (WENT_TO,):
        return _went_to(parts)
    return grouped(parts, question.dims, bucket_asked=asked)


def _clients(floor: Floor, question: Question) -> frozenset[int] | None:
    """The creditors the question can be about: their files say how far the data reaches."""
    scope, known = question.scope, {c["id"]: c["client_id"] for c in floor["campaigns"]}
    limits = [scope.clients] if scope.clients is not None else []
    limits += [frozenset(known[c] for c in scope.campaigns)] if scope.campaigns is not None else []
    limits += [frozenset({v}) for dim, op, v in question.where if dim == "client" and op == "eq"]
    limits += [frozenset({known[v]}) for dim, op, v in question.where if dim == "campaign" and op == "eq"]
    return frozenset.intersection(*limits) if limits else None


def _seen(part: Part, question: Question) -> bool:
    for dim, op, value in question.where:
        held = part.dims[dim]
        if op == "ne":
            if held is not None and held == value:
                return False
        elif held is None or not _TESTS[op](held, value):
            return False
    scope = question.scope
    limits = {"client": scope.clients, "campaign": scope.campaigns}
    limits |= {"supervisor": scope.supervisors, "agent": scope.agents}
    return all(part.dims[dim] in ids for dim, ids in limits.items() if ids is not None)


def _went_to(parts: list[Part]) -> Told:
    """Each bucket rolled into, over all the accounts that could have rolled there."""
    whole = sum(part.den for part in parts if not part.apart)
    went = grouped([part for part in parts if not part.apart], (WENT_TO,))
    return {key: (num, whole) for key, (num, _) in went.items()}


def cells_apart(ctx: Context, plan: Plan, dims: tuple[str, ...]) -> Iterator[str]:
    """The sums that cells and the raw rows under them tell differently."""
    left = [term for term in plan.parts.terms if term in MEASURES]
    while left:
        group = tuple(term for term in left if together(left[0], term))
        left = [term for term in left if term not in group]
        asked: dict[str, Any] = {
            "dims": dims,
            "conditions": plan.cohort(dims),
            "scope": ctx.actor.scope,
            "window": plan.window(plan.period),
            "weight": plan.parts.weight,
        }
        cells = sum_up(ctx.session, group, **asked)
        if cells.stale:
            yield f"{group}: the cells are stale"
        elif cells.from_cells:
            raw = sum_up(ctx.session, group, **asked, raw=True)
            if raw.by_key != cells.by_key:
                yield f"{group}: cells and raw rows differ"
