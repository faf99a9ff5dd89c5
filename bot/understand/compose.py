"""Puts the pieces of one message together into the parts of a KPI question. Knows no thread before it."""

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from bot.understand.compare import read_comparisons
from bot.understand.draft import Draft, Problem, day_label
from bot.understand.entities import join_names, narrow_names, settle_doubles
from bot.understand.filters import read_choices, read_exclusions, read_thresholds
from bot.understand.lexicon import Lexicon
from bot.understand.names import NameIndex
from bot.understand.normalise import fold
from bot.understand.period_words import Found, back, step
from bot.understand.shape import read_flags, read_grain, read_mine, read_orders, read_ranks, read_splits
from bot.understand.tag import Item, Tagged
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
    if tagged.promised:
        _read_promised(draft)
    _read_charged_off(draft)
    repairs = join_names(draft, names, lexicon.common, pick_near=pick_near)
    narrow_names(draft)
    read_flags(draft)
    read_comparisons(draft, lexicon)
    read_thresholds(draft, lexicon)
    read_ranks(draft)
    read_exclusions(draft, lexicon)
    read_mine(draft)
    read_orders(draft)
    _read_variants(draft, lexicon)
    read_choices(draft, lexicon)
    read_splits(draft)
    read_grain(draft)
    _read_metrics(draft, lexicon)
    _read_period(draft)
    _compared(draft)
    return draft, repairs


def _compared(draft: Draft) -> None:
    """ "compara la recuperación": with what, where neither a split nor another side is said?"""
    if draft.compare_to or draft.dims or len(draft.metrics) > 1 or draft.in_thread:
        for _, item in draft.each("compare"):
            item.used = True


def unread(draft: Draft) -> tuple[str, ...]:
    """The words no part of the reading explains."""
    return tuple(i.raw for i in draft.items if not i.used and i.kind not in ("stop", "comma"))


_TAKEN = re.compile(r"[ai]d[oa]s?\b|nuev|new|taken|made|cread|fecha")


def _read_promised(draft: Draft) -> None:
    """ "cuántas promesas tengo para hoy": those that fall due, not those taken."""
    for at, item in draft.each("metric", "ask"):
        plain = item.kind == "metric" and item.value == "ptp_count" and not _TAKEN.search(fold(item.raw))
        if plain or (item.kind == "ask" and item.value == "promesas"):
            draft.items[at] = replace(item, kind="metric", value="ptp_due", weak=False)


def _read_charged_off(draft: Draft) -> None:
    """ "saldo de castigos": the rows charged off, where another metric is what is asked."""
    for at, item in draft.each("metric"):
        others = [i for _, i in draft.each("metric", "ask") if i is not item]
        if fold(item.raw) == "castigos" and others and not _joined_by_and(draft, at):
            item.kind, item.value = "value", ("bucket", "castigo")


# --- Metrics -------------------------------------------------------------------------------------


def _read_variants(draft: Draft, lexicon: Lexicon) -> None:
    """ "por saldo" chooses a definition where a metric has two; alone it names the metric."""
    said = [i.value for _, i in draft.each("metric")]
    metrics = [lexicon.catalogue.metrics[m] for m in said if m in lexicon.catalogue.metrics]
    for _, item in draft.each("variant"):
        if item.value == "accounts" and said == ["aging_balance"]:
            item.used = True
            for _, aging in draft.each("metric"):
                aging.value = "aging_accounts"
        elif not said or any(m.variant_said(str(item.value)) for m in metrics):
            item.used = True
            draft.variant = str(item.value)
        elif item.value == "balance" and any(m.unit == "money" for m in metrics):
            item.used = True  # money is counted in pesos anyway


def _read_metrics(draft: Draft, lexicon: Lexicon) -> None:
    found = list(draft.each("metric"))
    _read_targets(draft, [i.value for _, i in found], lexicon)
    kept = _without_weak(draft, found)
    names = list(dict.fromkeys(str(i.value) for _, i in kept))
    pairs = _equals(draft, found)
    equals = {str(i.value) for at, i in kept if at in pairs}
    for name in list(names):
        absorbed = lexicon.absorbs.get(name, frozenset()) - equals
        names = [n for n in names if n not in absorbed or n == name]
    for _, item in found:
        item.used = True
    draft.metrics += [n for n in names if n not in draft.metrics]
    for name in list(draft.metrics):
        absorbed = lexicon.absorbs.get(name, frozenset()) - equals
        draft.metrics = [n for n in draft.metrics if n not in absorbed]
    if len(kept) > 1 and len(draft.metrics) > 1 and not _all_linked(draft, [at for at, _ in kept]):
        draft.problems.append(
            Problem("metric", tuple(draft.metrics), tuple((m, {"metric": m}) for m in draft.metrics))
        )
    _read_projected(draft, [str(i.value) for _, i in found])
    _read_asked(draft, lexicon)
    _read_shares(draft, lexicon)
    _read_echoes(draft, lexicon)
    if not draft.metrics and draft.thresholds:
        draft.metrics = list(dict.fromkeys(draft.thresholds))[:1]
    for _, item in draft.each("generic"):
        if draft.metrics or "follow" in draft.flags:
            item.used = True
        else:
            item.used = True
            draft.flags.add("generic")


# "Proyección de llamadas" is one question: what is projected is one of its definitions.
_PROJECTED = {"calls": "calls", "ptp_count": "promises"}


