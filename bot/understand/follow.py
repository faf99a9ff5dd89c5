# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Merges a follow-up into the thread's last request: what was not said stays as it was."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.understand.compose import compare_of, grain_for, period_of
from bot.understand.draft import Draft, Problem
from bot.understand.lexicon import Lexicon
from bot.understand.normalise import fold
from bot.understand.period_words import Unit, calendar_unit, step, words
from bot.understand.variants import IN_MONEY
from bot.understand.verbs import with_clitics
from db.periods import Period, month_of
from skills.contract import Filter, KpiRequest

# What opens a message that hangs on the one before.
_OPENERS = tuple(
    f"{opening} "
    for opening in (
        *words("y e and ahora now pero but solo only tambien also mejor igual same con sin cambia cambialo"),
        *words(
            "change switch instead agrega agregale anade anadele sumale add incluye include excepto menos"
        ),
        *words("quita quitale without except better"),
        *(
            said
            for verb in ("agregar", "anadir", "sumar", "cambiar", "incluir", "quitar", "excluir")
            for said in with_clitics(verb)
        ),
        *("what about", "how about", "que tal", "lo mismo", "en vez", "cambia a", "change it"),
    )
)

# Courtesies before it: "ok y el rpc?", "gracias! y por agente?".
_COURTESY = re.compile(
    r"(?:(?:ok|okay|okey|oka|va|vale|sale|perfecto|perfect|gracias|muchas gracias|mil gracias|thanks|thank you|thx|great|cool|nice|listo|bueno|pues|oye|"
    r"excelente|genial|super|muy bien|bien|good|ah|ahh|aja|hmm|mmm|entendido|got it|(?:le |te |les )?(?:solicito|pido)(?: que)?|favor de|necesito(?: que)?|quiero(?: que)?|quisiera(?: que)?|me (?:ayudas?|apoyas?) (?:a|con)|(?:me )?(?:puedes|podrias?|puede)|si|yes|jefe|jefa|porfa|por favor|please|alright|right|well)\b[\s,.!¡;:-]*)+"
)

_BOTH_WAYS = (("↓ 9…1", {"order": "desc"}), ("↑ 1…9", {"order": "asc"}))


def previous_request(previous: Mapping[str, Any] | None) -> KpiRequest | None:
    """The thread's last KPI question, if it was one: {intent, fields} or {intent: fields}."""
    if not previous:
        return None
    fields = previous.get("fields") if previous.get("intent") in ("kpi", "why") else previous.get("kpi")
    if not isinstance(fields, Mapping) or not fields.get("metric"):
        return None
    metric = fields["metric"]
    given = {k: v for k, v in fields.items() if k in KpiRequest.model_fields}
    given["metric"] = tuple(metric) if isinstance(metric, (list, tuple)) else metric
    return KpiRequest.model_validate(_json_tuples(given))


def _json_tuples(fields: Mapping[str, Any]) -> dict[str, Any]:
    filters = [
        {**f, "value": tuple(f["value"]) if isinstance(f["value"], list) else f["value"]}
        for f in fields.get("filters") or ()
    ]
    return {**fields, "filters": filters}


def is_follow_up(draft: Draft, text: str, previous: KpiRequest | None) -> bool:
    """No metric of its own, or one that an "y ..." hangs on the question before."""
    if previous is None:
        return False
    if not draft.metrics:
        return True
    if draft.only_bounded and not draft.dims and not draft.has_period:
        return True
    opening = text.lstrip(" ¿¡?!.,-")
    if courtesy := _COURTESY.match(opening):
        opening = opening[courtesy.end() :].lstrip(" ¿¡?!.,-")
    return opening.startswith(_OPENERS)


def merged(draft: Draft, previous: KpiRequest, lexicon: Lexicon, today: date) -> KpiRequest:
    """The last request with what this message changes."""
    metrics = _metrics(draft, previous, lexicon)
    if draft.has_period:
        period = period_of(draft, metrics, lexicon, today)
    else:
        period = (
            _stepped(draft, previous.period, today, stock=_is_stock(previous, lexicon)) or previous.period
        )
    compare = compare_of(draft, period, today) or _kept_compare(draft, previous)
    grain, chart = _grain(draft, previous, period)
    order, limit = _order(draft, previous, metrics, lexicon)
    return KpiRequest(
        metric=metrics[0] if len(metrics) == 1 else tuple(metrics),
        dims=(draft.beside[0],) if draft.beside else _dims(draft, previous),
        filters=_beside(draft, previous) if draft.beside else _filters(draft, previous),
        period=period,
        grain=grain,  # type: ignore[arg-type]
        compare=compare,
        order=order,  # type: ignore[arg-type]
        limit=limit,
        chart=chart,  # type: ignore[arg-type]
        variant=lexicon.catalogue.taking(draft.variant or previous.variant, metrics),
    )


