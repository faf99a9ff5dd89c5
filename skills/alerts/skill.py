"""Alerts: one is asked for, with what it would have done; what fires is attended to; all of it is listed."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from db.alert_rules import Standing, step
from db.alerts import (
    OPEN,
    Ticket,
    change,
    end_watches,
    in_states,
    is_number,
    keep_watch,
    live_watches,
    names_of,
    opened_between,
    tell,
    tickets,
)
from db.periods import Period
from skills import text
from skills.alerts.card import Words
from skills.alerts.listed import listed
from skills.alerts.look import replay, span_of
from skills.alerts.reach import receiver, within
from skills.alerts.spec import AlertsRequest, AttendRequest, CreateRequest, StopRequest, WatchSpec
from skills.contract import (
    Action,
    Answer,
    Context,
    Option,
    Part,
    Preview,
    Question,
    Refused,
    Role,
    Skill,
    Text,
    Value,
)

ROLES: frozenset[Role] = frozenset(
    ("agent", "supervisor", "manager", "compliance", "quality", "admin", "director")
)
MOST_WATCHES = 30
NAMED_DAYS = 5
NOISY = Decimal("0.5")  # of the days looked at
STATUS = {"open": (OPEN,), "closed": ("recovered", "resolved"), "resolved": ("resolved",)}


def words_of(ctx: Context) -> Words:
    return Words(ctx.say, ctx.actor.language, ctx.metrics, ctx.now)


# --- A new one -----------------------------------------------------------------------------------------


def preview_create(ctx: Context, request: CreateRequest) -> Preview:
    """Refused as the question itself would be; else what it would have told over the last weeks."""
    spec = request.spec
    asked = {"metric": spec.watched, "filters": [each.model_dump(mode="json") for each in spec.filters]}
    now = _now(ctx, asked)
    code = _code(ctx.actor.person_id, spec)
    held = live_watches(ctx.session, ctx.actor.person_id)
    if any(each.code == code for each in held):
        raise Refused("alerts.already", about="decided")
    if len(held) >= MOST_WATCHES:
        raise Refused("alerts.too_many", about="limit", n=MOST_WATCHES)
    words = words_of(ctx)
    span = span_of(ctx, spec)
    looked = ctx.say(f"alerts.span.{span}")
    parts: list[Part] = [Text(words.watch(spec)), Text(looked, "note")]
    value = now.rows[0].get("value") if now is not None and now.rows else None
    if now is not None and value is not None:
        told = text.number(Value(Decimal(str(value)), words.unit(spec)), ctx.actor.language)
        said = text.period(now.basis.period, ctx.actor.language) if now.basis and now.basis.period else ""
        parts.append(Text(ctx.say("alerts.now", value=told, period=said)))
    parts += _before(ctx, spec)
    answer = Answer(ctx.say("alerts.new"), ctx.actor.scope.label, tuple(parts))
    return Preview(answer, {"code": code, "spec": spec.wire()}, 0, after={"watch": spec.wire()})


def _now(ctx: Context, asked: dict[str, Any]) -> Answer | None:
    """That nothing is known yet is no reason not to watch; that it may not be seen is."""
    try:
        return ctx.ask("kpi", asked)
    except Refused as refusal:
        if refusal.denied or refusal.about != "no_data":
            raise
        return None


def _code(person: int, spec: WatchSpec) -> str:
    said = json.dumps(spec.wire(), sort_keys=True, ensure_ascii=False, default=str)
    return f"chat:{person}:{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _before(ctx: Context, spec: WatchSpec) -> list[Part]:
    past = [(on, amount) for on, amount in replay(ctx, spec) if amount is not None]
    if not past:
        return [Text(ctx.say("alerts.no_past"), "note")]
    standing, fired, firing = Standing(), [], 0
    for on, amount in past:
        standing, event = step(spec.bound, standing, amount)
        fired += [on] if event == "opened" else []
        firing += standing.state == "firing"
    since = text.day(past[0][0], ctx.actor.language, ctx.now.date())
    if not fired:
        return [Text(ctx.say("alerts.never", since=since, looks=len(past)))]
    days = ", ".join(text.day(on, ctx.actor.language, ctx.now.date()) for on in fired[-NAMED_DAYS:])
    told: list[Part] = [Text(ctx.say("alerts.would", n=len(fired), since=since, days=days))]
    if Decimal(firing) / len(past) >= NOISY:
        told.append(Text(ctx.say("alerts.noisy", firing=firing, looks=len(past)), "warning"))
    return told


def apply_create(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    keep_watch(ctx.session, plan["code"], ctx.actor.person_id, plan["spec"], ctx.now)
    said = words_of(ctx).watch(WatchSpec.model_validate(plan["spec"]))
    return Answer(ctx.say("alerts.kept"), said, (), next=(Option(ctx.say("alerts.list"), "alerts", {}),))


def undo_create(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    end_watches(ctx.session, [plan["code"]], ctx.now)
    return Answer(ctx.say("alerts.stopped"), "", ())


# --- One that fired ------------------------------------------------------------------------------------


def preview_attend(ctx: Context, request: AttendRequest) -> Preview:
    ticket = _ticket(ctx, request.alert)
    if ticket.state != OPEN and request.do not in ("useful", "useless"):
        raise Refused("alerts.over", about="decided", n=ticket.id)
    row = _changed(ctx, ticket, request)
    plan = {"alert": ticket.id, "version": ticket.version, "do": request.do, "row": row}
    after = {name: str(value) for name, value in row.items()}
    before = {name: str(getattr(ticket, name)) for name in row}
    concerns = {}
    if request.do == "assign":
        concerns[row["assigned_to"]] = ctx.say("alerts.given_you", n=ticket.id, who=ctx.actor.name)
    return Preview(Answer("", "", ()), plan, 0, concerns=concerns, before=before, after=after)


def _ticket(ctx: Context, number: int) -> Ticket:
    """One within reach; of any other it is not even said that there is one."""
    found = tickets(ctx.session, is_number(number), within(ctx))
    if not found:
        raise Refused("alerts.unknown", about="alert", n=number)
    return found[0]


def _changed(ctx: Context, ticket: Ticket, request: AttendRequest) -> dict[str, Any]:
    me, rules = ctx.actor.person_id, ctx.rules.alerts
    match request.do:
        case "acknowledge":
            until = ctx.now + timedelta(hours=request.hours or rules.acknowledged_hours)
            return {"acked_by": me, "acked_until": until, "snoozed_until": None}
        case "snooze":
            if request.hours is None:
                raise Refused("alerts.how_long", about="slot:hours")
            return {"snoozed_by": me, "snoozed_until": ctx.now + timedelta(hours=request.hours)}
        case "wake":
            return {"snoozed_until": None, "waits_since": ctx.now}
        case "assign":
            if not request.to:
                raise Refused("alerts.to_whom", about="slot:to")
            return {"assigned_to": receiver(ctx, ticket, request.to)}
        case "resolve":
            return {"state": "resolved", "closed_at": ctx.now, "resolved_by": me, "note": request.note}
    return {"useful": request.do == "useful"}


def apply_attend(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    if not change(ctx.session, plan["alert"], plan["version"], **plan["row"]):
        raise Refused("writing.somebody_was_faster", about="decided")
    if plan["do"] == "assign":
        tell(ctx.session, plan["alert"], plan["row"]["assigned_to"])
    ticket = _ticket(ctx, plan["alert"])
    names = names_of(
        ctx.session, (ticket.acked_by, ticket.snoozed_by, ticket.assigned_to, ticket.resolved_by)
    )
    words = words_of(ctx)
    until = plan["row"].get("snoozed_until") or plan["row"].get("acked_until")
    slots = {
        "n": ticket.id,
        "until": words.moment(until) if until else "",
        "who": names.get(ticket.assigned_to or 0, ""),
    }
    return Answer(ctx.say(f"alerts.did.{plan['do']}", **slots), "", ())


# --- One that shall end --------------------------------------------------------------------------------


def preview_stop(ctx: Context, request: StopRequest) -> Preview:
    """Her own only; what config.yaml watches is ended there."""
    held = {each.id: each for each in live_watches(ctx.session, ctx.actor.person_id)}
    watch = held.get(request.watch)
    if watch is None:
        raise Refused("alerts.no_watch", about="alert")
    if not watch.code.startswith("chat:"):
        raise Refused("alerts.by_config", about="config")
    said = words_of(ctx).watch(WatchSpec.model_validate(watch.spec))
    answer = Answer(ctx.say("alerts.stop_title"), said, (Text(said),))
    plan = {"code": watch.code, "spec": dict(watch.spec)}
    return Preview(answer, plan, 0, before={"watch": dict(watch.spec)})


def apply_stop(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    end_watches(ctx.session, [plan["code"]], ctx.now)
    return Answer(ctx.say("alerts.stopped"), "", ())


# --- The list ------------------------------------------------------------------------------------------


def answer_alerts(ctx: Context, request: AlertsRequest) -> Answer:
    """Open alerts within reach and what is watched for the asker; others where their state is asked for."""
    states: tuple[str, ...] = (OPEN,) if request.period is None else (OPEN, "recovered", "resolved")
    where = [within(ctx)]
    for each in request.filters:
        if each.field != "status":
            raise Refused("alerts.no_filter", about="filter")
        states = STATUS.get(str(each.value), states)
    if request.period is not None:
        where.append(opened_between(*_moments(ctx, request.period)))
    found = tickets(ctx.session, *where, in_states(states), most=request.limit or 50)
    return listed(ctx, words_of(ctx), found)


def _moments(ctx: Context, over: Period) -> tuple[datetime, datetime]:
    zone = ctx.now.tzinfo
    start = datetime.combine(over.start, time(), zone)
    return start, datetime.combine(over.end + timedelta(days=1), time(), zone)


SKILL = Skill(
    "alerts",
    questions=(Question("alerts", AlertsRequest, ROLES, answer_alerts),),
    actions=(
        Action("create_alert", CreateRequest, ROLES, preview_create, apply_create, undo_create),
        Action("attend_alert", AttendRequest, ROLES, preview_attend, apply_attend, at_once=True),
        Action("stop_alert", StopRequest, ROLES, preview_stop, apply_stop),
    ),
)