def _read_projected(draft: Draft, said: list[str]) -> None:
    named = [_PROJECTED[metric] for metric in said if metric in _PROJECTED]
    if "forecast_to_close" in draft.metrics and len(named) == 1:
        draft.metrics = [metric for metric in draft.metrics if metric not in _PROJECTED]
        draft.variant = named[0]


def _read_targets(draft: Draft, said: list[str], lexicon: Lexicon) -> None:
    """ "meta" beside a metric is what it is measured against; alone it is the attainment."""
    for kind, metric in (("target", "goal_attainment"), ("budget", "budget_variance")):
        for at, item in draft.each(kind):
            item.used = True
            equals = draft.kind(draft.before(at)) in ("and", "comma")
            others = [m for m in said if m != metric and (equals or m not in lexicon.absorbs.get(metric, ()))]
            if (others or (draft.in_thread and not said)) and draft.compare_to is None:
                draft.compare_to = kind
            elif not others:
                draft.metrics.append(metric)
        alone = not said and not draft.in_thread
        if draft.compare_to == kind and alone and not draft.metrics:
            draft.metrics.append(metric)
            draft.compare_to = None
    if draft.compare_to == "target" and said == ["goal_attainment"]:
        draft.compare_to = None
    _read_so_far(draft)


def _read_so_far(draft: Draft) -> None:
    """ "¿cuánto llevo contra mi meta?" names no metric of its own: it is the attainment."""
    said = [i for _, i in draft.each("metric")]
    if draft.compare_to == "target" and said and all(fold(i.raw).startswith("cuanto llev") for i in said):
        draft.compare_to = None
        for item in said:
            item.value = "goal_attainment"


def _without_weak(draft: Draft, found: list[tuple[int, Item]]) -> list[tuple[int, Item]]:
    """ "de las cuentas", "de la cartera" only say what is measured, unless "y" joins them as equals."""
    equals = _equals(draft, found)
    strong = [(at, i) for at, i in found if not i.weak]
    if not strong:
        return found[:1] + [(at, i) for at, i in found[1:] if at in equals]
    return [(at, i) for at, i in found if not i.weak or at in equals]


def _equals(draft: Draft, found: list[tuple[int, Item]]) -> set[int]:
    """Where metrics stand that "y" puts side by side: "llamadas de Ana y TMO" are two."""
    equals = {at for at, _ in found if _joined_by_and(draft, at)}
    for n, (at, _) in enumerate(found):
        before = draft.before(at, skip=("stop", "also", "me"))
        if n and draft.kind(before) in ("and", "comma"):
            earlier = found[:n]
            partner = next((e for e in reversed(earlier) if not e[1].weak), earlier[-1])
            equals |= {at, partner[0]}
    return equals


def _joined_by_and(draft: Draft, at: int) -> bool:
    before, after = draft.before(at), draft.after(at)
    linked = ("and", "comma", "vs")
    return (draft.kind(before) in linked and draft.kind(draft.before(before)) in ("metric", "ask")) or (
        draft.kind(after) in linked and draft.kind(draft.after(after)) in ("metric", "ask")
    )


def _all_linked(draft: Draft, places: list[int]) -> bool:
    return all(
        any(draft.items[n].kind in ("and", "comma", "vs", "compare") for n in range(first, second))
        for first, second in pairwise(places)
    )


def _read_shares(draft: Draft, lexicon: Lexicon) -> None:
    """ "qué porcentaje de las promesas se cumplió": true of a rate; of an amount it asks something else."""
    metrics = lexicon.catalogue.metrics
    rates = [m for m in draft.metrics if m not in metrics or metrics[m].unit == "rate"]
    for _, item in draft.each("share"):
        item.used = bool(rates) and rates == draft.metrics


def _read_echoes(draft: Draft, lexicon: Lexicon) -> None:
    """ "TMO promedio", "cuentas que tenemos asignadas": nothing beyond what the metric says."""
    for _, item in draft.each("echo"):
        only = bool(draft.metrics) and set(draft.metrics) <= lexicon.echoes[item.value]
        spread = item.value == "spread" and not draft.dims and _needs_a_split(draft, lexicon)
        item.used = only and not spread


def _needs_a_split(draft: Draft, lexicon: Lexicon) -> bool:
    metrics = lexicon.catalogue.metrics
    return any(m not in metrics or metrics[m].base_dim is None for m in draft.metrics)


def _read_asked(draft: Draft, lexicon: Lexicon) -> None:
    for _, item in draft.each("ask"):
        item.used = True
        metrics = lexicon.asked[item.value]
        said = {*draft.metrics, *draft.thresholds}
        if said & set(metrics) and not _joined_by_and(draft, draft.items.index(item)):
            continue  # "las promesas que se cumplieron": the other word says which
        verbs, metric = lexicon.made.get(item.value, (frozenset(), ""))
        if not said and verbs & {fold(i.raw) for i in draft.items}:
            draft.metrics.append(metric)
            continue
        draft.problems.append(Problem("metric", metrics, tuple((m, {"metric": m}) for m in metrics)))


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
    return found.full if ahead and found.full is not None else found.period


def compare_of(draft: Draft, period: Period | None, today: date) -> Compare | None:
    """What the answer is set against, resolved to days where it is a period."""
    if draft.compare_to is None:
        return None
    if draft.compare_to in ("target", "budget", "previous_year"):
        return Compare(to=draft.compare_to)  # type: ignore[arg-type]
    if draft.compare_to == "period" and draft.compare_found is not None:
        other = draft.compare_found.period
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
