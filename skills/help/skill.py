"""Help, generated from the catalogue and the examples, so that it cannot fall behind. Computes nothing."""

from collections.abc import Iterator, Sequence
from typing import get_args

from pydantic import BaseModel, ConfigDict

from db.metrics import Catalogue, Metric
from skills.contract import Answer, Context, Option, Part, Question, Refused, Role, Skill, Text
from skills.help.examples import Example, load_examples

SHOWN = 6
FIRST = ("roll_rate", "recovered_amount", "recovery_rate", "goal_attainment", "aging_balance")
_KINDS = ("flow", "migration", "stock")


class HelpRequest(BaseModel):
    """`about`: nothing in particular, or `metric:<id>`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str | None = None


def answer(ctx: Context, request: HelpRequest) -> Answer:
    kind, _, name = (request.about or "").partition(":")
    if kind == "metric":
        return _of_metric(ctx, ctx.metrics, name)
    return _overview(ctx, ctx.metrics, load_examples())


def _overview(ctx: Context, catalogue: Catalogue, examples: Sequence[Example]) -> Answer:
    language = ctx.actor.language
    parts: list[Part] = [Text(ctx.say("help.intro"))]
    for kind in _KINDS:
        own = [m for m in catalogue.metrics.values() if m.kind == kind and ctx.actor.may_ask(m)]
        labels = [m.label.in_(language) for m in own]
        if labels:
            parts.append(Text(ctx.say(f"help.{kind}", metrics=", ".join(labels))))
    if phrases := [each.phrase(language) for each in examples if _fits(ctx, each)]:
        parts.append(Text(ctx.say("help.examples", phrases="\n".join(f"• {p}" for p in phrases[:SHOWN]))))
    parts.append(Text(ctx.say("help.threads")))
    parts += [Text(ctx.say(f"help.to_do.{each}")) for each in _to_do(ctx)]
    if planned := [each.label.in_(language) for each in catalogue.planned.values()]:
        parts.append(Text(ctx.say("help.planned", few=", ".join(planned)), "note"))
    ready = [catalogue.metrics[each] for each in FIRST if each in catalogue.metrics]
    return Answer(ctx.say("help.title"), "", tuple(parts), next=tuple(_see(ctx, m) for m in ready))


def _to_do(ctx: Context) -> tuple[str, ...]:
    """What can be had done besides numbers. A client's people only look."""
    if ctx.actor.role == "client_viewer" or not ctx.actor.scope.shows("agent"):
        return ()
    leads = ctx.actor.role in ctx.deeds.get("reassign_accounts", ())
    return ("orders" if leads else "own", "lists", "clock", "law")


def _fits(ctx: Context, example: Example) -> bool:
    """An example that would be refused is no help."""
    named = example.fields.get("metric", ())
    for metric in (named,) if isinstance(named, str) else named:
        if metric in ctx.metrics.metrics and not ctx.actor.may_ask(ctx.metrics.metrics[metric]):
            return False
    finest = ctx.actor.scope
    if finest.agents is not None and {"agent", "supervisor"} & set(example.dims):
        return False
    return all(finest.shows(dim) for dim in example.dims if dim in ("agent", "supervisor"))  # type: ignore[arg-type]


def _of_metric(ctx: Context, catalogue: Catalogue, name: str) -> Answer:
    language = ctx.actor.language
    if name in catalogue.planned:
        lacks = catalogue.planned[name].lacks.in_(language)
        label = catalogue.label(name, language)
        raise Refused("help.not_computed", about=f"planned:{name}", name=label, lacks=lacks)
    if name not in catalogue.metrics:
        return _overview(ctx, catalogue, load_examples())
    metric = catalogue.metrics[name]
    parts: list[Part] = [
        Text(metric.definition.in_(language)),
        Text(ctx.say("help.formula", formula=metric.formula.in_(language))),
        *(Text(each) for each in _small_print(ctx, metric)),
        Text(ctx.say(f"help.better_{metric.better}"), "note"),
        Text(
            ctx.say("help.version", kpi=metric.kpi, version=metric.version, since=metric.valid_from), "note"
        ),
    ]
    see = (_see(ctx, metric),) if ctx.actor.may_ask(metric) else ()
    return Answer(metric.label.in_(language), "", tuple(parts), next=see)


def _small_print(ctx: Context, metric: Metric) -> Iterator[str]:
    """What else must be known to reckon it again: what it waits for, weighs by and can be split by."""
    language = ctx.actor.language
    if metric.maturity:
        yield ctx.say("help.maturity", rule=metric.maturity.in_(language))
    if metric.weighting != "none":
        yield ctx.say(f"help.weighs_{metric.weighting}")
    if metric.variants:
        named = "; ".join(v.label.in_(language) for v in metric.variants.values())
        chosen = ctx.rules.definitions.of(metric.id) or metric.default_variant or ""
        yield ctx.say("help.variants", named=named, own=metric.variants[chosen].label.in_(language))
        yield from _of_clients(ctx, metric)
    if metric.months:
        yield ctx.say("help.months")
    yield ctx.say("help.dims", dims=", ".join(ctx.say(f"kpi.dim.{dim}") for dim in metric.dims))


def _of_clients(ctx: Context, metric: Metric) -> Iterator[str]:
    """Creditors in reach that mean something else by the name."""
    language, scope = ctx.actor.language, ctx.actor.scope
    for client in ctx.names.of("client"):
        own = ctx.rules.definitions.clients.get(client.code, {}).get(metric.id)
        if own and (scope.clients is None or client.id in scope.clients):
            yield ctx.say(
                "help.own_variant", client=client.display, own=metric.variants[own].label.in_(language)
            )


def _see(ctx: Context, metric: Metric) -> Option:
    return Option(metric.label.in_(ctx.actor.language), "kpi", {"metric": metric.id})


EVERYBODY: frozenset[Role] = frozenset(get_args(Role))
SKILL = Skill("help", questions=(Question("help", HelpRequest, EVERYBODY, answer),))
