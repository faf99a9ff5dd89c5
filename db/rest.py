"""Whether somebody works on a day: by her shifts where they are known, else by the calendar."""

from datetime import date, timedelta

from sqlalchemy import Connection, select

from db.calendars import Calendars
from db.tables.facts import shifts

LOOK_BACK = timedelta(weeks=4)
LEAST = 8  # days worked in that time; fewer say nothing of how her week goes


def rests(connection: Connection, calendars: Calendars, person_id: int, on: date) -> bool:
    """A day of hers with a shift is none of rest, whatever the calendar says. A weekday on which she worked
    in none of the last four weeks is."""
    query = select(shifts.c.starts_on).where(
        shifts.c.agent_id == person_id, shifts.c.starts_on.between(on - LOOK_BACK, on)
    )
    days = set(connection.execute(query.distinct()).scalars())
    if on in days:
        return False
    if len(days) < LEAST:
        return not calendars.working.is_business_day(on)
    closed = on in calendars.labour.closed_days(on.year)
    return closed or on.weekday() not in {day.weekday() for day in days}
