"""The letters of an agreement: what each says is kept when it is issued, and printed from that ever after.

The whole credit number stands here and only here: a chat shows its last four digits.
"""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from db.agreement_book import Debt, Kept, complete_terms, letter_of, write_letter
from db.agreement_rules import Agreement, installments_of
from db.masking import Level, Masks
from skills.agree.changes import ISSUING, NOT_ISSUED, move, preview_of_change, standing
from skills.agree.found import debt_in_reach, kept_of
from skills.agree.pdf import printed
from skills.agree.record import missing, pay_account_of
from skills.agree.request import LetterRequest
from skills.agree.terms import split_of
from skills.agree.wording import money
from skills.contract import Action, Answer, Context, File, Option, Preview, Question, Refused, Role, Text
from skills.one_account import short

READING: frozenset[Role] = ISSUING | {"compliance"}
WORDING = "2"  # of letter.yaml; a letter issued before that reads as it did
FOLIO = {"agreement": "CC", "settlement": "CF"}


def preview_issue(ctx: Context, request: LetterRequest) -> Preview:
    debt, kept = _of(ctx, request)
    if kept.terms is None:
        raise Refused("agree.not_from_here", about="agreement")
    if letter_of(ctx.session, kept.row.id, request.kind) is not None:
        own = {"account": debt.number, "client": debt.client, "kind": request.kind}
        fetch = Option(ctx.say("agree.button_letter"), "letter", own)
        raise Refused("agree.issued_already", about="letter", choices=(fetch,))
    found = _found_since(kept, debt)
    if lacks := missing({**kept.terms._mapping, **found}):
        names = ", ".join(ctx.say(f"agree.lack.{name}") for name in lacks)
        raise Refused("agree.lacks", about="missing", names=names)
    settles = request.kind == "settlement"
    key = "issue_settlement" if settles else "issue"
    shown = preview_of_change(ctx, debt, kept, kept.row.status if settles else "formalized", key)
    folio = f"{FOLIO[request.kind]}-{kept.row.id:06d}"
    content = _settled(ctx, debt, kept, folio) if settles else _agreed(ctx, debt, kept, found, folio)
    letter = {"kind": request.kind, "folio": folio, "content": content, "found": found}
    return Preview(
        shown.answer, {**shown.plan, **letter}, 1, shown.amount, shown.concerns, shown.before, shown.after
    )


def _of(ctx: Context, request: LetterRequest) -> tuple[Debt, Kept]:
    """The agreement the letter is of, if it has come so far."""
    if request.kind == "agreement":
        debt, kept = standing(ctx, request, "issue_letter")
        if kept.terms is not None and kept.status in NOT_ISSUED and kept.terms.valid_until < ctx.now.date():
            raise Refused("agree.offer_over", about="offer")
        return debt, kept
    debt = debt_in_reach(ctx, request, "issue_letter")
    paid = [each for each in kept_of(ctx, debt) if each.status == "fulfilled"]
    if not paid or (paid[0].terms is not None and not paid[0].terms.settles):
        raise Refused("agree.not_settled", about="state")
    return debt, paid[0]


def _found_since(kept: Kept, debt: Debt) -> dict[str, Any]:
    """What was not known when it was made, as the creditor's files say it now."""
    terms = kept.terms._mapping if kept.terms is not None else {}
    found: dict[str, Any] = {}
    if terms.get("pay_account") is None and (account := pay_account_of(debt)):
        found["pay_account"] = account
    if terms.get("pay_reference") is None and debt.reference:
        found["pay_reference"] = debt.reference
    if terms.get("principal_cents") is None and (split := split_of(debt)):
        found |= {f"{name}_cents": cents for name, cents in split.cents.items()}
    return found


# --- What they say -------------------------------------------------------------------------------


def _common(ctx: Context, debt: Debt, folio: str) -> dict[str, str]:
    masks = Masks(Level.DOCUMENT, ctx.actor.role)
    return {
        "client": debt.client,
        "product": debt.product,
        "number": masks.of("account", debt.number),
        "debtor": masks.of("name", debt.debtor),
        "folio": folio,
        "made_on": _on(ctx.now.date()),
        "letterhead": "\n".join(ctx.rules.agreements.letterhead),
    }


