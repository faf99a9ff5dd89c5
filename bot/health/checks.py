"""What can be wrong with the database, the disk, the keys and the data: each looked at, none mended."""

import shutil
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from bot.settings import ENV, Settings
from db import letters
from db.ages import newest
from db.calendars import Calendars
from db.engine import reading, writing
from db.migrate import current, head
from db.periods import Period
from db.tables.clock import ticks
from db.trail.seal import key_file

State = Literal["ok", "warn", "fail"]
SLOW = 1.0  # seconds in which a database answers
SILENT = timedelta(minutes=15)  # the bot's clock ticks every few minutes
GB = 1_000_000_000
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Finding:
    """What was looked at, and how it stands. `key` is a sentence of text.yaml; `slots` fill it."""

    name: str
    state: State
    key: str
    slots: Mapping[str, Any] = field(default_factory=dict)


def database(engine: Engine) -> Finding:
    """Whether it can be written to, soon. What is tried is taken back."""
    began = time.monotonic()
    try:
        with writing(engine) as connection:
            connection.execute(select(1))
            connection.rollback()
    except DBAPIError as error:
        return Finding("database", "fail", "doctor.no_database", {"reason": type(error.orig).__name__})
    took = time.monotonic() - began
    slots = {"kind": engine.dialect.name, "ms": round(took * 1000)}
    return Finding("database", "ok" if took < SLOW else "warn", "doctor.database", slots)


def schema(connection: Connection) -> Finding:
    at, newest_ = current(connection), head()
    if at == newest_:
        return Finding("schema", "ok", "doctor.schema", {"revision": at})
    return Finding("schema", "fail", "doctor.schema_behind", {"revision": at or "-", "newest": newest_})


def mail(connection: Connection, now: datetime, minutes: int) -> Iterator[Finding]:
    """How long the oldest message waits for Slack, and what Slack would not take."""
    stands = letters.standing(connection, now)
    age = 0 if stands.oldest is None else max(0, int((now - stands.oldest).total_seconds() // 60))
    slots = {"n": stands.waiting, "minutes": age}
    key = "doctor.outbox" if stands.waiting else "doctor.outbox_empty"
    yield Finding("outbox", "ok" if age < minutes else "fail", key, slots)
    state: State = "warn" if stands.dead else "ok"
    yield Finding(
        "dead_letters", state, "doctor.dead" if stands.dead else "doctor.no_dead", {"n": stands.dead}
    )


def ticking(connection: Connection, now: datetime) -> Finding:
    """Whether any process has looked at the clock lately: where none serves, none has."""
    last = connection.execute(select(func.max(ticks.c.at))).scalar()
    if last is None or now - last > SILENT:
        since = "" if last is None else f"{last.astimezone(now.tzinfo):%d/%m %H:%M}"
        return Finding("clock", "warn", "doctor.silent" if since else "doctor.never_ran", {"since": since})
    return Finding("clock", "ok", "doctor.ticking", {"minutes": int((now - last).total_seconds() // 60)})


def data(
    connection: Connection, calendars: Calendars, now: datetime, promised: Mapping[str, int]
) -> Iterator[Finding]:
    """The newest day of each source, against the age it promises."""
    today = now.date()
    for source, last in newest(connection, today).items():
        if last is None:
            yield Finding(f"data_{source}", "warn", "doctor.no_data", {"source": source})
            continue
        after = last + timedelta(days=1)
        missing = calendars.working.business_days(Period(start=after, end=today)) if after <= today else 0
        state: State = "ok" if missing <= promised[source] else "warn"
        slots = {"source": source, "last": f"{last:%d/%m/%Y}", "n": missing}
        yield Finding(f"data_{source}", state, "doctor.data", slots)


def skew_of_database(connection: Connection, now: datetime, seconds: int) -> Iterator[Finding]:
    """PostgreSQL has a clock of its own; SQLite has this machine's."""
    if connection.dialect.name == "postgresql":
        its = connection.execute(select(func.clock_timestamp())).scalar_one()
        yield clock_skew("database_clock", abs((its - now).total_seconds()), seconds)


def clock_skew(name: str, off: float, seconds: int) -> Finding:
    """`off`: how far this machine's clock is from another's."""
    return Finding(name, "ok" if off <= seconds else "fail", f"doctor.{name}", {"seconds": round(off)})


def disk(engine: Engine, free_gb: float, here: Path = Path()) -> Finding:
    """Where the database lies, or this program does."""
    name = engine.url.database if engine.dialect.name == "sqlite" else None
    place = Path(name).parent if name and name != ":memory:" else here
    free = shutil.disk_usage(place).free / GB
    state: State = "ok" if free >= free_gb else "fail"
    return Finding("disk", state, "doctor.disk", {"free": f"{free:,.1f}", "place": place.resolve()})


def keys(settings: Settings, root: Path = Path()) -> Iterator[Finding]:
    """The record's key, and that nobody else on this machine reads what is secret."""
    made = key_file(make_url(settings.database.url))
    if settings.audit.keys is not None:
        yield Finding("audit_keys", "ok", "doctor.audit_keys")
    else:
        state: State = "fail" if settings.environment == "production" else "warn"
        yield Finding("audit_keys", state, "doctor.own_key", {"file": made})
    for path in (root / ENV, made):
        if path is not None and path.is_file():
            open_to_others = stat.S_IMODE(path.stat().st_mode) & _OTHERS
            key = "doctor.readable" if open_to_others else "doctor.private"
            yield Finding("secrets", "fail" if open_to_others else "ok", key, {"file": path.name})


def standing_of(connection: Connection, now: datetime, *, connected: bool) -> dict[str, tuple[str, float]]:
    """As gauges: their names, what they say, their values."""
    stands = letters.standing(connection, now)
    age = 0.0 if stands.oldest is None else max(0.0, (now - stands.oldest).total_seconds())
    return {
        "cartera_outbox_waiting": ("Messages that wait for Slack", stands.waiting),
        "cartera_outbox_oldest_seconds": ("How long the oldest of them waits", age),
        "cartera_dead_letters": ("Messages that Slack would not take", stands.dead),
        "cartera_slack_connected": ("Whether Slack delivers to this process", float(connected)),
    }


def ready(engine: Engine) -> list[Finding]:
    """What a process needs to do anything at all."""
    found = [database(engine)]
    if found[0].state != "fail":
        with reading(engine) as connection:
            found.append(schema(connection))
    return found
