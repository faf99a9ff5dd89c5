"""What has been read of one message so far, and what is unclear in it. Knows no words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.understand.period_words import Found
from bot.understand.tag import Item
from db.periods import Period
from skills.contract import Filter, Op

Rank = Literal["top", "best", "worst", "most", "least"]


@dataclass(frozen=True)
class Problem:
    """Something to ask back. Each option is a label and the fields it would set."""

    about: str
    candidates: tuple[Any, ...] = ()  # names, metric ids, or periods as {start, end}
    options: tuple[tuple[str, Mapping[str, Any]], ...] = ()


@dataclass
class Draft:
    """The parts of a KPI question as far as the words say them. None and empty mean: not said."""

    items: list[Item]
    metrics: list[str] = field(default_factory=list)
    dims: list[str] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    period: Found | None = None
    compare_to: str | None = None  # period | target | budget | previous_year | previous | same
    compare_found: Found | None = None
    grain: str | None = None
    trend: bool = False
    order: str | None = None  # asc | desc | best | worst
    rank: Rank | None = None
    limit: int | None = None
    chart: str | None = None
    variant: str | None = None
    beside: tuple[str, str | bool] | None = None  # what the last question's filter is set against
    flags: set[str] = field(default_factory=set)
    thresholds: list[str] = field(default_factory=list)  # metrics named only to be bounded
    problems: list[Problem] = field(default_factory=list)
    only_bounded: bool = False  # the metric is there only as what a number bounds
    due: bool = False
    in_thread: bool = False  # there is a question before this one

    # --- Walking the items -----------------------------------------------------------------------

    def after(self, at: int, *, skip: tuple[str, ...] = ("stop",)) -> int:
        """The next item that says something; len(items) where there is none."""
        at += 1
        while at < len(self.items) and self.items[at].kind in skip:
            at += 1
        return at

    def before(self, at: int, *, skip: tuple[str, ...] = ("stop",)) -> int:
        """The item before that says something; -1 where there is none."""
        at -= 1
        while at >= 0 and self.items[at].kind in skip:
            at -= 1
        return at

    def kind(self, at: int) -> str:
        return self.items[at].kind if 0 <= at < len(self.items) else ""

    def each(self, *kinds: str) -> Iterator[tuple[int, Item]]:
        """Items of these kinds that nothing explains yet. The list may change while walking."""
        for at, item in enumerate(self.items):
            if item.kind in kinds and not item.used:
                yield at, item

    def take(self, *places: int) -> None:
        for at in places:
            self.items[at].used = True

    # --- Adding ----------------------------------------------------------------------------------

    def add_dim(self, name: str) -> None:
        if name not in self.dims:
            self.dims.append(name)

    def add_filter(self, name: str, op: Op, value: Any) -> None:
        """Two values of one field and one sense are a list."""
        if isinstance(value, tuple) and op in ("eq", "ne"):
            for one in value:
                self.add_filter(name, op, one)
            return
        if op in ("eq", "ne"):
            for place, known in enumerate(self.filters):
                if known.field != name or known.op not in ((op, "in") if op == "eq" else (op, "not_in")):
                    continue
                values = known.value if isinstance(known.value, tuple) else (known.value,)
                if value in values:
                    return
                many: Op = "in" if op == "eq" else "not_in"
                self.filters[place] = Filter(field=name, op=many, value=(*values, value))
                return
        self.filters.append(Filter(field=name, op=op, value=value))

    @property
    def has_period(self) -> bool:
        return self.period is not None


def day_label(on: Period) -> str:
    """A period as a button calls it before any language is known."""
    return on.start.isoformat() if on.start == on.end else f"{on.start.isoformat()} – {on.end.isoformat()}"