def _agreed(ctx: Context, debt: Debt, kept: Kept, found: Mapping[str, Any], folio: str) -> dict[str, str]:
    assert kept.terms is not None  # noqa: S101 (whoever calls has refused that)
    terms, row = {**kept.terms._mapping, **found}, kept.row
    masks = Masks(Level.DOCUMENT, ctx.actor.role)
    made = Agreement(*(row._mapping[name] for name in Agreement._fields))
    parts = installments_of(made, ctx.calendars.bank)
    split = ("principal", "interest", "late_interest", "fees")
    return _common(ctx, debt, folio) | {
        "base": money(terms["base_cents"]),
        "base_as_of": _on(terms["base_as_of"]),
        "split": "\n".join(money(terms[f"{name}_cents"]) for name in split),
        "kind": _kind(terms),
        "wording": WORDING,
        "waived_accessory": money(terms["waived_accessory_cents"] or 0),
        "waived_principal": money(terms["waived_principal_cents"] or 0),
        "waived": money(terms["waived_cents"]),
        "discount": f"{row.discount_micros / 10_000:.2f}",
        "total": money(row.total_cents),
        "left": money(terms["base_cents"] - row.total_cents),
        "schedule": "\n".join(
            f"{each.number}|{_on(each.due_on)}|{money(each.amount_cents)}" for each in parts
        ),
        "pay_account": masks.of("pay_account", terms["pay_account"]),
        "reference": masks.of("reference", terms["pay_reference"]),
        "valid_until": _on(terms["valid_until"]),
    }


def _kind(terms: Mapping[str, Any]) -> str:
    if not terms["settles"]:
        return "terms_partial"
    if not terms["waived_cents"]:
        return "terms_settles_whole"
    return "terms_settles" if terms["waived_accessory_cents"] is None else "terms_settles_split"


def _settled(ctx: Context, debt: Debt, kept: Kept, folio: str) -> dict[str, str]:
    paid = money(kept.judged.result.paid_cents)
    return _common(ctx, debt, folio) | {"agreed_on": _on(kept.row.agreed_on), "paid": paid}


def _on(day: date) -> str:
    return f"{day:%d/%m/%Y}"


# --- Issued and fetched --------------------------------------------------------------------------


def apply_issue(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    agreement, kind = plan["agreement"], plan["kind"]
    if plan["before"] != plan["after"]:
        move(ctx, agreement, plan["before"], plan["after"])
    if plan["found"]:
        complete_terms(ctx.session, agreement, plan["found"])
    letter = {"agreement_id": agreement, "kind": kind, "folio": plan["folio"]}
    letter |= {"made_at": ctx.now, "made_by": ctx.actor.person_id}
    write_letter(ctx.session, letter, plan["content"])
    own = {"account": plan["number"], "client": plan["client"]}
    force = Option(ctx.say("agree.button_activate"), "activate_agreement", own)
    return _delivered(ctx, plan["number"], kind, plan["content"], (force,) if kind == "agreement" else ())


def _delivered(
    ctx: Context, number: str, kind: str, content: Mapping[str, str], ways: tuple[Option, ...]
) -> Answer:
    title = ctx.say(f"agree.letter_{kind}", account=short(number), folio=content["folio"])
    file = File(f"{content['folio']}.pdf", title, partial(printed, kind, content))
    said = Text(ctx.say("agree.letter_care"), "note")
    return Answer(title, content["client"], (said,), next=ways, sensitive=True, files=(file,))


def letter(ctx: Context, request: LetterRequest) -> Answer:
    """One that was issued, word by word as it was."""
    debt = debt_in_reach(ctx, request, "letter")
    for kept in kept_of(ctx, debt):
        found = letter_of(ctx.session, kept.row.id, request.kind)
        if found is not None:
            return _delivered(ctx, debt.number, request.kind, found[1], ())
    own = {"account": debt.number, "client": debt.client, "kind": request.kind}
    ways = (Option(ctx.say("agree.button_issue"), "issue_letter", own),) if ctx.actor.role in ISSUING else ()
    raise Refused("agree.no_letter", about="letter", choices=ways)


ISSUE = Action("issue_letter", LetterRequest, ISSUING, preview_issue, apply_issue)
LETTER = Question("letter", LetterRequest, READING, letter)
