"""Having something sent at a fixed hour: previewed, kept, listed, stopped. Runs nothing and sends nothing."""

import hashlib
import json
from collections.abc import Mapping
from datetime import time
from typing import Any, get_args

from db import schedules
from db.moving import moving_as
from db.periods import Period
from db.schedules import Kept
from skills.contract import (
    APPROVED_BY,
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
)
from skills.schedules.listed import STOPPED, SchedulesRequest, deliveries, listed, stopping
from skills.schedules.request import DAYS, OF_ROLES, SENDABLE, ScheduleRequest, StopRequest
from skills.schedules.words import what, when, where
from skills.text import day
from skills.text import period as worded

EVERYBODY: frozenset[Role] = frozenset(get_args(Role))
INTO_CHANNELS = frozenset(("supervisor", "manager", "director", "admin", "compliance", "quality"))
MOST = 20  # schedules of one person
TOKEN = 16


# --- Made ----------------------------------------------------------------------------------------


def preview(ctx: Context, request: ScheduleRequest) -> Preview:
    intent, fields = request.asked
    if intent not in SENDABLE:
        raise Refused("sched.cannot_send", about="unsupported:schedule")
    if ctx.actor.role not in OF_ROLES.get(intent, EVERYBODY):
        raise Refused("sched.not_yours", about="role", denied=True)
    if request.channel is not None and ctx.actor.role not in INTO_CHANNELS:
        raise Refused("sched.no_channel", about="role", denied=True)
    client_reads = request.channel is not None and _client_reads(ctx, request.channel, intent, fields)
    own = schedules.of_person(ctx.session, ctx.actor.person_id)
    if len(own) >= MOST:
        raise Refused("sched.too_many", about="limit", n=MOST)
    over = fields.get("period")
    period = Period.model_validate(over) if over else None
    kept = _kept(ctx, request, intent, fields, period)
    if any(each.token == kept.token for each in own):
        raise Refused("sched.already", about="unchanged")
    first = kept.when.after(ctx.now).astimezone(ctx.now.tzinfo)
    parts: list[Part] = [
        Text(ctx.say("sched.what", what=what(ctx, intent, fields))),
        Text(ctx.say("sched.plan", when=when(ctx, kept), where=where(ctx, kept.channel))),
        Text(ctx.say("sched.first", day=day(first.date(), ctx.actor.language), at=f"{first:%H:%M}")),
    ]
    if period is not None:
        said = worded(period, ctx.actor.language, ctx.now.date())
        parts.append(Text(ctx.say("sched.moves" if kept.moving else "sched.stands", period=said)))
    parts += [
        Text(ctx.say("sched.given_too", when=when(ctx, each)), "warning")
        for each in deliveries(ctx)
        if intent in each.request and each.channel == request.channel
    ]
    parts.append(Text(ctx.say("sched.own_right"), "note"))
    if len(kept.days) > 1:
        parts.append(Text(ctx.say("sched.rest"), "note"))
    plan = _plan(kept)
    if client_reads:
        parts.append(Text(ctx.say("sched.client_reads", channel=request.channel), "warning"))
        plan[APPROVED_BY] = list(ctx.rules.reports.approved_by)
    answer = Answer(ctx.say("sched.title"), "", tuple(parts))
    return Preview(answer, plan, size=0, after=_plan(kept))


def _client_reads(ctx: Context, channel: str, intent: str, fields: Mapping[str, Any]) -> bool:
    """Whether a client's people read it there. What they or the asker may not see is refused now, and not
    each time anew; that there is no data today says nothing of the day it is sent."""
    room = ctx.room(channel)
    try:
        room.context.ask(intent, fields)
    except Refused as no:
        if no.denied:
            why = ctx.say(no.key, **no.slots)
            raise Refused("sched.not_there", about=no.about, denied=True, channel=channel, why=why) from None
    return room.client_reads


