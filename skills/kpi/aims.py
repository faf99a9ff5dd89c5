"""Whose targets a number is set against: the agency's own, or a creditor's. Knows no wording."""

from db.goals import owners_set
from db.periods import Period
from db.scope import Scope
from skills.contract import Context


def targets_of(scope: Scope) -> str:
    """Whoever sees a creditor's aggregates only reads what was agreed with the creditor."""
    return "INTERNA" if scope.shows("supervisor") else "CLIENTE"


def target_label(ctx: Context, metric: str, period: Period) -> str:
    """Which of the two is shown, where both the agency and a client have set one; else nothing."""
    aimed = "recovered_amount" if metric == "goal_attainment" else metric
    known = ("whose targets", aimed, period)
    if known not in ctx.memo:
        ctx.memo[known] = owners_set(ctx.session, aimed, period)
    if len(ctx.memo[known]) < 2:
        return ""
    owner = targets_of(ctx.actor.scope)
    return ctx.say(f"kpi.target_label.{owner}")
