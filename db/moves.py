"""Gives accounts to other agents: ends one time and begins the next, and never writes over it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update

from db.dirty import mark_dirty_since
from db.tables.reference import accounts, assignments

MARKED = ("positions", "payments")  # what is counted by who holds an account


@dataclass(frozen=True)
class Move:
    """`row`: the assignment in force, that ends."""

    account: int
    row: int
    giver: int
    to: int


def holders(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Account -> its assignment in force, and the agent."""
    query = select(assignments.c.account_id, assignments.c.id, assignments.c.agent_id).where(
        assignments.c.account_id.in_(ids), assignments.c.to_at.is_(None)
    )
    return {account: (row, agent) for account, row, agent in connection.execute(query)}


def move_accounts(
    connection: Connection, moves: Sequence[Move], mode: str | None, now: datetime
) -> list[int] | None:
    """From this moment on; gives the times that begin, in the order of the moves. None, and the caller takes
    it all back, where one of them has moved meanwhile.

    `mode`: how they are dialled from now on; None = as before. `now` is in the agency's zone: its day counts.
    """
    today = now.date()
    times: list[int] = []
    for each in moves:
        ended = (
            update(assignments)
            .where(
                assignments.c.id == each.row,
                assignments.c.agent_id == each.giver,
                assignments.c.to_at.is_(None),
                begun_before(now),
            )
            .values(to_at=now, to_on=today)
            .returning(assignments.c.mode)
        )
        was = connection.execute(ended).first()
        if was is None:
            return None
        begun = {"account_id": each.account, "agent_id": each.to, "from_at": now, "from_on": today}
        made = insert(assignments).values(**begun, mode=mode or was.mode).returning(assignments.c.id)
        times.append(int(connection.execute(made).scalar_one()))
    _mark(connection, [each.account for each in moves], now)
    return times


def begun_before(now: datetime) -> ColumnElement[bool]:
    """A time that has not begun yet by this clock cannot end: whoever's clock says so comes again later."""
    return assignments.c.from_at < now


def _mark(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    whose = select(accounts.c.client_id).where(accounts.c.id.in_(ids)).distinct()
    for client in connection.execute(whose).scalars().all():
        for source in MARKED:
            mark_dirty_since(connection, now.date(), now, source=source, client_id=client)
