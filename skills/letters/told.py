"""What is said of messages that never reached Slack: all to whoever runs it, her own to whoever asked.

Shows nothing they said, and sends nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from db.letters import Letter
from skills import text
from skills.contract import Answer, Language, Option, Part, Say, Text
from skills.letters.skill import KINDS, why

REASONS, HERS = 5, 5


def to_whoever_runs_it(say: Say, some: Sequence[Letter]) -> Answer:
    """How many, and by reason; the list is behind the button."""
    parts: list[Part] = [Text(say("letters.news", n=len(some)), "warning")]
    by_reason = Counter(why(say, each.error) for each in some)
    lines = [f"• {n} × {said}" for said, n in by_reason.most_common(REASONS)]
    parts.append(Text("\n".join(lines)))
    options = (Option(say("letters.button.list"), "dead_letters", {}),)
    return Answer(say("letters.list"), "", tuple(parts), next=options)


def to_whoever_asked(say: Say, language: Language, now: datetime, some: Sequence[Letter]) -> Answer:
    """What of hers never arrived, when it was made and why; asking again is up to her."""
    lines = list(_lines(say, language, now, some[:HERS]))
    if len(some) > HERS:
        lines.append(say("letters.and_more", n=len(some) - HERS))
    said = (Text(say("letters.hers", n=len(some))), Text("\n".join(lines)))
    parts = (*said, Text(say("letters.ask_again"), "note"))
    return Answer(say("letters.hers_title"), "", parts)


def _lines(say: Say, language: Language, now: datetime, some: Sequence[Letter]) -> Iterator[str]:
    for each in some:
        local = each.made_at.astimezone(now.tzinfo)
        at = f"{text.day(local.date(), language, now.date())} {local:%H:%M}"
        what = say(f"letters.kind.{each.kind}") if each.kind in KINDS else each.kind
        yield f"• {at} · {what}: {why(say, each.error)}"
