"""What the last net and the scopes let through, at length.

`python -m tests.masking_torture` plants 500 debtors and asks everything of each, words 5,000 answers about
numbers, spells 20,000 identifiers, and searches 20,000 answers for rows out of reach; `--url` names another
database than a new SQLite file. It prints what was found, and fails where anything was.
"""

import argparse
import io
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from bot.app import build
from bot.console import plain
from bot.health.logs import Json, Plain
from bot.health.measures import exposed
from bot.outcome import Outcome, Place
from bot.settings import Settings
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.engine import open_engine, reading, writing
from db.identifiers import masked, netted
from db.metrics import load_catalogue
from db.tables import metadata
from db.tables.house import audit
from skills.contract import Value
from skills.text import number
from tests.masking_asked import DM, PEOPLE, PLACES, ROOM, WHY, Floor, reach
from tests.masking_planted import (
    Planted,
    Search,
    digits_left,
    identifiers,
    numbers_of,
    plant,
    planted,
    search_for,
)
from tests.small import CLIENTE, GLORIA, NOW, fill

DIMS = (None, "agent", "supervisor", "campaign", "client", "bucket", "product", "state")
MAY_UNMASK = (21, 22, 23, 11, 12, 31, 33)


@dataclass
class Torture:
    floor: Floor
    some: list[Planted]
    dice: random.Random
    count: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    # --- planted debtors ---
    def debtors(self) -> None:
        """Each asked about by somebody in some place, and once looked at whole by who may."""
        found = search_for(self.some)
        for each in self.some:
            person, place = self.dice.choice(PEOPLE), self.dice.choice(PLACES)
            for asked, outcome in self.floor.about(each, person, place):
                self._searched(found, outcome, place.id, f"{asked} by {person} in {place.kind}")
            self._whole(each)
        for person in PEOPLE:
            for place in (DM, ROOM):
                for asked, outcome in (*self.floor.lists(person, place), *self.floor.reports(person, place)):
                    self._searched(found, outcome, place.id, f"{asked} by {person} in {place.kind}")

    def _searched(self, found: Search, outcome: Outcome, channel: str, asked: str) -> None:
        for text in self.floor.leaving(outcome, channel):
            self.count["texts"] += 1
            if left := found(text):
                self.faults.append(f"{asked}: {sorted(left)}")

    def _whole(self, each: Planted) -> None:
        """What she may see is one debtor's, and only in her direct message."""
        person = self.dice.choice(MAY_UNMASK)
        shown = self.floor.run("unmask", {"account": each.number, "reason": WHY}, person)
        drawn = self.floor.renderer.outcome(shown)
        found, own = search_for(self.some), search_for([each])
        seen = found(self.floor.row(drawn.text, drawn.blocks, "D1", drawn.clear))
        self.count["unmasked"] += shown.outcome == "done"
        if seen - own(" ".join(each.secrets)) or (seen and shown.outcome != "done"):
            self.faults.append(f"unmasked {each.id} by {person}: {sorted(seen)}")
        if left := found(self.floor.row(drawn.text, drawn.blocks, "C1", drawn.clear)):
            self.faults.append(f"unmasked {each.id}, posted to a channel: {sorted(left)}")

    def kept(self, log: str) -> None:
        """What the record, the log and the numbers of the process hold of it all."""
        found = search_for(self.some)
        with reading(self.floor.app.engine) as connection:
            rows = "\n".join(str(tuple(row)) for row in connection.execute(select(audit)))
        for name, text in (("record", rows), ("log", log), ("metrics", exposed({}).decode())):
            if left := found(text):
                self.faults.append(f"{name}: {sorted(left)[:9]}")

    # --- answers about numbers ---
    def figures(self, n: int) -> None:
        """Answers as they are worded, and sentences with figures of every size: none may be masked."""
        catalogue = load_catalogue()
        metrics, wrong, made = sorted(catalogue.metrics), 0, 0
        while made < n:
            text = self._answer(metrics) if made % 10 == 0 else self._sentence(metrics)
            if text:
                made += 1
                wrong += netted(text) != text
                if netted(text) != text:
                    self.count["false masks"] += 1
        self.count["sentences"] = made
        if wrong * 1000 >= made:
            self.faults.append(f"{wrong} of {made} sentences about numbers were masked")

    def _answer(self, metrics: list[str]) -> str:
        dim = self.dice.choice(DIMS)
        start = date(2026, 10, 1) + timedelta(days=self.dice.randrange(40))
        fields = {
            "metric": self.dice.choice(metrics),
            "dims": [dim] if dim else [],
            "period": {"start": str(start), "end": "2026-11-18"},
        }
        outcome = self.floor.run("kpi", fields, GLORIA)
        return "" if outcome.answer is None else plain(outcome.answer, "", (), "es")

    def _sentence(self, metrics: list[str]) -> str:
        dice = self.dice

        def told(unit: str) -> str:
            amount = Decimal(dice.randrange(10 ** dice.randrange(1, 13))) / dice.choice((1, 100))
            value = amount % 1 if unit == "rate" else amount
            return number(Value(value, unit), dice.choice(("es", "en")))  # type: ignore[arg-type]

        units = dice.choices(("money", "count", "rate", "seconds", "hours", "number"), k=4)
        day = date(2020, 1, 1) + timedelta(days=dice.randrange(3000))
        days = (
            f"{day:%d/%m/%Y} {dice.randrange(24):02}:{dice.randrange(60):02}, {day} al {day + timedelta(6)}"
        )
        rows = "  ".join(told("count") for _ in range(6))
        parts = [f"{dice.choice(metrics)}: {told(units[0])} ({told(units[1])} de {told(units[2])})"]
        parts += [
            days,
            f"31-60 · 61-90 · 181+   {rows}",
            f"folio CC-{dice.randrange(10**6):06}",
            told(units[3]),
        ]
        dice.shuffle(parts)
        return " · ".join(parts)

    def spellings(self, n: int) -> None:
        for value, said in identifiers(n):
            text = f"Se le dijo: {said}, y ya."
            for mask in (netted, masked):
                if digits_left(value, mask(text)):
                    self.faults.append(f"{mask.__name__}: {said}")
        self.count["spellings"] = n

    # --- rows out of reach ---
    def answers(self, n: int) -> None:
        """Of whoever asks wherever: each account in an answer is hers, and in a channel there is none."""
        numbers = numbers_of(self.some)
        mine = {person: set() if person == CLIENTE else reach(person, self.some) for person in PEOPLE}
        before = self.floor.asked
        while self.floor.asked - before < n:
            person, place = self.dice.choice(PEOPLE), self.dice.choice(PLACES)
            each = self.dice.choice(self.some)
            outcome = self._asked(person, place, each)
            self.count[f"rows: {outcome.outcome}"] += 1
            if outcome.answer is None:
                continue
            typed = {each.number.casefold()}  # what she asks for is said back to her
            seen = numbers(str(outcome.answer.rows)) | numbers(outcome.text) - typed
            self.count["rows seen"] += len(seen)
            if seen - mine[person]:
                self.faults.append(f"{person} in {place.kind} saw {sorted(seen - mine[person])[:5]}")
            drawn = self.floor.renderer.outcome(outcome)
            if left := numbers(self.floor.row(drawn.text, drawn.blocks, ROOM.id, drawn.clear)) - typed:
                self.faults.append(f"a channel saw {sorted(left)[:5]}")

    def _asked(self, person: int, place: Place, each: Planted) -> Outcome:
        one, dice = {"account": each.number}, self.dice
        by_it = {"field": "account", "op": "eq", "value": each.number}
        by_agent = {"field": "agent", "op": "eq", "value": dice.choice(("Ana Ruiz", "Carla Méndez", "@me"))}
        by_client = {
            "field": "client",
            "op": "eq",
            "value": dice.choice(("Banco Alameda", "Tiendas La Ceiba")),
        }
        filters = dice.sample((by_it, by_agent, by_client), k=dice.randrange(3))
        intent = dice.choice(
            ("account", "account", "agreement", "may_contact", "accounts", "promises", "kpi")
        )
        wider: dict[str, dict[str, Any]] = {
            "kpi": {"metric": "calls", "dims": ["agent"], "filters": [f for f in filters if f != by_it]},
            "accounts": {"filters": filters, "limit": dice.choice((None, 5))},
            "promises": {"filters": filters},
        }
        return self.floor.run(intent, dict(wider.get(intent, one)), person, place)


