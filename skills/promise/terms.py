"""What a promise has to be before it is worth writing down. Pure: figures in, reasons out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from db.promised import Made

STOPPING = ("holds", "arco")  # open, nothing more is agreed with this debtor
WARNING = ("complaints", "opt_outs")


@dataclass(frozen=True)
class Fault:
    """Why it cannot be: a sentence's key and its slots."""

    key: str
    slots: dict[str, Any]


def account_fault(*, recalled_on: date | None, registers: Collection[str], today: date) -> Fault | None:
    """What the account itself stands against."""
    if recalled_on is not None and recalled_on <= today:
        return Fault("promise.recalled", {})
    stopping = next((each for each in STOPPING if each in registers), None)
    return Fault(f"promise.stopped_{stopping}", {}) if stopping else None


def terms_fault(
    cents: int, due_on: date, *, balance: int, standing: Sequence[Made], today: date, most_days: int
) -> Fault | None:
    """`standing`: promises that may still be paid. Those of today are one plan with this one."""
    if cents <= 0:
        return Fault("promise.nothing", {})
    if due_on < today:
        return Fault("promise.past", {"day": due_on})
    last = today + timedelta(days=most_days)
    if due_on > last:
        return Fault("promise.too_far", {"day": due_on, "n": most_days, "last": last})
    same_day = [each for each in standing if each.made_on == today]
    if any((each.due_on, each.cents) == (due_on, cents) for each in same_day):
        return Fault("promise.twice", {})
    planned = sum(each.cents for each in same_day)
    if cents > balance:
        return Fault("promise.above_balance", {"cents": balance})
    if cents + planned > balance:
        return Fault("promise.plan_above_balance", {"cents": balance, "planned": planned})
    return None


def renewed_by(standing: Sequence[Made], today: date) -> list[Made]:
    """What a promise of today takes the place of: those of days before."""
    return [each for each in standing if each.made_on < today]
