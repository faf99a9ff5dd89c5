"""What a reminder asks for, in the one notation. Knows no account."""

import datetime
import re

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from db.periods import Period
from db.reminder_rules import Channel
from skills.contract import Filter
from skills.one_account import OneAccount
from skills.picked import storable

_HOUR = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


class ReminderRequest(BaseModel):
    """To one account, to some that were chosen, or to those of a filter; of promises due, on the day they
    fall due unless `due` names another. `date` and `time`: when it goes out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str | None = None
    client: str | None = None
    accounts: tuple[str, ...] | None = Field(default=None, max_length=200)  # chosen: "client:number"
    scope: str | None = Field(default=None, pattern="^(all|promises_due)$")
    filters: tuple[Filter, ...] = ()
    date: datetime.date
    time: str | None = None
    due: datetime.date | None = None
    channel: Channel | None = None
    template: str | None = Field(default=None, max_length=40)

    @field_validator("filters")
    @classmethod
    def _plain(cls, filters: tuple[Filter, ...]) -> tuple[Filter, ...]:
        return storable(filters)

    @field_validator("time")
    @classmethod
    def _hour(cls, given: str | None) -> str | None:
        if given is not None and not _HOUR.fullmatch(given):
            raise ValueError("an hour, as 09:30")
        return given

    @model_validator(mode="after")
    def _whole(self) -> "ReminderRequest":
        if not (self.account or self.scope or self.filters or self.accounts is not None):
            raise ValueError("whom?")
        return self

    @property
    def of_promises(self) -> bool:
        return self.scope == "promises_due"


class One(OneAccount):
    """A reminder to a single account: where two clients have its number, each choice is the whole request."""

    date: datetime.date
    time: str | None = None
    due: datetime.date | None = None
    channel: Channel | None = None
    template: str | None = None
    filters: tuple[Filter, ...] = ()


class QueueRequest(BaseModel):
    """One's own; what a list may carry besides says nothing here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    filters: tuple[Filter, ...] = ()
    period: Period | None = None
    order: str | None = None
    limit: int | None = None
