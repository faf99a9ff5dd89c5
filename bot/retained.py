"""Clears by the clock what has outlived its term: once a night, by one process. Knows no kind of record."""

from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path

from sqlalchemy import Connection, Engine

from bot.duties import Duty, looked
from bot.settings import Settings
from db.retention import clear
from db.when import EVERY_DAY, Daily

AT = time(3)


def retention_duty(engine: Engine, settings: Settings) -> Duty:
    """Late at night: some of it looks through much."""

    def look(now: datetime) -> Callable[[Connection], None]:
        def write(connection: Connection) -> None:
            clear(connection, settings.retention, now, _rejects())

        return write

    zone = settings.agency.zone
    return Duty("retention", Daily(AT, EVERY_DAY, zone), looked(engine, lambda tick: look(tick.now)))


def _rejects() -> Path:
    from db.loading.run import REJECTS  # heavy, and needed here alone

    return REJECTS
