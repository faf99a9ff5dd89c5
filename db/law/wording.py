"""What may not stand in a text for a debtor, or in a note about one: threats, false authority, promises about
the credit bureau, sensitive data. Finds words; whoever asks decides what to do.

A list of words is a net with holes: it stops what is plain, and proves nothing about the rest.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("words.yaml")
SENSITIVE = "R30"


def unlawful_words(text: str) -> dict[str, str]:
    """By rule, the first words of the text that break it."""
    plain = _plain(text)
    found = {rule: pattern.search(plain) for rule, pattern in _patterns().items()}
    return {rule: match.group(0) for rule, match in found.items() if match}


def is_sensitive(text: str) -> bool:
    return _patterns()[SENSITIVE].search(_plain(text)) is not None


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    raw: dict[str, list[str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {rule: re.compile(rf"\b(?:{'|'.join(ways)})\b") for rule, ways in raw.items() if rule != "threats"}
