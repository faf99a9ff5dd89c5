"""What debtors agreed with the demo's agents, out of their promises; the money is in the ledger already.

Most terms are cut to what the debtor went on to pay, so that they can be kept; the rest fall as they may.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

import numpy as np

from db.agreement_rules import Agreement, due_days, judge, status_on
from db.bulk import Row
from db.calendars import load_calendars
from db.demo.fact_rows import Book
from db.demo.plan import agency_plan
from db.demo.state import Promises
from db.demo.timeline import utc_texts
from db.promise_rules import Payment, PromiseRules

AGREED = 0.14  # of the promises
SINGLE, FITTED = 0.3, 0.8
DOUBTED = 0.5  # of those that nothing would ever be paid of: the agent takes the promise only
FREQUENCIES = {"mensual": 0.5, "quincenal": 0.32, "semanal": 0.18}
LONGEST = 6
OLD = 100  # days past due of what a late campaign is given
DISCOUNTED = 0.55  # of the agreements on its accounts
CANCELLED, YOUNG_DAYS, UNSIGNED = 0.03, 2, 0.4
UNSIGNED_AS = ("draft", "to_authorize", "authorized", "formalized")
AFTER_CALL = 120  # seconds
APART_DAYS = 20  # from the last due day to the debtor's next agreement
MICROS_A_POINT = 10_000


@dataclass(frozen=True)
class Terms:
    total: int
    count: int
    first: date
    frequency: str
    discount: int  # points of percentage

    def due(self) -> list[date]:
        return due_days(self.first, self.count, self.frequency)


@dataclass(frozen=True)
class Draws:
    """All the chances of one agreement, so that what becomes of one never moves the next one's."""

    single: float
    fitted: float
    discounted: float
    unsigned: float
    cancelled: float
    count: int
    frequency: str
    as_: str


def agreement_rows(book: Book, discounts: Sequence[str], random: np.random.Generator) -> list[Row]:
    day, made = book.promises
    size = len(day)
    chosen = (random.random(size) < AGREED) & (made.agent >= 0)
    draws = _draws(size, random)
    money = _money(book, set(made.account[chosen].tolist()))
    busy: dict[int, date] = {}
    found: list[tuple[int, Terms]] = []
    for n in np.flatnonzero(chosen).tolist():
        account, on = int(made.account[n]), book.timeline.days[int(day[n])]
        if on <= busy.get(account, date.min):
            continue
        terms = _terms(book, made, n, on, draws[n], money[account], int(discounts[account]))
        if terms is None:
            continue
        busy[account] = terms.due()[-1] + timedelta(days=APART_DAYS)
        found.append((n, terms))
    status = _statuses(book, found, day.tolist(), made.account.tolist(), money)
    return list(_rows(book, found, status, draws))


def _draws(size: int, random: np.random.Generator) -> list[Draws]:
    chances = random.random((5, size)).tolist()
    count = random.integers(2, LONGEST + 1, size).tolist()
    frequency = random.choice(np.array([*FREQUENCIES], object), size, p=[*FREQUENCIES.values()]).tolist()
    as_ = random.choice(np.array(UNSIGNED_AS, object), size).tolist()
    return [Draws(*each) for each in zip(*chances, count, frequency, as_, strict=True)]


def _money(book: Book, accounts: set[int]) -> dict[int, list[Payment]]:
    """Each account's money in and given back, in the order it came."""
    found: dict[int, list[Payment]] = defaultdict(list)
    number = 0
    for t, paid in book.ledger.payments:
        rows = zip(paid.account.tolist(), paid.amount.tolist(), paid.reverses.tolist(), strict=True)
        for account, amount, reverses in rows:
            if account in accounts:
                back = str(reverses) if reverses >= 0 else None
                found[account].append(Payment(str(number), book.timeline.days[t], amount, back))
            number += 1
    return found


def _terms(
    book: Book, made: Promises, n: int, on: date, drawn: Draws, money: Sequence[Payment], most: int
) -> Terms | None:
    """The promise is the first payment; what the debtor still owes is the most there is to agree on."""
    account, part = int(made.account[n]), int(made.amount[n])
    owed = int(book.portfolio.balance[account]) - sum(m.amount_cents for m in money if m.paid_on < on)
    old = agency_plan().campaigns[int(book.portfolio.campaign[account])].placed_dpd[0] > OLD
    discount = most if old and drawn.discounted < DISCOUNTED else 0
    first = book.timeline.days[0] + timedelta(days=int(made.due[n]))
    counts = [1] if drawn.single < SINGLE else [*range(min(drawn.count, max(owed // part, 1)), 0, -1)]
    plans = [Terms(part * count, count, first, drawn.frequency, discount) for count in counts]
    fits = [plan for plan in plans if _could_be_paid(plan, on, money, book.timeline.today)]
    if not fits and drawn.fitted < DOUBTED:
        return None
    plan = fits[0] if fits and drawn.fitted < FITTED else plans[0]
    within = plan.total * 100 <= owed * (100 - discount)
    return plan if within else Terms(plan.total, plan.count, plan.first, plan.frequency, 0)


def _could_be_paid(plan: Terms, on: date, money: Sequence[Payment], today: date) -> bool:
    """By each due day up to now, what came since covers what was due."""
    part = plan.total // plan.count
    for wanted, due in zip(accumulate([part] * plan.count), plan.due(), strict=True):
        got = sum(m.amount_cents for m in money if on <= m.paid_on <= due)
        if due <= today and got < wanted:
            return False
    return True


def _statuses(
    book: Book,
    found: Sequence[tuple[int, Terms]],
    day: Sequence[int],
    account: Sequence[int],
    money: dict[int, list[Payment]],
) -> dict[int, str]:
    """What the creditor's file says of each: what its money made of it up to today."""
    terms = [PromiseRules(2, 100, c.payment_lag_days) for c in agency_plan().clients]
    of_account: dict[int, list[Agreement]] = defaultdict(list)
    for n, t in found:
        on = book.timeline.days[day[n]]
        of_account[account[n]].append(Agreement(n, on, t.total, t.count, t.first, t.frequency))
    told: dict[int, str] = {}
    bank = load_calendars().bank
    for key, agreed in of_account.items():
        rules = terms[int(book.portfolio.client[key])]
        for judged in judge(agreed, money[key], rules, bank):
            told[judged.result.agreement_id] = status_on(judged.result, book.timeline.today)
    return told


def _rows(
    book: Book, found: Sequence[tuple[int, Terms]], told: dict[int, str], draws: Sequence[Draws]
) -> Iterator[Row]:
    days, made = book.promises
    place = np.array([n for n, _ in found], np.int64)
    day, account = days[place], made.account[place]
    second = np.minimum(made.second[place] + AFTER_CALL, 86_399)
    loads = book.loads.by_day("agreements", book.portfolio.client[account], day).tolist()
    young = book.timeline.last - YOUNG_DAYS
    columns = zip(
        *book.owners(account),
        book.agent_keys(made.agent[place]),
        utc_texts(book.timeline.days, day, second),
        book.text(day),
        strict=True,
    )
    for row, (n, terms), load, t in zip(columns, found, loads, day.tolist(), strict=True):
        unsigned = t > young and draws[n].unsigned < UNSIGNED
        status = draws[n].as_ if unsigned else told[n]
        status = "cancelled" if draws[n].cancelled < CANCELLED else status
        plan = (terms.total, terms.count, terms.first.isoformat(), terms.frequency)
        yield (*row, *plan, terms.discount * MICROS_A_POINT, status, load)
