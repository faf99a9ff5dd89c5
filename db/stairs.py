"""How much of what a creditor placed came back, by the month it was placed and the months since.

Of every account that was ever placed, those that were recalled since included: the money that a month's
placement paid, over the balance it was placed with.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, extract, func, select

from db.tables.facts import payments
from db.tables.reference import accounts


@dataclass(frozen=True)
class Step:
    """One month's placement. `paid` is by months since, not summed up: 0 is the month it was placed in."""

    month: date
    accounts: int
    placed_cents: int
    paid_cents: dict[int, int] = field(default_factory=dict)

    def recovered(self, months: int) -> Fraction | None:
        """The share that is back by the end of that many months."""
        if self.placed_cents <= 0:
            return None
        back = sum(cents for since, cents in self.paid_cents.items() if since <= months)
        return Fraction(back, self.placed_cents)

    def age(self, today: date) -> int:
        return _months(self.month, today)


def stairs(
    connection: Connection, client_id: int, today: date, campaigns: Sequence[int] | None
) -> list[Step]:
    """By month of placement, the oldest first; payments up to `today` by the day they were made."""
    own = [accounts.c.client_id == client_id, accounts.c.placed_on <= today]
    if campaigns is not None:
        own.append(accounts.c.campaign_id.in_(campaigns))
    placed = _month_of(accounts.c.placed_on)
    counted = select(*placed, func.count(), func.sum(accounts.c.balance_cents)).where(*own).group_by(*placed)
    steps = {
        (int(year), int(month)): Step(date(int(year), int(month), 1), int(n), int(cents or 0))
        for year, month, n, cents in connection.execute(counted)
    }
    for year, month, paid_year, paid_month, cents in connection.execute(_paid(own, placed, today)):
        step = steps[int(year), int(month)]
        since = _months(step.month, date(int(paid_year), int(paid_month), 1))
        step.paid_cents[since] = step.paid_cents.get(since, 0) + int(cents)
    return [steps[key] for key in sorted(steps)]


def _paid(own: Sequence[Any], placed: Sequence[Any], today: date) -> Any:
    """Money of before an account was placed is none of this placement's."""
    paid = _month_of(payments.c.paid_on)
    during = payments.c.paid_on.between(accounts.c.placed_on, today)
    return (
        select(*placed, *paid, func.sum(payments.c.amount_cents))
        .join_from(payments, accounts, accounts.c.id == payments.c.account_id)
        .where(*own, during)
        .group_by(*placed, *paid)
    )


def _month_of(day: Any) -> tuple[Any, Any]:
    return extract("year", day), extract("month", day)


def _months(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month
