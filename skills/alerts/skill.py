"""Alerts: one is asked for, with what it would have done; what fires is attended to; all of it is listed."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from db.alerts import OPEN, Watch, end_watches, in_states, live_watches, opened_between, tickets
from db.periods import Period
from skills.alerts.attend import apply_attend, preview_attend
from skills.alerts.card import words_of
from skills.alerts.create import apply_create, preview_create, undo_create
from skills.alerts.listed import listed, stopping
from skills.alerts.reach import within
from skills.alerts.spec import AlertsRequest, AttendRequest, CreateRequest, StopRequest, WatchSpec
from skills.contract import Action, Answer, Context, Preview, Question, Refused, Role, Skill, Text

ROLES: frozenset[Role] = frozenset(
    ("agent", "supervisor", "manager", "compliance", "quality", "admin", "director")
)
STATUS = {"open": (OPEN,), "closed": ("recovered", "resolved"), "resolved": ("resolved",)}


# --- One that shall end --------------------------------------------------------------------------------


def preview_stop(ctx: Context, request: StopRequest) -> Preview:
    """Her own only; what config.yaml watches is ended there."""
    watch = _meant(ctx, request)
    if not watch.code.startswith("chat:"):
        raise Refused("alerts.by_config", about="config")
    said = words_of(ctx).watch(WatchSpec.model_validate(watch.spec))
    answer = Answer(ctx.say("alerts.stop_title"), said, (Text(said),))
    plan = {"code": watch.code, "spec": dict(watch.spec)}
    return Preview(answer, plan, 0, before={"watch": dict(watch.spec)})


def _meant(ctx: Context, request: StopRequest) -> Watch:
    """The one of hers that was said; where it may be several, they are offered."""
    held = live_watches(ctx.session, ctx.actor.person_id)
    if request.watch is not None:
        found = [each for each in held if each.id == request.watch]
    else:
        found = [each for each in held if request.means(WatchSpec.model_validate(each.spec))]
    if len(found) == 1:
        return found[0]
    choices = tuple(stopping(words_of(ctx), found or held))
    if found and choices:
        raise Refused("alerts.which_watch", about="alert", asks=True, choices=choices)
    raise Refused("alerts.no_watch", about="alert", choices=choices)


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
    return listed(ctx, words_of(ctx), found, open_only=states == (OPEN,) and request.period is None)


def _moments(ctx: Context, over: Period) -> tuple[datetime, datetime]:
    zone = ctx.now.tzinfo
    start = datetime.combine(over.start, time(), zone)
    return start, datetime.combine(over.end + timedelta(days=1), time(), zone)


SKILL = Skill(
    "alerts",
    questions=(Question("alerts", AlertsRequest, ROLES, answer_alerts),),
    actions=(
        Action(
            *("create_alert", CreateRequest, ROLES, preview_create, apply_create, undo_create),
            asks=frozenset({"slot:source"}),
        ),
        Action(
            *("attend_alert", AttendRequest, ROLES, preview_attend, apply_attend),
            at_once=True,
            asks=frozenset({"slot:hours", "slot:to"}),
        ),
        Action("stop_alert", StopRequest, ROLES, preview_stop, apply_stop),
    ),
)
