"""What an agency chooses about its own numbers, as config.yaml writes it. Knows no file and no table."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Definitions(_Rules):
    """Which of a metric's definitions its bare name means: the agency's, and a creditor's own by its code."""

    agency: Mapping[str, str] = Field(default_factory=dict)  # metric -> variant
    clients: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)

    def of(self, metric: str, client: str | None = None) -> str | None:
        own = self.clients.get(client, {}) if client else {}
        return own.get(metric) or self.agency.get(metric)


class Fees(_Rules):
    """marginal: each peso at its own tier's rate. retroactive: reaching a tier re-prices the whole month."""

    tiers: Literal["marginal", "retroactive"] = "marginal"


class Staffing(_Rules):
    """What agents are reckoned with. `shrinkage` None: as measured (1 - productive / paid time)."""

    intensity: float = Field(default=1.5, gt=0, le=20)  # attempts an account and business day
    hours: float = Field(default=8, gt=0, le=12)  # of a shift
    shrinkage: float | None = Field(default=None, ge=0, lt=0.9)
    occupancy_cap: float = Field(default=0.85, gt=0, le=1)


class Targets(_Rules):
    """learnt: a target falls due as money usually comes in. business_days: the same each business day."""

    season: Literal["learnt", "business_days"] = "learnt"


class Freshness(_Rules):
    """The age, in business days, that each source promises not to pass; an older one is said first."""

    positions: int = Field(default=7, ge=0, le=60)
    payments: int = Field(default=1, ge=0, le=60)
    contacts: int = Field(default=1, ge=0, le=60)
    promises: int = Field(default=1, ge=0, le=60)


class Rules(_Rules):
    definitions: Definitions = Definitions()
    fees: Fees = Fees()
    staffing: Staffing = Staffing()
    targets: Targets = Targets()
    freshness: Freshness = Freshness()
