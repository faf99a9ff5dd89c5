"""The words that questions were asked back for, so that the lexicon can grow. Names nobody, shows no number.

Reads again what is on record with today's lexicon: a word learnt since is gone from the list by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.understand import Reader
from bot.understand.names import GIVEN
from bot.understand.normalise import Token, Typed, fold, normalise
from bot.understand.period_words import words
from db.tables.house import audit
from db.tables.reference import people

SHORTEST, LONGEST = 3, 24
COVER = "…"
# After these a word nobody knows may be a person's name: it takes two people to have used it.
_NAME_LEADS = frozenset(words("de del a al para con por of to for from with don dona sr sra mr mrs"))


@dataclass
class Unread:
    """A word, how often it stopped a question, and one of those with all but its known words covered."""

    word: str
    language: str
    count: int = 0
    last: date | None = None
    example: str = ""
    askers: set[int | None] = field(default_factory=set)
    plain: bool = False  # once it stood where no name stands

    def json(self) -> dict[str, Any]:
        last = self.last.isoformat() if self.last else None
        return {"word": self.word, "language": self.language, "count": self.count, "last": last,
                "example": self.example}  # fmt: skip


def unread_words(connection: Connection, reader: Reader, since: date | None = None) -> list[Unread]:
    """The most frequent first."""
    found: dict[tuple[str, str], Unread] = {}
    for at, asker, language, said in _asked_back(connection, since):
        typed = normalise(said)
        unexplained = {fold(raw) for raw in reader.read(said, now=at).unread}
        for place, token in enumerate(typed.tokens):
            if token.text not in unexplained or not _shows_nobody(typed, place, reader):
                continue
            kept = found.setdefault((token.text, language), Unread(token.text, language))
            kept.count, kept.last = kept.count + 1, at.date()
            kept.askers.add(asker)
            kept.plain |= not place or typed.tokens[place - 1].text not in _NAME_LEADS
            kept.example = kept.example or covered(typed, reader, token.text)
    told = [each for each in found.values() if each.plain or len(each.askers) > 1]
    return sorted(told, key=lambda each: (-each.count, each.word, each.language))


def _asked_back(
    connection: Connection, since: date | None
) -> Iterator[tuple[datetime, int | None, str, str]]:
    query = (
        select(audit.c.at, audit.c.person_id, people.c.language, audit.c.said)
        .outerjoin(people, people.c.id == audit.c.person_id)
        .where(audit.c.outcome.in_(("clarify", "refuse")), audit.c.said.is_not(None))
        .order_by(audit.c.id)
    )
    for at, asker, language, said in connection.execute(query):
        if since is None or at.date() >= since:
            yield at, asker, language or "es", said


def _shows_nobody(typed: Typed, place: int, reader: Reader) -> bool:
    """Neither a name nor beside one, nor written as names are; and no digit in it."""
    token = typed.tokens[place]
    if token.kind != "word" or not token.text.isalpha() or not SHORTEST <= len(token.text) <= LONGEST:
        return False
    beside = [typed.tokens[n] for n in (place - 1, place + 1) if 0 <= n < len(typed.tokens)]
    shouted = typed.raw.isupper()
    capital = token.raw[:1].isupper() and (place > 0 or any(each.raw[:1].isupper() for each in beside))
    named = any(_is_name(each, reader) for each in (token, *beside))
    return not named and (shouted or not capital) and reader.names.near(token.text) is None


def _is_name(token: Token, reader: Reader) -> bool:
    return token.text in GIVEN or token.text in reader.names.words


def covered(typed: Typed, reader: Reader, word: str) -> str:
    """ "recuperado de … con … dígitos": words of the trade and of every day are shown, the rest is not."""
    out: list[str] = []
    for token in typed.tokens:
        known = reader.lexicon.knows(token.key) or {token.text, token.key} & reader.lexicon.common
        shown = token.text == word or (known and token.kind == "word" and not _is_name(token, reader))
        if shown or (token.kind == "sign" and token.text in ",?"):
            out.append(token.text)
        elif not out or out[-1] != COVER:
            out.append(COVER)
    return " ".join(out)
