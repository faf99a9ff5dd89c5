"""Which metrics a message asks for: what absorbs what, what only repeats, which words two of them share."""

import re
from itertools import pairwise

from bot.understand.draft import Draft, Problem
from bot.understand.lexicon import Lexicon
from bot.understand.normalise import fold
from bot.understand.tag import Item


def read_metrics(draft: Draft, lexicon: Lexicon) -> None:
    found = list(draft.each("metric"))
    _read_targets(draft, [i.value for _, i in found], lexicon)
    kept = _without_weak(draft, found)
    _ask_of_accounts(draft, kept)
    names = list(dict.fromkeys(str(i.value) for _, i in kept))
    pairs = _equals(draft, found)
    equals = {str(i.value) for at, i in kept if at in pairs}
    for name in list(names):
        absorbed = lexicon.absorbs.get(name, frozenset()) - equals
        names = [n for n in names if n not in absorbed or n == name]
    for _, item in found:
        item.used = not _of_another(item, names)
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
        draft.metrics, draft.only_bounded = list(dict.fromkeys(draft.thresholds))[:1], True
    for _, item in draft.each("generic"):
        if draft.metrics or "follow" in draft.flags:
            item.used = True
        else:
            item.used = True
            draft.flags.add("generic")


def _of_another(item: Item, names: list[str]) -> bool:
    """ "broken agreements": what is said of promises, beside agreements, says something nobody read."""
    promised = str(item.value).startswith("ptp_")
    return item.weak and promised and bool(names) and all(name in _AGREED for name in names)


_AGREED = ("agreements_count", "agreements_amount")
_GOAL = re.compile(r"(?:metas?|objetivos?|cuotas?|targets?|goals?|quotas?)$")


def read_goal_of(draft: Draft, lexicon: Lexicon) -> None:
    """ "¿llegamos a la meta de TMO?": the metric the target is of, set against it."""
    absorbed = lexicon.absorbs.get("goal_attainment", frozenset())
    for at, item in draft.each("metric", "filter"):
        met = item.value == "goal_attainment" or item.value in _MET
        following = draft.after(at)
        if not met or not _GOAL.search(fold(item.raw)) or draft.kind(following) != "metric":
            continue
        of = draft.items[following]
        if of.value in absorbed or of.value == "goal_attainment" or (of.weak and of.value != "calls"):
            continue
        item.kind = "stop"
        of.weak = False
        draft.compare_to = "target"


_MET = (("goal_attainment", "ge", 1), ("goal_attainment", "lt", 1))

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


def _ask_of_accounts(draft: Draft, kept: list[tuple[int, Item]]) -> None:
    """ "cuentas con promesa rota": the accounts or the promises? Only "de las cuentas" leaves no doubt."""
    for at, item in draft.each("metric"):
        with_ = draft.items[at + 1] if at + 2 < len(draft.items) else None
        if item.value != "accounts_count" or with_ is None or fold(with_.raw) not in ("con", "with"):
            continue
        named = next((i for n, i in kept if n == at + 2 and i is not item), None)
        if named is not None and named.value not in draft.thresholds and not named.weak:
            metrics = ("accounts_count", str(named.value))
            draft.problems.append(Problem("metric", metrics, tuple((m, {"metric": m}) for m in metrics)))


def _equals(draft: Draft, found: list[tuple[int, Item]]) -> set[int]:
    """Where metrics stand that "y" puts side by side: "llamadas de Ana y TMO" are two."""
    equals = {at for at, _ in found if joined_by_and(draft, at)}
    for n, (at, _) in enumerate(found):
        before = draft.before(at, skip=("stop", "also", "me"))
        if n and draft.kind(before) in ("and", "comma"):
            earlier = found[:n]
            partner = next((e for e in reversed(earlier) if not e[1].weak), earlier[-1])
            equals |= {at, partner[0]}
    return equals


def joined_by_and(draft: Draft, at: int) -> bool:
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
    shares = list(draft.each("share"))
    if shares and len(draft.metrics) == 1:
        draft.metrics = [lexicon.shares.get(draft.metrics[0], draft.metrics[0])]
    rates = [m for m in draft.metrics if m not in metrics or metrics[m].unit == "rate"]
    for _, item in shares:
        item.used = bool(rates) and rates == draft.metrics


# "¿Cómo está distribuida?" without saying by what: by days past due.
_SPREAD = {"portfolio_balance": "aging_balance", "accounts_count": "aging_accounts"}


def _read_echoes(draft: Draft, lexicon: Lexicon) -> None:
    """ "TMO promedio", "cuentas que tenemos asignadas": nothing beyond what the metric says."""
    for _, item in draft.each("echo"):
        only = bool(draft.metrics) and set(draft.metrics) <= lexicon.echoes[item.value]
        if item.value == "average":  # a quotient is one already; of a count it asks something else
            known = lexicon.catalogue.metrics
            only = bool(draft.metrics) and all(m in known and known[m].den for m in draft.metrics)
        if only and item.value == "spread" and not draft.dims:
            draft.metrics = [_SPREAD.get(m, m) for m in draft.metrics]
        item.used = only


def _read_asked(draft: Draft, lexicon: Lexicon) -> None:
    words = {fold(i.raw) for i in draft.items}
    for at, item in draft.each("ask"):
        item.used = True
        metrics = lexicon.asked[item.value]
        said = {*draft.metrics, *draft.thresholds}
        if said & lexicon.settled[item.value] and not joined_by_and(draft, at):
            continue  # "las promesas que se cumplieron": the other word says which
        verbs, metric = lexicon.made.get(item.value, (frozenset(), ""))
        if not said and verbs & words:
            draft.metrics.append(metric)
            continue
        draft.problems.append(Problem("metric", metrics, tuple((m, {"metric": m}) for m in metrics)))
