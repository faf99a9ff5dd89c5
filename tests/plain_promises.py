"""What becomes of an account's promises, day by day as the trade tells it. No code of the engine is in it.

Knows reversals that name their payment, and no other way of giving money back.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)
# Closed beside Saturdays and Sundays, in the weeks these promises live in.
BANK_HOLIDAYS = {
    date(2026, 11, 2),
    date(2026, 11, 16),
    date(2026, 12, 12),
    date(2026, 12, 25),
    date(2027, 1, 1),
}
PESO = 100


@dataclass
class Word:
    """A promise, and what it has been paid: by payment, what it took of it."""

    made: date
    due: date
    cents: int
    name: str = ""
    taken: dict[str, int] = field(default_factory=dict)
    renewed: bool = False
    corrected: bool = False

    def closes(self, grace: int) -> date:
        day = self.due
        while grace:
            day += DAY
            grace -= day.weekday() < 5 and day not in BANK_HOLIDAYS
        return day

    @property
    def paid(self) -> int:
        return sum(self.taken.values())

    def kept(self, threshold: int) -> bool:
        """A peso short is not short."""
        return self.paid > 0 and self.paid * 100 >= self.cents * threshold - PESO * 100

    def told(self, threshold: int) -> str:
        if self.renewed:
            return "renewed"
        return "kept" if self.kept(threshold) else "partial" if self.paid else "broken"


@dataclass(frozen=True)
class Money:
    name: str
    on: date
    cents: int
    back: str = ""  # the payment it takes back


def walk(words: list[Word], money: list[Money], *, grace: int = 2, threshold: int = 100) -> None:
    """Each day: what is promised renews what stood open, what comes in serves the first due, what goes back
    leaves those that are still open."""
    days = [w.made for w in words] + [m.on for m in money]
    day, last = min(days), max(days)
    while day <= last:
        for word in words:
            if word.made < day and any(new.made == day for new in words):
                open_ = word.closes(grace) >= day and not word.kept(threshold)
                word.renewed = word.renewed or open_
        for one in money:
            if one.on == day and not one.back:
                _serve(words, one, day, grace, threshold)
        for one in money:
            if one.on == day and one.back:
                _take_back(words, one, day, grace)
        day += DAY


def _serve(words: list[Word], one: Money, day: date, grace: int, threshold: int) -> None:
    left = one.cents
    for word in sorted(words, key=lambda w: w.due):
        newer = any(word.made < other.made <= day for other in words)
        done = word.renewed or (newer and word.kept(threshold))
        if word.made <= day <= word.closes(grace) and not done:
            part = min(left, word.cents - word.paid)
            left -= part
            if part:
                word.taken[one.name] = part


def _take_back(words: list[Word], one: Money, day: date, grace: int) -> None:
    for word in words:
        if one.back in word.taken:
            if word.closes(grace) >= day:
                del word.taken[one.back]
            else:
                word.corrected = True
