"""Throws mutants at the real bot over a real socket and counts what becomes of them.

python -m tests.slack_fuzz --n 50000 [--seed 1] [--database URL]
"""

import argparse
import asyncio
import logging
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr
from sqlalchemy import Engine

from bot.app import build
from bot.sections import Slack
from bot.settings import Settings
from bot.slack.app import build_slack
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.engine import open_engine, writing
from db.tables import metadata
from localslack.serve import running
from tests.slack_door import Door
from tests.slack_mutants import Mutant, mutants
from tests.slack_requests import NOW
from tests.slack_world import TEAM
from tests.small import NOW as TODAY
from tests.small import fill

AT_ONCE = 4
# A workspace, channel, thread or answer address that a mutant made up: Bolt or Slack says no, as it should.
REFUSED = re.compile(r"SlackApiError|_not_found|a post \(|took no answer|the AuthorizeResult")


@dataclass
class Found:
    """What became of the mutants. `faults` are errors that nobody meant to happen."""

    answers: Counter[tuple[bool, int]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)  # by Slack, as it should
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def shown(self) -> str:
        lines = []
        for kind, seconds in sorted(self.seconds.items()):
            took = sorted(1000 * each for each in seconds)
            p50, p99 = (took[int(len(took) * share)] for share in (0.5, 0.99))
            lines.append(
                f"{kind:14} {len(took):6}  p50 {p50:.1f} ms  p99 {p99:.1f} ms  most {took[-1]:.0f} ms"
            )
        return "\n".join([*lines, f"uncaught: {len(self.faults)}", *sorted(set(self.faults))])


class Witness(logging.Handler):
    """Hears of what went wrong: everything logged as an error, and what no task has caught."""

    def __init__(self, found: Found) -> None:
        super().__init__(logging.ERROR)
        self._found = found

    def emit(self, record: logging.LogRecord) -> None:
        said = re.sub("ref=[0-9A-F]+ ", "", record.getMessage())
        if REFUSED.search(said):
            self._found.refused[said] += 1
        else:
            self._found.faults.append(f"{record.name}: {said}")

    def uncaught(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._found.faults.append(f"uncaught: {context.get('message')} {context.get('exception')!r}")


@asynccontextmanager
async def real_bot(engine: Engine) -> AsyncIterator[tuple[str, str]]:
    """The bot as it is started, taking signed HTTP; its address, and that of its Slack."""
    team = {**TEAM, "bot": {**TEAM["bot"], "signing_secret": NOW}}
    async with running(team) as server:
        given: Any = {"bot_token": SecretStr("xoxb-t"), "signing_secret": SecretStr(NOW)}
        slack = Slack(mode="http", port=0, api_url=server.api_url, **given)
        app = build(Settings(slack=slack), engine=engine)
        edge = build_slack(app.settings, app.desk, engine, app.texts)
        stop = asyncio.Event()
        serving = asyncio.create_task(edge.serve(stop))
        try:
            async with asyncio.timeout(20):
                await edge.ready.wait()
            yield edge.address, server.url
        finally:
            stop.set()
            await serving


async def fuzz(engine: Engine, n: int, seed: int) -> Found:
    found = Found()
    witness = Witness(found)
    asyncio.get_running_loop().set_exception_handler(witness.uncaught)
    logging.getLogger().addHandler(witness)
    try:
        async with real_bot(engine) as (address, slack), aiohttp.ClientSession() as http:
            line = mutants(n, seed, slack)
            await asyncio.gather(*(_throw(Door(address, http), line, found) for _ in range(AT_ONCE)))
    finally:
        logging.getLogger().removeHandler(witness)
    return found


async def _throw(door: Door, line: Any, found: Found) -> None:
    mutant: Mutant
    for mutant in line:
        start = time.perf_counter()
        status = await door.send(mutant.request, mutant.headers)
        took = time.perf_counter() - start
        signed = "signed" if mutant.signed else "unsigned"
        for kind in ("all", signed, f"{signed} {status}"):
            found.seconds[kind].append(took)
        found.answers[mutant.signed, status] += 1


def prepared(url: str) -> Engine:
    engine = open_engine(url)
    metadata.create_all(engine)
    with writing(engine) as connection:
        fill(connection)
    refresh(engine, load_calendars(), now=TODAY)
    return engine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", help="an empty one; a SQLite file of its own where none is named")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = prepared(args.database or f"sqlite:///{Path(folder) / 'fuzz.db'}")
        print(asyncio.run(fuzz(engine, args.n, args.seed)).shown())
        engine.dispose()


if __name__ == "__main__":
    main()
