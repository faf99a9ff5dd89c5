"""Making an agreement: what it would be, who has to agree, and what is written when it is confirmed."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from db.agreement_book import Debt, move_agreement, write_agreement
from db.clabe import is_clabe
from db.masking import ACCOUNT_ENDING, ending
from skills.agree.ask import QUOTE, with_ways_on
from skills.agree.authority import Grant, granted
from skills.agree.found import debt_in_reach, kept_of, refuse_untouchable, standing_of
from skills.agree.request import AgreementRequest
from skills.agree.terms import Terms, terms_of
from skills.agree.wording import consented, day, money, named, planned, roles
from skills.contract import (
    APPROVED_BY,
    Action,
    Answer,
    Context,
    Figure,
    Figures,
    Option,
    Part,
    Preview,
    Question,
    Refused,
    Role,
    Text,
    Value,
)
from skills.lawful import refuse_unlawful
from skills.one_account import short

INTENT: Final = "record_agreement"
ROLES: frozenset[Role] = frozenset(("agent", "supervisor", "manager", "director"))


def preview(ctx: Context, request: AgreementRequest) -> Preview:
    debt = debt_in_reach(ctx, request, INTENT)
    refuse_unlawful(ctx, INTENT, debt.id, short(debt.number))
    refuse_untouchable(debt)
    pay_account_of(debt)  # a wrong one is said before anything is asked
    if standing_of(ctx, debt) is not None:
        own = {"account": debt.number, "client": debt.client}
        see = Option(ctx.say("agree.button_see"), "agreement", own)
        cancel = Option(ctx.say("agree.button_cancel"), "cancel_agreement", own)
        raise Refused("agree.one_stands", about="agreement", choices=(see, cancel))
    rules, today = ctx.rules.agreements, ctx.now.date()
    try:
        # What nobody may grant is said before the rest of it is asked.
        open_ = request.model_copy(
            update={"first_date": request.first_date or today, "frequency": request.frequency or "mensual"}
        )
        terms = terms_of(open_, debt, today, rules.first_within_days)
        grant = granted(rules.authority, ctx.actor.role, debt, terms, request.creditor_folio)
        terms = terms_of(request, debt, today, rules.first_within_days)
        if grant.reason and request.reason is None:
            raise Refused("agree.ask_reason", about="slot:reason", asks=True)
    except Refused as refusal:
        raise with_ways_on(ctx, request, debt, refusal) from None
    return _shown(ctx, debt, terms, grant, request)


def pay_account_of(debt: Debt) -> str | None:
    """The creditor's own account, never another; one whose check digit is wrong would lose the money."""
    if not debt.pay_accounts:
        return None
    good = next(filter(is_clabe, debt.pay_accounts), None)
    if good is None:
        raise Refused("agree.bad_clabe", about="pay_account", client=debt.client)
    return good


def missing(terms: Mapping[str, Any]) -> list[str]:
    """What a written agreement has to name and nobody knows yet."""
    needed = ("pay_account", "pay_reference", "principal_cents")
    return [name for name in needed if terms[name] is None]


def _shown(ctx: Context, debt: Debt, terms: Terms, grant: Grant, request: AgreementRequest) -> Preview:
    plan = _plan(ctx, debt, terms, grant, request)
    title = ctx.say("agree.title", account=short(debt.number), amount=money(terms.total_cents))
    figures = [Figure(ctx.say("agree.balance"), _pesos(debt.balance_cents), detail=day(ctx, debt.as_of))]
    if terms.waived_cents:
        off = money(terms.waived_cents)
        figures.append(Figure(ctx.say("agree.discount"), Value(terms.discount, "rate"), detail=off))
    figures.append(Figure(ctx.say("agree.left"), _pesos(terms.left_cents)))
    parts = (
        Figures(tuple(figures)),
        planned(ctx, terms.plan(ctx.calendars.bank)),
        *_told(ctx, terms, grant.by, plan),
    )
    row = {"account": debt.number, "total": str(Decimal(terms.total_cents) / 100), "status": _status(plan)}
    rows = ({**row, "installments": terms.installments, "discount": str(round(terms.discount, 6))},)
    answer = Answer(title, named(ctx, debt), parts, rows, sensitive=True)
    told = ctx.say("agree.you_have", who=ctx.actor.name, account=short(debt.number))
    concerns = {debt.agent_id: told} if debt.agent_id else {}
    after = {str(debt.id): {"total_cents": terms.total_cents, "waived_cents": terms.waived_cents}}
    amount = Decimal(terms.total_cents) / 100
    return Preview(answer, plan, 1, amount, concerns, {str(debt.id): None}, after)


