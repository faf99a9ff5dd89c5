"""Builds the Slack edge and keeps it connected. Knows tokens and sockets, no message."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Engine

from bot.settings import Settings
from bot.slack.conversation import Conversation, Desk, Edge
from bot.slack.faults import SLACK_FAULTS, CannotServe, log, slack_code
from bot.slack.listeners import Keys, inbox_keys, register
from bot.slack.people import Profiles
from bot.slack.post import Poster
from bot.slack.records import Records
from bot.slack.render import Renderer
from bot.slack.rooms import Rooms
from bot.slack.turns import Pool, Turns, Underway
from skills.text import Texts

TEXT_FILE = Path(__file__).with_name("text.yaml")
TIMEOUT = 10
SLACK = "https://slack.com/api/"
LAST_WORDS = 10.0  # seconds that answers under way may still take when the bot is told to stop


def build_slack(
    settings: Settings,
    desk: Desk,
    engine: Engine,
    texts: Texts,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> "SlackEdge":
    """`texts` holds the sentences of TEXT_FILE. Raises CannotServe where the settings do not suffice."""
    language = settings.agency.language
    if settings.slack.mode == "http":
        raise CannotServe(texts.say(language, "slack.http_mode"))
    if settings.slack.missing:
        raise CannotServe(texts.say(language, "slack.no_tokens"))
    return SlackEdge(settings, desk, Records(engine), texts, clock)


@dataclass
class SlackEdge:
    """`ready` is set once Slack delivers to this process."""

    settings: Settings
    desk: Desk
    records: Records
    texts: Texts
    clock: Callable[[], datetime]
    keys: Keys = inbox_keys
    rooms: type[Rooms] = Rooms

    def __post_init__(self) -> None:
        self.ready = asyncio.Event()

    async def serve(self, stop: asyncio.Event) -> None:
        """Until `stop`: then no new event is taken, and the answers under way are finished."""
        pool = Pool(self.settings.limits.workers)
        try:
            await pool.run(self.records.forget, self.clock())
            async with aiohttp.ClientSession() as session:
                await self._connected(session, pool, stop)
        finally:
            self.ready.clear()
            pool.close()

    async def _connected(self, session: aiohttp.ClientSession, pool: Pool, stop: asyncio.Event) -> None:
        client = self._client(session, "bot_token")
        me = await self._called(client.auth_test())
        underway = Underway()
        app = self._bolt(client, me, pool, underway)
        handler = AsyncSocketModeHandler(
            app, self._secret("app_token"), web_client=self._client(session, "app_token")
        )
        try:
            # connect_async tries for ever; a wrong token should be said, not tried again.
            handler.client.wss_uri = await self._called(handler.client.issue_new_wss_url())
            await handler.client.connect()  # type: ignore[no-untyped-call]
            self.ready.set()
            log.info("connected to Slack")
            await stop.wait()
        finally:
            await handler.client.close()  # type: ignore[no-untyped-call]
            await underway.settle(LAST_WORDS)

    def _bolt(
        self, client: AsyncWebClient, me: Mapping[str, Any], pool: Pool, underway: Underway
    ) -> AsyncApp:
        app = AsyncApp(client=client, logger=log, attaching_conversation_kwargs_enabled=False)
        zone = self.settings.agency.zone
        renderer = Renderer(self.texts, lambda: self.clock().astimezone(zone).date())
        channels = self.settings.channels.registered
        edge = Edge(
            client=client,
            bot_user=str(me["user_id"]),
            desk=self.desk,
            records=self.records,
            profiles=Profiles(client, str(me["team_id"])),
            rooms=self.rooms(client),
            registered=frozenset(name.lstrip("#") for name in channels),
            poster=Poster(client),
            renderer=renderer,
            texts=self.texts,
            language=self.settings.agency.language,
            pool=pool,
            turns=Turns(),
            underway=underway,
            clock=self.clock,
        )
        register(app, Conversation(edge), renderer, self.keys)
        return app

    def _client(self, session: aiohttp.ClientSession, token: str) -> AsyncWebClient:
        """No retry handlers: after a broken connection nobody knows whether the message was posted."""
        base = self.settings.slack.api_url or SLACK
        return AsyncWebClient(
            token=self._secret(token),
            base_url=base if base.endswith("/") else f"{base}/",
            timeout=TIMEOUT,
            session=session,
            retry_handlers=[],
        )

    def _secret(self, name: str) -> str:
        secret = getattr(self.settings.slack, name)
        return str(secret.get_secret_value())

    async def _called(self, call: Any) -> Any:
        language = self.settings.agency.language
        try:
            return await call
        except SlackApiError as error:
            raise CannotServe(
                self.texts.say(language, "slack.refused_tokens", error=slack_code(error))
            ) from error
        except SLACK_FAULTS as error:
            raise CannotServe(
                self.texts.say(language, "slack.unreachable", error=type(error).__name__)
            ) from error
