"""What a model may say of a message: ids there are, and words copied from it. No date, number or name."""

from enum import Enum
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, create_model

from bot.understand.lexicon import Lexicon
from skills.contract import Op

MOST = 6  # of anything: a question that holds more is not one
LONGEST = 200  # characters of a stretch


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Plan(_Said):
    """As it comes back, its ids plain strings. An empty string: not said."""

    metrics: list[Any]
    splits: list[Any]
    filters: list[Any]
    period: str
    compare: str
    order: str
    not_understood: list[str]


def plan_of(lexicon: Lexicon) -> type[Plan]:
    """The schema for one catalogue: nothing outside its ids can be said."""
    dims = sorted({str(e.value) for e in lexicon.phrases.values() if e.kind == "dim"})
    fields = sorted({*dims, *(str(e.value) for e in lexicon.phrases.values() if e.kind == "field")})
    metric = _made("MetricSaid", id=_ids("MetricId", sorted(lexicon.catalogue.metrics)), words=str)
    split = _made("SplitSaid", id=_ids("SplitId", dims), words=str)
    chosen = _made("FilterSaid", field=_ids("FieldId", fields), op=_ids("OpId", get_args(Op)), words=str)
    made: type[Plan] = create_model(
        "Reading",
        __base__=Plan,
        metrics=(list[metric], ...),  # type: ignore[valid-type]
        splits=(list[split], ...),  # type: ignore[valid-type]
        filters=(list[chosen], ...),  # type: ignore[valid-type]
    )
    return made


def within_measure(plan: Plan) -> bool:
    """Whether it is of a size that a question can have."""
    lists = (plan.metrics, plan.splits, plan.filters, plan.not_understood)
    words = [each.words for said in lists[:3] for each in said]
    words += [plan.period, plan.compare, plan.order, *plan.not_understood]
    return all(len(said) <= MOST for said in lists) and all(len(each) <= LONGEST for each in words)


def _ids(name: str, ids: Any) -> Any:
    return Enum(name, {each: each for each in ids}, type=str)


def _made(name: str, **fields: Any) -> Any:
    required: dict[str, Any] = {key: (kind, ...) for key, kind in fields.items()}
    return create_model(name, __base__=_Said, **required)
