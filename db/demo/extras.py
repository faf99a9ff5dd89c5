"""What surrounds the calls: shifts, surveys, targets and costs. Targets follow from what was recovered."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from db.bulk import Row
from db.demo.calls import PROMISE, SHIFT_SECONDS, SHIFT_STARTS
from db.demo.fact_rows import Book
from db.demo.plan import agency_plan
from db.demo.staff import EVENING, MORNING
from db.demo.timeline import utc_texts

MICROS_A_CENT = 10_000
ROUND_CENTS = 1_000_000  # targets are set in tens of thousands of pesos
SMALL_ROUND_CENTS = 10_000
BEHIND_ATTAINMENT = 0.66
RUNNING = 0.88  # of the months before: they were better ones
CLIENT_ASKS = 0.95
RATES = {"roll_rate": 0.20, "contact_rate": 0.28, "rpc_rate": 0.60, "ptp_kept_rate": 0.60}
COSTS = {"Nómina": 0.115, "Telefonía": 0.032, "Mensajería": 0.011}  # of what is recovered
SURVEYED = 0.012
OCCUPIED = (0.64, 0.82)  # handle time over handle time and waiting for the next call
CSAT, NPS = "csat5", "nps"


def shift_rows(
    book: Book, load: int, random: np.random.Generator, waiting: np.random.Generator
) -> Iterator[Row]:
    """One row an agent and working day, absences too; what is still to come today is not known."""
    agents, timeline = book.agents, book.timeline
    expected = timeline.working & (np.arange(len(timeline.days)) < agents.employed_until[:, None])
    agent, day = np.nonzero(expected[:, 1:])
    day = day + 1
    start = np.where(agents.morning[agent], *SHIFT_STARTS)
    known = (day < timeline.last) | (start <= timeline.second_of_today)
    agent, day, start = agent[known], day[known], start[known]
    there = agents.present[agent, day]
    productive = (SHIFT_SECONDS * random.uniform(0.74, 0.88, len(agent))).astype(np.int64)
    handled = _handled(book)[agent, day]
    available = (handled * (1 / waiting.uniform(*OCCUPIED, len(agent)) - 1)).astype(np.int64)
    yield from zip(
        agents.id[agent].tolist(),
        utc_texts(timeline.days, day, start),
        utc_texts(timeline.days, day, start + SHIFT_SECONDS),
        book.text(day),
        np.where(agents.morning[agent], MORNING, EVENING).tolist(),
        np.where(there, productive, 0).tolist(),
        np.where(there, np.minimum(available, productive - handled), 0).tolist(),
        there.astype(int).tolist(),
        [load] * len(agent),
        strict=True,
    )


def _handled(book: Book) -> NDArray[np.int64]:
    """Agents x days: the seconds each was on calls and writing them up."""
    day, calls = book.calls
    seconds = np.zeros((len(book.agents.id), len(book.timeline.days)), np.int64)
    named = calls.agent >= 0
    np.add.at(seconds, (calls.agent[named], day[named]), (calls.talk + calls.wrap)[named])
    return seconds


def survey_rows(book: Book, load: int, random: np.random.Generator) -> Iterator[Row]:
    """A few debtors answer after they spoke with an agent."""
    day, calls = book.calls
    at = day * 86_400 + calls.second + 900
    asked = (calls.result >= PROMISE) & (calls.agent >= 0)
    asked &= (random.random(len(day)) < SURVEYED) & (at <= book.now)
    account, agent, at = calls.account[asked], calls.agent[asked], at[asked]
    nps = random.random(len(account)) < 0.3
    stars = random.choice(5, len(account), p=[0.07, 0.1, 0.19, 0.36, 0.28]) + 1
    score = np.where(nps, np.minimum(stars * 2 + random.integers(-1, 1, len(account)), 10), stars)
    yield from zip(
        book.agent_keys(agent),
        (account + 1).tolist(),
        utc_texts(book.timeline.days, *np.divmod(at, 86_400)),
        book.text(at // 86_400),
        score.tolist(),
        np.where(nps, NPS, CSAT).tolist(),
        [load] * len(account),
        strict=True,
    )


@dataclass(frozen=True)
class Recovered:
    """Cents recovered by month (rows) and owner (columns), credited to the account's agent of that day."""

    campaign: NDArray[np.float64]
    supervisor: NDArray[np.float64]


