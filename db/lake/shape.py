"""Which tables and columns a lake holds, and which day names their files. Knows no file and no engine.

A lake holds what the cells are summed from, and nothing that names or reaches a person.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Table

from db.periods import Period, month_of
from db.periods import day as on_day
from db.tables import agency, cells, facts, reference

# No sum needs them, and files travel further than a database does.
PERSONAL = frozenset(
    {
        "account_no",
        "caller_id",
        "debtor_id",
        "dialer_id",
        "municipality",
        "note",
        "payment_reference",
        "phone",
    }
)


@dataclass(frozen=True)
class Held:
    """A table of the lake.

    With a `day`, a file holds a month, or one day of the newest month and of a `daily` table; the marks of
    `source` say which days changed. Without, files are of ranges of its key, each export writes them anew.
    """

    table: Table
    day: str | None = None
    source: str = ""
    daily: bool = False

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def columns(self) -> list[Column[Any]]:
        return [column for column in self.table.columns if column.name not in PERSONAL]

    @property
    def key(self) -> Column[Any]:
        return next(iter(self.table.primary_key.columns))

    def part(self, day: date, newest: date) -> str:
        """The name of the file that a day belongs to, where `newest` is the last day of the table."""
        alone = self.daily or (day.year, day.month) == (newest.year, newest.month)
        return f"{day:%Y-%m-%d}" if alone else f"{day:%Y-%m}"

    @staticmethod
    def days(part: str) -> Period:
        """The days of a file, by its name."""
        if len(part) == len("2026-11"):
            return month_of(date.fromisoformat(f"{part}-01"))
        return on_day(date.fromisoformat(part))


HELD = (
    Held(facts.balances, "as_of", "positions", daily=True),
    Held(facts.contacts, "started_on", "contacts"),
    Held(facts.payments, "paid_on", "payments"),
    Held(facts.promises, "made_on", "promises"),
    Held(agency.agreements),
    Held(reference.accounts),
    Held(reference.assignments),
    Held(reference.memberships),
    Held(cells.payment_credits),
    Held(cells.promise_results),
    Held(cells.installment_results),
)
BY_NAME = {held.name: held for held in HELD}
# Worked out by the refresh itself, from facts the lake holds too.
DERIVED = frozenset({cells.payment_credits.name, cells.promise_results.name, cells.installment_results.name})


def shape() -> str:
    """Changes with any table or column: files of another shape are not kept."""
    lines = [f"{held.name} {held.day} {held.daily}" for held in HELD]
    lines += [f"{held.name} {column.name} {column.type!r}" for held in HELD for column in held.columns]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
