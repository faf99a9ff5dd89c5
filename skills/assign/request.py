"""What a reassignment asks for, in the one notation. Knows no account."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from skills.contract import Filter


class ReassignRequest(BaseModel):
    """Whose accounts (an agent's, a filter's, or one) go to whom; how many, and how they are shared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_agent: str | None = None
    to_agent: str | None = None
    to_agents: tuple[str, ...] = ()
    account: str | None = None
    count: int | None = Field(default=None, ge=1, le=100_000)
    scope: Literal["all"] | None = None
    split: Literal["equal", "value"] | None = None
    dial_mode: Literal["manual", "preview", "predictivo", "blaster"] | None = None
    filters: tuple[Filter, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> "ReassignRequest":
        if not (self.from_agent or self.account or self.filters):
            raise ValueError("whose accounts?")
        if not self.receivers:
            raise ValueError("to whom?")
        return self

    @property
    def receivers(self) -> tuple[str, ...]:
        return self.to_agents or ((self.to_agent,) if self.to_agent else ())