def _metrics(draft: Draft, previous: KpiRequest, lexicon: Lexicon) -> list[str]:
    """ "y también las llamadas" asks for both; "con más de 50 llamadas" only bounds the rows."""
    before = _listed(previous.metric)
    if draft.variant and not draft.metrics:
        return _told_otherwise(draft, before, lexicon)
    if not draft.metrics or draft.only_bounded:
        return before
    if "also" in draft.flags and not draft.dims and not draft.filters:
        return list(dict.fromkeys((*before, *draft.metrics)))
    return draft.metrics


def _told_otherwise(draft: Draft, metrics: list[str], lexicon: Lexicon) -> list[str]:
    """ "y en monto" of what has no such definition: the metric that tells it in pesos, or a question back."""
    if lexicon.catalogue.taking(draft.variant, metrics):
        return metrics
    other = IN_MONEY if draft.variant == "balance" else {v: k for k, v in IN_MONEY.items()}
    if len(metrics) == 1 and draft.variant in ("balance", "accounts"):
        if metrics[0] in other:
            return [other[metrics[0]]]
        known = lexicon.catalogue.metrics.get(metrics[0])
        if known is not None and draft.variant == "balance" and known.unit == "money":
            return metrics
    draft.problems.append(Problem("confirm_reading", tuple(metrics)))
    return metrics


def _beside(draft: Draft, previous: KpiRequest) -> tuple[Filter, ...]:
    """The one filter of that field becomes both; where there is none, nobody knows against whom."""
    field, value = draft.beside or ("", "")
    mine = [f for f in previous.filters if f.field == field and f.op == "eq"]
    known = mine[0].value if len(mine) == 1 else None
    if known is None or isinstance(known, bool | tuple) or isinstance(value, bool):
        draft.problems.append(Problem("confirm_reading", (str(value),)))
        return previous.filters
    others = tuple(f for f in previous.filters if f.field != field)
    return (*others, Filter(field=field, op="in", value=(known, value)))


_UNITS: tuple[Unit, ...] = ("day", "week", "quincena", "month", "quarter", "semester", "year")


def _is_stock(previous: KpiRequest, lexicon: Lexicon) -> bool:
    known = lexicon.catalogue.metrics
    return all(m in known and known[m].kind == "stock" for m in _listed(previous.metric))


def _stepped(draft: Draft, shown: Period | None, today: date, *, stock: bool = False) -> Period | None:
    """ "y el anterior?", "y la antepasada?": one step back in the unit that was shown."""
    said = [item for _, item in draft.each("previous")]
    if len(said) != 1 or shown is None:
        return None
    if stock and shown.days == 1 and shown.end == month_of(shown.end).end:
        shown = month_of(shown.end)  # the close of a month stands for its month
    units = [u for u in _UNITS if _is_unit(u, shown, today)]
    word = fold(said[0].raw)
    if "antepasada" in word or word.startswith("la "):
        units = [u for u in units if u in ("week", "quincena")]
    elif word.startswith("el ") or "antepasado" in word:
        units = [u for u in units if u not in ("week", "quincena")]
    if len(units) != 1:
        return None
    said[0].used = True
    if "antepasad" in word:
        return step(units[0], today, -2)
    return step(units[0], today if "pasad" in word else shown.start, -1)


def _is_unit(unit: Unit, shown: Period, today: date) -> bool:
    whole = calendar_unit(unit, shown.start)
    return whole.start == shown.start and shown.end in (whole.end, min(whole.end, today))


def _listed(metric: str | tuple[str, ...]) -> list[str]:
    return [metric] if isinstance(metric, str) else list(metric)


def _kept_compare(draft: Draft, previous: KpiRequest) -> Any:
    """A comparison with fixed days falls with the period it was for."""
    if "uncompare" in draft.flags:
        return None
    if draft.has_period and previous.compare and previous.compare.to == "period":
        return None
    return previous.compare


