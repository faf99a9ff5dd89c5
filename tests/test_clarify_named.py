"""Whatever is missing of an order is asked by its name, never as "something"."""

import re
from pathlib import Path

import pytest

from bot.app import text_files
from bot.clarify import FORMS
from bot.understand.deeds import ACTIONS
from skills import all_skills
from skills.text import load_texts

TEXTS = load_texts(*text_files())
DEEDS = Path(__file__).parent.parent / "bot" / "understand" / "deeds"
OWN = {each.name: each.asks for skill in all_skills() for each in skill.actions}
ELSEWHERE = ("undo",)  # asks nothing: it takes the last


def asked_for() -> list[tuple[str, str]]:
    return sorted((intent, need.about) for intent, deed in ACTIONS.items() for need in deed.needs)


@pytest.mark.parametrize(("intent", "about"), asked_for())
def test_what_is_missing_is_named(intent: str, about: str) -> None:
    kind, _, detail = about.partition(":")
    if about in OWN.get(intent, ()) or intent in ELSEWHERE:
        return
    key = f"clarify.lacks.{detail}" if intent in FORMS and kind == "slot" else f"clarify.{kind}.{detail}"
    assert key in TEXTS


def test_what_a_reader_asks_by_itself_is_named_too() -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in DEEDS.glob("*.py"))
    slots = set(re.findall(r'(?:ask|object_to)\("slot:([a-z_]+)"', written))
    assert slots >= {"amount", "count", "installments"}
    unnamed = {s for s in slots if f"clarify.slot.{s}" not in TEXTS and f"clarify.lacks.{s}" not in TEXTS}
    assert not unnamed


def test_every_reason_is_said() -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in DEEDS.glob("*.py"))
    kinds = set(re.findall(r'"(zero|finer|below_zero|no_[a-z_]+|past_day|open_day|same_person)"', written))
    assert len(kinds) >= 8
    assert {k for k in kinds if f"clarify.because.{k}" not in TEXTS} == set()
