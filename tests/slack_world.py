"""The whole edge over real sockets: the unmodified Bolt app against localslack, the real reader and desk
on the company of tests/small.py."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import aiohttp
from pydantic import SecretStr
from sqlalchemy import Engine, select

from bot.desk import Desk
from bot.rights import rights_of
from bot.sections import Channels, Operations, Slack, Writes
from bot.settings import Settings
from bot.slack.app import SlackEdge, build_slack
from bot.slack.http import EVENTS
from db.tables.house import audit
from localslack.serve import Server, running
from skills import all_skills
from skills.rules import Masking
from tests.slow_skill import Gates, house, read_also
from tests.small import NOW

JSON = dict[str, Any]
MANIFEST = json.loads((Path(__file__).parent.parent / "manifest.json").read_text(encoding="utf-8"))
BOT, LAURA, MARCO, ANA, GLORIA, EXTERNAL = "UCARTERA", "U11", "U12", "U21", "U31", "U99"
CLIENTE, CARO = "U32", "U33"
FLOOR, AWAY = "C1", "C2"
NAMES = {LAURA: "laura", MARCO: "marco", ANA: "ana", GLORIA: "gloria", EXTERNAL: "externa"}
NAMES |= {CLIENTE: "oscar", CARO: "caro"}
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
        "shortcuts": MANIFEST["features"]["shortcuts"],
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


@dataclass
class Clock:
    """The moment the product has; it stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@dataclass
class World:
    server: Server
    edge: SlackEdge
    engine: Engine
    http: aiohttp.ClientSession
    clock: Clock = field(default_factory=Clock)
    gates: Gates = field(default_factory=Gates)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _serving: "asyncio.Task[None] | None" = None

    async def start(self) -> None:
        self._serving = asyncio.create_task(self.edge.serve(self._stop))
        async with asyncio.timeout(10):
            await self.edge.ready.wait()
        if self.edge.settings.slack.mode == "http":
            told = await self.do("app", request_url=f"{self.edge.address}{EVENTS}")
            assert told["verified"], told

    async def stop(self) -> None:
        self.gates.open()
        self._stop.set()
        if self._serving is not None:
            await self._serving
            self._serving = None

    async def do(self, act: str, **body: Any) -> JSON:
        async with self.http.post(f"{self.server.url}/control/{act}", json=body) as answer:
            done = await answer.json()
        assert done["ok"], done
        return dict(done)

    async def do_get(self, what: str, **query: str) -> JSON:
        async with self.http.get(f"{self.server.url}/control/{what}", params=query) as answer:
            found = await answer.json()
        assert found["ok"], found
        return dict(found)

    async def file(self, file_id: str, viewer: str) -> bytes:
        """A file as this person downloads it."""
        query = {"id": file_id, "viewer": viewer}
        async with self.http.get(f"{self.server.url}/control/file", params=query) as answer:
            assert answer.status == 200, answer.status
            return await answer.read()

    async def say(self, user: str, channel: str, text: str, thread: str | None = None) -> str:
        more = {"thread_ts": thread} if thread else {}
        return str((await self.do("say", user=user, channel=channel, text=text, **more))["ts"])

    async def dm(self, user: str) -> str:
        room = str((await self.do("open_dm", user=user, **{"with": BOT}))["channel"]["id"])
        if self._serving is not None:
            await self.heard()
        return room

    async def heard(self) -> None:
        """Waits until the bot has acked all that it was told."""
        async with asyncio.timeout(10):
            while any("response" not in each for each in await self._log() if each["kind"] == "envelope"):
                await asyncio.sleep(0.01)

    async def click(self, user: str, message: JSON, label: str) -> None:
        (found,) = [b for b in buttons(message) if b["text"]["text"] == label]
        where = {"channel": message["channel"], "ts": message["ts"], "action_id": found["action_id"]}
        assert (await self.do("click", user=user, **where))["acked"]

    async def messages(self, channel: str, viewer: str | None = None) -> list[JSON]:
        """The bot's messages, in order, as this viewer sees them; without one that still grows."""
        query = {"channel": channel, "limit": "500"} | ({"viewer": viewer} if viewer else {})
        async with self.http.get(f"{self.server.url}/control/messages", params=query) as answer:
            found = (await answer.json())["messages"]
        return [each for each in found if each["user"] == BOT and not each.get("streaming")]

    async def answers(self, channel: str, n: int = 1, viewer: str | None = None) -> list[JSON]:
        """Waits until the bot has said `n` things there."""
        async with asyncio.timeout(10):
            while len(found := await self.messages(channel, viewer)) < n:
                await asyncio.sleep(0.02)
        return found

    async def settled(self, channel: str, n: int) -> list[JSON]:
        """`n` answers and, a moment later, still no more."""
        await self.answers(channel, n)
        if self._serving is not None:
            await self.heard()
        await asyncio.sleep(0.15)
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


ACTIONS = {each.name: each for skill in all_skills() for each in skill.actions}


@asynccontextmanager
async def world(
    engine: Engine,
    *,
    channels: Channels | None = None,
    desk: Any = None,
    mode: Literal["socket", "http"] = "socket",
    kind: type[Desk] = Desk,
    writes: Writes | None = None,
    operations: Operations | None = None,
    masking: Masking | None = None,
    **edge_parts: Any,
) -> AsyncIterator[World]:
    """localslack, the edge and a control client, until the block ends. `desk` replaces the desk, `kind` is
    another make of it; `mode` is how Slack reaches the bot."""
    async with running(TEAM) as server, aiohttp.ClientSession() as http:
        settings = Settings(slack=reaching(server, mode=mode), channels=channels or Channels())
        given: JSON = {"writes": writes or settings.writes, "operations": operations or settings.operations}
        given["masking"] = masking or Masking(fewest=0)  # in so small a company every group is too small
        settings = settings.model_copy(update=given)
        clock, gates, app = Clock(), Gates(), house()
        rights = rights_of((*all_skills(), gates.skill()))
        parts = (engine, settings, app.catalogue, app.texts, rights, app.calendars, read_also)
        edge = build_slack(settings, desk or kind(*parts, actions=ACTIONS), engine, app.texts, clock=clock)
        for name, part in edge_parts.items():
            setattr(edge, name, part)
        built = World(server, edge, engine, http, clock, gates)
        await built.start()
        try:
            yield built
        finally:
            await built.stop()


def reaching(server: Server, token: str = "xoxb-t", mode: Literal["socket", "http"] = "socket") -> Slack:
    return Slack(
        mode=mode,
        port=0,
        bot_token=SecretStr(token),
        app_token=SecretStr("xapp-t"),
        signing_secret=SecretStr("s"),
        api_url=server.api_url.rstrip("/"),
    )


def buttons(message: JSON) -> list[JSON]:
    rows = [block["elements"] for block in message.get("blocks", ()) if block["type"] == "actions"]
    return [button for row in rows for button in row]


def labels(message: JSON) -> list[str]:
    return [str(button["text"]["text"]) for button in buttons(message)]


def shown(message: JSON) -> str:
    """All that the blocks say."""
    return json.dumps(message.get("blocks", []), ensure_ascii=False)
