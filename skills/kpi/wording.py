"""Names and sentences of a KPI answer: keys to display names, filters, periods and data age in words."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from db.numbers import Key
from db.periods import Period
from skills import text
from skills.contract import Context, Filter, KpiRequest, Value
from skills.kpi.plan import OWNERS, Plan

CHANNELS = frozenset(f"kpi.channel.{name}" for name in ("call", "blaster", "letter", "visit", "email"))
_MONEY_DIMS = ("balance", "amount")


class Wording:
    """The words of one answer, in the asker's language."""

    def __init__(self, ctx: Context, plan: Plan) -> None:
        self.ctx, self.plan = ctx, plan
        self.language = ctx.actor.language
        self._named = {kind: ctx.names.by_id(kind) for kind in OWNERS}

    def say(self, key: str, **slots: Any) -> str:
        return self.ctx.say(key, **slots)

    def number(self, value: Value) -> str:
        return text.number(value, self.language)

    def day(self, on: date) -> str:
        return text.day(on, self.language, self.plan.today)

    def period(self, period: Period) -> str:
        return text.period(period, self.language, self.plan.today)

    def dim(self, dim: str) -> str:
        return self.say(f"kpi.dim.{dim}")

    def metric(self) -> str:
        return self.plan.metric.label.in_(self.language)

    def variant(self) -> str:
        """The definition taken, where the trade has several."""
        chosen = self.plan.metric.variants.get(self.plan.variant or "")
        return chosen.label.in_(self.language) if chosen else ""

    def definition(self) -> str:
        """In the variant taken."""
        metric = self.plan.metric
        chosen = metric.variants.get(self.plan.variant or "")
        own = chosen.definition if chosen and chosen.definition else metric.definition
        return own.in_(self.language)

    # --- one value of a dimension ------------------------------------------------------------------

    def label(self, dim: str, key: Any) -> str:
        if dim in OWNERS:
            named = self._named[dim].get(key)
            if named is None:
                return self.say(f"kpi.nobody.{dim}")
            return str(named.display)
        if dim == "hour":
            return f"{int(key):02d}:00"
        if key is None or key == "":
            return self.say("kpi.unknown_value")
        if dim == "channel" and f"kpi.channel.{key}" in CHANNELS:
            return self.say(f"kpi.channel.{key}")
        if dim == "special":
            return self.say("kpi.yes" if key else "kpi.no")
        return str(key)

    def code(self, dim: str, key: Any) -> Any:
        if dim in OWNERS:
            named = self._named[dim].get(key)
            return named.code if named else None
        return key

    def keyed(self, dims: tuple[str, ...], key: Key) -> dict[str, Any]:
        """The dimensions of a JSON row: display name, and `<dim>_code` beside it."""
        row: dict[str, Any] = {}
        for dim, part in zip(dims, key, strict=True):
            row[dim] = int(part) if dim == "hour" else self.label(dim, part)
            row[f"{dim}_code"] = self.code(dim, part)
        return row

    # --- the reading, in full ----------------------------------------------------------------------

    def filters(self, filters: Iterable[Filter]) -> tuple[str, ...]:
        return tuple(
            self.say(f"kpi.op.{one.op}", field=self._field(one.field), value=self._values(one))
            for one in filters
        )

    def _field(self, field: str) -> str:
        known = self.ctx.metrics.metrics.get(field)
        return known.label.in_(self.language) if known else self.dim(field)

    def _values(self, one: Filter) -> str:
        values = one.value if isinstance(one.value, tuple) else (one.value,)
        joined = [self._value(one.field, v) for v in values]
        return self.say("kpi.and").join(joined) if one.op == "between" else ", ".join(joined)

    def _value(self, field: str, value: object) -> str:
        if value == "@me":
            return self.say("kpi.me")
        if field in _MONEY_DIMS:
            return self.number(Value(Decimal(str(value)), "money"))
        metric = self.ctx.metrics.metrics.get(field)
        if metric:
            return self.number(Value(Decimal(str(value)), metric.unit))
        if isinstance(value, bool):
            return self.say("kpi.yes" if value else "kpi.no")
        return f"{value:02d}:00" if field == "hour" and isinstance(value, int) else str(value)

    def echo(self, request: KpiRequest) -> str:
        """Everything that was understood, so that a wrong reading shows."""
        parts = [self.metric()]
        if self.plan.variant and self.plan.metric.variants:
            parts.append(self.variant())
        if request.grain and request.grain != "hour":
            parts.append(self.say(f"kpi.by_grain.{request.grain}"))
        dims = [d for d in self.plan.dims if d != self.plan.metric.base_dim or d in request.dims]
        if dims:
            parts.append(self.say("kpi.by", dims=", ".join(self.dim(d) for d in dims)))
        parts += self.filters(request.filters)
        parts.append(self.period_said())
        if request.limit and request.order:
            parts.append(self.say("kpi.top" if request.order == "desc" else "kpi.bottom", n=request.limit))
        elif request.order:
            parts.append(self.say("kpi.descending" if request.order == "desc" else "kpi.ascending"))
        if request.compare and request.compare.to == "target":
            parts.append(self.say("kpi.against_target"))
        elif request.compare and request.compare.to == "budget":
            parts.append(self.say("kpi.against_budget"))
        elif self.plan.compared:
            parts.append(self.say("kpi.against", period=self.period(self.plan.previous)))
        scope = self.ctx.actor.scope
        if scope.agents is not None or scope.supervisors is not None:
            parts.append(scope.label)
        return " · ".join(part for part in parts if part)

    def period_said(self) -> str:
        if self.plan.metric.kind == "stock":
            key = "kpi.at_cut" if self.plan.at_cuts else "kpi.at_day"
            return self.say(key, day=self.day(self.closing_day()))
        return self.period(self.plan.period)

    def closing_day(self) -> date:
        cuts = self.plan.window(self.plan.period).cuts if self.plan.at_cuts else {}
        return max(cuts.values(), default=min(self.plan.period.end, self.plan.today))

    # --- how old the data is -------------------------------------------------------------------------

    def ages(self, as_of: Mapping[str, date]) -> str:
        return " · ".join(
            self.say(f"kpi.source.{source}", day=self.day(on), age=text.age(on, self.ctx.now, self.language))
            for source, on in as_of.items()
        )
