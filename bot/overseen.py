"""The section of config.yaml that says how often breaches are searched for and who is told. Reads no file."""

from pydantic import Field, model_validator

from bot.schedule import To
from bot.sections import Section


class Teller(Section):
    """Who is told: a person, each of a role in her own right, or a channel in that of the person `by`."""

    to: To
    by: str | None = None

    @model_validator(mode="after")
    def _whose(self) -> "Teller":
        if (self.to.channel is None) != (self.by is None):
            raise ValueError("a channel needs `by`, the person in whose right it looks; nobody else does")
        return self


class Oversight(Section):
    """`every`: minutes between two searches; `soon`: business days before a term ends."""

    every: int = Field(default=15, ge=5, le=24 * 60)
    tell: tuple[Teller, ...] = (Teller(to=To(role="compliance")),)
    shown: int = Field(default=10, ge=1, le=20)
    soon: int = Field(default=3, ge=0, le=15)
