"""What becomes of a promise to pay: one account's promises and payments in, results out.

Pure: the same whatever today is (the day an outcome may be told is part of it). Knows no database.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, NamedTuple

from db.calendars import Calendar

Status = Literal["kept", "partial", "broken", "renewed"]

ROUNDING_CENTS = 100  # MXN 1: nobody breaks a promise over the cents
_DAY = timedelta(days=1)


class PromiseRules(NamedTuple):
    """A client's terms. Grace is in business days of the bank, the lag of its payment file in plain days."""

    grace_days: int = 2
    threshold_pct: int = 100
    lag_days: int = 2


class Promise(NamedTuple):
    id: int
    made_on: date
    due_on: date
    amount_cents: int


class Payment(NamedTuple):
    """Money in; or money given back, when it is negative or names the payment it reverses."""

    ref: str
    paid_on: date
    amount_cents: int
    reverses_ref: str | None = None


class Result(NamedTuple):
    """`status` is final from `decide_on` on; before that day the promise is open (see `status_on`)."""

    promise_id: int
    status: Status
    allocated_cents: int
    window_ends_on: date
    decide_on: date
    corrected: bool  # money it was allocated was given back after it closed; its status stands


def status_on(result: Result, day: date) -> Literal["open", "kept", "partial", "broken", "renewed"]:
    """What may be said of it on `day`: open until its window has closed and the payment file is in."""
    if result.status != "renewed" and day < result.decide_on:
        return "open"
    return result.status


def decide(
    promises: Iterable[Promise], payments: Iterable[Payment], rules: PromiseRules, calendar: Calendar
) -> list[Result]:
    """One account's promises, each judged by its own window and first due, first served.

    A window runs from the day it was made to its due day plus grace. Promises made on one day are a plan
    and stand together; one made on a later day renews those whose window is open and that are not yet
    paid, and money of that day and after goes to it. Money given back leaves the promises still open, which
    share out again what is left; a promise that has closed keeps its status and is marked corrected.
    A payment given back twice, or beyond its amount, takes back what it brought in and nothing more.
    """
    return [result for result, _ in decide_dated(promises, payments, rules, calendar)]


def decide_dated(
    promises: Iterable[Promise], payments: Iterable[Payment], rules: PromiseRules, calendar: Calendar
) -> list[tuple[Result, date | None]]:
    """What `decide` says, each with the day of the last money it was allocated."""
    standing = [_stand(p, rules, calendar) for p in promises]
    standing.sort(key=lambda s: (s.promise.due_on, s.promise.id))
    money = _net(payments)
    made = {s.promise.made_on for s in standing}
    waiting = standing
    for day in sorted({s.ends_on for s in standing} | {m - _DAY for m in made}):
        if not waiting:
            break
        waiting = _close(waiting, money, day, rules, renewing=day + _DAY in made)
    _mark_corrected(money)
    return [(_result(s, rules), s.last_paid_on) for s in sorted(standing, key=lambda s: s.promise.id)]


@dataclass(slots=True, eq=False)
class _Standing:
    """A promise while the account's days are gone through."""

    promise: Promise
    ends_on: date
    takes_until: date  # the last day whose money it may take
    allocated: int = 0
    last_paid_on: date | None = None
    renewed: bool = False
    corrected: bool = False


@dataclass(slots=True, eq=False)
class _Money:
    """A payment: what of it was given back and when, and which closed promises it went to."""

    paid_on: date
    cents: int
    returned: list[tuple[date, int]] = field(default_factory=list)
    spent: list[tuple[_Standing, int]] = field(default_factory=list)

    def left(self, on: date) -> int:
        back = sum(cents for day, cents in self.returned if day <= on)
        return max(0, self.cents - back - sum(cents for _, cents in self.spent))

    def unreturned(self) -> int:
        return self.cents - sum(cents for _, cents in self.returned)


def _stand(promise: Promise, rules: PromiseRules, calendar: Calendar) -> _Standing:
    # A due day before the day it was made is a slip of the file: the window is that one day at least.
    ends = max(calendar.add_business_days(promise.due_on, rules.grace_days), promise.made_on)
    return _Standing(promise, ends_on=ends, takes_until=ends)


