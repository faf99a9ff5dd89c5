"""Parcels, a poster and a sender for tests, on a real localslack; no conversation and no desk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Engine, select

from bot import outbox
from bot.outbox import Due, Kind, Parcel
from bot.slack.post import Poster
from bot.slack.sender import Sender
from bot.slack.turns import Pool
from bot.slack.workspaces import Credentials, Workspaces
from db.engine import reading, writing
from db.tables.house import outbox as rows
from localslack.serve import Server, running
from tests.slack_world import BOT, FLOOR, TEAM, Clock

SOON = (0.01, 0.01, 0.01)
POST = "chat.postMessage"


def parcel(key: str, kind: Kind = "post", channel: str = FLOOR, **more: Any) -> Parcel:
    body = {"text": f"texto {key}", "asker": "U31", **more.pop("body", {})}
    return Parcel(key, kind, "T1", channel, body, **more)


def workspaces_at(server: Server, session: aiohttp.ClientSession, handlers: list[Any] | None) -> Workspaces:
    """`handlers`: of the client's own retries."""
    base = server.api_url

    async def find(_team: str) -> Credentials:
        return Credentials("xoxb-t", BOT)

    return Workspaces(
        find, lambda token: AsyncWebClient(token, base, session=session, retry_handlers=handlers)
    )


@dataclass
class Mail:
    """A Slack, and senders that share one outbox. Its clock begins now: Slack's stamps are real."""

    server: Server
    session: aiohttp.ClientSession
    engine: Engine
    pool: Pool
    clock: Clock

    def sender(self, owner: str, poster: Poster | None = None) -> Sender:
        made = poster or Poster(workspaces_at(self.server, self.session, []), SOON)
        return Sender(self.engine, made, self.pool, self.clock, owner)

    def put(self, sender: Sender, *parcels: Parcel) -> list[Due]:
        with writing(self.engine) as connection:
            made = [sender.put(connection, each) for each in parcels]
        return [due for due in made if due is not None]

    def texts(self, channel: str = FLOOR) -> list[str]:
        """What stands in the channel, in order."""
        return [m.body["text"] for m in self.server.workspace.store.channels[channel].messages.values()]

    def stamps(self, channel: str = FLOOR) -> list[str]:
        return list(self.server.workspace.store.channels[channel].messages)

    def row(self, key: str) -> Any:
        with reading(self.engine) as connection:
            return connection.execute(select(rows).where(rows.c.key == key)).one()

    def calls(self, method: str) -> list[Any]:
        """The answers that calls of a method got: "ok" or Slack's word for the refusal."""
        found = [each.as_json() for each in self.server.workspace.journal.after(0)]
        answers = [each.get("response") for each in found if (each["kind"], each["name"]) == ("api", method)]
        return [_word(each) for each in answers]

    def faults(self, **faults: Any) -> None:
        self.server.workspace.faults.switch(faults)

    def claim(self, owner: str) -> list[Due]:
        with writing(self.engine) as connection:
            return outbox.claim(connection, owner, self.clock())


def _word(answer: Any) -> str:
    if not isinstance(answer, dict):
        return str(answer)
    return "ok" if answer.get("ok") else str(answer.get("error"))


@asynccontextmanager
async def mail(engine: Engine) -> AsyncIterator[Mail]:
    async with running(TEAM) as server, aiohttp.ClientSession() as session:
        pool = Pool(4)
        try:
            yield Mail(server, session, engine, pool, Clock(datetime.now(UTC)))
        finally:
            pool.close()


async def dead_letters(sender: Sender) -> "asyncio.Queue[tuple[str, str | None]]":
    """Hears of what dies."""
    heard: asyncio.Queue[tuple[str, str | None]] = asyncio.Queue()

    async def note(due: Due, code: str | None) -> None:
        heard.put_nowait((due.parcel.key, code))

    sender.dead = note
    return heard
