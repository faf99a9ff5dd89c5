"""A list's filters, period and order in words, so that a wrong reading shows. Knows no row."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from db.periods import Period
from skills.contract import Context, Filter, Value
from skills.lists.request import ListRequest
from skills.picked import ME
from skills.text import day, number, period

_MONEY = ("balance", "amount")
_SPOKEN = {"account": "lists.account", "promise": "lists.promise", "agreement": "lists.agreement"}


def echo(ctx: Context, request: ListRequest, kind: str, days: str, order: str) -> str:
    """`days` says which day of a row the period is of. An account's own status is its promise's."""
    noun, own = ctx.say(f"lists.{kind}"), "agreement" if kind == "agreements" else "promise"
    parts = [noun, *_conditions(ctx, request.filters, own)]
    if request.period is not None:
        over = period(request.period, ctx.actor.language, ctx.now.date())
        parts.append(ctx.say(f"lists.{days}", period=over))
    parts += [order, ctx.say("lists.scope", scope=ctx.actor.scope.label)]
    return " · ".join(filter(None, parts))


def on(ctx: Context, when: date) -> str:
    return day(when, ctx.actor.language, ctx.now.date())


def money(ctx: Context, cents: int) -> str:
    return number(Value(Decimal(cents) / 100, "money"), ctx.actor.language)


def _conditions(ctx: Context, filters: Iterable[Filter], own: str) -> Iterator[str]:
    for given in filters:
        one = given.model_copy(update={"field": own}) if given.field == "status" else given
        if one.op == "not_in_period":
            yield _lately(ctx, one)
            continue
        field = ctx.say(_SPOKEN.get(one.field, f"kpi.dim.{one.field}"))
        values = one.value if isinstance(one.value, tuple) else (one.value,)
        joint = ctx.say("kpi.and") if one.op == "between" else ", "
        said = joint.join(_value(ctx, one.field, value) for value in values)
        yield ctx.say(f"kpi.op.{one.op}", field=field, value=said)


def _lately(ctx: Context, one: Filter) -> str:
    what = "unpaid" if one.field == "last_payment" else "untouched"
    if isinstance(one.value, tuple):
        over = Period(start=date.fromisoformat(str(one.value[0])), end=date.fromisoformat(str(one.value[1])))
        said = period(over, ctx.actor.language, ctx.now.date())
        return ctx.say(f"lists.{what}_over", period=said)
    return ctx.say(f"lists.{what}", n=one.value)


def _value(ctx: Context, field: str, value: str | int | float) -> str:
    if value == ME:
        return ctx.say("kpi.me")
    if isinstance(value, bool):
        return ctx.say("kpi.yes" if value else "kpi.no")
    if field in _MONEY and not isinstance(value, str):
        return number(Value(Decimal(str(value)), "money"), ctx.actor.language)
    if field == "promise":
        return ctx.say(f"lists.state.{value}")
    if field == "agreement":
        return ctx.say(f"lists.agreed.{value}")
    return str(value).rpartition(":")[2] if field == "account" else str(value)
