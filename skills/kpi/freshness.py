"""How far the data reaches: the last day each source of a metric holds, and refusals outside that reach."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from db.goals import levels_set
from db.measures import MEASURES
from db.metrics import Metric
from db.periods import Period
from db.sources import SOURCES
from db.sources.cures import WATCHED
from db.sources.reach import KEPT
from db.sources.reach import reach as reach_of_facts
from db.sources.sales import VENTA
from db.sources.source import Source
from db.tables.cells import built_days, cure_results
from db.tables.reference import campaigns
from skills import text
from skills.contract import Context, Refused
from skills.kpi.aims import targets_of
from skills.kpi.computed import COMPUTED
from skills.kpi.costs import require_costs
from skills.kpi.plan import Plan

# Files that come in every day: their last day is how far they reach, not when something last happened.
DAILY = frozenset({"contacts", "payments", "shifts"})


def sources_of(metric: Metric) -> tuple[str, ...]:
    """What the metric is built from, in the names of built_days: positions, contacts, payments, promises."""
    names: list[str] = []
    for term in metric.every_term:
        names += COMPUTED[term].sources if term in COMPUTED else SOURCES[MEASURES[term].source].built_from
    return tuple(dict.fromkeys(names))


def reach(ctx: Context, source: str, clients: frozenset[int] | None) -> Period | None:
    """First and last day with rows of a source; read once a question."""
    key = ("reach", source, clients)
    if key not in ctx.memo:
        found = reach_of_facts if source in KEPT else _reach
        ctx.memo[key] = found(ctx.session, source, clients)
    held: Period | None = ctx.memo[key]
    return held


def _reach(connection: Connection, source: str, clients: frozenset[int] | None) -> Period | None:
    table = built_days
    query = select(func.min(table.c.day), func.max(table.c.day)).where(
        table.c.source == source, table.c.rows > 0
    )
    if clients is not None:
        query = query.where(table.c.client_id.in_(clients))
    first, last = connection.execute(query).one()
    return Period(start=first, end=last) if first else None


def held_days(ctx: Context, plan: Plan) -> Period | None:
    """The days a question can be answered for: those of its first source, or of all that come in daily.

    Calls up to today over hours up to yesterday would be no rate.
    """
    held = [reach(ctx, source, plan.clients) for source in daily_sources(plan) or sources_of(plan.metric)[:1]]
    spans = [span for span in held if span is not None]
    if len(spans) < len(held) or not spans:
        return None
    first, last = max(span.start for span in spans), min(span.end for span in spans)
    return Period(start=first, end=last) if first <= last else None


def daily_sources(plan: Plan) -> tuple[str, ...]:
    """What the two sides of a ratio are counted from, where each comes in day by day; else none."""
    names: list[str] = []
    for term in plan.parts.terms:
        if term in COMPUTED:
            names += COMPUTED[term].sources
        elif SOURCES[MEASURES[term].source].picks == "period":
            names.append(SOURCES[MEASURES[term].source].built_from[0])
    found = tuple(dict.fromkeys(names))
    return found if len(found) > 1 and plan.metric.kind == "flow" and DAILY.issuperset(found) else ()


def shared_days(ctx: Context, plan: Plan, period: Period) -> Period | None:
    """The days of a period that both sides of a ratio are known for; None where there is none.

    The hours of a running day are not known yet: it counts only where it is all that was asked for.
    """
    sources = daily_sources(plan)
    if not sources:
        return period
    held = held_days(ctx, plan)
    if held is None:
        return None
    first, last = max(period.start, held.start), min(period.end, held.end)
    if "shifts" in sources and first < last == plan.today:
        last -= timedelta(days=1)
    return Period(start=first, end=last) if first <= last else None


def _sells(connection: Connection, clients: frozenset[int] | None) -> bool:
    """Whether any campaign in reach is there to sell."""
    selling = select(campaigns.c.id).where(campaigns.c.kind == VENTA).limit(1)
    if clients is not None:
        selling = selling.where(campaigns.c.client_id.in_(clients))
    return connection.execute(selling).first() is not None


def as_of(ctx: Context, plan: Plan) -> dict[str, date]:
    """Per source, the last day of data that the answer could use. Positions: the cut itself."""
    found: dict[str, date] = {}
    for source in sources_of(plan.metric):
        if source == "positions":
            window = plan.window(plan.period)
            cuts = window.openings if plan.metric.kind == "flow" and not _judged(plan) else window.cuts
            if cuts:
                found[source] = max(cuts.values())
        else:
            held = reach(ctx, source, plan.clients)
            if held:
                found[source] = min(held.end, plan.today)
    return found


def late_sources(ctx: Context, plan: Plan) -> dict[str, date]:
    """The sources whose last day is older than they promise, of days the question asks about."""
    wanted = min(plan.period.end, plan.today)
    promised = ctx.rules.freshness.model_dump()
    calendar = ctx.calendars.working
    found = {}
    for source, on in as_of(ctx, plan).items():
        if source == "positions" and plan.metric.kind == "flow":
            continue  # the opening cut is as old as the period
        if source in promised and on < wanted:
            missing = calendar.business_days(Period(start=on + timedelta(days=1), end=wanted))
            if missing > promised[source]:
                found[source] = on
    return found


def _sources(plan: Plan) -> list[Source]:
    return [SOURCES[MEASURES[term].source] for term in plan.parts.terms if term in MEASURES]


def _judged(plan: Plan) -> bool:
    """Whether it counts cures, by the day each is decided."""
    return any(source.name == "cures" for source in _sources(plan))


def _first_judged(ctx: Context, plan: Plan) -> date | None:
    """The first day a cure is decided; where there is none yet, the first on which one could be."""
    table = cure_results
    query = select(func.min(table.c.decide_on))
    if plan.clients is not None:
        query = query.where(table.c.client_id.in_(plan.clients))
    seconds = [days[1] for days in plan.cuts.days.values() if len(days) > 1]
    possible = min(seconds) + WATCHED if seconds else None
    return ctx.session.execute(query).scalar() or possible


def _lacks_opening(plan: Plan) -> bool:
    opens = any(source.picks == "opening" for source in _sources(plan))
    return opens and not plan.window(plan.period).openings


def nothing_found(ctx: Context, plan: Plan, period: str) -> Refused:
    """No row meets the question; says what the last day with data is, so that the next question can."""
    if plan.metric.id == "goal_attainment":
        return Refused("kpi.no_targets", about="no_data", **targets_elsewhere(ctx, plan))
    language = ctx.actor.language
    if _judged(plan) and (first := _first_judged(ctx, plan)) and first > plan.period.end:
        return Refused("kpi.cures_decided", about="no_data", first=text.day(first, language, plan.today))
    if _lacks_opening(plan) and (first := plan.cuts.first()) and (last := plan.cuts.last()):
        return Refused(
            "kpi.no_opening",
            about="no_data",
            metric=plan.metric.label.in_(language),
            period=period,
            first=text.day(first, language, plan.today),
            last=text.day(last, language, plan.today),
        )
    held = held_days(ctx, plan)
    later = held is not None and not plan.period.holds(held.end)
    return Refused(
        "kpi.nothing_found" if later else "kpi.nothing_matches",
        about="no_data",
        metric=plan.metric.label.in_(ctx.actor.language),
        period=period,
        last=text.day(held.end, ctx.actor.language, plan.today) if held else "",
    )


def targets_elsewhere(ctx: Context, plan: Plan, metric: str = "recovered_amount") -> dict[str, Any]:
    """Whose targets there are, where what was asked has none: it may be out of reach, and not unset."""
    levels = levels_set(ctx.session, metric, plan.period, targets_of(ctx.actor.scope))
    if not levels:
        return {"others": ""}
    names = ", ".join(ctx.say(f"kpi.level.{level}") for level in levels)
    return {"others": " " + ctx.say("kpi.targets_elsewhere", levels=names)}


def first_day(ctx: Context, plan: Plan) -> date | None:
    """The first day a flow's own source holds; None where nothing is loaded, or the metric stands at cuts."""
    if plan.metric.kind != "flow":
        return None
    held = held_days(ctx, plan)
    return held.start if held else None


