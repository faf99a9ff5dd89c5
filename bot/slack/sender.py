"""Sends what the outbox holds: each channel in order and at Slack's pace, each parcel once.

Knows leases and retries; what a parcel looks like in Slack is the poster's.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot import outbox
from bot.faults import note_failure
from bot.outbox import Due, Parcel, Settled
from bot.slack.faults import SLACK_FAULTS, Turned, asked_to_wait, may_have_worked, slack_code
from bot.slack.post import FENCE, Lost, Poster
from bot.slack.turns import Pool
from db.engine import reading, writing

FLUSH = 0.25  # seconds; what was sent is noted in one transaction for many
SWEEP = 5.0  # seconds between two looks for what others left, or what had to wait
BURST, PER_SECOND = 5.0, 1.0  # Slack: about one message a second in a channel, short bursts aside
MOST_ATTEMPTS = 8
BACKOFF = (2.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0)
# Of a lease: what is older is renewed before anything is sent under it.
FRESH = outbox.LEASE.total_seconds() / 3

Channel = tuple[str, str]
After = Callable[[Due, str | None], Awaitable[None]]


@dataclass
class _Line:
    """The parcels of one channel, oldest first, and how many may go at once."""

    waiting: "deque[tuple[Due, float]]" = field(default_factory=deque)
    tokens: float = BURST
    counted: float = 0.0
    task: "asyncio.Task[None] | None" = None


class NotYet(Exception):
    """What is to be redrawn has not been posted."""


class Sender:
    """`sent(due, ts)` and `dead(due, code)` hear what became of each parcel."""

    def __init__(
        self, engine: Engine, poster: Poster, pool: Pool, clock: Callable[[], datetime], owner: str
    ) -> None:
        self._engine, self._poster, self._pool = engine, poster, pool
        self._clock, self.owner = clock, owner
        self._lines: dict[Channel, _Line] = {}
        self._held: set[int] = set()
        self._settled: list[Settled] = []
        self._deleting: asyncio.Task[None] | None = None
        self.sent: After = _unheard
        self.dead: After = _unheard

    def put(self, connection: Connection, parcel: Parcel) -> Due | None:
        """In the caller's transaction; once that is committed, `send` it."""
        return outbox.put(connection, parcel, self.owner, self._clock())

    async def send_unrecorded(self, parcel: Parcel) -> bool:
        """A word that matters less than the failure it tells of, for when the database has none; whether
        Slack took it."""
        try:
            await self._poster.deliver(parcel)
        except (*SLACK_FAULTS, Turned, ValueError) as error:
            note_failure(error, "a word about a failure")
            return False
        return True

    def send(self, dues: Iterable[Due]) -> None:
        """What this process has just committed, or claimed."""
        now = asyncio.get_running_loop().time()
        for due in dues:
            if due.id in self._held:
                continue
            self._held.add(due.id)
            line = self._lines.setdefault((due.parcel.team, due.parcel.channel), _Line(counted=now))
            line.waiting.append((due, now))
            if line.task is None or line.task.done():
                line.task = asyncio.create_task(self._walk(line))

    async def run(self, stop: asyncio.Event) -> None:
        """Notes what was sent, keeps the leases, takes up what is due, deletes what must go; until `stop`."""
        loop, swept = asyncio.get_running_loop(), 0.0
        while not stop.is_set():
            pause = FLUSH
            try:
                await self.flush()
                if loop.time() - swept >= SWEEP:
                    swept = loop.time()
                    await self.sweep()
            except Exception as error:
                pause = SWEEP  # a full disk is not freed by asking it four times a second
                note_failure(error, "the outbox")
            try:
                async with asyncio.timeout(pause):
                    await stop.wait()
            except TimeoutError:
                continue

    async def sweep(self) -> None:
        self.send(await self._pool.run(self._claimed))
        if self._deleting is None or self._deleting.done():
            self._deleting = asyncio.create_task(self._delete_all())
        now = asyncio.get_running_loop().time()
        self._lines = {key: line for key, line in self._lines.items() if not _is_idle(line, now)}

    async def _delete_all(self) -> None:
        """Beside the sending: Slack may let us wait for long."""
        try:
            for gone in await self._pool.run(self._to_delete):
                await self._delete(gone)
        except Exception as error:
            note_failure(error, "the deletion of messages")

    async def settle(self, seconds: float) -> None:
        """The last words: what is on its way gets there, and is noted; the rest is left to another."""
        tasks = [line.task for line in self._lines.values() if line.task is not None]
        if self._deleting is not None:
            self._deleting.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
        await self.flush()

    async def flush(self) -> None:
        settled, self._settled = self._settled, []
        if settled:
            try:
                await self._pool.run(self._note, settled)
            except Exception:
                self._settled = [*settled, *self._settled]
                raise
            self._held -= {each.id for each in settled}

    # --- one channel ---
    async def _walk(self, line: _Line) -> None:
        while line.waiting:
            due, taken = line.waiting.popleft()
            try:
                await self._paced(line)
                if await self._still_ours(due, taken):
                    await self._one(due, taken)
                else:
                    self._held.discard(due.id)
            except Lost:
                self._held.discard(due.id)
            except Exception as error:  # its lease will run out; what comes after it goes on
                note_failure(error, "a parcel")
                self._held.discard(due.id)

    async def _paced(self, line: _Line) -> None:
        now = asyncio.get_running_loop().time()
        line.tokens = min(BURST, line.tokens + (now - line.counted) * PER_SECOND)
        line.counted = now
        if line.tokens < 1:
            await asyncio.sleep((1 - line.tokens) / PER_SECOND)
            line.tokens, line.counted = 1.0, asyncio.get_running_loop().time()
        line.tokens -= 1

    async def _still_ours(self, due: Due, taken: float) -> bool:
        """The fence: a process that slept past its lease must not send what another has taken over."""
        if asyncio.get_running_loop().time() - taken < FRESH:
            return True
        return due.id in await self._pool.run(self._extended, due.id)

    async def _one(self, due: Due, taken: float) -> None:
        """Until it is sent or hopeless; what comes after it in the channel waits. `taken`: when its lease
        was. Raises Lost once another process has it."""
        attempts, doubtful = due.attempts, due.doubtful

        async def fence() -> None:
            if not await self._still_ours(due, taken):
                raise Lost

        FENCE.set(fence)
        while True:
            try:
                since = due.made_at.timestamp() if doubtful else None
                ts = await self._delivered(due.parcel, since)
            except Lost:
                raise
            except Exception as error:
                wait = self._wait(error, attempts)
                if wait is None:
                    await self._bury(due, error)
                    return
                note_failure(error, "a parcel, which will be tried again")
                attempts, doubtful = attempts + 1, doubtful or may_have_worked(error)
                await asyncio.sleep(wait)
                # The attempt and the wait together may have outlived the lease, however short each was.
                if due.id not in await self._pool.run(self._extended, due.id):
                    raise Lost from error
                taken = asyncio.get_running_loop().time()
                continue
            self._settled.append(Settled(due.id, "sent", ts))
            await _told(self.sent, due, ts)
            return

    async def _delivered(self, parcel: Parcel, since: float | None) -> str | None:
        """A message is redrawn where it stands; one that no longer stands need not be."""
        if parcel.kind != "update":
            return await self._poster.deliver(parcel, doubtful=since)
        await self.flush()
        stands = await self._pool.run(self._standing, str(parcel.body["of"]))
        if stands is not None and stands.state == "waiting":
            raise NotYet
        if stands is None or stands.state != "sent" or stands.ts is None:
            return None
        return await self._poster.deliver(replace(parcel, body={**parcel.body, "ts": stands.ts}))

    def _wait(self, error: Exception, attempts: int) -> float | None:
        """Seconds until another attempt makes sense; None where it never will."""
        if isinstance(error, NotYet):
            return BACKOFF[attempts] if attempts < len(BACKOFF) else None
        passing = isinstance(error, (*SLACK_FAULTS, DBAPIError))
        if not passing or attempts + 1 >= MOST_ATTEMPTS:
            return None
        told = asked_to_wait(error)
        if told is None and not may_have_worked(error):
            return None
        return told if told is not None else BACKOFF[min(attempts, len(BACKOFF) - 1)]

    async def _bury(self, due: Due, error: Exception) -> None:
        code = error.key if isinstance(error, Turned) else slack_code(error)
        self._settled.append(Settled(due.id, "dead", error=code))
        await _told(self.dead, due, code)

    async def _delete(self, gone: outbox.Gone) -> None:
        try:
            await self._poster.delete(gone.team, gone.kind, gone.channel, gone.ts)
        except (*SLACK_FAULTS, Turned) as error:
            if may_have_worked(error) or asked_to_wait(error) is not None:
                note_failure(error, "the deletion of a message")
                return  # it is still due
        await self._pool.run(self._deleted, gone.id)

    # --- in the pool ---
    def _standing(self, key: str) -> outbox.Standing | None:
        with reading(self._engine) as connection:
            return outbox.standing(connection, key)

    def _claimed(self) -> list[Due]:
        with reading(self._engine) as connection:
            if not outbox.is_due(connection, self._clock()):
                return []
        with writing(self._engine) as connection:
            return outbox.claim(connection, self.owner, self._clock())

    def _extended(self, number: int) -> frozenset[int]:
        with writing(self._engine) as connection:
            return outbox.extend(connection, [number], self.owner, self._clock())

    def _note(self, settled: list[Settled]) -> None:
        with writing(self._engine) as connection:
            outbox.settle(connection, settled, self.owner, self._clock())

    def _to_delete(self) -> list[outbox.Gone]:
        with reading(self._engine) as connection:
            return outbox.to_delete(connection, self._clock())

    def _deleted(self, number: int) -> None:
        with writing(self._engine) as connection:
            outbox.deleted(connection, [number])


def _is_idle(line: _Line, now: float) -> bool:
    """Nothing waits, and it may burst again."""
    quiet = not line.waiting and (line.task is None or line.task.done())
    return quiet and now - line.counted >= BURST / PER_SECOND


async def _told(after: After, due: Due, what: str | None) -> None:
    """What became of the parcel is settled, whatever whoever hears of it makes of that."""
    try:
        await after(due, what)
    except Exception as error:
        note_failure(error, "news of a parcel")


def in_turn(*hear: After) -> After:
    """Several who hear of it, one after another."""

    async def heard(due: Due, what: str | None) -> None:
        for each in hear:
            await each(due, what)

    return heard


async def _unheard(_due: Due, _what: str | None) -> None:
    """Nobody waits for the news."""
