"""What stands in the question form, and the request it makes: or what is wrong, field by field.

Knows the catalogue and the person's reach; a sentence only by its key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.slack.asker import Asker
from bot.slack.forms.fields import put_in
from db.metrics import Catalogue, Metric
from db.periods import Period, month_of, quincena_of, week_of
from db.scope import COARSER
from skills.contract import Compare, Filter, KpiRequest

METRIC, PERIOD, START, END, SPLIT, OWNER, AGENT, AGAINST, WHERE = (
    "metric",
    "period",
    "start",
    "end",
    "split",
    "owner",
    "agent",
    "against",
    "where",
)
PERIODS = (
    "today",
    "yesterday",
    "this_week",
    "last_week",
    "this_quincena",
    "this_month",
    "last_month",
    "range",
)
RANGE = "range"
OWNERS, AGENTS = ("campaign", "client"), ("agent",)
AGAINSTS = ("none", "previous", "target")
HERE, DIRECT = "here", "direct"
# What rows are limited by, not told apart by.
MEASURED = ("balance", "days_past_due")
Errors = dict[str, str]


@dataclass(frozen=True)
class Choice:
    """As it stands in the form, unchecked."""

    metric: str | None = None
    period: str = "this_month"
    start: str | None = None
    end: str | None = None
    split: str | None = None
    split_in: str = ""  # the block it stands in
    owner: str | None = None  # "campaign:AL1"
    agent: str | None = None  # "agent:E21"
    against: str = "none"
    where: str = DIRECT


def split_block(metric: str | None) -> str:
    """A block of its own for each KPI: what one can be split by another may not."""
    return f"{SPLIT}:{metric}"


def chosen(view: Mapping[str, Any]) -> Choice:
    split_in = _split_in(view)
    return Choice(
        metric=put_in(view, METRIC),
        period=put_in(view, PERIOD) or Choice.period,
        start=put_in(view, START),
        end=put_in(view, END),
        split=put_in(view, split_in),
        split_in=split_in,
        owner=put_in(view, OWNER),
        agent=put_in(view, AGENT),
        against=put_in(view, AGAINST) or Choice.against,
        where=put_in(view, WHERE) or Choice.where,
    )


def _split_in(view: Mapping[str, Any]) -> str:
    """The block of whichever KPI the form was last drawn for."""
    blocks = (view.get("state") or {}).get("values") or {}
    return next((str(block) for block in blocks if str(block).startswith(f"{SPLIT}:")), "")


def splits_for(metric: Metric, asker: Asker) -> tuple[str, ...]:
    """What this KPI can be split by and this person may see told apart; the usual splits first."""
    scope = asker.actor.scope

    def may(dim: str) -> bool:
        if dim in MEASURED or (dim in COARSER and not scope.shows(dim)):
            return False
        alone = scope.agents is not None and dim in ("agent", "supervisor")
        return not alone and not (scope.supervisors is not None and dim == "supervisor")

    return tuple(dim for dim in dict.fromkeys((*metric.splits, *metric.dims)) if may(dim))


def picks_agents(asker: Asker) -> bool:
    """Whether there are others' numbers to choose from."""
    return asker.actor.scope.shows("agent") and asker.actor.scope.agents is None


def request_of(choice: Choice, asker: Asker, catalogue: Catalogue) -> KpiRequest | Errors:
    """The whole request, or the keys of what is wrong under the fields at fault."""
    metric = catalogue.metrics.get(choice.metric or "")
    if metric is None:
        return {METRIC: "ask.no_metric"}
    over = _period(choice, asker.today)
    errors: Errors = dict(over) if isinstance(over, dict) else {}
    if choice.split and choice.split not in splits_for(metric, asker):
        errors[choice.split_in] = "ask.no_split"
    filters: list[Filter] = []
    for block, kinds, value in ((OWNER, OWNERS, choice.owner), (AGENT, AGENTS, choice.agent)):
        named = _filter(kinds, value, asker)
        if value and named is None:
            errors[block] = "ask.no_name"
        elif named is not None:
            filters.append(named)
    if errors or isinstance(over, dict):
        return errors
    compare = {"previous": Compare(to="period"), "target": Compare(to="target")}.get(choice.against)
    dims = (choice.split,) if choice.split else ()
    return KpiRequest(metric=metric.id, dims=dims, filters=tuple(filters), period=over, compare=compare)


def _filter(kinds: tuple[str, ...], value: str | None, asker: Asker) -> Filter | None:
    """By code; whether it is within reach the door says."""
    kind, _, code = (value or "").partition(":")
    named = asker.names.of(kind) if kind in kinds else ()
    found = next((each for each in named if each.code == code), None)
    return None if found is None else Filter(field=found.kind, op="eq", value=found.display)


def _period(choice: Choice, today: date) -> Period | Errors:
    if choice.period == RANGE:
        return _between(choice, today)
    week = week_of(today)
    before = today.replace(day=1) - timedelta(days=1)
    running = {
        "today": today,
        "this_week": week.start,
        "this_quincena": quincena_of(today).start,
        "this_month": today.replace(day=1),
    }
    whole = {
        "yesterday": Period(start=today - timedelta(days=1), end=today - timedelta(days=1)),
        "last_week": week_of(week.start - timedelta(days=1)),
        "last_month": month_of(before),
    }
    if choice.period in whole:
        return whole[choice.period]
    if choice.period in running:
        return Period(start=running[choice.period], end=today)
    return {PERIOD: "ask.no_period"}


def _between(choice: Choice, today: date) -> Period | Errors:
    start, end = _day(choice.start), _day(choice.end)
    errors: Errors = {}
    for block, day in ((START, start), (END, end)):
        if day is None:
            errors[block] = "ask.no_day"
        elif day > today:
            errors[block] = "ask.future"
    if start is None or end is None or errors:
        return errors
    return Period(start=start, end=end) if start <= end else {END: "ask.backwards"}


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
