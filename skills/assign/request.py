"""What a reassignment asks for, in the one notation. Knows no account."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from skills.contract import Filter
from skills.picked import storable


class ReassignRequest(BaseModel):
    """Whose accounts (an agent's, a filter's, some or one) go to whom; how many, and how they are shared.

    Without a receiver it is asked who. `until`: the last day they are lent for; none = for good.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_agent: str | None = None
    to_agent: str | None = None
    to_agents: tuple[str, ...] = ()
    account: str | None = None
    accounts: tuple[str, ...] | None = Field(default=None, max_length=200)  # chosen: "client:number"
    count: int | None = Field(default=None, ge=1, le=100_000)
    scope: Literal["all"] | None = None
    split: Literal["equal", "value"] | None = None
    dial_mode: Literal["manual", "preview", "predictivo", "blaster"] | None = None
    until: date | None = None
    filters: tuple[Filter, ...] = ()

    @field_validator("filters")
    @classmethod
    def _plain(cls, filters: tuple[Filter, ...]) -> tuple[Filter, ...]:
        return storable(filters)

    @model_validator(mode="after")
    def _whole(self) -> "ReassignRequest":
        if not (self.from_agent or self.account or self.filters or self.accounts is not None):
            raise ValueError("whose accounts?")
        return self

    @property
    def receivers(self) -> tuple[str, ...]:
        return self.to_agents or ((self.to_agent,) if self.to_agent else ())