def _net(payments: Iterable[Payment]) -> list[_Money]:
    """The payments by day, each with what was given back of it."""
    rows = sorted(payments, key=lambda p: (p.paid_on, p.ref))
    money = {
        p.ref: _Money(p.paid_on, p.amount_cents)
        for p in rows
        if p.amount_cents > 0 and p.reverses_ref is None
    }
    back = [p for p in rows if p.ref not in money]
    refs = {p.ref for p in rows}
    for row in back:
        cents = abs(row.amount_cents)
        for source in _sources(row, money, refs):
            returned = min(cents, source.unreturned())
            if returned > 0:
                source.returned.append((row.paid_on, returned))
                cents -= returned
    return list(money.values())


def _sources(row: Payment, money: Mapping[str, _Money], refs: Collection[str]) -> list[_Money]:
    """What money given back is taken from: the payment it names and no other, which may have brought less.

    What names no row of the account leaves the newest payments, one of the same amount first.
    """
    named = row.reverses_ref
    if named is not None and named in refs and named != row.ref:
        return [money[named]] if named in money else []
    before = [m for m in reversed(list(money.values())) if m.paid_on <= row.paid_on]
    same = [m for m in before if m.unreturned() == abs(row.amount_cents)]
    return same[:1] + before


def _close(
    waiting: list[_Standing], money: Sequence[_Money], day: date, rules: PromiseRules, *, renewing: bool
) -> list[_Standing]:
    """Share out the money in by `day`, settle the promises that end there, and give back the rest."""
    active = [s for s in waiting if s.promise.made_on <= day]
    shares = _share_out(active, money, day)
    for standing in active:
        if standing.ends_on > day and renewing:
            standing.takes_until = min(standing.takes_until, day)
            standing.renewed = not _is_kept(standing.promise, standing.allocated, rules)
    over = {id(s) for s in active if s.ends_on <= day or s.renewed}
    for source, standing, cents in shares:
        if id(standing) in over:
            source.spent.append((standing, cents))
    return [s for s in waiting if id(s) not in over]


def _share_out(
    active: Sequence[_Standing], money: Sequence[_Money], day: date
) -> list[tuple[_Money, _Standing, int]]:
    """First due, first served: every payment in by `day`, to the promises whose window holds its date."""
    shares = []
    for standing in active:
        standing.allocated, standing.last_paid_on = 0, None
    for source in money if active else ():
        if source.paid_on > day:
            break
        left = source.left(day)
        for standing in active:
            promise = standing.promise
            if left and promise.made_on <= source.paid_on <= standing.takes_until:
                cents = min(left, promise.amount_cents - standing.allocated)
                if cents > 0:
                    standing.allocated += cents
                    standing.last_paid_on = source.paid_on
                    left -= cents
                    shares.append((source, standing, cents))
    return shares


def _is_kept(promise: Promise, allocated: int, rules: PromiseRules) -> bool:
    wanted = promise.amount_cents * rules.threshold_pct - 100 * ROUNDING_CENTS
    return allocated > 0 and allocated * 100 >= wanted


def _mark_corrected(money: Iterable[_Money]) -> None:
    """Where more was given to closed promises than was left in the end, the last ones served lost it."""
    for source in money:
        short = sum(cents for _, cents in source.spent) - source.unreturned()
        for standing, cents in reversed(source.spent):
            if short > 0:
                standing.corrected = True
                short -= cents


def _result(standing: _Standing, rules: PromiseRules) -> Result:
    status: Status = "broken"
    if standing.renewed:
        status = "renewed"
    elif _is_kept(standing.promise, standing.allocated, rules):
        status = "kept"
    elif standing.allocated > 0:
        status = "partial"
    ends_on = standing.ends_on
    decide_on = ends_on + timedelta(days=rules.lag_days)
    return Result(standing.promise.id, status, standing.allocated, ends_on, decide_on, standing.corrected)
