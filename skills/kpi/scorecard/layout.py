"""A scorecard drawn: its figures, its people or campaigns, a chart and the JSON rows. Measures nothing.

A column in which nothing is known is left out; a rate of few cases carries its mark.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.periods import Period
from skills.contract import Cell, Context, Figure, Figures, Part, Table, Trend, Value
from skills.kpi.aims import target_label
from skills.kpi.draw import figure, plain, small
from skills.kpi.scorecard.measured import Metric, Number, Spans, Untold
from skills.text import number
from skills.text import period as worded

MONEY = "recovered_amount"
OTHERS = ("ptp_count", "ptp_kept_rate", "rpc_rate", "calls")  # of each owner, beside the money
BARS = 20
_LAST = 10.0**9


@dataclass(frozen=True)
class Card:
    """What was measured, in the groups it is told in; `split` is whom it is told apart by."""

    spans: Spans
    split: str | None
    groups: Mapping[str, Sequence[str]]
    found: Mapping[str, Metric]
    untold: tuple[Untold, ...]

    @property
    def money(self) -> Metric | None:
        return self.found.get(MONEY)

    def drawn(self, ctx: Context) -> list[Part]:
        parts = (self._headline(ctx), self._figures(ctx), self._chart(ctx), self._owners(ctx))
        return [part for part in parts if part is not None]

    def _headline(self, ctx: Context) -> Figures | None:
        """The money, against what is due of its target."""
        if self.money is None:
            return None
        one = self.money.whole
        label = f"{one.words.metric()} · {self._over(ctx, self.spans.main)}"
        before = self._over(ctx, self.spans.before)
        headline: Figure = figure(
            one.words, label, one.now, one.before, previous_label=before, target=one.target
        )
        return Figures((headline,))

    def _over(self, ctx: Context, period: Period) -> str:
        return worded(period, ctx.actor.language, ctx.now.date())

    def _figures(self, ctx: Context) -> Table:
        grouped = "" not in self.groups
        rows: list[tuple[Cell, ...]] = []
        for group, names in self.groups.items():
            head: tuple[Cell, ...] = (ctx.say(f"card.group.{group}"),) if grouped else ()
            numbers = [self.found[name].whole for name in names if name in self.found]
            rows += [(*head, one.words.metric(), *self._cells(one)) for one in numbers]
        day = (self._over(ctx, self.spans.day),) if self.spans.day else ()
        heads = [ctx.say("card.column.group")] if grouped else []
        heads += [ctx.say("card.column.metric"), *day, self._over(ctx, self.spans.main)]
        heads += [self._aim(ctx), ctx.say("card.column.reached")]
        return _known(Table(ctx.say("card.table"), (*heads, self._over(ctx, self.spans.before)), tuple(rows)))

    def _aim(self, ctx: Context) -> str:
        """Whose target the column holds, where there are two: of any of what is told here."""
        labels = (target_label(ctx, name, self.spans.main) for name in self.found)
        whose = next((each for each in labels if each), "") or ctx.say("card.aim")
        return ctx.say("card.column.target", aim=whose)

    def _cells(self, one: Number) -> tuple[Cell, ...]:
        day = (one.told(one.day) if one.day else None,) if self.spans.day else ()
        return (
            *day,
            one.told(one.now),
            one.target,
            one.reached,
            one.told(one.before) if one.before else None,
        )

    def _owners(self, ctx: Context) -> Table | None:
        """Each agent or campaign: money against target, then the work behind it."""
        money, split = self.money, self.split
        if money is None or split is None or not money.by_owner:
            return None
        others = [self.found[name] for name in OTHERS if name in self.found]
        rows = []
        for name, one, key in self._behind(money, split):
            work = tuple(_marked(ctx, each.by_owner.get(key)) for each in others)
            rows.append((name, one.told(one.now), one.target, one.reached, *work))
        aimed = any(one.reached for one in money.by_owner.values())
        heads = (
            money.whole.words.dim(split).capitalize(),
            money.whole.words.metric(),
            self._aim(ctx),
            ctx.say("card.column.reached"),
            *(each.whole.words.metric() for each in others),
        )
        title = ctx.say(f"card.by.{split}" if aimed else f"card.least.{split}")
        note = ctx.say("kpi.small") if any("*" in str(cell) for row in rows for cell in row[4:]) else ""
        return _known(Table(title, heads, tuple(rows), note))

    def _behind(self, money: Metric, split: str) -> list[tuple[str, Number, Any]]:
        """The furthest behind first; where nobody has a target, the least money."""
        words = money.whole.words
        rows = [(words.label(split, key[0]), one, key) for key, one in money.by_owner.items()]
        return sorted(rows, key=lambda row: (_part(row[1].reached), _part(row[1].told(row[1].now)), row[0]))

    def _chart(self, ctx: Context) -> Trend | None:
        """How much of what is due each has reached; else the money, beside the period before."""
        money, split = self.money, self.split
        if money is None or split is None or len(money.by_owner) < 2:
            return None
        rows = self._behind(money, split)[:BARS]
        names, metric = tuple(name for name, _, _ in rows), money.whole.words.metric()
        if all(one.reached for _, one, _ in rows):
            parts = tuple(one.reached.amount if one.reached else None for _, one, _ in rows)
            title = ctx.say("card.chart", metric=metric)
            return Trend(title, "bar", "rate", names, ((ctx.say("card.column.reached"), parts),))
        now = tuple(one.told(one.now).amount for _, one, _ in rows)
        before = tuple(one.told(one.before).amount if one.before else None for _, one, _ in rows)
        series = [(self._over(ctx, self.spans.main), now)]
        series += [(self._over(ctx, self.spans.before), before)] if None not in before else []
        return Trend(metric, "bar", "money", names, tuple(series))

    # --- JSON ---
    def rows(self) -> Iterator[dict[str, Any]]:
        for name, metric in self.found.items():
            yield _row(name, metric.whole)
        for name, metric in self.found.items():
            for key, one in metric.by_owner.items():
                yield {**metric.whole.words.keyed((self.split or "",), key), **_row(name, one)}


def _part(value: Value | None) -> float:
    return float(value.amount) if value is not None and value.amount is not None else _LAST


def _marked(ctx: Context, one: Number | None) -> Cell:
    if one is None:
        return None
    told = one.told(one.now)
    few = told.amount is not None and one.now is not None and small(one.words, one.now)
    return f"{number(told, ctx.actor.language)} *" if few else told


def _known(table: Table) -> Table:
    """Without the columns that say nothing."""
    kept = [
        n
        for n in range(len(table.columns))
        if not table.rows or any(row[n] is not None and row[n] != "" for row in table.rows)
    ]
    rows = tuple(tuple(row[n] for n in kept) for row in table.rows)
    return Table(table.title, tuple(table.columns[n] for n in kept), rows, table.note)


def _row(name: str, one: Number) -> dict[str, Any]:
    line = one.now
    row: dict[str, Any] = {"metric": name, "value": plain(one.told(line)), "n": line.n if line else 0}
    row["previous"] = plain(one.told(one.before)) if one.before else None
    if one.day is not None:
        row["day"] = plain(one.told(one.day))
    if (aim := one.target) is not None:
        row["target"] = plain(aim)
    return row
