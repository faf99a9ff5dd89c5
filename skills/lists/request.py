"""What a list asks for, in the one notation: which rows, over which days, in what order, how many."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from db.periods import Period
from skills.contract import Filter
from skills.picked import storable

MOST_FILTERS = 20


class ListRequest(BaseModel):
    """`order` is a field and, where the least come first, " asc" after it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    filters: tuple[Filter, ...] = Field(default=(), max_length=MOST_FILTERS)
    period: Period | None = None
    order: str | None = Field(default=None, max_length=40)
    limit: int | None = Field(default=None, ge=1, le=1_000)

    @field_validator("filters")
    @classmethod
    def _plain(cls, filters: tuple[Filter, ...]) -> tuple[Filter, ...]:
        return storable(filters)

    def fields(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


class PromisesRequest(ListRequest):
    """`by`: whether the period is of the day they were made or fall due; None: as people mean it."""

    by: Literal["made", "due"] | None = None

    def fields(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude={"by"} if self.by is None else None)


class AgreementsRequest(ListRequest):
    """`by`: whether the period is of the day they were agreed, or of the payments that fall due."""

    by: Literal["agreed", "due"] | None = None

    def fields(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude={"by"} if self.by is None else None)
