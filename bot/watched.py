"""The section of config.yaml that says what is watched, for whom, and when people are told. Reads no file."""

from datetime import time
from typing import Any

from pydantic import Field, field_validator, model_validator

from bot.schedule import HOUR, To
from bot.sections import Section
from skills.alerts.spec import WatchSpec
from skills.contract import Role
from skills.rules import Alerting


class Watched(Section):
    """One watch: what is looked at, and who is told. For a role, each of its people in her own right; in a
    channel, in the right of the person `by` and never beyond what the channel may show."""

    look: WatchSpec
    to: To
    by: str | None = None

    @model_validator(mode="after")
    def _whose(self) -> "Watched":
        if (self.to.channel is None) != (self.by is None):
            raise ValueError("a channel needs `by`, the person in whose right it looks; nobody else does")
        return self


class Alerts(Alerting):
    """`every`: minutes between two looks."""

    every: int = Field(default=5, ge=1, le=60)
    escalate_to: tuple[Role, ...] = ("manager", "director")
    watch: dict[str, Watched] = Field(default_factory=dict)

    @field_validator("quiet_from", "quiet_to", mode="before")
    @classmethod
    def _clock(cls, given: Any) -> Any:
        """YAML reads an unquoted 20:00 as a number of minutes."""
        return time(given // HOUR, given % HOUR) if isinstance(given, int) else given
