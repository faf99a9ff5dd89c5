"""Instants of a file, a second on either side of midnight in Mexico City, fall on the day they belong to.

However the file writes them: in UTC, in another zone of the country, or in the agency's own time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import DateTime, Engine

from db.cells.refresh import refresh
from db.loading import apply
from db.loading import columns as loading_columns
from db.loading.planners import events
from db.tables import agency, facts, metadata, reference
from tests.edge_asking import ask, world
from tests.edge_world import DAY, NOW, SHARED, SPAN, ZONE, Case, Floor
from tests.numbers_beside import CALENDARS

DATABASES = ("sqlite", "postgresql")
CANCUN = timezone(timedelta(hours=-5))
SECOND = timedelta(seconds=1)
# How a file may write one instant.
WRITTEN: dict[str, Callable[[datetime], str]] = {
    "UTC": lambda at: at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "another zone": lambda at: at.astimezone(CANCUN).isoformat(),
    "its own time": lambda at: at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S"),
}
Line = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """A kind of file with an instant; what it is shown by, and the rest of its line."""

    kind: str
    column: str
    asks: str
    rest: Line
    by: tuple[str, ...] = ()
    names: tuple[str, ...] = ("client_code", "account_no")


AGENT, CAMPAIGN = ("agent_employee_no",), ("campaign_code", "agent_employee_no")
TOLD = (
    Told("contacts", "started_at", "calls", {"result_code": "TCO", "channel": "call"}),
    Told("promises", "made_at", "ptp_count", {"due_on": "2026-04-08", "amount": "100.00"}),
    Told("agreements", "agreed_at", "agreements_count", {"total": "900.00", "installments": 1}),
    Told("complaints", "received_at", "complaints", {"kind": "trato"}),
    Told("surveys", "answered_at", "csat", {"score": 5}, names=(*AGENT, "client_code", "account_no")),
    Told("evaluations", "evaluated_at", "quality_score", {"points": 80, "possible": 100}, names=AGENT),
    Told("shifts", "starts_at", "login_hours", {"ends_at": "2026-03-22 06:00:00"}, names=AGENT),
    Told("sales", "sold_at", "placement_sales", {"amount": "100.00"}, names=CAMPAIGN),
)
# Instants no number depends on, and what they are kept for.
NO_NUMBER = {
    "assignments.to_at": "ends where the next begins; its day is in tests/test_numbers_edges.py",
    "cases.closed_at": "when a case was answered: no indicator of it yet",
    "file_loads.loaded_at": "when a file came",
    "shifts.ends_at": "how long a shift was: it counts on the day it began",
}
MOMENTS = [
    (told, edge, written) for told in TOLD for edge in ("start", "end") for written in WRITTEN
]


def moment(edge: str, *, outside: bool) -> datetime:
    """The first second of the period or the last one, or the one beside it."""
    first = datetime.combine(SPAN.start, time(), ZONE)
    if edge == "start":
        return first - SECOND * outside
    return datetime.combine(SPAN.end + DAY, time(), ZONE) - SECOND * (not outside)


def _stand(floor: Floor, on: date) -> None:  # noqa: ARG001
    floor.account()


CASES = tuple(
    Case((f"{told.kind}.{told.column} {written}",), edge, SPAN.start, SPAN.end, told.asks, SPAN, _stand)
    for told, edge, written in MOMENTS
)
