"""Who is next in a channel: parcels in their order, past one that Slack will not take. Knows no Slack."""

import asyncio
from dataclasses import dataclass, field

from bot.outbox import Due

BURST, PER_SECOND = 5.0, 1.0  # Slack: about one message a second in a channel, short bursts aside
HELD = 2  # attempts that the whole channel waits for; then others may go first
TRIED_OUT = 2  # parcels that failed one after another: that is not the parcel, it is Slack


@dataclass(eq=False)
class Waiting:
    """A parcel in line. `taken`: when it was leased; `ready`: not before this."""

    due: Due
    taken: float
    doubtful: bool
    attempts: int = 0  # of this process: claimed and never tried is what stands behind others
    ready: float = 0.0

    def hangs_on(self, other: "Waiting") -> bool:
        """It must not go before the other: of the same thread, or the same message drawn anew."""
        mine, its = self.due.parcel, other.due.parcel
        if mine.kind == "update":
            return bool(mine.body["of"] == (its.body["of"] if its.kind == "update" else its.key))
        return mine.thread is not None and mine.thread == its.thread


@dataclass
class Line:
    """The parcels of one channel, oldest first, and how many may go at once.

    While the oldest has its troubles one other is tried out; where that fails too the rest wait, so that
    their order outlives a Slack that is away.
    """

    per_second: float = PER_SECOND
    counted: float = 0.0
    tokens: float = BURST
    waiting: list[Waiting] = field(default_factory=list)
    task: "asyncio.Task[None] | None" = None
    _troubled: set[int] = field(default_factory=set)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def join(self, one: Waiting) -> None:
        self.waiting.append(one)
        self._news.set()

    def next(self, now: float) -> Waiting | None:
        before: list[Waiting] = []
        for each in self.waiting:
            if not any(each.hangs_on(other) for other in before):
                if each.ready <= now:
                    return each
                if len(self._troubled) >= TRIED_OUT:
                    return None
            before.append(each)
        return None

    async def rest(self, now: float) -> None:
        """Until somebody is ready, or joins."""
        self._news.clear()
        wait = min(each.ready - now for each in self.waiting if each.ready > now)
        try:
            async with asyncio.timeout(wait):
                await self._news.wait()
        except TimeoutError:
            return

    def failed(self, one: Waiting, wait: float, now: float, *, alone: bool) -> float:
        """Seconds that the channel waits with it. `alone`: the parcel has itself to wait for something."""
        one.ready = now + wait
        one.attempts += 1
        one.taken = float("-inf")  # the attempt and the wait may outlive the lease, however short each is
        if alone:
            return 0.0
        oldest = self.waiting[0] is one
        self._troubled = {one.due.id} if oldest else {*self._troubled, one.due.id}
        return wait if oldest and one.attempts <= HELD else 0.0

    def sent(self, one: Waiting) -> None:
        """Once the oldest of those that failed is through, the others need not wait any more."""
        if self.waiting[0] is one and one.attempts:
            for each in self.waiting:
                each.ready = 0.0
        self._troubled.clear()
        self.leave(one)

    def leave(self, one: Waiting) -> None:
        self.waiting.remove(one)
        self._troubled.discard(one.due.id)

    # --- its pace ---
    def pause(self, now: float) -> float:
        """Seconds until it may send once more; counts that one as sent."""
        self.tokens = min(BURST, self.tokens + (now - self.counted) * self.per_second)
        self.counted, wait = now, max(0.0, (1 - self.tokens) / self.per_second)
        self.tokens -= 1
        return wait

    def is_idle(self, now: float) -> bool:
        """Nothing waits, and it may burst again."""
        quiet = not self.waiting and (self.task is None or self.task.done())
        return quiet and now - self.counted >= BURST / self.per_second
