"""The question "is there anything odd?": a day's KPIs, whole and by owner, against their same weekdays."""

from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

from db import periods
from db.periods import Period
from skills.contract import (
    Answer,
    Cell,
    Context,
    Filter,
    KpiRequest,
    Option,
    Question,
    Refused,
    Skill,
    Table,
    Text,
    Value,
)
from skills.kpi.draw import plain
from skills.kpi.freshness import held_days
from skills.kpi.plan import make_plan
from skills.kpi.rows import decimal, value
from skills.kpi.skill import EVERYBODY
from skills.kpi.unusual import LEAST_DAYS, Odd, times, unusual
from skills.kpi.wording import Wording

WATCHED = ("recovered_amount", "payments_count", "calls", "contact_rate", "rpc_rate", "ptp_count", "aht")
SPLITS: tuple[tuple[str, ...], ...] = ((), ("campaign",), ("supervisor",))
MOST_DAYS, SHOWN = 7, 12

Found = tuple[date, Wording, tuple[str, ...], Odd]


class AnomaliesRequest(BaseModel):
    """A day, or the days of a week; none said: the last whole one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    filters: tuple[Filter, ...] = ()
    period: Period | None = None


def answer_anomalies(ctx: Context, request: AnomaliesRequest) -> Answer:
    days = _days(ctx, request.period)
    found = sorted(
        (one for day in days for one in _of_day(ctx, request, day)), key=lambda one: -abs(one[3].times)
    )
    say = ctx.say
    words = Wording(ctx, make_plan(ctx, _asked(request, WATCHED[0], periods.day(days[-1]))))
    said = words.period(Period(start=days[0], end=days[-1]))
    intro = say("odd.some", n=len(found), period=said) if found else say("odd.none", period=said)
    table = Table(
        say("odd.title"),
        tuple(say(f"odd.column.{name}") for name in ("day", "metric", "where", "value", "usual", "times")),
        tuple(_row(ctx, one) for one in found[:SHOWN]),
        say("kpi.shown", n=SHOWN, total=len(found)) if len(found) > SHOWN else "",
    )
    notes = (say("odd.how", n=LEAST_DAYS), *((say("odd.running"),) if days[-1] >= ctx.now.date() else ()))
    return Answer(
        title=say("odd.title"),
        echo=" · ".join((say("odd.title"), said, *words.filters(request.filters))),
        parts=(Text(intro), *((table,) if found else ()), *(Text(note, "note") for note in notes)),
        rows=tuple(_json(one) for one in found),
        next=_next(request, found),
    )


def _days(ctx: Context, asked: Period | None) -> list[date]:
    today = ctx.now.date()
    if asked is None:
        return [today - timedelta(days=1)]
    days = [day for day in asked.each_day() if day <= today]
    if not days or len(days) > MOST_DAYS:
        raise Refused("odd.which_day", about="period", n=MOST_DAYS)
    return days


def _asked(request: AnomaliesRequest, metric: str, period: Period) -> KpiRequest:
    return KpiRequest(metric=metric, filters=request.filters, period=period)


def _of_day(ctx: Context, request: AnomaliesRequest, day: date) -> list[Found]:
    found: list[Found] = []
    for metric in (m for m in WATCHED if m in ctx.metrics.metrics):
        plan = make_plan(ctx, _asked(request, metric, periods.day(day)))
        if held_days(ctx, plan) is None:
            continue
        words = Wording(ctx, plan)
        for dims in SPLITS:
            if all(dim in plan.metric.dims and ctx.actor.scope.shows(dim) for dim in dims):  # type: ignore[arg-type]
                found += [(day, words, dims, odd) for odd in unusual(ctx, plan, day, dims)]
    return found


def _row(ctx: Context, one: Found) -> tuple[Cell, ...]:
    day, words, dims, odd = one
    plan = words.plan
    where = words.label(dims[0], odd.key[0]) if dims else ctx.say("odd.whole")
    usual = Value(decimal(odd.usual), plan.parts.unit)
    shown = value(plan.metric, odd.line, plan.variant)
    return words.day(day), words.metric(), where, shown, usual, times(words, odd)


def _json(one: Found) -> dict[str, Any]:
    day, words, dims, odd = one
    plan = words.plan
    return {
        "day": day.isoformat(),
        "metric": plan.metric.id,
        **words.keyed(dims, odd.key),
        "value": plain(value(plan.metric, odd.line, plan.variant)),
        "usual": plain(Value(decimal(odd.usual), plan.parts.unit)),
        "times": round(float(odd.times), 2),
        "days": odd.days,
        "n": odd.line.n,
    }


def _next(request: AnomaliesRequest, found: list[Found]) -> tuple[Option, ...]:
    """The number behind each metric that stood out."""
    options: dict[str, Option] = {}
    for day, words, dims, _ in found:
        asked = _asked(request, words.plan.metric.id, periods.day(day)).model_copy(update={"dims": dims})
        options.setdefault(words.plan.metric.id, Option(words.metric(), "kpi", asked.fields()))
    return tuple(options.values())[:4]


SKILL = Skill("anomalies", (Question("anomalies", AnomaliesRequest, EVERYBODY, answer_anomalies),))
