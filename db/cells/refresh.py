"""Brings the cells up to date: rebuilds only the days whose facts changed since they were built.

Each step reads and sums first and writes in a short transaction, so that the floor can go on working.
A day marked again while its cells were being built stays marked, and is built by the next refresh.
"""

from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter

from sqlalchemy import Engine, delete, select

from db.agreements import agreements_on, refresh_agreements
from db.calendars import Calendars
from db.cells import build
from db.cells.cures import refresh_cures
from db.cells.distinct import refresh_cohort, refresh_reach
from db.cells.fees import posted_days
from db.cells.flows import refresh_flow
from db.cells.lock import only_one
from db.cells.marks import mark, mark_everything, marked, note_built, settle
from db.cells.openings import keep_openings
from db.cells.stand import refresh_stand
from db.credit_rules import DEFAULT_RULES, CreditRules
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


def refresh(
    engine: Engine,
    calendars: Calendars,
    *,
    now: datetime,
    full: bool = False,
    reader: build.Reader | None = None,
    credit: CreditRules = DEFAULT_RULES,
) -> Refreshed:
    """Rebuild what changed; everything when `full`, or when the definitions are newer than the cells.

    `reader` runs the selects that sum the facts; the database itself unless another engine holds them.
    `credit` says whose each payment is: where it is not the rule of last time, all are credited anew.
    """
    started = perf_counter()
    reader = reader or build.FromDatabase(engine)
    done = Refreshed()
    with only_one(engine):
        stamped = _stamped(engine)
        if full or stamped.get("definitions", build.DEFINITIONS) != build.DEFINITIONS:
            with writing(engine) as connection:
                mark_everything(connection, now)
        recredit = bool(stamped) and stamped.get("credit") != credit.text()
        if recredit or _anything_marked(engine):
            learn_sizes(engine)
            done.days |= refresh_stand(engine, now, reader)
            _redo_money(engine, calendars, now, credit, everyone=recredit)
            for source in build.FLOWS:
                done.days[source] = refresh_flow(engine, source, now, reader)
            if isinstance(reader, build.FromDatabase):
                keep_openings(engine, reader)
            done.days["reach"] = refresh_reach(engine, reader)
            done.days["cohort"] = refresh_cohort(engine, reader)
            done.days["cures"] = refresh_cures(engine, reader)
        _stamp(engine, now, {"definitions": build.DEFINITIONS, "credit": credit.text()})
    done.seconds = perf_counter() - started
    return done


def _redo_money(
    engine: Engine, calendars: Calendars, now: datetime, credit: CreditRules, *, everyone: bool
) -> None:
    """What became of each promise and agreement, then who each payment is credited to: their windows say so.

    What they touch is marked too. `everyone`: every payment is credited anew, whatever changed.
    """
    with writing(engine) as connection:
        agreed = marked(connection, "agreements")
        spoken = {name: marked(connection, name).days for name in ("contacts", "promises")}
        paid = marked(connection, "payments").days
        due = refresh_promises(connection, calendars, payments=paid, promises=spoken["promises"])
        mark(connection, "promises_due", due, now)
        refresh_agreements(connection, calendars, payments=paid, agreements=agreed.days)
        for source, days in (spoken | {"agreements": agreed.days}).items():
            mark(connection, "payments", payments_affected_by(connection, source, days, credit), now)
        paid = marked(connection, "payments").days
        mark(connection, "payments", refresh_credits(connection, None if everyone else paid, credit), now)
        mark(connection, "posted", posted_days(connection, marked(connection, "payments").days), now)
        note_built(connection, "agreements", agreements_on(connection, agreed.days), now)
        settle(connection, "agreements", agreed)


def _anything_marked(engine: Engine) -> bool:
    with reading(engine) as connection:
        return connection.execute(select(cells.dirty_days.c.day).limit(1)).first() is not None


def _stamped(engine: Engine) -> dict[str, str]:
    """What the cells were last built by, under its name; nothing where they never were."""
    table = cells.cell_versions
    with reading(engine) as connection:
        return {row.name: row.version for row in connection.execute(select(table.c.name, table.c.version))}


def _stamp(engine: Engine, now: datetime, versions: dict[str, str]) -> None:
    table = cells.cell_versions
    with writing(engine) as connection:
        connection.execute(delete(table).where(table.c.name.in_(list(versions))))
        rows = [{"name": name, "version": text, "built_at": now} for name, text in versions.items()]
        connection.execute(table.insert(), rows)