def _kept(
    ctx: Context, request: ScheduleRequest, intent: str, fields: Mapping[str, Any], period: Period | None
) -> Kept:
    moving = moving_as(period, ctx.now.date()) if period else None
    said = {intent: {**fields, "period": None} if moving else dict(fields)}
    place = (moving, request.channel, sorted(DAYS[request.weekday]), request.time)
    named = json.dumps([ctx.actor.person_id, said, place], sort_keys=True, default=str)
    return Kept(
        token=hashlib.sha256(named.encode()).hexdigest()[:TOKEN],
        person_id=ctx.actor.person_id,
        slack_user=None,
        request=said,
        moving=moving,
        channel=request.channel,
        days=DAYS[request.weekday],
        at=time.fromisoformat(request.time),
        zone=str(ctx.now.tzinfo),
        made_at=ctx.now,
    )


def _plan(kept: Kept) -> dict[str, Any]:
    return {
        "token": kept.token,
        "request": kept.request,
        "moving": kept.moving,
        "channel": kept.channel,
        "days": sorted(kept.days),
        "at": f"{kept.at:%H:%M}",
        "zone": kept.zone,
    }


def apply(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    kept = Kept(
        token=str(plan["token"]),
        person_id=ctx.actor.person_id,
        slack_user=None,
        request=plan["request"],
        moving=plan["moving"],
        channel=plan["channel"],
        days=frozenset(plan["days"]),
        at=time.fromisoformat(plan["at"]),
        zone=str(plan["zone"]),
        made_at=ctx.now,
    )
    if not schedules.resume(ctx.session, frozenset({kept.token}), ctx.now):
        schedules.keep(ctx.session, kept)
    first = kept.when.after(ctx.now).astimezone(ctx.now.tzinfo)
    said = ctx.say("sched.made", day=day(first.date(), ctx.actor.language), at=f"{first:%H:%M}")
    return Answer(said, "", (), next=(Option(ctx.say("sched.button_list"), "schedules", {}),))


def undo(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    schedules.end(ctx.session, frozenset({str(plan["token"])}), ctx.now)
    return Answer(ctx.say("sched.undone"), "", ())


# --- Stopped -------------------------------------------------------------------------------------


def stop_preview(ctx: Context, request: StopRequest) -> Preview:
    own = [
        each
        for each in schedules.of_person(ctx.session, ctx.actor.person_id)
        if request.target in (None, "all", "mine", each.token)
        and (request.report is None or request.report in each.request)
        and (request.weekday is None or DAYS.get(request.weekday) == each.days)
    ]
    if not own and any(request.report in each.request for each in deliveries(ctx)):
        raise Refused("sched.by_config", about="config")
    if not own:
        raise Refused("sched.none_such", about="no_data")
    if len(own) > 1 and request.target != "all":
        choices = tuple(stopping(ctx, each) for each in own[:STOPPED])
        raise Refused("sched.which", about="slot:target", asks=True, choices=choices)
    lines = tuple(Text(ctx.say("sched.stops", what=_said(ctx, each), when=when(ctx, each))) for each in own)
    tokens = {"tokens": sorted(each.token for each in own)}
    title = ctx.say("sched.stop_title")
    return Preview(Answer(title, "", lines), tokens, size=0, before=tokens)


def _said(ctx: Context, kept: Kept) -> str:
    ((intent, fields),) = kept.request.items()
    return what(ctx, intent, fields)


def stop(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    n = schedules.end(ctx.session, frozenset(plan["tokens"]), ctx.now)
    return Answer(ctx.say("sched.stopped", n=n), "", ())


def resume(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    n = schedules.resume(ctx.session, frozenset(plan["tokens"]), ctx.now)
    return Answer(ctx.say("sched.resumed", n=n), "", ())


SKILL = Skill(
    "schedules",
    questions=(Question("schedules", SchedulesRequest, EVERYBODY, listed),),
    actions=(
        Action("schedule_report", ScheduleRequest, EVERYBODY, preview, apply, undo),
        Action("stop_schedule", StopRequest, EVERYBODY, stop_preview, stop, resume),
    ),
)
