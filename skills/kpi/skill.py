"""The KPI question: plans it, measures it, says it. Knows no Slack and no wording beyond its text keys."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial

from db.cutoffs import kind_of, previous_same_cutoff
from db.numbers import Key
from db.periods import Period, week_of
from db.scope import COARSER, Scope
from skills.contract import (
    Answer,
    Basis,
    Compare,
    Context,
    Figure,
    Figures,
    KpiRequest,
    Option,
    Part,
    Question,
    Refused,
    Role,
    Skill,
    Text,
)
from skills.kpi import few, outlook, planned, trend, undecided
from skills.kpi.alike import comparable, pairs
from skills.kpi.computed import target_lines
from skills.kpi.costs import in_months
from skills.kpi.draw import Measured, bars, crossed, figure, json_rows, table, target
from skills.kpi.freshness import as_of, late_sources, reaches_back, require_reach
from skills.kpi.notes import notes_beside
from skills.kpi.plan import DUE, Plan, make_plan
from skills.kpi.rows import Lines, lines, ordered, passing, ranked, summed
from skills.kpi.searched import search_buttons, searched_before, with_zero
from skills.kpi.spans import CLOSE, WEEKS_BACK
from skills.kpi.sql import as_text
from skills.kpi.wording import Wording

DEFINITIONS_BESIDE = 3
NOTHING = Lines({}, ())
EVERYBODY: frozenset[Role] = frozenset(
    ("agent", "supervisor", "manager", "compliance", "quality", "admin", "director", "client_viewer")
)


def answer_kpi(ctx: Context, request: KpiRequest) -> Answer:
    """The number asked, against the same cut-off before and the target, with its definition and age."""
    plan = in_months(ctx, make_plan(ctx, request))
    require_reach(ctx, plan, plan.period)
    words = Wording(ctx, plan)
    if request.grain and request.grain != "hour":
        return _over_time(ctx, plan, words, request)
    now = with_zero(plan, lines(ctx, plan, plan.period, plan.dims))
    measured = _with_budget(ctx, words, request, _measure(ctx, plan, request, now))
    few.refuse_few(ctx, plan, measured.total)
    measured, hidden = few.thinned(ctx, measured, adds_up=adds_up(plan))
    if not measured.rows and (measured.total is None or not now.by_key):
        raise undecided.refusal(ctx, plan, words.period_said())
    parts: list[Part] = [*_late(ctx, plan, words)]
    parts.append(Figures(tuple(_figures(ctx, plan, words, measured))))
    seen = outlook.told(ctx, words)
    parts += [Text(line) for line in seen.lines]
    if plan.dims and measured.rows:
        grid = len(plan.dims) == 2
        chart = bars(words, measured, request.chart)
        parts += [chart] if chart else []
        parts.append(crossed(words, measured) if grid else table(words, measured))
    categories = planned.category_table(ctx, words, request)
    parts += [categories] if categories else []
    notes = notes_beside(ctx, plan, words, measured, request, now) + _few(ctx, words, hidden)
    parts += [Text(note, "note") for note in notes]
    return Answer(
        title=words.metric(),
        echo=words.echo(request),
        parts=tuple(parts),
        rows=seen.on(json_rows(words, measured), plan),
        basis=basis_of(ctx, plan, words, request, now, notes),
        next=(*_next(words, request), *search_buttons(ctx, plan, request)),
    )


def _few(ctx: Context, words: Wording, hidden: int) -> tuple[str, ...]:
    return (words.say("kpi.few_hidden", n=few.fewest(ctx)),) if hidden else ()


def _late(ctx: Context, plan: Plan, words: Wording) -> tuple[Text, ...]:
    """What is older than it should be is said before the number."""
    late = late_sources(ctx, plan)
    return (Text(words.say("kpi.late_source", source=words.ages(late)), "warning"),) if late else ()


def _measure(ctx: Context, plan: Plan, request: KpiRequest, now: Lines) -> Measured:
    # An owner with nothing above or below the line is no row: "Sin supervisor s/d" says nothing.
    some = {key: line for key, line in now.by_key.items() if line.num or line.den or line.n}
    rows = passing(plan, ordered(plan, some, request.order, plan.dims))
    placed, unplaced = ranked(plan, rows)
    rows = [*placed, *unplaced]
    if request.limit:
        rows = [r for r in placed if r[1].amount(plan.metric, plan.variant) is not None][: request.limit]
    unplaced_n = len(unplaced)
    before = _before(ctx, plan, plan.dims, now)
    targets = _targets(ctx, plan, plan.dims)
    if not plan.dims:
        total = now.by_key.get(())
        return Measured((), rows, before.by_key, targets, total, before.by_key.get(()), targets.get(()))
    if adds_up(plan):
        total = summed(plan, now)
        total_before = summed(plan, before) if comparable(ctx, plan, ()) else None
    else:
        total = lines(ctx, plan, plan.period, ()).by_key.get(())
        total_before = _before(ctx, plan, ()).by_key.get(())
    due = _targets(ctx, plan, ()).get(())
    return Measured(plan.dims, rows, before.by_key, targets, total, total_before, due, unplaced_n)


def _with_budget(ctx: Context, words: Wording, request: KpiRequest, measured: Measured) -> Measured:
    """The budgets beside the rows, where they were asked for; none of them at all is said, never left out."""
    by_key = planned.planned_for(ctx, words, request, measured.dims)
    whole = planned.planned_for(ctx, words, request, ()) if measured.dims else by_key
    if request.compare and request.compare.to == "budget" and not (by_key or whole):
        raise planned.no_budget(words, request)
    return replace(measured, planned=by_key, total_planned=whole.get(()))


def adds_up(plan: Plan) -> bool:
    """Whether the rows sum to the headline.

    A roll's row of current accounts is not in its total; the agency's target is not the sum of its parts; and
    an account that two agents worked is in both their rows.
    """
    if plan.metric.id in ("goal_attainment", "budget_variance") or plan.asks_where_to(plan.dims):
        return False
    if plan.counts_in_each(plan.dims):
        return False
    return plan.cohort(plan.dims) == plan.cohort(())


def _before(ctx: Context, plan: Plan, dims: tuple[str, ...], now: Lines = NOTHING) -> Lines:
    """The comparison's lines; none where the data does not reach back that far, or holds other clients."""
    alike = comparable(ctx, plan, dims) if reaches_back(ctx, plan, plan.previous) else None
    if alike is None:
        return NOTHING
    return searched_before(ctx, plan, plan.previous, lines(ctx, alike, plan.previous, dims), now.by_key)


