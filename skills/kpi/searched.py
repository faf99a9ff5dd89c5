"""Beside breaches counted: the days nobody has searched, and what could not be judged for want of data.

A searched day without any is a zero; any other day is not.
"""

from collections.abc import Iterable
from decimal import Decimal

from db.law.browse import coverage, unsearched
from db.numbers import Key
from db.periods import Period
from db.sources.breaches import OF_HOURS
from skills.contract import Context, KpiRequest, Option, Value
from skills.kpi.freshness import sources_of
from skills.kpi.plan import Plan
from skills.kpi.rows import Line, Lines
from skills.kpi.wording import Wording

UNSHOWN = ("agent", "client_viewer")
LISTED = ("client", "campaign", "supervisor", "agent", "rule", "channel")
OUT_OF_HOURS = "out_of_hours_breaches"
TOLD_FROM = Decimal("0.01")  # a share of contacts not judged


def counts_breaches(plan: Plan) -> bool:
    return sources_of(plan.metric) == ("breaches",)


def with_zero(plan: Plan, found: Lines) -> Lines:
    """The days asked about were searched, or it would have been refused: nothing found is none."""
    if found.by_key or plan.dims or not counts_breaches(plan):
        return found
    return Lines({(): Line(0, None, 0)}, found.read)


def searched_before(ctx: Context, plan: Plan, period: Period, before: Lines, keys: Iterable[Key]) -> Lines:
    """What was found in a period to compare with: nothing where it was not searched whole; of whoever has
    some now and had none then, none."""
    if not counts_breaches(plan):
        return before
    if unsearched(ctx.session, period):
        return Lines({}, ())
    return Lines({**{key: Line(0, None, 0) for key in keys}, **before.by_key}, before.read)


def search_buttons(ctx: Context, plan: Plan, request: KpiRequest) -> tuple[Option, ...]:
    """The breaches behind the number, for those who may see whose they are."""
    if not counts_breaches(plan) or ctx.actor.role in UNSHOWN or not ctx.actor.scope.shows("agent"):
        return ()
    filters = [each.model_dump(mode="json") for each in request.filters if each.field in LISTED]
    if plan.metric.id == OUT_OF_HOURS:
        filters.append({"field": "rule", "op": "in", "value": list(OF_HOURS)})
    fields = {"period": plan.period.model_dump(mode="json"), "filters": filters}
    return (Option(ctx.say("kpi.see_breaches"), "breaches", fields),)


def search_notes(ctx: Context, plan: Plan, words: Wording) -> list[str]:
    if not counts_breaches(plan):
        return []
    waiting = unsearched(ctx.session, plan.period)
    notes = [words.say("kpi.days_unsearched", n=waiting)] if waiting else []
    rules = OF_HOURS if plan.metric.id == OUT_OF_HOURS else ()
    shares = [
        words.say("kpi.not_judged_share", rule=each.rule, share=words.number(Value(each.share, "rate")))
        for each in coverage(ctx.session, ctx.actor.scope, plan.period)
        if each.share >= TOLD_FROM and (not rules or each.rule in rules)
    ]
    return [*notes, words.say("kpi.not_judged", shares=", ".join(shares))] if shares else notes
