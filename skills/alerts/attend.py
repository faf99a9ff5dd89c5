"""What is done about an alert that fired: acknowledged, paused, assigned, closed, found useful or not."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from db.alerts import OPEN, Ticket, change, is_number, names_of, tell, tickets
from skills.alerts.card import words_of
from skills.alerts.reach import receiver, within
from skills.alerts.spec import AttendRequest
from skills.contract import Answer, Context, Option, Preview, Refused

PAUSES = (1, 4, 24)  # hours
LONGEST_PAUSE = timedelta(days=7)


def preview_attend(ctx: Context, request: AttendRequest) -> Preview:
    ticket = _ticket(ctx, request.alert)
    if ticket.state != OPEN and request.do not in ("useful", "useless"):
        raise Refused("alerts.over", about="decided", n=ticket.id)
    row = _changed(ctx, ticket, request)
    plan = {"alert": ticket.id, "version": ticket.version, "do": request.do, "row": row}
    after = {name: str(value) for name, value in row.items()}
    before = {name: str(getattr(ticket, name)) for name in row}
    concerns = {}
    if request.do == "assign":
        concerns[row["assigned_to"]] = ctx.say("alerts.given_you", n=ticket.id, who=ctx.actor.name)
    return Preview(Answer("", "", ()), plan, 0, concerns=concerns, before=before, after=after)


def _ticket(ctx: Context, number: int) -> Ticket:
    """One within reach; of any other it is not even said that there is one."""
    found = tickets(ctx.session, is_number(number), within(ctx))
    if not found:
        raise Refused("alerts.unknown", about="alert", n=number)
    return found[0]


def _changed(ctx: Context, ticket: Ticket, request: AttendRequest) -> dict[str, Any]:
    me, rules = ctx.actor.person_id, ctx.rules.alerts
    match request.do:
        case "acknowledge":
            until = ctx.now + timedelta(hours=request.hours or rules.acknowledged_hours)
            return {"acked_by": me, "acked_until": until, "snoozed_until": None}
        case "snooze":
            return {"snoozed_by": me, "snoozed_until": _until(ctx, request)}
        case "wake":
            return {"snoozed_until": None, "waits_since": ctx.now}
        case "assign":
            if not request.to:
                raise Refused("alerts.to_whom", about="slot:to", asks=True)
            return {"assigned_to": receiver(ctx, ticket, request.to)}
        case "resolve":
            return {"state": "resolved", "closed_at": ctx.now, "resolved_by": me, "note": request.note}
    return {"useful": request.do == "useful"}


def _until(ctx: Context, request: AttendRequest) -> datetime:
    """When a pause ends: it always does, within a week."""
    if request.hours is None and request.until is None:
        options = tuple(
            Option(ctx.say("alerts.hours", n=n), "attend_alert", {**request.model_dump(), "hours": n})
            for n in PAUSES
        )
        raise Refused("alerts.how_long", about="slot:hours", asks=True, choices=options)
    until = request.until or ctx.now + timedelta(hours=request.hours or 0)
    if not ctx.now < until <= ctx.now + LONGEST_PAUSE:
        raise Refused("alerts.too_long", about="slot:hours", days=LONGEST_PAUSE.days)
    return until


def apply_attend(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    if not change(ctx.session, plan["alert"], plan["version"], **plan["row"]):
        raise Refused("writing.somebody_was_faster", about="decided")
    if plan["do"] == "assign":
        tell(ctx.session, plan["alert"], plan["row"]["assigned_to"])
    ticket = _ticket(ctx, plan["alert"])
    names = names_of(
        ctx.session, (ticket.acked_by, ticket.snoozed_by, ticket.assigned_to, ticket.resolved_by)
    )
    words = words_of(ctx)
    until = plan["row"].get("snoozed_until") or plan["row"].get("acked_until")
    slots = {
        "n": ticket.id,
        "until": words.at(until) if until else "",
        "who": names.get(ticket.assigned_to or 0, ""),
    }
    return Answer(ctx.say(f"alerts.did.{plan['do']}", **slots), "", ())
