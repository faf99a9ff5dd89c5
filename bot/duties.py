"""What falls due by the clock: a name, its rhythm and the work. Knows neither the clock nor any work.

The work is done at most once for each tick among all processes: what it writes is written in the transaction
that takes the tick.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from db.engine import writing
from db.ticks import Ending, Taken, take
from db.when import When


@dataclass(frozen=True)
class Tick:
    """What is due, since when, and the moment it is looked at."""

    name: str
    fire_at: datetime
    now: datetime
    owner: str

    def take(self, connection: Connection, outcome: Ending = "done") -> None:
        """In the transaction of the effect. Raises Taken where another process was first."""
        args = {"owner": self.owner, "now": self.now, "outcome": outcome}
        if not take(connection, self.name, self.fire_at, **args):  # type: ignore[arg-type]
            raise Taken


Work = Callable[[Tick], None]
Write = Callable[[Connection], None]
Look = Callable[[Tick], Write]


@dataclass(frozen=True)
class Duty:
    """`work` takes the tick itself, once it has what it is to write. `since`: nothing before that is due;
    None = since this name was first seen."""

    name: str
    when: When
    work: Work
    since: datetime | None = None


def looked(engine: Engine, look: Look) -> Work:
    """A work that reads and reckons first, then writes what came of it in one short transaction."""

    def work(tick: Tick) -> None:
        write = look(tick)
        with writing(engine) as connection:
            tick.take(connection)
            write(connection)

    return work
