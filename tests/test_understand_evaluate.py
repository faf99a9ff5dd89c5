"""Scoring labelled rows, and reading them line by line."""

import io
import json
from pathlib import Path

from bot.evaluate import read_jsonl, score
from tests.reading_agency import NOW, previous, reader

STAMP = NOW.isoformat()


def _file(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps(r) for r in rows), encoding="utf-8")
    return path


def test_right_asked_and_wrong_are_told_apart(tmp_path: Path) -> None:
    asks = {"outcome": "question", "intent": "kpi", "fields": {"metric": "recovered_amount"}}
    rows = [
        {"now": STAMP, "text": "recuperado ayer", "expected": asks},
        {"now": STAMP, "text": "recuperado zutano ayer", "expected": asks},
        {"now": STAMP, "text": "TMO ayer", "expected": asks},
        {"now": STAMP, "text": "ayer", "period": {"start": "2026-11-17", "end": "2026-11-17"}},
        {"now": STAMP, "text": "ayer", "period": {"start": "2026-11-16", "end": "2026-11-16"}},
        {"now": STAMP, "text": "la última semana", "period": {"start": "2026-11-09", "end": "2026-11-15"}},
    ]
    report = score(_file(tmp_path, *rows), reader())
    assert (report.marked("right"), report.marked("asked"), report.marked("WRONG")) == (2, 2, 2)
    assert report.json()["kinds"]["period"] == {"right": 1, "asked": 1, "WRONG": 1}


def test_the_other_right_end_counts(tmp_path: Path) -> None:
    row = {
        "now": STAMP,
        "text": "esta semana",
        "period": {"start": "2026-11-16", "end": "2026-11-22"},
        "also_right_end": "2026-11-18",
    }
    assert score(_file(tmp_path, row), reader()).marked("right") == 1


def test_an_exact_row_allows_no_field_it_does_not_name(tmp_path: Path) -> None:
    wanted = {"outcome": "question", "fields": {"metric": "aht"}}
    loose = {"now": STAMP, "text": "TMO por agente", "expected": wanted}
    report = score(_file(tmp_path, loose, {**loose, "exact": True}), reader())
    assert (report.marked("right"), report.marked("WRONG")) == (1, 1)


def test_lines_are_answered_in_order_and_a_bad_one_does_not_stop_them() -> None:
    lines = [
        {"id": 1, "text": "roll rate"},
        {"id": 2, "text": "y por agente?", "previous": previous(metric="roll_rate")},
        {"id": 3, "text": "sí", "pending": {"intent": "reassign_accounts", "fields": {}}},
    ]
    source = io.StringIO("\n".join([*(json.dumps(line) for line in lines), "not json", '{"id": 5}', ""]))
    sink = io.StringIO()
    read_jsonl(source, sink, reader(), now=NOW)
    out = [json.loads(line) for line in sink.getvalue().splitlines()]
    assert [o.get("id") for o in out[:3]] == [1, 2, 3]
    assert [o["outcome"] for o in out] == ["question", "question", "confirm", "error", "error"]
    assert out[1]["fields"]["dims"] == ["agent"]
