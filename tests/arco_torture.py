"""Erases many debtors who left traces everywhere, and looks for each of them in all that is kept.

`python -m tests.arco_torture [--debtors 50] [--url URL]`: on SQLite, or on an empty PostgreSQL database.
"""

import argparse
import sys
import tempfile
from time import perf_counter

from db.engine import open_engine, writing
from db.tables import metadata
from tests.small import fill
from tests.test_arco import chain, erased, found, in_the_file, planted


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--debtors", type=int, default=50)
    asked.add_argument("--url")
    args = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(args.url or f"sqlite:///{folder}/cartera.db")
        metadata.create_all(engine)
        with writing(engine) as connection:
            fill(connection)
        people = planted(engine, args.debtors)
        started = perf_counter()
        for who in people:
            erased(engine, who)
        took = perf_counter() - started
        left = found(engine, {trace for who in people for trace in who.traces})
        lite = engine.dialect.name == "sqlite"
        in_file = in_the_file(engine, people) if lite else []
        broken = chain(engine)
        print(f"{len(people)} erased in {took:.1f} s; the chain: {broken or 'holds'}")
        print(f"{len(left)} traces in the tables, {len(in_file)} in the file")
        engine.dispose()
    return 1 if left or in_file or broken else 0


if __name__ == "__main__":
    sys.exit(main())
