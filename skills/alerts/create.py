"""A watch asked for in a sentence: refused as its question would be, shown with what it would have done."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from db.alert_rules import Standing, step
from db.alerts import end_watches, keep_watch, live_watches
from skills import text
from skills.alerts.card import words_of
from skills.alerts.look import amount_of, awaited, replay, request_of, span_of
from skills.alerts.spec import TELLS, CreateRequest, WatchSpec
from skills.contract import Answer, Context, Option, Part, Preview, Refused, Text, Value

MOST_WATCHES = 30
NAMED_DAYS = 5
NOISY = Decimal("0.5")  # of the days looked at
ODD = Decimal(2)  # numbers of a day that may stand out before it is worth a message


def preview_create(ctx: Context, request: CreateRequest) -> Preview:
    """Refused as the question itself would be; else what it would have told over the last weeks."""
    spec = _wanted(ctx, request)
    now = _now(ctx, spec)
    code = _code(ctx.actor.person_id, spec)
    held = live_watches(ctx.session, ctx.actor.person_id)
    if any(each.code == code for each in held):
        raise Refused("alerts.already", about="decided")
    if len(held) >= MOST_WATCHES:
        raise Refused("alerts.too_many", about="limit", n=MOST_WATCHES)
    answer = Answer(ctx.say("alerts.new"), ctx.actor.scope.label, tuple(_shown(ctx, spec, now)))
    plan = {"code": code, "spec": spec.wire()}
    return Preview(answer, plan, 0, after={"watch": spec.wire()}, more=partial(_before, ctx, spec))


def _wanted(ctx: Context, request: CreateRequest) -> WatchSpec:
    """What can be watched as it was said; a source is awaited whole, or of a client."""
    if request.kind == "data" and request.source is None:
        options = tuple(
            Option(
                ctx.say(f"alerts.source.{each}").capitalize(),
                "create_alert",
                {"kind": "data", "source": each},
            )
            for each in TELLS
        )
        raise Refused("alerts.which_source", about="slot:source", asks=True, choices=options)
    if request.kind == "data" and any(each.field != "client" for each in request.filters):
        raise Refused("alerts.source_by_client", about="filter")
    if request.kind == "anomaly" and "threshold" not in request.model_fields_set:
        return request.spec.model_copy(update={"threshold": ODD})
    return request.spec


def _shown(ctx: Context, spec: WatchSpec, now: Answer | None) -> Iterator[Part]:
    words, language = words_of(ctx), ctx.actor.language
    yield Text(words.watch(spec))
    if spec.kind in ("threshold", "pace", "close"):
        span = span_of(ctx, spec)
        yield Text(ctx.say(f"alerts.span.{span}"), "note")
    value = amount_of(ctx, spec, now.rows[0]) if now is not None and now.rows else None
    if now is not None and value is not None:
        told = text.number(Value(value, words.unit(spec)), language)
        said = text.period(now.basis.period, language) if now.basis and now.basis.period else ""
        yield Text(ctx.say("alerts.now", value=told, period=said))
    elif spec.kind == "threshold":
        yield Text(ctx.say("alerts.nothing_yet"), "note")
    if spec.kind == "data":
        yield from _awaited(ctx, spec)


def _awaited(ctx: Context, spec: WatchSpec) -> Iterator[Part]:
    """How far the data reaches, and how old it may grow."""
    found = awaited(ctx, spec, ctx.now)
    if found is not None:
        last, may = found
        said = text.day(last, ctx.actor.language, ctx.now.date())
        yield Text(ctx.say("alerts.awaits", n=may, last=said))


def _now(ctx: Context, spec: WatchSpec) -> Answer | None:
    """That nothing is known yet is no reason not to watch; that it may not be seen is."""
    filters = [each.model_dump(mode="json") for each in spec.filters]
    try:
        if spec.kind == "anomaly":
            ctx.ask("anomalies", {"filters": filters})
            return None
        answer = ctx.ask("kpi", request_of(ctx, spec, ctx.now))
        return None if spec.kind == "data" else answer
    except Refused as refusal:
        if refusal.denied or refusal.about != "no_data":
            raise
        return None


def _code(person: int, spec: WatchSpec) -> str:
    said = json.dumps(spec.wire(), sort_keys=True, ensure_ascii=False, default=str)
    return f"chat:{person}:{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _before(ctx: Context, spec: WatchSpec) -> list[Part]:
    """What it would have told; of what came in late nobody has kept when it came."""
    if spec.kind == "data":
        return []
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
