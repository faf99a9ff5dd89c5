"""Says whether the month reaches its target: the projected close, its range, and the pace it would take."""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from db import periods
from db.projection import COVERAGE
from skills.contract import Context, Value
from skills.kpi.computed import target_lines
from skills.kpi.draw import plain
from skills.kpi.forecast import PROJECTED, Outlook, outlook
from skills.kpi.plan import Plan
from skills.kpi.rows import quotient
from skills.kpi.spans import CLOSE
from skills.kpi.wording import Wording

DEFAULT = "recovered"


@dataclass(frozen=True)
class Told:
    """`lines` for people, in order; `figures` for the row of the whole."""

    lines: tuple[str, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)

    def on(self, rows: tuple[dict[str, Any], ...], plan: Plan) -> tuple[dict[str, Any], ...]:
        """The whole's row says where the month will close; the parts' rows are as they are."""
        return rows if plan.dims or not rows else (rows[0] | self.figures, *rows[1:])


def target_metric(plan: Plan) -> str:
    """Whose target the number is set against: of a projection, what it projects."""
    return PROJECTED[plan.variant or DEFAULT][0] if plan.metric.id == CLOSE else plan.metric.id


def told(ctx: Context, words: Wording) -> Told:
    """Nothing where the question is not about the running month and its target."""
    plan = words.plan
    if plan.metric.id not in (CLOSE, "goal_attainment") or plan.thresholds:
        return Told()
    month = periods.month_of(plan.today)
    if plan.period.start != month.start or not plan.today <= plan.period.end <= month.end:
        return Told()
    variant = plan.variant if plan.metric.id == CLOSE and plan.variant else DEFAULT
    seen = outlook(ctx, plan, variant)
    if seen is None:
        return Told()
    metric = PROJECTED[variant][0]
    target = target_lines(ctx, plan, metric, month, ()).get(())
    told = _Words(words, seen, ctx.metrics.metrics[metric].unit == "money", target)
    lines = [*told.close(), *told.range(), *told.verdict(), *told.pace(), told.season()]
    return Told(tuple(lines), told.figures())


@dataclass(frozen=True)
class _Words:
    words: Wording
    seen: Outlook
    money: bool
    target: Fraction | None  # in pesos, or a count

    def value(self, amount: Fraction | int) -> Value:
        """Of an amount in the facts' own unit."""
        return Value(quotient(amount, 100), "money") if self.money else Value(quotient(amount, 1), "count")

    def said(self, amount: Fraction | int) -> str:
        return self.words.number(self._whole(self.value(amount)))

    def _whole(self, value: Value) -> Value:
        if self.money or value.amount is None:
            return value
        return Value(Decimal(round(value.amount)), "count")

    @property
    def aim(self) -> Fraction | None:
        """The target in the facts' own unit."""
        return None if self.target is None else self.target * (100 if self.money else 1)

    @property
    def gap(self) -> Fraction | None:
        return None if self.aim is None else self.aim - self.seen.so_far

    def close(self) -> list[str]:
        some, none = ("kpi.outlook_close", "kpi.outlook_close_none")
        if self.words.plan.metric.id == CLOSE:
            some, none = ("kpi.outlook_so_far", "kpi.outlook_so_far_none")
        seen = self.seen
        slots = {"close": self.said(seen.close), "so_far": self.said(seen.so_far), "n": seen.days_left}
        lines = [self.words.say(some if seen.days_left else none, **slots)]
        if seen.days_waiting:
            last = self.words.day(seen.whole)
            lines.append(self.words.say("kpi.outlook_waiting", n=seen.days_waiting, last=last))
        return lines

    def range(self) -> list[str]:
        within = self.seen.within
        if within is None:
            return [self.words.say("kpi.outlook_no_range", n=self.seen.months)]
        low, high = self.said(within.low), self.said(within.high)
        return [
            self.words.say("kpi.outlook_range", low=low, high=high, months=within.months, coverage=COVERAGE)
        ]

    def verdict(self) -> list[str]:
        if self.aim is None or self.gap is None:
            return []
        within, aim = self.seen.within, self.aim
        if self.gap <= 0:
            key = "kpi.outlook_reached"
        elif within is None:
            key = "kpi.outlook_above" if self.seen.close >= aim else "kpi.outlook_below"
        elif within.low >= aim:
            key = "kpi.outlook_likely"
        else:
            key = "kpi.outlook_unlikely" if within.high < aim else "kpi.outlook_open"
        share = self.words.number(Value(quotient(self.seen.close, aim), "rate"))
        return [self.words.say(key, target=self.said(aim), share=share)]

    def pace(self) -> list[str]:
        needed = self._needed()
        if needed is None or self.gap is None:
            return []
        gone = self.seen.days_gone
        slots = {"gap": self.said(self.gap), "needed": self.said(needed), "n": self.seen.days_left}
        if not gone:
            return [self.words.say("kpi.outlook_needed", **slots)]
        return [self.words.say("kpi.outlook_pace", now=self.said(Fraction(self.seen.so_far, gone)), **slots)]

    def _needed(self) -> Fraction | None:
        """What each business day left would have to bring in."""
        if self.gap is None or self.gap <= 0 or not self.seen.days_left:
            return None
        return Fraction(self.gap) / self.seen.days_left

    def season(self) -> str:
        if not self.seen.seasonal:
            return self.words.say("kpi.outlook_business_days")
        return self.words.say("kpi.outlook_season", n=self.seen.months)

    def figures(self) -> dict[str, Any]:
        within, seen = self.seen.within, self.seen
        found: dict[str, Any] = {
            "so_far": plain(self.value(seen.so_far)),
            "close": plain(self.value(seen.close)),
            "days_left": seen.days_left,
        }
        if within is not None:
            found |= {"low": plain(self.value(within.low)), "high": plain(self.value(within.high))}
            found["coverage"] = float(Decimal(COVERAGE) / 100)
        if self.aim is not None and self.gap is not None:
            found |= {"month_target": plain(self.value(self.aim)), "gap": plain(self.value(self.gap))}
        needed = self._needed()
        return found if needed is None else found | {"daily_pace": plain(self.value(needed))}
