"""Hundreds of agencies drawn at random, each asked every indicator (python -m tests.numbers_torture).

On SQLite; `make test` holds a sample on PostgreSQL too.
"""

import argparse
import tempfile
from pathlib import Path
from random import Random

from db.engine import open_engine, reading
from tests.numbers_beside import differences, every_question, odd_questions, store
from tests.random_agency import draw


def of_agency(seed: int, folder: Path, share: int) -> list[str]:
    """What is told differently of one agency, asked one question in `share` and fifty odd ones."""
    engine = open_engine(f"sqlite:///{folder / 'agency.db'}")
    try:
        store(engine, draw(seed, accounts=seed % 20))
        asked = [*list(every_question())[seed % share :: share], *odd_questions(Random(seed), 50)]
        with reading(engine) as connection:
            return list(differences(connection, asked))
    finally:
        engine.dispose()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=200, help="agencies")
    parser.add_argument("--first", type=int, default=0, help="seed of the first")
    parser.add_argument("--share", type=int, default=4, help="ask one question in so many")
    args = parser.parse_args()
    wrong = 0
    for seed in range(args.first, args.first + args.n):
        with tempfile.TemporaryDirectory() as folder:
            for line in of_agency(seed, Path(folder), args.share):
                wrong += 1
                print(f"seed {seed}: {line}")
    print(f"{args.n} agencies, {wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
