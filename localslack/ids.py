"""Makes Slack-like ids and strictly increasing message timestamps; it remembers only the last one."""

import secrets
import string
import time
from collections.abc import Callable

_LETTERS = string.ascii_uppercase + string.digits


def new_id(prefix: str, length: int = 10) -> str:
    """A fresh id such as V8XK2..., told apart by its first letter as in Slack."""
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length))


def ts_key(ts: str) -> tuple[int, int]:
    """Message timestamps in the order of time; a wrong one is older than everything."""
    whole, _, fraction = ts.partition(".")
    if not whole.isdecimal() or not (fraction or "0").isdecimal():
        return (0, 0)
    return int(whole), int(fraction.ljust(6, "0")[:6])


class Stamps:
    """Hands out timestamps, each later than the one before even within a microsecond."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self._last = 0

    def ts(self) -> str:
        self._last = max(self._last + 1, int(self.now() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"
