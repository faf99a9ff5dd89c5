"""What a watch looks at, in the one notation: written in config.yaml, or made of a sentence."""

from decimal import Decimal
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from db.alert_rules import Bound, Op
from skills.contract import Filter

Kind = Literal["threshold", "pace", "close", "anomaly", "data"]
Span = Literal["today", "day", "to_date"]
Split = Literal["client", "campaign", "supervisor", "agent"]
Source = Literal["positions", "payments", "contacts", "promises"]
# Which metric tells how far a source reaches.
TELLS: dict[str, str] = {
    "positions": "portfolio_balance",
    "payments": "payments_count",
    "contacts": "calls",
    "promises": "ptp_count",
}


class WatchSpec(BaseModel):
    """threshold: a metric past a bound. pace: what is due of a target by today, reached in part. close: the
    projected close of the month, in part of its target. anomaly: a day unlike its weekdays. data: a source
    that is late by more business days than it promises.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = "threshold"
    metric: str | None = None
    filters: tuple[Filter, ...] = ()
    op: Op = "gt"
    threshold: Decimal = Decimal(0)
    span: Span | None = None
    split: Split | None = None  # each owner by itself
    source: Source | None = None
    slips: int = Field(default=1, ge=1, le=20)
    clears: int = Field(default=1, ge=1, le=20)
    band: Decimal = Field(default=Decimal("0.02"), ge=0, le=Decimal("0.5"))
    urgent: bool = False  # told at any hour

    @model_validator(mode="after")
    def _whole(self) -> "WatchSpec":
        if self.kind == "threshold" and not self.metric:
            raise ValueError("a threshold needs a metric")
        if self.kind == "data" and not self.source:
            raise ValueError("which source is awaited?")
        return self

    @property
    def watched(self) -> str:
        """The metric behind it; of an anomaly, none."""
        if self.kind == "data":
            return TELLS[str(self.source)]
        named = {"pace": "goal_attainment", "close": "forecast_to_close", "anomaly": ""}
        return named.get(self.kind, self.metric or "")

    @property
    def bound(self) -> Bound:
        return Bound(self.op, self.threshold, self.slips, self.clears, self.band)

    def wire(self) -> dict[str, Any]:
        """As it is kept: what was left to its default is left out."""
        return self.model_dump(mode="json", exclude_defaults=True)


class CreateRequest(BaseModel):
    """ "avísame si el roll rate de Banco Alameda pasa de 18 %", "... si no llegan los pagos" """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = "threshold"
    metric: str | None = None
    filters: tuple[Filter, ...] = ()
    op: Op = "gt"
    threshold: Decimal = Decimal(0)
    span: Span | None = None
    source: Source | None = None

    @model_validator(mode="after")
    def _bounded(self) -> "CreateRequest":
        bound = {"metric", "op", "threshold"} if self.kind == "threshold" else set()
        if not bound <= self.model_fields_set:
            raise ValueError("a metric and its bound")
        return self

    @property
    def spec(self) -> WatchSpec:
        return WatchSpec.model_validate(self.model_dump())


class AttendRequest(BaseModel):
    """What somebody does about an alert."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alert: int
    do: Literal["acknowledge", "snooze", "wake", "assign", "resolve", "useful", "useless"]
    hours: int | None = Field(default=None, ge=1, le=7 * 24)
    until: AwareDatetime | None = None
    to: str | None = Field(default=None, max_length=120)
    note: str | None = Field(default=None, max_length=500)


class StopRequest(BaseModel):
    """A watch that shall end: by its number, or by as much of it as was said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    watch: int | None = None
    kind: Kind | None = None
    metric: str | None = None
    filters: tuple[Filter, ...] = ()
    op: Op | None = None
    threshold: Decimal | None = None
    span: Span | None = None
    source: Source | None = None

    def means(self, spec: WatchSpec) -> bool:
        told = self.model_dump(exclude_none=True, exclude={"watch", "filters", "metric"})
        same = all(getattr(spec, name) == value for name, value in told.items())
        of_it = self.metric in (None, spec.watched)
        return same and of_it and set(map(str, self.filters)) <= set(map(str, spec.filters))


class AlertsRequest(BaseModel):
    """Which alerts: open ones unless said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    filters: tuple[Filter, ...] = ()
    period: Any = None
    order: str | None = None
    limit: int | None = Field(default=None, ge=1, le=200)
