"""A real bot process is killed between Slack's "ok" and the answer; the next one answers, once."""

import asyncio
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import aiohttp
from sqlalchemy import Engine, select, update

from bot.app import HOME
from bot.slack.app import SlackEdge
from db.engine import open_engine, reading, writing
from db.migrate import upgrade
from db.tables.house import inbox
from localslack.serve import Server, running
from tests.slack_world import FLOOR, GLORIA, TEAM, World
from tests.small import fill


@asynccontextmanager
async def bot(url: str, server: Server) -> AsyncIterator[Process]:
    """`python -m bot serve` in a process of its own, connected."""
    env = {
        "DATABASE_URL": url,
        "SLACK_API_URL": server.api_url,
        "SLACK_BOT_TOKEN": "xoxb-t",
        "SLACK_APP_TOKEN": "xapp-t",
        "PATH": "/usr/bin:/bin",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", cwd=HOME, env=env, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(30):
            while not server.workspace.sockets.connected:
                await asyncio.sleep(0.05)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def left(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(inbox.c.key).where(inbox.c.work.is_not(None))).scalars())


async def test_kill_between_ack_and_answer(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'cartera.db'}"
    engine = open_engine(url)
    upgrade(engine)
    with writing(engine) as connection:
        fill(connection)
    async with running(TEAM) as server, aiohttp.ClientSession() as http:
        slack = World(server, cast(SlackEdge, None), engine, http)
        async with bot(url, server) as process:
            await slack.do("faults", delay_ms=2_000)  # Slack takes its time to say who is asking
            await slack.say(GLORIA, FLOOR, "@cartera llamadas de este mes")
            await slack.heard()
            process.kill()
            await process.wait()
        assert len(left(engine)) == 1
        assert await slack.messages(FLOOR) == []
        await slack.do("faults", clear=True)
        with writing(engine) as connection:  # instead of waiting until its lease has run out
            connection.execute(update(inbox).values(lease_until=datetime.now(UTC)))
        async with bot(url, server):
            (answer,) = await slack.settled(FLOOR, 1)
            assert "Llamadas" in answer["text"]
            async with asyncio.timeout(5):
                while left(engine):
                    await asyncio.sleep(0.05)
    engine.dispose()
