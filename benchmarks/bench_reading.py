"""How long a reading takes, beside a floor in the same run: `python -m benchmarks.bench_reading`.

The labelled utterances, shuffled and repeated with other case, accents lost and letters slipped. The floor
folds, splits and looks each word up once. Then the cold start, and what each guard of the reader prevents.
"""

import argparse
import random
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import product
from pathlib import Path
from time import perf_counter
from typing import Any

from bot.evaluate import rows, score
from bot.understand import Reader
from db.access import Named, Names
from db.metrics import load_catalogue
from tests.reading_agency import DATA, NOW, agency

GUARDS = ("residue", "typos", "polarity")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
COLD = (
    "from bot.understand import Reader; from db.access import Names; from db.metrics import load_catalogue;"
    "from datetime import datetime;"
    "Reader(load_catalogue(), Names(())).read('recuperado ayer', now=datetime(2026, 11, 18))"
)
FIRST = ("Aurelio", "Benita", "Cirilo", "Delfina", "Eladio", "Fabiana", "Gaspar", "Herminia", "Isidro")
LAST = ("Alcocer", "Barrientos", "Cervera", "Durazo", "Echeverría", "Farías", "Gallardo", "Hinojosa")


def staffed(people: int) -> Names:
    """The small agency of the tests, grown to so many agents."""
    both = [" ".join(each) for each in product(FIRST, LAST, LAST)]
    more = (Named("agent", 1_000 + n, f"X{n:04}", name) for n, name in enumerate(both[:people]))
    return Names((*agency().entries, *more))


def varied(text: str, dice: random.Random) -> str:
    match dice.randrange(5):
        case 0:
            return text.upper()
        case 1:
            return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
        case 2 if len(text) > 4:
            at = dice.randrange(len(text) - 1)
            return text[:at] + dice.choice(LETTERS) + text[at + 1 :]
        case 3 if len(text) > 4:
            at = dice.randrange(len(text) - 1)
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text


def utterances(n: int) -> list[Mapping[str, Any]]:
    dice = random.Random(46)
    known = [row for path in sorted(DATA.glob("reading_*.jsonl")) for row in rows(path)]
    return [{**row, "text": varied(row["text"], dice)} for row in dice.choices(known, k=n)]


def times(said: list[Mapping[str, Any]], read: Callable[[Mapping[str, Any]], object]) -> list[float]:
    out = []
    for row in said:
        started = perf_counter()
        read(row)
        out.append((perf_counter() - started) * 1000)
    return sorted(out)


def line(name: str, took: list[float]) -> str:
    p50, p95, p99 = (took[int(len(took) * share)] for share in (0.5, 0.95, 0.99))
    return f"{name:<28} p50 {p50:8.3f}  p95 {p95:8.3f}  p99 {p99:8.3f}  max {took[-1]:8.3f} ms"


def cold_start() -> float:
    started = perf_counter()
    subprocess.run([sys.executable, "-c", COLD], check=True, cwd=Path(__file__).parent.parent)
    return perf_counter() - started


def prevented() -> None:
    """WRONG rows of all the labelled sets with one guard off."""
    for off in (None, *GUARDS):
        guards: dict[str, Any] = {off: False} if off else {}
        reader = Reader(load_catalogue(), agency(), **guards)
        reports = [score(path, reader) for path in sorted(DATA.glob("reading_*.jsonl"))]
        right, asked, wrong = (sum(r.marked(m) for r in reports) for m in ("right", "asked", "WRONG"))
        name = f"without {off}" if off else "every guard"
        print(f"{name:<28} right {right:5}  asked {asked:4}  WRONG {wrong:4}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=600)
    given = parser.parse_known_args()[0]
    now: datetime = NOW
    said = utterances(given.n)
    began = perf_counter()
    reader = Reader(load_catalogue(), staffed(given.people))
    built = perf_counter() - began
    words = dict.fromkeys(reader.lexicon.vocabulary, 1)

    def floor(row: Mapping[str, Any]) -> int:
        return sum(words.get(word, 0) for word in row["text"].casefold().split())

    def read(row: Mapping[str, Any]) -> object:
        return reader.read(row["text"], now=now, previous=row.get("previous"), pending=row.get("pending"))

    floors, took = times(said, floor), times(said, read)
    print(line(f"read, {given.n:,} utterances", took))
    print(line("floor: a look-up a word", floors))
    print(f"{'read / floor':<28} p50 {took[len(took) // 2] / floors[len(floors) // 2]:8.0f} x")
    print(f"reader built in {built * 1000:.0f} ms ({given.people} more agents); "
          f"a process from nothing to its first reading {cold_start():.2f} s")  # fmt: skip
    prevented()


if __name__ == "__main__":
    main()
