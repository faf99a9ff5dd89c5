"""Builds the Slack edge and keeps it connected, by socket or signed HTTP. Knows tokens, no message."""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Engine

from bot import outbox
from bot.duties import Duty, looked
from bot.faults import note_failure
from bot.health.checks import ready, standing_of
from bot.health.door import watched
from bot.jobs import RECONCILE, Clock
from bot.retained import retention_duty
from bot.settings import Settings
from bot.slack import feedback, granted, links, listeners, surfaces
from bot.slack.alerted import alert_duty
from bot.slack.cards import expiring
from bot.slack.conversation import Conversation
from bot.slack.edge import Desk, Edge
from bot.slack.faults import SLACK_FAULTS, CannotServe, log, slack_code
from bot.slack.http import listening
from bot.slack.overseen import law_duty
from bot.slack.post import Poster
from bot.slack.records import Records
from bot.slack.reminded import reminder_duty
from bot.slack.render import Renderer
from bot.slack.reported import Reported
from bot.slack.returned import return_duty
from bot.slack.rooms import Rooms
from bot.slack.scheduled import Scheduled
from bot.slack.sender import Sender, in_turn
from bot.slack.tenancy import Tenancy, by_oauth, one_token
from bot.slack.told import Told
from bot.slack.turns import Pool, Turns, Underway
from bot.slack.undelivered import undelivered_duty
from bot.slack.works import Works
from bot.slack.workspaces import Workspaces
from db import audit, ticks
from db.calendars import Calendars, load_calendars
from db.engine import reading, writing
from db.metrics import Catalogue, load_catalogue
from db.trail.chain import anchor
from db.when import Every
from skills.text import Texts

TIMEOUT = 10
SLACK = "https://slack.com/api/"
LAST_WORDS = 10.0  # seconds that answers under way may still take when the bot is told to stop
LEDGER = 4  # threads for what is taken and sent: never behind a skill that takes its time
TIDY = 3_600.0  # seconds between two looks for rows nobody needs


