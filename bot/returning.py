"""Gives lent accounts back once a substitute's last day is over, and words it for whom it matters.

Knows no Slack.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from db.audit import Effect, Entry, record_effect
from db.lent import Lent, Settled, due_back, settle
from db.proposals import one_at_a_time
from skills.contract import Language
from skills.text import Texts

ACTION = "return_accounts"
BY = "Cartera"  # on the record: nobody pressed anything
MORNING = 6  # o'clock: whoever comes in finds her accounts, and nobody is told at night

Words = tuple[str, int]  # a sentence's key, and how many accounts it is about


def concerned(due: Sequence[Lent]) -> list[int]:
    """Whom something may be said to."""
    people = {who for each in due for who in (each.move.giver, each.move.to, each.ordered_by)}
    return sorted(people)


def returned(connection: Connection, now: datetime) -> tuple[Settled, dict[int, list[Words]]]:
    """What came back and what did not, with its row on the record; and what each person is to hear.

    `now` is in the agency's zone: its day counts.
    """
    one_at_a_time(connection)
    settled = settle(connection, due_back(connection, now.date()), now)
    if settled.back:
        moves = [each.move for each in settled.back]
        effect = Effect(
            ACTION,
            {str(move.account): move.giver for move in moves},
            {str(move.account): move.to for move in moves},
            tuple(concerned(settled.back)),
        )
        entry = Entry(now, None, BY, "clock", None, None, None, "done", None, rows=len(moves), took_ms=0)
        record_effect(connection, entry, effect)
    return settled, _words(settled)


def _words(settled: Settled) -> dict[int, list[Words]]:
    counts: Counter[tuple[int, str]] = Counter()
    for each in settled.back:
        counts[each.move.to, "assign.back_yours"] += 1
        counts[each.move.giver, "assign.back_theirs"] += 1
        counts[each.ordered_by, "assign.back_ordered"] += 1
    for each in settled.stays:
        counts[each.ordered_by, "assign.back_stayed"] += 1
    said: dict[int, list[Words]] = {}
    for (person, key), n in counts.items():
        said.setdefault(person, []).append((key, n))
    return said


def in_words(texts: Texts, language: Language, words: Sequence[Words]) -> str:
    return " ".join(texts.say(language, key, n=f"{n:,}") for key, n in words)
