"""What was understood in a few words: a whole request for a button, words taken for others. Asks nothing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from bot.rights import sees_sql
from db.metrics import Catalogue
from skills.contract import Actor, Answer, Filter, KpiRequest, Language, Text, Value
from skills.text import Texts, number, period


def in_words(fields: Mapping[str, Any], catalogue: Catalogue, texts: Texts, language: Language) -> str:
    """What it measures, by what, of whom, when, in which order."""
    request = KpiRequest.model_validate(fields)

    def say(key: str, **slots: Any) -> str:
        return texts.say(language, key, **slots)

    metrics = (request.metric,) if isinstance(request.metric, str) else request.metric
    parts = [", ".join(catalogue.label(metric, language) for metric in metrics)]
    if request.dims:
        parts.append(say("kpi.by", dims=", ".join(say(f"kpi.dim.{dim}") for dim in request.dims)))
    parts += [condition(one, catalogue, texts, language) for one in request.filters]
    if request.period:
        parts.append(period(request.period, language))
    if request.order:
        parts.append(_ordered(request, say))
    if request.compare and request.compare.period:
        parts.append(say("kpi.against", period=period(request.compare.period, language)))
    elif request.compare and request.compare.to != "previous_year":
        parts.append(say("kpi.against_target" if request.compare.to == "target" else "kpi.against_budget"))
    return " · ".join(parts)


def condition(one: Filter, catalogue: Catalogue, texts: Texts, language: Language) -> str:
    """One filter: "cliente: Banco Alameda", "saldo mayor que 50000"."""
    bounded = catalogue.metrics.get(one.field)
    called = bounded.label.in_(language) if bounded else texts.say(language, f"kpi.dim.{one.field}")
    value = _value(one, catalogue, texts, language)
    return texts.say(language, f"kpi.op.{one.op}", field=called, value=value)


def mended(repairs: Iterable[tuple[str, str]], catalogue: Catalogue, texts: Texts, language: Language) -> str:
    """Words as they were typed, and what they were taken for; a metric goes by its name."""
    pairs = (
        texts.say(
            language,
            "desk.mended_one",
            typed=typed,
            read=catalogue.label(meant, language) if meant in catalogue.ids else meant,
        )
        for typed, meant in repairs
    )
    return texts.say(language, "desk.mended", mended=", ".join(pairs))


def _ordered(request: KpiRequest, say: Callable[..., str]) -> str:
    if request.limit:
        return say("kpi.top" if request.order == "desc" else "kpi.bottom", n=request.limit)
    return say("kpi.descending" if request.order == "desc" else "kpi.ascending")


def _value(one: Filter, catalogue: Catalogue, texts: Texts, language: Language) -> str:
    values = one.value if isinstance(one.value, tuple) else (one.value,)
    bounded = catalogue.metrics.get(one.field)
    said = []
    for value in values:
        if value == "@me":
            said.append(texts.say(language, "kpi.me"))
        elif isinstance(value, bool):
            said.append(texts.say(language, "kpi.yes" if value else "kpi.no"))
        elif bounded:
            said.append(number(Value(Decimal(str(value)), bounded.unit), language))
        else:
            said.append(str(value))
    joint = texts.say(language, "kpi.and") if one.op == "between" else ", "
    return joint.join(said)


def with_whose(texts: Texts, actor: Actor, request: BaseModel, answer: Answer) -> Answer:
    """A ranking of one would pass for the whole floor: say whose rows these are."""
    if answer.basis is not None and not sees_sql(actor):
        answer = replace(answer, basis=replace(answer.basis, query=None))
    dims, scope = set(getattr(request, "dims", ())), actor.scope
    alone = scope.agents is not None and bool(dims & {"agent", "supervisor"})
    if not alone and not (scope.supervisors is not None and "supervisor" in dims):
        return answer
    note = Text(texts.say(actor.language, "desk.only_yours", scope=scope.label), "note")
    return replace(answer, parts=(*answer.parts, note))
