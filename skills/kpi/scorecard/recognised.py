"""Who has reached her target, said to her team: of those alone who asked to be named. Knows no layout.

Nobody is called the best of a team: whoever did not say yes is not spoken of, not even by being left out.
Where no agent has a target, who has most among those who said yes is named, once they are a few.
"""

from collections.abc import Mapping
from dataclasses import replace

from db.numbers import Key
from db.recognition import willing
from db.scope import Scope
from db.teams import mates_of
from skills.contract import Context
from skills.kpi.scorecard.layout import MONEY
from skills.kpi.scorecard.measured import Metric, Number, Spans, measured
from skills.text import number

MOST = 3
FEW = 3  # from so many on, having most says something


def recognised(ctx: Context, spans: Spans, money: Metric | None) -> list[str]:
    """`money` as it is split on the reader's own card. An agent reads of her team, by their leave alone."""
    if not ctx.actor.scope.shows("agent"):
        return []
    if ctx.actor.role == "agent":
        money = _of_mates(ctx, spans)
    if money is None:
        return []
    chosen = willing(ctx.session, [key[0] for key in money.by_owner])
    told = {key: one for key, one in money.by_owner.items() if key[0] in chosen}
    if told and not any(one.reached for one in money.by_owner.values()):
        return _most(ctx, told)
    return _reached(ctx, told)


def _most(ctx: Context, told: Mapping[Key, Number]) -> list[str]:
    has = {key: one.told(one.now).amount or 0 for key, one in told.items()}
    best = max(has, key=lambda key: (has[key], -key[0]))
    if len(told) < FEW or has[best] <= 0:
        return []
    words = told[best].words
    return [ctx.say("card.most", who=words.label("agent", best[0]), metric=words.metric())]


def _reached(ctx: Context, told: Mapping[Key, Number]) -> list[str]:
    reached = [
        (part.amount, one.words.label("agent", key[0]), part, one.words.metric())
        for key, one in told.items()
        if (part := one.reached) is not None and part.amount is not None and part.amount >= 1
    ]
    return [
        ctx.say("card.recognised", who=who, part=number(part, ctx.actor.language), metric=metric)
        for _, who, part, metric in sorted(reached, key=lambda each: (-each[0], each[1]))[:MOST]
    ]


def _of_mates(ctx: Context, spans: Spans) -> Metric | None:
    """With the eyes that their yes lends her: nothing of anybody else is read."""
    today = spans.main.end
    mates = frozenset(willing(ctx.session, mates_of(ctx.session, ctx.actor.person_id, today)))
    if not mates:
        return None
    lent = replace(ctx.actor, scope=Scope(agents=mates, label=ctx.actor.scope.label))
    found = measured(replace(ctx, actor=lent, memo={}), MONEY, (), spans, "agent", sorted(mates))
    return found if isinstance(found, Metric) else None
