"""Recording a promise to pay: its preview, the writing, and its way back on the same day."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from db.access import FoundAccount
from db.marks import Marks, marks_of
from db.promised import (
    Made,
    NewPromise,
    Owed,
    from_chat,
    has_agreement,
    open_promises,
    owed,
    record,
    withdraw,
)
from skills.contract import Answer, Context, Figure, Figures, Option, Part, Preview, Refused, Text, Value
from skills.lawful import refuse_unlawful
from skills.one_account import short, the_account
from skills.promise.request import PromiseOf, PromiseRequest
from skills.promise.terms import WARNING, Fault, account_fault, renewed_by, terms_fault
from skills.promise.words import money, on, pesos
from skills.text import number

DAYS_OFFERED = 5  # bank days, from today on
SHARES = (Decimal("0.1"), Decimal("0.25"), Decimal("0.5"), Decimal(1))  # of the balance, offered
RECORD: Final = "record_ptp"


def preview(ctx: Context, request: PromiseRequest) -> Preview:
    asked, today = request.whole(), ctx.now.date()
    account = the_account(ctx, RECORD, asked)
    refuse_unlawful(ctx, RECORD, account.id, short(account.number))
    marks = marks_of(ctx.session, account.id, today)
    debt = owed(ctx.session, ctx.actor.scope, account.id, today)
    registers = {each.register for each in marks.cases}
    fault = account_fault(recalled_on=marks.recalled_on, registers=registers, today=today)
    _refuse(ctx, fault, account)
    if debt is None:
        raise Refused("promise.not_in_portfolio", about="promise", account=short(account.number))
    asked = asked.model_copy(update={"account": account.number, "client": account.client})
    amount, due = _said(ctx, asked, debt)
    standing = open_promises(ctx.session, account.id, today)
    cents = int(amount * 100)
    most = ctx.rules.promises.most_days(ctx.names.by_id("client")[account.client_id].code)
    fault = terms_fault(
        cents, due, balance=debt.balance_cents, standing=standing, today=today, most_days=most
    )
    _refuse(ctx, fault, account)
    return _shown(ctx, account, marks, debt, standing, NewPromise(account.id, _taker(ctx, marks), due, cents))


def _refuse(ctx: Context, fault: Fault | None, account: FoundAccount) -> None:
    if fault is None:
        return
    slots = dict(fault.slots)
    for name in ("day", "last"):
        if isinstance(slots.get(name), date):
            slots[name] = on(ctx, slots[name])
    for name in ("cents", "planned"):
        if isinstance(slots.get(name), int):
            slots[name] = money(ctx, slots[name])
    raise Refused(fault.key, about="promise", account=short(account.number), **slots)


def _said(ctx: Context, asked: PromiseOf, debt: Owed) -> tuple[Decimal, date]:
    """What was left out is asked, the amount first; each answer is a whole request."""
    if asked.amount is None:
        amounts = dict.fromkeys(_offered(debt.balance_cents, share) for share in SHARES)
        choices = [
            Option(money(ctx, cents), RECORD, _fields(asked, amount=f"{Decimal(cents) / 100:.2f}"))
            for cents in amounts
            if cents > 0
        ]
        raise Refused(
            "promise.how_much",
            about="slot:amount",
            asks=True,
            choices=choices,
            account=short(asked.account),
            cents=money(ctx, debt.balance_cents),
        )
    if asked.date is None:
        days = _bank_days(ctx)
        choices = [Option(on(ctx, each), RECORD, _fields(asked, date=each.isoformat())) for each in days]
        raise Refused(
            "promise.when", about="slot:date", asks=True, choices=choices, account=short(asked.account)
        )
    return asked.amount, asked.date


def _fields(asked: PromiseOf, **said: str) -> dict[str, Any]:
    return {**asked.model_dump(mode="json", exclude_none=True), **said}


def _offered(balance: int, share: Decimal) -> int:
    """Round hundreds, as people promise; the whole debt to the centavo."""
    part = balance * share
    return int(part) if share == 1 or part < 10_000 else int(part // 10_000 * 10_000)


def _bank_days(ctx: Context) -> list[date]:
    found = [ctx.calendars.bank.next_business_day(ctx.now.date())]
    while len(found) < DAYS_OFFERED:
        found.append(ctx.calendars.bank.add_business_days(found[-1], 1))
    return found


def _taker(ctx: Context, marks: Marks) -> int | None:
    """An agent's own; what a supervisor writes down is of whoever works the account."""
    return ctx.actor.person_id if ctx.actor.role == "agent" else marks.agent_id


