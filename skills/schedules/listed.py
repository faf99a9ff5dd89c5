"""What somebody is sent by the clock: what she asked for, and what config.yaml sends her. Changes nothing."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from db import schedules
from db.periods import Period
from db.schedules import Kept, last_sent, tick_name
from db.when import Daily
from skills.contract import Answer, Context, Filter, Option, Part, Table, Text
from skills.rules import Delivery
from skills.schedules.words import what, when, where
from skills.text import day

STOPPED = 5  # buttons


class SchedulesRequest(BaseModel):
    """One's own; what a list may carry besides says nothing here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    filters: tuple[Filter, ...] = ()
    period: Period | None = None
    order: str | None = None
    limit: int | None = None


def listed(ctx: Context, request: SchedulesRequest) -> Answer:
    del request
    own, given = schedules.of_person(ctx.session, ctx.actor.person_id), deliveries(ctx)
    title = ctx.say("sched.list")
    parts: list[Part] = [] if own else [Text(ctx.say("sched.none"))]
    heads = tuple(ctx.say(f"sched.column.{name}") for name in ("what", "when", "where", "next", "last"))
    if own:
        parts.append(Table(ctx.say("sched.own") if given else "", heads, tuple(_row(ctx, k) for k in own)))
    if given:
        parts.append(Table(ctx.say("sched.given"), heads, tuple(_given(ctx, each) for each in given)))
        parts.append(Text(ctx.say("sched.given_by"), "note"))
    next_ = tuple(stopping(ctx, kept) for kept in own[:STOPPED])
    return Answer(title, "", tuple(parts), tuple(_json(own, given)), next=next_)


def deliveries(ctx: Context) -> list[Delivery]:
    """What config.yaml sends to her, or to a channel in her right."""
    me = ctx.actor
    return [
        each for each in ctx.rules.deliveries if each.role == me.role or each.person == me.employee_no != ""
    ]


def _json(own: list[Kept], given: list[Delivery]) -> Iterator[dict[str, object]]:
    everything: list[Kept | Delivery] = [*own, *given]
    for each in everything:
        place = {"channel": each.channel, "days": sorted(each.days), "at": f"{each.at:%H:%M}"}
        yield {"token": each.token if isinstance(each, Kept) else None, "request": each.request, **place}


def _row(ctx: Context, kept: Kept) -> tuple[str, ...]:
    return _line(ctx, kept, kept.when, kept.name)


def _given(ctx: Context, sent: Delivery) -> tuple[str, ...]:
    zone = ZoneInfo(sent.zone or str(ctx.now.tzinfo))
    return _line(ctx, sent, Daily(sent.at, sent.days, zone), tick_name(sent.key, ctx.actor.employee_no))


def _line(ctx: Context, sent: Kept | Delivery, rhythm: Daily, name: str) -> tuple[str, ...]:
    ((intent, fields),) = sent.request.items()
    last = last_sent(ctx.session, name)
    told = ctx.say("sched.never") if last is None else ctx.say(f"sched.{last[1]}", at=_moment(ctx, last[0]))
    coming = _moment(ctx, rhythm.after(ctx.now))
    return what(ctx, intent, fields), when(ctx, sent), where(ctx, sent.channel), coming, told


def _moment(ctx: Context, moment: datetime) -> str:
    local = moment.astimezone(ctx.now.tzinfo)
    return f"{day(local.date(), ctx.actor.language, ctx.now.date())} {local:%H:%M}"


def stopping(ctx: Context, kept: Kept) -> Option:
    ((intent, fields),) = kept.request.items()
    label = ctx.say("sched.button_stop", what=f"{what(ctx, intent, fields)}, {when(ctx, kept)}")
    return Option(label, "stop_schedule", {"target": kept.token})
