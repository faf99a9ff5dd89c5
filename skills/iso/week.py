"""Compliance by client, week by week: on demand or by the clock. Names no account and nobody."""

from datetime import date, timedelta
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from db.access import resolve
from db.law.browse import searched_until, unsearched
from db.law.weeks import ClientWeek, week_of
from db.periods import Period
from skills import text
from skills.contract import Answer, Cell, Context, Option, Part, Refused, Role, Table, Text, Value

ROLES: frozenset[Role] = frozenset(("manager", "compliance", "quality", "admin", "director"))
WEEK = 7


class WeekRequest(BaseModel):
    """No period: the last week that is over, from Monday to Sunday."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    period: Period | None = None
    client: str | None = None


def answer(ctx: Context, request: WeekRequest) -> Answer:
    if not ctx.actor.scope.shows("client"):
        raise Refused("law.names_people", about="channel", denied=True)
    today = ctx.now.date()
    over = request.period or _last_week(today)
    policy, scope = ctx.rules.law, ctx.actor.scope
    weeks = week_of(ctx.session, scope, over, ctx.calendars.authority, policy, today)
    if request.client is not None:
        named = ctx.names.by_id("client").get(resolve(ctx.names, "client", request.client) or 0)
        weeks = [week for week in weeks if named is not None and week.name == named.display]
    note = Text(ctx.say("iso.week_note"), "note")
    said = text.period(over, ctx.actor.language, today)
    return Answer(
        ctx.say("iso.week_title", period=said),
        " · ".join(filter(None, (request.client, scope.label))),
        (*_stale(ctx, over), _clients(ctx, weeks), *_rules(ctx, weeks), note),
        rows=tuple({"client": w.name, "found": w.found, "waiting": w.waiting} for w in weeks),
        next=(
            Option(ctx.say("law.see_all"), "breaches", {"period": over.model_dump(mode="json")}),
            Option(ctx.say("law.see_terms"), "terms", {}),
        ),
    )


def _last_week(today: date) -> Period:
    monday = today - timedelta(days=today.weekday() + WEEK)
    return Period(start=monday, end=monday + timedelta(days=WEEK - 1))


def _stale(ctx: Context, over: Period) -> tuple[Part, ...]:
    """Days nobody searched are said first: none found there is no clean bill."""
    last, _ = searched_until(ctx.session)
    if last is None:
        return (Text(ctx.say("law.never_searched"), "warning"),)
    waiting = unsearched(ctx.session, over)
    return (Text(ctx.say("law.days_waiting", n=waiting), "warning"),) if waiting else ()


def _clients(ctx: Context, weeks: list[ClientWeek]) -> Table:
    names = ("client", "regime", "found", "grave", "closed", "false", "waiting", "blind")
    terms = ("complaints", "complaints_late", "arco", "arco_late")
    heads = tuple(ctx.say(f"iso.week.{name}") for name in (*names, *terms))
    return Table(ctx.say("iso.by_client"), heads, tuple(_line(ctx, week) for week in weeks))


def _line(ctx: Context, week: ClientWeek) -> tuple[Cell, ...]:
    attended = week.states["attended"] + week.states["training"]
    share = Decimal(week.unknown) / week.contacts if week.contacts else None
    counts = (week.found, week.severities["critical"], attended, week.states["false_positive"], week.waiting)
    terms = [(week.received[name], week.late[name]) for name in ("complaints", "arco")]
    return (
        week.name,
        ctx.say(f"law.regime.{week.regime}"),
        *map(_count, counts),
        Value(share, "rate"),
        *(_count(n) for pair in terms for n in pair),
    )


def _count(n: int) -> Value:
    return Value(Decimal(n), "count")


def _rules(ctx: Context, weeks: list[ClientWeek]) -> tuple[Part, ...]:
    rules = sorted({rule for week in weeks for rule in week.rules})
    if not rules:
        return ()
    heads = (ctx.say("law.head.rule"), *(week.name for week in weeks))
    rows: list[tuple[Cell, ...]] = [(rule, *(_count(w.rules[rule]) for w in weeks)) for rule in rules]
    return (Table(ctx.say("iso.by_rule"), heads, tuple(rows)),)
