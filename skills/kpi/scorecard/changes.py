"""What changed most against the period before: the worst and the best of the metrics, and of the people.

Few cases change a lot by chance: they are not spoken of.
"""

from collections.abc import Iterable
from decimal import Decimal

from skills.contract import Context, KpiRequest, Option
from skills.kpi.intervals import SMALL_N
from skills.kpi.scorecard.measured import Metric, Number
from skills.text import change, number

LEAST = Decimal("0.03")  # of what it was


def changes(ctx: Context, found: list[Metric]) -> tuple[list[str], list[Option]]:
    """Sentences, the worst first; and the question why, of the worst."""
    told = sorted(_moves(one.whole for one in found), key=lambda move: move[0])
    said: list[str] = []
    why: list[Option] = []
    if told and told[0][0] < 0:
        said.append(_said(ctx, "card.worse", told[0][1]))
        why.append(_why(ctx, told[0][1]))
    if told and told[-1][0] > 0:
        said.append(_said(ctx, "card.better", told[-1][1]))
    return said, why


def people(ctx: Context, metric: Metric | None, dim: str) -> list[str]:
    """Of one metric: who fell and who rose most."""
    if metric is None:
        return []
    words = metric.whole.words
    moves = sorted(
        (
            (move, words.label(dim, key[0]))
            for key, one in metric.by_owner.items()
            for move, _ in _moves([one])
        ),
    )
    said = []
    if moves and moves[0][0] < 0:
        said.append(ctx.say("card.fell", who=moves[0][1], metric=words.metric(), change=_share(moves[0][0])))
    if moves and moves[-1][0] > 0:
        said.append(
            ctx.say("card.rose", who=moves[-1][1], metric=words.metric(), change=_share(moves[-1][0]))
        )
    return said


def _moves(numbers: Iterable[Number]) -> list[tuple[Decimal, Number]]:
    """How far each went, as a part of what it was: above zero for the better."""
    moves = []
    for one in numbers:
        now, before = one.told(one.now).amount, one.told(one.before).amount
        better = one.plan.metric.better
        few = one.now is None or (one.plan.counts_cases and one.now.n < SMALL_N)
        if now is None or not before or better == "none" or few:
            continue
        share = (now - before) / abs(before)
        if abs(share) >= LEAST:
            moves.append((share if better == "up" else -share, one))
    return moves


def _said(ctx: Context, key: str, one: Number) -> str:
    language = ctx.actor.language
    now, before = one.told(one.now), one.told(one.before)
    return ctx.say(
        key,
        metric=one.words.metric(),
        now=number(now, language),
        before=number(before, language),
        change=change(now, before, language),
    )


def _share(share: Decimal) -> str:
    return f"{share * 100:+,.0f} %"


def _why(ctx: Context, one: Number) -> Option:
    asked: KpiRequest = one.plan.asked
    return Option(ctx.say("card.button.why", metric=one.words.metric()), "why", asked.fields())
