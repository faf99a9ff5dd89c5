"""What must be said beside money: what waits, how fees are reckoned, what has no price, cost or budget."""

from fractions import Fraction

from skills.contract import Context, Value
from skills.kpi.budgets import spending
from skills.kpi.costs import uncosted
from skills.kpi.fees import priced
from skills.kpi.plan import Plan
from skills.kpi.rows import decimal, left_out
from skills.kpi.wording import Wording

_WAITING = {"agreement_compliance": "installments", "first_payment_rate": "firsts"}
_FEES = frozenset({"fees", "fees_where_costed"})
_COSTED = frozenset({"fees_where_costed", "paid_where_costed"})


def money_notes(ctx: Context, plan: Plan, words: Wording) -> list[str]:
    terms = {*plan.parts.terms}
    notes = _waiting(ctx, plan, words)
    notes += _fee_notes(ctx, plan, words) if terms & _FEES else []
    notes += _uncosted(ctx, plan, words) if terms & _COSTED else []
    notes += _unbudgeted(ctx, plan, words) if "over_budget" in terms else []
    return notes


def _money(words: Wording, cents: Fraction) -> str:
    return words.number(Value(decimal(cents / 100), "money"))


def _waiting(ctx: Context, plan: Plan, words: Wording) -> list[str]:
    of = _WAITING.get(plan.metric.id)
    if of is None:
        return []
    (waiting,) = left_out(ctx, plan, f"{of}_waiting")
    return [words.say(f"kpi.{of}_waiting", n=waiting)] if waiting else []


def _fee_notes(ctx: Context, plan: Plan, words: Wording) -> list[str]:
    notes = [words.say(f"kpi.fees_{ctx.rules.fees.tiers}"), words.say("kpi.fees_without_tax")]
    if not plan.period.is_whole_months:
        notes.append(words.say("kpi.fees_so_far"))
    unpriced = sum(priced(ctx, plan, plan.period, ()).unpriced.values(), Fraction(0))
    return [*notes, words.say("kpi.fees_unpriced", amount=_money(words, unpriced))] if unpriced else notes


def _uncosted(ctx: Context, plan: Plan, words: Wording) -> list[str]:
    cents, campaigns = uncosted(ctx, plan, plan.period)
    return [words.say("kpi.uncosted", n=campaigns, amount=_money(words, cents))] if campaigns else []


def _unbudgeted(ctx: Context, plan: Plan, words: Wording) -> list[str]:
    left = spending(ctx, plan, plan.period, plan.dims).left
    return [words.say("kpi.unbudgeted", amount=_money(words, left))] if left else []
