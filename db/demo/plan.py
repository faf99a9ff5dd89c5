"""The demo agency as written in agency.yaml and places.yaml. Knows no dates and no rows."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

FOLDER = Path(__file__).parent


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ClientPlan(_Part):
    code: str
    name: str
    regime: str
    payment_lag_days: int
    cut_lag: int  # days its balance file runs behind
    pay_accounts: str


class Recall(_Part):
    over: int
    day: int  # of the month; 0 is the last


class CampaignPlan(_Part):
    code: str
    client: str
    name: str
    kind: str
    share: float
    placed_share: float
    products: dict[str, float]
    balance: tuple[float, float]  # median in pesos, spread of its logarithm
    dpd: tuple[tuple[int, int, float], ...]
    placed_dpd: tuple[int, int]
    placed_days: tuple[int, ...]
    recall: Recall
    pays: float


class StaffPlan(_Part):
    employee_no: str
    name: str
    role: str
    team: str | None = None
    language: str = "es"
    nicknames: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()


class AgentGroup(_Part):
    supervisor: str
    campaign: str
    names: tuple[str, ...]


class MovedTeam(_Part):
    agent: str
    to: str


class FeePlan(_Part):
    """What a creditor pays of a recovered peso: by bucket, by product, or by the tier of its month."""

    client: str
    buckets: dict[str, float] = {}
    products: dict[str, float] = {}
    tiers: tuple[float, ...] = ()


class Stories(_Part):
    worsening_campaign: str
    hollow_promises: str
    team_behind: str
    early_calls_campaign: str
    reversals_client: str
    moved_team: MovedTeam
    left: str


class AgencyPlan(_Part):
    clients: tuple[ClientPlan, ...]
    campaigns: tuple[CampaignPlan, ...]
    staff: tuple[StaffPlan, ...]
    agents: tuple[AgentGroup, ...]
    fees: tuple[FeePlan, ...]
    titles: dict[str, str]
    on_slack: tuple[str, ...]
    stories: Stories

    def campaign(self, code: str) -> int:
        """Its place in the list, from 0; its id is one more."""
        return next(n for n, campaign in enumerate(self.campaigns) if campaign.code == code)

    def client(self, code: str) -> int:
        return next(n for n, client in enumerate(self.clients) if client.code == code)


class PlacesPlan(_Part):
    places: tuple[tuple[str, str, str, str, int, str], ...]
    first_names: tuple[str, ...]
    surnames: tuple[str, ...]


@cache
def agency_plan() -> AgencyPlan:
    return AgencyPlan.model_validate(_read("agency.yaml"))


@cache
def places_plan() -> PlacesPlan:
    return PlacesPlan.model_validate(_read("places.yaml"))


def _read(name: str) -> object:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