def build_slack(
    settings: Settings,
    desk: Desk,
    engine: Engine,
    texts: Texts,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> "SlackEdge":
    """`texts` holds the sentences of bot/slack. Raises CannotServe where the settings do not suffice."""
    if settings.slack.missing:
        names = ", ".join(settings.slack.missing)
        raise CannotServe(texts.say(settings.agency.language, "slack.no_tokens", names=names))
    return SlackEdge(settings, desk, engine, texts, clock)


def _owner() -> str:
    """This process among all that share a database."""
    return f"{socket.gethostname()[:16]}:{os.getpid()}:{secrets.token_hex(4)}"


@dataclass
class SlackEdge:
    """`ready` is set once Slack delivers to this process; `address` is where it listens, if it does."""

    settings: Settings
    desk: Desk
    engine: Engine
    texts: Texts
    clock: Callable[[], datetime]
    calendars: Calendars = field(default_factory=load_calendars)
    metrics: Catalogue = field(default_factory=load_catalogue)
    reconcile: float = RECONCILE
    keys: listeners.Keys = listeners.inbox_keys
    rooms: type[Rooms] = Rooms
    owner: str = field(default_factory=_owner)
    address: str = ""
    watched: str = ""  # where it says how it is

    def __post_init__(self) -> None:
        self.ready = asyncio.Event()

    async def serve(self, stop: asyncio.Event) -> None:
        """Until `stop`: then no new event is taken, and the answers under way are finished."""
        pool, ledger = Pool(self.settings.limits.workers), Pool(LEDGER)
        try:
            async with aiohttp.ClientSession() as session:
                await self._served(session, pool, ledger, stop)
        finally:
            self.ready.clear()
            pool.close()
            ledger.close()

    async def _served(
        self, session: aiohttp.ClientSession, pool: Pool, ledger: Pool, stop: asyncio.Event
    ) -> None:
        tenancy, underway = await self._tenancy(session, ledger), Underway()
        edge = self._edge(session, pool, ledger, tenancy, underway)
        app = self._bolt(session, edge, tenancy)
        port = self.settings.operations.port
        async with self._chores(edge, Told(edge, tenancy.teams)), self._watched(port, ledger) as self.watched:
            try:
                async with self._connected(app, edge, session, tenancy):
                    self.ready.set()
                    log.info("connected to Slack")
                    await stop.wait()
            finally:
                await underway.settle(LAST_WORDS)
                await edge.sender.settle(LAST_WORDS)

    async def _tenancy(self, session: aiohttp.ClientSession, pool: Pool) -> Tenancy:
        if self.settings.slack.by_oauth:
            return by_oauth(self.settings, self.engine, self.texts, pool, lambda t: self._client(session, t))
        ours: Tenancy = await self._called(one_token(self._client(session, self._secret("bot_token"))))
        return ours

    def _edge(
        self,
        session: aiohttp.ClientSession,
        pool: Pool,
        ledger: Pool,
        tenancy: Tenancy,
        underway: Underway,
    ) -> Edge:
        zone = self.settings.agency.zone
        records = Records(self.engine)
        workspaces = Workspaces(tenancy.find, lambda token: self._client(session, token), self.rooms)
        sender = Sender(self.engine, Poster(workspaces), ledger, self.clock, self.owner)
        works = Works(records, ledger, underway, self.clock, self.owner)
        edge = Edge(
            settings=self.settings,
            desk=self.desk,
            records=records,
            workspaces=workspaces,
            renderer=Renderer(self.texts, lambda: self.clock().astimezone(zone).date()),
            texts=self.texts,
            pool=pool,
            ledger=ledger,
            turns=Turns(),
            works=works,
            sender=sender,
            clock=self.clock,
        )
        conversation = Conversation(edge)
        works.done_by(conversation.do)
        sender.sent, sender.dead = conversation.sent, conversation.dead
        return edge

    def _bolt(self, session: aiohttp.ClientSession, edge: Edge, tenancy: Tenancy) -> AsyncApp:
        """`process_before_response`: Slack hears "ok" once a listener has committed what was asked."""
        app = AsyncApp(
            client=self._client(session, ""),
            authorize=tenancy.authorize,
            logger=log,
            process_before_response=True,
            request_verification_enabled=False,  # the raw bytes are verified before Bolt sees anything
            attaching_conversation_kwargs_enabled=False,
            user_facing_authorize_error_message=self.texts.say(
                self.settings.agency.language, "slack.not_installed"
            ),
        )
        listeners.register(app, edge, self.keys)
        surfaces.register(app, edge)
        feedback.register(app, edge)
        granted.register(app, tenancy.granted)
        return app

    @asynccontextmanager
    async def _chores(self, edge: Edge, told: Told) -> AsyncIterator[None]:
        """What goes on beside the conversations, from before the first to after the last."""
        over = asyncio.Event()
        edge.sender.sent = in_turn(edge.sender.sent, told.sent)
        clock = Clock(self.engine, self._duties(edge, told), self.clock, self.owner, self.reconcile)
        work = (edge.works.run(over), edge.sender.run(over), clock.run(over), self._tidied(edge, told, over))
        chores = [asyncio.create_task(each) for each in work]
        try:
            yield
        finally:
            over.set()
            await asyncio.gather(*chores)

    def _watched(self, port: int | None, pool: Pool) -> AbstractAsyncContextManager[str]:
        return watched(port, lambda: pool.run(ready, self.engine), lambda: pool.run(self._values))

    def _values(self) -> dict[str, tuple[str, float]]:
        """What is looked up when somebody asks for the metrics."""
        with reading(self.engine) as connection:
            return standing_of(connection, self.clock(), connected=self.ready.is_set())

    def _duties(self, edge: Edge, told: Told) -> Callable[[datetime], Sequence[Duty]]:
        """All that falls due by the clock."""
        scheduled, alerts = Scheduled(edge, told, self.calendars), alert_duty(edge, told, self.metrics)
        late = looked(self.engine, expiring(told, self.texts, self.settings.agency.zone))
        expired = Duty("expired_proposals", Every(1), told.working(late))
        reports = Reported(edge, told, scheduled)
        law = law_duty(edge, told, self.calendars)
        steady = [alerts, expired, law, undelivered_duty(edge, told), return_duty(edge, told)]
        steady.append(retention_duty(self.engine, self.settings))
        steady.append(reminder_duty(edge, told, self.calendars))
        return lambda now: [*scheduled.duties(now), *reports.duties(now), *steady]

    async def _tidied(self, edge: Edge, told: Told, over: asyncio.Event) -> None:
        while not over.is_set():
            try:
                await edge.ledger.run(self._tidy, edge.records, told)
            except Exception as error:
                note_failure(error, "tidying up")
            try:
                async with asyncio.timeout(TIDY):
                    await over.wait()
            except TimeoutError:
                continue

    def _tidy(self, records: Records, told: Told) -> None:
        records.forget(self.clock())
        told.catch_up()
        with writing(self.engine) as connection:
            outbox.forget(connection, self.clock())
            audit.forget(connection, self.clock())
            ticks.forget(connection, self.clock())
        anchor(self.engine)

    # --- the ways to Slack ---
    @asynccontextmanager
    async def _connected(
        self, app: AsyncApp, edge: Edge, session: aiohttp.ClientSession, tenancy: Tenancy
    ) -> AsyncIterator[None]:
        slack = self.settings.slack
        routes = [*tenancy.routes, *(links.routes(edge) if slack.public_url else ())]
        async with AsyncExitStack() as ways:
            if slack.mode == "http" or routes:
                heard = app if slack.mode == "http" else None
                door = listening(
                    heard,
                    host=slack.host,
                    port=slack.port,
                    secrets=self._signing_secrets(),
                    engine=self.engine,
                    routes=routes,
                )
                self.address = await ways.enter_async_context(door)
            if slack.mode == "socket":
                await ways.enter_async_context(self._socket(app, session))
            yield

    @asynccontextmanager
    async def _socket(self, app: AsyncApp, session: aiohttp.ClientSession) -> AsyncIterator[None]:
        token = self._secret("app_token")
        handler = AsyncSocketModeHandler(app, token, web_client=self._client(session, token))
        try:
            # connect_async tries for ever; a wrong token should be said, not tried again.
            handler.client.wss_uri = await self._called(handler.client.issue_new_wss_url())
            await handler.client.connect()  # type: ignore[no-untyped-call]
            yield
        finally:
            await handler.client.close()  # type: ignore[no-untyped-call]

    def _client(self, session: aiohttp.ClientSession, token: str) -> AsyncWebClient:
        """No retry handlers: after a broken connection nobody knows whether the message was posted."""
        base = self.settings.slack.api_url or SLACK
        return AsyncWebClient(
            token=token or None,
            base_url=base if base.endswith("/") else f"{base}/",
            timeout=TIMEOUT,
            session=session,
            retry_handlers=[],
        )

    def _secret(self, name: str) -> str:
        secret = getattr(self.settings.slack, name)
        return str(secret.get_secret_value()) if secret is not None else ""

    def _signing_secrets(self) -> Sequence[str]:
        found = (self._secret("signing_secret"), self._secret("signing_secret_before"))
        return [each for each in found if each]

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
