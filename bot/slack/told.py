"""Puts on its way to Slack what nobody asked for just now: what the clock brings, from a working thread.

Knows where people and channels are, and no message.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, select, update

from bot.duties import Tick, Work
from bot.outbox import Due, Parcel
from bot.outcome import Place, Who
from bot.slack.asker import direct
from bot.slack.edge import Edge
from bot.slack.faults import SLACK_FAULTS, Turned, asked_again
from db.engine import reading, writing
from db.tables.house import outbox

PATIENCE = 60.0  # seconds a thread waits for Slack to say who or where somebody is
PAGE = 200
CHANNELS = ("C", "G")
_AFTER = "after:"  # a thread that is named once its first message is sent
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_T = TypeVar("_T")

DUES: "ContextVar[list[Due] | None]" = ContextVar("dues", default=None)


class Told:
    """`teams` are the workspaces there are. Made in the loop; its methods are for threads."""

    def __init__(self, edge: Edge, teams: Callable[[], Awaitable[Sequence[str]]]) -> None:
        self._edge, self._teams = edge, teams
        self._loop = asyncio.get_running_loop()
        self._rooms: dict[tuple[str, str], str] = {}

    @property
    def engine(self) -> Engine:
        return self._edge.records.engine

    def working(self, work: Work) -> Work:
        """The work, and then what it has put on its way is sent: only once that is committed."""

        def done(tick: Tick) -> None:
            dues: list[Due] = []
            held = DUES.set(dues)
            try:
                work(tick)
            finally:
                DUES.reset(held)
            self._loop.call_soon_threadsafe(self._edge.sender.send, dues)

        return done

    def put(self, connection: Connection, parcel: Parcel) -> None:
        """In the transaction of the effect that it tells of."""
        due, dues = self._edge.sender.put(connection, parcel), DUES.get()
        if due is not None and dues is not None:
            dues.append(due)

    def follow(self, connection: Connection, first: Parcel, parcel: Parcel) -> None:
        """What goes below another message, once that is sent and has a name to hang on."""
        later = replace(parcel, thread=_AFTER + first.key)
        self._edge.sender.put(connection, later)
        waits = {"next_at": _NEVER, "lease_until": None, "owner": None}
        mine = (outbox.c.key == parcel.key, outbox.c.thread == later.thread, outbox.c.state == "waiting")
        connection.execute(update(outbox).where(*mine).values(**waits))

    async def sent(self, due: Due, ts: str | None) -> None:
        """The first message is there: what follows it may go, by whichever process looks next."""
        if ts is not None and due.parcel.body.get("followed"):
            await self._edge.ledger.run(self._released, {due.parcel.key: ts})

    def catch_up(self) -> None:
        """What a process that died over it had not released."""
        held = select(outbox.c.thread).where(outbox.c.thread.startswith(_AFTER), outbox.c.state == "waiting")
        with reading(self._edge.records.engine) as connection:
            keys = [thread.removeprefix(_AFTER) for thread in connection.execute(held).scalars()]
            first = select(outbox.c.key, outbox.c.state, outbox.c.ts).where(outbox.c.key.in_(keys))
            rows = connection.execute(first).all()
        self._released({row.key: row.ts for row in rows if row.state == "sent" and row.ts})

    def _released(self, sent: dict[str, str]) -> None:
        if not sent:
            return
        with writing(self._edge.records.engine) as connection:
            for key, ts in sent.items():
                mine = (outbox.c.thread == _AFTER + key, outbox.c.state == "waiting")
                free = {"thread": ts, "next_at": self._edge.clock()}
                connection.execute(update(outbox).where(*mine).values(**free))

    # --- who and where ---
    def person(self, user: str) -> tuple[str, Who, Place]:
        """In which workspace she is, as whom, and her direct message. Raises Turned where she is in none."""
        return self._wait(self._person(user))

    def room(self, who: str, channel: str) -> tuple[str, Who, Place]:
        """The channel by id or "#name", in the workspace of the person in whose right something is told."""
        return self._wait(self._room(who, channel))

    def _wait(self, asked: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result(PATIENCE)

    async def _whose(self, user: str) -> tuple[str, Who]:
        refusal: Exception = Turned("slack.not_installed")
        for team in await self._teams():
            try:
                return team, await self._edge.who(team, user)
            except (*SLACK_FAULTS, Turned) as error:
                refusal = error
        raise refusal

    async def _person(self, user: str) -> tuple[str, Who, Place]:
        team, who = await self._whose(user)
        return team, who, Place("dm", await direct(self._edge, team, user))

    async def _room(self, user: str, channel: str) -> tuple[str, Who, Place]:
        team, who = await self._whose(user)
        known = channel if channel.startswith(CHANNELS) else await self._named(team, channel.lstrip("#"))
        return team, who, await self._edge.place(team, known, "channel")

    async def _named(self, team: str, name: str) -> str:
        """Slack gives a channel by its id only: its name is looked up among those there are."""
        if (team, name) not in self._rooms:
            client = (await self._edge.workspaces.of(team)).client
            after = ""
            while True:
                query = {"types": "public_channel,private_channel", "limit": PAGE, "cursor": after}
                page = await asked_again(lambda query=query: client.conversations_list(**query))  # type: ignore[misc]
                self._rooms |= {(team, str(each["name"])): str(each["id"]) for each in page["channels"]}
                after = (page.get("response_metadata") or {}).get("next_cursor") or ""
                if not after or (team, name) in self._rooms:
                    break
        if (team, name) not in self._rooms:
            raise Turned("slack.no_such_channel")
        return self._rooms[team, name]
