"""How every account stands on the day the simulation has reached, and what it has written down so far."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from db.demo.portfolio import Bools, Ints, Portfolio

NEVER = 1 << 40
CYCLE_DAYS = 30
EDGES = (30, 60, 90, 120, 150, 180)
NO_PROMISE_AFTER = 9  # days after a due date: the grace has passed whatever the holidays
CHARGED_OFF_PLACE = 8  # after 0 and the seven buckets of the days, in tables of rates by bucket


@dataclass(frozen=True)
class Calls:
    """A day's attempts in the order of the clock. Codes are places in calls.RESULTS and calls.CHANNELS."""

    account: Ints
    agent: Ints  # place, -1 where a machine dialled
    second: Ints
    result: Ints
    channel: Ints
    talk: Ints
    wrap: Ints


@dataclass(frozen=True)
class Promises:
    account: Ints
    agent: Ints
    second: Ints
    due: Ints
    amount: Ints


@dataclass(frozen=True)
class Payments:
    """`reverses` is the number of the payment taken back, -1 for money that came in."""

    account: Ints
    amount: Ints
    reverses: Ints


@dataclass(frozen=True)
class Cut:
    """One client's file of one day."""

    client: int
    account: Ints
    balance: Ints
    overdue: Ints
    dpd: Ints
    charged: Bools


@dataclass
class Ledger:
    """Everything that happened, by day."""

    calls: list[tuple[int, Calls]] = field(default_factory=list)
    promises: list[tuple[int, Promises]] = field(default_factory=list)
    payments: list[tuple[int, Payments]] = field(default_factory=list)
    moves: list[tuple[int, Ints, Ints]] = field(default_factory=list)  # accounts and their new agents
    cuts: list[tuple[int, Cut]] = field(default_factory=list)


class State:
    """Arrays with one place an account; days are indexes, money is cents."""

    def __init__(self, portfolio: Portfolio) -> None:
        n = len(portfolio)
        self.portfolio = portfolio
        self.dpd = portfolio.dpd.copy()
        self.balance = portfolio.balance.copy()
        self.owner = portfolio.owner.copy()
        self.carry = np.zeros(n, np.int64)  # paid towards the next instalment
        self.to_due = 1 + np.arange(n) % CYCLE_DAYS  # days to the next due date of a current account
        self.charged = np.zeros(n, np.bool_)
        self.gone = np.full(n, NEVER)  # the day it was paid off
        self.recalled = np.full(n, NEVER)
        self.recall_reason = np.zeros(n, np.int64)
        self.promised_until = np.full(n, -1)  # no new promise before
        self.hold_until = np.full(n, -1)  # pays nothing but its promise before
        self.plan_day = np.full(n, -1)  # the day the promise will be paid
        self.plan_amount = np.zeros(n, np.int64)
        self.paid_number = np.full(n, -1)  # its last payment that may bounce, and how it stood before
        self.paid_day = np.full(n, -1)
        self.paid_amount = np.zeros(n, np.int64)
        self.dpd_before = np.zeros(n, np.int64)
        self.carry_before = np.zeros(n, np.int64)
        self.payments = 0

    def alive(self, t: int) -> Bools:
        held: Bools = (self.portfolio.placed <= t) & (self.gone > t) & (self.recalled > t)
        return held

    def bucket(self) -> Ints:
        """0 current, 1-7 by days past due, and charged off after them: the place in a table of rates."""
        number = np.where(self.dpd <= 0, 0, 1 + np.searchsorted(EDGES, self.dpd, side="left"))
        late: Ints = np.where(self.charged, CHARGED_OFF_PLACE, number)
        return late

    def instalments_due(self) -> Ints:
        due: Ints = -(-self.dpd // CYCLE_DAYS)
        return due

    def renewable(self, t: int) -> Bools:
        """Its promise has not fallen due and nothing of it is paid: another may take its place."""
        open_still: Bools = (self.hold_until >= t) & (self.promised_until - NO_PROMISE_AFTER > t)
        return open_still

    def overdue(self) -> Ints:
        owed = self.instalments_due() * self.portfolio.instalment - self.carry
        within: Ints = np.minimum(np.maximum(owed, 0), self.balance)
        return within

    def age(self, t: int) -> Ints:
        """One more day: arrears grow by a day; gives the current accounts whose payment falls due today."""
        held = self.alive(t) & (self.portfolio.placed < t)
        late = held & (self.dpd > 0)
        current = held & (self.dpd == 0)
        self.dpd[late] += 1
        self.to_due[current] -= 1
        return np.flatnonzero(current & (self.to_due <= 0))

    def cut(self, client: int, t: int) -> Cut:
        account = np.flatnonzero(self.alive(t) & (self.portfolio.client == client))
        return Cut(
            client,
            account,
            self.balance[account],
            self.overdue()[account],
            self.dpd[account],
            self.charged[account],
        )


def rates(*values: float) -> NDArray[np.float64]:
    """A rate by bucket: 0, 1-30 ... 181+, charged off."""
    return np.array(values)
