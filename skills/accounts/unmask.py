"""A debtor's whole name and phones: one account, for a reason, in a direct message, and on record."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from pydantic import Field

from db.audit import times_done
from db.debtor import Debtor, debtor_of
from db.masking import Level, Masks
from skills.accounts.marking import WORKING
from skills.contract import Action, Answer, Context, Option, Preview, Refused, Table, Text
from skills.one_account import OneAccount, the_account

REASONS = ("identity", "letter", "complaint", "correct")
SHORTEST, LONGEST = 8, 200
OWNERS = ("TITULAR", "AVAL", "OBLIGADO_SOLIDARIO", "REFERENCIA")
NOT_TO_BE_DUNNED = "REFERENCIA"


class UnmaskRequest(OneAccount):
    reason: str | None = Field(default=None, max_length=LONGEST)


def preview(ctx: Context, request: UnmaskRequest) -> Preview:
    rules = ctx.rules.unmasking
    if ctx.actor.role not in rules.roles:
        raise Refused("desk.role_denied", about="role", denied=True)
    found = the_account(ctx, "unmask", request)
    if request.reason is None or len(request.reason.strip()) < SHORTEST:
        raise Refused("floor.unmask.why", about="slot:reason", asks=True, choices=_reasons(ctx, request))
    midnight = datetime.combine(ctx.now.date(), time(), ctx.now.tzinfo)
    if times_done(ctx.session, "unmask", ctx.actor.person_id, midnight) >= rules.a_day:
        raise Refused("floor.unmask.too_many", about="limit", denied=True, most=f"{rules.a_day:,}")
    seen = {str(found.id): "unmasked"}
    plan = {"account": found.id, "number": found.number, "where": f"{found.client} · {found.campaign}"}
    return Preview(Answer("", "", ()), plan, 1, after=seen)


def _reasons(ctx: Context, request: UnmaskRequest) -> tuple[Option, ...]:
    fields = request.model_dump(mode="json", exclude_none=True)
    found = []
    for name in REASONS:
        said = ctx.say(f"floor.unmask.reason.{name}")
        found.append(Option(said, "unmask", fields | {"reason": said}))
    return tuple(found)


def apply(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    debtor = debtor_of(ctx.session, ctx.actor.scope, int(plan["account"]), ctx.now.date())
    if debtor is None:
        raise Refused("account.not_found", about="account", account=plan["number"])
    say = ctx.say
    masks = Masks(Level.WHOLE, ctx.actor.role)
    table = Table("", (say("account.field"), say("account.value")), _rows(ctx, debtor, masks))
    notes = [Text(say("floor.unmask.recorded"), "note")]
    if any(owner == NOT_TO_BE_DUNNED for owner, _ in debtor.phones):
        notes.append(Text(say("floor.unmask.references"), "warning"))
    return Answer(
        say("floor.unmask.title", account=plan["number"]),
        plan["where"],
        (table, *notes),
        sensitive=True,
        clear=_clear(plan["number"], debtor, masks),
    )


def _clear(number: str, debtor: Debtor, masks: Masks) -> frozenset[str]:
    """What she now sees whole, and nobody else in the same message."""
    seen = masks.clear("account", number) | masks.clear("name", debtor.name)
    seen |= masks.clear("phone", *(phone for _, phone in debtor.phones))
    return seen | masks.clear("reference", debtor.payment_reference)


def _rows(ctx: Context, debtor: Debtor, masks: Masks) -> tuple[tuple[str, str], ...]:
    say, unknown = ctx.say, ctx.say("account.unknown")
    place = ", ".join(filter(None, (debtor.municipality, debtor.state)))
    phones = [
        (say(f"account.owner.{owner}") if owner in OWNERS else owner.lower(), masks.of("phone", number))
        for owner, number in debtor.phones
    ]
    return (
        (say("account.debtor"), masks.of("name", debtor.name) or unknown),
        *((say("floor.unmask.phone", owner=owner), number) for owner, number in phones),
        (say("floor.unmask.place"), masks.of("place", place) or unknown),
        (say("floor.unmask.reference"), masks.of("reference", debtor.payment_reference) or unknown),
    )


UNMASK = Action("unmask", UnmaskRequest, WORKING, preview, apply, at_once=True, private=True)
