"""The one account an agreement is about, within the asker's reach, and what forbids an agreement on it."""

from db.agreement_book import Debt, Kept, agreements_kept, debt_of
from skills.contract import Context, Refused
from skills.one_account import OneAccount, the_account


def debt_in_reach(ctx: Context, request: OneAccount, intent: str) -> Debt:
    found = the_account(ctx, intent, request)
    debt = debt_of(ctx.session, ctx.actor.scope, found.id, ctx.now.date())
    if debt is None:
        raise Refused("account.not_found", about="account", account=request.account)
    return debt


def refuse_untouchable(debt: Debt) -> None:
    """What nobody here may agree upon, whoever asks."""
    if debt.recalled_on is not None:
        raise Refused("agree.recalled", about="recalled")
    if debt.special:
        raise Refused("agree.special", about="special")
    if debt.held_by:
        raise Refused("agree.held", about="hold")
    if debt.balance_cents <= 0:
        raise Refused("agree.nothing_owed", about="balance")


def kept_of(ctx: Context, debt: Debt) -> list[Kept]:
    return agreements_kept(ctx.session, debt.id, ctx.calendars.bank, ctx.now.date())


def standing_of(ctx: Context, debt: Debt) -> Kept | None:
    """The agreement that stands; there is one at most."""
    return next((each for each in kept_of(ctx, debt) if each.stands), None)
