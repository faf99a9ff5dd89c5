"""What a note may hold: sensitive data and pressure are found, identifiers masked. Pure; knows no account."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from db.identifiers import masked

FILE = Path(__file__).with_name("note_rules.yaml")
LONGEST = 500
THREAT = "threat"


@dataclass(frozen=True)
class Judged:
    """`against`: what it must not hold, by kind; `kept`: as it may be written."""

    kept: str
    against: str = ""

    @property
    def lawful(self) -> bool:
        return not self.against


def judged(text: str) -> Judged:
    """A threat weighs more than a sensitive word; either is refused whole, not cut out."""
    plain = " ".join(text.split())
    folded = fold(plain)
    against = next((kind for kind, words in _rules() if words.search(folded)), "")
    return Judged(masked(plain), against)


def fold(text: str) -> str:
    """Without accents, invisible signs and tricks of width; letters set apart ("c a n c e r") are joined."""
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text))
    shown = "".join(c for c in bare if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return re.sub(r"\b(?:\w[ .*_-]){3,}\w\b", lambda m: re.sub(r"[ .*_-]", "", m.group()), shown.lower())


@cache
def _rules() -> tuple[tuple[str, re.Pattern[str]], ...]:
    written: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    threats = (THREAT, _pattern(written["threats"]))
    return (threats, *((kind, _pattern(words)) for kind, words in written["sensitive"].items()))


def _pattern(words: str) -> re.Pattern[str]:
    """ "enferm" opens a word, "=vih" is one."""
    split = [each.strip() for each in words.split("|")]
    whole = [re.escape(each[1:]) + r"(?!\w)" for each in split if each.startswith("=")]
    opening = [re.escape(each) for each in split if not each.startswith("=")]
    return re.compile(rf"\b(?:{'|'.join([*opening, *whole])})")
