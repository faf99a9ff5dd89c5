"""Tells an account of a change: sentences, a table and the JSON rows, all from the same whole units."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from db.apportion import apportion
from db.numbers import Key
from skills.contract import Cell, Refused, Table, Unit, Value
from skills.kpi.draw import detail, plain
from skills.kpi.rows import Line, lines, quotient, value
from skills.kpi.why.compared import Compared, Rows
from skills.kpi.why.split import Concentration, Part, by_size
from skills.kpi.why.steps import STEPS, Steps

SHOWN = 8
# How many steps make one in the JSON rows, which are read by machines.
FINE: dict[Unit, int] = {**STEPS, "rate": 1_000_000, "seconds": 1_000, "hours": 1_000, "number": 10_000}


@dataclass(frozen=True)
class Shown:
    """A row in the steps it is told in: its two effects; of a sum, also what it was and what it is."""

    own: int
    mix: int
    before: int = 0
    now: int = 0

    @property
    def total(self) -> int:
        return self.own + self.mix


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
        ends = _exact(before) * compared.scale, _exact(now) * compared.scale
        self._steps = Steps(compared.words, self._unit, ends)
        self._delta = self._steps.delta
        self._in_steps: dict[tuple[str, ...], dict[Key, Shown]] = {}

    # --- the change ------------------------------------------------------------------------------------

    def refuse_unchanged(self) -> None:
        """Between two numbers told alike there is nothing to explain, whatever lies behind their digits."""
        if self._steps.shows:
            return
        slots: dict[str, Any] = {
            "metric": self.metric,
            "value": self._steps.number(self._steps.of(self._steps.size)[1]),
            "previous": self._words.period(self._plan.previous),
            "now": self._words.period_said(),
        }
        if not self._delta:
            raise Refused("why.unchanged", about="no_change", **slots)
        raise Refused("why.hardly", about="no_change", change=self._steps.least(), **slots)

    def change(self) -> str:
        return self._steps.signed(self._steps.change)

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
        before, now = (self._steps.number(end) for end in self._steps.of(self._steps.size))
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
        shown = self._shown(best).values()
        own, mix = (
            self._steps.signed(sum(each)) for each in zip(*((s.own, s.mix) for s in shown), strict=True)
        )
        key = "why.effects_ratio" if ratio else "why.effects_sum"
        return [self._words.say(key, own=own, mix=mix, dim=self._dims(best))]

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
        shown = self._shown(best)[part.key]
        counted = "; ".join(t for t in (self._behind(now), self._beside(best.dims).get(part.key, "")) if t)
        key = "why.lead_counted" if counted else "why.lead"
        was, is_ = self._sides(best, [part], (before, now))
        slots = {"before": self._words.number(was), "now": self._words.number(is_), "counted": counted}
        return self._words.say(
            key, name=self._name(best.dims, part.key), part=self._steps.signed(shown.total), **slots
        )

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
        notes += self._uneven()
        if self._compared.left:
            clients = ", ".join(self._words.label("client", each) for each in self._compared.left)
            notes.append(self._words.say("why.left_clients", clients=clients))
        return (*notes, self._words.say("why.adds_up"))

    def _uneven(self) -> list[str]:
        """A sum over fewer working days is smaller by that alone; where it is larger, by more than that."""
        working = self._compared.ctx.calendars.working
        before, now = (working.business_days(p) for p in (self._plan.previous, self._plan.period))
        if before == now or not self._compared.grows_by_the_day:
            return []
        key = "why.uneven" if (now > before) == (self._delta > 0) else "why.uneven_against"
        return [self._words.say(key, now=now, before=before)]

    # --- the table -------------------------------------------------------------------------------------

    def table(self, best: Account, limit: int | None) -> Table:
        """The rows that moved most, the others in one line, and the total."""
        order = by_size(best.parts)
        shown = order[: limit or SHOWN]
        rest = order[len(shown) :]
        if len(rest) == 1:
            shown, rest = order, []
        beside = self._beside(best.dims)
        rows = [self._row(best, [p], [*self._names(best.dims, p.key)], beside.get(p.key)) for p in shown]
        blank = [""] * (len(best.dims) - 1)
        if rest:
            others = self._words.say("why.others", n=len(rest))
            rows.append(self._row(best, rest, [others, *blank], None))
        total = self._words.say("why.total")
        rows.append(self._row(best, order, [total, *blank], self._beside(()).get(())))
        return Table(self._words.say("why.table", dim=self._dims(best)), self._heads(best), tuple(rows))

    def _row(
        self, best: Account, parts: Sequence[Part], names: list[str], beside: str | None
    ) -> tuple[Cell, ...]:
        before, now = (_added([best.rows[p.key][side] for p in parts]) for side in (0, 1))
        shown = self._shown(best)
        own, mix = (sum(getattr(shown[p.key], effect) for p in parts) for effect in ("own", "mix"))
        cells: list[Cell] = [*names, *self._sides(best, parts, (before, now))]
        if self._has_effects(best):
            cells += [self._steps.cell(own), self._steps.cell(mix)]
        cells.append(self._steps.cell(own + mix))
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

    def _sides(self, best: Account, parts: Sequence[Part], sides: tuple[Line, Line]) -> tuple[Value, Value]:
        """What rows were and are: of a sum, in the steps in which they add up."""
        if self._plan.parts.den is None:
            shown = [self._shown(best)[p.key] for p in parts]
            before, now = sum(one.before for one in shown), sum(one.now for one in shown)
            return self._steps.value(before), self._steps.value(now)
        was, is_ = (value(self._plan.metric, side, self._plan.variant) for side in sides)
        return was, is_

    def _shown(self, best: Account) -> dict[Key, Shown]:
        """Every row in whole steps: they add up to the numbers told, and to the change between them."""
        if best.dims not in self._in_steps:
            self._in_steps[best.dims] = self._worked_out(best)
        return self._in_steps[best.dims]

    def _worked_out(self, best: Account) -> dict[Key, Shown]:
        steps = self._steps
        if self._plan.parts.den is not None:
            pairs = self._effects_in(best.parts, steps.size, steps.change)
            return {part.key: Shown(*pair) for part, pair in zip(best.parts, pairs, strict=True)}
        sides = [
            apportion(
                [best.rows[p.key][n].num * self._compared.scale * steps.size for p in best.parts], whole
            )
            for n, whole in enumerate(steps.of(steps.size))
        ]
        found = {}
        for part, before, now in zip(best.parts, *sides, strict=True):
            ((own, mix),) = self._effects_in([part], steps.size, now - before)
            found[part.key] = Shown(own, mix, before, now)
        return found

    @staticmethod
    def _effects_in(parts: Sequence[Part], size: int, total: int) -> list[tuple[int, int]]:
        """The two effects of each in whole steps, that add up to the total."""
        whole = apportion([effect * size for part in parts for effect in (part.own, part.mix)], total)
        return list(zip(whole[::2], whole[1::2], strict=True))

    # --- JSON ------------------------------------------------------------------------------------------

    def rows(self, best: Account) -> tuple[dict[str, Any], ...]:
        """Every row, the largest contribution first, and the total last; its parts add up to its change."""
        size = max(FINE[self._unit], self._steps.size)
        first, last = self._steps.of(size)
        pairs = self._effects_in(best.parts, size, last - first)
        steps = dict(zip((p.key for p in best.parts), pairs, strict=True))
        found = []
        for part in by_size(best.parts):
            before, now = best.rows[part.key]
            named = self._words.keyed(best.dims, part.key)
            found.append(named | self._told(before, now, *steps[part.key], size))
        own, mix = (sum(pair[n] for pair in steps.values()) for n in (0, 1))
        before, now = self._compared.whole
        return (*found, {"total": True} | self._told(before, now, own, mix, size))

    def _told(self, before: Line, now: Line, own: int, mix: int, size: int) -> dict[str, Any]:
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
            **{name: plain(Value(Decimal(steps) / size, self._unit)) for name, steps in effects.items()},
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
