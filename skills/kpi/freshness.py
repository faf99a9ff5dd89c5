"""How far the data reaches: the last day each source of a metric holds, and refusals outside that reach."""

from datetime import date

from sqlalchemy import Connection, func, select

from db.measures import MEASURES, TARGET_TO_DATE
from db.metrics import Metric
from db.periods import Period
from db.sources import SOURCES
from db.tables.cells import built_days
from skills import text
from skills.contract import Context, Refused
from skills.kpi.plan import Plan


def sources_of(metric: Metric) -> tuple[str, ...]:
    """What the metric is built from, in the names of built_days: positions, contacts, payments, promises."""
    names: list[str] = []
    for measure in (metric.num, metric.den):
        if measure and measure != TARGET_TO_DATE:
            names += SOURCES[MEASURES[measure].source].built_from
    return tuple(dict.fromkeys(names))


def reach(ctx: Context, source: str, clients: frozenset[int] | None) -> Period | None:
    """First and last day with rows of a source; read once a question."""
    key = ("reach", source, clients)
    if key not in ctx.memo:
        ctx.memo[key] = _reach(ctx.session, source, clients)
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


def as_of(ctx: Context, plan: Plan) -> dict[str, date]:
    """Per source, the last day of data that the answer could use. Positions: the cut itself."""
    found: dict[str, date] = {}
    for source in sources_of(plan.metric):
        if source == "positions":
            window = plan.window(plan.period)
            cuts = window.cuts if plan.metric.kind != "flow" else window.openings
            if cuts:
                found[source] = max(cuts.values())
        else:
            held = reach(ctx, source, plan.clients)
            if held:
                found[source] = min(held.end, plan.today)
    return found


def nothing_found(ctx: Context, plan: Plan, period: str) -> Refused:
    """No row meets the question; says what the last day with data is, so that the next question can."""
    if plan.metric.den == TARGET_TO_DATE:
        return Refused("kpi.no_targets", about="no_data")
    held = reach(ctx, sources_of(plan.metric)[0], plan.clients)
    later = held is not None and not plan.period.holds(held.end)
    return Refused(
        "kpi.nothing_found" if later else "kpi.nothing_matches",
        about="no_data",
        metric=plan.metric.label.in_(ctx.actor.language),
        period=period,
        last=text.day(held.end, ctx.actor.language, plan.today) if held else "",
    )


def first_day(ctx: Context, plan: Plan) -> date | None:
    """The first day a flow's own source holds; None where nothing is loaded, or the metric stands at cuts."""
    if plan.metric.kind != "flow":
        return None
    held = reach(ctx, SOURCES[MEASURES[plan.metric.num].source].built_from[0], plan.clients)
    return held.start if held else None


def reaches_back(ctx: Context, plan: Plan, period: Period) -> bool:
    """Whether a comparison's whole period lies inside the data: half of one would look like a fall."""
    try:
        require_reach(ctx, plan, period)
    except Refused:
        return False
    first = first_day(ctx, plan)
    return first is None or period.start >= first


def require_reach(ctx: Context, plan: Plan, period: Period) -> None:
    """A period outside the data is said, with the days there are; it is never a zero."""
    metric = plan.metric.label.in_(ctx.actor.language)
    language = ctx.actor.language
    if plan.metric.kind == "flow":
        held = reach(ctx, SOURCES[MEASURES[plan.metric.num].source].built_from[0], plan.clients)
        first, last = (held.start, held.end) if held else (None, None)
        # After the last day: a running period may simply have nothing yet, a past one has no file.
        outside = held and (period.end < held.start or (period.start > held.end and period.end < plan.today))
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
