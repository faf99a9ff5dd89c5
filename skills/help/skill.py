"""Help, generated from the catalogue and the examples, so that it cannot fall behind. Computes nothing."""

from collections.abc import Sequence
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
        labels = [m.label.in_(language) for m in catalogue.metrics.values() if m.kind == kind]
        if labels:
            parts.append(Text(ctx.say(f"help.{kind}", metrics=", ".join(labels))))
    if phrases := [each.phrase(language) for each in examples if _fits(ctx, each)]:
        parts.append(Text(ctx.say("help.examples", phrases="\n".join(f"• {p}" for p in phrases[:SHOWN]))))
    parts.append(Text(ctx.say("help.threads")))
    if planned := [each.label.in_(language) for each in catalogue.planned.values()]:
        few = ", ".join(planned[:SHOWN])
        parts.append(Text(ctx.say("help.planned", n=len(planned), few=few), "note"))
    ready = [catalogue.metrics[each] for each in FIRST if each in catalogue.metrics]
    return Answer(ctx.say("help.title"), "", tuple(parts), next=tuple(_see(ctx, m) for m in ready))


def _fits(ctx: Context, example: Example) -> bool:
    """An example that would be refused is no help."""
    finest = ctx.actor.scope
    if finest.agents is not None and {"agent", "supervisor"} & set(example.dims):
        return False
    return all(finest.shows(dim) for dim in example.dims if dim in ("agent", "supervisor"))  # type: ignore[arg-type]


def _of_metric(ctx: Context, catalogue: Catalogue, name: str) -> Answer:
    language = ctx.actor.language
    if name in catalogue.planned:
        raise Refused("help.not_computed", about=f"planned:{name}", name=catalogue.label(name, language))
    if name not in catalogue.metrics:
        return _overview(ctx, catalogue, load_examples())
    metric = catalogue.metrics[name]
    parts: list[Part] = [
        Text(metric.definition.in_(language)),
        Text(ctx.say("help.formula", formula=metric.formula.in_(language))),
        Text(ctx.say(f"help.better_{metric.better}"), "note"),
    ]
    return Answer(metric.label.in_(language), "", tuple(parts), next=(_see(ctx, metric),))


def _see(ctx: Context, metric: Metric) -> Option:
    return Option(metric.label.in_(ctx.actor.language), "kpi", {"metric": metric.id})


EVERYBODY: frozenset[Role] = frozenset(get_args(Role))
SKILL = Skill("help", questions=(Question("help", HelpRequest, EVERYBODY, answer),))
