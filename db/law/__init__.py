"""The law of collection as data and checks: what may be done now, and what was done that may not be.

`blocked` is the door for whoever is about to do something with accounts.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Connection

from db.calendars import Calendars, load_calendars
from db.law.book import Deed
from db.law.plan import Block, Planned, looked_at
from db.law.policy import Policy

__all__ = ["Block", "Planned", "Policy", "blocked", "looked_at"]


def blocked(
    connection: Connection,
    deed: Deed,
    accounts: Sequence[int],
    now: datetime,
    *,
    channel: str = "call",
    calendars: Calendars | None = None,
    policy: Policy | None = None,
) -> dict[int, Block]:
    """The gravest thing that forbids this for each account; those it may be done with are left out.

    `now`, with the agency's zone, is when it would be done: of a reminder, when it is to go out.
    """
    against = looked_at(
        connection, calendars or _calendars(), policy or Policy(), Planned(deed, now, channel), accounts
    )
    return {account: blocks[0] for account, blocks in against.items() if blocks[0].hard}


@cache
def _calendars() -> Calendars:
    return load_calendars()
