"""The house keeps its shape: floors, fences, sizes, words. Each fence is shown a planted violation."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import floors

HOME = Path(__file__).parent.parent
OUR_FOLDERS = ("bot", "skills", "db", "localslack", "migrations", "tests", "benchmarks")
Fence = Callable[[Path], list[str]]


def everything_short(root: Path) -> list[str]:
    return floors.too_long(root, *OUR_FOLDERS)


def vague_names(root: Path) -> list[str]:
    return floors.with_names(root, lambda name: name.endswith(("Manager", "Helper", "Utils", "Base")))


FENCES: dict[str, Fence] = {
    "floors": floors.upward_imports,
    "skills": floors.skills_that_know_another,
    "third parties": floors.broken_fences,
    "environment": floors.environment_readers,
    "sql": floors.sql_strings,
    "sizes": everything_short,
    "sentences": floors.sentences_in_code,
    "docstrings": floors.undocumented,
    "names": vague_names,
}
LONG_FUNCTION = "def f() -> None:\n" + "    pass\n" * 60
PLANTED = {
    "floors": [
        ("db/x.py", "import skills.contract"),
        ("db/x.py", "def f():\n    from bot.desk import Desk"),
        ("skills/kpi/x.py", "from bot import desk"),
        ("bot/x.py", "import localslack.server"),
        ("localslack/x.py", "from db.engine import reading"),
    ],
    "skills": [
        ("skills/kpi/x.py", "from skills.help.skill import SKILL"),
        ("skills/kpi/x.py", "import skills.help"),
        ("skills/agree/x.py", "from skills.agreement import x"),
        ("skills/lawful.py", "from skills.agree.record import ROLES"),
    ],
    "third parties": [
        ("bot/desk.py", "from slack_sdk import WebClient"),
        ("bot/x.py", "import apscheduler.schedulers"),
        ("db/cells/x.py", "import polars as pl"),
        ("skills/x.py", "from langchain.chat_models import init_chat_model"),
    ],
    "environment": [
        ("bot/x.py", "import os\nos.environ['A']"),
        ("db/x.py", "from os import getenv"),
        ("skills/x.py", "import os\nos.getenv('A')"),
    ],
    "sql": [("db/x.py", "from sqlalchemy import text")],
    "sizes": [("bot/x.py", "x = 1\n" * 401), ("db/x.py", LONG_FUNCTION), ("tests/x.py", "x = 1\n" * 401)],
    "sentences": [
        ("skills/kpi/x.py", "def f():\n    '''Dice qué pasó.'''\n    return 'Aún no hay datos'"),
        ("bot/x.py", "f'¿Cuál {1}?'"),
    ],
    "docstrings": [("db/x.py", "x = 1")],
    "names": [("bot/x.py", "class TextManager: ...")],
}
ALLOWED = [
    ("bot/slack/x.py", "import slack_sdk"),
    ("db/loading/x.py", "import polars"),
    (
        "skills/kpi/x.py",
        "from skills.contract import Answer\nfrom skills.kpi import draw\nfrom db import access",
    ),
    ("bot/x.py", "from skills.contract import Answer\nimport db.engine"),
    ("bot/settings.py", "import os\nos.environ"),
    ("db/x.py", 'def f():\n    """Qué pasó."""\n    return "roll rate"'),
]


@pytest.mark.parametrize("name", FENCES)
def test_the_house_stands(name: str) -> None:
    assert FENCES[name](HOME) == []


@pytest.mark.parametrize(
    ("name", "file", "code"), [(n, f, c) for n, all_ in PLANTED.items() for f, c in all_]
)
def test_a_planted_violation_is_caught(tmp_path: Path, name: str, file: str, code: str) -> None:
    _plant(tmp_path, file, code)
    assert len(FENCES[name](tmp_path)) == 1


@pytest.mark.parametrize(("file", "code"), ALLOWED)
def test_what_is_right_is_left_alone(tmp_path: Path, file: str, code: str) -> None:
    _plant(tmp_path, file, f'"""What it is for."""\n{code}\n')
    assert {name: fence(tmp_path) for name, fence in FENCES.items() if fence(tmp_path)} == {}


def _plant(root: Path, file: str, code: str) -> None:
    path = root / file
    path.parent.mkdir(parents=True)
    path.write_text(code, encoding="utf-8")
