"""Sets a target or a budget: shown beside what it was, told to whom it binds, and kept with its history."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from db.access import may_see, resolve
from db.goals import ADDITIVE, MICROS
from db.metrics import Metric
from db.periods import Period, month_of
from db.target_changes import Goal, changes_of, goal_now, micros, overlapping, set_goal
from skills import text
from skills.contract import (
    APPROVED_BY,
    Action,
    Answer,
    Cell,
    Context,
    Figure,
    Figures,
    Option,
    Part,
    Preview,
    Refused,
    Role,
    Skill,
    Table,
    Text,
    Value,
)
from skills.targets.request import TargetRequest
from skills.targets.told import told

ROLES: frozenset[Role] = frozenset(("supervisor", "manager", "director", "admin"))
OVERSEEING = ("manager", "director")
OWN = ("supervisor", "agent")  # whose targets a supervisor may speak of: her team's
NOT_TARGETED = ("goal_attainment", "forecast_to_close", "budget_variance", "agents_required")
USUAL = ("recovered_amount", "ptp_amount", "contact_rate", "rpc_rate", "ptp_kept_rate", "roll_rate")
FAR = 3  # times what it was: most often a slip of the pen
ALIKE = 4  # days by which two spans count as of one length (db/goals.py)


def preview(ctx: Context, request: TargetRequest) -> Preview:
    metric = _metric(ctx, request)
    scope, code, name = _owner(ctx, request)
    over = request.period or month_of(ctx.now.date())
    if over.end < ctx.now.date():
        raise Refused("target.past", about="period")
    if request.metric in ADDITIVE and request.grain in ("day", "week"):
        raise _whole(ctx, request, metric, over)
    goal = Goal(request.plan, metric.id, scope, code, over.start, over.end, request.owner)
    was, value = goal_now(ctx.session, goal), micros(request.value)
    if was == value:
        raise Refused("target.same", about="nothing", value=_said(ctx, metric, value))
    plan = _plan(goal, was, value) | (
        {APPROVED_BY: list(OVERSEEING)} if ctx.actor.role == "supervisor" else {}
    )
    label = ctx.metrics.label(metric.id, ctx.actor.language)
    said = _said(ctx, metric, value)
    span = text.period(over, ctx.actor.language, ctx.now.date())
    words = {"who": ctx.actor.name, "what": label, "name": name, "span": span, "value": said}
    heard = ctx.say(f"target.{goal.plan}.told", **words)
    return Preview(
        _shown(ctx, goal, metric, (label, name, span), was, value),
        plan,
        1,
        concerns=told(ctx, goal, heard),
        before={_key(goal): was},
        after={_key(goal): value},
    )


# --- What is asked ---------------------------------------------------------------------------------


def _metric(ctx: Context, request: TargetRequest) -> Metric:
    """One that can be promised, in its own measure; a rate no higher than it can be."""
    if request.metric is None:
        raise _which(ctx, request)
    if request.value <= 0:
        raise Refused("target.nothing_to_reach", about="slot:value")
    metric: Metric | None = ctx.metrics.metrics.get(request.metric)
    if metric is None or request.metric in NOT_TARGETED:
        raise Refused("target.no_metric", about="slot:metric")
    if metric.roles and ctx.actor.role not in metric.roles:
        raise Refused("writing.role_denied", about="role", denied=True)
    if request.plan == "budget" and (request.metric not in ADDITIVE or ctx.actor.role == "supervisor"):
        key = "target.no_budget" if request.metric not in ADDITIVE else "writing.role_denied"
        raise Refused(key, about="slot:metric", denied=request.metric in ADDITIVE)
    if metric.unit == "rate" and request.value * 100 > metric.most:
        raise Refused("target.above_rate", about="slot:value", most=f"{metric.most:,}")
    return metric


def _which(ctx: Context, request: TargetRequest) -> Refused:
    """Of what: the usual ones that such a figure can be of."""
    unit = "rate" if request.value <= 1 else "money"
    fields = request.model_dump(mode="json", exclude_none=True)
    options = tuple(
        Option(ctx.metrics.label(each, ctx.actor.language), "set_target", {**fields, "metric": each})
        for each in USUAL
        if ctx.metrics.metrics[each].unit == unit
    )
    return Refused("target.which_metric", about="slot:metric", asks=True, choices=options)


def _owner(ctx: Context, request: TargetRequest) -> tuple[str, str, str]:
    """Level, code and name, within the asker's reach."""
    scope = ctx.actor.scope
    limited = any(
        each is not None for each in (scope.clients, scope.campaigns, scope.supervisors, scope.agents)
    )
    if request.named is None:
        if limited:
            raise Refused("target.whose", about="slot:client")
        return "agency", "", ctx.say("target.agency")
    level, name = request.named
    found = resolve(ctx.names, level, name)
    if found is None:
        raise Refused("desk.unknown_name", about=f"entity:{level}", name=name)
    today = ctx.now.date()
    mine = ctx.actor.role != "supervisor" or level in OWN
    if not mine or not may_see(ctx.session, scope, level, [found], Period(start=today, end=today)):
        raise Refused("target.not_yours", about="scope", denied=True, name=name, scope=scope.label)
    named = ctx.names.by_id(level)[found]
    return level, named.code, named.display