def reaches_back(ctx: Context, plan: Plan, period: Period) -> bool:
    """Whether a comparison's whole period lies inside the data: half of one would look like a fall."""
    try:
        require_reach(ctx, plan, period)
    except Refused:
        return False
    first = first_day(ctx, plan)
    return first is None or period.start >= first


def _require_its_own(ctx: Context, plan: Plan, period: Period) -> None:
    """What a metric cannot do without over the period, beside days with data: costs, fee rates, a budget."""
    if plan.metric.months:
        require_costs(ctx, plan, period)
    for term in plan.parts.terms:
        if term in COMPUTED and (required := COMPUTED[term].requires):
            required(ctx, plan, period)


def require_reach(ctx: Context, plan: Plan, period: Period) -> None:
    """A period outside the data is said, with the days there are; it is never a zero."""
    metric = plan.metric.label.in_(ctx.actor.language)
    language = ctx.actor.language
    if "campaign_rpcs" in plan.parts.terms and not _sells(ctx.session, plan.clients):
        raise Refused("kpi.no_sales_campaign", about="no_data", metric=metric)
    _require_its_own(ctx, plan, period)
    if not plan.at_cuts:
        held = held_days(ctx, plan)
        first, last = (held.start, held.end) if held else (None, None)
        # After the last day: a running period may simply have nothing yet, a past one has no file.
        # What is known of any day (a certificate) stands after it.
        ended = plan.metric.kind == "flow" and period.end < plan.today
        outside = held and (period.end < held.start or (period.start > held.end and ended))
        key = "kpi.no_data"
    else:
        first, last = plan.cuts.first(), plan.cuts.last()
        outside = not plan.window(period).cuts
        key = "kpi.no_data" if plan.metric.kind == "stock" else "kpi.no_opening"
    if first is None or last is None:
        raise Refused("kpi.no_data_at_all", about="no_data", metric=metric)
    if outside:
        raise Refused(
            key,
            about="no_data",
            metric=metric,
            period=text.period(period, language, plan.today),
            first=text.day(first, language, plan.today),
            last=text.day(last, language, plan.today),
        )
