"""Carries what happens to the pages that watch; the sender says who may see it, the page how it is drawn."""

import asyncio
from collections.abc import Callable
from typing import Any

# A page that stopped reading is cut off; its browser connects again and loads the state afresh.
MOST_WAITING = 5_000


class Watcher:
    """One open page and the events it has still to read; None ends it. `log`: it shows the log, too."""

    def __init__(self, viewer: str, *, log: bool = False) -> None:
        self.viewer, self.log = viewer, log
        self.queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()


class Feed:
    """All open pages."""

    def __init__(self) -> None:
        self._watchers: set[Watcher] = set()

    def watch(self, viewer: str, *, log: bool = False) -> Watcher:
        watcher = Watcher(viewer, log=log)
        self._watchers.add(watcher)
        return watcher

    def leave(self, watcher: Watcher) -> None:
        self._watchers.discard(watcher)

    def send(self, event: dict[str, Any], sees: Callable[[str], bool] = lambda _viewer: True) -> None:
        """Puts one event before every page whose viewer may see it."""
        for watcher in list(self._watchers):
            if sees(watcher.viewer):
                self._put(watcher, event)

    def log(self, entry: Callable[[], dict[str, Any]]) -> None:
        """A line of the log, for the pages that show it."""
        for watcher in [each for each in self._watchers if each.log]:
            self._put(watcher, {"kind": "log", "entry": entry()})

    def send_each(self, make: Callable[[str], dict[str, Any] | None]) -> None:
        """As `send`, with an event of its own for each viewer; None sends nothing."""
        for watcher in list(self._watchers):
            event = make(watcher.viewer)
            if event is not None:
                self._put(watcher, event)

    def close(self) -> None:
        for watcher in list(self._watchers):
            self._end(watcher)

    def _put(self, watcher: Watcher, event: dict[str, Any]) -> None:
        if watcher.queue.qsize() >= MOST_WAITING:
            self._end(watcher)
        else:
            watcher.queue.put_nowait(event)

    def _end(self, watcher: Watcher) -> None:
        watcher.queue.put_nowait(None)
        self.leave(watcher)
