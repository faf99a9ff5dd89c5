"""What must be said beside a number: defaults taken, what a rule keeps out, where and when it was read."""

from decimal import Decimal

from skills.contract import Context, KpiRequest, Value
from skills.kpi.draw import Measured
from skills.kpi.freshness import as_of, first_day, reaches_back, sources_of
from skills.kpi.plan import Plan
from skills.kpi.rows import Lines, left_out
from skills.kpi.wording import Wording


def notes_beside(
    ctx: Context, plan: Plan, words: Wording, measured: Measured | None, request: KpiRequest, now: Lines
) -> tuple[str, ...]:
    """In the order a reader needs them; `measured` is None for a trend."""
    notes = _period_notes(plan, words, request)
    if plan.metric.kind == "migration":
        notes += _migration_notes(ctx, plan, words, measured)
    elif plan.metric.kind == "flow":
        notes += _flow_notes(ctx, plan, words)
    if plan.compared and not reaches_back(ctx, plan, plan.previous):
        notes.append(words.say("kpi.no_comparison", period=words.period(plan.previous)))
    wants_target = request.compare is not None and request.compare.to == "target"
    if wants_target and measured and not measured.targets and measured.total_target is None:
        notes.append(words.say("kpi.no_targets"))
    if measured and not measured.rows and plan.thresholds:
        notes.append(words.say("kpi.none_meets"))
    return (*notes, *_reading_notes(plan, words, now))


def _period_notes(plan: Plan, words: Wording, request: KpiRequest) -> list[str]:
    notes = []
    if not plan.said_period:
        defaulted = "trend" if request.grain else "stock" if plan.metric.kind == "stock" else "flow"
        notes.append(words.say(f"kpi.defaulted_{defaulted}"))
    if plan.compared and plan.partial and plan.metric.kind != "stock":
        now, then = plan.period.days, plan.previous.days
        notes += [words.say("kpi.uneven", now=now, then=then)] if now != then else []
    return notes


def _flow_notes(ctx: Context, plan: Plan, words: Wording) -> list[str]:
    notes = []
    first = first_day(ctx, plan)
    if first and first > plan.period.start:
        notes.append(words.say("kpi.data_begins", first=words.day(first)))
    if plan.metric.id == "ptp_kept_rate":
        (waiting,) = left_out(ctx, plan, "immature")
        notes += [words.say("kpi.immature", n=waiting)] if waiting else []
    elif plan.metric.id == "recovery_rate":
        notes += _outside_cohort(ctx, plan, words)
    if any("bucket" in dim for dim in plan.dims):
        notes.append(words.say("kpi.bucket_at_opening"))
    by_agent = "agent" in plan.dims or any(c.dim == "agent" for c in plan.conditions)
    if plan.metric.num in ("paid", "paid_by_cohort") and by_agent:
        notes.append(words.say("kpi.credit_rule"))
    return notes + _running_day(ctx, plan, words)


def _running_day(ctx: Context, plan: Plan, words: Wording) -> list[str]:
    """Part of a day stands beside a whole one: that is said, never left to be noticed."""
    reached = as_of(ctx, plan).get(sources_of(plan.metric)[0])
    if not reached == plan.period.end == plan.today:
        return []
    return [words.say("kpi.day_running", time=f"{ctx.now:%H:%M}")]


def _migration_notes(ctx: Context, plan: Plan, words: Wording, measured: Measured | None) -> list[str]:
    notes = []
    if plan.period.days <= 7 and plan.period.end >= plan.today:
        notes.append(words.say("kpi.week_is_not_month"))
    (missing,) = left_out(ctx, plan, "unexplained")
    if missing:
        notes.append(words.say("kpi.unexplained", n=missing))
    from_bucket = [n for n, dim in enumerate(plan.dims) if dim in ("bucket", "bucket_from")]
    if measured and any(str(key[n]) == "0" for key, _ in measured.rows for n in from_bucket):
        notes.append(words.say("kpi.bucket_zero"))
    return notes


def _outside_cohort(ctx: Context, plan: Plan, words: Wording) -> list[str]:
    every, cohort = left_out(ctx, plan, "paid", "paid_by_cohort")
    late = every - cohort
    if not late:
        return []
    amount = words.number(Value(Decimal(late) / 100, "money"))
    return [words.say("kpi.outside_cohort", amount=amount)]


def _reading_notes(plan: Plan, words: Wording, now: Lines) -> list[str]:
    notes = []
    if now.stale:
        notes.append(words.say("kpi.stale"))
    cuts = plan.window(plan.period).cuts
    if plan.metric.kind != "flow" and len(set(cuts.values())) > 1:
        days = sorted(set(cuts.values()))
        notes.append(words.say("kpi.different_cuts", cuts=", ".join(words.day(d) for d in days)))
    return notes