def _too_short_for_target(plan: Plan) -> bool:
    """A month's roll is not met by a week's: fewer days roll fewer accounts."""
    return plan.metric.kind == "migration" and kind_of(plan.period, plan.today).kind not in (
        "month",
        "quarter",
    )


def _targets(ctx: Context, plan: Plan, dims: tuple[str, ...]) -> Mapping[Key, Fraction]:
    if plan.metric.id in ("goal_attainment", "budget_variance") or _too_short_for_target(plan):
        return {}
    aimed = outlook.target_metric(plan)
    # A target is told in its metric's own unit: accounts are not set against pesos.
    if ctx.metrics.metrics[aimed].unit != plan.parts.unit:
        return {}
    return target_lines(ctx, plan, aimed, plan.period, dims)


# --- headline ----------------------------------------------------------------------------------------


def _figures(ctx: Context, plan: Plan, words: Wording, measured: Measured) -> list[Figure]:
    due = measured.total_target
    headline = figure(
        words,
        _headline(plan, words),
        measured.total,
        measured.total_before,
        target=target(words, due) if due is not None else None,
        settled=plan.metric.id != CLOSE and not (plan.metric.kind == "migration" and plan.partial),
    )
    if measured.total and measured.total_planned is not None:
        each = planned.beside(words, measured.total, measured.total_planned)
        return [headline, *planned.figures(each)]
    return [headline, *_other_definitions(ctx, plan, words), *_month_beneath(ctx, plan, words)]


