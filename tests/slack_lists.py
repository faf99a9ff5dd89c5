"""The floor of conversations with a skill that lists as much as it is told to, and a page for links."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import aiohttp
from pydantic import BaseModel, ConfigDict
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Engine

from bot.app import build
from bot.settings import Settings
from bot.slack.app import build_slack
from bot.slack.buttons import pack
from localslack.serve import running
from skills import all_skills
from skills.contract import Answer, Context, Question, Skill, Table, Trend, Value
from skills.rules import Masking
from tests.slack_world import JSON, TEAM, Clock, World, reaching, shown
from tests.test_slack_workbook import BASIS

PUBLIC = "https://cartera.example"


class ListRequest(BaseModel):
    """How much of what: enough to go past every limit of a message."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int = 0
    points: int = 0
    sensitive: bool = False


def listed(_context: Context, request: ListRequest) -> Answer:
    rows = tuple((f"Asesora {n}", Value(Decimal(n) / 1000, "rate")) for n in range(request.rows))
    series = (("Alameda", tuple(Decimal(n) for n in range(request.points))),)
    parts: tuple[Any, ...] = (Table("Cumplidas", ("Asesora", "Cumplidas"), rows),) if rows else ()
    if request.points:
        parts += (
            Trend("Por día", "line", "count", tuple(f"día {n}" for n in range(request.points)), series),
        )
    return Answer("La lista", "Todas", parts, rows=tuple({"n": n} for n in range(request.rows)), basis=BASIS,
                  sensitive=request.sensitive)  # fmt: skip


LISTS = Skill("lists", (Question("lists", ListRequest, frozenset({"manager", "supervisor"}), listed),))


@dataclass
class Floor(World):
    """The world of conversations, with a skill that lists and a page for links."""

    async def offered(self, user: str, **fields: Any) -> JSON:
        """A message of the bot's in this person's direct messages, with buttons that ask for a list."""
        channel = await self.dm(user)
        value = pack({"lists": fields})
        made = [
            {
                "type": "button",
                "action_id": each,
                "text": {"type": "plain_text", "text": each},
                "value": value,
            }
            for each in ("ask:0", "excel", "image")
        ]
        client = AsyncWebClient("xoxb-t", base_url=self.server.api_url, session=self.http)
        row = [{"type": "actions", "block_id": "row1:", "elements": made}]
        posted = await client.chat_postMessage(channel=channel, text="Pide", blocks=row)
        return {"channel": channel, "ts": posted["ts"], "blocks": row}

    async def said(self, message: JSON, n: int, user: str) -> list[JSON]:
        """What the bot has said after that message."""
        return [
            each
            for each in (await self.answers(message["channel"], n + 1, user))
            if each["ts"] != message["ts"]
        ]

    async def linked(self, user: str, **fields: Any) -> str:
        """Where the link goes that this person got, on this bot's own address."""
        message = await self.offered(user, rows=3, sensitive=True, **fields)
        await self.click(user, message, "excel")
        (word,) = await self.said(message, 1, user)
        assert word["ephemeral"] is True
        (path,) = re.findall(rf"<{PUBLIC}(/d/[\w-]+)\|", shown(word))
        return f"{self.edge.address}{path}"


@asynccontextmanager
async def floor(engine: Engine, public_url: str | None = PUBLIC) -> AsyncIterator[Floor]:
    async with running(TEAM) as server, aiohttp.ClientSession() as http:
        slack = reaching(server).model_copy(update={"public_url": public_url, "port": 0})
        settings = Settings(slack=slack, masking=Masking(fewest=0))
        app = build(settings, engine=engine, skills=(*all_skills(), LISTS))
        clock = Clock()
        built = Floor(
            server, build_slack(settings, app.desk, engine, app.texts, clock=clock), engine, http, clock=clock
        )
        await built.start()
        try:
            yield built
        finally:
            await built.stop()


def file_of(message: JSON) -> JSON:
    (file,) = message["files"]
    return dict(file)


def all_of(slack: Floor, query: Any) -> list[Any]:
    with slack.engine.connect() as connection:
        return list(connection.execute(query))
