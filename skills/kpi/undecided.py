"""Promises and instalments of a period, none of which is decided yet: how many, and when they will be."""

from datetime import date

from db.measures import MEASURES
from db.numbers import sum_up
from skills import text
from skills.contract import Context, Refused
from skills.kpi.freshness import nothing_found
from skills.kpi.plan import Plan

# What a metric of this source leaves out while it is open, and the noun of what waits.
_WAITING = {
    "promises_due": ("immature", "promises"),
    "installments_due": ("installments_waiting", "installments"),
}


def refusal(ctx: Context, plan: Plan, period: str) -> Refused:
    """Why there is no number: nothing of the kind, or nothing decided."""
    language = ctx.actor.language
    for source in dict.fromkeys(MEASURES[term].source for term in plan.parts.terms if term in MEASURES):
        if source not in _WAITING:
            continue
        measure, noun = _WAITING[source]
        decided = _decided(ctx, plan, measure)
        if decided:
            first, last = (text.day(on, language, plan.today) for on in (min(decided), max(decided)))
            return Refused(
                "kpi.undecided",
                about="no_data",
                metric=plan.metric.label.in_(language),
                period=period,
                n=sum(decided.values()),
                noun=ctx.say(f"kpi.n.{noun}").lower(),
                first=first,
                last=last,
            )
    return nothing_found(ctx, plan, period)


def _decided(ctx: Context, plan: Plan, measure: str) -> dict[date, int]:
    """The days on which what waits will be decided, and how many on each."""
    found = sum_up(
        ctx.session,
        (measure,),
        dims=("decide_on",),
        conditions=plan.conditions,
        scope=ctx.actor.scope,
        window=plan.window(plan.period),
    )
    return {day: int(waiting.total) for (day,), (waiting,) in found.by_key.items()}