def _headline(plan: Plan, words: Wording) -> str:
    """A week's migration is named by what it spans; a day's, by the cuts it lies between."""
    label, kind = words.metric(), kind_of(plan.period, plan.today).kind
    if plan.metric.kind != "migration" or kind not in ("week", "day"):
        return label
    if kind == "week":
        return f"{label} · {words.say('kpi.week_to_cut')}"
    opened = {opening for opening, _ in pairs(plan, plan.period).values()}
    closed = words.day(words.closing_day())
    if len(opened) > 1:
        return f"{label} · {words.say('kpi.cuts_to_cut', closed=closed)}"
    return f"{label} · {words.say('kpi.cut_to_cut', opened=words.day(*opened), closed=closed)}"


def _other_definitions(ctx: Context, plan: Plan, words: Wording) -> list[Figure]:
    """Beside a number, what it is by the trade's other definitions of its name."""
    others = [v for v in plan.metric.variants if v != plan.variant]
    figures = []
    for other in others[:DEFINITIONS_BESIDE] if DUE not in plan.metric.variants else ():
        twin = replace(plan, variant=other)
        now = lines(ctx, twin, plan.period, ()).by_key.get(())
        before = _before(ctx, twin, ()).by_key.get(())
        label = Wording(ctx, twin).variant()
        figures.append(figure(words, label[:1].upper() + label[1:], now, before, variant=other))
    return figures


def _month_beneath(ctx: Context, plan: Plan, words: Wording) -> list[Figure]:
    """Under a week's migration: the month to date against the same cut-off of the month before."""
    if plan.metric.kind != "migration" or plan.period.days > 7 or plan.period.end < plan.today:
        return []
    month = Period(start=plan.today.replace(day=1), end=plan.today)
    before = previous_same_cutoff(month, plan.today, None, kind="month")
    twin = replace(plan, period=month, previous=before)
    if not twin.window(month).cuts:
        return []
    now = lines(ctx, twin, month, ()).by_key.get(())
    then = _before(ctx, twin, ()).by_key.get(())
    label = words.say("kpi.month_to_cut")
    return [figure(words, label, now, then, previous_label=words.period(before))]


# --- over time ---------------------------------------------------------------------------------------


def _over_time(ctx: Context, plan: Plan, words: Wording, request: KpiRequest) -> Answer:
    dims = plan.dims
    to_budget = request.compare is not None and request.compare.to == "budget"
    if len(dims) + to_budget > 1 or plan.thresholds:
        raise Refused("kpi.trend_too_wide", about="unsupported:trend")
    found = trend.points(ctx, plan, request.grain or "day", dims)
    if not any(line.n or line.num for _, by_key in found for line in by_key.values()):
        raise undecided.refusal(ctx, plan, words.period_said())
    budgets = planned.planned_steps(ctx, words, request, [span for span, _ in found])
    if to_budget and not budgets:
        raise planned.no_budget(words, request)
    told = plan if plan.metric.kind == "flow" else _last_step(plan, found)
    now = lines(ctx, told, told.period, ())
    few.refuse_few(ctx, plan, now.by_key.get(()))
    # A step that still runs is no whole one: its headline is set against none.
    runs = told is not plan and trend.runs(words, told.period, request.grain or "day")
    before = None if runs else _before(ctx, told, ()).by_key.get(())
    label = words.metric() if told is plan else f"{words.metric()} · {words.period(told.period)}"
    total = figure(words, label, now.by_key.get(()), before, previous_label=words.period(told.previous))
    shown, hidden = few.thinned_steps(ctx, plan, found)
    found = [(span, some) for (span, _), some in zip(found, shown, strict=True)]
    kept, every = trend.kept_series(plan, request, found)
    notes = notes_beside(ctx, plan, words, None, request, now, headline=told) + _few(ctx, words, hidden)
    if len(kept) < every:
        notes = (*notes, words.say("kpi.shown", n=len(kept), total=every))
    found = [(span, {k: v for k, v in by_key.items() if k in kept}) for span, by_key in found]
    return Answer(
        title=words.metric(),
        echo=words.echo(request),
        parts=(
            *_late(ctx, plan, words),
            Figures((total,)),
            *trend.drawn(words, found, request, dims, kept, budgets),
            *(Text(note, "note") for note in notes),
        ),
        rows=trend.rows(words, found, request.grain or "day", dims, budgets),
        basis=basis_of(ctx, plan, words, request, now, notes),
        next=_next(words, request),
    )


