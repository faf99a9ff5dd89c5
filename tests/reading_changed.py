"""What must not change a reading: courtesy, forms of the verb, spelling, order, other words, names, amounts.

`python -m tests.reading_changed [--each N]` counts what differs, by kind of change, over every labelled row.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.evaluate import agrees, rows
from bot.understand.normalise import fold
from tests.reading_agency import DATA, NOW, reader
from tests.reading_changes import CHANGES, Row

SETS = (
    *("dev", "held_out", "held_out_2", "held_out_3", "unseen", "unseen_2", "unseen_3", "unseen_4"),
    *("unseen_5", "unseen_6", "unseen_7", "voices", "desk", "deeds_dev", "questions_dev"),
)
READ = ("question", "action", "list", "report")


@dataclass(frozen=True)
class Changed:
    """One row said otherwise. `wanted`: what must be read of it."""

    kind: str
    row: Row
    text: str
    wanted: Mapping[str, Any]


def changed(each: int, seed: int = 8, sets: tuple[str, ...] = SETS) -> Iterator[Changed]:
    """So many changes of each kind, or all where each is 0; only of rows that are read right as they are."""
    dice = random.Random(seed)
    known = [row for name_ in sets for row in rows(DATA / f"reading_{name_}.jsonl") if _is_read(row)]
    for kind, change in CHANGES.items():
        made = 0
        for row in dice.sample(known, len(known)):
            if each and made >= each:
                break
            if (done := change(row, dice)) is not None and done[0] != row["text"]:
                made += 1
                yield Changed(kind, row, done[0], _wanted(row, done[1]))


def _is_read(row: Row) -> bool:
    wanted = row.get("expected", {})
    return (
        wanted.get("outcome") in READ
        and wanted.get("intent") not in ("add_note", "attend_alert")
        and '"' not in row["text"]
    )


def _wanted(row: Row, renamed: tuple[str, str] | None) -> Mapping[str, Any]:
    said = json.dumps(row["expected"], ensure_ascii=False)
    found: Mapping[str, Any] = json.loads(said.replace(*renamed) if renamed else said)
    return found


def read_as(one: Changed) -> str:
    """right, asked or WRONG."""
    got = (
        reader()
        .read(one.text, now=NOW, previous=one.row.get("previous"), pending=one.row.get("pending"))
        .json()
    )
    wanted = one.wanted
    if one.kind in ("no accents", "capitals"):  # channels, courses and accounts are kept as typed
        wanted, got = (
            json.loads(fold(json.dumps(each, ensure_ascii=False, default=str))) for each in (wanted, got)
        )
    if agrees(wanted, got, exact=False):
        return "right"
    return "asked" if got["outcome"] == "clarify" else "WRONG"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=0)
    parser.add_argument("--show", default="")
    parser.add_argument("--seed", type=int, default=8)
    given = parser.parse_args()
    counts: dict[str, Counter[str]] = {}
    for one in changed(given.each, given.seed):
        mark = read_as(one)
        counts.setdefault(one.kind, Counter())[mark] += 1
        if mark in given.show.split(","):
            print(f"{mark} [{one.kind}] {one.text}   <- {one.row['text']}")
    for kind, marks in counts.items():
        print(f"{kind:<20} right {marks['right']:5}  asked {marks['asked']:4}  WRONG {marks['WRONG']:4}")
    total = sum(counts.values(), Counter())
    print(f"{'all':<20} right {total['right']:5}  asked {total['asked']:4}  WRONG {total['WRONG']:4}")


if __name__ == "__main__":
    main()
