"""What to do today: the accounts that promised for today, broke their word, or were left alone.

Counts exactly what the list behind each button shows.
"""

from decimal import Decimal

from db.lists import accounts_totals
from db.picks import Unpickable
from skills.contract import Context, Filter, Option, Refused, Value
from skills.picked import picks_of
from skills.text import number

QUIET_DAYS = 5  # without any attempt
CHOSEN = {
    "due_today": Filter(field="status", op="eq", value="due_today"),
    "broken": Filter(field="status", op="eq", value="broken"),
    "quiet": Filter(field="last_contact", op="not_in_period", value=QUIET_DAYS),
}
_SPOKEN = ("client", "campaign", "supervisor", "agent")


def to_do(ctx: Context, filters: tuple[Filter, ...]) -> tuple[list[str], list[Option]]:
    """A sentence and a button for each that there is; nothing for those who see no account."""
    said: list[str] = []
    buttons: list[Option] = []
    if ctx.actor.role == "client_viewer" or not ctx.actor.scope.shows("agent"):
        return said, buttons
    own = tuple(each for each in filters if each.field in _SPOKEN)
    for (name, chosen), (n, cents) in zip(CHOSEN.items(), _counted(ctx, own), strict=True):
        if n:
            money = number(Value(Decimal(cents) / 100, "money"), ctx.actor.language)
            said.append(ctx.say(f"card.todo.{name}", n=n, count=f"{n:,}", money=money, days=QUIET_DAYS))
            fields = {"filters": [each.model_dump(mode="json") for each in (*own, chosen)]}
            buttons.append(Option(ctx.say(f"card.button.{name}"), "accounts", fields))
    return said, buttons


def _counted(ctx: Context, own: tuple[Filter, ...]) -> list[tuple[int, int]]:
    """All of them in one pass: a team's accounts are many, and each list looks at every one."""
    lists = [picks_of(ctx, (chosen,)) for chosen in CHOSEN.values()]
    try:
        shared = picks_of(ctx, own)
        return accounts_totals(ctx.session, ctx.actor.scope, ctx.now.date(), shared, lists)
    except (Unpickable, Refused):
        return [(0, 0)] * len(lists)
