"""Puts the pieces of one message together into the parts of a KPI question. Knows no thread before it."""

import re
from datetime import date, timedelta

from bot.understand.bounds import read_against_target, read_none_of
from bot.understand.compare import read_comparisons
from bot.understand.draft import Draft, Problem, day_label
from bot.understand.entities import join_names, narrow_names, settle_doubles
from bot.understand.filters import read_choices, read_exclusions, read_thresholds
from bot.understand.lexicon import Lexicon
from bot.understand.metrics import read_goal_of, read_metrics
from bot.understand.mine import read_mine
from bot.understand.names import NameIndex
from bot.understand.normalise import fold, key_of
from bot.understand.nouns import (
    read_charged_off,
    read_homographs,
    read_peak,
    read_promised,
    read_quita,
    read_verbs,
)
from bot.understand.period_words import Found, back, step
from bot.understand.shape import (
    read_contest,
    read_flags,
    read_grain,
    read_orders,
    read_ranks,
    read_splits,
)
from bot.understand.tag import Tagged
from bot.understand.variants import read_variants
from db.periods import Period, month_of
from skills.contract import Compare

# What "¿cómo vamos?" may mean, in the order of the buttons.
USUAL = ("recovered_amount", "goal_attainment", "roll_rate", "contact_rate", "ptp_kept_rate")


def compose(
    tagged: Tagged, lexicon: Lexicon, names: NameIndex, *, in_thread: bool = False, pick_near: bool = False
) -> tuple[Draft, list[tuple[str, str]]]:
    """The order matters: names before operators, operators before what is left for a plain filter."""
    draft = Draft(tagged.items, due=tagged.due, in_thread=in_thread)
    settle_doubles(draft)
    read_homographs(draft)
    if tagged.promised:
        read_promised(draft)
    read_charged_off(draft)
    read_quita(draft)
    read_verbs(draft, lexicon)
    read_goal_of(draft, lexicon)
    repairs = join_names(draft, names, lexicon.common, pick_near=pick_near)
    narrow_names(draft)
    read_flags(draft)
    read_comparisons(draft, lexicon)
    read_thresholds(draft, lexicon)
    read_none_of(draft)
    read_against_target(draft)
    read_ranks(draft)
    read_exclusions(draft, lexicon)
    read_mine(draft, lexicon)
    read_orders(draft)
    read_variants(draft, lexicon)
    read_choices(draft, lexicon)
    read_contest(draft)
    read_splits(draft)
    read_grain(draft)
    read_peak(draft)
    read_metrics(draft, lexicon)
    _split_first(draft, lexicon)
    _read_period(draft)
    _compared(draft)
    return draft, repairs


_LED_BY = re.compile(r"\b(?:por|x|by|per|cada)\s+([a-z]+)")


def _split_first(draft: Draft, lexicon: Lexicon) -> None:
    """ "saldo por bucket y campaña": the split that the metric's own words hold stands before the other."""
    for item in draft.items:
        known = lexicon.catalogue.metrics.get(str(item.value)) if item.kind == "metric" else None
        if known is None or not (known.base_dim and draft.dims) or known.base_dim in draft.dims:
            continue
        led = _LED_BY.findall(fold(item.raw))
        parts = [lexicon.phrases.get((key_of(word),)) for word in led]
        if any(each and (each.kind, each.value) == ("dim", known.base_dim) for each in parts):
            draft.dims.insert(0, known.base_dim)


def _compared(draft: Draft) -> None:
    """ "compara la recuperación": with what, where neither a split nor another side is said?"""
    if draft.compare_to or draft.dims or len(draft.metrics) > 1 or draft.in_thread:
        for _, item in draft.each("compare"):
            item.used = True


def unread(draft: Draft) -> tuple[str, ...]:
    """The words no part of the reading explains."""
    return tuple(i.raw for i in draft.items if not i.used and i.kind not in ("stop", "comma"))


# --- Periods -------------------------------------------------------------------------------------


