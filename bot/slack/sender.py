"""Sends what the outbox holds: each channel in order and at Slack's pace, each parcel once.

Knows leases and retries; what a parcel looks like in Slack is the poster's.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot import outbox
from bot.faults import note_failure
from bot.health.measures import PARCELS
from bot.outbox import Due, Parcel, Settled
from bot.slack.faults import SLACK_FAULTS, Turned, asked_to_wait, may_have_worked, slack_code
from bot.slack.lines import PER_SECOND, Line, Waiting
from bot.slack.post import FENCE, Lost, Poster
from bot.slack.turns import Pool
from db.engine import reading, writing

FLUSH = 0.25  # seconds; what was sent is noted in one transaction for many
SWEEP = 5.0  # seconds between two looks for what others left, or what had to wait
BACKOFF = (2.0, 5.0, 15.0, 30.0, 45.0)  # the last for good: once Slack is back, nothing waits for longer
MOST_ATTEMPTS = 80  # an hour
# Of a lease: what is older is renewed before anything is sent under it.
FRESH = outbox.LEASE.total_seconds() / 3

Channel = tuple[str, str]
After = Callable[[Due, str | None], Awaitable[None]]


class NotYet(Exception):
    """What is to be redrawn has not been posted."""


class Sender:
    """`sent(due, ts)` and `dead(due, code)` hear what became of each parcel."""

    def __init__(
        self, engine: Engine, poster: Poster, pool: Pool, clock: Callable[[], datetime], owner: str
    ) -> None:
        self._engine, self._poster, self._pool = engine, poster, pool
        self._clock, self.owner = clock, owner
        self._lines: dict[Channel, Line] = {}
        self._held: set[int] = set()
        self._settled: list[Settled] = []
        self._noting = asyncio.Lock()
        self._deleting: asyncio.Task[None] | None = None
        self.sent: After = _unheard
        self.dead: After = _unheard

    def put(self, connection: Connection, parcel: Parcel) -> Due | None:
        """In the caller's transaction; once that is committed, `send` it. None: it is there already, or it
        has its turn after what another process has in that thread."""
        now = self._clock()
        due = outbox.put(connection, parcel, self.owner, now)
        if due is not None and outbox.is_behind(connection, due, self.owner, now):
            outbox.release(connection, [due.id], self.owner)
            return None
        return due

    async def send_unrecorded(self, parcel: Parcel) -> bool:
        """A word that matters less than the failure it tells of, for when the database has none; whether
        Slack took it."""
        try:
            await self._poster.deliver(parcel.netted)
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
            made = Line(PER_SECOND, counted=now)
            line = self._lines.setdefault((due.parcel.team, due.parcel.channel), made)
            line.join(Waiting(due, now, due.doubtful))
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
        while claimed := await self._pool.run(self._claimed):
            self.send(claimed)
            if len(claimed) < outbox.BATCH:
                break
        if self._deleting is None or self._deleting.done():
            self._deleting = asyncio.create_task(self._delete_all())
        now = asyncio.get_running_loop().time()
        self._lines = {key: line for key, line in self._lines.items() if not line.is_idle(now)}

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
        if self._held:
            await self._pool.run(self._released, list(self._held))

    async def flush(self) -> None:
        async with self._noting:  # whoever flushes is sure that all sent before is on record
            settled, self._settled = self._settled, []
            if settled:
                try:
                    await self._pool.run(self._note, settled)
                except Exception:
                    self._settled = [*settled, *self._settled]
                    raise
                self._held -= {each.id for each in settled}

    # --- one channel ---
    async def _walk(self, line: Line) -> None:
        loop = asyncio.get_running_loop()
        while line.waiting:
            one = line.next(loop.time())
            if one is None:
                await line.rest(loop.time())
                continue
            try:
                await asyncio.sleep(line.pause(loop.time()))
                if await self._still_ours(one):
                    await self._one(line, one)
                else:
                    self._let_go(line, one)
            except Lost:
                self._let_go(line, one)
            except Exception as error:  # its lease will run out; what comes after it goes on
                note_failure(error, "a parcel")
                self._let_go(line, one)

    def _let_go(self, line: Line, one: Waiting) -> None:
        line.leave(one)
        self._held.discard(one.due.id)

    async def _still_ours(self, one: Waiting) -> bool:
        """The fence: a process that slept past its lease must not send what another has taken over."""
        loop = asyncio.get_running_loop()
        if loop.time() - one.taken < FRESH:
            return True
        before = loop.time()
        if one.due.id not in await self._pool.run(self._extended, one.due.id):
            return False
        one.taken = before
        return True

    async def _one(self, line: Line, one: Waiting) -> None:
        """One attempt: it is sent, or hopeless, or has its turn again. Raises Lost once another process has
        it."""

        async def fence() -> None:
            if not await self._still_ours(one):
                raise Lost

        FENCE.set(fence)
        due = one.due
        try:
            ts = await self._delivered(due, due.made_at.timestamp() if one.doubtful else None)
        except Lost:
            raise
        except Exception as error:
            wait = self._wait(error, one.attempts)
            if wait is None:
                line.leave(one)
                await self._bury(due, error)
                return
            if not isinstance(error, NotYet):
                note_failure(error, "a parcel, which will be tried again")
            await self._again(line, one, error, wait)
            return
        line.sent(one)
        PARCELS.labels(due.parcel.kind, "sent").inc()
        self._settled.append(Settled(due.id, "sent", ts))
        await _told(self.sent, due, ts)

    async def _again(self, line: Line, one: Waiting, error: Exception, wait: float) -> None:
        one.doubtful = one.doubtful or may_have_worked(error)
        if asked_to_wait(error) is not None:  # Slack has spoken: that is no failure of the parcel
            one.taken = float("-inf")
            await asyncio.sleep(wait)
            return
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(line.failed(one, wait, now, alone=isinstance(error, NotYet)))

    async def _delivered(self, due: Due, since: float | None) -> str | None:
        """A message is redrawn where it stands, unless it was with something newer; one that no longer
        stands need not be."""
        parcel = due.parcel
        if parcel.kind != "update":
            return await self._poster.deliver(parcel, doubtful=since)
        await self.flush()
        stands = await self._pool.run(self._standing, due)
        if stands is not None and stands.state == "waiting":
            raise NotYet
        if stands is None or stands.state != "sent" or stands.ts is None:
            return None
        return await self._poster.deliver(replace(parcel, body={**parcel.body, "ts": stands.ts}))

    def _wait(self, error: Exception, attempts: int) -> float | None:
        """Seconds until another attempt makes sense; None where it never will."""
        if (told := asked_to_wait(error)) is not None:
            return told
        passing = isinstance(error, (*SLACK_FAULTS, DBAPIError, NotYet)) and may_have_worked(error)
        if not passing or attempts + 1 >= MOST_ATTEMPTS:
            return None
        return BACKOFF[min(attempts, len(BACKOFF) - 1)]

    async def _bury(self, due: Due, error: Exception) -> None:
        code = error.key if isinstance(error, Turned) else slack_code(error)
        PARCELS.labels(due.parcel.kind, "dead").inc()
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
    def _standing(self, due: Due) -> outbox.Standing | None:
        """None, too, where a newer drawing of the message is there already."""
        with reading(self._engine) as connection:
            stands = outbox.standing(connection, str(due.parcel.body["of"]))
            late = stands is not None and outbox.is_outdated(connection, due, stands.ts)
            return None if late else stands

    def _claimed(self) -> list[Due]:
        with reading(self._engine) as connection:
            if not outbox.is_due(connection, self._clock()):
                return []
        with writing(self._engine) as connection:
            return outbox.claim(connection, self.owner, self._clock())

    def _extended(self, number: int) -> frozenset[int]:
        with writing(self._engine) as connection:
            return outbox.extend(connection, [number], self.owner, self._clock())

    def _released(self, ids: list[int]) -> None:
        with writing(self._engine) as connection:
            outbox.release(connection, ids, self.owner)

    def _note(self, settled: list[Settled]) -> None:
        with writing(self._engine) as connection:
            outbox.settle(connection, settled, self.owner, self._clock())

    def _to_delete(self) -> list[outbox.Gone]:
        with reading(self._engine) as connection:
            return outbox.to_delete(connection, self._clock())

    def _deleted(self, number: int) -> None:
        with writing(self._engine) as connection:
            outbox.deleted(connection, [number])


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