def _told(ctx: Context, terms: Terms, by: tuple[str, ...], plan: Mapping[str, Any]) -> tuple[Part, ...]:
    kind = "settles" if terms.settles else "partial"
    said: list[Part] = [Text(ctx.say(f"agree.kind_{kind}", left=money(terms.left_cents)))]
    first = terms.plan(ctx.calendars.bank)[0].due_on
    if first != terms.first_date:
        said.append(
            Text(ctx.say("agree.moved", asked=day(ctx, terms.first_date), first=day(ctx, first)), "note")
        )
    if lacks := missing(plan["terms"]):
        names = ", ".join(ctx.say(f"agree.lack.{name}") for name in lacks)
        said.append(Text(ctx.say("agree.will_be_draft", names=names), "warning"))
    else:
        account = ending(plan["terms"]["pay_account"], ACCOUNT_ENDING)
        said.append(Text(ctx.say("agree.pay_to", ending=account), "note"))
    if terms.split is not None and terms.split.reckoned and terms.waived_cents:
        said.append(Text(ctx.say("agree.split_reckoned"), "note"))
    said += [Text(each, "note") for each in consented(ctx, plan["consent"])]
    key = "agree.needs" if by else "agree.within"
    said.append(Text(ctx.say(key, roles=roles(ctx, by)), "note"))
    return tuple(said)


def _plan(ctx: Context, debt: Debt, terms: Terms, grant: Grant, request: AgreementRequest) -> dict[str, Any]:
    first = terms.plan(ctx.calendars.bank)[0].due_on
    split = terms.split.cents if terms.split else dict.fromkeys(debt.parts)
    written = {
        "settles": terms.settles,
        "base_cents": terms.base_cents,
        "base_as_of": debt.as_of.isoformat(),
        **{f"{name}_cents": split[name] for name in debt.parts},
        "waived_cents": terms.waived_cents,
        "pay_account": pay_account_of(debt),
        "pay_reference": debt.reference,
        "valid_until": (first + timedelta(days=ctx.rules.agreements.offer_days)).isoformat(),
        "creditor_folio": request.creditor_folio,
    }
    consent = {
        "reason": request.reason if terms.waived_cents else None,
        "party": request.party,
        "channel": request.channel,
        "waived_accessory_cents": grant.accessory if terms.split else None,
        "waived_principal_cents": grant.principal if terms.split else None,
    }
    row = {
        "client_id": debt.client_id,
        "campaign_id": debt.campaign_id,
        "account_id": debt.id,
        "agent_id": debt.agent_id,
        "total_cents": terms.total_cents,
        "installments": terms.installments,
        "first_due_on": terms.first_date.isoformat(),
        "frequency": terms.frequency,
        "discount_micros": round(terms.discount * 1_000_000),
        "status": "draft" if missing(written) else "authorized",
    }
    plan = {"row": row, "terms": written, "consent": consent, "number": debt.number, "client": debt.client}
    return {**plan, APPROVED_BY: list(grant.by)}


def _status(plan: Mapping[str, Any]) -> str:
    return str(plan["row"]["status"])


def _pesos(cents: int) -> Value:
    return Value(Decimal(cents) / 100, "money")


# --- What is written -----------------------------------------------------------------------------


def apply(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    row, terms = _dated(plan["row"], "first_due_on"), _dated(plan["terms"], "base_as_of", "valid_until")
    me = ctx.actor.person_id
    terms |= {"recorded_by": me, "authorized_by": ctx.approved_by or me, "delivered_on": None}
    write_agreement(ctx.session, row, terms, plan["consent"], ctx.now)
    said = ctx.say(f"agree.done_{_status(plan)}")
    own = {"account": plan["number"], "client": plan["client"]}
    see = Option(ctx.say("agree.button_see"), "agreement", own)
    title = ctx.say("agree.done", account=short(plan["number"]))
    return Answer(title, plan["client"], (Text(said),), next=(see,), sensitive=True)


def _dated(values: Mapping[str, Any], *days: str) -> dict[str, Any]:
    return dict(values) | {name: date.fromisoformat(values[name]) for name in days}


def undo(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    """The same day, and only while nothing came of it: it is cancelled, and stays on record as that."""
    own = {"account": plan["number"], "client": plan["client"]}
    debt = debt_in_reach(ctx, AgreementRequest.model_validate(own), INTENT)
    made = next((k for k in kept_of(ctx, debt) if k.terms and k.row.agreed_on == ctx.now.date()), None)
    if made is None or made.row.status != _status(plan) or made.row.total_cents != plan["row"]["total_cents"]:
        raise Refused("agree.not_undone", about="undo")
    if not move_agreement(ctx.session, made.row.id, made.row.status, "cancelled", ctx.now):
        raise Refused("agree.not_undone", about="undo")
    return Answer(ctx.say("agree.undone", account=short(plan["number"])), plan["client"], (), sensitive=True)


def quote(ctx: Context, request: AgreementRequest) -> Answer:
    """What it would be, without asking for it."""
    return preview(ctx, request).answer


RECORD = Action(INTENT, AgreementRequest, ROLES, preview, apply, undo)
QUOTE_IT = Question(QUOTE, AgreementRequest, ROLES, quote)
