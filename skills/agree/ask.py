"""What is offered where something of an agreement is missing or cannot be: never a dead end."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, get_args

from db.agreement_book import Debt
from db.periods import month_of
from skills.agree.authority import Limit, percent
from skills.agree.request import AgreementRequest, Reason
from skills.agree.wording import day, money
from skills.contract import Context, Option, Refused

INTENT = "record_agreement"
FREQUENCIES = ("semanal", "quincenal", "mensual")
QUOTE = "agreement_quote"  # as a button it opens the form, with all that was said
_FOLIO = (
    "agree.above_offer",
    "agree.above_everyone",
    "agree.too_many",
)  # the form has a place for the creditor's leave
REASONS: tuple[str, ...] = get_args(Reason)
# What the form is opened without, so that it is asked for there.
_LEAVES_OUT = {
    "first_date": ("first_date",),
    "frequency": (),
    "amount": ("amount", "first_date"),
    "installments": ("installments", "frequency", "first_date"),
    "discount": ("amount", "discount", "settles"),
}


def with_ways_on(ctx: Context, request: AgreementRequest, debt: Debt, refusal: Refused) -> Refused:
    """The same refusal, with what can be done about it as whole requests."""
    slot = refusal.about.removeprefix("slot:")
    own = request.model_dump(mode="json", exclude_none=True)
    own |= {"account": debt.number, "client": debt.client}
    ways = {"frequency": _frequencies, "first_date": _first_days, "discount": _either, "reason": _reasons}
    made = ways[slot](ctx, request, debt, own) if slot in ways else []
    reach: tuple[Limit, ...] = refusal.slots.get("limits", ())
    made += _within(ctx, debt, own, reach)
    if refusal.key in _FOLIO:
        made.append(Option(ctx.say("agree.button_form"), QUOTE, own))
    elif slot != "reason":  # all but that is said: nothing is left for the form
        kept = {name: value for name, value in own.items() if name not in _LEAVES_OUT.get(slot, ())}
        made.append(Option(ctx.say("agree.button_form"), INTENT, kept))
    slots: dict[str, Any] = dict(refusal.slots)
    slots |= {name: day(ctx, said) for name, said in slots.items() if isinstance(said, date)}
    slots["balance"] = money(debt.balance_cents)
    if "limits" in slots:
        slots["limits"] = _told(ctx, reach, slot)
    return Refused(refusal.key, about=refusal.about, asks=refusal.asks, choices=made, **slots)


def _told(ctx: Context, reach: Sequence[Limit], slot: str) -> str:
    """Who may give how much; where the payments are too many, only how many."""
    of_payments = slot == "installments"
    key = "agree.limit_payments" if of_payments else "agree.limit"
    said = (
        ctx.say(key, role=_holder(ctx, each.role), share=percent(each.share), n=each.installments)
        for each in reach
        if of_payments or each.share
    )
    return "; ".join(said) or ctx.say("agree.no_limit")


def _holder(ctx: Context, role: str) -> str:
    return ctx.say("agree.you") if role == ctx.actor.role else ctx.say(f"agree.holder.{role}")


def _within(ctx: Context, debt: Debt, own: dict[str, Any], reach: Sequence[Limit]) -> list[Option]:
    """The most there is to give, as a request."""
    if not reach or not reach[-1].share:
        return []
    share = reach[-1].share.quantize(Decimal("0.001"), ROUND_FLOOR)
    kept = {name: value for name, value in own.items() if name not in ("amount", "discount")}
    if int(own.get("installments") or 1) > reach[-1].installments:
        kept |= {"installments": reach[-1].installments}
        share = min(share, Decimal(str(own.get("discount") or 0)))
        kept |= {"amount": own["amount"]} if "amount" in own else {}
    pay = int((debt.balance_cents * (1 - share)).quantize(Decimal(1), ROUND_CEILING))
    label = (
        _pay(ctx, pay, share)
        if "amount" not in kept
        else ctx.say("agree.in_payments", n=kept["installments"])
    )
    return [
        Option(label, INTENT, kept | ({} if "amount" in kept else {"discount": f"{share.normalize():f}"}))
    ]


def _frequencies(ctx: Context, _request: AgreementRequest, _debt: Debt, own: dict[str, Any]) -> list[Option]:
    return [Option(ctx.say(f"agree.every.{each}"), INTENT, own | {"frequency": each}) for each in FREQUENCIES]


def _reasons(ctx: Context, _request: AgreementRequest, _debt: Debt, own: dict[str, Any]) -> list[Option]:
    return [Option(ctx.say(f"agree.reason.{each}"), INTENT, own | {"reason": each}) for each in REASONS]


def _first_days(ctx: Context, _request: AgreementRequest, _debt: Debt, own: dict[str, Any]) -> list[Option]:
    """The next day banks are open, and the next pay days."""
    bank, today = ctx.calendars.bank, ctx.now.date()
    latest = today + timedelta(days=ctx.rules.agreements.first_within_days)
    days = {bank.add_business_days(today, 1), *map(bank.next_business_day, _pay_days(today))}
    fit = sorted(each for each in days if today < each <= latest)
    return [Option(day(ctx, each), INTENT, own | {"first_date": each.isoformat()}) for each in fit]


def _pay_days(today: date) -> list[date]:
    month = month_of(today)
    return [each for each in (today.replace(day=15), month.end) if each > today]


def _either(ctx: Context, request: AgreementRequest, debt: Debt, own: dict[str, Any]) -> list[Option]:
    """An amount and a discount that do not agree: one of the two."""
    if request.amount is None or request.discount is None:
        return []
    share = 1 - request.amount * 100 / debt.balance_cents
    by_discount = int(debt.balance_cents * (1 - request.discount))
    amount = {name: value for name, value in own.items() if name != "discount"} | {"settles": True}
    discount = {name: value for name, value in own.items() if name != "amount"}
    return (
        [
            Option(_pay(ctx, int(request.amount * 100), share), INTENT, amount),
            Option(_pay(ctx, by_discount, request.discount), INTENT, discount),
        ]
        if share > 0
        else []
    )


def _pay(ctx: Context, cents: int, share: Decimal) -> str:
    return ctx.say("agree.pay_with", amount=money(cents), share=f"{share * 100:.1f}")
