"""What a model gains and costs: the messages our reader asks about, put to it through the real path.

python -m tests.llm_measure --url http://127.0.0.1:8080/v1 [--model NAME] [--timeout 60] [FILE.jsonl ...]
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from bot.llm.model import Model
from bot.llm.opening import reading_prompt
from bot.llm.record import Spent
from bot.llm.second import SecondReader
from bot.sections import Llm
from bot.understand import Reading
from tests.reading_agency import DATA, NOW, reader

OWN = DATA / "reading_second.jsonl"


@dataclass
class Measured:
    """`marks`: right | button (the right one) | asked | wrong button | WRONG, of what was put to it."""

    marks: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    ms: list[int] = field(default_factory=list)
    tokens: int = 0

    def json(self) -> dict[str, Any]:
        return {
            "asked": sum(self.marks.values()),
            "marks": dict(self.marks),
            "decisions": dict(self.decisions),
            "seconds": {"median": median(self.ms) / 1000, "max": max(self.ms) / 1000} if self.ms else {},
            "tokens": self.tokens,
        }


def second_at(url: str, model: str, timeout: float, readings: str) -> SecondReader:
    given = {"model": f"openai:{model}", "base_url": url, "timeout": timeout, "readings": readings}
    settings = Llm.model_validate({**given, "max_retries": 0})
    first = reader()
    prompt = reading_prompt(first.lexicon)
    return SecondReader(first, Model(settings), prompt, settings, lambda _now: Spent(), lambda: first.names)


def measured(
    second: SecondReader, rows: Iterator[Mapping[str, Any]], said: Callable[[str], None] | None = None
) -> Measured:
    """`said` hears of each call once it is over: a small machine takes seconds for one."""
    found = Measured()
    for row in rows:
        now = datetime.fromisoformat(row["now"]) if "now" in row else NOW
        reading = second.read(row["text"], now=now, previous=row.get("previous"))
        for call in reading.calls:
            mark = _mark(row["expected"], reading)
            found.marks[mark] += 1
            found.decisions[f"{call.decision} {call.why}".strip()] += 1
            found.ms.append(call.ms)
            found.tokens += call.tokens
            if said is not None:
                said(f"{mark:<13}{call.ms / 1000:6.1f} s  {call.decision} {call.why}  {row['text']}")
    return found


def _mark(wanted: Mapping[str, Any], reading: Reading) -> str:
    if reading.outcome == "question":
        return "right" if _as_wanted(wanted, reading.fields) else "WRONG"
    if not reading.choices:
        return "asked"
    return "button" if _as_wanted(wanted, reading.choices[0].fields) else "wrong button"


def _as_wanted(wanted: Mapping[str, Any], fields: Mapping[str, Any] | None) -> bool:
    """Field by field; where the label says to ask back, nothing else is right."""
    return wanted["outcome"] == "question" and all(
        (fields or {}).get(name) == value for name, value in wanted["fields"].items()
    )


def rows_of(paths: list[Path]) -> Iterator[dict[str, Any]]:
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line) if line.strip() else {}
            if "expected" in row:
                yield row


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--model", default="local")
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--readings", choices=["answer", "confirm"], default="answer")
    parser.add_argument("files", nargs="*", type=Path, default=[OWN])
    given = parser.parse_args()
    asked = second_at(given.url, given.model, given.timeout, given.readings)
    result = measured(asked, rows_of(given.files), partial(print, flush=True))
    print(json.dumps(result.json(), indent=2))
