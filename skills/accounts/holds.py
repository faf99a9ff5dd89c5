"""What stops the work on an account (dispute, legal, fraud, death, insolvency, ARCO, complaint), and its end.

A complaint or an ARCO request is a case of its own register; the others are holds.
"""

from collections.abc import Mapping
from typing import Any, Literal, get_args

from pydantic import Field

from db.marks import OPT_OUTS, OpenCase, close_cases, drop_case, open_case, reopen_cases, same_kind
from skills import text
from skills.accounts.marking import (
    LEADING,
    WORKING,
    Marked,
    compliance_told,
    done,
    holder_told,
    ids_of,
    marked,
    moved_on,
    refuse_recalled,
    seconded,
    shown,
)
from skills.contract import Action, Answer, Context, Option, Preview, Refused
from skills.one_account import OneAccount, short

Kind = Literal["dispute", "legal", "fraud", "deceased", "insolvency", "arco", "complaint"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# Register and kind as the files of these registers have them; a complaint's cause is not known yet.
FILED: Mapping[Kind, tuple[str, str]] = {
    "dispute": ("holds", "Aclaracion"),
    "legal": ("holds", "Legal"),
    "fraud": ("holds", "Fraude"),
    "deceased": ("holds", "Fallecimiento"),
    "insolvency": ("holds", "Concurso"),
    "arco": ("arco", ""),
    "complaint": ("complaints", ""),
}
ALWAYS = ("arco", "complaint")  # a debtor may ask and complain after the client took the account back
ARCO_DAYS = 20  # business days of the authority to decide (LFPDPPP, art. 31)


class HoldRequest(OneAccount):
    kind: Kind | None = None


class ReleaseRequest(OneAccount):
    """`case`: which one, where several are open."""

    case: int | None = Field(default=None, ge=1)


# --- Held --------------------------------------------------------------------------------------------


def preview_hold(ctx: Context, request: HoldRequest) -> Preview:
    found = marked(ctx, "add_hold", request)
    if request.kind not in ALWAYS:
        refuse_recalled(ctx, found)
    if request.kind is None:
        raise Refused("floor.hold.which", about="slot:kind", asks=True, choices=_kinds(ctx, request))
    register, kind = FILED[request.kind]
    if any(each.register == register and same_kind(each.kind, kind) for each in found.marks.cases):
        raise Refused("floor.hold.already", about="nothing", account=short(found.account.number))
    said = ctx.say(f"floor.hold.{request.kind}")
    told = compliance_told(ctx, found, _told(ctx, found, said)) | holder_told(ctx, found, "hold")
    return shown(
        ctx,
        found,
        "hold",
        (_open_now(ctx, found), said),
        plan={"register": register, "kind": kind, "known": found.open_ids},
        notes=(ctx.say("floor.hold.means"),),
        warnings=(_due(ctx),) if request.kind == "arco" else (),
        told=told,
        after=f"{register}:{kind}",
    )


def _kinds(ctx: Context, request: HoldRequest) -> tuple[Option, ...]:
    fields = request.model_dump(mode="json", exclude_none=True)
    return tuple(
        Option(ctx.say(f"floor.hold.{kind}"), "add_hold", {**fields, "kind": kind}) for kind in KINDS
    )


def _told(ctx: Context, found: Marked, said: str) -> str:
    return ctx.say("floor.hold.told_kind", who=ctx.actor.name, account=short(found.account.number), kind=said)


def _due(ctx: Context) -> str:
    by = ctx.calendars.authority.add_business_days(ctx.now.date(), ARCO_DAYS)
    return ctx.say("floor.hold.arco_due", day=text.day(by, ctx.actor.language, ctx.now.date()))


def _open_now(ctx: Context, found: Marked) -> str:
    held = [each for each in found.marks.cases if each.register != OPT_OUTS]
    return ", ".join(dict.fromkeys(case_name(ctx, each) for each in held)) or ctx.say("floor.hold.none")


def case_name(ctx: Context, case: OpenCase) -> str:
    """In the asker's language where the kind is one of ours, else as its file calls it."""
    if case.stops_calls:
        return ctx.say("floor.nocall.is")
    for kind, (register, filed) in FILED.items():
        if case.register == register and (same_kind(case.kind, filed) or not filed):
            own = ctx.say(f"floor.hold.{kind}")
            return own if same_kind(case.kind, filed) else f"{own} ({case.kind})"
    return case.kind or ctx.say("floor.hold.other")


def apply_hold(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    open_case(ctx.session, int(plan["account"]), plan["register"], plan["kind"], ctx.now)
    return done(ctx, "hold", plan)


def undo_hold(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    known, today = ids_of(plan, "known"), ctx.now.date()
    if not drop_case(ctx.session, int(plan["account"]), plan["register"], plan["kind"], known, today):
        raise Refused("floor.only_today", about="undo")
    return done(ctx, "release", plan)


# --- Released ----------------------------------------------------------------------------------------


def preview_release(ctx: Context, request: ReleaseRequest) -> Preview:
    found = marked(ctx, "release_hold", request)
    held = [each for each in found.marks.cases if each.register != OPT_OUTS]
    chosen = [each for each in held if request.case in (None, each.id)]
    if not chosen:
        raise Refused("floor.release.none", about="nothing", account=short(found.account.number))
    if len(chosen) > 1:
        choices = _which(ctx, request, chosen)
        raise Refused("floor.release.which", about="slot:case", asks=True, choices=choices)
    left = [case_name(ctx, each) for each in held if each is not chosen[0]]
    said = case_name(ctx, chosen[0])
    return shown(
        ctx,
        found,
        "release",
        (said, ", ".join(left) or ctx.say("floor.hold.none")),
        plan={"closes": [chosen[0].id], **seconded(ctx)},
        notes=(ctx.say("floor.release.means"),),
        told=compliance_told(ctx, found, _released(ctx, found, said)) | holder_told(ctx, found, "release"),
        before=[chosen[0].id],
    )


def _released(ctx: Context, found: Marked, said: str) -> str:
    number = short(found.account.number)
    return ctx.say("floor.release.told_kind", who=ctx.actor.name, account=number, kind=said)


def _which(ctx: Context, request: ReleaseRequest, held: list[OpenCase]) -> tuple[Option, ...]:
    fields = request.model_dump(mode="json", exclude_none=True)

    def label(case: OpenCase) -> str:
        day = text.day(case.received_on, ctx.actor.language, ctx.now.date())
        return ctx.say("floor.release.one", kind=case_name(ctx, case), day=day)

    return tuple(Option(label(each), "release_hold", {**fields, "case": each.id}) for each in held)


def apply_release(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    if not close_cases(ctx.session, ids_of(plan, "closes"), ctx.now):
        raise moved_on()
    return done(ctx, "release", plan)


def undo_release(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    if not reopen_cases(ctx.session, ids_of(plan, "closes")):
        raise moved_on("undo")
    return done(ctx, "hold", plan)


ACTIONS = (
    Action("add_hold", HoldRequest, WORKING, preview_hold, apply_hold, undo_hold),
    Action("release_hold", ReleaseRequest, LEADING, preview_release, apply_release, undo_release),
)
