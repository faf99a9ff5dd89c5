"""A button's value that no reader of ours wrote: a polite no, before anything runs."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.app import App, build
from bot.desk import Outcome, Place, Who
from bot.settings import Settings
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.engine import open_engine, writing
from db.tables import metadata
from tests.small import GLORIA, NOW, fill


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('forged') / 'cartera.db'}")
    metadata.create_all(engine)
    with writing(engine) as connection:
        fill(connection)
    refresh(engine, load_calendars(), now=NOW)
    app = build(Settings(), engine=engine)
    yield app
    app.close()


def run(app: App, **fields: Any) -> Outcome:
    who, place = Who("slack", f"U{GLORIA}"), Place("dm", "D1")
    return app.desk.run("kpi", {"metric": "calls", **fields}, who=who, place=place, thread=None, now=NOW)


def only(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"filters": [{"field": field, "op": op, "value": value}]}


FORGED: list[dict[str, Any]] = [
    {"metric": []},
    {"metric": ""},
    {"dims": ["planet"]},
    {"limit": -1},
    {"limit": 0},
    {"limit": 1001},
    {"limit": 10**30},
    {"period": {"start": "0001-01-01", "end": "0001-01-31"}},
    {"period": {"start": "2026-11-01", "end": "9999-12-31"}},
    {"compare": {"to": "period", "period": {"start": "0001-01-01", "end": "0001-01-31"}}},
    only("planet", "eq", "Mars"),
    only("roll_rate", "gt", 1),
    only("campaign", "in", []),
    only("campaign", "eq", ""),
    only("product", "eq", "a\x00b"),
    only("product", "eq", "\ud800"),
    only("calls", "in", [1, 2]),
    only("calls", "gt", "many"),
    only("calls", "gt", [1, 2]),
    only("calls", "between", [1]),
    only("calls", "between", 1),
    only("calls", "gt", float("nan")),
    only("calls", "gt", 10**400),
    only("balance", "gt", "much"),
]


@pytest.mark.parametrize("fields", FORGED, ids=str)
def test_a_forged_request_is_refused(app: App, fields: dict[str, Any]) -> None:
    found = run(app, **fields)
    assert (found.outcome, found.about) == ("refuse", "bad_request")
    assert "Escribe la pregunta otra vez" in found.message


@pytest.mark.parametrize(
    "fields",
    [
        {"dims": ["agent"], "limit": 1},
        {"dims": ["agent"], "limit": 1000},
        {"dims": ["agent"], **only("calls", "between", [0, 1000])},
        {"dims": ["agent"], **only("calls", "gt", 0)},
        only("campaign", "in", ["Alameda Tarjetas"]),
        {"metric": ["calls", "aht"]},
    ],
    ids=str,
)
def test_what_a_reader_writes_still_runs(app: App, fields: dict[str, Any]) -> None:
    assert run(app, **fields).outcome == "answer"