def _dims(draft: Draft, previous: KpiRequest) -> tuple[str, ...]:
    if "unsplit" in draft.flags:
        return ()
    if not draft.dims:
        return previous.dims
    if "also" in draft.flags:
        return tuple(dict.fromkeys((*previous.dims, *draft.dims)))
    if draft.rank and previous.dims:
        return tuple(draft.dims)
    return tuple(draft.dims)


def _filters(draft: Draft, previous: KpiRequest) -> tuple[Filter, ...]:
    """A filter of the same field is replaced; "también" adds to it."""
    if "everyone" in draft.flags:
        own = {f.field for f in draft.filters}
        gone = ("agent", "supervisor", *own)
        return (*(f for f in previous.filters if f.field not in gone), *draft.filters)
    if "clear" in draft.flags:
        said = {f.field for f in draft.filters}
        return tuple(f for f in previous.filters if f.field not in said) if said else ()
    if not draft.filters:
        return previous.filters
    for each in draft.filters:
        kept = [
            f for f in previous.filters if f.field == each.field and f.op == "eq" and f.value == each.value
        ]
        if each.op == "ne" and kept:
            # "quita a Ana" where only Ana was asked: without her, or without the filter?
            draft.problems.append(Problem("confirm_reading", (str(each.value),)))
    if "also" in draft.flags:
        return _added(draft, previous)
    said = {f.field for f in draft.filters}
    others = tuple(f for f in previous.filters if f.field not in said)
    return (*others, *draft.filters)


def _keeps(known: Filter, turned: Filter) -> bool:
    return (known.field, known.op, known.value) == (turned.field, "eq", turned.value)


def _added(draft: Draft, previous: KpiRequest) -> tuple[Filter, ...]:
    both = Draft([], filters=list(previous.filters))
    for each in draft.filters:
        values = (
            each.value if isinstance(each.value, tuple) and each.op in ("in", "not_in") else (each.value,)
        )
        op = "eq" if each.op in ("eq", "in") else "ne" if each.op in ("ne", "not_in") else each.op
        for value in values:
            both.add_filter(each.field, op, value)
    return tuple(both.filters)


def _grain(draft: Draft, previous: KpiRequest, period: Period | None) -> tuple[str | None, str | None]:
    if draft.grain or draft.trend:
        return draft.grain or grain_for(period), "bar" if draft.chart == "bar" else "line"
    if draft.chart:
        kind = ("line" if previous.grain else "bar") if draft.chart == "any" else draft.chart
        return previous.grain, kind
    if draft.dims and "also" not in draft.flags:
        return None, None if previous.grain else previous.chart
    return previous.grain, previous.chart


def _order(
    draft: Draft, previous: KpiRequest, metrics: list[str], lexicon: Lexicon
) -> tuple[str | None, int | None]:
    if draft.rank or draft.order:
        order = resolved_order(draft, metrics, lexicon)
        kept = draft.limit or (previous.limit if "several" in draft.flags else None)
        kept = kept or (1 if "one" in draft.flags else None)
        return order, kept if draft.rank else previous.limit
    order = previous.order
    limit = None if "unlimit" in draft.flags else previous.limit
    if "unlimit" in draft.flags:
        order = None
    if "reverse" in draft.flags:
        order = "asc" if order == "desc" else "desc"
    elif draft.metrics and order:
        before = lexicon.better.get(_listed(previous.metric)[0], "none")
        now = lexicon.better.get(metrics[0], "none")
        # The best stay the best when the metric changes to one where less is better.
        if {before, now} == {"up", "down"}:
            order = "asc" if order == "desc" else "desc"
    return order, limit


def resolved_order(draft: Draft, metrics: list[str], lexicon: Lexicon) -> str | None:
    """Which way the raw value runs: "peor" by the metric's polarity, "más" by the number itself."""
    wish = draft.order if draft.order and draft.rank == "top" else draft.rank or draft.order
    if wish is None or wish in ("asc", "desc"):
        return wish
    if wish in ("most", "least"):
        return "desc" if wish == "most" else "asc"
    better = lexicon.better.get(metrics[0], "none") if metrics else "none"
    if better == "none":
        if wish == "worst":
            draft.problems.append(
                Problem(
                    "confirm_reading",
                    ("desc", "asc"),
                    (("↓ 9…1", {"order": "desc"}), ("↑ 1…9", {"order": "asc"})),
                )
            )
        return "desc"
    best_first = wish in ("top", "best")
    return "desc" if best_first == (better == "up") else "asc"
