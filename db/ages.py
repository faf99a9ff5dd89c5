"""How new what was loaded is: the last day of each source. Knows no promise about it."""

from datetime import date

from sqlalchemy import Connection, func, select

from db.tables.facts import balances, contacts, payments, promises

_DAYS = {
    "positions": balances.c.as_of,
    "payments": payments.c.paid_on,
    "contacts": contacts.c.started_on,
    "promises": promises.c.made_on,
}


def newest(connection: Connection, today: date) -> dict[str, date | None]:
    """Days that are still to come say nothing of what was loaded."""
    return {
        source: connection.execute(select(func.max(day)).where(day <= today)).scalar()
        for source, day in _DAYS.items()
    }
