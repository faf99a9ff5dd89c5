"""What becomes of an agreement by people's hands: cancelled, or in force once the creditor has the letter."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, get_args

from db.agreement_book import Debt, Kept, accept, complete_terms, issued, move_agreement
from skills.agree.found import debt_in_reach, standing_of
from skills.agree.request import AcceptedBy, AcceptedRequest, Party
from skills.agree.wording import accepted, accepted_word, day, money, named, schedule
from skills.contract import Action, Answer, Context, Option, Preview, Refused, Role, Text
from skills.one_account import OneAccount, short

CANCELLING: frozenset[Role] = frozenset(("agent", "supervisor", "manager", "director"))
ISSUING: frozenset[Role] = frozenset(("supervisor", "manager", "director"))
NOT_ISSUED = ("draft", "authorized")


def standing(ctx: Context, request: OneAccount, intent: str) -> tuple[Debt, Kept]:
    debt = debt_in_reach(ctx, request, intent)
    kept = standing_of(ctx, debt)
    if kept is None:
        raise Refused("agree.none_stands", about="agreement")
    return debt, kept


def preview_of_change(ctx: Context, debt: Debt, kept: Kept, after: str, key: str) -> Preview:
    """A change of state, with what it concerns. The plan names both states: neither may have moved on."""
    plan = {
        "agreement": kept.row.id,
        "before": kept.row.status,
        "after": after,
        "number": debt.number,
        "client": debt.client,
    }
    title = ctx.say(f"agree.{key}", account=short(debt.number), amount=money(kept.row.total_cents))
    answer = Answer(title, named(ctx, debt), (schedule(ctx, kept),), sensitive=True)
    told = ctx.say(f"agree.you_{key}", who=ctx.actor.name, account=short(debt.number))
    concerns = {kept.row.agent_id: told} if kept.row.agent_id else {}
    was, becomes = ({str(kept.row.id): state} for state in (kept.row.status, after))
    return Preview(answer, plan, 1, concerns=concerns, before=was, after=becomes)


# --- Cancelled -----------------------------------------------------------------------------------


def preview_cancel(ctx: Context, request: OneAccount) -> Preview:
    debt, kept = standing(ctx, request, "cancel_agreement")
    hers = kept.terms is not None and kept.terms.recorded_by == ctx.actor.person_id
    if ctx.actor.role == "agent" and not (hers and kept.status in NOT_ISSUED):
        raise Refused("agree.not_yours_to_cancel", about="role", denied=True)
    shown = preview_of_change(ctx, debt, kept, "cancelled", "cancel")
    letter = issued(ctx.session, kept.row.id, "agreement")
    if letter is None:
        return shown
    slots = {"folio": letter.folio, "day": day(ctx, letter.made_at.astimezone(ctx.now.tzinfo).date())}
    warned = Text(ctx.say("agree.letter_out", **slots), "warning")
    notice = {
        "folio": letter.folio,
        "agreed_on": kept.row.agreed_on.isoformat(),
        "cents": kept.row.total_cents,
    }
    answer = replace(shown.answer, parts=(warned, *shown.answer.parts))
    return replace(shown, answer=answer, plan={**shown.plan, "letter": notice})


def apply_cancel(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    move(ctx, plan["agreement"], plan["before"], "cancelled")
    title = ctx.say("agree.cancelled", account=short(plan["number"]))
    return Answer(title, plan["client"], _notice(ctx, plan.get("letter")))


def _notice(ctx: Context, letter: Mapping[str, Any] | None) -> tuple[Text, ...]:
    """What to tell a debtor who may hold a letter."""
    if letter is None:
        return ()
    agreed, today = date.fromisoformat(letter["agreed_on"]), ctx.now.date()
    slots = {"folio": letter["folio"], "amount": money(letter["cents"]), "today": f"{today:%d/%m/%Y}"}
    return (Text(ctx.say("agree.notice", day=f"{agreed:%d/%m/%Y}", **slots)),)


def undo_cancel(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    """Back to what it was, unless another stands in its place by now."""
    own = OneAccount(account=plan["number"], client=plan["client"])
    debt = debt_in_reach(ctx, own, "cancel_agreement")
    if standing_of(ctx, debt) is not None:
        raise Refused("agree.not_undone", about="undo")
    move(ctx, plan["agreement"], "cancelled", plan["before"])
    return Answer(ctx.say("agree.stands_again", account=short(plan["number"])), plan["client"], ())


def move(ctx: Context, agreement: int, before: str, after: str) -> None:
    if not move_agreement(ctx.session, agreement, before, after, ctx.now):
        raise Refused("agree.moved_since", about="changed")


# --- In force ------------------------------------------------------------------------------------


def preview_activate(ctx: Context, request: AcceptedRequest) -> Preview:
    """The creditor formalises: only with its letter issued and in the creditor's hands is it in force, and
    once it is on record who accepted it in which way."""
    debt, kept = standing(ctx, request, "activate_agreement")
    if kept.status != "formalized":
        own = {"account": debt.number, "client": debt.client}
        issue = Option(ctx.say("agree.button_issue"), "issue_letter", own)
        ways = (issue,) if kept.status in NOT_ISSUED else ()
        key = "agree.letter_first" if ways else "agree.in_force_already"
        raise Refused(key, about="state", choices=ways)
    by = _accepted(ctx, debt, kept, request)
    shown = preview_of_change(ctx, debt, kept, "active", "activate")
    said = Text(accepted(ctx, by["party"], by["channel"]))
    answer = replace(shown.answer, parts=(*shown.answer.parts, said))
    return replace(shown, answer=answer, plan={**shown.plan, **by})


def _accepted(ctx: Context, debt: Debt, kept: Kept, request: AcceptedRequest) -> dict[str, str]:
    """By whom and in which way: what is on record counts, and what nobody knows is asked, one by one."""
    found: dict[str, str] = {}
    for name, known in (("party", get_args(Party)), ("channel", get_args(AcceptedBy))):
        value = getattr(kept.terms, name, None) or getattr(request, name)
        if value is None:
            own = {"account": debt.number, "client": debt.client, **found}
            ways = [
                Option(accepted_word(ctx, name, each), "activate_agreement", own | {name: each})
                for each in known
            ]
            raise Refused(f"agree.ask_{name}", about=f"slot:{name}", asks=True, choices=ways)
        found[name] = value
    return found


def apply_activate(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    move(ctx, plan["agreement"], "formalized", "active")
    complete_terms(ctx.session, plan["agreement"], {"delivered_on": ctx.now.date()})
    accept(ctx.session, plan["agreement"], plan["party"], plan["channel"])
    said = Text(ctx.say("agree.active_now"))
    return Answer(ctx.say("agree.activated", account=short(plan["number"])), plan["client"], (said,))


CHANGES = (
    Action("cancel_agreement", OneAccount, CANCELLING, preview_cancel, apply_cancel, undo_cancel),
    Action("activate_agreement", AcceptedRequest, ISSUING, preview_activate, apply_activate),
)
