"""A schedule in words: what is sent, on which days at which hour, where to. Decides nothing."""

from collections.abc import Mapping
from typing import Any

from db.schedules import Kept
from skills.contract import Context
from skills.rules import Delivery
from skills.schedules.request import DAYS, WEEKDAYS

_SHOWN = 3


def what(ctx: Context, intent: str, fields: Mapping[str, Any]) -> str:
    """Its name, by what it is split, of whom."""
    language = ctx.actor.language
    parts = [ctx.say(f"sched.what.{intent}")]
    asked = fields.get("metric")
    if asked:
        names = (asked,) if isinstance(asked, str) else tuple(asked)
        labels = ", ".join(ctx.metrics.label(each, language) for each in names)
        parts = [labels if intent == "kpi" else ctx.say("sched.why", metric=labels)]
    dims = [ctx.say(f"kpi.dim.{each}") for each in fields.get("dims") or ()]
    if dims:
        parts.append(ctx.say("kpi.by", dims=", ".join(dims)))
    parts += [_value(ctx, each["value"]) for each in (fields.get("filters") or ())[:_SHOWN]]
    return " · ".join(parts)


def _value(ctx: Context, value: Any) -> str:
    values = value if isinstance(value, list | tuple) else (value,)
    return ", ".join(ctx.say("kpi.me") if each == "@me" else str(each) for each in values)


def days(ctx: Context, chosen: frozenset[int]) -> str:
    for name in ("daily", "weekdays"):
        if DAYS[name] == chosen:
            return ctx.say(f"sched.days.{name}")
    named = (ctx.say(f"sched.day.{WEEKDAYS[day]}") for day in sorted(chosen))
    return ctx.say("sched.days.each", days=", ".join(named))


def when(ctx: Context, kept: Kept | Delivery) -> str:
    return ctx.say("sched.when", days=days(ctx, kept.days), at=f"{kept.at:%H:%M}")


def where(ctx: Context, channel: str | None) -> str:
    return ctx.say("sched.to_you") if channel is None else channel