def _last_step(plan: Plan, found: list[trend.Point]) -> Plan:
    """Rolls and stocks do not add up over weeks: the headline is the last step, beside the one before."""
    spans = [span for span, _ in found]
    if not spans:
        return plan
    return replace(plan, period=spans[-1], previous=spans[-2] if len(spans) > 1 else plan.previous)


# --- basis and next steps ------------------------------------------------------------------------------


def basis_of(
    ctx: Context, plan: Plan, words: Wording, request: KpiRequest, now: Lines, notes: tuple[str, ...]
) -> Basis:
    ages: dict[str, date] = as_of(ctx, plan)
    return Basis(
        metric=plan.metric.id,
        label=words.metric(),
        definition=words.definition(),
        formula=plan.metric.formula.in_(words.language),
        variant=plan.variant,
        variant_label=words.variant(),
        period=plan.period,
        partial=plan.partial,
        previous=plan.previous,
        filters=words.filters(request.filters),
        scope=ctx.actor.scope.label,
        as_of={source: on.isoformat() for source, on in ages.items()},
        as_of_label=words.ages(ages),
        read_from="cells" if now.from_cells else "facts",
        notes=notes,
        query=partial(as_text, now),
    )


def _next(words: Wording, request: KpiRequest) -> tuple[Option, ...]:
    """Splits the answer does not show yet, the month beside the week, the year before."""
    scope = words.ctx.actor.scope
    options = []
    for dim in words.plan.metric.splits:
        if dim in request.dims or (dim in COARSER and not scope.shows(dim)):
            continue
        if (dim == "agent" and scope.agents is not None) or (dim == "supervisor" and _one_team(scope)):
            continue
        asked = replace_dims(request, dim)
        options.append(Option(words.say(f"kpi.button.{dim}"), "kpi", asked.fields()))
    return (*options[:4], *_longer(words, request), _compared(words, request))


def _one_team(scope: Scope) -> bool:
    return scope.agents is not None or (scope.supervisors is not None and len(scope.supervisors) == 1)


def _longer(words: Wording, request: KpiRequest) -> tuple[Option, ...]:
    """The month, beside a week's migration."""
    if words.plan.metric.kind != "migration" or words.plan.period.days > 7:
        return ()
    month = Period(start=words.plan.today.replace(day=1), end=words.plan.today)
    asked = request.model_copy(update={"period": month})
    return (Option(words.say("kpi.button.mtd"), "kpi", asked.fields()),)


def _compared(words: Wording, request: KpiRequest) -> Option:
    """A split beside the same split before; one number, over its last weeks."""
    if request.dims and not words.plan.compared:
        compare = Compare(to="period", period=words.plan.previous)
        asked = request.model_copy(update={"compare": compare})
        return Option(words.say("kpi.button.compare"), "kpi", asked.fields())
    end = words.plan.period.end
    bare = request.model_copy(update={"dims": (), "compare": None, "limit": None, "order": None})
    if words.plan.metric.months:
        asked = bare.model_copy(update={"period": None, "grain": "month"})
        return Option(words.say("kpi.button.months"), "kpi", asked.fields())
    weeks = Period(start=week_of(end).start - timedelta(weeks=WEEKS_BACK), end=end)
    asked = bare.model_copy(update={"period": weeks, "grain": "week"})
    return Option(words.say("kpi.button.trend"), "kpi", asked.fields())


def replace_dims(request: KpiRequest, dim: str) -> KpiRequest:
    """The same question split another way; a top-N of the old split makes no sense in the new one."""
    return request.model_copy(update={"dims": (dim,), "limit": None, "order": None, "grain": None})


SKILL = Skill("kpi", (Question("kpi", KpiRequest, EVERYBODY, answer_kpi),))
