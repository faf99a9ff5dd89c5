"""Whether a request makes sense before anything runs: a button's value may have been written by anybody.

Knows the catalogue's words, not who asks.
"""

from collections.abc import Iterable
from math import isfinite
from typing import Any

from pydantic import BaseModel

from db.metrics import Catalogue
from db.periods import Period
from skills.contract import Filter, KpiRequest
from skills.text import Texts

YEARS = range(1990, 2101)  # beyond them dates cannot even be counted back from
MOST_ROWS = 1_000
MOST_VALUES = 200
LARGEST = 10**15
_SCALAR = ("lt", "le", "gt", "ge")
_LISTS = ("in", "not_in", "between")
_AMOUNTS = ("amount", "balance", "days_past_due", "hour")


def well_formed(request: BaseModel, catalogue: Catalogue, texts: Texts) -> None:
    """Raises ValueError where no reader of ours would have written such a request."""
    if not isinstance(request, KpiRequest):
        return
    metrics = (request.metric,) if isinstance(request.metric, str) else request.metric
    _require(bool(metrics) and all(metrics))
    _require(request.limit is None or 1 <= request.limit <= MOST_ROWS)
    _require(all(f"kpi.dim.{dim}" in texts for dim in request.dims))
    for over in (request.period, request.compare.period if request.compare else None):
        _require(over is None or _countable(over))
    for each in request.filters:
        measured = each.field in metrics and each.field in catalogue.metrics
        _require((measured and len(metrics) == 1) or f"kpi.dim.{each.field}" in texts)
        _filter(each, number=measured or each.field in _AMOUNTS, threshold=measured)


def _filter(asked: Filter, *, number: bool, threshold: bool) -> None:
    values: tuple[Any, ...] = asked.value if isinstance(asked.value, tuple) else (asked.value,)
    _require(0 < len(values) <= MOST_VALUES)
    _require(asked.op != "between" or len(values) == 2)
    _require(asked.op not in _SCALAR or len(values) == 1)
    _require(asked.op not in _LISTS or isinstance(asked.value, tuple))
    _require(not threshold or asked.op in (*_SCALAR, "between", "eq", "ne"))
    _require(_storable(values))
    if number and asked.op != "not_in_period":
        _require(all(isinstance(value, int | float) and not isinstance(value, bool) for value in values))


def _storable(values: Iterable[Any]) -> bool:
    """What both databases can be asked for: no blanks, no NUL, no half characters, no endless numbers."""
    for value in values:
        if isinstance(value, str):
            whole = value.encode("utf-8", "replace").decode("utf-8") == value
            if not value.strip() or "\x00" in value or not whole:
                return False
        elif abs(value) >= LARGEST or not isfinite(value):
            return False
    return True


def _countable(over: Period) -> bool:
    return over.start.year in YEARS and over.end.year in YEARS


def _require(holds: bool) -> None:
    if not holds:
        raise ValueError("not a request of ours")


def wire(request: BaseModel) -> dict[str, Any]:
    """A request's fields as they are written everywhere."""
    fields = getattr(request, "fields", None)
    return dict(fields()) if callable(fields) else request.model_dump(mode="json")
