"""Hundreds of agencies drawn at random, each asked every indicator (python -m tests.numbers_torture).

Each gets late files too, read by a refresh of the days they touch: the numbers are counted again, and the
cells compared with those of a full build. On SQLite, one in four on PostgreSQL.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

from sqlalchemy import Engine, Table, select

from benchmarks.postgres import running
from db.cells.refresh import refresh
from db.engine import open_engine, reading
from db.loading import LoadingRefused
from db.tables import cells
from skills.rules import Fees, Rules
from tests.answers_beside import wrong_answers
from tests.late_files import KINDS, LateFiles
from tests.numbers_beside import CALENDARS, Question, differences, every_question, odd_questions, store
from tests.plain_metrics import RETROACTIVE
from tests.random_agency import draw
from tests.random_rows import NOW, Agency

ROUNDS, FILES = 2, 5
KEPT_ASIDE = ("dirty_days", "built_days", "cell_versions")  # what is to be done, and when it was
BUILT = [t for t in vars(cells).values() if isinstance(t, Table) and t.name not in KEPT_ASIDE]
Rows = dict[str, set[tuple[object, ...]]]


def of_agency(engine: Engine, seed: int, share: int, folder: Path) -> Iterator[str]:
    """What is told differently of one agency, one question in `share` of all those there are."""
    rnd, made = Random(seed), draw(seed, accounts=seed % 20)
    store(engine, made)
    asked = [*list(every_question())[seed % share :: share], *odd_questions(rnd, 50)]
    yield from _wrong(engine, asked)
    if seed % 20:
        yield from _after_late_files(engine, made, rnd, folder)


def _wrong(engine: Engine, asked: list[Question]) -> Iterator[str]:
    with reading(engine) as connection:
        yield from differences(connection, asked)
        yield from wrong_answers(connection, asked[::10])
        fees = [question for question in asked if question.name in ("fee_revenue", "margin")]
        rules = Rules(fees=Fees(tiers="retroactive"))
        yield from differences(connection, fees, counts=RETROACTIVE, rules=rules)


def _after_late_files(engine: Engine, made: Agency, rnd: Random, folder: Path) -> Iterator[str]:
    late, every = LateFiles(made, rnd, engine, folder), list(every_question())
    for _ in range(ROUNDS):
        kinds = rnd.choices(sorted(KINDS), k=FILES)
        for kind in kinds:
            try:
                late.send(kind)
            except LoadingRefused:  # a file whose every line is refused is none
                continue
        refresh(engine, CALENDARS, now=NOW)
        said = f"after {', '.join(kinds)}: "
        yield from (said + line for line in _wrong(engine, rnd.sample(every, 150)))
    built = rows_built(engine)
    refresh(engine, CALENDARS, now=NOW, full=True)
    whole = rows_built(engine)
    yield from (f"{name} is not as a full build makes it" for name in built if built[name] != whole[name])


def rows_built(engine: Engine) -> Rows:
    with reading(engine) as connection:
        return {t.name: {tuple(row) for row in connection.execute(select(*t.c))} for t in BUILT}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=200, help="agencies")
    parser.add_argument("--first", type=int, default=0, help="seed of the first")
    parser.add_argument("--share", type=int, default=4, help="ask one question in so many")
    args = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as server, running(Path(server)) as postgresql:
        for seed in range(args.first, args.first + args.n):
            with tempfile.TemporaryDirectory() as folder:
                sqlite = f"sqlite:///{Path(folder) / 'agency.db'}"
                engine = open_engine(sqlite if seed % 4 else postgresql(f"agency_{seed}"))
                for line in of_agency(engine, seed, args.share, Path(folder)):
                    wrong += 1
                    print(f"seed {seed}: {line}", flush=True)
                engine.dispose()
    print(f"{args.n} agencies, {wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
