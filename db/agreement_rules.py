"""What becomes of an agreement (convenio): its instalments worked out, and judged by the account's money.

Pure, and the same whatever today is (the day an outcome may be told is part of it). Knows no database.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Literal, NamedTuple

from db.calendars import Calendar
from db.periods import add_months, month_of
from db.promise_rules import Payment, Promise, PromiseRules, Result, decide_dated

Outcome = Literal["fulfilled", "broken", "expired", "renewed"]

# As the file says: nothing was agreed yet, or not any more. They have no instalments to count.
NOT_IN_FORCE = ("draft", "to_authorize", "cancelled")
_HALF_MONTH = 15


class Agreement(NamedTuple):
    id: int
    agreed_on: date
    total_cents: int  # what is to be paid, the discount already taken off
    installments: int
    first_due_on: date
    frequency: str  # semanal | quincenal | mensual
    status: str = "active"  # the file's


class Installment(NamedTuple):
    number: int  # 1 is the first payment
    due_on: date
    amount_cents: int


class InstallmentResult(NamedTuple):
    """`status` (kept, partial, broken) is final from `decide_on` on; before that day it is open."""

    agreement_id: int
    number: int
    due_on: date
    amount_cents: int
    allocated_cents: int
    status: str
    window_ends_on: date
    decide_on: date


class AgreementResult(NamedTuple):
    """What becomes of it by the money there is: `status` holds from `settled_on` on (see `status_on`).

    `window_ends_on` is the last day of its last instalment; neither day where it is not in force.
    """

    agreement_id: int
    status: str
    paid_cents: int
    settled_on: date | None
    window_ends_on: date | None


class Judged(NamedTuple):
    result: AgreementResult
    installments: tuple[InstallmentResult, ...]


def status_on(result: AgreementResult, day: date) -> str:
    """What may be said of it on `day`: active until it was fulfilled, broken, let expire or renewed."""
    return "active" if result.settled_on is not None and day < result.settled_on else result.status


def installments_of(agreement: Agreement, calendar: Calendar) -> list[Installment]:
    """The plan: equal parts cut to the centavo, the last one takes what is left, so that they sum exactly.

    A due day on which banks are closed moves to the next one on which they are open. The days after it are
    counted from the day agreed, not from the one it was moved to.
    """
    count = agreement.installments
    if count < 1:
        raise ValueError(f"agreement {agreement.id}: {count} installments")
    part = agreement.total_cents // count
    last = agreement.total_cents - part * (count - 1)
    days = due_days(agreement.first_due_on, count, agreement.frequency)
    return [
        Installment(n, calendar.next_business_day(day), last if n == count else part)
        for n, day in enumerate(days, start=1)
    ]


def due_days(first: date, count: int, frequency: str) -> list[date]:
    """The days agreed, before bank holidays.

    semanal: every 7 days. mensual: the same day of each month, or its last where it has no such day.
    quincenal: twice a month, as wages are paid: the 15th and the month's last day where the first falls due
    on the 15th, the 30th or a month's last day; else that day and the one 15 days before or after it in each
    month, as the 5th and the 20th.
    """
    if count == 1:
        return [first]
    if frequency == "semanal":
        return [first + timedelta(weeks=n) for n in range(count)]
    if frequency == "mensual":
        return [_day_of(first, n, first.day) for n in range(count)]
    if frequency == "quincenal":
        return [_half_month(first, n) for n in range(count)]
    raise ValueError(f"no such frequency: {frequency}")


def _half_month(first: date, n: int) -> date:
    """The n-th day after `first`, two a month."""
    late = first.day > _HALF_MONTH
    if first.day in (_HALF_MONTH, 2 * _HALF_MONTH) or first == month_of(first).end:
        days = _HALF_MONTH, 31
    else:
        days = (first.day - _HALF_MONTH, first.day) if late else (first.day, first.day + _HALF_MONTH)
    months, second = divmod(n + late, 2)
    return _day_of(first, months, days[second]) if n else first


def _day_of(first: date, months: int, day: int) -> date:
    """That day of the month so many months after, or its last one."""
    month = month_of(add_months(first.replace(day=1), months))
    return min(month.start + timedelta(days=day - 1), month.end)


def judge(
    agreements: Iterable[Agreement],
    payments: Iterable[Payment],
    rules: PromiseRules,
    calendar: Calendar,
) -> list[Judged]:
    """One account's agreements, each instalment by the rules of a promise (`promise_rules.decide`).

    An instalment's window runs from the day of the agreement to its due day plus the client's grace in
    business days of the bank; early money counts. Payments go to the instalments whose window holds them,
    first due, first served, across agreements made on one day; an agreement made on a later day renews those
    before it: their instalments still unpaid and in their window are left out, and money of that day and
    after is the new one's. Threshold, the peso forgiven, the wait for the payment file and money given back
    are as with promises.

    Promises and agreements are two views of the same money: a payment may serve a promise and an instalment,
    and neither takes it from the other. The two are never to be added up.
    """
    listed = sorted(agreements)
    owed: list[tuple[Agreement, Installment]] = [
        (each, part)
        for each in listed
        if each.status not in NOT_IN_FORCE
        for part in installments_of(each, calendar)
    ]
    promised = [Promise(n, a.agreed_on, part.due_on, part.amount_cents) for n, (a, part) in enumerate(owed)]
    told = decide_dated(promised, payments, rules, calendar)
    made = sorted({each.agreed_on for each, _ in owed})
    judged = {
        agreement.id: _judged(agreement, [(part, *told[n]) for n, (_, part) in some], made)
        for agreement, some in _by_agreement(owed)
    }
    return [judged.get(each.id) or _not_in_force(each) for each in listed]


Share = tuple[Installment, Result, date | None]


def _by_agreement(
    owed: Sequence[tuple[Agreement, Installment]],
) -> Iterator[tuple[Agreement, list[tuple[int, tuple[Agreement, Installment]]]]]:
    for agreement, some in groupby(enumerate(owed), key=lambda pair: pair[1][0]):
        yield agreement, list(some)


def _not_in_force(agreement: Agreement) -> Judged:
    return Judged(AgreementResult(agreement.id, agreement.status, 0, None, None), ())


def _judged(agreement: Agreement, shares: Sequence[Share], made: Sequence[date]) -> Judged:
    status, settled_on = _outcome(agreement, shares, made)
    paid = sum(result.allocated_cents for _, result, _ in shares)
    ends_on = max(result.window_ends_on for _, result, _ in shares)
    kept = tuple(_installment(agreement, part, r) for part, r, _ in shares if r.status != "renewed")
    return Judged(AgreementResult(agreement.id, status, paid, settled_on, ends_on), kept)


def _installment(agreement: Agreement, part: Installment, result: Result) -> InstallmentResult:
    return InstallmentResult(
        agreement.id, *part, result.allocated_cents, result.status, result.window_ends_on, result.decide_on
    )


def _outcome(agreement: Agreement, shares: Sequence[Share], made: Sequence[date]) -> tuple[Outcome, date]:
    """One instalment missed breaks it, on the day that may be told; no first payment at all lets it expire.

    Nothing missed: renewed on the day the next one was made if that left something unpaid, else fulfilled
    on the day of the last payment it took.
    """
    missed = [(part, result) for part, result, _ in shares if result.status in ("partial", "broken")]
    if missed:
        part, result = missed[0]
        never_began = part.number == 1 and result.status == "broken"
        return "expired" if never_began else "broken", result.decide_on
    if any(result.status == "renewed" for _, result, _ in shares):
        return "renewed", min(day for day in made if day > agreement.agreed_on)
    return "fulfilled", max(paid_on for _, _, paid_on in shares if paid_on is not None)
