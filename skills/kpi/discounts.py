"""The balance an agreement was made about, and the part of it let off: worked out from what is to be paid.

Exact: agreements of one discount are added up first, and their total is divided once.
"""

from collections.abc import Callable
from fractions import Fraction

from db.numbers import Derived, Key, Sum, sum_up
from db.periods import Period
from skills.contract import Context
from skills.kpi.plan import Plan

_WHOLE = 1_000_000  # the discount is in millionths


def negotiated(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> Derived:
    """total / (1 - discount)"""
    return _summed(ctx, plan, period, dims, lambda total, paid: total / paid)


def discounted(ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...]) -> Derived:
    """What the debtors need not pay."""
    return _summed(ctx, plan, period, dims, lambda total, paid: total / paid - total)


def _summed(
    ctx: Context,
    plan: Plan,
    period: Period,
    dims: tuple[str, ...],
    worth: Callable[[int | Fraction, Fraction], Fraction],
) -> Derived:
    read = sum_up(
        ctx.session,
        ("agreed",),
        dims=(*dims, "discount"),
        conditions=plan.conditions,
        scope=ctx.actor.scope,
        window=plan.window(period),
    )
    found: dict[Key, Sum] = {}
    for (*owner, discount), (one,) in read.by_key.items():
        if discount < _WHOLE:  # who owes nothing any more says nothing of what he owed
            held = found.get(tuple(owner), Sum(0, 0))
            cents = worth(one.total, Fraction(_WHOLE - discount, _WHOLE))
            found[tuple(owner)] = Sum(held.total + cents, held.size + one.size)
    return Derived(found, (read,))
