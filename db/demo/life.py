"""Runs the demo agency day by day: accounts age, are called, promise, pay, are taken back. Fills a ledger."""

import numpy as np

from db.demo.calls import Floor
from db.demo.money import Money
from db.demo.plan import agency_plan
from db.demo.portfolio import Ints, Portfolio
from db.demo.staff import Staff
from db.demo.state import Ledger, State
from db.demo.timeline import Timeline

REASONS = ("REGULARIZADA", "FIN DE ETAPA", "SOLICITUD DEL CREDITO")
REGULARISED, END_OF_STAGE, ON_REQUEST = range(3)
TAKES_BACK_CURRENT, TAKES_BACK_OTHERS = 0.45, 0.012
CHARGED_OFF_AFTER, CHARGED_OFF_SHARE = 365, 0.006
MOVED_MONTHLY = 0.015
SETTLED_DAYS = 10  # an account this new is not taken back yet


class Life:
    """The six months, simulated."""

    def __init__(
        self, portfolio: Portfolio, staff: Staff, timeline: Timeline, randoms: list[np.random.Generator]
    ) -> None:
        self.plan = agency_plan()
        self.portfolio, self.staff, self.timeline = portfolio, staff, timeline
        self.state, self.ledger = State(portfolio), Ledger()
        team = staff.person(self.plan.stories.team_behind).id
        self.floor = Floor(portfolio, staff.agents, timeline, randoms[0])
        self.money = Money(portfolio, staff.agents, timeline, randoms[1], team)
        self.random = randoms[2]
        self.cuts = [frozenset(timeline.cuts(client.cut_lag)) for client in self.plan.clients]
        financial = [self._is_financial(c.client) for c in self.plan.campaigns]
        self.financial = np.array(financial)[portfolio.campaign]

    def _is_financial(self, code: str) -> bool:
        return self.plan.clients[self.plan.client(code)].regime == "FINANCIERA"

    def run(self) -> tuple[State, Ledger]:
        self._close(0)
        for t in range(1, len(self.timeline.days)):
            self._take_back(t)
            self._charge_off(t)
            due_today = self.state.age(t)
            self._move(t)
            calls = self.floor.work(t, self.state)
            promises = self.money.promise(t, calls, self.state)
            self.ledger.calls.append((t, calls))
            self.ledger.promises.append((t, promises))
            self.ledger.payments.append((t, self.money.pay(t, due_today, self.state)))
            self.ledger.payments.append((t, self.money.bounce(t, self.state)))
            self._close(t)
        return self.state, self.ledger

    def _close(self, t: int) -> None:
        for client, days in enumerate(self.cuts):
            if t in days:
                self.ledger.cuts.append((t, self.state.cut(client, t)))

    def _take_back(self, t: int) -> None:
        """The creditor recalls accounts that are current, past the campaign's stage, or that it asks for."""
        state, day = self.state, self.timeline.days[t]
        free = state.alive(t) & (self.portfolio.placed < t - SETTLED_DAYS) & (state.promised_until < t)
        for n, campaign in enumerate(self.plan.campaigns):
            on = campaign.recall.day
            if not (day.day == on if on else self.timeline.is_month_end(t)):
                continue
            mine = free & (self.portfolio.campaign == n)
            draw = self.random.random(len(mine))
            past = mine & (state.dpd > campaign.recall.over)
            current = mine & (state.dpd == 0) & (draw < TAKES_BACK_CURRENT)
            others = mine & ~past & ~current & (state.dpd > 0) & (draw < TAKES_BACK_OTHERS)
            for reason, taken in ((END_OF_STAGE, past), (REGULARISED, current), (ON_REQUEST, others)):
                state.recalled[taken] = t
                state.recall_reason[taken] = reason

    def _charge_off(self, t: int) -> None:
        if not self.timeline.is_month_end(t):
            return
        state = self.state
        old = state.alive(t) & self.financial & (state.dpd > CHARGED_OFF_AFTER) & (state.promised_until < t)
        state.charged |= old & (self.random.random(len(old)) < CHARGED_OFF_SHARE)

    def _move(self, t: int) -> None:
        """Accounts change hands: all of the agent who leaves, and a few on each month's first working day."""
        agents, held = self.staff.agents, self.state.alive(t)
        gone = held & (agents.employed_until[self.state.owner] == t)
        day = self.timeline.days[t]
        monthly = self.timeline.working[t] and not self.timeline.working[t - day.day + 1 : t].any()
        if monthly:
            gone |= held & (self.random.random(len(held)) < MOVED_MONTHLY)
        account = np.flatnonzero(gone & (self.portfolio.placed < t))
        if len(account):
            new = self._colleagues(t, account)
            self.ledger.moves.append((t, account, new))
            self.state.owner[account] = new

    def _colleagues(self, t: int, account: Ints) -> Ints:
        """Another agent of the campaign, each in turn."""
        agents, owner = self.staff.agents, self.state.owner[account]
        new = owner.copy()
        for campaign in np.unique(agents.campaign[owner]):
            team = np.flatnonzero((agents.campaign == campaign) & (agents.employed_until > t))
            for place in np.flatnonzero(agents.campaign[owner] == campaign).tolist():
                others = team[team != owner[place]]
                new[place] = others[place % len(others)]
        return new
