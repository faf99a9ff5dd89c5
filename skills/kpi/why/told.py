"""Tells an account of a change: sentences, a table and the JSON rows, all from the same whole units."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from db.apportion import apportion, rounded
from db.numbers import Key
from skills.contract import Cell, Refused, Table, Unit, Value
from skills.kpi.draw import detail, plain
from skills.kpi.rows import Line, lines, quotient, value
from skills.kpi.why.compared import Compared, Rows
from skills.kpi.why.split import Concentration, Part, by_size

SHOWN = 8
# How many of the smallest step told make one: hundredths of a percentage point, centavos, tenths of a second.
STEPS: dict[Unit, int] = {"rate": 10_000, "money": 100, "count": 1, "seconds": 10, "hours": 10, "number": 100}
# The same in the JSON rows, which are read by machines.
FINE: dict[Unit, int] = {**STEPS, "rate": 1_000_000, "seconds": 1_000, "hours": 1_000, "number": 10_000}
WHOLE_PESOS = 1_000  # from so many on, a sentence tells no centavos


@dataclass(frozen=True)
class Account:
    """A change split one way. `numbers`: how many stand behind each row of a sum."""

    dims: tuple[str, ...]
    rows: Rows
    parts: Sequence[Part]
    found: Concentration
    numbers: Rows | None


class Told:
    """The words of one answer. `moved` is what the asker took for granted."""

    def __init__(self, compared: Compared, moved: str | None) -> None:
        self._compared, self._moved = compared, moved
        self._words, self._plan = compared.words, compared.plan
        self.metric = self._words.metric()
        self._unit = self._plan.parts.unit
        before, now = compared.whole
        self._ends = _exact(before) * compared.scale, _exact(now) * compared.scale
        self._delta = self._ends[1] - self._ends[0]

    # --- the change ------------------------------------------------------------------------------------

    def refuse_unchanged(self) -> None:
        before, now = self._in_steps(STEPS[self._unit])
        if now == before:
            self._refuse(self._number(now))

    def _refuse(self, said: str) -> None:
        previous, now = self._words.period(self._plan.previous), self._words.period_said()
        raise Refused(
            "why.unchanged", about="no_change", metric=self.metric, value=said, previous=previous, now=now
        )

    def _in_steps(self, size: int) -> tuple[int, int]:
        """Before and now in whole steps: the change told is the one between the numbers told."""
        before, now = (rounded(end * size) for end in self._ends)
        return before, now

    def _said(self) -> int:
        """The steps of a sentence."""
        large = self._unit == "money" and min(map(abs, self._ends)) >= WHOLE_PESOS
        return 1 if large else STEPS[self._unit]

    def change(self) -> str:
        before, now = self._in_steps(self._said())
        return self._signed(now - before)

    def _number(self, steps: int) -> str:
        """With the same decimals as its change: 18.55 %."""
        if self._unit == "rate":
            return self._words.say("why.percent", n=f"{Decimal(steps) / 100:,.2f}")
        return self._words.number(Value(Decimal(steps) / self._said(), self._unit))

    def _signed(self, steps: int) -> str:
        """+1.23 pp, -$1,200."""
        if self._unit == "rate":
            return self._words.say("why.points", n=f"{Decimal(steps) / 100:+,.2f}" if steps else "0.00")
        said = self._words.number(Value(Decimal(steps) / self._said(), self._unit))
        return f"+{said}" if steps > 0 else said

    def _cell(self, steps: int) -> Cell:
        """In a table: points as they are added up, other units as numbers."""
        return self._signed(steps) if self._unit == "rate" else self._value(steps, STEPS)

    def _value(self, steps: int, sizes: dict[Unit, int]) -> Value:
        return Value(Decimal(steps) / sizes[self._unit], self._unit)

    def _assumed_wrong(self) -> bool:
        better = self._plan.metric.better
        way = {"better": better, "worse": {"up": "down", "down": "up"}.get(better)}.get(
            self._moved or "", self._moved
        )
        return way in ("up", "down") and (way == "up") != (self._delta > 0)

    # --- sentences -------------------------------------------------------------------------------------

    def sentences(self, best: Account) -> list[str]:
        say = self._words.say
        way = "up" if self._delta > 0 else "down"
        said = []
        if self._assumed_wrong():
            said.append(say(f"why.not_so_{way}", metric=self.metric))
        before, now = (self._number(end) for end in self._in_steps(self._said()))
        slots = {
            "before": before,
            "now": now,
            "change": self.change(),
            "previous": self._words.period(self._plan.previous),
        }
        said.append(say(f"why.went_{way}", metric=self.metric, **slots))
        said += self._effects(best)
        said.append(self._reason(best))
        leads = self._lead(best)
        said += [leads] if leads else []
        return said

    def _effects(self, best: Account) -> list[str]:
        """Of the rate or of the mix; of a sum, of how many or of how much each."""
        ratio = self._plan.parts.den is not None
        if not ratio and best.numbers is None:
            return []
        steps = self._steps(best.parts, STEPS)
        coarser = Fraction(self._said(), STEPS[self._unit])
        before, now = self._in_steps(self._said())
        own, mix = apportion([sum(pair[n] for pair in steps) * coarser for n in (0, 1)], now - before)
        key = "why.effects_ratio" if ratio else "why.effects_sum"
        return [self._words.say(key, own=self._signed(own), mix=self._signed(mix), dim=self._dims(best))]

    def _reason(self, best: Account) -> str:
        return self._words.say("why.concentrated" if best.found.notable else "why.spread", **self._held(best))

    def _held(self, one: Account) -> dict[str, Any]:
        found = one.found
        held, weight = (
            self._words.number(Value(quotient(x, 1), "rate")) for x in (found.movement, found.weight)
        )
        names = ", ".join(self._name(one.dims, part.key) for part in found.named)
        return {"dim": self._dims(one), "names": names, "held": held, "weight": weight, "n": len(found.named)}

    def _lead(self, best: Account) -> str:
        """The largest row that went the way the whole did, with what is behind it."""
        same = [part for part in by_size(best.parts) if part.total and (part.total > 0) == (self._delta > 0)]
        if not same:
            return ""
        part = same[0]
        before, now = best.rows[part.key]
        metric, variant = self._plan.metric, self._plan.variant
        was, is_ = (self._words.number(value(metric, line, variant)) for line in (before, now))
        counted = "; ".join(t for t in (self._behind(now), self._beside(best.dims).get(part.key, "")) if t)
        whole = dict(zip((p.key for p in best.parts), self._steps(best.parts, STEPS), strict=True))
        steps = rounded(sum(whole[part.key]) * Fraction(self._said(), STEPS[self._unit]))
        key = "why.lead_counted" if counted else "why.lead"
        name = self._name(best.dims, part.key)
        return self._words.say(key, name=name, part=self._signed(steps), before=was, now=is_, counted=counted)

    def _behind(self, line: Line) -> str:
        return detail(self._words, line, self._plan.variant)

    def _beside(self, dims: tuple[str, ...]) -> dict[Key, str]:
        """Of a migration by accounts the balances, and the other way round."""
        twin = self._compared.twin()
        if twin is None:
            return {}
        words = type(self._words)(self._compared.ctx, twin)
        found = lines(self._compared.ctx, twin, twin.period, dims).by_key
        return {key: detail(words, line, twin.variant) for key, line in found.items()}

    def notes(self, best: Account, accounts: Sequence[Account]) -> tuple[str, ...]:
        """The next best split, what the two effects are, and that it adds up."""
        notes = []
        others = [a for a in accounts if a.dims != best.dims and a.found.notable]
        if others:
            second = max(others, key=lambda a: a.found.excess)
            notes.append(self._words.say("why.also", **self._held(second)))
        if self._plan.parts.den is not None:
            notes.append(self._words.say("why.what_effects_are"))
        else:
            notes += self._uneven()
        return (*notes, self._words.say("why.adds_up"))

    def _uneven(self) -> list[str]:
        """A sum over fewer working days is smaller by that alone."""
        working = self._compared.ctx.calendars.working
        before, now = (working.business_days(p) for p in (self._plan.previous, self._plan.period))
        if before == now or self._plan.metric.kind != "flow":
            return []
        return [self._words.say("why.uneven", now=now, before=before)]

    # --- the table -------------------------------------------------------------------------------------

    def table(self, best: Account, limit: int | None) -> Table:
        """The rows that moved most, the others in one line, and the total."""
        order = by_size(best.parts)
        steps = dict(zip((p.key for p in best.parts), self._steps(best.parts, STEPS), strict=True))
        shown = order[: limit or SHOWN]
        rest = order[len(shown) :]
        if len(rest) == 1:
            shown, rest = order, []
        beside = self._beside(best.dims)
        rows = [
            self._row(best, [p], [*self._names(best.dims, p.key)], steps, beside.get(p.key)) for p in shown
        ]
        blank = [""] * (len(best.dims) - 1)
        if rest:
            others = self._words.say("why.others", n=len(rest))
            rows.append(self._row(best, rest, [others, *blank], steps, None))
        total = self._words.say("why.total")
        rows.append(self._row(best, order, [total, *blank], steps, self._beside(()).get(())))
        return Table(self._words.say("why.table", dim=self._dims(best)), self._heads(best), tuple(rows))

    def _row(
        self,
        best: Account,
        parts: Sequence[Part],
        names: list[str],
        steps: dict[Key, tuple[int, int]],
        beside: str | None,
    ) -> tuple[Cell, ...]:
        before, now = (_added([best.rows[p.key][side] for p in parts]) for side in (0, 1))
        own, mix = (sum(steps[p.key][n] for p in parts) for n in (0, 1))
        cells: list[Cell] = [
            *names,
            *(value(self._plan.metric, x, self._plan.variant) for x in (before, now)),
        ]
        if self._has_effects(best):
            cells += [self._cell(own), self._cell(mix)]
        cells.append(self._cell(own + mix))
        if self._plan.parts.den is not None:
            cells.append(self._behind(now))
        if self._compared.twin() is not None:
            cells.append(beside or "")
        return tuple(cells)

    def _heads(self, best: Account) -> tuple[str, ...]:
        say = self._words.say
        previous, now = self._words.period(self._plan.previous), self._words.period_said()
        heads = [*(self._words.dim(d).capitalize() for d in best.dims), previous, now]
        ratio = self._plan.parts.den is not None
        if self._has_effects(best):
            kind = "ratio" if ratio else "sum"
            heads += [say(f"why.column.own_{kind}"), say(f"why.column.mix_{kind}")]
        heads.append(say("why.column.total"))
        heads += [say("why.column.behind")] if ratio else []
        twin = self._compared.twin()
        heads += [type(self._words)(self._compared.ctx, twin).variant().capitalize()] if twin else []
        return tuple(heads)

    def _has_effects(self, best: Account) -> bool:
        return self._plan.parts.den is not None or best.numbers is not None

    def _steps(self, parts: Sequence[Part], sizes: dict[Unit, int]) -> list[tuple[int, int]]:
        """Each row's two effects in whole steps, that add up to the change told."""
        size = sizes[self._unit]
        before, now = self._in_steps(size)
        whole = apportion([effect * size for part in parts for effect in (part.own, part.mix)], now - before)
        return list(zip(whole[::2], whole[1::2], strict=True))

    # --- JSON ------------------------------------------------------------------------------------------

    def rows(self, best: Account) -> tuple[dict[str, Any], ...]:
        """Every row, the largest contribution first, and the total last; its parts add up to its change."""
        steps = dict(zip((p.key for p in best.parts), self._steps(best.parts, FINE), strict=True))
        found = []
        for part in by_size(best.parts):
            before, now = best.rows[part.key]
            named = self._words.keyed(best.dims, part.key)
            found.append(named | self._told(before, now, *steps[part.key]))
        own, mix = (sum(pair[n] for pair in steps.values()) for n in (0, 1))
        before, now = self._compared.whole
        return (*found, {"total": True} | self._told(before, now, own, mix))

    def _told(self, before: Line, now: Line, own: int, mix: int) -> dict[str, Any]:
        metric, variant = self._plan.metric, self._plan.variant
        names = (
            ("rate_effect", "mix_effect")
            if metric.parts(variant).den
            else ("average_effect", "number_effect")
        )
        effects = dict(zip(names, (own, mix), strict=True)) | {"contribution": own + mix}
        return {
            "value": plain(value(metric, now, variant)),
            "previous": plain(value(metric, before, variant)),
            "n": now.n,
            "previous_n": before.n,
            **{name: plain(self._value(steps, FINE)) for name, steps in effects.items()},
        }

    # --- names -----------------------------------------------------------------------------------------

    def _dims(self, best: Account) -> str:
        return self._words.say("why.and").join(self._words.dim(dim) for dim in best.dims)

    def _names(self, dims: tuple[str, ...], key: Key) -> list[str]:
        return [self._words.label(dim, part) for dim, part in zip(dims, key, strict=True)]

    def _name(self, dims: tuple[str, ...], key: Key) -> str:
        return " · ".join(self._names(dims, key))


def _exact(line: Line) -> Fraction:
    return Fraction(line.num) if line.den is None else Fraction(line.num) / line.den


def _added(rows: Sequence[Line]) -> Line:
    den = None if rows[0].den is None else sum((Fraction(r.den or 0) for r in rows), Fraction(0))
    return Line(sum((Fraction(r.num) for r in rows), Fraction(0)), den, sum(r.n for r in rows))
