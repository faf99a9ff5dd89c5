"""What debtors promise and pay. A promise's fate is drawn when it is made; its payments follow from it."""

import numpy as np
from numpy.typing import NDArray

from db.demo.calls import PROMISE
from db.demo.plan import agency_plan
from db.demo.portfolio import Bools, Ints, Portfolio
from db.demo.staff import Agents
from db.demo.state import CYCLE_DAYS, NO_PROMISE_AFTER, Calls, Payments, Promises, State, rates
from db.demo.timeline import Timeline

SPONTANEOUS = rates(0, 0.85, 0.55, 0.40, 0.30, 0.24, 0.20, 0.022, 0.006)  # of the accounts, a month
KEPT, HOLLOW_KEPT, PARTIAL = 0.66, 0.2, 0.07
ON_DUE_DATE = 0.68  # a current account's next instalment
WORSE_WEEKS, WORSE_PAYS, WORSE_KEEPS = 7, 0.15, 0.35
BEHIND_FACTOR = 0.72  # of this month, on top of a target it has never reached
BOUNCE, BOUNCE_AFTER, STORY_BOUNCE_WITHIN = 0.012, 2, 4
STORY_BOUNCE_DAYS_AGO = 4
NEW_ACCOUNT_DAYS = 9  # it is not paid off before a balance file has named it
LEAST_CENTS = 10_000


