"""What must be said beside a number: defaults taken, what a rule keeps out, where and when it was read."""

from decimal import Decimal
from fractions import Fraction
from functools import partial
from math import ceil

from db.cutoffs import is_begun, kind_of, previous_same_cutoff
from db.goals import ADDITIVE
from db.periods import month_of
from db.staffing import exact
from skills.contract import Context, KpiRequest, Value
from skills.kpi.alike import pairs, unmatched, without_cuts
from skills.kpi.draw import Measured, target, whose_target
from skills.kpi.freshness import (
    as_of,
    first_day,
    reaches_back,
    shared_days,
    sources_of,
    targets_elsewhere,
)
from skills.kpi.money_notes import money_notes
from skills.kpi.outlook import target_metric
from skills.kpi.plan import Plan
from skills.kpi.rows import Lines, decimal, left_out, recalled
from skills.kpi.searched import search_notes
from skills.kpi.seasons import season
from skills.kpi.spans import CLOSE
from skills.kpi.staffing import floor_of
from skills.kpi.unusual import day_notes
from skills.kpi.wording import Wording


def notes_beside(
    ctx: Context,
    plan: Plan,
    words: Wording,
    measured: Measured | None,
    request: KpiRequest,
    now: Lines,
    headline: Plan | None = None,
) -> tuple[str, ...]:
    """In the order a reader needs them; `measured` is None for a trend, whose `headline` is its last step."""
    notes = [*_period_notes(plan, words, request), *_either_unit(ctx, plan, words, request)]
    if plan.metric.kind == "migration":
        notes += _migration_notes(ctx, headline or plan, words, measured)
    elif plan.metric.kind == "flow":
        notes += _flow_notes(ctx, plan, words)
    elif plan.metric.id == "agents_required":
        notes += _assumptions(ctx, plan, words, measured)
    if plan.compared and not reaches_back(ctx, plan, plan.previous):
        notes.append(words.say("kpi.no_comparison", period=words.period(plan.previous)))
    wants_target = request.compare is not None and request.compare.to == "target"
    if wants_target and measured and not measured.targets and measured.total_target is None:
        notes.append(words.say("kpi.no_targets", **targets_elsewhere(ctx, plan, target_metric(plan))))
    if measured:
        notes += _target_notes(plan, words, measured)
        notes += [*_season_notes(ctx, plan, words, measured), *day_notes(ctx, words)]
    elif plan.period.end >= plan.today and request.grain in ("week", "month"):
        notes.append(words.say("kpi.trend_running"))
    if measured and measured.unplaced:
        notes.append(words.say(_unranked(measured, request), n=measured.unplaced))
    if measured and not measured.rows and plan.thresholds:
        notes.append(words.say("kpi.none_meets"))
    return (*notes, *_reading_notes(plan, words, now))


def _unranked(measured: Measured, request: KpiRequest) -> str:
    """The sentence about those with too few cases: some of the rows, or all of them."""
    if request.limit:
        return "kpi.left_unranked" if measured.rows else "kpi.nobody_listed"
    return "kpi.nobody_placed" if measured.unplaced == len(measured.rows) else "kpi.unranked"


def _target_notes(plan: Plan, words: Wording, measured: Measured) -> list[str]:
    notes = _sides_differ(plan, words, measured)
    internal = words.ctx.actor.scope.shows("supervisor") and whose_target(words)
    if internal and (plan.metric.id == "goal_attainment" or measured.total_target is not None):
        notes.append(words.say("kpi.target_internal"))
    if measured.total_target is None and not measured.targets:
        return notes
    if plan.metric.kind == "migration" and plan.partial:
        notes.append(words.say("kpi.target_whole"))
    if not words.ctx.actor.scope.shows("supervisor"):
        notes.append(words.say("kpi.target_of_client"))
    whole, parts = measured.total_target, sum(measured.targets.values())
    if whole and len(measured.targets) > 1 and plan.metric.id in ADDITIVE and round(parts) != round(whole):
        told = [words.number(target(words, Fraction(each))) for each in (parts, whole)]
        notes.append(words.say("kpi.targets_differ", parts=told[0], whole=told[1]))
    return notes


