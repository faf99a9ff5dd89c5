"""Fees: what the creditors pay for the money they posted, by their tariffs and the tiers of each month.

The tier is that of the client's whole month, also where the asker sees one campaign of it or asks about a
part of the month: each row's money earns the rate of its client, month, bucket and product. A month asked in
part stands at the tier its money had reached by the period's end.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from db.fees import Price, Rate, price, spans
from db.numbers import Condition, Derived, Key, Sum, Summed, sum_up
from db.periods import Period
from db.scope import Scope
from db.sources.fees import load_rates
from skills.contract import Context, Refused
from skills.kpi.plan import Plan

_PRICED_BY = ("client", "bucket", "product")


@dataclass(frozen=True)
class Priced:
    """Centavos earned by key; and the money, by key, that no rate speaks of: it is nobody's zero."""

    earned: Mapping[Key, Sum]
    unpriced: Mapping[Key, Fraction]
    read: tuple[Summed, ...]


def fees(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> Derived:
    found = priced(ctx, plan, period, dims)
    return Derived(found.earned, found.read)


def priced(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> Priced:
    """Worked out once a question."""
    key = ("priced", period, dims, plan.conditions)
    if key not in ctx.memo:
        ctx.memo[key] = _priced(ctx, plan, period, dims)
    held: Priced = ctx.memo[key]
    return held


def require_rates(ctx: Context, plan: Plan, period: Period) -> None:
    """Money that no rate speaks of is no revenue of zero."""
    metric = plan.metric.label.in_(ctx.actor.language)
    if not _rates(ctx, plan):
        raise Refused("kpi.no_fees", about="no_data", metric=metric)
    found = priced(ctx, plan, period, plan.dims)
    if found.unpriced and not found.earned:
        raise Refused("kpi.no_fee_fits", about="no_data", metric=metric)


def _rates(ctx: Context, plan: Plan) -> tuple[Rate, ...]:
    """Those of the clients in reach."""
    if "rates" not in ctx.memo:
        ctx.memo["rates"] = load_rates(ctx.session)
    return tuple(r for r in ctx.memo["rates"] if plan.clients is None or r.client_id in plan.clients)


def _priced(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> Priced:
    rates = _rates(ctx, plan)
    told = (*dims, *(dim for dim in _PRICED_BY if dim not in dims))
    client, bucket, product = (told.index(dim) for dim in _PRICED_BY)
    earned: dict[Key, Sum] = {}
    unpriced: dict[Key, Fraction] = {}
    read: list[Summed] = []
    for month in period.each_month():
        whole = _months_money(ctx, plan, month)
        for span in spans(rates, month):
            found = _posted(ctx, plan, span, told)
            read.append(found)
            price_of = _pricing(ctx, [rate for rate in rates if rate.holds_on(span.start)], whole)
            for key, (money,) in found.by_key.items():
                one = price_of(key[client], key[bucket], key[product])
                _book(earned, unpriced, key[: len(dims)], money, one)
    return Priced(earned, {key: cents for key, cents in unpriced.items() if cents}, tuple(read))


def _book(earned: dict[Key, Sum], unpriced: dict[Key, Fraction], key: Key, money: Sum, one: Price) -> None:
    if one.covered:
        held = earned.get(key, Sum(0, 0))
        earned[key] = Sum(held.total + money.total * one.rate, held.size + money.size)
    unpriced[key] = unpriced.get(key, Fraction(0)) + money.total * (1 - one.covered)


def _pricing(
    ctx: Context, rates: list[Rate], whole: Mapping[int, int | Fraction]
) -> Callable[[int, str, str], Price]:
    """The price of a client's bucket and product among rates that hold, each worked out once."""
    tiers = ctx.rules.fees.tiers
    known: dict[tuple[int, str, str], Price] = {}

    def price_of(client: int, bucket: str, product: str) -> Price:
        key = client, bucket, product
        if key not in known:
            own = [rate for rate in rates if rate.client_id == client]
            known[key] = price(own, bucket, product, int(whole.get(client, 0)), tiers)
        return known[key]

    return price_of


def _months_money(ctx: Context, plan: Plan, month: Period) -> dict[int, int | Fraction]:
    """Each client's whole money from the month's first day to the last one asked, whoever asks about it."""
    limit = () if plan.clients is None else (Condition("client", "in", tuple(sorted(plan.clients))),)
    to_date = Period(start=month.start.replace(day=1), end=month.end)
    found = sum_up(
        ctx.session,
        ("posted",),
        dims=("client",),
        conditions=limit,
        scope=Scope(),
        window=plan.window(to_date),
    )
    return {client: money.total for (client,), (money,) in found.by_key.items()}


def _posted(ctx: Context, plan: Plan, span: Period, dims: tuple[str, ...]) -> Summed:
    return sum_up(
        ctx.session,
        ("posted",),
        dims=dims,
        conditions=plan.conditions,
        scope=ctx.actor.scope,
        window=plan.window(span),
    )
