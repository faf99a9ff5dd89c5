"""One account: how it stands, what may be done with it, and who its debtor is, for whoever may know."""

from db.account_card import account_card
from db.masking import Level, Masks
from skills.accounts import holds, marks, notes
from skills.accounts.card import CardWording
from skills.accounts.marking import WORKING
from skills.accounts.unmask import UNMASK
from skills.contract import Answer, Context, Question, Refused, Skill
from skills.one_account import OneAccount, the_account

ROLES = WORKING
AccountRequest = OneAccount


def answer_account(ctx: Context, request: OneAccount) -> Answer:
    found = the_account(ctx, "account", request)
    masks = Masks(Level.ROW, ctx.actor.role)
    card = account_card(ctx.session, ctx.actor.scope, found.id, ctx.now.date(), masks)
    if not card:
        raise Refused("account.not_found", about="account", account=request.account)
    return CardWording(ctx, masks).answer(card)


SKILL = Skill(
    "accounts",
    (Question("account", OneAccount, ROLES, answer_account),),
    (*marks.ACTIONS, *holds.ACTIONS, *notes.ACTIONS, UNMASK),
)
