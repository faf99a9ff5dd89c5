"""How accounts are dialled: a new mode ends one time and begins the next, same agent. Decides nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from db.tables.reference import assignments

SLICE = 5_000


@dataclass(frozen=True)
class Dialled:
    """`row`: the assignment in force, that ends."""

    account: int
    row: int
    agent: int
    mode: str | None


def dialled_now(connection: Connection, ids: Sequence[int]) -> dict[int, Dialled]:
    found: dict[int, Dialled] = {}
    for some in _slices(ids):
        query = select(
            assignments.c.account_id, assignments.c.id, assignments.c.agent_id, assignments.c.mode
        ).where(assignments.c.account_id.in_(some), assignments.c.to_at.is_(None))
        found |= {row[0]: Dialled(*row) for row in connection.execute(query)}
    return found


def change_modes(
    connection: Connection, changes: Sequence[tuple[Dialled, str | None]], now: datetime
) -> bool:
    """From this moment on; False, and the caller takes it all back, where one has moved on."""
    standing = dialled_now(connection, [each.account for each, _ in changes])
    if any(standing.get(each.account) != each for each, _ in changes):
        return False
    today = now.date()
    for some in _slices([each.row for each, _ in changes]):
        # A time that has not begun yet cannot end: whoever's clock says so comes again later.
        begun = (assignments.c.to_at.is_(None), assignments.c.from_at < now)
        ended = update(assignments).where(assignments.c.id.in_(some), *begun)
        if connection.execute(ended.values(to_at=now, to_on=today)).rowcount != len(some):
            return False
    since = {"from_at": now, "from_on": today}
    rows = [since | {"account_id": x.account, "agent_id": x.agent, "mode": mode} for x, mode in changes]
    connection.execute(insert(assignments), rows)
    return True


def _slices(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    yield from (ids[at : at + SLICE] for at in range(0, len(ids), SLICE))