def _whole(ctx: Context, request: TargetRequest, metric: Metric, over: Period) -> Refused:
    """So much a day is so much in all: said in figures and asked, for the longest target counts."""
    days = ctx.calendars.working.business_days(over)
    times = days if request.grain == "day" else Decimal(days) / 6
    total = (request.value * times).quantize(Decimal("0.01" if metric.unit == "money" else "1"))
    span = text.period(over, ctx.actor.language, ctx.now.date())
    shown = text.number(Value(total, metric.unit), ctx.actor.language)
    fields = request.model_dump(mode="json", exclude_none=True, exclude={"grain"})
    every = {**fields, "value": str(total), "period": over.model_dump(mode="json")}
    choices = [Option(ctx.say("target.in_all", span=span, value=shown), "set_target", every)]
    if request.grain == "day" and over.start <= ctx.now.date() <= over.end:
        today = Period(start=ctx.now.date(), end=ctx.now.date()).model_dump(mode="json")
        choices.append(Option(ctx.say("target.today_only"), "set_target", {**fields, "period": today}))
    return Refused("target.which_span", about="slot:period", asks=True, choices=choices, days=f"{days:,}")


# --- What is shown ---------------------------------------------------------------------------------


def _shown(
    ctx: Context, goal: Goal, metric: Metric, words: tuple[str, str, str], was: int | None, value: int
) -> Answer:
    say, (label, name, span) = ctx.say, words
    before = None if was is None else _value(metric, was)
    figure = Figure(
        say("target.will_be"),
        _value(metric, value),
        previous=before,
        previous_label=say("target.was") if before else "",
        detail="" if before else say("target.none_before"),
    )
    parts: list[Part] = [Figures((figure,)), Text(say(f"target.{goal.plan}.for_{goal.owner}"), "note")]
    parts += [Text(each, "warning") for each in _warnings(ctx, goal, was, value)]
    parts += _history(ctx, goal, metric)
    return Answer(
        say(f"target.{goal.plan}.title", what=label, name=name),
        span,
        tuple(parts),
        (
            {
                "metric": goal.metric,
                "scope": goal.scope,
                "scope_code": goal.scope_code,
                "value": str(Decimal(value) / MICROS),
            },
        ),
    )


def _warnings(ctx: Context, goal: Goal, was: int | None, value: int) -> list[str]:
    found = []
    if was and not was <= value * FAR <= was * FAR * FAR:
        found.append(ctx.say("target.far"))
    own = (goal.end - goal.start).days + 1
    others = overlapping(ctx.session, goal)
    longer = [each for each in others if each.days > own + ALIKE - 1]
    shorter = [each for each in others if each.days < own - ALIKE + 1]
    for key, spans in (("longer", longer), ("shorter", shorter)):
        if spans:
            named = ", ".join(text.period(each, ctx.actor.language, ctx.now.date()) for each in spans[:3])
            found.append(ctx.say(f"target.{key}", spans=named))
    return found


def _history(ctx: Context, goal: Goal, metric: Metric) -> list[Part]:
    made = changes_of(ctx.session, goal)
    if not made:
        return []
    heads = tuple(ctx.say(f"target.head_{key}") for key in ("when", "who", "before", "after"))
    rows: list[tuple[Cell, ...]] = []
    for each in made:
        at = each.at.astimezone(ctx.now.tzinfo)
        moment = f"{text.day(at.date(), ctx.actor.language, ctx.now.date())} {at:%H:%M}"
        sides = (None if v is None else _value(metric, v) for v in (each.before, each.after))
        rows.append((moment, each.who, *sides))
    return [Table(ctx.say("target.history"), heads, tuple(rows))]


def _value(metric: Metric, value: int) -> Value:
    return Value(Decimal(value) / MICROS, metric.unit)


def _said(ctx: Context, metric: Metric, value: int) -> str:
    return text.number(_value(metric, value), ctx.actor.language)


# --- What is written -------------------------------------------------------------------------------


def _plan(goal: Goal, was: int | None, value: int) -> dict[str, Any]:
    spoken = {"plan": goal.plan, "metric": goal.metric, "scope": goal.scope, "code": goal.scope_code}
    days = {"start": goal.start.isoformat(), "end": goal.end.isoformat(), "owner": goal.owner}
    return {**spoken, **days, "was": was, "value": value}


def _key(goal: Goal) -> str:
    whose = f"{goal.scope}:{goal.scope_code}" if goal.scope_code else goal.scope
    return f"{goal.plan}:{goal.metric}:{whose}:{goal.start}..{goal.end}:{goal.owner}"


def _goal(plan: Mapping[str, Any]) -> Goal:
    days = (date.fromisoformat(plan["start"]), date.fromisoformat(plan["end"]))
    return Goal(plan["plan"], plan["metric"], plan["scope"], plan["code"], *days, plan["owner"])


def apply(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    goal, person = _goal(plan), ctx.actor.person_id
    if not set_goal(ctx.session, goal, plan["was"], plan["value"], person, ctx.now):
        raise Refused("target.moved_since", about="changed")
    return _done(ctx, goal, "done", plan["value"])


def undo(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    goal, person = _goal(plan), ctx.actor.person_id
    if not set_goal(ctx.session, goal, plan["value"], plan["was"], person, ctx.now):
        raise Refused("target.moved_since", about="undo")
    return _done(ctx, goal, "undone", plan["was"])


def _done(ctx: Context, goal: Goal, key: str, value: int | None) -> Answer:
    metric = ctx.metrics.metrics[goal.metric]
    label = ctx.metrics.label(goal.metric, ctx.actor.language)
    shown = ctx.say("target.nothing") if value is None else _said(ctx, metric, value)
    return Answer(ctx.say(f"target.{goal.plan}.{key}", what=label, value=shown), "", ())


SKILL = Skill(
    "targets",
    actions=(
        Action(*("set_target", TargetRequest, ROLES, preview, apply, undo), asks=frozenset({"slot:metric"})),
    ),
)
