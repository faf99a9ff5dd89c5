"""In which steps a change is told: whole pesos, tenths of a second, and finer ones of what is small.

What is told adds up in them: the change is the one between the numbers told. Explains nothing.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from db.apportion import rounded
from skills.contract import Cell, Unit, Value
from skills.kpi.rows import decimal
from skills.kpi.wording import Wording

# How many steps make one: hundredths of a percentage point, centavos, tenths of a second.
STEPS: dict[Unit, int] = {"rate": 10_000, "money": 100, "count": 1, "seconds": 10, "hours": 10, "number": 100}
WHOLE_PESOS = 1_000  # from so many on, no centavos are told
FEW_PESOS, OF_A_CENTAVO = 10, 10_000  # up to so many, hundredths of a centavo are: what a peso costs
LARGE_NUMBER = 10  # from so much on, a number is told in tenths
MINUTE = 60


@dataclass(frozen=True)
class Steps:
    """`ends`: what it was and what it is, exactly."""

    words: Wording
    unit: Unit
    ends: tuple[Fraction, Fraction]

    @property
    def delta(self) -> Fraction:
        return self.ends[1] - self.ends[0]

    @property
    def size(self) -> int:
        """How many steps make one of the unit."""
        most = max(map(abs, self.ends))
        if self.unit == "money":
            return 1 if most >= WHOLE_PESOS else OF_A_CENTAVO if most < FEW_PESOS else STEPS["money"]
        if self.unit == "number" and most >= LARGE_NUMBER:
            return 10
        return 1 if self.unit == "seconds" and abs(self.delta) >= MINUTE else STEPS[self.unit]

    def of(self, size: int) -> tuple[int, int]:
        before, now = (rounded(end * size) for end in self.ends)
        return before, now

    @property
    def change(self) -> int:
        before, now = self.of(self.size)
        return now - before

    @property
    def shows(self) -> bool:
        """Whether the two numbers told are not the same."""
        before, now = self.of(self.size)
        return before != now and self.number(before) != self.number(now)

    def number(self, steps: int) -> str:
        """With the same decimals as its change: 18.55 %."""
        if self.unit == "rate":
            return self.words.say("why.percent", n=f"{Decimal(steps) / 100:,.2f}")
        if self._fine_pesos:
            return self._pesos(steps, plus="")
        return self.words.number(self.value(steps))

    def signed(self, steps: int) -> str:
        """+1.23 pp, -$1,200, +0.4 s."""
        if self.unit == "rate":
            return self.words.say("why.points", n=f"{Decimal(steps) / 100:+,.2f}" if steps else "0.00")
        if self._fine_pesos:
            return self._pesos(steps, plus="+" if steps else "")
        if self._tenths_of_a_second:
            return self.words.say("why.seconds", n=f"{Decimal(steps) / 10:+,.1f}" if steps else "0.0")
        said = self.words.number(self.value(steps))
        return f"+{said}" if steps > 0 else said

    def cell(self, steps: int) -> Cell:
        """In a table: as it adds up; a number where it can be one."""
        as_said = self.unit == "rate" or self._fine_pesos or self._tenths_of_a_second
        return self.signed(steps) if as_said else self.value(steps)

    def value(self, steps: int) -> Value:
        return Value(Decimal(steps) / self.size, self.unit)

    def least(self) -> str:
        """A change too small for the steps, by its first digit: +0.4 s."""
        moved = decimal(self.delta * (100 if self.unit == "rate" else 1))
        places = max(1, -moved.adjusted())
        digits = f"{abs(moved).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):,f}"
        sign = "-" if moved < 0 else "+"
        if self.unit == "money":
            return self.words.say("why.pesos", sign=sign, n=digits)
        key = {"rate": "why.points", "seconds": "why.seconds"}.get(self.unit)
        return self.words.say(key, n=sign + digits) if key else sign + digits

    @property
    def _fine_pesos(self) -> bool:
        return self.unit == "money" and self.size == OF_A_CENTAVO

    @property
    def _tenths_of_a_second(self) -> bool:
        return self.unit == "seconds" and self.size > 1

    def _pesos(self, steps: int, plus: str) -> str:
        sign = "-" if steps < 0 else plus
        return self.words.say("why.pesos", sign=sign, n=f"{Decimal(abs(steps)) / OF_A_CENTAVO:,.4f}")
