"""Instants of a file, a second on either side of midnight in Mexico City, fall on the day they belong to.

However the file writes them: in UTC, in another zone of the country, or in the agency's own time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db.cells.refresh import refresh
from db.loading import apply
from db.loading import columns as loading_columns
from db.tables import agency, facts, metadata, reference
from db.tables.types import Instant
from tests.edge_asking import Both, ask_both, world
from tests.edge_cases import complaint
from tests.edge_world import DAY, NOW, SHARED, SPAN, ZONE, Case, Floor
from tests.numbers_beside import CALENDARS

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
    names: tuple[str, ...] = ("client_code", "account_no", "agent_employee_no")
    by: tuple[str, ...] = ()
    edges: tuple[str, ...] = ("start", "end")

    def line(self, number: int, at: datetime, written: str) -> Line:
        """The line of a case's own campaign, account and agent."""
        known = {
            "client_code": f"C{SHARED}",
            "campaign_code": f"K{number}",
            "account_no": f"{number * 100 + 1:06}",
            "agent_employee_no": f"E{2_000 + number if self.by else 1_000 + number}",
        }
        ends = {"ends_at": WRITTEN[written](at + timedelta(hours=6))} if self.kind == "shifts" else {}
        named = {name: known[name] for name in self.names}
        return named | self.rest | ends | {self.column: WRITTEN[written](at)}


ACCOUNT, AGENT = ("client_code", "account_no"), ("agent_employee_no",)
TOLD = (
    Told("contacts", "started_at", "calls", {"result_code": "TCO", "channel": "call"}),
    Told("promises", "made_at", "ptp_count", {"due_on": "2026-04-08", "amount": "100.00"}),
    Told("agreements", "agreed_at", "agreements_count", {"total": "900.00", "installments": 1}),
    Told("complaints", "received_at", "complaints", {"kind": "trato"}, ACCOUNT),
    Told("surveys", "answered_at", "csat", {"score": 5}),
    Told("evaluations", "evaluated_at", "quality_score", {"points": 80, "possible": 100}, AGENT),
    Told("shifts", "starts_at", "login_hours", {}, AGENT),
    Told("sales", "sold_at", "placement_sales", {"amount": "100.00"}, ("campaign_code", *AGENT)),
    # Whoever takes over on the last day answers for the complaint of that day.
    Told("assignments", "from_at", "complaints", {"mode": "manual"}, by=("agent",), edges=("end",)),
)
# Instants no number depends on, and what they are kept for.
NO_NUMBER = {
    "assignments.to_at": "its day is in tests/test_numbers_edges.py",
    "cases.closed_at": "when a case was answered: no indicator of it yet",
    "file_loads.loaded_at": "when a file came",
    "shifts.ends_at": "how long a shift was: it counts on the day it began",
}
MOMENTS = [(told, edge, written) for told in TOLD for edge in told.edges for written in WRITTEN]


def moment(edge: str, *, outside: bool) -> datetime:
    """The first second of the period or the last one; or the second beside it."""
    if edge == "start":
        return datetime.combine(SPAN.start, time(), ZONE) - SECOND * outside
    return datetime.combine(SPAN.end + DAY, time(), ZONE) - SECOND * (not outside)


def _account(floor: Floor, on: date) -> None:
    floor.account()


CASES = tuple(
    Case(
        (f"file {told.kind}.{told.column} {written}",), edge, SPAN.end, SPAN.end, told.asks, SPAN,
        complaint if told.by else _account, told.by,
    )
    for told, edge, written in MOMENTS
)  # fmt: skip


def send(engine: Engine, folder: Path, *, outside: bool) -> None:
    """One file of each kind with the lines of all its cases, and the cells after it."""
    for told in TOLD:
        lines = [
            one.line(number, moment(edge, outside=outside), written)
            for number, (one, edge, written) in enumerate(MOMENTS, start=SHARED + 1)
            if one is told
        ]
        path = folder / f"{told.kind}.csv"
        rows = [",".join(str(value) for value in line.values()) for line in lines]
        path.write_text("\n".join([",".join(lines[0]), *rows]) + "\n", encoding="utf-8")
        loaded = apply(engine, told.kind, path, by="prueba", now=NOW, rejects=folder / "rejects")
        assert (loaded.preview.new, loaded.preview.rejected) == (len(lines), 0)
    refresh(engine, CALENDARS, now=NOW)


@contextmanager
def both(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Both]:
    with (
        world(kind, request, folder / "in", CASES, outside=False) as inside,
        world(kind, request, folder / "out", CASES, outside=True) as outside,
    ):
        send(inside, folder / "in", outside=False)
        send(outside, folder / "out", outside=True)
        yield ask_both((inside, outside), CASES)


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    with both(request.param, request, tmp_path_factory.mktemp("moments")) as found:
        yield found


@pytest.mark.parametrize("number", range(len(CASES)), ids=[str(case) for case in CASES])
def test_a_second_over_midnight_counts_on_the_other_day(seen: Both, number: int) -> None:
    case, told = CASES[number], MOMENTS[number][0]
    inside, outside = seen[str(case)]
    assert (inside.product, outside.product) == (inside.plain, outside.plain)
    taken_over = (2_000 + SHARED + 1 + number,)
    expected = ([taken_over], False) if told.by else ([()], True)
    assert (list(inside.product), not outside.product) == expected
    assert taken_over not in outside.product


def test_every_instant_has_its_case() -> None:
    tables = {
        table.name
        for module in (facts, agency, reference)
        for table in vars(module).values()
        if getattr(table, "metadata", None) is metadata
    }
    instants = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        if table.name in tables
        for column in table.columns
        if isinstance(column.type, Instant)
    }
    stored = {"complaints": "cases"}
    tried = {f"{stored.get(told.kind, told.kind)}.{told.column}" for told in TOLD}
    assert instants == tried | set(NO_NUMBER)


def test_days_of_another_zone_would_be_red(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days told in UTC: every case of a file that says its zone is on the wrong one."""
    monkeypatch.setattr(loading_columns, "ZONE", "UTC")
    with both("sqlite", request, tmp_path) as found:
        wrong = {case for case, (inside, outside) in found.items() if inside.product == outside.product}
        wrong |= {case for case, (inside, _) in found.items() if not inside.product}
    assert {str(case) for case in CASES if "its own time" not in case.columns[0]} <= wrong
