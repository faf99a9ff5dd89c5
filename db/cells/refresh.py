"""Brings the cells up to date: rebuilds only the days whose facts changed since they were built.

Each step reads and sums first and writes in a short transaction, so that the floor can go on working.
A day marked again while its cells were being built stays marked, and is built by the next refresh.
"""

from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter

from sqlalchemy import Engine, delete, select

from db.calendars import Calendars
from db.cells import build
from db.cells.flows import refresh_flow
from db.cells.lock import only_one
from db.cells.marks import mark, mark_everything, marked
from db.cells.stand import refresh_stand
from db.credits import payments_affected_by, refresh_credits
from db.engine import learn_sizes, reading, writing
from db.promises import refresh_promises
from db.tables import cells


@dataclass
class Refreshed:
    """How many client-days of each source were rebuilt, and the seconds it took."""

    days: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def json(self) -> dict[str, object]:
        return {"days": self.days, "seconds": round(self.seconds, 3)}


def refresh(engine: Engine, calendars: Calendars, *, now: datetime, full: bool = False) -> Refreshed:
    """Rebuild what changed; everything when `full`, or when the definitions are newer than the cells."""
    started = perf_counter()
    done = Refreshed()
    with only_one(engine):
        if full or _outdated(engine):
            with writing(engine) as connection:
                mark_everything(connection, now)
        if _anything_marked(engine):
            learn_sizes(engine)
            done.days |= refresh_stand(engine, now)
            _redo_money(engine, calendars, now)
            for source in build.FLOWS:
                done.days[source] = refresh_flow(engine, source, now)
        _stamp(engine, now)
    done.seconds = perf_counter() - started
    return done


def _redo_money(engine: Engine, calendars: Calendars, now: datetime) -> None:
    """Who each payment is credited to and what became of each promise; what they touch is marked too."""
    with writing(engine) as connection:
        contacts, promises = marked(connection, "contacts").days, marked(connection, "promises").days
        mark(connection, "payments", payments_affected_by(connection, "contacts", contacts), now)
        payments = marked(connection, "payments").days
        mark(connection, "payments", refresh_credits(connection, payments), now)
        due = refresh_promises(connection, calendars, payments=payments, promises=promises)
        mark(connection, "promises_due", due, now)


def _anything_marked(engine: Engine) -> bool:
    with reading(engine) as connection:
        return connection.execute(select(cells.dirty_days.c.day).limit(1)).first() is not None


def _outdated(engine: Engine) -> bool:
    table = cells.cell_versions
    with reading(engine) as connection:
        found = connection.execute(select(table.c.version).where(table.c.name == "definitions")).scalar()
    return found is not None and found != build.DEFINITIONS


def _stamp(engine: Engine, now: datetime) -> None:
    table = cells.cell_versions
    with writing(engine) as connection:
        connection.execute(delete(table).where(table.c.name == "definitions"))
        connection.execute(table.insert().values(name="definitions", version=build.DEFINITIONS, built_at=now))
