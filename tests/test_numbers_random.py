"""Agencies drawn at random: every number the product tells is the one counted record by record from words.

A sample of tests/numbers_torture.py: each indicator is asked of each kind of period and each of its splits,
on one of these agencies or another.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine

from db.cells.refresh import refresh
from db.engine import open_engine, reading
from skills.rules import Fees, Rules
from tests.answers_beside import wrong_answers
from tests.conftest import empty_database
from tests.late_files import KINDS, LateFiles
from tests.numbers_beside import CALENDARS, Question, differences, every_question, odd_questions, store
from tests.plain_metrics import RETROACTIVE
from tests.random_agency import draw
from tests.random_rows import NOW

# Seed and accounts: nobody's portfolio, one account alone, a few, and enough for anything to happen.
AGENCIES = ((0, 0), (1, 1), (14, 14), (19, 19))
DATABASES = ("sqlite", "postgresql")
RUNS = [(kind, seed, accounts) for kind in DATABASES for seed, accounts in AGENCIES]


@contextmanager
def stored(
    kind: str, seed: int, accounts: int, request: pytest.FixtureRequest, folder: Path
) -> Iterator[Engine]:
    """The agency in a database of its own, with its cells."""
    with empty_database(kind, request, folder) as url:
        engine = open_engine(url)
        try:
            store(engine, draw(seed, accounts=accounts))
            yield engine
        finally:
            engine.dispose()


def sample() -> list[Question]:
    """Of each indicator every kind of period and every split at least once, each beside another."""
    found: dict[str, tuple[list[str], list[tuple[str, ...]]]] = {}
    for question in every_question():
        periods, splits = found.setdefault(question.name, ([], []))
        periods += [question.period] * (question.period not in periods)
        splits += [question.dims] * (question.dims not in splits)
    asked = [
        Question(name, periods[n % len(periods)], splits[n % len(splits)])
        for name, (periods, splits) in found.items()
        for n in range(max(len(periods), len(splits)))
    ]
    Random(0).shuffle(asked)
    return asked


def share(n: int) -> list[Question]:
    """A run's part of the sample, and questions of its own with filters, two splits and askers' limits."""
    return sample()[n :: len(RUNS)] + list(odd_questions(Random(n), 20))


@pytest.mark.parametrize(("kind", "seed", "accounts"), RUNS)
def test_every_number_is_the_one_counted_from_words(
    kind: str, seed: int, accounts: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    asked = share(RUNS.index((kind, seed, accounts)))
    with stored(kind, seed, accounts, request, tmp_path) as engine, reading(engine) as connection:
        assert list(differences(connection, asked)) == []
        assert list(wrong_answers(connection, sample()[seed :: 5 * len(RUNS)])) == []
        fees = [q for q in every_question() if q.name in ("fee_revenue", "margin")][seed % 5 :: 5]
        again = differences(connection, fees, counts=RETROACTIVE, rules=Rules(fees=Fees(tiers="retroactive")))
        assert list(again) == []


@pytest.mark.parametrize("kind", DATABASES)
def test_files_that_come_late_are_in_the_numbers(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Contacts, reversals, corrected cuts, recalls, teams of the past: only their days are built again."""
    with stored(kind, 23, 12, request, tmp_path) as engine:
        late = LateFiles(draw(23, accounts=12), Random(23), engine, tmp_path)
        for name in sorted(KINDS):
            read = late.send(name).preview
            assert read.new + read.changed
        refresh(engine, CALENDARS, now=NOW)
        with reading(engine) as connection:
            assert list(differences(connection, sample()[::6])) == []
