"""The accounts the demo's creditors place, and the debtors behind them. Knows nothing of what comes later."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from db.demo.plan import AgencyPlan, CampaignPlan, agency_plan, places_plan
from db.demo.staff import Agents
from db.demo.timeline import Timeline

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

OPENING_SHARE = 0.62  # of all accounts; the others are placed month by month
TWO_ACCOUNTS = 0.06  # debtors who owe on the next account too
MANUAL_ABOVE_CENTS = 6_000_000
MIN_BALANCE_CENTS = 300_000


@dataclass(frozen=True)
class Portfolio:
    """One place an account, in the order of their ids. Days are indexes of the timeline."""

    campaign: Ints
    client: Ints
    placed: Ints  # index; 0 or less = already there at the opening cut
    dpd: Ints  # as it stands at the opening cut or at its placement
    balance: Ints  # cents
    instalment: Ints  # cents
    product: NDArray[np.object_]
    debtor: Ints  # place of the debtor
    place: Ints  # of the debtor, in places.yaml
    owner: Ints  # the agent's place

    def __len__(self) -> int:
        return len(self.campaign)

    def placed_on(self, timeline: Timeline) -> list[date]:
        start = timeline.days[0]
        return [start + timedelta(days=t) for t in self.placed.tolist()]

    def placed_dpd(self) -> Ints:
        """Days past due on the day it was placed: nobody has paid before the opening cut."""
        return np.where(self.dpd > 0, self.dpd + np.minimum(self.placed, 0), 0)


def place(accounts: int, timeline: Timeline, agents: Agents, random: np.random.Generator) -> Portfolio:
    plan = agency_plan()
    campaign, placed = _arrivals(plan, accounts, timeline, random)
    dpd, balance = np.zeros(len(campaign), np.int64), np.zeros(len(campaign), np.int64)
    product = np.empty(len(campaign), object)
    for n, written in enumerate(plan.campaigns):
        mine = np.flatnonzero(campaign == n)
        dpd[mine] = _days_past_due(written, placed[mine], random)
        balance[mine] = _balances(written, len(mine), random)
        weights = np.array(list(written.products.values()))
        product[mine] = random.choice(list(written.products), len(mine), p=weights / weights.sum())
    _date_opening(placed, dpd, random)
    client = np.array([plan.client(c.client) for c in plan.campaigns])[campaign]
    debtor, where = _debtors(client, random)
    owner = _deal(campaign, placed, debtor, agents)
    share = random.uniform(0.05, 0.11, len(campaign))
    instalment = np.maximum((balance * share).astype(np.int64) // 1000 * 1000, 20_000)
    return Portfolio(campaign, client, placed, dpd, balance, instalment, product, debtor, where, owner)


def _arrivals(
    plan: AgencyPlan, accounts: int, timeline: Timeline, random: np.random.Generator
) -> tuple[Ints, Ints]:
    """Campaign and day of each account: the opening portfolio, then each month's placements, by day."""
    opening = round(accounts * OPENING_SHARE)
    shares = np.array([c.share for c in plan.campaigns])
    campaign = [random.choice(len(shares), opening, p=shares / shares.sum())]
    placed = [np.zeros(opening, np.int64)]
    batches = [
        (timeline.index(day), n, c.placed_share / len(c.placed_days))
        for month in timeline.months()
        for n, c in enumerate(plan.campaigns)
        for day in (month.start.replace(day=d) for d in c.placed_days)
        if day <= timeline.today
    ]
    weights = np.array([weight for _, _, weight in batches])
    sizes = np.diff(np.rint(np.cumsum(weights) / weights.sum() * (accounts - opening)), prepend=0)
    for (day, n, _), size in sorted(zip(batches, sizes.astype(int).tolist(), strict=True)):
        campaign.append(np.full(size, n))
        placed.append(np.full(size, day))
    return np.concatenate(campaign), np.concatenate(placed)


def _days_past_due(written: CampaignPlan, placed: Ints, random: np.random.Generator) -> Ints:
    lows, highs, weights = np.array(written.dpd).T
    which = random.choice(len(lows), len(placed), p=weights / weights.sum())
    old = random.integers(lows[which].astype(int), highs[which].astype(int) + 1)
    low, high = written.placed_dpd
    return np.where(placed > 0, random.integers(low, high + 1, len(placed)), old)


def _balances(written: CampaignPlan, size: int, random: np.random.Generator) -> Ints:
    median, spread = written.balance
    pesos = median * np.exp(random.normal(0, spread, size))
    return np.maximum((pesos * 100).astype(np.int64), MIN_BALANCE_CENTS)


def _date_opening(placed: Ints, dpd: Ints, random: np.random.Generator) -> None:
    """The opening accounts came some time before, and were past due then already."""
    before = random.integers(10, 300, len(placed))
    opening = placed == 0
    placed[opening] = -np.minimum(before, np.where(dpd > 0, dpd - 1, before))[opening]


def _debtors(client: Ints, random: np.random.Generator) -> tuple[Ints, Ints]:
    """The debtor's place of each account, and where each account's debtor lives."""
    same = (random.random(len(client)) < TWO_ACCOUNTS) & (client == np.roll(client, 1))
    same[0] = False
    debtor = np.cumsum(~same) - 1
    weights = np.array([place[4] for place in places_plan().places], float)
    lives = random.choice(len(weights), int(debtor[-1]) + 1, p=weights / weights.sum())
    return debtor, lives[debtor]


def _deal(campaign: Ints, placed: Ints, debtor: Ints, agents: Agents) -> Ints:
    """Round robin inside the campaign; a debtor's accounts of one campaign stay with one agent."""
    owner = np.zeros(len(campaign), np.int64)
    for n in np.unique(campaign):
        mine = np.flatnonzero(campaign == n)
        team = np.flatnonzero(agents.campaign == n)
        _, turn = np.unique(debtor[mine], return_inverse=True)
        chosen = team[turn % len(team)]
        has_left = agents.employed_until[chosen] <= placed[mine]
        owner[mine] = np.where(has_left, team[(turn + 1) % len(team)], chosen)
    return owner
