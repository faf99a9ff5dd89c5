"""Messages that no reader expects: scripts mixed, control characters, writing turned round, 10 kB; read.

`python -m tests.hostile_messages` reads 100,000.
"""

import random
from collections.abc import Iterable, Iterator
from time import perf_counter

from bot.evaluate import rows
from bot.understand import Reading
from tests.reading_agency import DATA, read

SLOW = 0.05  # seconds a reading may take
OUTCOMES = frozenset(
    ("question", "action", "list", "report", "clarify", "refuse", "help", "confirm", "none", "smalltalk")
)
ALPHABETS = (
    "🙂🔥👩‍👩‍👧‍👦🇲🇽👍🏽",  # joined and coloured
    "\u202e\u202d\u2066\u2069\u200f\u200b\ufeff",  # turns the writing round, or shows nothing
    "".join(map(chr, range(32))) + "\x7f\x85",
    "שלוםمرحباनमस्ते你好こんにちはПривет",
    "ａｂｃ１２３①②③ﬁßŠıİẞ",
    "e\u0301\u0302\u0303n\u0303\u0335",
    "\ud800\udfff\U0010ffff",
    "0123456789.,-/%$:",
    "()[]{}<>|*+?^\\\"'`´“”",
)
MONSTERS = (
    *("sin " * 500, "de " * 600, "1-30 " * 400, "31-60 a " * 250, "9" * 1999, "1," * 999, "1/" * 990),
    *("por " * 499, "del 1 al " * 220, "vs " * 660, '"' * 1999, "'a " * 660, "ana " * 499, "mora " * 399),
    *("el 5 " * 390, "top 5 " * 330, "más de 3 " * 220, "octubre " * 245, "a" * 1999, "ab" * 999, "á" * 999),
    *("roll rate y " * 160, "zutano " * 280, "Zutano Pérez " * 150, "promesa " * 240, "cuentas que " * 160),
    *("x" * 10_240, "recuperado " * 931, "🙂" * 5_000, "\x00" * 10_240, "ñ\u0301" * 999, "# <@U1> " * 240),
    *("hasta el " * 220, "lo que va " * 190, "para hoy promesas " * 110, "diferencia entre " * 120),
    *("entre 1 y 2 y " * 140, "no pases las cuentas " * 95, "convenio de 5,000 en 3 pagos " * 65),
)


def scrawls(n: int, seed: int = 1) -> Iterator[str]:
    """Sentences with signs drawn into them, scraps of every alphabet, and the longest there are."""
    dice = random.Random(seed)
    yield from MONSTERS
    yield from (" ".join(monster.split()[:119]) for monster in MONSTERS)
    known = [row["text"] for path in sorted(DATA.glob("reading_*.jsonl")) for row in rows(path)]
    words = [word for text in known for word in text.split()]
    for _ in range(n - 2 * len(MONSTERS)):
        letters = dice.choice(ALPHABETS)
        match dice.randrange(4):
            case 0:
                yield "".join(dice.choices(letters, k=dice.randint(0, 60)))
            case 1:
                text = dice.choice(known)
                at = dice.randrange(len(text) + 1)
                yield text[:at] + "".join(dice.choices(letters, k=dice.randint(1, 6))) + text[at:]
            case 2:
                yield " ".join(dice.choices(words, k=dice.randint(1, 25)))
            case _:
                text = list(dice.choice(known))
                for _ in range(dice.randint(1, 4)):
                    text[dice.randrange(len(text))] = dice.choice(letters)
                yield "".join(text)


def timed(text: str) -> tuple[Reading, float]:
    started = perf_counter()
    reading = read(text)
    return reading, perf_counter() - started


def read_all(texts: Iterable[str]) -> tuple[int, float, str]:
    """How many came out as no outcome of ours, and the slowest reading. An exception goes through."""
    read("recuperado")  # building the reader is no reading
    odd, slowest, slow_text = 0, 0.0, ""
    for text in texts:
        reading, took = timed(text)
        if took > slowest:
            took = min(took, *(timed(text)[1] for _ in range(2)))  # a pause of the machine is not ours
        explained = reading.outcome in OUTCOMES
        odd += not explained or (reading.outcome in ("question", "action") and bool(reading.unread))
        if took > slowest:
            slowest, slow_text = took, text
    return odd, slowest, slow_text
