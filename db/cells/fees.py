"""Which days of posted money a change touches: its cells stand on the day the creditor posted it."""

from sqlalchemy import Connection, select

from db.cells.marks import Days, grouped
from db.tables.facts import payments


def posted_days(connection: Connection, touched: Days) -> Days:
    """The days on which money paid on these days was posted; and these days: some may once have been."""
    pairs = [(client, day) for client, days in touched.items() for day in days]
    for client, days in touched.items():
        paid = (payments.c.client_id == client, payments.c.paid_on.in_(days))
        query = select(payments.c.posted_on).where(*paid).distinct()
        pairs += [(client, day) for day in connection.execute(query).scalars()]
    return grouped(pairs)
