"""A day on the demo's floor: who is called, by whom, when, and what comes of it. Knows no promise's fate."""

from datetime import date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from db.demo.plan import agency_plan, places_plan
from db.demo.portfolio import Bools, Ints, Portfolio
from db.demo.staff import Agents
from db.demo.state import Calls, State, rates
from db.demo.timeline import AGENCY_ZONE, Timeline

CHANNELS = ("call", "whatsapp", "blaster")
CALL, WHATSAPP, BLASTER = range(3)
RESULTS = ("NCO", "BUZ", "OCU", "FSV", "ABA", "TER", "NUE", "FAL",
           "PDP", "RPP", "TCO", "NEG", "IMP", "CBK", "YAP", "ACL", "QJA")  # fmt: skip
NOBODY = {"NCO": 0.50, "BUZ": 0.33, "OCU": 0.09, "FSV": 0.06, "ABA": 0.02}
SOMEBODY = {"TER": 0.78, "NUE": 0.21, "FAL": 0.01}
DEBTOR = {"TCO": 0.26, "NEG": 0.26, "IMP": 0.20, "CBK": 0.18, "YAP": 0.06, "ACL": 0.03, "QJA": 0.01}
PROMISE, REMINDER = RESULTS.index("PDP"), RESULTS.index("RPP")  # from the promise on, it was the debtor

ATTEMPTS = rates(0.03, 0.30, 0.28, 0.25, 0.22, 0.20, 0.18, 0.115, 0.04)  # an account and working day
SATURDAY = 0.55
HUMAN, RIGHT_PARTY = 0.275, 0.60
PROMISES = rates(0, 0.36, 0.34, 0.32, 0.30, 0.28, 0.27, 0.27, 0.12)  # of the calls with the debtor
HOLLOW_PROMISES = 0.85
RENEWED = 0.03
OTHER_AGENT = 0.08
SHIFT_STARTS, SHIFT_SECONDS = (8 * 3600, 13 * 3600 + 1800), 6 * 3600 + 2700
BEST_HOURS = {8: 0.85, 9: 0.95, 12: 1.05, 13: 0.9, 14: 0.85, 18: 1.2, 19: 1.3, 20: 1.2}
EARLY_DAYS, EARLY_SHARE, EARLY_SECOND = 10, 0.09, 7 * 3600 + 15 * 60


