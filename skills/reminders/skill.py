"""Reminders to debtors: whom they would go to and whom not, planned once agreed, taken back until they leave.

Sends nothing itself.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from db import reminders
from db.picks import Pick, Unpickable
from db.reminder_facts import Debt, picked
from db.reminder_rules import Template
from db.reminders import Batch, Planned
from skills.contract import Action, Answer, Context, Filter, Option, Preview, Question, Refused, Role, Skill
from skills.one_account import the_account
from skills.picked import account_name, picks_of, unpickable
from skills.reminders.fit import Fit, Judge, Left, newest
from skills.reminders.listed import queued
from skills.reminders.request import One, QueueRequest, ReminderRequest
from skills.reminders.shown import Plan, shown

ROLES: frozenset[Role] = frozenset(("supervisor", "manager", "director", "admin"))
READING: frozenset[Role] = ROLES | {"compliance"}
SCHEDULE: Final = "schedule_reminder"
KEY = 20


def preview(ctx: Context, request: ReminderRequest) -> Preview:
    channel = _channel(ctx, request)
    due = _moment(ctx, request)
    debts = _debts(ctx, request)
    if not debts:
        raise Refused("out.nobody", about="nothing")
    texts = _texts(ctx, request, channel, due.date(), debts)
    fit = _fit(ctx, channel, due, debts, texts)
    plan = Plan(request, channel, due, request.due or due.date(), len(debts), fit)
    answer = shown(ctx, plan)
    if not fit.ready:
        raise Refused("out.none_fits", about="nothing", why=plan.reasons(ctx), choices=answer.next)
    rows = [
        [
            each.debt.id,
            each.debt.client_id,
            each.debt.campaign_id,
            each.template.name,
            each.template.version,
            each.debt.promise.id if each.debt.promise and each.template.of_promises else None,
        ]
        for each in fit.ready
    ]
    said = {"channel": channel, "due_at": due.isoformat(), "rows": rows}
    key = hashlib.sha256(json.dumps([ctx.actor.person_id, said]).encode()).hexdigest()[:KEY]
    after = {str(row[0]): {"channel": channel, "at": due.isoformat(), "text": row[3:5]} for row in rows}
    return Preview(answer, {**said, "key": key}, len(rows), after=after)


# --- What was asked --------------------------------------------------------------------------------


def _channel(ctx: Context, request: ReminderRequest) -> str:
    """As said; or the only way there is."""
    ways = tuple(ctx.rules.reminders.gateways)
    if not ways:
        raise Refused("out.no_gateway", about="config")
    if request.channel is None and len(ways) > 1:
        choices = [
            Option(ctx.say(f"out.channel.{way}"), SCHEDULE, _with(request, channel=way)) for way in ways
        ]
        raise Refused("out.which_channel", about="slot:channel", asks=True, choices=choices)
    channel = request.channel or ways[0]
    if channel not in ways:
        there = ", ".join(ctx.say(f"out.channel.{way}") for way in ways)
        raise Refused("out.not_that_way", about="config", way=ctx.say(f"out.channel.{channel}"), there=there)
    return channel


def _moment(ctx: Context, request: ReminderRequest) -> datetime:
    at = time.fromisoformat(request.time) if request.time else ctx.rules.reminders.at
    due = datetime.combine(request.date, at, ctx.now.tzinfo)
    if due <= ctx.now:
        raise Refused("out.gone_by", about="slot:time", at=f"{due:%d/%m/%Y %H:%M}")
    return due


def _debts(ctx: Context, request: ReminderRequest) -> list[Debt]:
    promised_on = (request.due or request.date) if request.of_promises else None
    try:
        picks = _picks(ctx, request)
        found = picked(ctx.session, ctx.actor.scope, ctx.now.date(), picks, promised_on=promised_on)
    except Unpickable as no:
        raise unpickable(str(no)) from None
    return found if ctx.actor.scope.shows("agent") else []


def _picks(ctx: Context, request: ReminderRequest) -> tuple[Pick, ...]:
    chosen = request.accounts
    if request.account is not None:
        told = request.model_dump(exclude={"scope", "accounts"}, exclude_none=True)
        found = the_account(ctx, SCHEDULE, One(**told))
        chosen = (account_name(ctx, found.client_id, found.number),)
    if chosen == ():
        raise Refused("out.nobody", about="nothing")
    numbers = (Filter(field="account", op="in", value=chosen),) if chosen else ()
    return picks_of(ctx, (*request.filters, *numbers))


def _texts(
    ctx: Context, request: ReminderRequest, channel: str, on: date, debts: Sequence[Debt]
) -> dict[int, Template]:
    """By client, the text its accounts are sent; several that would do are asked for."""
    codes = {each.id: each.code for each in ctx.names.of("client")}
    found: dict[int, Template] = {}
    for client in sorted({each.client_id for each in debts}):
        fits = newest(ctx.rules.reminders, codes[client], channel, on, of_promises=request.of_promises)
        named = [each for each in fits if request.template in (None, each.name)]
        if len(named) > 1:
            choices = [Option(each.name, SCHEDULE, _with(request, template=each.name)) for each in named]
            raise Refused("out.which_text", about="slot:template", asks=True, choices=choices)
        if named:
            found[client] = named[0]
    return found


def _with(request: ReminderRequest, **said: str) -> dict[str, Any]:
    return {**request.model_dump(mode="json", exclude_none=True), **said}


def _fit(
    ctx: Context,
    channel: str,
    due: datetime,
    debts: Sequence[Debt],
    texts: Mapping[int, Template],
) -> Fit:
    already = reminders.reminded(ctx.session, [each.id for each in debts], channel, due.date())
    fresh = [each for each in debts if each.id not in already]
    fit = judge_of(ctx).fit(fresh, channel, [due], lambda debt: texts.get(debt.client_id))
    fit.left.update(dict.fromkeys(sorted(already), Left("already")))
    return fit


def judge_of(ctx: Context) -> Judge:
    clients = {each.id: (each.code, each.display) for each in ctx.names.of("client")}
    return Judge(ctx.session, ctx.calendars, ctx.rules, clients)


# --- Written ---------------------------------------------------------------------------------------


def apply(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    due = datetime.fromisoformat(plan["due_at"])
    batch = Batch(
        key=str(plan["key"]),
        person_id=ctx.actor.person_id,
        approved_by=ctx.approved_by,
        channel=str(plan["channel"]),
        due_at=due,
        due_on=due.date(),
    )
    if not reminders.keep(ctx.session, batch, [Planned(*row) for row in plan["rows"]], ctx.now):
        raise Refused("out.changed", about="changed")
    said = ctx.say("out.kept", n=len(plan["rows"]), when=f"{due:%d/%m/%Y %H:%M}")
    return Answer(said, ctx.say("out.looked_again"), (), next=(Option(ctx.say("out.list"), "reminders", {}),))


def undo(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    back, begun = reminders.cancel(ctx.session, str(plan["key"]), ctx.now)
    if not back:
        raise Refused("out.left_already", about="undo")
    told = ctx.say("out.some_left", n=f"{begun:,}") if begun else ""
    return Answer(ctx.say("out.taken_back", n=back), told, ())


SKILL = Skill(
    "reminders",
    questions=(Question("reminders", QueueRequest, READING, queued),),
    actions=(Action(SCHEDULE, ReminderRequest, ROLES, preview, apply, undo),),
)
