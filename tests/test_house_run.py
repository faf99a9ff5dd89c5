"""`python -m bot run`, whole: bot and local Slack in their own processes, one question, and a clean end."""

import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app import HOME
from bot.commands.run import declared
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.engine import open_engine, writing
from db.migrate import upgrade
from tests.small import GLORIA, NOW, fill

PATIENCE = 60


@pytest.fixture
def product(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Running on the small company, so that no demo is seeded; its page's address."""
    url = f"sqlite:///{tmp_path / 'cartera.db'}"
    engine = open_engine(url)
    upgrade(engine)
    with writing(engine) as connection:
        fill(connection)
    refresh(engine, load_calendars(), now=NOW)
    engine.dispose()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=HOME,
        env={"DATABASE_URL": url, "PATH": "/usr/bin:/bin"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process, _address(process)
    finally:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def _address(process: subprocess.Popen[str]) -> str:
    """Once it says that it is connected."""
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if "Ctrl+C" in line:
            break
    found = re.search(r"http://127\.0\.0\.1:\d+", said)
    assert found, said
    return found.group()


def _call(url: str, body: dict[str, str] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


def test_the_local_slack_sends_what_the_app_subscribes_to() -> None:
    assert "message.im" in declared()["events"]
    assert "reaction_added" not in declared()["events"]
    assert [each["type"] for each in declared()["shortcuts"]] == ["global", "global", "message"]


def test_a_question_in_the_local_slack(product: tuple[subprocess.Popen[str], str]) -> None:
    process, url = product
    said = {"user": f"U{GLORIA}", "channel": "operaciones", "text": "<@U0CARTERA> ¿TMO de este mes?"}
    assert _call(f"{url}/control/say", said)["ok"]
    until = time.monotonic() + PATIENCE
    texts: list[str] = []
    while len(texts) < 2 and time.monotonic() < until:
        time.sleep(0.1)
        texts = [m["text"] for m in _call(f"{url}/control/messages?channel=operaciones")["messages"]]
    assert texts[1].startswith("TMO")
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    with pytest.raises(OSError):
        _call(f"{url}/control/messages?channel=operaciones")  # the local Slack is gone with it