def _shown(
    ctx: Context, account: FoundAccount, marks: Marks, debt: Owed, standing: list[Made], new: NewPromise
) -> Preview:
    today = ctx.now.date()
    renewed = renewed_by(standing, today)
    figures = (
        Figure(ctx.say("promise.amount"), pesos(new.cents), detail=share_of(ctx, new.cents, debt)),
        Figure(
            ctx.say("promise.balance"),
            pesos(debt.balance_cents),
            detail=ctx.say("promise.stands", n=debt.dpd, bucket=debt.bucket, day=on(ctx, debt.as_of)),
        ),
    )
    parts: list[Part] = [Figures(figures), *_told(ctx, marks, standing, new)]
    number_shown, due = short(account.number), on(ctx, new.due_on)
    answer = Answer(
        title=ctx.say("promise.title", amount=money(ctx, new.cents), day=due, account=number_shown),
        echo=" · ".join((account.client, account.campaign)),
        parts=tuple(parts),
        rows=({"account": account.number, "amount": f"{new.cents / 100:.2f}", "date": str(new.due_on)},),
    )
    plan = {
        "account": account.id,
        "number": number_shown,
        "agent": new.agent,
        "made_on": today.isoformat(),
        "due_on": new.due_on.isoformat(),
        "cents": new.cents,
        "renews": [each.id for each in renewed],
        "beside": [each.id for each in standing if each.made_on == today],
    }
    concerns = {}
    if marks.agent_id is not None and marks.agent_id != ctx.actor.person_id:
        slots = {"who": ctx.actor.name, "amount": money(ctx, new.cents), "day": due}
        concerns[marks.agent_id] = ctx.say("promise.told", account=number_shown, **slots)
    before = {str(account.id): {"open": [each.id for each in standing]}}
    after = {str(account.id): {"due_on": str(new.due_on), "cents": new.cents, "renews": plan["renews"]}}
    return Preview(answer, plan, 1, Decimal(new.cents) / 100, concerns, before, after)


def _told(ctx: Context, marks: Marks, standing: list[Made], new: NewPromise) -> list[Text]:
    """What follows from it, and what stands beside it."""
    today, bank = ctx.now.date(), ctx.calendars.bank
    found = []
    for each in renewed_by(standing, today):
        slots = {"amount": money(ctx, each.cents), "day": on(ctx, each.due_on)}
        found.append(Text(ctx.say("promise.renews", **slots), "warning"))
    planned = [each for each in standing if each.made_on == today]
    if planned:
        together = sum(each.cents for each in planned) + new.cents
        found.append(Text(ctx.say("promise.plan", n=len(planned) + 1, total=money(ctx, together))))
    if not bank.is_business_day(new.due_on):
        opens = on(ctx, bank.next_business_day(new.due_on))
        found.append(Text(ctx.say("promise.bank_closed", day=on(ctx, new.due_on), opens=opens), "warning"))
    if has_agreement(ctx.session, new.account, today):
        found.append(Text(ctx.say("promise.has_agreement"), "warning"))
    if marks.special:
        found.append(Text(ctx.say("promise.special"), "warning"))
    open_here = {each.register for each in marks.cases}
    found += [Text(ctx.say(f"promise.open_{each}"), "warning") for each in WARNING if each in open_here]
    if new.agent is None:
        found.append(Text(ctx.say("promise.nobodys"), "note"))
    return found


def share_of(ctx: Context, cents: int, debt: Owed) -> str:
    share = Value(Decimal(cents) / debt.balance_cents, "rate")
    said = ctx.say("promise.share", share=number(share, ctx.actor.language))
    return " · ".join((money(ctx, cents), said)) if cents % 100 else said


# --- Written ---------------------------------------------------------------------------------------


def apply(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    new = NewPromise(
        int(plan["account"]), plan["agent"], date.fromisoformat(plan["due_on"]), int(plan["cents"])
    )
    record(ctx.session, ctx.calendars, new, ctx.actor.person_id, ctx.now)
    due = on(ctx, new.due_on)
    title = ctx.say("promise.done", account=plan["number"], amount=money(ctx, new.cents), day=due)
    return Answer(title, ctx.say("promise.counted"), ())


def undo(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    """The same day only: after that it is history, and is renewed or kept like any other."""
    if plan["made_on"] != ctx.now.date().isoformat():
        raise Refused("promise.too_late", about="undo")
    same = [
        each
        for each in from_chat(ctx.session, int(plan["account"]), ctx.now.date())
        if (each.due_on.isoformat(), each.cents) == (plan["due_on"], plan["cents"])
    ]
    if not same or not withdraw(ctx.session, ctx.calendars, same[-1].id, ctx.now):
        raise Refused("promise.gone", about="undo")
    return Answer(ctx.say("promise.undone", account=plan["number"]), ctx.say("promise.counted"), ())
