"""Taking back a promise that was recorded today from chat. What a file brought stays."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from db.access import FoundAccount
from db.marks import marks_of
from db.promised import Made, from_chat, renews_another, withdraw
from skills.contract import Answer, Context, Option, Preview, Refused, Text
from skills.one_account import short, the_account
from skills.promise.request import CancelRequest
from skills.promise.words import money, on

CANCEL = "cancel_ptp"


def preview(ctx: Context, request: CancelRequest) -> Preview:
    account = the_account(ctx, CANCEL, request)
    found = _cancellable(ctx, request, account)
    shown, due, amount = short(account.number), on(ctx, found.due_on), money(ctx, found.cents)
    answer = Answer(
        ctx.say("promise.cancel_title", account=shown, amount=amount, day=due),
        " · ".join((account.client, account.campaign)),
        (Text(_means(ctx, account.id), "note"),),
        ({"account": account.number, "amount": f"{found.cents / 100:.2f}", "date": str(found.due_on)},),
    )
    marks = marks_of(ctx.session, account.id, ctx.now.date())
    concerns = {}
    if marks.agent_id is not None and marks.agent_id != ctx.actor.person_id:
        slots = {"who": ctx.actor.name, "amount": amount, "day": due}
        concerns[marks.agent_id] = ctx.say("promise.cancel_told", account=shown, **slots)
    plan = {"promise": found.id, "number": shown}
    before = {str(account.id): {"promise": found.id, "due_on": str(found.due_on), "cents": found.cents}}
    return Preview(answer, plan, 1, Decimal(found.cents) / 100, concerns, before, {str(account.id): None})


def _means(ctx: Context, account: int) -> str:
    """One it renewed counts again, unless another of today renews it still."""
    today = ctx.now.date()
    alone = len(from_chat(ctx.session, account, today)) == 1
    again = alone and renews_another(ctx.session, account, today)
    return ctx.say("promise.cancel_means_again" if again else "promise.cancel_means")


def _cancellable(ctx: Context, request: CancelRequest, account: FoundAccount) -> Made:
    """An agent takes back what she wrote down herself; whoever leads, anybody's of the team."""
    today = from_chat(ctx.session, account.id, ctx.now.date())
    mine = [each for each in today if ctx.actor.role != "agent" or each.by == ctx.actor.person_id]
    if request.amount is not None:
        mine = [each for each in mine if each.cents == request.amount * 100]
    if not mine:
        raise Refused("promise.none_to_cancel", about="promise", account=short(account.number))
    if len(mine) > 1:
        fields = {"account": account.number, "client": account.client}
        choices = [
            Option(money(ctx, each.cents), CANCEL, {**fields, "amount": f"{each.cents / 100:.2f}"})
            for each in mine
        ]
        raise Refused("promise.which", about="promise", asks=True, choices=choices)
    return mine[0]


def apply(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    if not withdraw(ctx.session, ctx.calendars, int(plan["promise"]), ctx.now):
        raise Refused("promise.gone", about="undo")
    return Answer(ctx.say("promise.cancelled", account=plan["number"]), ctx.say("promise.counted"), ())