def _read_period(draft: Draft) -> None:
    left = [(at, i) for at, i in draft.each("period")]
    for _, item in left:
        item.used = True
    dated = [(at, i) for at, i in left if i.value.mode != "to_date"]
    if not dated:
        if left:
            draft.period = left[0][1].value
        return
    distinct = {(i.value.period, i.value.options) for _, i in dated}
    if len(distinct) > 1:
        options = [(i.raw, i.value.period) for _, i in dated if i.value.period]
        draft.problems.append(_which_period(options))
        return
    draft.period = dated[0][1].value
    if draft.period is not None and draft.period.period is None:
        draft.problems.append(_which_period([(day_label(p), p) for p in draft.period.options]))


def _which_period(options: list[tuple[str, Period]]) -> Problem:
    return Problem("period", tuple(p.model_dump(mode="json") for _, p in options))


def period_of(draft: Draft, metrics: list[str], lexicon: Lexicon, today: date) -> Period | None:
    """The days meant; a running unit keeps its whole range where the metric looks ahead."""
    found = draft.period
    if found is None or (found.period is None and found.mode != "to_date"):
        return None
    if found.mode == "to_date":
        kinds = {lexicon.catalogue.metrics[m].kind for m in metrics if m in lexicon.catalogue.metrics}
        start = today if kinds == {"stock"} else today.replace(day=1)
        return Period(start=start, end=today)
    ahead = draft.due or any(m in lexicon.forward for m in metrics)
    whole = found.full if ahead and found.full is not None else found.period
    if whole is not None and found.closing and not (draft.grain or draft.trend):
        kinds = {lexicon.catalogue.metrics[m].kind for m in metrics if m in lexicon.catalogue.metrics}
        return Period(start=whole.end, end=whole.end) if kinds == {"stock"} else whole
    return whole


def compare_of(draft: Draft, period: Period | None, today: date) -> Compare | None:
    """What the answer is set against, resolved to days where it is a period."""
    if draft.compare_to is None:
        return None
    if draft.compare_to in ("target", "budget", "previous_year"):
        return Compare(to=draft.compare_to)  # type: ignore[arg-type]
    if draft.compare_to == "period" and draft.compare_found is not None:
        other = draft.compare_found.period
        if other and _is_cut(draft, period):
            other = Period(start=other.end, end=other.end)
        if other is not None and other == period:
            draft.problems.append(Problem("period", (day_label(other),)))
        return Compare(to="period", period=other) if other else None
    base = period or Period(start=today.replace(day=1), end=today)
    unit = draft.period.unit if draft.period and draft.period.unit != "range" else None
    if draft.compare_to == "same" and draft.compare_found is not None:
        found = draft.compare_found
        shifted = Period(start=back(found.unit, base.start, 1), end=back(found.unit, base.end, 1))
        return Compare(to="period", period=_to_the_end(base, shifted))
    if unit is None and (period is None or base == month_of(base.start)):
        unit = "month"
    if unit is not None:
        if "before_last" in draft.flags:  # "la antepasada" counts from today
            return Compare(to="period", period=step(unit, today, -2))
        return Compare(to="period", period=step(unit, base.start, -1))
    first = base.start - timedelta(days=base.days)
    return Compare(to="period", period=Period(start=first, end=base.start - timedelta(days=1)))


def _is_cut(draft: Draft, period: Period | None) -> bool:
    """ "al cierre de octubre" of a stock, which is its last day alone."""
    found = draft.period
    return bool(found and found.closing and period and period.days == 1)


def _to_the_end(base: Period, shifted: Period) -> Period:
    """A whole month is compared with a whole month, though it be longer."""
    if base == month_of(base.start) and shifted.start.day == 1:
        return month_of(shifted.start)
    return shifted


def unclear_compare(draft: Draft) -> Problem | None:
    found: Found | None = draft.compare_found
    if draft.compare_to == "period" and found is not None and found.period is None:
        options = [(day_label(p), p) for p in found.options]
        return Problem(
            "period",
            tuple(label for label, _ in options),
            tuple(
                (label, {"compare": {"to": "period", "period": p.model_dump(mode="json")}})
                for label, p in options
            ),
        )
    return None


def grain_for(period: Period | None) -> str:
    """The step of a trend nobody named: days within a month, weeks within a half-year."""
    if period is None or period.days <= 31:
        return "day"
    return "week" if period.days <= 100 else "month"
