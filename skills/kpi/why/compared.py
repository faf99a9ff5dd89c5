"""A KPI in two periods, whole and by row, each side as the KPI answers it. Explains nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from db.measures import MEASURES
from db.numbers import Key
from db.periods import Period
from db.scope import COARSER
from db.sources import SOURCES
from skills.contract import Context, KpiRequest, Refused
from skills.kpi.alike import of_clients, pairs
from skills.kpi.freshness import reaches_back, require_reach
from skills.kpi.plan import WEIGHTS, Plan, make_plan
from skills.kpi.rows import Line, Lines, lines
from skills.kpi.wording import Wording

Rows = Mapping[Key, tuple[Line, Line]]  # before, now
# The coarser first: of two splits that explain as much, the one with fewer names is told.
ORDER = ("client", "campaign", "supervisor", "bucket_from", "bucket", "product", "agent")
# A split that no cells know is read from the records: looked at only while there are few of them.
FEW_RECORDS = 200_000


@dataclass(frozen=True)
class Compared:
    ctx: Context
    plan: Plan
    words: Wording
    now: Lines
    before: Lines
    left: tuple[int, ...] = ()  # clients without cuts of both periods

    @property
    def whole(self) -> tuple[Line, Line]:
        return self.before.by_key[()], self.now.by_key[()]

    @property
    def scale(self) -> Fraction:
        """What the quotient of a line is multiplied by to give the metric's value."""
        unit = Line(1, None if self.plan.parts.den is None else 1, 1).amount(
            self.plan.metric, self.plan.variant
        )
        return Fraction(unit or 0)

    def rows(self, dims: tuple[str, ...]) -> Rows | None:
        """Both sides by row; None where rows do not add up to the whole (different accounts, targets)."""
        found = _both(self.ctx, self.plan, dims)
        for side, whole in enumerate(self.whole):
            held = [pair[side] for pair in found.values()]
            if sum(one.num for one in held) != whole.num or sum(one.den or 0 for one in held) != (
                whole.den or 0
            ):
                return None
        return found

    def twin(self) -> Plan | None:
        """The same migration by its other weight: accounts beside balance."""
        variants = self.plan.metric.variants
        if self.plan.variant not in WEIGHTS or not variants.keys() >= WEIGHTS:
            return None
        (other,) = WEIGHTS - {self.plan.variant}
        return replace(self.plan, variant=other)

    def candidates(self) -> list[str]:
        """The dimensions that may explain it: within reach of the asker, and not narrowed to one value."""
        metric, scope = self.plan.metric, self.ctx.actor.scope
        fixed = {c.dim for c in self.plan.conditions if c.op in ("eq", "in") and len(c.values) == 1}
        if scope.agents is not None or "agent" in fixed:
            fixed |= {"agent", "supervisor"}
        if scope.supervisors is not None and len(scope.supervisors) == 1:
            fixed.add("supervisor")
        bucket = "bucket_from" if "bucket_from" in metric.dims else "bucket"
        fixed |= {"bucket", "bucket_from"} - {bucket}
        return [
            dim
            for dim in ORDER
            if dim in metric.dims
            and dim not in fixed
            and (dim not in COARSER or scope.shows(dim))
            and self._affordable(dim)
        ]

    def _affordable(self, dim: str) -> bool:
        needs = frozenset({dim} | {c.dim for c in self.plan.conditions})
        sources = [SOURCES[MEASURES[t].source] for t in self.plan.parts.terms if t in MEASURES]
        if all(source.cells_for(needs) for source in sources):
            return True
        before, now = self.whole
        return before.n + now.n <= FEW_RECORDS

    @property
    def grows_by_the_day(self) -> bool:
        """Whether more days alone make it larger: a sum over days, or one over what stood at a cut."""
        beneath = (SOURCES[MEASURES[t].source].picks for t in self.plan.parts.den or () if t in MEASURES)
        return self.plan.metric.kind == "flow" and (
            self.plan.parts.den is None or {*beneath} in ({"opening"}, {"cut"})
        )


def compare(ctx: Context, request: KpiRequest) -> Compared:
    """Raises Refused where either side has no data."""
    asked = _past_due_only(make_plan(ctx, request))
    plan = _same_clients(asked)
    words = Wording(ctx, plan)
    require_reach(ctx, plan, plan.period)
    if not reaches_back(ctx, plan, plan.previous):
        raise Refused("why.no_comparison", about="no_data", period=words.period(plan.previous))
    now, before = (lines(ctx, plan, period, ()) for period in (plan.period, plan.previous))
    for side, period in ((now, plan.period), (before, plan.previous)):
        line = side.by_key.get(())
        if line is None or line.amount(plan.metric, plan.variant) is None:
            raise Refused(
                "why.nothing_there", about="no_data", metric=words.metric(), period=words.period(period)
            )
    left = () if plan is asked else pairs(asked, plan.period).keys() - plan.cuts.days.keys()
    return Compared(ctx, plan, words, now, before, tuple(sorted(left)))


def _past_due_only(plan: Plan) -> Plan:
    """A roll's row of accounts current at the opening is not in its total: the rows are the total's."""
    return plan if plan.asks_where_to(plan.dims) else replace(plan, conditions=plan.cohort(()))


def _same_clients(plan: Plan) -> Plan:
    """A migration is explained by the clients with cuts of both periods: of others, one side has nothing."""
    if plan.metric.kind != "migration":
        return plan
    return of_clients(plan, pairs(plan, plan.period).keys() & pairs(plan, plan.previous).keys())


def _both(ctx: Context, plan: Plan, dims: tuple[str, ...]) -> Rows:
    """A row that one side lacks stands there with nothing."""
    before, now = (_split(ctx, plan, period, dims) for period in (plan.previous, plan.period))
    nothing = Line(0, None if plan.parts.den is None else 0, 0)
    keys = sorted({*before, *now}, key=str)
    return {key: (before.get(key, nothing), now.get(key, nothing)) for key in keys}


def _split(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> Mapping[Key, Line]:
    return lines(ctx, plan, period, dims).by_key