def _sides_differ(plan: Plan, words: Wording, measured: Measured) -> list[str]:
    """The targets beneath the rows of an attainment are their owners' own: they need not add up."""
    if plan.metric.id != "goal_attainment" or not measured.total or len(measured.rows) < 2:
        return []
    due = (
        Fraction(measured.total.den or 0),
        sum((Fraction(line.den or 0) for _, line in measured.rows), Fraction(0)),
    )
    whole, parts = (words.number(Value(decimal(each / 100), "money")) for each in due)
    return [] if whole == parts else [words.say("kpi.targets_differ", parts=parts, whole=whole)]


def _season_notes(ctx: Context, plan: Plan, words: Wording, measured: Measured) -> list[str]:
    """How much of a target is due by a day within its month. A whole month's is due whole, by any rule."""
    aimed = plan.metric.id == "goal_attainment" or measured.total_target is not None or measured.targets
    metric = "recovered_amount" if plan.metric.id == "goal_attainment" else plan.metric.id
    whole = plan.period.end == month_of(plan.period.end).end
    if not aimed or metric not in ADDITIVE or whole:
        return []
    # Of the months that are over all is due, by any rule: it is the last one that a season spreads.
    months = season(ctx, plan, metric, plan.period.end).months
    return [words.say("kpi.season_target" if months else "kpi.season_target_plain", n=months)]


def _period_notes(plan: Plan, words: Wording, request: KpiRequest) -> list[str]:
    notes = []
    if not plan.said_period:
        kept = "stock" if plan.at_cuts else "day"
        kept = kept if plan.metric.kind == "stock" else "months" if plan.metric.months else "flow"
        defaulted = "trend" if request.grain else kept
        notes.append(words.say(f"kpi.defaulted_{defaulted}", period=words.period(plan.period)))
    if plan.compared and plan.partial and not plan.same_cutoff and plan.metric.kind != "stock":
        now, then = plan.period.days, plan.previous.days
        notes += [words.say("kpi.uneven", now=now, then=then)] if now != then else []
    return notes


def _either_unit(ctx: Context, plan: Plan, words: Wording, request: KpiRequest) -> list[str]:
    """16 to 22 November: of a week, or of a quincena? Said where what it is compared with hangs on it."""
    asked = request.unit or request.compare or request.grain or plan.metric.kind == "stock"
    span = plan.period
    if asked or span.end < plan.today or span.days == 1:
        return []
    if kind_of(span, plan.today).kind != "week" or not is_begun("quincena", span):
        return []
    calendar = None if plan.metric.kind == "migration" else ctx.calendars.working
    other = previous_same_cutoff(span, plan.today, calendar, kind="quincena")
    return [words.say("kpi.week_or_quincena", period=words.period(other))]


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
    notes += [*money_notes(ctx, plan, words), *search_notes(ctx, plan, words)]
    if plan.metric.id == CLOSE and plan.dims:
        notes.append(words.say("kpi.forecast_rows"))
    if any("bucket" in dim for dim in plan.dims) and plan.metric.id != "redefault_rate":
        of_month = "posted" in sources_of(plan.metric)
        notes.append(words.say("kpi.bucket_of_month" if of_month else "kpi.bucket_at_opening"))
    if plan.counts_in_each(plan.dims):
        notes.append(words.say("kpi.counts_in_each"))
    by_agent = "agent" in plan.dims or any(c.dim == "agent" for c in plan.conditions)
    if {"paid", "paid_by_cohort"} & {*plan.parts.terms} and by_agent:
        notes.append(words.say("kpi.credit_rule"))
    shared = shared_days(ctx, plan, plan.period)
    if shared is not None and shared.end < min(plan.period.end, plan.today):
        return [*notes, words.say("kpi.shared_days", last=words.day(shared.end))]
    return notes + _running_day(ctx, plan, words)


