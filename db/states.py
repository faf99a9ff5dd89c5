"""Mexico's states by their common names, whatever way a file or a person writes them."""

import re
import unicodedata
from functools import cache
from pathlib import Path

from db.written import read_yaml

_FILE = Path(__file__).with_name("states.yaml")


def state_names() -> tuple[str, ...]:
    """The 32 common names."""
    return tuple(dict.fromkeys(_by_writing().values()))


def state_of(text: str) -> str | None:
    """The common name of a state however it is written; None where nobody writes one so."""
    return _by_writing().get(_plain(text))


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(
        re.findall(r"[a-z]+", "".join(c for c in bare if not unicodedata.combining(c)).replace(".", ""))
    )


@cache
def _by_writing() -> dict[str, str]:
    found: dict[str, list[str]] = read_yaml(_FILE)
    return {_plain(word): name for name, others in found.items() for word in (name, *others)}
