"""What each guard of the reader prevents, and that no message, however odd, breaks a reading."""

import json
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.commands.evaluate import GUARDS
from bot.evaluate import score
from tests.hostile_readings import MONSTERS, read_all, scrawls
from tests.reading_agency import DATA, NOW, fields, read, reader

QUESTIONS = DATA / "reading_questions_dev.jsonl"


@pytest.mark.parametrize("guard", GUARDS)
def test_without_a_guard_something_is_silently_wrong(guard: str) -> None:
    off = score(QUESTIONS, reader(**{guard: False}))
    assert score(QUESTIONS, reader()).marked("WRONG") == 0
    assert off.marked("WRONG") >= 1


def test_evaluate_switches_a_guard_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'cartera.db'}")
    row = {"now": NOW.isoformat(), "text": "recuperado de mujeres", "expected": {"outcome": "clarify"}}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row), encoding="utf-8")
    for without, wrong in ([], 0), (["--without", "residue"], 1):
        assert main(["evaluate", str(tmp_path / "rows.jsonl"), *without, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["WRONG"] == wrong


def test_odd_messages_come_out_as_readings() -> None:
    assert read_all(scrawls(1_500, seed=46))[0] == 0


@pytest.mark.parametrize("text", MONSTERS, ids=range(len(MONSTERS)))
def test_no_monster_is_answered(text: str) -> None:
    assert read(text).outcome in ("clarify", "refuse", "none", "smalltalk")


@pytest.mark.parametrize(
    "text",
    [
        *("recuperado de cursos", "recuperado de casas", "tmo de mamas", "calidad de bebidas"),
        *("recuperado de las bodas", "cuentas de pobres", "saldo de carros", "recuperado con pista"),
        *("calls of cattle", "recovered from doctors", "recovered by pirates", "contactabilidad de Lorena"),
    ],
)
def test_a_common_word_is_not_mended_into_the_trade(text: str) -> None:
    assert read(text).outcome != "question"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("recuparado de octubre", "recuperado de octubre"),
        ("contactavilidad por canpaña", "contactabilidad por campaña"),
        ("promesas cunplidas por ajente", "promesas cumplidas por agente"),
        ("recovry rate by cleint", "recovery rate by client"),
        ("convennios por supervsor", "convenios por supervisor"),
        ("roll rate por bukcet", "roll rate por bucket"),
    ],
)
def test_a_slip_is_mended_and_shown(typed: str, meant: str) -> None:
    got = read(typed)
    assert got.repairs
    assert all(wrong in typed for wrong, _ in got.repairs)
    assert dict(got.fields or {}) == fields(meant)
