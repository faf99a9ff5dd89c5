"""The time as this Slack has it: the machine's, moved ahead or back on demand; waiting stays real."""

import asyncio
import time
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from typing import Any

# A timer far away is looked at again before the machine may have slept through it.
LONGEST_NAP = 3600.0
# The years 2000 to 2100: what every date and every ts can say.
EARLIEST, LATEST = 946_684_800.0, 4_102_444_800.0


class Clock:
    """One for the whole app: message ts, event times and every expiry are taken from it."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._real = now
        self.offset = 0.0
        self.moved: Callable[[], None] = lambda: None
        self._timers: dict[Hashable, tuple[float, Callable[[], None]]] = {}
        self._alarm: asyncio.TimerHandle | None = None

    def now(self) -> float:
        """Seconds since 1970, as time.time() would say them."""
        return self._real() + self.offset

    def advance(self, seconds: float) -> None:
        self._set(self.offset + seconds)

    def set_at(self, moment: datetime) -> None:
        """It is this moment now, and time goes on from there."""
        self._set(moment.timestamp() - self._real())

    def reset(self) -> None:
        """The machine's time again; what waits goes on waiting."""
        self._set(0.0)

    def clear(self) -> None:
        """The machine's time again, and nothing waits any more."""
        self._timers.clear()
        self.reset()

    def set_timer(self, key: Hashable, moment: float, act: Callable[[], None]) -> None:
        """Acts once that moment is reached, by waiting or by moving; the key's earlier timer is off."""
        self._timers[key] = (moment, act)
        self._arm()

    def drop_timer(self, key: Hashable) -> None:
        self._timers.pop(key, None)

    def close(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()

    def as_json(self) -> dict[str, Any]:
        now = datetime.fromtimestamp(self.now(), UTC)
        return {"now": now.isoformat(timespec="milliseconds"), "offset": round(self.offset, 3)}

    def _set(self, offset: float) -> None:
        if not EARLIEST <= self._real() + offset <= LATEST:
            raise ValueError("a time between the years 2000 and 2100 is wanted")
        before, self.offset = self.offset, offset
        self._ring()
        if offset != before:
            self.moved()

    def _ring(self) -> None:
        """Does all that is due, in the order of time."""
        while (key := self._next()) is not None and self._timers[key][0] <= self.now():
            _moment, act = self._timers.pop(key)
            act()
        self._arm()

    def _next(self) -> Hashable | None:
        return min(self._timers, key=lambda key: self._timers[key][0], default=None)

    def _arm(self) -> None:
        self.close()
        key = self._next()
        if key is not None:
            wait = min(max(0.0, self._timers[key][0] - self.now()), LONGEST_NAP)
            self._alarm = asyncio.get_running_loop().call_later(wait, self._ring)