class Money:
    """The debtors' side of the ledger, day by day."""

    def __init__(
        self, portfolio: Portfolio, agents: Agents, timeline: Timeline, random: np.random.Generator, team: int
    ) -> None:
        self.portfolio, self.agents, self.timeline, self.random = portfolio, agents, timeline, random
        plan = agency_plan()
        self.pull = timeline.payday_pull()
        self.pays = np.array([c.pays for c in plan.campaigns])[portfolio.campaign]
        self.worse = portfolio.campaign == plan.campaign(plan.stories.worsening_campaign)
        self.worse_from = timeline.last - WORSE_WEEKS * 7
        self.team, self.behind_from = team, timeline.first_working(0)
        self.story_client = portfolio.client == plan.client(plan.stories.reversals_client)
        self.story_day = timeline.working_before(STORY_BOUNCE_DAYS_AGO)
        self.skill = random.uniform(0.92, 1.08, len(agents.id))

    def promise(self, t: int, calls: Calls, state: State) -> Promises:
        made = calls.result == PROMISE
        account, agent = calls.account[made], calls.agent[made]
        due = self._due_days(t, len(account))
        amount = self._amounts(state, account, self.random.random(len(account)))
        self._decide(t, state, account, agent, due, amount)
        return Promises(account, agent, calls.second[made], due, amount)

    def _due_days(self, t: int, size: int) -> Ints:
        soon = t + 1 + self.random.integers(0, 7, size)
        pay = next((n for n in range(1, 12) if self._payday(t + n)), None)
        return soon if pay is None else np.where(self.random.random(size) < 0.5, t + pay, soon)

    def _payday(self, t: int) -> bool:
        ahead = self.timeline.days[0].toordinal() + t
        day = type(self.timeline.days[0]).fromordinal(ahead)
        return day.day == 15 or type(day).fromordinal(ahead + 1).day == 1

    def _amounts(self, state: State, account: Ints, draw: NDArray[np.float64]) -> Ints:
        """One instalment mostly; two, all that is overdue, or a part; of the oldest accounts rarely all."""
        instalment = self.portfolio.instalment[account]
        overdue = np.maximum(state.overdue()[account], LEAST_CENTS)
        all_of_it = np.where(state.dpd[account] > 180, 0.05, 0.30)
        some = np.where(draw > 0.94, (instalment * 0.55).astype(np.int64), instalment)
        some = np.where((draw > all_of_it) & (draw < all_of_it + 0.07), 2 * instalment, some)
        whole = np.where(draw < all_of_it, overdue, some // 1000 * 1000)
        return np.minimum(np.maximum(whole, LEAST_CENTS), state.balance[account])

    def _decide(self, t: int, state: State, account: Ints, agent: Ints, due: Ints, amount: Ints) -> None:
        """Kept, in part or not at all: the plan of the payment, and until when nothing else is paid."""
        size = len(account)
        keeps = KEPT * self.skill[agent] * self._mood(t, state, account, WORSE_KEEPS)
        keeps = np.where(self.agents.hollow[agent], HOLLOW_KEPT, keeps)
        draw = self.random.random(size)
        kept, partial = draw < keeps, (draw >= keeps) & (draw < keeps + PARTIAL)
        before = t + (self.random.random(size) * (due - t)).astype(np.int64)
        when = self.random.random(size)
        day = np.where(when < 0.62, due, np.where(when < 0.92, before, due + 1))
        part = np.maximum((amount * self.random.uniform(0.3, 0.7, size)).astype(np.int64), LEAST_CENTS // 2)
        state.plan_day[account] = np.where(kept, day, np.where(partial, due, -1))
        state.plan_amount[account] = np.where(kept, amount, part)
        state.promised_until[account] = due + NO_PROMISE_AFTER
        state.hold_until[account] = np.where(kept, day, due + NO_PROMISE_AFTER)

    def _mood(self, t: int, state: State, account: Ints, worse: float) -> NDArray[np.float64]:
        """The planted stories: a campaign that pays less and less, a team that asks less."""
        slipping = self.worse[account] & (t >= self.worse_from)
        lazy = self.agents.supervisor[state.owner[account], t] == self.team
        lazy = lazy & (t >= self.behind_from)
        return np.where(slipping, worse, 1.0) * np.where(lazy, BEHIND_FACTOR, 1.0)

    def pay(self, t: int, due_today: Ints, state: State) -> Payments:
        planned = np.flatnonzero(state.alive(t) & (state.plan_day == t))
        paid = [planned, self._unasked(t, state), self._on_time(t, due_today, state)]
        amounts = [
            np.minimum(state.plan_amount[planned], state.balance[planned]),
            self._amounts(state, paid[1], self.random.random(len(paid[1]))),
            np.minimum(self.portfolio.instalment[paid[2]], state.balance[paid[2]]),
        ]
        account, amount = np.concatenate(paid), np.concatenate(amounts)
        fresh = self.portfolio.placed[account] > t - NEW_ACCOUNT_DAYS
        amount = np.where(fresh, np.minimum(amount, state.balance[account] - LEAST_CENTS), amount)
        may_bounce = np.repeat([False, True, False], [len(p) for p in paid])
        if t == self.timeline.last:
            known = self.random.random(len(account)) * 86_400 <= self.timeline.second_of_today
            account, amount, may_bounce = account[known], amount[known], may_bounce[known]
        _apply(t, state, account, amount, may_bounce)
        return Payments(account, amount, np.full(len(account), -1))

    def _unasked(self, t: int, state: State) -> Ints:
        everyone = np.arange(len(self.portfolio))
        daily = SPONTANEOUS[state.bucket()] / CYCLE_DAYS * self.pull[t] * self.pays
        daily = daily * self._mood(t, state, everyone, WORSE_PAYS)
        may = state.alive(t) & (self.portfolio.placed < t) & (state.hold_until < t)
        return np.flatnonzero(may & (self.random.random(len(daily)) < daily))

    def _on_time(self, t: int, due_today: Ints, state: State) -> Ints:
        """Those who miss their due date are one day past due from today."""
        chance = ON_DUE_DATE * self._mood(t, state, due_today, 0.5)
        pays = (self.random.random(len(due_today)) < chance) & (state.hold_until[due_today] < t)
        state.to_due[due_today] = CYCLE_DAYS
        state.dpd[due_today[~pays]] = 1
        return due_today[pays]

    def bounce(self, t: int, state: State) -> Payments:
        """Payments taken back: now and then one, and on one day many of one creditor."""
        since = t - state.paid_day
        may = state.alive(t) & (state.paid_number >= 0) & (state.promised_until < t)
        chosen = may & (since == BOUNCE_AFTER) & (self.random.random(len(may)) < BOUNCE)
        if t == self.story_day:
            chosen |= may & self.story_client & (since >= 1) & (since <= STORY_BOUNCE_WITHIN)
        account = np.flatnonzero(chosen)
        number, amount = state.paid_number[account], state.paid_amount[account]
        state.balance[account] += amount
        state.dpd[account] = state.dpd_before[account] + since[account]
        state.carry[account] = state.carry_before[account]
        state.paid_number[account] = -1
        state.payments += len(account)
        return Payments(account, -amount, number)


def _apply(t: int, state: State, account: Ints, amount: Ints, may_bounce: Bools) -> None:
    """Each whole instalment takes a cycle off the arrears; all that was overdue makes the account current."""
    dpd, instalment = state.dpd[account], state.portfolio.instalment[account]
    owed = -(-dpd // CYCLE_DAYS)
    whole, rest = np.divmod(state.carry[account] + amount, instalment)
    after = np.maximum(dpd - CYCLE_DAYS * whole, 0)
    cured = (after == 0) & (dpd > 0)
    state.dpd_before[account], state.carry_before[account] = dpd, state.carry[account]
    state.paid_day[account], state.paid_amount[account] = t, amount
    state.paid_number[account] = np.where(may_bounce, state.payments + np.arange(len(account)), -1)
    state.payments += len(account)
    state.dpd[account] = after
    state.carry[account] = np.where(after > 0, rest, 0)
    state.to_due[account[cured]] = np.maximum(owed * CYCLE_DAYS - dpd, 1)[cured]
    state.balance[account] -= amount
    state.gone[account[state.balance[account] <= 0]] = t
    state.plan_day[account] = np.where(state.plan_day[account] == t, -1, state.plan_day[account])
