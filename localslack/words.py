"""What Slack itself says to a person, in their language; the sentences are in text.yaml beside it."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

SENTENCES = Path(__file__).with_name("text.yaml")


def say(locale: str, key: str, **slots: Any) -> str:
    """The sentence in Spanish for a Spanish locale, in English for any other."""
    language = "es" if locale.lower().startswith("es") else "en"
    return sentences()[key][language].format(**slots)


@cache
def sentences() -> dict[str, dict[str, str]]:
    read: dict[str, dict[str, str]] = yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))
    return read
