"""The demo's own business: what creditors pay for recovered money, what it meant to spend and to earn."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from db.bulk import Row
from db.demo.extras import COSTS, MICROS_A_CENT, ROUND_CENTS, SMALL_ROUND_CENTS, Recovered
from db.demo.fact_rows import Book
from db.demo.plan import FeePlan, agency_plan
from db.demo.timeline import Timeline

STEPS = (0.85, 1.05)  # where a tier begins, of the creditor's usual month
SPENDS = (0.93, 1.06)  # a month's budget of its cost
EARNS = 0.2  # of what is recovered: what fees are expected to be


def fee_rows(book: Book, got: Recovered, load: int) -> Iterator[Row]:
    """By bucket, by product, or in tiers of the month's money: each creditor in its own way."""
    since = _long_ago(book.timeline)
    for n, usual in enumerate(_usual(got)):
        fee = next(f for f in agency_plan().fees if agency_plan().client(f.client) == n)
        for rate, bucket, product, low, high in _tiers(fee, usual):
            yield (n + 1, round(rate * 1_000_000), bucket, product, low, high, since, None, load)


def _tiers(fee: FeePlan, usual: int) -> Iterator[tuple[float, str, str, int, int | None]]:
    yield from ((rate, bucket, "", 0, None) for bucket, rate in fee.buckets.items())
    yield from ((rate, "", product, 0, None) for product, rate in fee.products.items())
    second, third = (_rounded(usual * step) for step in STEPS)
    edges = [second, max(third, second + SMALL_ROUND_CENTS)]
    for rate, low, high in zip(fee.tiers, [0, *edges], [*edges, None], strict=False):
        yield rate, "", "", low, high


def _usual(got: Recovered) -> list[int]:
    """The month's money of each creditor, on average of the whole months."""
    plan = agency_plan()
    month = got.campaign[:-1].mean(axis=0)
    clients = [plan.client(c.client) for c in plan.campaigns]
    return [int(sum(month[k] for k, c in enumerate(clients) if c == n)) for n in range(len(plan.clients))]


def _long_ago(timeline: Timeline) -> str:
    return date(timeline.days[0].year - 1, 1, 1).isoformat()


def budget_rows(book: Book, got: Recovered, load: int, random: np.random.Generator) -> Iterator[Row]:
    """Each campaign's costs by category, and each creditor's fees: of the whole months and of this one."""
    plan, months = agency_plan(), book.timeline.months()
    money = np.vstack([got.campaign[:-1], got.campaign[-3:-1].mean(axis=0)])
    luck = random.uniform(*SPENDS, (len(months), len(plan.campaigns), len(COSTS)))
    hopes = random.uniform(*SPENDS, (len(months), len(plan.clients)))
    clients = [plan.client(c.client) for c in plan.campaigns]
    for n, month in enumerate(months):
        span = (month.start.isoformat(), month.end.isoformat())
        for k, campaign in enumerate(plan.campaigns):
            wanted = [money[n, k] * share * luck[n, k, j] for j, share in enumerate(COSTS.values())]
            yield from _planned("campaign", campaign.code, span, wanted, load)
        for k, client in enumerate(plan.clients):
            earned = sum(money[n, j] for j, c in enumerate(clients) if c == k) * EARNS * hopes[n, k]
            value = _rounded(earned) * MICROS_A_CENT
            yield ("fee_revenue", "", "client", client.code, *span, value, "INTERNA", load)


def _planned(
    scope: str, code: str, span: tuple[str, str], cents: Sequence[float], load: int
) -> Iterator[Row]:
    for category, wanted in zip(COSTS, cents, strict=True):
        value = _rounded(wanted) * MICROS_A_CENT
        yield ("", category, scope, code, *span, value, "INTERNA", load)


def _rounded(cents: float) -> int:
    step = ROUND_CENTS if cents > 20 * ROUND_CENTS else SMALL_ROUND_CENTS
    return max(round(cents / step), 1) * step
