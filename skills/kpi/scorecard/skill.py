"""The scorecard of a person, a team or a floor, of a day, a week or a month. Knows no clock and no Slack."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict

from db.access import resolve
from db.cutoffs import previous_same_cutoff
from db.periods import Period, month_of, week_of
from db.periods import day as one_day
from db.teams import agents_of
from skills.contract import (
    Answer,
    Context,
    Filter,
    Part,
    Question,
    Role,
    Skill,
    Text,
)
from skills.kpi.scorecard.changes import changes, people
from skills.kpi.scorecard.layout import MONEY, OTHERS, Card
from skills.kpi.scorecard.measured import Metric, Spans, Untold, ages, measured
from skills.kpi.scorecard.recognised import recognised
from skills.kpi.scorecard.todo import to_do
from skills.kpi.skill import EVERYBODY
from skills.text import day
from skills.text import period as worded

BUTTONS = 5
_FLOOR = {
    "money": ("recovered_amount", "recovery_rate", "roll_rate", "ptp_kept_rate"),
    "law": ("complaints", "compliance_breaches", "out_of_hours_breaches", "quality_score"),
    "efficiency": ("contact_rate", "rpc_rate", "calls_per_hour", "aht", "occupancy"),
}
OF_ROLE: dict[Role, dict[str, tuple[str, ...]]] = {
    "agent": {"": (MONEY, *OTHERS, "aht")},
    "supervisor": {
        "": ("recovered_amount", "ptp_count", "ptp_kept_rate", "contact_rate", "rpc_rate", "calls", "aht")
    },
    "client_viewer": {"": ("recovered_amount", "recovery_rate", "roll_rate", "ptp_kept_rate")},
}


class ScorecardRequest(BaseModel):
    """Whose, and over which days; none said: the running month up to the last day worked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    filters: tuple[Filter, ...] = ()
    period: Period | None = None


def scorecard(name: str, ctx: Context, request: ScorecardRequest) -> Answer:
    """`name`: scorecard, weekly or monthly."""
    spans = _spans(ctx, name, request.period)
    split = _split(ctx, request.filters)
    team = _team(ctx, request.filters, spans) if split == "agent" else ()
    groups = OF_ROLE.get(ctx.actor.role, _FLOOR)
    if ctx.actor.role != "client_viewer" and split == "agent":
        groups = OF_ROLE["supervisor"]
    if not ctx.actor.scope.shows("supervisor"):  # where a creditor reads along, what a creditor is told
        groups = OF_ROLE["client_viewer"]
    found: dict[str, Metric] = {}
    untold: list[Untold] = []
    for metric in (each for group in groups.values() for each in group):
        one = measured(
            ctx, metric, request.filters, spans, split if metric in (MONEY, *OTHERS) else None, team
        )
        if isinstance(one, Metric):
            found[metric] = one
        elif one is not None:
            untold.append(one)
    return _told(name, ctx, request.filters, Card(spans, split, groups, found, tuple(untold)))


# --- What it is about ----------------------------------------------------------------------------


def _spans(ctx: Context, name: str, asked: Period | None) -> Spans:
    today, calendar = ctx.now.date(), ctx.calendars.working
    if asked is None and name == "weekly":
        asked = week_of(week_of(today).start - timedelta(days=1))
    if asked is None and name == "monthly":
        asked = month_of(month_of(today).start - timedelta(days=1))
    if asked is not None:
        main = asked if asked.end <= today else Period(start=min(asked.start, today), end=today)
        return Spans(main, previous_same_cutoff(main, today, calendar), None)
    last = calendar.add_business_days(today, -1)
    main = Period(start=month_of(last).start, end=last)
    before = previous_same_cutoff(main, last, calendar, kind="month")
    return Spans(main, before, one_day(last))


def _split(ctx: Context, filters: tuple[Filter, ...]) -> str | None:
    """By agent within a team, by campaign within the floor; of one agent nothing is split."""
    named = {each.field for each in filters if each.op in ("eq", "in")}
    scope = ctx.actor.scope
    if scope.agents is not None or "agent" in named:
        return None
    if (scope.supervisors is not None or "supervisor" in named) and scope.shows("agent"):
        return "agent"
    return "campaign"


def _team(ctx: Context, filters: tuple[Filter, ...], spans: Spans) -> Sequence[int]:
    """Everybody on the team that day: who did nothing is told, too."""
    named = [each.value for each in filters if each.field == "supervisor" and each.op == "eq"]
    found = (resolve(ctx.names, "supervisor", str(name)) for name in named)
    leaders = {each for each in found if each is not None}
    return agents_of(ctx.session, leaders or ctx.actor.scope.supervisors or (), spans.main.end)


# --- How it is told ------------------------------------------------------------------------------


def _told(name: str, ctx: Context, filters: tuple[Filter, ...], card: Card) -> Answer:
    metrics = list(card.found.values())
    every, late = ages(ctx, metrics)
    changed, why = changes(ctx, metrics)
    changed += people(ctx, card.money, card.split) if card.split else []
    todo, buttons = to_do(ctx, filters)
    words = metrics[0].whole.words if metrics else None
    parts: list[Part] = []
    if words is not None and late:
        parts.append(Text(ctx.say("card.late", source=words.ages(late)), "warning"))
    parts += card.drawn(ctx)
    parts += _listed(ctx, "card.changed.head", changed)
    parts += _listed(ctx, "card.recognised.head", recognised(ctx, card.spans, card.money))
    parts += _listed(ctx, "card.todo.head", todo)
    parts += [Text(ctx.say("card.untold", metric=one.label, why=one.why), "note") for one in card.untold]
    if words is not None and every:
        parts.append(Text(ctx.say("card.data", source=words.ages(every)), "note"))
    if card.spans.day is not None and card.spans.main.end < ctx.now.date():
        last = day(card.spans.main.end, ctx.actor.language, ctx.now.date())
        parts.append(Text(ctx.say("card.until", day=last), "note"))
    title = ctx.say(f"card.title.{name}")
    over = worded(card.spans.main, ctx.actor.language, ctx.now.date())
    whose = words.filters(filters) if words else ()
    return Answer(
        title=title,
        echo=" · ".join((title, over, *whose, ctx.actor.scope.label)),
        parts=tuple(parts),
        rows=tuple(card.rows()),
        next=(*buttons, *why)[:BUTTONS],
    )


def _listed(ctx: Context, head: str, said: list[str]) -> list[Part]:
    if not said:
        return []
    return [Text("\n".join((ctx.say(head), *(f"• {each}" for each in said))))]


def _question(name: str) -> Question:
    answer: Callable[[Context, Any], Answer] = partial(scorecard, name)
    return Question(name, ScorecardRequest, EVERYBODY, answer)


SKILL = Skill("scorecard", tuple(_question(name) for name in ("scorecard", "weekly", "monthly")))
