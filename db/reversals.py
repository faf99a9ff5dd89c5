"""Payments that take back another one, and those that take back more than came in. Credits nobody."""

from sqlalchemy import Connection, FromClause, and_, case, func, select

from db.tables.facts import payments

original = payments.alias("original")  # the payment that a reversal takes back


def reversing(*, outer: bool = False) -> FromClause:
    """Payments beside the payment each takes back, by the client's own reference."""
    same = and_(
        original.c.client_id == payments.c.client_id,
        original.c.payment_ref == payments.c.reverses_ref,
        original.c.id != payments.c.id,
    )
    return payments.join(original, same, isouter=outer)


def odd_reversals(connection: Connection, client: int | None = None) -> int:
    """How many reversals give back more than their payment brought in, one after the other by date.

    A payment reversed twice over counts one, so does one reversed for more than its amount; parts that add up
    to no more than the payment count none. Money metrics hold them as sent, promises and agreements do not.
    """
    brought = case(
        (and_(original.c.amount_cents > 0, original.c.reverses_ref.is_(None)), original.c.amount_cents),
        else_=0,
    )
    given_back = func.sum(func.abs(payments.c.amount_cents)).over(
        partition_by=original.c.id, order_by=(payments.c.paid_on, payments.c.payment_ref)
    )
    rows = select(given_back.label("given_back"), brought.label("brought")).select_from(reversing())
    if client is not None:
        rows = rows.where(payments.c.client_id == client)
    found = rows.subquery()
    query = select(func.count()).select_from(found).where(found.c.given_back > found.c.brought)
    return connection.execute(query).scalar_one()
