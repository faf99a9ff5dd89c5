"""Draws what was planned beside what came of it: figures, table columns, and the categories of costs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from db.numbers import Key
from db.periods import Period
from skills.contract import Cell, Context, Figure, KpiRequest, Option, Refused, Table, Value
from skills.kpi.budgets import budget_lines, spending
from skills.kpi.costs import cost_of
from skills.kpi.rows import Line, decimal
from skills.kpi.wording import Wording

COST, VARIANCE = "cost", "budget_variance"
_CENTS = 100
Amounts = Mapping[str, Fraction]


@dataclass(frozen=True)
class Beside:
    """What came and what was planned, in the metric's own unit."""

    words: Wording
    actual: Fraction
    planned: Fraction

    def value(self, amount: Fraction) -> Value:
        return Value(decimal(amount), self.words.plan.parts.unit)

    @property
    def over(self) -> Value:
        return self.value(self.actual - self.planned)

    @property
    def share(self) -> Value:
        """Over the budget, as a part of it; a rate's distance is told as it is."""
        known = self.planned and self.words.plan.parts.unit != "rate"
        return Value(decimal((self.actual - self.planned) / abs(self.planned)) if known else None, "rate")

    @property
    def said(self) -> str:
        if self.share.amount is None or not self.share.amount:
            return ""
        key = "kpi.over_budget" if self.share.amount > 0 else "kpi.under_budget"
        return self.words.say(key, share=self.words.number(Value(abs(self.share.amount), "rate")))

    @property
    def helps(self) -> bool | None:
        better = self.words.plan.metric.better
        if better == "none" or self.actual == self.planned:
            return None
        return (self.actual > self.planned) == (better == "up")


def planned_for(
    ctx: Context, words: Wording, request: KpiRequest, dims: tuple[str, ...]
) -> dict[Key, Fraction]:
    """The budgets to show beside each row; none where nobody asked for them."""
    plan = words.plan
    if plan.metric.id == VARIANCE:
        found = spending(ctx, plan, plan.period, dims).planned
        return {key: sum(parts.values(), Fraction(0)) / _CENTS for key, parts in found.items()}
    if request.compare is None or request.compare.to != "budget":
        return {}
    return budget_lines(ctx, plan, plan.metric.id, plan.period, dims)


def planned_steps(
    ctx: Context, words: Wording, request: KpiRequest, spans: Iterable[Period]
) -> dict[Period, Fraction]:
    """The budget of each step of a trend that was asked against it."""
    plan = words.plan
    if request.compare is None or request.compare.to != "budget":
        return {}
    due = {span: budget_lines(ctx, plan, plan.metric.id, span, ()).get(()) for span in spans}
    return {span: value for span, value in due.items() if value is not None}


def no_budget(words: Wording, request: KpiRequest) -> Refused:
    """Said, never left out; the number itself is one button away."""
    bare = Option(words.metric(), "kpi", request.model_copy(update={"compare": None}).fields())
    return Refused("kpi.no_budget", about="no_data", choices=(bare,), metric=words.metric())


def beside(words: Wording, line: Line, planned: Fraction) -> Beside:
    """The variance knows the budget and what is over it; any other metric is what came itself."""
    amount = line.amount(words.plan.metric, words.plan.variant)
    came = Fraction(amount) if amount is not None else Fraction(0)
    if words.plan.metric.id == VARIANCE:
        came += planned
    return Beside(words, came, planned)


def figures(each: Beside) -> list[Figure]:
    """Under the headline: the budget and the distance to it; under a variance, what it is the distance of."""
    say = each.words.say
    budget = Figure(say("kpi.column.budget"), each.value(each.planned))
    if each.words.plan.metric.id == VARIANCE:
        return [Figure(say("kpi.column.actual"), each.value(each.actual), detail=each.said), budget]
    return [budget, Figure(say("kpi.column.variance"), each.over, detail=each.said, good=each.helps)]


def heads(words: Wording) -> list[str]:
    first = ["actual"] if words.plan.metric.id == VARIANCE else []
    last = [] if first else ["variance"]
    return [words.say(f"kpi.column.{name}") for name in (*first, "budget", *last, "percent")]


def cells(each: Beside | None, words: Wording) -> list[Cell]:
    if each is None:
        return [None] * len(heads(words))
    budget = each.value(each.planned)
    if words.plan.metric.id == VARIANCE:
        return [each.value(each.actual), budget, each.share]
    return [budget, each.over, each.share]


# --- by category of costs ----------------------------------------------------------------------------


def category_table(ctx: Context, words: Wording, request: KpiRequest) -> Table | None:
    """What the cost is made of; beside its budgets where they were asked for."""
    plan = words.plan
    if plan.metric.id not in (COST, VARIANCE):
        return None
    if plan.metric.id == VARIANCE or (request.compare and request.compare.to == "budget"):
        found = spending(ctx, plan, plan.period, ())
        return _against(words, found.spent.get((), {}), found.planned.get((), {}))
    read = cost_of(ctx, plan, plan.period, ("category",))
    return _shares(words, {category: Fraction(money.total) for (category,), (money,) in read.by_key.items()})


def _shares(words: Wording, spent: Amounts) -> Table:
    whole = sum(spent.values(), Fraction(0))
    rows = tuple(
        (
            category,
            Value(decimal(cents / _CENTS), "money"),
            Value(decimal(cents / whole) if whole else None, "rate"),
        )
        for category, cents in sorted(spent.items(), key=lambda each: (-each[1], each[0]))
    )
    return _table(words, ("actual", "share"), rows)


def _against(words: Wording, spent: Amounts, planned: Amounts) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for category in sorted({*spent, *planned}, key=lambda name: (-spent.get(name, Fraction(0)), name)):
        each = Beside(words, *(of.get(category, Fraction(0)) / _CENTS for of in (spent, planned)))
        label = category or words.say("kpi.whole_cost")
        budget = each.value(each.planned) if category in planned else None
        rows.append((label, each.value(each.actual), budget, each.over if budget else None, each.share))
    return _table(words, ("actual", "budget", "variance", "percent"), tuple(rows))


def _table(words: Wording, columns: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...]) -> Table:
    names = ("category", *columns)
    return Table(
        title=words.say("kpi.by_category"),
        columns=tuple(words.say(f"kpi.column.{name}") for name in names),
        rows=rows,
    )
