"""What a report is asked for with, and where it is to go. Knows no table."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from db.access import may_see, resolve
from db.periods import Period
from skills.contract import Context, Filter, Option, Refused
from skills.picked import storable

Report = Literal["executive", "pack", "contacts", "weekly", "monthly", "scorecard"]


class ReportRequest(BaseModel):
    """Of whom, over which days; none said: as each report has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    filters: tuple[Filter, ...] = ()
    period: Period | None = None

    @field_validator("filters")
    @classmethod
    def _known(cls, given: tuple[Filter, ...]) -> tuple[Filter, ...]:
        return storable(given)

    def fields(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


class SendRequest(ReportRequest):
    """`to` is one of config.yaml's recipients, or mail | folder | client for the only one that fits; else a
    channel. `when` is now, a day or a moment."""

    report: Report
    client: str | None = None
    to: str | None = Field(default=None, max_length=80)
    channel: str | None = Field(default=None, max_length=80)
    when: str | None = Field(default=None, max_length=40)

    @model_validator(mode="after")
    def _once(self) -> "SendRequest":
        if self.to is not None and self.channel is not None:
            raise ValueError("one way")
        return self

    @property
    def asked(self) -> ReportRequest:
        """The report itself; a client that was named by a slot of its own is a filter like any other."""
        own = (Filter(field="client", op="eq", value=self.client),) if self.client else ()
        return ReportRequest(filters=(*self.filters, *own), period=self.period)


def client_of(ctx: Context, filters: tuple[Filter, ...], intent: str) -> str:
    """The one client a pack is of, by display name; asked back where none was said."""
    if any(each.field != "client" or each.op != "eq" for each in filters) or len(filters) > 1:
        raise Refused("reports.one_client", about="filter")
    if filters:
        return str(filters[0].value)
    known: list[str] = [each.display for each in ctx.names.of("client")]
    seen = [each for each in known if _within(ctx, each)]
    if len(seen) == 1:
        return seen[0]
    raise Refused("reports.which_client", about="slot:client", asks=True, choices=_choices(seen, intent))


def _within(ctx: Context, display: str) -> bool:
    number, today = resolve(ctx.names, "client", display), ctx.now.date()
    return number is not None and may_see(
        ctx.session, ctx.actor.scope, "client", [number], Period(start=today, end=today)
    )


def _choices(names: list[str], intent: str) -> tuple[Option, ...]:
    return tuple(
        Option(name, intent, {"filters": [{"field": "client", "op": "eq", "value": name}], "period": None})
        for name in names[:5]
    )
