"""Erases a debtor's personal data: on his request or past the term, on the creditor's word, by two people.

What a hold or a debt still needs is not erased; what must be kept is kept without him, and said.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import Field, field_validator

from db.erasure.bars import Bar, bars, request_of
from db.erasure.erase import Grounds, erase
from db.erasure.subject import Subject, subject_of
from skills import text
from skills.contract import (
    APPROVED_BY,
    Action,
    Answer,
    Cell,
    Context,
    Option,
    Part,
    Preview,
    Refused,
    Role,
    Table,
    Text,
)
from skills.one_account import OneAccount, short, the_account

ROLES: frozenset[Role] = frozenset(("compliance", "manager", "director"))
LAWFUL: Role = "compliance"  # one of the two who do it
OWN_PORTFOLIO = "PROPIA"  # bought: the agency itself answers for the data
INTENT = "erase_debtor"
GOES = ("name", "phones", "addresses", "numbers", "notes", "record", "messages", "rejects")
STAYS = ("sums", "cases", "payments", "chain")


class EraseRequest(OneAccount):
    """`folio`: the creditor's own instruction, without which its processor erases nothing."""

    folio: str | None = Field(default=None, min_length=2, max_length=40)

    @field_validator("folio")
    @classmethod
    def _printable(cls, given: str | None) -> str | None:
        if given is not None and (not given.strip() or not given.isprintable()):
            raise ValueError("not a folio")
        return given.strip() if given else None


def preview(ctx: Context, request: EraseRequest) -> Preview:
    if not ctx.actor.scope.shows("agent"):
        raise Refused("law.names_people", about="channel", denied=True)
    found = the_account(ctx, INTENT, request)
    subject, today = subject_of(ctx.session, found.id), ctx.now.date()
    if against := bars(ctx.session, subject, today):
        raise _barred(ctx, against)
    asked = request_of(ctx.session, subject)
    if asked is None and not subject.past_term(today):
        hold = Option(ctx.say("arco.register"), "add_hold", _account(request) | {"kind": "arco"})
        raise Refused(
            "arco.no_request", about="arco", choices=(hold,), account=short(found.number), months=72
        )
    if request.folio is None and subject.regime != OWN_PORTFOLIO:
        raise Refused("arco.no_folio", about="slot:folio", client=found.client, account=short(found.number))
    plan = {
        "account": found.id,
        "accounts": list(subject.accounts),
        "case": asked[0] if asked else None,
        "basis": "request" if asked else "term",
        "folio": request.folio,
        APPROVED_BY: sorted(ROLES) if ctx.actor.role == LAWFUL else [LAWFUL],
    }
    told = {"debtor": subject.debtor_id or 0, "accounts": len(subject.accounts)}
    shown = _card(ctx, subject, found.number, found.client, request, asked)
    return Preview(shown, plan, len(subject.accounts), after={**told, "basis": plan["basis"]})


def _account(request: EraseRequest) -> dict[str, Any]:
    return request.model_dump(mode="json", include={"account", "client"}, exclude_none=True)


def _barred(ctx: Context, against: list[Bar]) -> Refused:
    """The first is enough; all of them are counted."""
    bar = against[0]
    kind = bar.kind or ctx.say(f"arco.bar.{bar.why}")
    since = text.day(bar.since, ctx.actor.language, ctx.now.date()) if bar.since else ""
    more = ctx.say("arco.more_bars", n=len(against) - 1) if len(against) > 1 else ""
    return Refused(
        f"arco.barred.{bar.why}", about="law", since=since, more=more, account=short(bar.account), kind=kind
    )


def _card(
    ctx: Context,
    subject: Subject,
    number: str,
    client: str,
    request: EraseRequest,
    asked: tuple[int, date] | None,
) -> Answer:
    say = ctx.say
    basis = say("arco.basis.term", months=72)
    if asked is not None:
        basis = say("arco.basis.request", day=text.day(asked[1], ctx.actor.language, ctx.now.date()))
    rows: list[tuple[Cell, ...]] = [
        (say("arco.head.why"), basis),
        (say("arco.head.client"), client),
        (say("arco.head.folio"), request.folio or say("arco.own_portfolio")),
        (say("arco.head.accounts"), ", ".join(short(each) for each in subject.numbers)),
    ]
    parts: tuple[Part, ...] = (
        Text(say("arco.for_ever"), "warning"),
        Table("", (say("law.field"), say("law.value")), tuple(rows)),
        Text(say("arco.goes", what=", ".join(say(f"arco.what.{each}") for each in GOES))),
        Text(say("arco.stays", what="; ".join(say(f"arco.kept.{each}") for each in STAYS))),
        Text(say("arco.not_ours"), "note"),
    )
    return Answer(say("arco.title", account=short(number)), client, parts, sensitive=True)


def apply(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    from db.loading.run import REJECTS  # heavy, and needed here alone

    subject = subject_of(ctx.session, int(plan["account"]))
    if list(subject.accounts) != plan["accounts"] or ctx.approved_by is None:
        raise Refused("arco.moved_on", about="changed")
    grounds = Grounds(plan["basis"], plan["case"], plan["folio"], ctx.actor.person_id, ctx.approved_by)
    number = erase(ctx.session, subject, grounds, ctx.now, REJECTS)
    return Answer(ctx.say("arco.done", number=number, n=len(subject.accounts)), "", ())


ERASE = Action(
    INTENT,
    EraseRequest,
    ROLES,
    preview,
    apply,
    private=True,
    unrecorded=frozenset({"account"}),
    asks=frozenset({"slot:folio"}),
)
