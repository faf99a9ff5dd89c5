"""What is asked of a target or a budget, in the one notation. Knows no metric."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from db.periods import Period

Level = Literal["supervisor", "campaign", "client", "agent"]
LEVELS: tuple[Level, ...] = ("supervisor", "campaign", "client", "agent")


class TargetRequest(BaseModel):
    """Of one owner, or of the whole agency where none is named. `grain`: a value a day or a week."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: str | None = None
    value: Decimal = Field(max_digits=18, decimal_places=6)
    supervisor: str | None = None
    campaign: str | None = None
    client: str | None = None
    agent: str | None = None
    period: Period | None = None
    grain: Literal["day", "week", "month"] | None = None
    owner: Literal["INTERNA", "CLIENTE"] = "INTERNA"
    plan: Literal["target", "budget"] = "target"

    @model_validator(mode="after")
    def _one_owner(self) -> "TargetRequest":
        if sum(getattr(self, level) is not None for level in LEVELS) > 1:
            raise ValueError("one owner")
        return self

    @property
    def named(self) -> tuple[Level, str] | None:
        found = [(level, getattr(self, level)) for level in LEVELS if getattr(self, level) is not None]
        return found[0] if found else None
