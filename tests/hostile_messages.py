"""Data that Slack would act on (mentions, links, formats, emoji), drawn into messages and looked for there.

`python -m tests.hostile_messages` does it with 10,000 strings, and reads 100,000.
"""

import argparse
import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bot.outcome import Outcome
from bot.slack.marks import inert
from bot.slack.message import Message
from localslack.blockkit import check_blocks
from skills.contract import Answer, Choice, Figure, Figures, Option, Table, Text, Trend
from tests.hostile_readings import SLOW, read_all, scrawls
from tests.slack_samples import basis, kpi, rate, renderer

# Signs that markup is made of, with a letter between, so that two strings beside each other make none either.
SEEDS = (
    "<!channel>",
    "<!here|aquí>",
    "<@U1>",
    "<#C1|piso>",
    "<!subteam^S1>",
    "<!date^1392734382^{date}|x>",
    "<https://evil.example|Banco>",
    "https://evil.example/?q=1",
    "mailto:a@evil.example",
    "*Ana*",
    "_Ana_",
    "~Ana~",
    "`Ana`",
    "```Ana```",
    "> cita",
    "&lt;!channel&gt;",
    "&amp;lt;!here&amp;gt;",
    ":skull:",
    ":flag-mx::+1:",
    ":100:",
    "@channel",
    "[texto](https://evil.example)",
    "\u202e<!everyone>",
    "<\u200b!channel>",
    "＜!channel＞",
    "\x00<@U1>\x07",
    "José Ñandú 🦤",
    "<" * 40,
    "&" * 40,
    "\ud800",
)
# What Slack would act on. Our own sentences make bold pairs, so a pair of `*` is judged by what it holds.
ACTIVE = re.compile(r"<[^>]*>|<|~|`|&(?!amp;|lt;|gt;)|:[a-z+][a-z0-9_+-]*:|:100:|\*Ana\*|(?<![^\W_])_Ana")
Tame = Callable[[str], str]


def hostile(n: int, seed: int = 1) -> list[str]:
    dice = random.Random(seed)
    return ["".join(dice.choices(SEEDS, k=dice.randint(1, 4))) for _ in range(n)]


def drawn(strings: Sequence[str]) -> Message:
    """One message that says each of ten strings wherever data can come to stand."""
    a, b, c, d, e, f, g, h, i, j = strings
    table = Table(a, (b, c), ((d, rate("0.1")), (e, rate("0.2"))), note=f)
    figure = Figure(g, rate("0.2"), rate("0.1"), previous_label=h, detail=i)
    parts = (
        Figures((figure, figure)),
        Text(j),
        Text(a, "warning"),
        Text(b, "note"),
        table,
        Trend(c, "line", "rate", (d, e), ((f, (rate("0.1").amount, rate("0.2").amount)),)),
        Choice(g, (Option(h, "kpi", {"metric": "roll_rate"}),)),
    )
    whence = basis(label=i, definition=j, formula=a, scope=b, as_of_label=c, filters=(d,), notes=(e,))
    answer = Answer(g, h, parts, basis=whence, next=(Option(i, "kpi", {"metric": "aht"}),))
    return renderer().outcome(Outcome("answer", "es", kpi(), answer, message=j))


def active(message: Message) -> list[str]:
    """The texts in which something would act."""
    return [text for text in parsed(message) if ACTIVE.search(text)]


def parsed(message: Message) -> Iterator[str]:
    """Every text that Slack parses for markup."""
    yield message.text

    def walk(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if part.get("type") == "mrkdwn":
                yield part["text"] if part.get("verbatim") else f"<not verbatim> {part['text']}"
            for inner in part.values():
                yield from walk(inner)
        elif isinstance(part, list):
            for inner in part:
                yield from walk(inner)

    yield from walk(message.blocks)


def flood(n: int, seed: int = 1) -> tuple[int, int, int]:
    """(messages, those with something active, those Slack would not draw)."""
    strings = hostile(n, seed)
    messages = [drawn(strings[at : at + 10]) for at in range(0, n - 9, 10)]
    refused = sum(bool(check_blocks(each.blocks)) for each in messages)
    return len(messages), sum(bool(active(each)) for each in messages), refused


def untamed(strings: Sequence[str], tame: Tame = inert) -> list[str]:
    """What would act if data went in as `tame` leaves it."""
    return [text for text in map(tame, strings) if ACTIVE.search(text)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--read", type=int, default=100_000)
    given = parser.parse_args()
    made, acting, undrawable = flood(given.n)
    print(f"{given.n:,} strings in {made:,} messages: {acting} with something active, {undrawable} refused")
    odd, slowest, text = read_all(scrawls(given.read))
    print(f"{given.read:,} readings: {odd} odd, the slowest {slowest * 1000:.1f} ms: {text[:60]!r}")
    raise SystemExit(bool(acting or undrawable or odd or slowest > SLOW))
