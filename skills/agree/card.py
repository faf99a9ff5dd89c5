"""How an agreement goes: its instalments, what was paid, what is next; with the steps the asker may take."""

from decimal import Decimal

from db.agreement_book import Debt, Kept, letter_of
from db.masking import ACCOUNT_ENDING, ending
from skills.agree.changes import CANCELLING, ISSUING, NOT_ISSUED
from skills.agree.found import debt_in_reach, kept_of
from skills.agree.letters import READING
from skills.agree.record import ROLES as RECORDING
from skills.agree.wording import consented, day, money, named, schedule
from skills.contract import (
    Answer,
    Context,
    Figure,
    Figures,
    Option,
    Part,
    Question,
    Refused,
    Role,
    Text,
    Value,
)
from skills.one_account import OneAccount, short

SEEING: frozenset[Role] = frozenset(
    ("agent", "supervisor", "manager", "compliance", "quality", "admin", "director")
)


def card(ctx: Context, request: OneAccount) -> Answer:
    """The one that stands, or else the latest there was."""
    debt = debt_in_reach(ctx, request, "agreement")
    every = kept_of(ctx, debt)
    kept = next((each for each in every if each.stands), every[0] if every else None)
    if kept is None:
        raise Refused("agree.never", about="agreement", choices=_begin(ctx, debt))
    status = ctx.say(f"agree.state.{kept.status}")
    parts: list[Part] = [Figures(_figures(ctx, kept)), Text(ctx.say("agree.is", status=status))]
    parts.append(schedule(ctx, kept))
    parts += _notes(ctx, kept)
    return Answer(
        title=ctx.say("agree.card", account=short(debt.number)),
        echo=named(ctx, debt),
        parts=tuple(parts),
        rows=({"account": debt.number, "status": kept.status, "paid": str(_pesos(_paid(kept)).amount)},),
        next=_ways(ctx, debt, kept),
        sensitive=True,
    )


def _figures(ctx: Context, kept: Kept) -> tuple[Figure, ...]:
    total, paid = kept.row.total_cents, _paid(kept)
    figures = [
        Figure(ctx.say("agree.agreed"), _pesos(total), detail=day(ctx, kept.row.agreed_on)),
        Figure(ctx.say("agree.paid"), _pesos(paid), detail=f"{Decimal(paid) * 100 / total:.0f} %"),
    ]
    owed = [p for p in kept.judged.installments if p.allocated_cents < p.amount_cents]
    if owed and kept.stands:
        due = owed[0]
        left = due.amount_cents - due.allocated_cents
        figures.append(Figure(ctx.say("agree.next"), _pesos(left), detail=day(ctx, due.due_on)))
    return tuple(figures)


def _notes(ctx: Context, kept: Kept) -> list[Part]:
    terms = kept.terms
    if terms is None:
        return [Text(ctx.say("agree.from_file"), "note")]
    kind = "settles" if terms.settles else "partial"
    said = [ctx.say(f"agree.kind_{kind}", left=money(terms.base_cents - kept.row.total_cents))]
    if terms.pay_account:
        said.append(ctx.say("agree.pay_to", ending=ending(terms.pay_account, ACCOUNT_ENDING)))
    said += consented(ctx, dict(terms._mapping))
    if found := letter_of(ctx.session, kept.row.id, "agreement"):
        said.append(ctx.say("agree.folio", folio=found[0]))
    return [Text(each, "note") for each in said]


def _paid(kept: Kept) -> int:
    return sum(part.allocated_cents for part in kept.judged.installments)


def _pesos(cents: int) -> Value:
    return Value(Decimal(cents) / 100, "money")


# --- The next step -------------------------------------------------------------------------------


def _begin(ctx: Context, debt: Debt) -> tuple[Option, ...]:
    own = {"account": debt.number, "client": debt.client}
    may = ctx.actor.role in RECORDING
    return (Option(ctx.say("agree.button_form"), "record_agreement", own),) if may else ()


def _ways(ctx: Context, debt: Debt, kept: Kept) -> tuple[Option, ...]:
    own = {"account": debt.number, "client": debt.client}
    role, made, terms = ctx.actor.role, [], kept.terms
    letters = {kind: letter_of(ctx.session, kept.row.id, kind) for kind in ("agreement", "settlement")}
    if role in ISSUING and terms is not None and kept.stands:
        if kept.status in NOT_ISSUED:
            made.append(Option(ctx.say("agree.button_issue"), "issue_letter", own))
        if kept.status == "formalized":
            made.append(Option(ctx.say("agree.button_activate"), "activate_agreement", own))
    settled = kept.status == "fulfilled" and terms is not None and terms.settles
    if role in ISSUING and settled and letters["settlement"] is None:
        settle = own | {"kind": "settlement"}
        made.append(Option(ctx.say("agree.button_settlement"), "issue_letter", settle))
    if role in READING:
        made += [
            Option(ctx.say(f"agree.button_letter_{kind}"), "letter", own | {"kind": kind})
            for kind, found in letters.items()
            if found is not None
        ]
    if role in CANCELLING and kept.stands:
        made.append(Option(ctx.say("agree.button_cancel"), "cancel_agreement", own))
    return tuple(made) if kept.stands or made else _begin(ctx, debt)


CARD = Question("agreement", OneAccount, SEEING, card)