def _running_day(ctx: Context, plan: Plan, words: Wording) -> list[str]:
    """Part of a day stands beside a whole one: that is said, never left to be noticed."""
    first = sources_of(plan.metric)[0]
    reached = as_of(ctx, plan).get(first) if first != "positions" else None
    if plan.metric.months or not reached == plan.period.end == plan.today:
        return []
    return [words.say("kpi.day_running", time=f"{ctx.now:%H:%M}")]


def _assumptions(ctx: Context, plan: Plan, words: Wording, measured: Measured | None) -> list[str]:
    """Whole agents, and everything the number of them rests on."""
    seen, rules = floor_of(ctx, plan, plan.period), ctx.rules.staffing
    if seen is None:
        return []
    notes = []
    if measured and measured.total:
        notes.append(words.say("kpi.staffing_whole", n=ceil(measured.total.num), hours=_plain(rules.hours)))
    share = partial(Value, unit="rate")
    notes.append(
        words.say(
            "kpi.staffing_measured" if seen.measured else "kpi.staffing_given",
            intensity=_plain(rules.intensity),
            rate=words.number(Value(decimal(seen.overall), "number")),
            hours=_plain(rules.hours),
            shrinkage=words.number(share(decimal(seen.shrinkage))),
            weeks=words.period(seen.weeks),
        )
    )
    cap = words.number(share(Decimal(str(rules.occupancy_cap))))
    if seen.occupancy is not None:
        over = "over" if seen.occupancy > exact(rules.occupancy_cap) else "under"
        told = words.number(share(decimal(seen.occupancy)))
        notes.append(words.say(f"kpi.occupancy_{over}", occupancy=told, cap=cap))
    return [*notes, words.say("kpi.staffing_shared")]


def _plain(number: float) -> str:
    return f"{number:g}"


def _migration_notes(ctx: Context, plan: Plan, words: Wording, measured: Measured | None) -> list[str]:
    notes = []
    if plan.period.days <= 7 and plan.period.end >= plan.today:
        notes.append(words.say("kpi.week_is_not_month"))
    notes += _cut_notes(ctx, plan, words)
    if not plan.follows_moves:
        return [*notes, words.say("kpi.not_roll")]
    gone, cents = recalled(ctx, plan)
    if gone:
        amount = words.number(Value(Decimal(cents) / 100, "money"))
        notes.append(words.say("kpi.recalled", n=gone, amount=amount))
    (missing,) = left_out(ctx, plan, "unexplained")
    if missing:
        notes.append(words.say("kpi.unexplained", n=missing))
    from_bucket = [n for n, dim in enumerate(plan.dims) if dim in ("bucket", "bucket_from")]
    if measured and any(str(key[n]) == "0" for key, _ in measured.rows for n in from_bucket):
        notes.append(words.say("kpi.bucket_zero"))
    return notes


def _cut_notes(ctx: Context, plan: Plan, words: Wording) -> list[str]:
    """Who has no cut, from which cuts a day's moves are, and why the total is set against nothing."""
    named = partial(words.label, "client")
    notes = []
    if missing := without_cuts(ctx, plan):
        notes.append(words.say("kpi.no_cut", clients=", ".join(map(named, missing))))
    held = pairs(plan, plan.period)
    if kind_of(plan.period, plan.today).kind == "day" and len({opened for opened, _ in held.values()}) > 1:
        cuts = ", ".join(f"{named(client)} {words.day(opened)}" for client, (opened, _) in held.items())
        notes.append(words.say("kpi.opened_on", cuts=cuts))
    lacking = unmatched(ctx, plan) if reaches_back(ctx, plan, plan.previous) else ()
    if lacking:
        clients = ", ".join(map(named, sorted(lacking)))
        notes.append(words.say("kpi.unlike", clients=clients, period=words.period(plan.previous)))
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
    if plan.at_cuts and len(set(cuts.values())) > 1:
        days = sorted(set(cuts.values()))
        notes.append(words.say("kpi.different_cuts", cuts=", ".join(words.day(d) for d in days)))
    return notes
