"""Money and days of a promise as people read them."""

from datetime import date
from decimal import Decimal

from skills.contract import Context, Value
from skills.text import day, number


def pesos(cents: int) -> Value:
    return Value(Decimal(cents) / 100, "money")


def money(ctx: Context, cents: int) -> str:
    """To the centavo where there are any: what somebody agrees to is not rounded."""
    return f"${Decimal(cents) / 100:,.2f}" if cents % 100 else number(pesos(cents), ctx.actor.language)


def on(ctx: Context, when: date) -> str:
    return day(when, ctx.actor.language, ctx.now.date())
