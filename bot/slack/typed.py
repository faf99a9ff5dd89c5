"""Turns the text of a Slack message back into what the person typed. Knows the wire form, no words."""

import re
from collections.abc import Callable, Iterable

_SEQUENCE = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_ENTITY = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_ENTITIES = re.compile("|".join(_ENTITY))

# "y por supervisor?": said below an answer rather than in its thread, it still goes on from it.
_GOES_ON = re.compile(r"\W*(?:y|and|también|also|ahora|now)\b", re.IGNORECASE)

NameOf = Callable[[str], str | None]


def mentioned(text: str) -> Iterable[str]:
    """The user ids a text names."""
    return (m[2] for m in _SEQUENCE.finditer(text) if m[1] == "@")


def as_typed(text: str, *, bot: str, name_of: NameOf) -> str:
    """`text` without the bot's own mention; other mentions by name, links by what was shown."""
    spoken = _SEQUENCE.sub(lambda m: _spoken(m, bot, name_of), text)
    return _ENTITIES.sub(lambda m: _ENTITY[m[0]], spoken).strip()


def _spoken(found: re.Match[str], bot: str, name_of: NameOf) -> str:
    sign, body, label = found[1], found[2], found[3]
    if sign == "@":
        return "" if body == bot else (name_of(body) or label or f"@{body}")
    if sign == "#":
        return f"#{label or body}"
    if sign == "!":
        return label or f"@{body}"
    return label or body.removeprefix("mailto:")


def goes_on(typed: str) -> bool:
    """Whether these words only make sense after others."""
    return _GOES_ON.match(typed) is not None
