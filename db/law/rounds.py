"""One round of the search: everything due is read and judged, and what is to be written is handed back.

So that a clock may take its tick in the very transaction that keeps what was found.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from db.calendars import Calendars
from db.law.found import keep, keep_breaches
from db.law.policy import Policy
from db.law.scan import search
from db.law.terms import search_terms


def search_round(
    connection: Connection, calendars: Calendars, policy: Policy, now: datetime, *, full: bool = False
) -> Callable[[Connection], tuple[int, int]]:
    """Writes when called: (days searched, breaches that are new). `now` carries the agency's zone."""
    days = list(search(connection, calendars, policy, now, full=full))
    late = search_terms(connection, calendars, policy, now)

    def write(within: Connection) -> tuple[int, int]:
        new = sum(keep(within, day, now) for day in days) + keep_breaches(within, late, now)
        return len(days), new

    return write