def recovered(book: Book, supervisors: list[int]) -> Recovered:
    timeline, agents = book.timeline, book.agents
    months = timeline.months()
    campaign = np.zeros((len(months), len(agency_plan().campaigns)))
    supervisor = np.zeros((len(months), len(supervisors)))
    owner = book.portfolio.owner.copy()
    moves = {t: (account, new) for t, account, new in book.ledger.moves}
    moved_until = 0
    for t, paid in book.ledger.payments:
        for day in range(moved_until, t + 1):
            if day in moves:
                owner[moves[day][0]] = moves[day][1]
        moved_until = t + 1
        month = next(n for n, period in enumerate(months) if period.holds(timeline.days[t]))
        np.add.at(campaign[month], book.portfolio.campaign[paid.account], paid.amount)
        boss = np.searchsorted(supervisors, agents.supervisor[owner[paid.account], t])
        np.add.at(supervisor[month], boss, paid.amount)
    return Recovered(campaign, supervisor)


def target_rows(
    book: Book, got: Recovered, supervisors: dict[int, str], load: int, random: np.random.Generator
) -> Iterator[Row]:
    """Monthly targets of money, kept plausible: near what was recovered, out of reach for the team behind."""
    plan, months = agency_plan(), book.timeline.months()
    behind = [code == plan.stories.team_behind for code in supervisors.values()]
    by_campaign = _targets(got.campaign, np.ones(len(plan.campaigns)), random)
    by_team = _targets(got.supervisor, np.where(behind, BEHIND_ATTAINMENT, 1.0), random)
    of_client = [plan.client(c.client) for c in plan.campaigns]
    for n, month in enumerate(months):
        span = (month.start.isoformat(), month.end.isoformat())
        wanted = [("agency", "", int(by_campaign[n].sum()))]
        wanted += [("campaign", c.code, int(v)) for c, v in zip(plan.campaigns, by_campaign[n], strict=True)]
        wanted += [("supervisor", c, int(v)) for c, v in zip(supervisors.values(), by_team[n], strict=True)]
        for k, client in enumerate(plan.clients):
            mine = sum(int(v) for v, owner in zip(by_campaign[n], of_client, strict=True) if owner == k)
            wanted.append(("client", client.code, mine))
        for scope, code, cents in wanted:
            yield ("recovered_amount", scope, code, *span, cents * MICROS_A_CENT, "INTERNA", load)
            if scope in ("campaign", "client"):
                asked = int(cents * CLIENT_ASKS) * MICROS_A_CENT
                yield ("recovered_amount", scope, code, *span, asked, "CLIENTE", load)
        for metric, rate in RATES.items():
            yield (metric, "agency", "", *span, round(rate * 1_000_000), "INTERNA", load)


def _targets(
    got: NDArray[np.float64], attained: NDArray[np.float64], random: np.random.Generator
) -> NDArray[np.float64]:
    """A whole month's target is near its result; the running month's is the usual month's."""
    month_luck = random.uniform(0.94, 1.05, got.shape)
    whole = got[:-1] / attained / month_luck[:-1]
    running = got[-3:-1].mean(axis=0) * RUNNING / attained / month_luck[-1]
    both = np.vstack([whole, running])
    step = np.where(both > 20 * ROUND_CENTS, ROUND_CENTS, SMALL_ROUND_CENTS)
    rounded: NDArray[np.float64] = np.maximum(np.rint(both / step), 1) * step
    return rounded


def cost_rows(book: Book, got: Recovered, load: int, random: np.random.Generator) -> Iterator[Row]:
    """Costs of the whole months; the running one is not closed yet."""
    for n, month in enumerate(book.timeline.months()[:-1]):
        for campaign, cents in enumerate(got.campaign[n].tolist()):
            for category, share in COSTS.items():
                amount = round(cents * share * random.uniform(0.9, 1.1))
                yield (campaign + 1, month.start.isoformat(), category, amount, load)
