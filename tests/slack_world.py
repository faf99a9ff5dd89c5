"""The whole edge over real sockets: the unmodified Bolt app against localslack, the real reader and desk
on the company of tests/small.py."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr
from sqlalchemy import Engine, select

from bot.app import App, build, reader
from bot.desk import Desk, Read
from bot.settings import Channels, Settings, Slack
from bot.slack.app import SlackEdge, build_slack
from db.access import Names
from db.tables.house import audit
from localslack.serve import Server, running
from tests.small import NOW

JSON = dict[str, Any]
MANIFEST = json.loads((Path(__file__).parent.parent / "manifest.json").read_text(encoding="utf-8"))
BOT, LAURA, MARCO, ANA, GLORIA, EXTERNAL = "UCARTERA", "U11", "U12", "U21", "U31", "U99"
FLOOR, AWAY = "C1", "C2"
NAMES = {LAURA: "laura", MARCO: "marco", ANA: "ana", GLORIA: "gloria", EXTERNAL: "externa"}
TEAM: JSON = {
    "team": {"id": "T1", "name": "Agencia"},
    "bot": {
        "user_id": BOT,
        "name": "Cartera",
        "token": "xoxb-t",
        "app_token": "xapp-t",
        "signing_secret": "s",
        "commands": ["/cartera"],
        "events": MANIFEST["settings"]["event_subscriptions"]["bot_events"],
    },
    "users": [
        {"id": key, "name": name, "real_name": name.title(), "locale": "en-US" if key == MARCO else "es-MX"}
        for key, name in NAMES.items()
    ],
    "channels": [
        {"id": FLOOR, "name": "cobranza", "members": [BOT, *NAMES]},
        {"id": AWAY, "name": "sin-bot", "members": list(NAMES)},
    ],
}


def with_a_fault(app: App) -> Callable[[Names], Read]:
    """The product's own reader, which fails at one word: what a fault of ours looks like from Slack."""

    def read_with(names: Names) -> Read:
        real = reader(app.catalogue, names, app.settings).read

        def read(text: str, **more: Any) -> Any:
            if text == "revienta":
                raise RuntimeError(f"secreto de {text}")
            return real(text, **more)

        return read

    return read_with


@dataclass
class World:
    server: Server
    edge: SlackEdge
    engine: Engine
    http: aiohttp.ClientSession
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _serving: "asyncio.Task[None] | None" = None

    async def start(self) -> None:
        self._serving = asyncio.create_task(self.edge.serve(self._stop))
        async with asyncio.timeout(10):
            await self.edge.ready.wait()

    async def stop(self) -> None:
        self._stop.set()
        if self._serving is not None:
            await self._serving
            self._serving = None

    async def do(self, act: str, **body: Any) -> JSON:
        async with self.http.post(f"{self.server.url}/control/{act}", json=body) as answer:
            done = await answer.json()
        assert done["ok"], done
        return dict(done)

    async def say(self, user: str, channel: str, text: str, thread: str | None = None) -> str:
        more = {"thread_ts": thread} if thread else {}
        return str((await self.do("say", user=user, channel=channel, text=text, **more))["ts"])

    async def dm(self, user: str) -> str:
        return str((await self.do("open_dm", user=user, **{"with": BOT}))["channel"]["id"])

    async def click(self, user: str, message: JSON, label: str) -> None:
        (found,) = [b for b in buttons(message) if b["text"]["text"] == label]
        where = {"channel": message["channel"], "ts": message["ts"], "action_id": found["action_id"]}
        assert (await self.do("click", user=user, **where))["acked"]

    async def messages(self, channel: str, viewer: str | None = None) -> list[JSON]:
        """The bot's messages, in order, as this viewer sees them."""
        query = {"channel": channel, "limit": "500"} | ({"viewer": viewer} if viewer else {})
        async with self.http.get(f"{self.server.url}/control/messages", params=query) as answer:
            found = (await answer.json())["messages"]
        return [each for each in found if each["user"] == BOT]

    async def answers(self, channel: str, n: int = 1, viewer: str | None = None) -> list[JSON]:
        """Waits until the bot has said `n` things there."""
        async with asyncio.timeout(10):
            while len(found := await self.messages(channel, viewer)) < n:
                await asyncio.sleep(0.02)
        return found

    async def settled(self, channel: str, n: int) -> list[JSON]:
        """`n` answers and, a moment later, still no more."""
        await self.answers(channel, n)
        await asyncio.sleep(0.25)
        return await self.messages(channel)

    async def calls(self, method: str) -> list[JSON]:
        """What the bot sent to one Web API method."""
        return [each for each in await self._log() if (each["kind"], each["name"]) == ("api", method)]

    async def delivered(self, event: str) -> list[JSON]:
        """The envelopes of one kind of event, made by people, that went to the bot."""
        sent = [each for each in await self._log() if each["kind"] == "envelope"]
        events = [each["payload"]["payload"].get("event", {}) for each in sent]
        return [each for each in events if each.get("type") == event and each.get("user") != BOT]

    async def _log(self) -> list[JSON]:
        async with self.http.get(f"{self.server.url}/control/log") as answer:
            return list((await answer.json())["entries"])

    def audited(self) -> list[Any]:
        columns = (audit.c.actor, audit.c.entrance, audit.c.place, audit.c.outcome)
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(select(*columns).order_by(audit.c.id))]


@asynccontextmanager
async def world(
    engine: Engine, *, channels: Channels | None = None, desk: Any = None, **edge_parts: Any
) -> AsyncIterator[World]:
    """localslack, the edge and a control client, until the block ends."""
    async with running(TEAM) as server, aiohttp.ClientSession() as http:
        settings = Settings(slack=reaching(server), channels=channels or Channels())
        app = build(settings, engine=engine)
        real = Desk(engine, settings, app.catalogue, app.texts, app.rights, app.calendars, with_a_fault(app))
        edge = build_slack(settings, desk or real, engine, app.texts, clock=lambda: NOW)
        for name, part in edge_parts.items():
            setattr(edge, name, part)
        built = World(server, edge, engine, http)
        await built.start()
        try:
            yield built
        finally:
            await built.stop()


def reaching(server: Server, token: str = "xoxb-t") -> Slack:
    api_url = server.api_url.rstrip("/")
    return Slack(bot_token=SecretStr(token), app_token=SecretStr("xapp-t"), api_url=api_url)


def buttons(message: JSON) -> list[JSON]:
    rows = [block["elements"] for block in message.get("blocks", ()) if block["type"] == "actions"]
    return [button for row in rows for button in row]


def labels(message: JSON) -> list[str]:
    return [str(button["text"]["text"]) for button in buttons(message)]


def shown(message: JSON) -> str:
    """All that the blocks say."""
    return json.dumps(message.get("blocks", []), ensure_ascii=False)
