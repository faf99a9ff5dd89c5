"""Special accounts and do-not-call: set and taken away again from chat."""

from collections.abc import Mapping
from typing import Any

from db.marks import CALLS, OPT_OUTS, close_cases, drop_case, open_case, reopen_cases, set_special
from skills.accounts.marking import (
    LEADING,
    WORKING,
    done,
    ids_of,
    marked,
    moved_on,
    refuse_agent,
    refuse_recalled,
    seconded,
    shown,
)
from skills.contract import Action, Answer, Context, Preview, Refused
from skills.one_account import OneAccount, short


class MarkRequest(OneAccount):
    value: bool = True


# --- Special -----------------------------------------------------------------------------------------


def preview_special(ctx: Context, request: MarkRequest) -> Preview:
    found = marked(ctx, "flag_special", request)
    refuse_recalled(ctx, found)
    if found.marks.special is request.value:
        key = "floor.special.already" if request.value else "floor.special.never"
        raise Refused(key, about="nothing", account=short(found.account.number))
    names = {True: ctx.say("floor.special.is"), False: ctx.say("floor.special.is_not")}
    key = "special" if request.value else "unspecial"
    return shown(
        ctx,
        found,
        key,
        (names[not request.value], names[request.value]),
        plan={"special": request.value, **({} if request.value else seconded(ctx))},
        notes=(ctx.say(f"floor.{key}.means"),),
        before=not request.value,
        after=request.value,
    )


def apply_special(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    value = bool(plan["special"])
    if not set_special(ctx.session, int(plan["account"]), value=value):
        raise moved_on()
    return done(ctx, "special" if value else "unspecial", plan)


def undo_special(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    if not set_special(ctx.session, int(plan["account"]), value=not plan["special"]):
        raise moved_on("undo")
    return done(ctx, "unspecial" if plan["special"] else "special", plan)


# --- Do not call -------------------------------------------------------------------------------------


def preview_calls(ctx: Context, request: MarkRequest) -> Preview:
    found = marked(ctx, "set_do_not_call", request)
    open_ = [each for each in found.marks.cases if each.stops_calls]
    if bool(open_) is request.value:
        key = "floor.nocall.already" if request.value else "floor.nocall.never"
        raise Refused(key, about="nothing", account=short(found.account.number))
    names = {True: ctx.say("floor.nocall.is"), False: ctx.say("floor.nocall.is_not")}
    if request.value:
        refuse_recalled(ctx, found)
        plan: dict[str, Any] = {"value": True, "known": found.open_ids}
    else:
        refuse_agent(ctx)
        plan = {"value": False, "closes": [each.id for each in open_], **seconded(ctx)}
    key = "nocall" if request.value else "calls"
    return shown(
        ctx,
        found,
        key,
        (names[not request.value], names[request.value]),
        plan=plan,
        notes=(ctx.say(f"floor.{key}.means"),),
        before=not request.value,
        after=request.value,
    )


def apply_calls(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    if plan["value"]:
        open_case(ctx.session, int(plan["account"]), OPT_OUTS, CALLS, ctx.now)
        return done(ctx, "nocall", plan)
    if not close_cases(ctx.session, ids_of(plan, "closes"), ctx.now):
        raise moved_on()
    return done(ctx, "calls", plan)


def undo_calls(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    """The same day an opt-out is taken back whole: nobody said it. Later it is lifted, and stays."""
    if plan["value"]:
        known, today = ids_of(plan, "known"), ctx.now.date()
        if not drop_case(ctx.session, int(plan["account"]), OPT_OUTS, CALLS, known, today):
            raise Refused("floor.only_today", about="undo")
        return done(ctx, "calls", plan)
    if not reopen_cases(ctx.session, ids_of(plan, "closes")):
        raise moved_on("undo")
    return done(ctx, "nocall", plan)


ACTIONS = (
    Action("flag_special", MarkRequest, LEADING, preview_special, apply_special, undo_special),
    Action("set_do_not_call", MarkRequest, WORKING, preview_calls, apply_calls, undo_calls),
)
