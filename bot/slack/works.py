"""Takes a person's request into the database before Slack hears "ok", then sees it done, once.

Knows nothing of what a request means. A process that dies over one leaves it to the next. `done_by` says who
does the jobs; when that returns, the inbox no longer holds the job.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.faults import note_failure
from bot.slack.faults import log
from bot.slack.records import Left, Records, Taken
from bot.slack.turns import Pool, Underway
from db.engine import Stop

BEAT = 1.0  # seconds between two looks at what is under way
SWEEP = 15.0  # and at what others left
MOST_ATTEMPTS = 5  # begun again so often, in processes that died: whatever is not at fault outlives that
TOO_OLD = timedelta(minutes=15)  # nobody waits for an answer any more


@dataclass(frozen=True)
class Job:
    """What somebody asked of the bot: all it takes to do it, or to do it again after a crash."""

    kind: Literal["message", "slash", "ask", "click", "look", "export"]
    team: str
    user: str
    channel: str
    entrance: Literal["dm", "channel", "slash"]  # slash: for the asker alone
    thread: str
    text: str = ""
    ts: str = ""  # of the message that was said
    intent: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    label: str = ""  # of the button
    asker: str = ""  # whom the button was first shown to
    called: bool = True  # the bot was spoken to, by mention or in its own direct message
    respond: str = ""  # Slack's address for an answer that only the asker sees
    ref: str = ""  # the key of the answer that comes of it; an outbox key begins with it

    @property
    def line(self) -> tuple[str, str, str]:
        """Jobs of one thread are done one after another."""
        return self.team, self.channel, self.thread


@dataclass
class Running:
    """A job and how it can be ended."""

    job: Job
    key: str
    resumed: bool = False  # another process began it
    alone: bool = False  # it was being done in more than one process that died: one such at a time
    hopeless: bool = False  # tried too often, or too long ago: only a word is owed
    stop: Stop = field(default_factory=Stop)


class Works:
    def __init__(
        self,
        records: Records,
        pool: Pool,
        underway: Underway,
        clock: Callable[[], datetime],
        owner: str,
    ) -> None:
        self._records, self._pool, self._underway = records, pool, underway
        self._clock, self._owner = clock, owner
        self._lines: dict[tuple[str, str, str], asyncio.Future[None]] = {}
        self._running: dict[str, Running] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._given_up: set[str] = set()
        self._suspects = asyncio.Lock()
        self._do: Callable[[Running], Awaitable[None]] | None = None

    def done_by(self, do: Callable[[Running], Awaitable[None]]) -> None:
        """Who does the jobs: said once, because it needs this to be built first."""
        self._do = do

    async def take(self, job: Job, keys: Sequence[str], again: timedelta | None = None) -> bool:
        """Commits the job under its first key, then does it in the background; False for one that is known.

        `again`: the same keys may come again after that long, as a click on the same button may.
        """
        turn = self._queue(job)
        job = replace(job, ref=job.ref or self._ref(keys[0], again))
        taken = Taken(json.dumps(asdict(job), ensure_ascii=False), job.channel, job.thread, self._owner)
        try:
            new = await self._pool.run(self._records.claim, keys, self._clock(), taken, again)
        except BaseException:
            turn.leave()
            raise
        if not new:
            turn.leave()
            return False
        self._start(Running(job, self._records.key(keys[0])), turn)
        return True

    def _ref(self, key: str, again: timedelta | None) -> str:
        """What comes under the same key again is another question, with an answer of its own."""
        named = key if again is None else f"{key}@{self._clock().isoformat()}"
        return hashlib.sha256(named.encode()).hexdigest()[:20]

    def give_up(self, key: str) -> None:
        """The person has had her word; the database, which was to hear of it, was not there."""
        self._given_up.add(key)

    def busy_with(self, channel: str, thread: str) -> bool:
        """Whether a question of that thread is being answered: what follows belongs to it."""
        return any(line[1:] == (channel, thread) for line in self._lines)

    async def stop(self, channel: str, thread: str) -> None:
        """Ends what is done or waits in a thread, here and in any other process."""
        for running in list(self._running.values()):
            if (running.job.channel, running.job.thread) == (channel, thread):
                await asyncio.to_thread(running.stop.request)
        await self._pool.run(self._records.stop, channel, thread)

    async def run(self, stop: asyncio.Event) -> None:
        """Keeps the leases, hears of stops pressed elsewhere, takes up what others left; until `stop`."""
        swept = -SWEEP
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            try:
                await self._beat()
                if loop.time() - swept >= SWEEP:
                    swept = loop.time()
                    await self._take_up()
            except Exception as error:
                note_failure(error, "the inbox")
            try:
                async with asyncio.timeout(BEAT):
                    await stop.wait()
            except TimeoutError:
                continue

    async def _beat(self) -> None:
        if self._running:
            keys = list(self._running)
            for key in await self._pool.run(self._records.beat, keys, self._owner, self._clock()):
                if key in self._running:
                    await asyncio.to_thread(self._running[key].stop.request)

    async def _take_up(self) -> None:
        now = self._clock()
        for left in await self._pool.run(self._records.take_up, self._owner, now):
            if left.key in self._given_up or left.attempts > MOST_ATTEMPTS:
                await self._pool.run(self._records.give_up, left.key)
                self._given_up.discard(left.key)
            elif left.key not in self._running:
                self._resume(left, left.attempts >= MOST_ATTEMPTS or left.taken_at < now - TOO_OLD)

    def _resume(self, left: Left, hopeless: bool) -> None:
        if hopeless:
            log.error("a question was given up: attempts=%s", left.attempts)
        try:
            job = Job(**json.loads(left.work))
        except (TypeError, ValueError) as error:  # of another version: it must not keep the others waiting
            note_failure(error, "a job of another version")
        else:
            again = Running(job, left.key, resumed=True, alone=left.attempts > 0, hopeless=hopeless)
            self._start(again, self._queue(job))

    async def _done(self, running: Running) -> None:
        """Whoever dies over one left behind has it counted against that one, and where several may have been
        the death of a process they go one by one: only the one that kills is given up."""
        if running.resumed:
            await self._pool.run(self._records.begin_again, running.key)
        if self._do is not None:
            await self._do(running)

    def _queue(self, job: Job) -> "_Place":
        before = self._lines.get(job.line)
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines[job.line] = mine
        return _Place(self._lines, job.line, before, mine)

    def _start(self, running: Running, turn: "_Place") -> None:
        self._running[running.key] = running
        task = asyncio.create_task(self._in_turn(running, turn))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _in_turn(self, running: Running, turn: "_Place") -> None:
        async with self._underway.one():
            try:
                await turn.come()
                async with self._suspects if running.alone else nullcontext():
                    await self._done(running)
            except Exception as error:
                note_failure(error, "a job")
            finally:
                self._running.pop(running.key, None)
                turn.leave()


@dataclass
class _Place:
    """One's place in the line of a thread."""

    lines: dict[tuple[str, str, str], "asyncio.Future[None]"]
    line: tuple[str, str, str]
    before: "asyncio.Future[None] | None"
    mine: "asyncio.Future[None]"

    async def come(self) -> None:
        if self.before is not None:
            await self.before

    def leave(self) -> None:
        """Whoever is next goes on, but not before those ahead are through."""
        if self.before is not None and not self.before.done():
            self.before.add_done_callback(lambda _: self._done())
        else:
            self._done()

    def _done(self) -> None:
        if not self.mine.done():
            self.mine.set_result(None)
        if self.lines.get(self.line) is self.mine:
            del self.lines[self.line]