def agency(engine: Engine, some: list[Planted]) -> Floor:
    metadata.create_all(engine)
    with writing(engine) as connection:
        fill(connection)
        plant(connection, some)
    refresh(engine, load_calendars(), now=NOW)
    settings = Settings.model_validate({"unmasking": {"a_day": 1000}, "masking": {"fewest": 5}})
    return Floor(build(settings, engine=engine))


def listening() -> io.StringIO:
    """All that is logged, as either kind of line."""
    held, root = io.StringIO(), logging.getLogger()
    for style in (Plain(), Json()):
        handler = logging.StreamHandler(held)
        handler.setFormatter(style)
        root.addHandler(handler)
    root.setLevel(logging.INFO)
    return held


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("debtors", 500), ("sentences", 5000), ("spellings", 20_000), ("answers", 20_000)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--url", default="")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(args.url or f"sqlite:///{Path(folder) / 'masking.db'}")
        some, log = planted(args.debtors, args.seed), listening()
        torture = Torture(agency(engine, some), some, random.Random(args.seed))
        works: tuple[tuple[str, Callable[[], None]], ...] = (
            ("spellings", lambda: torture.spellings(args.spellings)),
            ("sentences", lambda: torture.figures(args.sentences)),
            ("debtors", torture.debtors),
            ("kept", lambda: torture.kept(log.getvalue())),
            ("answers", lambda: torture.answers(args.answers)),
        )
        for name, work in works:
            began = time.perf_counter()
            work()
            print(f"{name}: {time.perf_counter() - began:.0f} s, {len(torture.faults)} found", flush=True)
        engine.dispose()
    print(f"{engine.dialect.name}: {dict(sorted(torture.count.items()))}, {torture.floor.asked} asked")
    print("\n".join(torture.faults[:40]) or "nothing found")
    return 1 if torture.faults else 0


if __name__ == "__main__":
    sys.exit(main())