class Floor:
    """The agents at work, day by day."""

    def __init__(
        self, portfolio: Portfolio, agents: Agents, timeline: Timeline, random: np.random.Generator
    ) -> None:
        self.portfolio, self.agents, self.timeline, self.random = portfolio, agents, timeline, random
        self.reach = np.exp(random.normal(-0.08, 0.4, len(portfolio)))
        self.pace = random.uniform(0.9, 1.12, len(agents.id))
        self.earliest = _earliest(timeline)
        self.hours = np.array([BEST_HOURS.get(hour, 1.0) for hour in range(24)])
        stories = agency_plan().stories
        tijuana = [n for n, place in enumerate(places_plan().places) if place[1] == "Tijuana"]
        self.early = np.isin(portfolio.place, tijuana) & (
            portfolio.campaign == agency_plan().campaign(stories.early_calls_campaign)
        )
        days = np.flatnonzero(timeline.working)
        self.early_days = frozenset(days[-EARLY_DAYS:].tolist())

    def work(self, t: int, state: State) -> Calls:
        account, early = self._called(t, state)
        agent = self._callers(t, state.owner[account], early)
        second = self._clock(t, account, agent, early)
        there = (agent >= 0) & ((t < self.timeline.last) | (second <= self.timeline.second_of_today))
        order = np.argsort(second[there], kind="stable")
        account, agent, second = (a[there][order] for a in (account, agent, second))
        human = self.random.random(len(account)) < HUMAN * self.reach[account] * self.hours[second // 3600]
        result = self._results(t, state, account, agent, human)
        channel, talk, wrap = self._durations(agent, result, human)
        return Calls(account, np.where(channel == BLASTER, -1, agent), second, result, channel, talk, wrap)

    def _called(self, t: int, state: State) -> tuple[Ints, Bools]:
        """The accounts tried today; and, last, those dialled before their debtor's hours."""
        held = state.alive(t) & (self.portfolio.placed < t)
        saturday = SATURDAY if self.timeline.days[t].weekday() == 5 else 1.0
        tried = held & (self.random.random(len(held)) < ATTEMPTS[state.bucket()] * saturday)
        account = np.flatnonzero(tried)
        early = np.flatnonzero(held & self.early) if t in self.early_days else np.zeros(0, np.int64)
        early = self.random.permutation(early)[: ceil(len(early) * EARLY_SHARE)]
        return np.concatenate([account, early]), np.arange(len(account) + len(early)) >= len(account)

    def _callers(self, t: int, owner: Ints, early: Bools) -> Ints:
        """Mostly the account's own agent; -1 where nobody of the campaign works today."""
        present = self.agents.present[:, t]
        swapped = ~present[owner] | (self.random.random(len(owner)) < OTHER_AGENT)
        turn = self.random.integers(0, 1 << 30, len(owner))
        caller = owner.copy()
        for campaign in np.unique(self.agents.campaign):
            mine = self.agents.campaign[owner] == campaign
            team = present & (self.agents.campaign == campaign)
            for chosen, shift in ((swapped & ~early, team), (early, team & self.agents.morning)):
                who = np.flatnonzero(shift)
                caller[mine & chosen] = who[turn[mine & chosen] % len(who)] if len(who) else -1
        return caller

    def _clock(self, t: int, account: Ints, agent: Ints, early: Bools) -> Ints:
        """Inside the agent's shift and the debtor's legal hours, except where the story wants it."""
        start = np.where(self.agents.morning[agent], *SHIFT_STARTS)
        spread = self.random.beta(1.3, 1.2, len(account))
        second = start + (spread * SHIFT_SECONDS).astype(np.int64)
        opens = self.earliest[self.portfolio.place[account], t]
        later = opens + (self.random.random(len(account)) * 5400).astype(np.int64)
        at_dawn = EARLY_SECOND + self.random.integers(0, 240, len(account))
        legal = np.where(second < opens, later, second)
        return np.where(early, at_dawn, legal)

    def _results(self, t: int, state: State, account: Ints, agent: Ints, human: Bools) -> Ints:
        draw = self.random.random((3, len(account)))
        result = np.where(human, _pick(SOMEBODY, draw[0]), _pick(NOBODY, draw[0]))
        debtor = human & (draw[1] < RIGHT_PARTY)
        result = np.where(debtor, _pick(DEBTOR, draw[0]), result)
        chance = np.where(self.agents.hollow[agent], HOLLOW_PROMISES, PROMISES[state.bucket()[account]])
        chance = np.where(state.dpd[account] > 0, chance, 0.0)  # a current account owes nothing yet
        promised = state.promised_until[account] >= t
        renews = np.where(state.renewable(t)[account], RENEWED, 0.0)
        takes = debtor & (draw[2] < np.where(promised, renews, chance))
        reminds = debtor & promised & ~takes & (draw[2] < 0.6)
        first = np.zeros(len(account), np.bool_)
        first[np.unique(account, return_index=True)[1]] = True
        result = np.where(reminds | (takes & ~first), REMINDER, result)
        return np.where(takes & first, PROMISE, result)

    def _durations(self, agent: Ints, result: Ints, human: Bools) -> tuple[Ints, Ints, Ints]:
        size = len(agent)
        draw = self.random.random(size)
        written = (draw < 0.03) & (result != PROMISE)
        dialled = (draw > 0.96) & ~human
        channel = np.where(written, WHATSAPP, np.where(dialled, BLASTER, CALL))
        mean = np.where(result == PROMISE, 285.0, np.where(result >= PROMISE, 215.0, 95.0))
        length = mean * self.pace[agent] * np.exp(self.random.normal(-0.1, 0.45, size))
        talks = human & (channel == CALL)
        talk = np.where(talks, np.maximum(length, 8), 0).astype(np.int64)
        wrap = np.where(talks, self.random.integers(18, 62, size), 0)
        return channel, talk, wrap


def _pick(shares: dict[str, float], draw: NDArray[np.float64]) -> Ints:
    places = np.array([RESULTS.index(code) for code in shares])
    edges = np.cumsum(list(shares.values()))
    return np.asarray(places[np.searchsorted(edges[:-1], draw, side="right")])


def _earliest(timeline: Timeline) -> Ints:
    """Places x days: the agency's second of the day at which it is seven where the debtor lives."""
    zones = [place[5] for place in places_plan().places]
    behind = {zone: [_hours_behind(zone, day) for day in timeline.days] for zone in sorted(set(zones))}
    return np.array([[(7 + hours) * 3600 for hours in behind[zone]] for zone in zones])


def _hours_behind(zone: str, day: date) -> int:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=AGENCY_ZONE)
    there = noon.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    return round(((noon.utcoffset() or timedelta()) - there).total_seconds() / 3600)
