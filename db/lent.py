"""Accounts given to a substitute for a time: remembered, and given back once, what is still with her.

Who gives to whom is decided elsewhere.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, insert, or_, select, update

from db.moves import Move, holders, move_accounts
from db.tables.acting import lent_accounts
from db.tables.reference import people

OUT, BACK, STAYS, UNDONE = "out", "back", "stays", "undone"
AT_ONCE = 5_000  # accounts in one transaction; the next look takes the rest


@dataclass(frozen=True)
class Lent:
    """An account with a substitute. `gone`: whose it is works no accounts any more."""

    id: int
    move: Move  # back to her
    interrupted: int  # her own time, that the substitute's followed
    ordered_by: int
    gone: bool


@dataclass
class Settled:
    back: list[Lent] = field(default_factory=list)
    stays: list[Lent] = field(default_factory=list)


class MovedMeanwhile(Exception):
    """By a clock ahead of this one: it is all taken back, and tried again."""


def lend(
    connection: Connection, moves: Sequence[Move], held: Sequence[int], until: date, by: int, now: datetime
) -> None:
    """`held`: the substitutes' new times, in the order of the moves."""
    rows = [
        {
            "account_id": move.account,
            "agent_id": move.giver,
            "substitute_id": move.to,
            "ended_id": move.row,
            "held_id": begun,
            "until_on": until,
            "ordered_by": by,
            "lent_at": now,
            "state": OUT,
        }
        for move, begun in zip(moves, held, strict=True)
    ]
    connection.execute(insert(lent_accounts), rows)


def give_back(
    connection: Connection, moves: Sequence[Move], interrupted: Sequence[int], now: datetime
) -> bool:
    """To whom they were taken from; `interrupted` are her times that it ended. False as move_accounts.

    What she herself had been lent goes on being lent: it is known by her new time from now on.
    """
    begun = move_accounts(connection, moves, None, now)
    if begun is None:
        return False
    for before, after in zip(interrupted, begun, strict=True):
        mine = (lent_accounts.c.held_id == before, lent_accounts.c.state == OUT)
        connection.execute(update(lent_accounts).where(*mine).values(held_id=after))
    return True


def take_off(connection: Connection, held: Collection[int], now: datetime) -> None:
    """The substitutes' times that an undo ended: nothing is to come back of them."""
    mine = (lent_accounts.c.held_id.in_(sorted(held)), lent_accounts.c.state == OUT)
    connection.execute(update(lent_accounts).where(*mine).values(state=UNDONE, settled_at=now))


def due_back(connection: Connection, today: date) -> list[Lent]:
    """Whose last day is over. What a substitute has lent on comes back to her first, and is not due yet."""
    c, on = lent_accounts.c, lent_accounts.alias("on").c
    gone = or_(people.c.active_to < today, people.c.role != "agent")
    further = select(on.id).where(on.ended_id == c.held_id, on.state == OUT)
    query = (
        select(c.id, c.account_id, c.held_id, c.substitute_id, c.agent_id, c.ended_id, c.ordered_by, gone)
        .join(people, people.c.id == c.agent_id)
        .where(c.state == OUT, c.until_on < today, ~further.exists())
        .order_by(c.id)
        .limit(AT_ONCE)
    )
    return [
        Lent(number, Move(account, held, substitute, agent), ended, by, bool(left))
        for number, account, held, substitute, agent, ended, by, left in connection.execute(query)
    ]


def settle(connection: Connection, due: Sequence[Lent], now: datetime) -> Settled:
    """In one transaction with whoever else acts kept out: what is still with the substitute comes back."""
    at, done = holders(connection, [each.move.account for each in due]), Settled()
    for each in due:
        here = at.get(each.move.account) == (each.move.row, each.move.giver)
        (done.back if here and not each.gone else done.stays).append(each)
    moves = [each.move for each in done.back]
    if moves and not give_back(connection, moves, [each.interrupted for each in done.back], now):
        raise MovedMeanwhile
    for state, some in ((BACK, done.back), (STAYS, done.stays)):
        mine = lent_accounts.c.id.in_([each.id for each in some])
        connection.execute(update(lent_accounts).where(mine).values(state=state, settled_at=now))
    return done
