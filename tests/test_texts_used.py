"""Every sentence in a text.yaml is said somewhere: dead wording goes with the code that said it."""

import re
from pathlib import Path

from bot.app import HOME, text_files
from skills.text import load_texts

# In the code a key stands whole, or as an f-string whose {part} stands for the varying piece.
_STRING = re.compile(r"""f?(?:"([a-z][\w.{}\[\]' =]*)"|'([a-z][\w.{}" =]*)')""")
# Named by f"{kind}.{intent}" in bot/desk.py, which as a pattern would excuse every key there is.
BY_KIND = re.compile(r"(list|report|question)\.")


def said_in(folder: Path) -> list[re.Pattern[str]]:
    found = []
    for path in [p for top in ("bot", "skills", "db") for p in (folder / top).rglob("*.py")]:
        for whole, other in _STRING.findall(path.read_text(encoding="utf-8")):
            text = whole or other
            if "." in text or "_" in text or text.isalpha():
                found.append(re.compile(re.sub(r"\\\{.*?\\\}", r"[\\w.]+", re.escape(text)) + r"$"))
    return found


def unused(keys: list[str], said: list[re.Pattern[str]]) -> list[str]:
    plain = {key.removesuffix("_one").removesuffix("_year") for key in keys}
    exact = {p.pattern for p in said}
    return sorted(
        key
        for key in plain
        if not BY_KIND.match(key)
        and re.escape(key) + "$" not in exact
        and not any(p.match(key) for p in said if "[" in p.pattern)
    )


def test_every_sentence_is_said() -> None:
    assert unused(list(load_texts(*text_files()).sentences), said_in(HOME)) == []


def test_a_sentence_nobody_says_is_found() -> None:
    assert unused(["kpi.said_by_nobody"], said_in(HOME)) == ["kpi.said_by_nobody"]
